"""Looks for a value in everything below a folder: as bytes, and inside what is compressed or encoded."""

import contextlib
import sqlite3
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

Needle = str | float | int


def traces(folder: Path, needles: Collection[Needle], without: Collection[str] = ()) -> list[str]:
    """The files, relative to the folder, that hold one of the values in any form. without: names not looked at."""
    forms = [form for needle in needles for form in _bytes_of(needle)]
    found = []
    # All bytes first: opening a SQLite file takes the log beside it away.
    raws = {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in without}
    for path, raw in raws.items():
        if any(form in raw for form in forms) or any(_equal(v, n) for v in _values(path) for n in needles):
            found.append(path.relative_to(folder).as_posix())
    return found


def _bytes_of(needle: Needle) -> list[bytes]:
    if isinstance(needle, str):
        return [needle.encode(), needle.encode("utf-16-le")]
    if isinstance(needle, float):
        return [repr(needle).encode(), struct.pack("<d", needle), struct.pack(">d", needle)]
    return [str(needle).encode(), f"{needle:x}".encode(), struct.pack("<Q", needle), struct.pack(">Q", needle)]


def _equal(value: Any, needle: Needle) -> bool:
    if isinstance(needle, float):
        return isinstance(value, float) and abs(value - needle) < 1e-9
    if isinstance(needle, int):
        return value == needle
    return needle in str(value)


def _values(path: Path) -> Iterator[Any]:
    """Every distinct value of a file of tables."""
    for table in _tables(path):
        for column in table.columns:
            nested = pa.types.is_nested(column.type)
            yield from column.to_pylist() if nested else column.unique().to_pylist()


def _tables(path: Path) -> Iterator[pa.Table]:
    if path.suffix == ".parquet":
        yield pq.read_table(path)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                yield connection.sql(f'from "{name}"').to_arrow_table()
    elif path.suffix == ".sqlite":
        with contextlib.closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in connection.execute(f'select * from "{name}"').fetchall():
                    yield pa.table({str(i): [str(v)] for i, v in enumerate(row)})
