"""Reads the log, newest first: from the table, and from closed segments when the table does not go back far enough."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.audit import chain, segments
from dashboard.audit.chain import Row


@dataclass(frozen=True)
class Found:
    """Rows that fit, newest first, and whether there are older ones that were not read."""

    rows: tuple[Row, ...]
    more: bool


def entries(
    data_dir: Path, person: str = "", what: str = "", day: date | None = None, limit: int = 1000, closed: bool = False
) -> Found:
    """The newest rows that fit all that is given.

    day : in UTC. limit : at least 1. closed : read closed segments as well, which takes about a second for 100,000
    rows. Raises StateError.
    """
    wanted = {"person": person, "what": what, "at": f"{day:%Y-%m-%d}" if day else ""}

    def ask(con: sqlite3.Connection) -> tuple[list[Row], list[int]]:
        where = "(? = '' OR person = ?) AND (? = '' OR what = ?) AND (? = '' OR substr(at, 1, 10) = ?)"
        values = [value for value in wanted.values() for _ in range(2)]
        found = con.execute(f"{chain.SELECT} WHERE {where} ORDER BY number DESC LIMIT ?", [*values, limit + 1])
        listed = con.execute("SELECT segment FROM audit_segments ORDER BY segment DESC").fetchall()
        return [Row(**dict(row)) for row in found], [row[0] for row in listed]

    nothing: tuple[list[Row], list[int]] = ([], [])
    rows, listed = chain.ask(data_dir, ask, nothing)
    for segment in listed if closed else []:
        if len(rows) > limit:
            break
        older = [row for row in _rows(data_dir, segment) if _fits(row, wanted)]
        rows += reversed(older)
    return Found(tuple(rows[:limit]), len(rows) > limit or (bool(listed) and not closed))


def persons(data_dir: Path) -> tuple[str, ...]:
    """The ids in the table, in alphabetical order. Raises StateError."""
    asked = "SELECT DISTINCT person FROM audit ORDER BY person"
    return chain.ask(data_dir, lambda con: tuple(row[0] for row in con.execute(asked)), ())


def size(data_dir: Path) -> int:
    """How many rows were ever written. Raises StateError."""
    return chain.ask(data_dir, lambda con: chain.end(con).number, 0)


def _rows(data_dir: Path, segment: int) -> Iterator[Row]:
    try:
        for row in segments.read(segments.path_of(data_dir, segment)):
            yield Row(**row)
    except segments.SegmentError:
        return  # `verify` says so


def _fits(row: Row, wanted: dict[str, str]) -> bool:
    held = {"person": row.person, "what": row.what, "at": str(row.at)[:10]}
    return all(not value or held[name] == value for name, value in wanted.items())
