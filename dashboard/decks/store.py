"""Briefings in state.sqlite: read, written, ordered. What stands in them is made in dashboard/decks/filling.py.

A briefing holds sentences with numbers, so it is shown only to readers who see all that its maker saw.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard import saved, state
from dashboard.i18n import _
from dashboard.saved import Reader

MOST_SLIDES = 60
LONGEST_TITLE, LONGEST_SENTENCE = 160, 600
TITLE, SENTENCE = "title", "sentence"


class DeckError(ValueError):
    """A briefing cannot be made or changed so. The message is a plain sentence with what to do."""


@dataclass(frozen=True)
class Item:
    """One slide as it is kept.

    kind : figure, decisions, signs, help or services. page, query, figure : the view and the key of its figure.
    title, sentence : as they stood when last filled or written. own : which of the two somebody wrote.
    plan : the texts with placeholders that the others are filled from. rests : what own numbers rested on.
    """

    id: str
    kind: str = "figure"
    page: str = ""
    query: Mapping[str, tuple[str, ...]] | None = None
    figure: str = ""
    title: str = ""
    sentence: str = ""
    own: tuple[str, ...] = ()
    plan: Mapping[str, str] | None = None
    rests: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Stored:
    """A briefing. release : the one that its texts were filled from; "" on records. changes : of the last refresh."""

    id: str
    name: str
    meeting: str
    created_at: datetime
    person: str
    scope: str
    release: str = ""
    items: tuple[Item, ...] = ()
    changes: tuple[Mapping[str, str], ...] = ()


def listed(data_dir: Path, reader: Reader) -> tuple[Stored, ...]:
    """The briefings that this reader may see, the newest first. Raises StateError."""

    def ask(con: sqlite3.Connection) -> tuple[Stored, ...]:
        if not saved.has_tables(con):
            return ()
        rows = con.execute("SELECT * FROM decks WHERE deleted_at IS NULL ORDER BY created_at DESC, id")
        return tuple(deck for row in rows if reader.sees((deck := _deck(row)).scope))

    return state.read(data_dir, ask, ())


def get(data_dir: Path, deck_id: str, reader: Reader) -> Stored | None:
    """The briefing with this id; None where there is none that this reader may see. Raises StateError."""

    def ask(con: sqlite3.Connection) -> Stored | None:
        row = _row(con, deck_id) if saved.has_tables(con) else None
        if row is None or row["deleted_at"] is not None or not reader.sees(row["scope"]):
            return None
        return _deck(row)

    return state.read(data_dir, ask, None)


def create(data_dir: Path, reader: Reader, name: str, meeting: str, release: str, items: tuple[Item, ...]) -> Stored:
    """Keep a new briefing. Raises DeckError or StateError."""
    made = Stored(
        saved.new_id(), _name(name), meeting, datetime.now(UTC).replace(microsecond=0), reader.person, reader.scope,
        release, items[:MOST_SLIDES],
    )  # fmt: skip
    state.write(
        data_dir,
        lambda con: con.execute(
            "INSERT INTO decks (id, name, meeting, created_at, person, scope, release, slides, changes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]')",
            (made.id, made.name, meeting, made.created_at.isoformat(), made.person, made.scope, release,
             _items(made.items)),
        ),
    )  # fmt: skip
    return made


def update(data_dir: Path, reader: Reader, deck: Stored) -> Stored:
    """Keep a briefing's slides, release and changes as they are in `deck`. Raises DeckError or StateError."""

    def change(con: sqlite3.Connection) -> Stored:
        _changeable(con, deck.id, reader)
        con.execute(
            "UPDATE decks SET release = ?, slides = ?, changes = ? WHERE id = ?",
            (deck.release, _items(deck.items), json.dumps([dict(c) for c in deck.changes]), deck.id),
        )
        return deck

    if len(deck.items) > MOST_SLIDES:
        raise DeckError(_("A briefing has at most {n} slides.").format(n=MOST_SLIDES))
    return state.write(data_dir, change)


def rename(data_dir: Path, reader: Reader, deck_id: str, name: str) -> None:
    """Give a briefing another name. Raises DeckError or StateError."""
    cleaned = _name(name)

    def change(con: sqlite3.Connection) -> None:
        _changeable(con, deck_id, reader)
        con.execute("UPDATE decks SET name = ? WHERE id = ?", (cleaned, deck_id))

    state.write(data_dir, change)


def delete(data_dir: Path, reader: Reader, deck_id: str) -> None:
    """Take a briefing away; `restore` brings it back. Raises DeckError or StateError."""
    _mark(data_dir, reader, deck_id, datetime.now(UTC).isoformat())


def restore(data_dir: Path, reader: Reader, deck_id: str) -> None:
    """Bring a deleted briefing back. Raises DeckError or StateError."""
    _mark(data_dir, reader, deck_id, None)


def move(deck: Stored, item_id: str, by: int) -> Stored:
    """The briefing with one slide further up (-1) or down (1); unchanged at the ends."""
    items = list(deck.items)
    at = next((i for i, item in enumerate(items) if item.id == item_id), None)
    if at is None or not 0 <= at + by < len(items):
        return deck
    items.insert(at + by, items.pop(at))
    return replace(deck, items=tuple(items))


def remove(deck: Stored, item_id: str) -> Stored:
    """The briefing without one slide."""
    return replace(deck, items=tuple(item for item in deck.items if item.id != item_id))


def _mark(data_dir: Path, reader: Reader, deck_id: str, gone: str | None) -> None:
    def change(con: sqlite3.Connection) -> None:
        _changeable(con, deck_id, reader)
        con.execute("UPDATE decks SET deleted_at = ? WHERE id = ?", (gone, deck_id))

    state.write(data_dir, change)


def _changeable(con: sqlite3.Connection, deck_id: str, reader: Reader) -> None:
    row = _row(con, deck_id)
    if row is None or not reader.sees(row["scope"]):
        raise DeckError(_("This briefing is not there any more."))
    if not reader.may_change(row["person"]):
        raise DeckError(_("Only whoever made this briefing, or the data steward, can change it."))


def _row(con: sqlite3.Connection, deck_id: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = con.execute("SELECT * FROM decks WHERE id = ?", (deck_id,)).fetchone()
    return found


def _name(name: str) -> str:
    try:
        return saved.clean(name)
    except saved.SavedError as error:
        raise DeckError(str(error)) from None


def _items(items: tuple[Item, ...]) -> str:
    return json.dumps([asdict(item) for item in items])


def _deck(row: sqlite3.Row) -> Stored:
    return Stored(
        row["id"], row["name"], row["meeting"], datetime.fromisoformat(row["created_at"]), row["person"], row["scope"],
        row["release"], tuple(_item(held) for held in json.loads(row["slides"])), tuple(json.loads(row["changes"])),
    )  # fmt: skip


def _item(held: Mapping[str, Any]) -> Item:
    query = {name: tuple(values) for name, values in (held["query"] or {}).items()}
    return Item(**{**held, "query": query, "own": tuple(held["own"]), "rests": tuple(held["rests"])})
