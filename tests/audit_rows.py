"""Rows of a small audit log, a hand that changes them, and what is found broken."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard import audit, state

ANA = audit.Who("ana@wick.example", "partner", "wick_police")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(data: Path, rows: int = 6, closed: int = 0) -> None:
    """Rows a minute apart, a segment closed after the first `closed` of them."""
    for i in range(rows):
        audit.record(data, ANA, "view", page="map", now=NOON + timedelta(minutes=i))
        if i + 1 == closed:
            audit.rotate(data, ANA, now=NOON + timedelta(minutes=i))


def tamper(data: Path, *statements: str) -> None:
    """What somebody does who can write to the file and knows SQL: the triggers are gone first."""
    with sqlite3.connect(state.path_of(data)) as con:
        for (name,) in con.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            con.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            con.execute(statement)
    con.close()


def broken(data: Path) -> list[tuple[int, str]]:
    return [(b.number, b.why) for b in audit.verify(data).breaks]
