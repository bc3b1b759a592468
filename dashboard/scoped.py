"""The warehouse as a partner or a researcher may see it: records of other sources are not in it.

The restricted file is attached under a name to an empty database in memory, and only views of what this reader may see
stand where the pages look for tables. So no question has to remember a condition, and a table without a rule here is
not there at all. Nothing else of the file's can be opened: the database is locked before the first question.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb

from dashboard.pointer import REBUILD, WarehouseBroken
from dashboard.warehouse import Warehouse
from etl.tables import FACTS

KEPT = "lamplight_kept"  # the attached file; no question of ours names it
MOST = 8  # scopes kept open of one version
_TO_LOCK = MappingProxyType(
    {
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
)

# Which rows of a table a scope holds. `exact`: of the sources that may be seen exactly. `known`: of those, and of the
# sources that only print figures (hotlines, state tables): what they print is public, and no record of theirs is here.
FIGURES = ("published_counts", "clients")
EXACT, KNOWN, NOTES, OF_LOADS, OPEN = "exact", "known", "known or of no source", "of a known load", "all"
RULES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((*FACTS, "attributes", "exposure", "quarantine"), EXACT),
        **dict.fromkeys(("sources", "coverage", "published_counts", "loads", "load_months"), KNOWN),
        "annotations": NOTES,
        "load_tables": OF_LOADS,
        # A provider's totals were protected before they came here.
        **dict.fromkeys(("areas", "meta", "clients"), OPEN),
    }
)


class ScopedWarehouse(Warehouse):
    """One version of the warehouse with the records of some sources only. Make it with `scoped`.

    sources : what it was made for, whether or not the file holds them.
    """

    def __init__(self, path: Path, version: int, sources: frozenset[str]) -> None:
        self.sources = sources
        super().__init__(path, version)

    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config=dict(_TO_LOCK))
        try:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"ATTACH {_literal(str(self.path))} AS {KEPT} (READ_ONLY)")
            connection.execute("SET enable_external_access = false")
            _show(connection, self.sources)
        except BaseException:
            connection.close()
            raise
        return connection


def _show(con: duckdb.DuckDBPyConnection, sources: frozenset[str]) -> None:
    # The parts of these statements are names of ours and sources as literals; a view takes no parameters.
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [KEPT]).fetchall()
    held = {row[0] for row in tables}
    facts, figures = (
        " UNION ".join(f"SELECT source FROM {KEPT}.main.{table}" for table in some if table in held)  # noqa: S608
        for some in (FACTS, FIGURES)
    )
    printed = [row[0] for row in con.execute(f"({figures}) EXCEPT ({facts})").fetchall()]
    exact, known = _list(sources), _list({*sources, *printed})
    conditions = {
        EXACT: f"source IN {exact}",
        KNOWN: f"source IN {known}",
        NOTES: f"(source IN {known} OR source IS NULL)",
        OF_LOADS: f"load IN (SELECT load FROM {KEPT}.main.loads WHERE source IN {known})",  # noqa: S608
        OPEN: "true",
    }
    for table in RULES.keys() & held:
        condition = conditions[RULES[table]]
        con.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {KEPT}.main."{table}" WHERE {condition}')  # noqa: S608


def _list(sources: set[str] | frozenset[str]) -> str:
    return f"({', '.join(map(_literal, sorted(sources)))})" if sources else "(NULL)"  # nothing is equal to NULL


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def scoped(opened: Warehouse, sources: frozenset[str] | None) -> Warehouse:
    """What a reader may see of a version: the version itself (None: all sources), or the records of some sources.

    Opened once for each version and set of sources, the least recently used given up first.
    Raises WarehouseError where the file cannot be read.
    """
    if sources is None:
        return opened
    with _opening:
        kept = _scopes.setdefault(opened, OrderedDict())
        if sources not in kept:
            try:
                kept[sources] = ScopedWarehouse(opened.path, opened.version, sources)
            except duckdb.Error:
                raise WarehouseBroken("The warehouse file cannot be read.", REBUILD) from None
        kept.move_to_end(sources)
        while len(kept) > MOST:
            kept.popitem(last=False)
        return kept[sources]


_scopes: "weakref.WeakKeyDictionary[Warehouse, OrderedDict[frozenset[str], ScopedWarehouse]]" = (
    weakref.WeakKeyDictionary()
)
_opening = threading.Lock()
