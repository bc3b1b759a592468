"""The head record: number and hash of the newest row, in a file of its own, so that rows cut off the end are missed.

It only ever moves forward along the chain. Where it and the chain disagree it is left as it is: `verify` says so.
"""

import json
import os
import sqlite3
from pathlib import Path

from dashboard.audit import chain
from dashboard.audit.chain import End
from dashboard.state import StateError

FILE = "head.json"
_FIRST = 2  # a record that is missing is made while the chain is this short; later somebody took it away


def read(data_dir: Path) -> End | None:
    """The record; None when it is gone or cannot be read."""
    try:
        found = json.loads((chain.folder(data_dir) / FILE).read_text(encoding="ascii"))
        return End(int(found["number"]), str(found["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def advance(data_dir: Path, con: sqlite3.Connection) -> None:
    """Bring the record up to the newest row. Raises StateError when it cannot be written.

    con : holds the lock for writing: of two processes the slower one would otherwise set the record back.
    """
    newest, kept = chain.end(con), read(data_dir)
    if _follows(con, newest, kept):
        write(data_dir, newest)


def write(data_dir: Path, newest: End) -> None:
    """Set the record. Raises StateError."""
    path = chain.folder(data_dir) / FILE
    # Hidden: no backup takes it along. One name: whoever writes holds the lock, and takes over what a killed one left.
    part = path.with_name(".head.partial")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("w", encoding="ascii") as out:
            json.dump({"number": newest.number, "hash": newest.hash}, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError:
        raise StateError(
            "The head record of the audit log cannot be written.",
            f"Allow this user to write to the folder `warehouse/{chain.FOLDER}`, and check that the disk is not full.",
        ) from None


def _follows(con: sqlite3.Connection, newest: End, kept: End | None) -> bool:
    if kept is None:
        return newest.number <= _FIRST
    return kept.number <= newest.number and _is_in(con, kept)


def _is_in(con: sqlite3.Connection, kept: End) -> bool:
    """Whether the chain has that row; one in the middle of a closed segment is `verify`'s to check."""
    row = con.execute("SELECT hash FROM audit WHERE number = ?", [kept.number]).fetchone()
    row = row or con.execute("SELECT hash FROM audit_segments WHERE last = ?", [kept.number]).fetchone()
    if row:
        return bool(row[0] == kept.hash)
    closed = con.execute("SELECT max(last) FROM audit_segments").fetchone()[0]
    return kept.number < (closed or 0)
