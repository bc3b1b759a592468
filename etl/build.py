"""The restricted warehouse, rebuilt from a set of loads: the same loads give the same tables.

Rows of a load are staged, the newest version of each id and the owner of each month win, areas are assigned
by every layer that is loaded, and the row equation of each input table is checked before anything is served.
"""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from etl.areas import add_areas, load_areas, quoted
from etl.coverage import add_annotations, add_coverage
from etl.months import exclusive, owners, superseded
from etl.provenance import add_provenance, check_equation, files, now, union
from etl.registry import all_sources
from etl.schema import SourceError
from etl.store import Store
from etl.tables import FACTS, TABLES, WAREHOUSE_FORMAT

_LOAD_SCHEMA = pa.schema(
    [
        ("load", pa.string()),
        ("place", pa.int64()),
        ("source", pa.string()),
        ("series", pa.string()),
        ("has_ids", pa.bool_()),
        ("gone", pa.bool_()),
    ]
)


def build(store: Store, version: int, loads: list[str], target: Path | None = None) -> dict[str, Any]:
    """Writes the database of a version and returns what the pointer says of it. Raises SourceError."""
    manifests = store.manifests(loads)
    target = target or store.database(version)
    partial = target.with_suffix(".partial")
    try:
        with duckdb.connect(str(partial), config={"memory_limit": "700MB", "threads": 2}) as connection:
            connection.execute("set preserve_insertion_order = false")
            _build(connection, store, manifests, version)
            connection.execute("checkpoint")
        os.replace(partial, target)
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise SourceError(
            f"The warehouse could not be built ({type(error).__name__}). What was served stays served."
        ) from error
    finally:
        for left in (partial, Path(f"{partial}.wal")):
            left.unlink(missing_ok=True)
        shutil.rmtree(f"{partial}.tmp", ignore_errors=True)
    fictional = any(m["fictional"] for m in manifests)
    return {"restricted": target.name, "built_at": now(), "fictional": fictional, "format": WAREHOUSE_FORMAT}


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
    _copy_clients(connection, store, manifests)
    add_provenance(connection, store, manifests, declared, version)
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
        {**{k: m[k] for k in ("load", "source", "series", "has_ids")}, "place": i, "gone": m["load"] in gone}
        for i, m in enumerate(manifests)
    ]
    own = [
        {"source": s, "series": series, "scope": scope, "month": f"{month}-01", "owner": load}
        for (s, series, scope, month), load in owners(manifests).items()
    ]
    claimed = [{"load": m["load"], "scope": s, "month": f"{month}-01"} for m in manifests for s, month in m["claims"]]
    named = [{"source": s, "month": f"{month}-01", "owner": load} for (s, month), load in exclusive(manifests).items()]
    text = [(name, pa.string()) for name in ("source", "series", "scope", "month", "owner")]
    for name, table in (
        ("staged_loads", pa.Table.from_pylist(rows, schema=_LOAD_SCHEMA)),
        ("staged_owners", pa.Table.from_pylist(own, schema=pa.schema(text))),
        ("staged_claims", pa.Table.from_pylist(claimed, schema=pa.schema([_LOAD_SCHEMA.field("load"), *text[2:4]]))),
        ("staged_named", pa.Table.from_pylist(named, schema=pa.schema([text[0], text[3], text[4]]))),
    ):
        connection.register("rows_of", table)
        month = " replace (month::date as month)" if name != "staged_loads" else ""
        connection.execute(f"create table {name} as select *{month} from rows_of")  # noqa: S608
        connection.unregister("rows_of")


