"""The restricted warehouse, rebuilt from a set of loads: the same loads give the same tables.

Rows of a load are staged, the newest version of each id and the owner of each month win, areas are assigned
by every layer that is loaded, and the row equation of each input table is checked before anything is served.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from etl.areas import add_areas, load_areas, quoted
from etl.coverage import add_annotations, add_coverage
from etl.months import exclusive, owners, superseded
from etl.registry import all_sources
from etl.schema import FACTS, TABLES, WAREHOUSE_FORMAT, Source, SourceError
from etl.store import Store

_LOAD_SCHEMA = pa.schema(
    [
        ("load", pa.string()),
        ("place", pa.int64()),
        ("source", pa.string()),
        ("has_ids", pa.bool_()),
        ("gone", pa.bool_()),
    ]
)


def build(store: Store, version: int, loads: list[str], target: Path | None = None) -> dict[str, Any]:
    """Writes the database of a version and returns what the pointer says of it. Raises SourceError."""
    manifests = store.manifests(loads)
    target = target or store.database(version)
    partial = target.with_suffix(".partial")
    for left in (partial, Path(f"{partial}.wal")):
        left.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(partial), config={"memory_limit": "700MB", "threads": 2}) as connection:
            connection.execute("set preserve_insertion_order = false")
            _build(connection, store, manifests, version)
            connection.execute("checkpoint")
        os.replace(partial, target)
    except duckdb.Error as error:
        raise SourceError(
            f"The warehouse could not be built ({type(error).__name__}). What was served stays served."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    fictional = any(m["fictional"] for m in manifests)
    return {"restricted": target.name, "built_at": _now(), "fictional": fictional, "format": WAREHOUSE_FORMAT}


def _now() -> str:
    return dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()


def _build(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]], version: int) -> None:
    declared = all_sources()
    for name, columns in TABLES.items():
        body = ", ".join(f"{quoted(c)} {kind}" for c, kind in columns.items())
        connection.execute(f"create table {quoted(name)} ({body})")
    _register_ownership(connection, manifests)
    _stage_facts(connection, store, manifests)
    _stage_exposure(connection, store, manifests)
    load_areas(connection, store, manifests, declared)
    add_areas(connection, declared)
    _copy_published(connection, store, manifests)
    _provenance(connection, store, manifests, declared, version)
    add_coverage(connection, manifests, declared)
    add_annotations(connection, {m["source"] for m in manifests}, declared)
    check_equation(connection)
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where table_name like 'staged_%'"
    ).fetchall():
        connection.execute(f"drop table {quoted(name)}")


def _register_ownership(connection: duckdb.DuckDBPyConnection, manifests: list[dict[str, Any]]) -> None:
    gone = superseded(manifests)
    rows = [
        {"load": m["load"], "place": i, "source": m["source"], "has_ids": m["has_ids"], "gone": m["load"] in gone}
        for i, m in enumerate(manifests)
    ]
    own = [
        {"source": s, "scope": scope, "month": f"{month}-01", "owner": load}
        for (s, scope, month), load in owners(manifests).items()
    ]
    named = [{"source": s, "month": f"{month}-01", "owner": load} for (s, month), load in exclusive(manifests).items()]
    text = [("source", pa.string()), ("scope", pa.string()), ("month", pa.string()), ("owner", pa.string())]
    for name, table in (
        ("staged_loads", pa.Table.from_pylist(rows, schema=_LOAD_SCHEMA)),
        ("staged_owners", pa.Table.from_pylist(own, schema=pa.schema(text))),
        ("staged_named", pa.Table.from_pylist(named, schema=pa.schema([text[0], text[2], text[3]]))),
    ):
        connection.register("rows_of", table)
        month = " replace (month::date as month)" if name != "staged_loads" else ""
        connection.execute(f"create table {name} as select *{month} from rows_of")
        connection.unregister("rows_of")


def _files(store: Store, manifests: list[dict[str, Any]], name: str) -> list[tuple[dict[str, Any], str]]:
    found = [(m, store.folder(m["load"]) / f"{name}.parquet") for m in manifests]
    return [(m, str(path)) for m, path in found if path.exists()]


def _union(
    connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]], name: str, to: str
) -> bool:
    """All loads' rows of one kind with the load they come from. False when no load has any."""
    made = False
    for manifest, path in _files(store, manifests, name):
        verb = f"insert into {to} by name" if made else f"create table {to} as"
        connection.execute(
            f"{verb} select *, ? as load, ? as source from read_parquet(?)",
            [manifest["load"], manifest["source"], path],
        )
        made = True
    return made


