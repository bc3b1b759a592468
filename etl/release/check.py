"""The last look before a file is public: no small count in any number of any table, and nothing that is not meant."""

import re
from pathlib import Path

import duckdb

from etl.areas import quoted
from etl.schema import SourceError
from etl.tables import FACTS, PUBLIC_TABLES

# Numbers that count no person of ours, looked at one by one: what they are instead.
REVIEWED = {
    ("published_counts", "published_n"): "printed by its publisher, with citation",
    ("areas", "population"): "residents, from a census",
    ("areas", "lat"): "a point inside the area",
    ("areas", "lon"): "a point inside the area",
    ("cubes", "base"): "K itself",
    ("cubes", "altered"): "a share, one of four steps",
    ("errors", "order"): "the order of a table",
    ("errors", "median"): "typical error over at least 20 totals, rounded up",
    ("errors", "p95"): "typical error over at least 20 totals, rounded up",
}
_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|REAL|DECIMAL")
# What a line of a cube holds beside the columns that the table `cubes` names.
_ALWAYS = {"source", "counted_on", "reported_on", "offence_group", "n"}
_TOLD_FROM = {"age_band": "minor"}
_NOWHERE = {("loads", "load"), ("loads", "file"), ("loads", "sha256"), ("loads", "bytes"), ("loads", "loaded_at"),
            ("loads", "as_of"), ("loads", "notes"), ("coverage", "reports"), ("clients", "load")}  # fmt: skip
EMPTY = ("exposure", "quarantine", "load_tables", "load_months", "attributes")


def small_counts(path: Path, base: int) -> list[str]:
    """What is wrong with a public file, in words; empty when nothing is."""
    wrong = []
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
        tables = {table for table, _, _ in columns}
        wrong += [f"a table {t} that no public file has" for t in sorted(tables - set(PUBLIC_TABLES))]
        for table, column, kind in columns:
            if not _NUMBERS.search(kind) or (table, column) in REVIEWED:
                continue
            if "[" in kind or "STRUCT" in kind or "MAP" in kind:
                wrong.append(f"lists of numbers in {table}.{column}")
                continue
            where = f"{quoted(column)} > 0 and {quoted(column)} < {int(base)}"
            found = connection.execute(f"select count(*) from {quoted(table)} where {where}").fetchone()  # noqa: S608
            wrong += [f"small counts in {table}.{column}"] if found and found[0] else []
        for table in EMPTY:
            found = connection.execute(f"select count(*) from {quoted(table)}").fetchone()  # noqa: S608
            wrong += [f"rows in {table}"] if found and found[0] else []
        wrong += _beside_the_cubes(connection, columns)
    return wrong


def _beside_the_cubes(connection: duckdb.DuckDBPyConnection, columns: list[tuple[str, str, str]]) -> list[str]:
    """Columns that hold a value and must not, and days that are no first day of a month."""
    wrong = []
    cubes = connection.execute("select unit, dimensions, layer from cubes").fetchall()
    may = {
        unit: {*_ALWAYS, *dims, *(_TOLD_FROM.get(d, d) for d in dims), f"area_{layer}"} for unit, dims, layer in cubes
    }
    may["suspects"] = may.get("suspects", set()) | {"suspect_class"}
    for table, column, _ in columns:
        if (table, column) in _NOWHERE or (table in FACTS and column not in may.get(table, ())):
            found = connection.execute(f"select count({quoted(column)}) from {quoted(table)}").fetchone()  # noqa: S608
            wrong += [f"values in {table}.{column}"] if found and found[0] else []
    for table in FACTS:
        days = f"select count(*) from {table} where day(counted_on) <> 1 or counted_on <> reported_on"  # noqa: S608
        found = connection.execute(days).fetchone()
        wrong += [f"days in {table}"] if found and found[0] else []
    return wrong


def require_clean(path: Path, base: int) -> None:
    """Raises SourceError when a file must not become public."""
    wrong = small_counts(path, base)
    if wrong:
        raise SourceError(
            f"The release was stopped: it would hold {wrong[0]}. Nothing was published; please report it."
        )