# Of the versions of an id the newest counts, or that of a file which the user named for its month. It stands when
# the user named no other file for its month and its own is the newest of its series that covers it: a record that
# a newer file leaves out was withdrawn. A straggler, in a month that its own file does not cover, is in no other
# file and stays. Rows without an id are told apart by file: equal ones are different reports.
_WINNERS = """
create table staged_winners as
with facts as (
    select f.load, f.source, f.incident_id, f.scope, l.place, l.series, l.has_ids, l.gone,
           date_trunc('month', coalesce(f.reported_on, f.occurred_on))::date as month
    from staged_incidents f join staged_loads l using (load)
), judged as (
    select f.*, n.owner as named, o.owner as owner, c.load is not null as claimed
    from facts f left join staged_claims c on c.load = f.load and c.scope = f.scope and c.month = f.month
    left join staged_named n on n.source = f.source and n.month = f.month
    left join staged_owners o on o.source = f.source and o.series = f.series and o.scope = f.scope
                              and o.month = f.month
), newest as (
    select * from judged
    qualify row_number() over (
        partition by source, incident_id, case when not has_ids then load end
        order by coalesce(named = load, false) desc, place desc
    ) = 1
)
select load, source, incident_id from newest
where case when named is not null then named = load
           when claimed then owner = load
           else not gone end
"""


def _stage_facts(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    if not union(connection, store, manifests, "incidents", "staged_incidents"):
        connection.execute("create table staged_winners (load varchar, source varchar, incident_id varchar)")
        return
    connection.execute(_WINNERS)
    for name in (*FACTS, "attributes"):
        staged = f"staged_{name}"
        if name != "incidents" and not union(connection, store, manifests, name, staged):
            continue
        if name == "attributes":
            connection.execute(
                "insert into attributes by name "
                "select source, incident_id, load, domain, code, n from staged_attributes "
                "semi join staged_winners using (load, source, incident_id) order by all"
            )
            continue
        shared = [c for c in TABLES[name] if c not in ("reported_precision", "occurred_precision", "counted_on")]
        chosen = ", ".join(quoted(c) for c in shared)
        connection.execute(f"alter table {name} add column area_code varchar")
        connection.execute(
            f"""insert into {name} by name
                select {chosen}, area_code, coalesce(reported_on, occurred_on) as counted_on,
                       case when reported_on is not null then 'day' end as reported_precision,
                       case when occurred_on is not null then 'day' end as occurred_precision
                from {staged} semi join staged_winners using (load, source, incident_id)
                order by source, coalesce(reported_on, occurred_on), incident_id"""  # noqa: S608
        )


def _stage_exposure(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    connection.execute("alter table exposure add column area_code varchar")
    connection.execute("create table staged_scope (load varchar, source varchar, scope varchar, month date, n bigint)")
    # A load's rows differ in month, place or scope already, and lie in their order: nothing is grouped or sorted anew.
    connection.execute("set preserve_insertion_order = true")
    for m, path in files(store, manifests, "exposure"):
        named = {"load": m["load"], "source": m["source"], "path": path}
        connection.execute(
            """insert into staged_scope
               select $load, $source, scope, month, sum(n) from read_parquet($path) group by all""",
            named,
        )
        connection.execute(
            """insert into exposure by name
               select $source as source, $load as load, e.month, e.h3_9, e.area_code, e.n
               from read_parquet($path) e
               left join staged_claims c on c.load = $load and c.scope = e.scope and c.month = e.month
               left join staged_named d on d.source = $source and d.month = e.month
               left join staged_owners o on o.source = $source and o.series = $series and o.scope = e.scope
                                         and o.month = e.month
               where case when d.owner is not null then d.owner = $load
                          when c.load is not null then o.owner = $load
                          else not $gone end""",
            {**named, "series": m["series"], "gone": m["load"] in superseded(manifests)},
        )
    connection.execute("set preserve_insertion_order = false")


def _copy_published(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    if not union(connection, store, manifests, "published_counts", "staged_published"):
        return
    columns = ", ".join(f"p.{quoted(c)}" for c in TABLES["published_counts"])
    connection.execute(
        f"""insert into published_counts by name
            select {columns} from staged_published p
            join staged_owners o on o.source = p.source and o.month = p.period_start and o.owner = p.load
            order by source, period_start, place_code, exploitation, p.*"""  # noqa: S608
    )


def _copy_clients(connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]]) -> None:
    """Service providers' protected totals; of two files of one provider the newer counts for the years of both."""
    if not union(connection, store, manifests, "clients", "staged_clients"):
        return
    connection.execute(
        """insert into clients by name
           select c.* from staged_clients c
           join staged_owners o on o.source = c.source and o.month = c.period_start and o.owner = c.load
           order by all"""
    )
