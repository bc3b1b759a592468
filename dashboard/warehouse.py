"""Opens one version of the warehouse: read-only, locked down, through Ibis, for many threads at once."""

import json
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
from dashboard.remembered import Remembered
from etl import tables

POOL = 4  # sessions ask at the same time; DuckDB already uses every core for one question
REBUILD = "Run `python -m etl status --data DIR` to see the loads, and load a file again to rebuild the warehouse."
_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class WarehouseError(Exception):
    """The warehouse cannot be shown. `message` says what is wrong, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message, self.remedy = message, remedy


class WarehouseMissing(WarehouseError):
    """There is no warehouse in this data directory."""


class WarehouseBroken(WarehouseError):
    """There is one, and it cannot be read."""


class WarehouseFormat(WarehouseError):
    """There is one, written by another version of this project."""


class Warehouse:
    """One version of the warehouse file. Make it with `open_warehouse` or `current`.

    version : of the pointer that named it. path : the file.
    Connections are closed when nobody holds the object any more, and at exit at the latest.
    """

    def __init__(self, path: Path, version: int) -> None:
        self.path, self.version = path, version
        self._pool: queue.LifoQueue[Any] = queue.LifoQueue()
        self._results = Remembered()
        connection = duckdb.connect(str(path), read_only=True, config=_LOCKED_DOWN)
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
                "WHERE table_schema = 'main' ORDER BY ordinal_position"
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


def open_warehouse(data_dir: Path) -> Warehouse:
    """Open the version that DATA/warehouse/current.json points at.

    Raises WarehouseMissing, WarehouseBroken or WarehouseFormat, each with what to do.
    """
    pointer = _read_pointer(data_dir)
    name, version = pointer.get("restricted"), pointer.get("version")
    if not isinstance(name, str) or Path(name).name != name or not isinstance(version, int):
        raise WarehouseBroken("The file warehouse/current.json does not name a warehouse.", REBUILD)
    path = Path(data_dir) / "warehouse" / name
    if not path.is_file():
        raise WarehouseMissing("The warehouse that warehouse/current.json names is not there.", REBUILD)
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
        _check(warehouse)
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def _read_pointer(data_dir: Path) -> dict[str, Any]:
    try:
        pointer = json.loads((Path(data_dir) / "warehouse" / "current.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WarehouseMissing(
            "There is no data here yet.",
            "Load a file with `python -m etl load SOURCE FILE --data DIR`, or start without --data to see the sample.",
        ) from None
    except (OSError, ValueError):
        raise WarehouseBroken("The file warehouse/current.json cannot be read.", REBUILD) from None
    if not isinstance(pointer, dict):
        raise WarehouseBroken("The file warehouse/current.json does not name a warehouse.", REBUILD)
    return pointer


def _check(warehouse: Warehouse) -> None:
    """Refuse a file of another format, or one that lacks a table or a column of the contract."""
    try:
        meta = dict(warehouse.ask(warehouse.table("meta")).itertuples(index=False, name=None))
        held = {table: set(fields.names) for table, fields in warehouse.schemas.items()}
    except (KeyError, duckdb.Error):
        raise WarehouseBroken("The warehouse file is not one that this project wrote.", REBUILD) from None
    if meta.get("format") != str(tables.WAREHOUSE_FORMAT):
        raise WarehouseFormat("The warehouse was written by another version of Lamplight.", REBUILD)
    for table, columns in tables.TABLES.items():
        if missing := set(columns) - held.get(table, set()):
            raise WarehouseBroken(f"The warehouse lacks {len(missing)} columns of the table {table}.", REBUILD)


# -- the version being served ------------------------------------------------------------------------------------------

_Served = tuple[tuple[int, int, int], Warehouse]
_served: dict[Path, _Served] = {}
_serving = threading.Lock()


def current(data_dir: Path) -> Warehouse:
    """The newest version, opened once and shared; opened anew after a load has moved the pointer.

    Whoever still holds the older version can finish with it; it closes when the last one lets go.
    """
    folder = Path(data_dir).resolve()
    with _serving:
        stamp = _stamp(folder)
        kept = _served.get(folder)
        if kept and kept[0] == stamp:
            return kept[1]
        warehouse = open_warehouse(folder)
        _served[folder] = (stamp, warehouse)
        return warehouse


def _stamp(folder: Path) -> tuple[int, int, int]:
    try:
        stat = (folder / "warehouse" / "current.json").stat()
    except OSError:
        return (0, 0, 0)
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def check_tier(tier: str) -> None:
    """Raise WarehouseMissing for a tier that does not exist yet."""
    if tier != "restricted":
        raise WarehouseMissing(
            "The public view does not exist yet: it comes with the protected release.",
            "Start without --tier to see the restricted view on this machine only.",
        )
