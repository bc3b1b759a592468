"""Briefings made from the invented public file, and who reads them."""

from pathlib import Path

from dashboard import decks
from dashboard.saved import PUBLIC, Reader
from dashboard.warehouse import Warehouse, current
from tests.make_public import make_public

ROOM = Reader("", PUBLIC)
NEXT = "2026-02-02-1"
ALL, WICK = Reader(), Reader("ana@wick.example", "wick_police", administers=False)


def newest(data: Path) -> Warehouse:
    return current(data, "public")


def made(data: Path, meeting: str = "task_force") -> decks.Stored:
    return decks.new(data, newest(data), ROOM, "Task force, May", meeting)


def shown(data: Path, deck: decks.Stored) -> tuple[decks.Shown, ...]:
    return decks.shown(data, newest(data), ROOM, deck)


def next_release(data: Path, per_year: int = 700) -> None:
    make_public(data, "year", "district", per_year, release=NEXT, seed=7)
