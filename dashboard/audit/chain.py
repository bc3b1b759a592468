"""The chain: what of a row is hashed, how one is added, and where it stands."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from dashboard import state

R = TypeVar("R")

GENESIS = "0" * 64  # what the first row names as the hash before it
FOLDER = "audit"


@dataclass(frozen=True)
class Row:
    """One row as it is stored. The order is `number`'s; `at` is what the clock said, in UTC.

    clock_back : 1 when the clock said less than at the row before. left_out : values that were no filter's.
    rows, format, sha256 : of an export; rows is None without one. previous, hash : SHA-256, hexadecimal.
    """

    number: int
    at: str
    clock_back: int
    person: str
    role: str
    agency: str
    what: str
    page: str
    filters: str
    left_out: int
    subject: str
    format: str
    rows: int | None
    sha256: str
    previous: str
    hash: str


COLUMNS = tuple(f.name for f in fields(Row))
HASHED = tuple(name for name in COLUMNS if name != "hash")
_INSERT = f"INSERT INTO audit ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
SELECT = f"SELECT {', '.join(COLUMNS)} FROM audit"  # noqa: S608


@dataclass(frozen=True)
class End:
    """The last row there is, in the table or in the last closed segment."""

    number: int
    hash: str
    at: str = ""


def folder(data_dir: Path) -> Path:
    """Where the closed segments and the head record are."""
    return Path(data_dir) / "warehouse" / FOLDER


def ask(data_dir: Path, question: Callable[[sqlite3.Connection], R], empty: R) -> R:
    """Ask the log; `empty` where none was ever begun. Raises StateError."""

    def when_begun(con: sqlite3.Connection) -> R:
        # A file of an older version has no such table before it is next written.
        begun = con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'audit_segments'").fetchone()
        return question(con) if begun else empty

    return state.read(data_dir, when_begun, empty)


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over the row's fields, the hash before it among them, as canonical JSON (sorted, ASCII, no spaces)."""
    text = json.dumps({name: row[name] for name in HASHED}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def end(con: sqlite3.Connection) -> End:
    """The last row; number 0 and GENESIS before there is one."""
    row = con.execute("SELECT number, hash, at FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    row = row or con.execute("SELECT last, hash, '' FROM audit_segments ORDER BY segment DESC LIMIT 1").fetchone()
    return End(*row) if row else End(0, GENESIS)


def append(con: sqlite3.Connection, entry: Mapping[str, Any], now: datetime) -> End:
    """Add a row inside the caller's transaction, which has to hold the lock for writing already."""
    last = end(con)
    at = stamp(now)
    row = {**entry, "number": last.number + 1, "at": at, "clock_back": int(at < last.at), "previous": last.hash}
    row["hash"] = digest(row)
    con.execute(_INSERT, [row[name] for name in COLUMNS])
    return End(row["number"], row["hash"], at)


def stamp(now: datetime) -> str:
    """`2026-01-02T03:04:05.678Z`: the same length always, so that the order of the text is that of time."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
