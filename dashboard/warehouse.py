"""Opens one version of the warehouse: read-only, locked down, through Ibis, for many threads at once."""

import os
import queue
import threading
import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd

from dashboard.catalogue import Catalogue
from dashboard.i18n import N_
from dashboard.pointer import (
    REBUILD,
    RELEASE,
    WarehouseBroken,
    WarehouseFormat,
    WarehouseMissing,
    public_file,
    restricted_file,
)
from dashboard.remembered import Remembered
from etl import tables

POOL = 4  # sessions ask at the same time; DuckDB already uses every core for one question
TIERS = ("restricted", "public")
_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = dict.fromkeys(
    ("enable_external_access", "python_enable_replacements", "autoinstall_known_extensions",
     "autoload_known_extensions"), "false",
)  # fmt: skip


class Warehouse:
    """One version of the warehouse file. Make it with `open_warehouse` or `current`.

    version : of the pointer that named it. path : the file.
    Connections are closed when nobody holds the object any more, and at exit at the latest.
    """

    def __init__(self, path: Path, version: int) -> None:
        self.path, self.version = path, version
        self._pool: queue.LifoQueue[Any] = queue.LifoQueue()
        self._results = Remembered()
        connection = self._connection()
        # Also runs at exit: DuckDB complains on stderr about connections that are still open then.
        self._close = weakref.finalize(self, _close, self._pool, connection)
        try:
            # Ibis sets options when it attaches, so the lock comes last.
            for _ in range(POOL):
                backend = ibis.duckdb.from_connection(connection.cursor())
                backend.con.execute("SET enable_progress_bar = false")  # it would write to the server's log
                self._pool.put(backend)
            connection.execute("SET lock_configuration = true")
        except BaseException:
            self._close()
            raise

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """The first connection, to all that this object may show."""
        return duckdb.connect(str(self.path), read_only=True, config=_LOCKED_DOWN)

    def close(self) -> None:
        """Close every connection. Only for a warehouse that no page is using."""
        self._close()

    @contextmanager
    def connect(self) -> Iterator[Any]:
        """One Ibis backend for the length of the block; waits when all are in use."""
        if not self._close.alive:
            raise WarehouseBroken("This version of the warehouse was closed.", "Reload the page.")
        backend = self._pool.get()
        try:
            yield backend
        finally:
            self._pool.put(backend)

    @cached_property
    def schemas(self) -> dict[str, Any]:
        """Table name -> Ibis schema, as the file has it."""
        with self.connect() as backend:
            rows = backend.con.execute(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'main' AND table_catalog = current_database() ORDER BY ordinal_position"
            ).fetchall()
        columns: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            columns.setdefault(table, {})[column] = _IBIS_TYPES.get(kind, kind.lower())
        return {table: ibis.schema(fields) for table, fields in columns.items()}

    def table(self, name: str) -> Any:
        """An unbound Ibis table: build an expression on it, then `ask`."""
        return ibis.table(self.schemas[name], name=name)

    def ask(self, expression: Any) -> pd.DataFrame:
        """Run one Ibis expression and return its rows."""
        return self.ask_sql(str(ibis.to_sql(expression, dialect="duckdb", pretty=False)))

    def ask_sql(self, sql: str) -> pd.DataFrame:
        """Run SQL that Ibis compiled. Nothing that a reader typed is ever part of it but as an escaped literal."""
        with self.connect() as backend:
            return backend.con.execute(sql).df()

    def remember(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The result of `compute`, kept for this version while there is room; the oldest are forgotten first."""
        return self._results.get(key, compute)

    def forget(self, which: Callable[[tuple[Any, ...]], bool]) -> None:
        """Forget the results whose key meets the condition (a benchmark measures without them)."""
        self._results.forget(which)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What can be chosen from, read once for this version."""
        from dashboard.measures.choices import read_catalogue  # it asks questions, so it comes after this module

        return read_catalogue(self)


_IBIS_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "HUGEINT": "decimal(38, 0)",
    "INTEGER": "int32",
    "TINYINT": "int8",
    "UBIGINT": "uint64",
    "DOUBLE": "float64",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BLOB": "binary",
    "VARCHAR[]": "array<string>",
}


def _close(pool: "queue.LifoQueue[Any]", connection: duckdb.DuckDBPyConnection) -> None:
    while not pool.empty():
        pool.get_nowait().con.close()
    connection.close()


