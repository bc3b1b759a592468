"""Where every row came from and where it went: loads, row equations, sources, and what each load knew of each month."""

import datetime as dt
from typing import Any

import duckdb

from etl.schema import Source, SourceError
from etl.store import Store
from etl.tables import WAREHOUSE_FORMAT


def now() -> str:
    return dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()


def files(store: Store, manifests: list[dict[str, Any]], name: str) -> list[tuple[dict[str, Any], str]]:
    found = [(m, store.folder(m["load"]) / f"{name}.parquet") for m in manifests]
    return [(m, str(path)) for m, path in found if path.exists()]


def union(
    connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]], name: str, to: str
) -> bool:
    """All loads' rows of one kind with the load they come from. False when no load has any."""
    made = False
    for manifest, path in files(store, manifests, name):
        verb = f"insert into {to} by name" if made else f"create table {to} as"
        connection.execute(
            f"{verb} select *, ? as load, ? as source from read_parquet(?)",  # noqa: S608
            [manifest["load"], manifest["source"], path],
        )
        made = True
    return made


def add_provenance(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    manifests: list[dict[str, Any]],
    declared: dict[str, Source],
    version: int,
) -> None:
    union(connection, store, manifests, "quarantine", "staged_quarantine")
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
                "insert into sources values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _source_row(connection, source),
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
        ("built_at", now()),
        ("fictional", str(fictional).lower()),
        ("place", place),
    ):
        connection.execute("insert into meta values (?, ?)", [key, value])


def _source_row(connection: duckdb.DuckDBPyConnection, s: Source) -> list[Any]:
    people = s.kind == "police"
    victims = people and (s.victim_per_report or s.prepare is not None)
    reported = any("reported_on" in t.columns for f in s.forms for t in f.tables.values())
    dated_by = ("reported" if reported else "occurred") if people else ""
    points = any({"lat", "point"} & set(t.columns) for f in s.forms for t in f.tables.values())
    return [
        *[s.name, s.title, s.publisher, s.kind, s.url, s.licence, s.unit],
        *[victims, people and s.prepare is not None, points, s.location_precision, dated_by, s.verdict],
        *[list(s.known_problems), s.fictional],
    ]


def _row_equations(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    """A row is loaded when a fact that counts stands on it, merged when all its facts gave way, or it did itself."""
    union(connection, store, manifests, "backing", "staged_backing")
    connection.execute("create table staged_counts (load varchar, input_table varchar, backed bigint, standing bigint)")
    if any((store.folder(m["load"]) / "backing.parquet").exists() for m in manifests):
        connection.execute(
            """insert into staged_counts
               with live as (
                   select load, incident_id as key from staged_winners
                   union all select owner, strftime(month, '%Y-%m') from staged_owners
                   where source in (select source from published_counts union select source from clients)
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
            rest = t["rows_read"] - t["quarantined"] - t["merged"] - backed
            connection.execute(
                "insert into load_tables values (?, ?, ?, ?, ?, ?, ?)",
                [m["load"], table, t["rows_read"], standing, backed - standing + t["merged"], rest, t["quarantined"]],
            )


def _load_months(connection: duckdb.DuckDBPyConnection, manifests: list[dict[str, Any]]) -> None:
    connection.execute(
        """create table if not exists staged_incidents
           (load varchar, source varchar, reported_on date, occurred_on date, n bigint)"""
    )
    connection.execute(
        """insert into load_months by name
           select e.load, e.source, l.as_of, e.month, sum(e.n)::bigint as reports,
                  any_value(coalesce(f.n, 0))::bigint as incidents
           from staged_scope e join loads l using (load)
           left join (select load, date_trunc('month', coalesce(reported_on, occurred_on))::date as month, sum(n) as n
                      from staged_incidents group by all) f on f.load = e.load and f.month = e.month
           group by e.load, e.source, l.as_of, e.month order by e.source, l.as_of, e.month"""
    )


def check_equation(connection: duckdb.DuckDBPyConnection) -> None:
    """read = loaded + merged + not relevant + quarantined, and none below zero. Raises SourceError."""
    wrong = connection.execute(
        """select load, input_table from load_tables
           where rows_read <> loaded + merged + not_relevant + quarantined
              or least(loaded, merged, not_relevant, quarantined) < 0"""
    ).fetchall()
    if wrong:
        tables = ", ".join(f"{load}: {table}" for load, table in wrong)
        raise SourceError(f"Rows would be lost or counted twice in {tables}. Nothing was changed; please report this.")
