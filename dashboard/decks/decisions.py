"""What a meeting decided: a text, a role or agency, a day. Drawn on charts of its own side; first when next opened."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dashboard import room, saved, state
from dashboard.decks.store import DeckError
from dashboard.i18n import _
from dashboard.saved import Reader
from dashboard.state import StateError
from dashboard.warehouse import Warehouse

LONGEST, LONGEST_OWNER = 240, 80
KIND = "decision"  # of annotations, see etl/codes.py
DRAWN = 40  # characters of a decision on a chart


@dataclass(frozen=True)
class Decision:
    """One decision. owner : a role or an agency, no name. done_on : None while it is open."""

    id: str
    deck: str
    made_on: date
    text: str
    owner: str
    due: date | None
    done_on: date | None
    scope: str


def decisions(data_dir: Path, reader: Reader, deck_id: str = "") -> tuple[Decision, ...]:
    """What was decided, open ones first, then by the day that they are due. deck_id : "" for all. Raises StateError.

    On the public side nothing for those who may not write: a meeting decides for itself, not for every visitor.
    """
    if reader.scope == saved.PUBLIC and not reader.administers:
        return ()

    def ask(con: sqlite3.Connection) -> tuple[Decision, ...]:
        if not saved.has_tables(con):
            return ()
        rows = con.execute(
            "SELECT decisions.* FROM decisions JOIN decks ON decks.id = decisions.deck WHERE decks.deleted_at IS NULL "
            "ORDER BY done_on IS NOT NULL, coalesce(due, '9999'), made_on, decisions.id"
        )
        return tuple(d for row in rows if reader.sees((d := _decision(row)).scope) and deck_id in ("", d.deck))

    return state.read(data_dir, ask, ())


def decide(data_dir: Path, reader: Reader, deck_id: str, text: str, owner: str = "", due: date | None = None) -> None:
    """Write a decision down. Raises DeckError or StateError."""
    said = saved.text(text, LONGEST)
    if not any(c.isalnum() for c in said):
        raise DeckError(_("Write what was decided."))
    row = (
        saved.new_id(), deck_id, datetime.now(UTC).date().isoformat(), said, saved.text(owner, LONGEST_OWNER),
        due.isoformat() if due else None, reader.person, reader.scope,
    )  # fmt: skip
    state.write(
        data_dir,
        lambda con: con.execute(
            "INSERT INTO decisions (id, deck, made_on, text, owner, due, person, scope) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ),
    )


def done(data_dir: Path, reader: Reader, decision_id: str, is_done: bool = True) -> None:
    """Mark a decision as done, or open again. Whoever sees it may. Raises DeckError or StateError."""
    day = datetime.now(UTC).date().isoformat() if is_done else None
    _change(data_dir, reader, decision_id, "UPDATE decisions SET done_on = ? WHERE id = ?", (day, decision_id))


def drop(data_dir: Path, reader: Reader, decision_id: str) -> None:
    """Take a decision away. Raises DeckError or StateError."""
    _change(data_dir, reader, decision_id, "DELETE FROM decisions WHERE id = ?", (decision_id,))


def _change(data_dir: Path, reader: Reader, decision_id: str, sql: str, values: tuple[str | None, ...]) -> None:
    def change(con: sqlite3.Connection) -> None:
        row = con.execute("SELECT scope FROM decisions WHERE id = ?", (decision_id,)).fetchone()
        if row is None or not reader.sees(row["scope"]):
            raise DeckError(_("This decision is not there any more."))
        con.execute(sql, values)

    state.write(data_dir, change)


def summary(made: Iterable[Decision]) -> str:
    """`Decided last time, 3 of 5 done`."""
    held = list(made)
    n = sum(d.done_on is not None for d in held)
    return _("Decided last time, {done} of {all} done").format(done=n, all=len(held))


def drawn_notes(warehouse: Warehouse, first: date | None = None, last: date | None = None) -> list[tuple[date, str]]:
    """Decisions as dated notes for charts of this warehouse: those that its reader may see, made in these months."""
    public = warehouse.catalogue.public
    data_dir = warehouse.path.parents[2] if public else warehouse.path.parents[1]
    reader = Reader("", saved.scope_of(getattr(warehouse, "sources", None), public), public and room.here())
    try:
        found = decisions(data_dir, reader)
    except StateError:
        return []  # a chart is drawn without them; the page of briefings says what is wrong
    return [
        (d.made_on, _("Decided: {text}").format(text=_short(d.text)))
        for d in sorted(found, key=lambda d: d.made_on)
        if (first is None or d.made_on >= first) and (last is None or d.made_on.replace(day=1) <= last)
    ]


def _short(text: str) -> str:
    return text if len(text) <= DRAWN else text[: DRAWN - 1].rstrip() + "…"


def _decision(row: sqlite3.Row) -> Decision:
    due, done_on = (date.fromisoformat(row[c]) if row[c] else None for c in ("due", "done_on"))
    return Decision(
        row["id"], row["deck"], date.fromisoformat(row["made_on"]), row["text"], row["owner"], due, done_on,
        row["scope"],
    )  # fmt: skip
