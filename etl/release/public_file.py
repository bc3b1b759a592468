"""The public file: cubes, and about the sources yes or no and a month. Nothing else that counts people."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.areas import quoted
from etl.release import periods
from etl.release.facts import WHOLE
from etl.release.grid import Choice, told
from etl.release.guard import AREA, PERIOD, Hidden
from etl.release.periods import Closed
from etl.release.policy import Policy
from etl.release.rounding import Cube, Time
from etl.tables import PUBLIC_FORMAT, PUBLIC_TABLES


@dataclass(frozen=True)
class Part:
    """One unit of count of a release: its grid and its cube. first, last : months of the published periods.

    hidden, stands, closed : what the next release must keep to.
    """

    unit: str
    choice: Choice
    cube: Cube
    first: int
    last: int
    hidden: Hidden
    stands: frozenset[Time]
    closed: Closed


def write(
    target: Path, restricted: Path, parts: list[Part], policy: Policy, release: str, version: int, built_at: str
) -> str:
    """Writes the public file and returns the sha256 of its sorted rows, which no clock is part of."""
    with duckdb.connect(str(target)) as connection:
        for name, columns in PUBLIC_TABLES.items():
            body = ", ".join(f"{quoted(c)} {kind}" for c, kind in columns.items())
            connection.execute(f"create table {quoted(name)} ({body})")
        layers = sorted({p.choice.grid.layer.name for p in parts if p.choice.grid.layer})
        for part in parts:
            _cube(connection, part, layers, policy)
        units = [p.unit for p in parts]
        for table in ("incidents", "victims", "suspects"):
            if table not in units:
                for layer in layers:
                    connection.execute(f"alter table {table} add column {quoted(f'area_{layer}')} varchar")
        until: dict[str, int] = {}  # the last month in any figure of a source
        for part in parts:
            for source, period in part.cube.basis.groupby("source")[PERIOD].max().items():
                until[str(source)] = max(until.get(str(source), 0), part.choice.periods.last_month(int(period)))
        sources = sorted(until)
        # Attached read-only for the copy alone: the connection that wrote the cubes never sees a record.
        connection.execute(f"attach '{str(restricted).replace(chr(39), chr(39) * 2)}' as restricted (read_only)")
        _about(connection, until, layers, policy)
        connection.execute("detach restricted")
        digest = rows_digest(connection)
        meta = {"format": PUBLIC_FORMAT, "version": version, "built_at": built_at, "tier": "public",
                "release": release, "policy": policy.version, "base": policy.base, "policy_text": policy.text,
                "published_elsewhere": ",".join(s for s in sources if s in policy.published_elsewhere)}  # fmt: skip
        connection.executemany("insert into meta values (?, ?)", [(k, str(v)) for k, v in meta.items()])
        connection.execute("checkpoint")
    return digest


def _cube(connection: duckdb.DuckDBPyConnection, part: Part, layers: list[str], policy: Policy) -> None:
    grid, when = part.choice.grid, part.choice.periods
    for layer in layers:
        connection.execute(f"alter table {part.unit} add column {quoted(f'area_{layer}')} varchar")
    rows = part.cube.published()
    days = [periods.first_day(int(p)) for p in rows[PERIOD]]
    out = rows.drop(columns=[PERIOD, AREA]).assign(counted_on=days, reported_on=days, offence_group="trafficking")
    if grid.layer:
        out[grid.layer.column] = rows[AREA].where(rows[AREA] != WHOLE, None).astype(object)
    if "minor" not in out and "age_band" in out:
        out["minor"] = out["age_band"].map(
            lambda b: "minor" if b in ("0-8", "9-17") else "adult" if b[0].isdigit() else b
        )
    if part.unit == "suspects":
        out["suspect_class"] = "suspect"
    connection.register("cube_rows", out)
    connection.execute(f"insert into {part.unit} by name select * from cube_rows order by all")  # noqa: S608
    connection.unregister("cube_rows")
    errors = part.cube.typical_errors()
    connection.executemany(
        "insert into errors values (?, ?, ?, ?)",
        [(part.unit, *map(int, row)) for row in errors.itertuples(index=False, name=None)] or [(part.unit, 0, 0, 0)],
    )
    if errors.empty:
        connection.execute('delete from errors where unit = ? and "order" = 0', [part.unit])
    connection.execute(
        "insert into cubes values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [part.unit, when.grain, periods.first_day(part.first), periods.first_day(part.last), list(grid.dimensions),
         grid.layer.name if grid.layer else None, policy.base, told(part.choice.altered),
         part.choice.dropped],
    )  # fmt: skip


def _about(connection: duckdb.DuckDBPyConnection, until: dict[str, int], layers: list[str], policy: Policy) -> None:
    """Sources, coverage up to what is published, notes, the layers, what publishers print and providers give."""
    named = ", ".join(f"'{s}'" for s in sorted(until)) or "''"
    shown = ", ".join(f"'{x}'" for x in layers) or "''"
    agencies = "false"
    if policy.agencies:
        agencies = "not list_contains($held, place_code)"
    columns = {t: ", ".join(quoted(c) for c in PUBLIC_TABLES[t]) for t in PUBLIC_TABLES}
    run = connection.execute
    run(
        f"""insert into published_counts by name select {columns["published_counts"]}
            from restricted.published_counts where geo_level <> 'agency' or {agencies} order by all""",  # noqa: S608
        {"held": list(policy.held)} if policy.agencies else {},
    )
    if policy.clients:  # rounded before anybody else saw them, to a K that may be smaller than ours
        kept = ", ".join(quoted(c) for c in PUBLIC_TABLES["clients"] if c != "load")
        run(f"insert into clients by name select {kept} from restricted.clients where n >= ? order by all",  # noqa: S608
            [policy.base])  # fmt: skip
    run(f"""insert into sources by name select * replace (false as has_points)
            from restricted.sources where source in ({named})
            or source in (select source from published_counts union select source from clients) order by all""")  # noqa: S608
    run("""insert into coverage by name select source, month, place, category, collected from restricted.coverage
           where source in (select source from published_counts) order by all""")
    for source, month in sorted(until.items()):
        run("""insert into coverage by name select source, month, place, category, collected from restricted.coverage
               where source = ? and month <= ? order by all""", [source, periods.first_day(month)])  # fmt: skip
    run(f"""insert into annotations by name select {columns["annotations"]} from restricted.annotations
            where source in (select source from sources) order by all""")  # noqa: S608
    run(f"""insert into areas by name select {columns["areas"]} from restricted.areas
            where layer in ({shown}) or role <> 'areas' order by all""")  # noqa: S608
    run("""insert into loads by name select source, min(first_month) as first_month, max(last_month) as last_month
           from restricted.loads where source in (select source from sources) group by source order by all""")
    run("insert into meta select key, value from restricted.meta where key in ('fictional', 'place')")


def rows_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """sha256 over every table's sorted rows, in the order of the tables' names; not of `meta`, which names the day."""
    digest = hashlib.sha256()
    for name in sorted(set(PUBLIC_TABLES) - {"meta"}):
        digest.update(name.encode())
        for row in connection.execute(f"select * from {quoted(name)} order by all").fetchall():  # noqa: S608
            digest.update(repr(row).encode())
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """`rows_digest` of a file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return rows_digest(connection)