def open_warehouse(data_dir: Path, tier: str = "restricted", release: str = "") -> Warehouse:
    """Open the version that DATA/warehouse/current.json points at.

    tier : "public" opens the protected file instead, of DATA/public, which is then `data_dir`: the newest release, or
    the one named. A file of the other kind is refused, whatever it is called.
    Raises WarehouseMissing, WarehouseBroken or WarehouseFormat, each with what to do.
    """
    path, version = public_file(Path(data_dir), release) if tier == "public" else restricted_file(Path(data_dir))
    try:
        warehouse = Warehouse(path, version)
    except duckdb.Error as error:
        # DuckDB's own words can hold a path or a value; the page and the log get ours.
        if "lock" in str(error).lower():
            raise WarehouseBroken(
                "Another program has the warehouse file open for writing, so it cannot be read.",
                "Close that program (a DuckDB shell, perhaps) and load this page again.",
            ) from None
        raise WarehouseBroken("The warehouse file cannot be read: it is damaged or not a warehouse.", REBUILD) from None
    try:
        _check(warehouse, tier)
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def _check(warehouse: Warehouse, tier: str) -> None:
    """Refuse a file of the other kind or of another format, or one that lacks a table or a column of the contract."""
    try:
        meta = dict(warehouse.ask(warehouse.table("meta")).itertuples(index=False, name=None))
        held = {table: set(fields.names) for table, fields in warehouse.schemas.items()}
    except (KeyError, duckdb.Error):
        raise WarehouseBroken("The warehouse file is not one that this project wrote.", REBUILD) from None
    public = meta.get("tier") == "public"
    if public != (tier == "public"):
        # Whoever serves the public must not hold records, and whoever reads figures here takes them for exact.
        raise WarehouseBroken(
            "This is a file of protected figures, and the restricted view shows records."
            if public
            else "This file holds records, and the public view opens protected figures only.",
            "Start the other view: `python start.py --tier public --data DIR` or without --tier.",
        )
    if meta.get("format") != str(tables.PUBLIC_FORMAT if public else tables.WAREHOUSE_FORMAT):
        what = N_("The warehouse was written by another version of Lamplight.")
        raise WarehouseFormat(what, RELEASE if public else REBUILD)
    for table, columns in (tables.PUBLIC_TABLES if public else tables.TABLES).items():
        if missing := set(columns) - held.get(table, set()):
            raise WarehouseBroken(f"The warehouse lacks {len(missing)} columns of the table {table}.", REBUILD)


# -- the version being served ------------------------------------------------------------------------------------------

_Stamp = tuple[int, int, int]
_served: dict[tuple[Path, str, str], tuple[_Stamp, Warehouse]] = {}
# DuckDB does not open a file a second time once the first is locked down: a release may be wanted by its name, too.
_live: "weakref.WeakValueDictionary[tuple[Path, _Stamp], Warehouse]" = weakref.WeakValueDictionary()
_serving = threading.Lock()


def served_tier() -> str:
    """Whom this process serves: LAMPLIGHT_TIER, else restricted."""
    return os.environ.get("LAMPLIGHT_TIER") or "restricted"


def current(data_dir: Path, tier: str = "restricted", release: str = "") -> Warehouse:
    """The newest version, opened once and shared; opened anew after a load has moved the pointer.

    Whoever still holds the older version can finish with it; it closes when the last one lets go.
    """
    folder = Path(data_dir).resolve()
    with _serving:
        stamp = _stamp(folder / ("" if tier == "public" else "warehouse") / "current.json")
        kept = _served.get((folder, tier, release))
        if kept and kept[0] == stamp:
            return kept[1]
        file = (public_file(folder, release) if tier == "public" else restricted_file(folder))[0]
        held = _live.get((file, _stamp(file)))
        warehouse = held if held and held._close.alive else open_warehouse(folder, tier, release)
        _live[file, _stamp(file)], _served[folder, tier, release] = warehouse, (stamp, warehouse)
        return warehouse


def _stamp(file: Path) -> _Stamp:
    if not file.exists():
        return (0, 0, 0)
    stat = file.stat()
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def check_tier(tier: str) -> None:
    """Raise WarehouseMissing for a tier that does not exist."""
    if tier not in TIERS:
        raise WarehouseMissing("There is no such tier to serve.", f"Start with --tier and one of: {', '.join(TIERS)}.")