# A fact counts when its load owns it: by name for that month, else by the newest version of its id, else by month.
_WINNERS = """
create table staged_winners as
with facts as (
    select f.load, f.source, f.incident_id, l.place, l.has_ids, l.gone, f.scope,
           date_trunc('month', coalesce(f.reported_on, f.occurred_on))::date as month
    from staged_incidents f join staged_loads l using (load)
), judged as (
    select f.*, n.owner as named, o.owner as owner
    from facts f left join staged_named n on n.source = f.source and n.month = f.month
    left join staged_owners o on o.source = f.source and o.scope = f.scope and o.month = f.month
), standing as (
    select * from judged
    where case when named is not null then named = load
               when has_ids then true
               when gone then false
               else owner is null or owner = load end
)
select load, source, incident_id from standing
qualify row_number() over (partition by source, incident_id order by place desc) = 1
"""


def _stage_facts(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    if not _union(connection, store, manifests, "incidents", "staged_incidents"):
        connection.execute("create table staged_winners (load varchar, source varchar, incident_id varchar)")
        return
    connection.execute(_WINNERS)
    for name in (*FACTS, "attributes"):
        staged = f"staged_{name}"
        if name != "incidents" and not _union(connection, store, manifests, name, staged):
            continue
        if name == "attributes":
            connection.execute(
                "insert into attributes by name "
                "select source, incident_id, load, domain, code, n from staged_attributes "
                "semi join staged_winners using (load, source, incident_id)"
            )
            continue
        shared = [c for c in TABLES[name] if c not in ("reported_precision", "occurred_precision")]
        chosen = ", ".join(quoted(c) for c in shared)
        connection.execute(f"alter table {name} add column area_code varchar")
        connection.execute(
            f"""insert into {name} by name
                select {chosen}, area_code,
                       case when reported_on is not null then 'day' end as reported_precision,
                       case when occurred_on is not null then 'day' end as occurred_precision
                from {staged} semi join staged_winners using (load, source, incident_id)
                order by source, coalesce(reported_on, occurred_on), incident_id"""  # noqa: S608
        )


def _stage_exposure(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    connection.execute("alter table exposure add column area_code varchar")
    connection.execute("create table staged_scope (load varchar, source varchar, scope varchar, month date, n bigint)")
    if not _union(connection, store, manifests, "exposure", "staged_exposure"):
        return
    connection.execute(
        """insert into staged_scope
           select load, source, scope, month, sum(n) from staged_exposure group by all"""
    )
    connection.execute(
        """insert into exposure by name
           select e.source, e.load, e.month, e.h3_9, e.area_code, sum(e.n)::bigint as n
           from staged_exposure e join staged_loads l using (load)
           left join staged_named d on d.source = e.source and d.month = e.month
           left join staged_owners o on o.source = e.source and o.scope = e.scope and o.month = e.month
           where coalesce(d.owner, o.owner, case when not l.gone then e.load end) = e.load
           group by all order by e.source, e.month, e.h3_9"""
    )


def _copy_published(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    if not _union(connection, store, manifests, "published_counts", "staged_published"):
        return
    columns = ", ".join(f"p.{quoted(c)}" for c in TABLES["published_counts"])
    connection.execute(
        f"""insert into published_counts by name
            select {columns} from staged_published p
            join staged_owners o on o.source = p.source and o.month = p.period_start and o.owner = p.load
            order by source, period_start, place_code, exploitation"""  # noqa: S608
    )


def _provenance(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    manifests: list[dict[str, Any]],
    declared: dict[str, Source],
    version: int,
) -> None:
    _union(connection, store, manifests, "quarantine", "staged_quarantine")
    if manifests:
        connection.execute(
            "insert into quarantine by name select load, source, input_table, record, column_name, reason "
            "from staged_quarantine order by load, input_table, record"
        )
    for m in manifests:
        months = sorted({month for _, month in m["claims"]})
        connection.execute(
            "insert into loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *[m[k] for k in ("load", "source", "form", "file", "sha256", "bytes", "loaded_at", "as_of")],
                f"{months[0]}-01" if months else None,
                f"{months[-1]}-01" if months else None,
                m["notes"],
            ],
        )
    _row_equations(connection, store, manifests)
    for name in sorted({m["source"] for m in manifests}):
        source = declared.get(name)
        if source is not None:
            connection.execute(
                "insert into sources values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _source_row(connection, source)
            )
    if manifests:
        _load_months(connection, manifests)
    fictional = any(m["fictional"] for m in manifests)
    place = next(
        (declared[m["source"]].place for m in manifests if m["source"] in declared and declared[m["source"]].place), ""
    )
    for key, value in (
        ("format", str(WAREHOUSE_FORMAT)),
        ("version", str(version)),
        ("built_at", _now()),
        ("fictional", str(fictional).lower()),
        ("place", place),
    ):
        connection.execute("insert into meta values (?, ?)", [key, value])


def _source_row(connection: duckdb.DuckDBPyConnection, s: Source) -> list[Any]:
    people = s.kind == "police"
    victims = people and (s.victim_per_report or s.prepare is not None)
    points = any({"lat", "point"} & set(t.columns) for f in s.forms for t in f.tables.values())
    return [
        *[s.name, s.title, s.publisher, s.kind, s.url, s.licence, s.unit],
        *[victims, people and s.prepare is not None, points, s.location_precision, s.verdict],
        *[list(s.known_problems), s.fictional],
    ]


def _row_equations(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    """A row is loaded when a fact that counts stands on it, merged when all its facts gave way."""
    _union(connection, store, manifests, "backing", "staged_backing")
    connection.execute("create table staged_counts (load varchar, input_table varchar, backed bigint, standing bigint)")
    if any((store.folder(m["load"]) / "backing.parquet").exists() for m in manifests):
        connection.execute(
            """insert into staged_counts
               with live as (
                   select load, incident_id as key from staged_winners
                   union all select owner, strftime(month, '%Y-%m') from staged_owners
                   where source in (select distinct source from published_counts)
                   union all select load, key from staged_live_areas
               )
               select load, input_table, count(distinct record),
                      count(distinct record) filter ((load, key) in (select (load, key) from live))
               from staged_backing group by all"""
        )
    for m in manifests:
        for table, t in m["tables"].items():
            row = connection.execute(
                "select backed, standing from staged_counts where load = ? and input_table = ?", [m["load"], table]
            ).fetchone()
            backed, standing = row or (0, 0)
            rest = t["rows_read"] - t["quarantined"] - backed
            connection.execute(
                "insert into load_tables values (?, ?, ?, ?, ?, ?, ?)",
                [m["load"], table, t["rows_read"], standing, backed - standing, rest, t["quarantined"]],
            )


def _load_months(connection: duckdb.DuckDBPyConnection, manifests: list[dict[str, Any]]) -> None:
    connection.execute(
        """create table if not exists staged_incidents
           (load varchar, source varchar, reported_on date, occurred_on date, n bigint)"""
    )
    connection.execute(
        """insert into load_months by name
           select e.load, e.source, l.as_of, e.month, sum(e.n)::bigint as reports, any_value(coalesce(f.n, 0))::bigint as incidents
           from staged_scope e join loads l using (load)
           left join (select load, date_trunc('month', coalesce(reported_on, occurred_on))::date as month, sum(n) as n
                      from staged_incidents group by all) f on f.load = e.load and f.month = e.month
           group by e.load, e.source, l.as_of, e.month order by e.source, l.as_of, e.month"""
    )


def check_equation(connection: duckdb.DuckDBPyConnection) -> None:
    """read = loaded + merged + not relevant + quarantined, and none below zero. Raises SourceError."""
    wrong = connection.execute(
        """select load, input_table from load_tables
           where rows_read <> loaded + merged + not_relevant + quarantined or least(loaded, merged, not_relevant, quarantined) < 0"""
    ).fetchall()
    if wrong:
        tables = ", ".join(f"{load}: {table}" for load, table in wrong)
        raise SourceError(f"Rows would be lost or counted twice in {tables}. Nothing was changed; please report this.")


def status(store: Store) -> list[dict[str, Any]]:
    """For each load: source, file, sha256 and the row equation of each input table."""
    pointer = store.current()
    if pointer is None:
        return []
    path = store.root / str(pointer["restricted"])
    if not path.exists():
        raise SourceError(f"{path.name} is missing. `python -m etl rebuild` makes it again from the loads.")
    return status_of(path)


def status_of(path: Path) -> list[dict[str, Any]]:
    """The same, of one database file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        loads = connection.execute(
            "select load, source, form, file, sha256, bytes, loaded_at::varchar, as_of::varchar, notes from loads order by loaded_at, load"
        ).fetchall()
        names = "load source form file sha256 bytes loaded_at as_of notes".split()
        result = []
        for row in loads:
            tables = connection.execute(
                "select input_table, rows_read, loaded, merged, not_relevant, quarantined from load_tables where load = ? order by 1",
                [row[0]],
            ).fetchall()
            entry = dict(zip(names, row, strict=True))
            entry["tables"] = [
                dict(zip("table rows_read loaded merged not_relevant quarantined".split(), t, strict=True))
                for t in tables
            ]
            result.append(entry)
        return json.loads(json.dumps(result, default=str))  # type: ignore[no-any-return]
