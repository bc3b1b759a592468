"""Closes a segment: the rows leave the table for a packed file, and the chain goes on from its last hash."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from dashboard import state
from dashboard.audit import chain, head, segments
from dashboard.audit.entry import Who, declared
from dashboard.audit.verifying import first_break
from dashboard.state import StateError


def rotate(data_dir: Path, who: Who, now: datetime | None = None) -> tuple[Path, int]:
    """Close a segment of all rows in the table. Returns its file and how many rows it holds.

    Raises StateError when there is nothing to close, when the chain is broken (a segment would bury the break) or
    when the disk refuses. Killed at any moment, no row is lost: rows leave the table in the transaction that names
    the file, and the file is on the disk before.
    """

    def close(con: sqlite3.Connection) -> tuple[Path, int]:
        rows = con.execute(chain.SELECT + " ORDER BY number").fetchall()
        if not rows:
            raise StateError("The audit log has no row to close a segment with.", "Try again when it has.")
        if (broken := first_break(con)) is not None:
            raise StateError(
                f"The chain is broken at row {broken}, so no segment was closed.",
                "Run `python -m dashboard.audit verify --data DIR`, which says what to do.",
            )
        segment = 1 + (con.execute("SELECT max(segment) FROM audit_segments").fetchone()[0] or 0)
        path, last = segments.path_of(data_dir, segment), rows[-1]
        digest = segments.write(path, rows)
        con.execute(
            "INSERT INTO audit_segments (segment, first, last, hash, file_sha256) VALUES (?, ?, ?, ?, ?)",
            [segment, rows[0]["number"], last["number"], last["hash"], digest],
        )
        con.execute("DELETE FROM audit WHERE number <= ?", [last["number"]])
        # In the same transaction: the table always holds the newest row, and with it the time of the last one.
        entry = declared(who, "rotate", "", {}, f"segment-{segment}", None)
        chain.append(con, entry, now or datetime.now(UTC))
        return path, len(rows)

    return state.write(data_dir, close, after=lambda con: head.advance(data_dir, con))
