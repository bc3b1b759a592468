"""Briefings: ordered views with a title and a sentence each, filled from the figures; what their meetings decided."""

from dashboard.decks.decisions import Decision, decide, decisions, done, drawn_notes
from dashboard.decks.filling import (
    Change,
    Flag,
    Refreshed,
    add_view,
    edit,
    filled,
    flags,
    new,
    own_data,
    refresh,
    release_of,
    rewrite,
)
from dashboard.decks.meetings import MEETINGS, Meeting
from dashboard.decks.shown import Shown, deck_of, one, shown
from dashboard.decks.since_items import add_since
from dashboard.decks.store import DeckError, Item, Stored, delete, get, listed, move, remove, rename, restore, update

__all__ = [
    "MEETINGS",
    "Change",
    "Decision",
    "DeckError",
    "Flag",
    "Item",
    "Meeting",
    "Refreshed",
    "Shown",
    "Stored",
    "add_since",
    "add_view",
    "decide",
    "decisions",
    "deck_of",
    "delete",
    "done",
    "drawn_notes",
    "edit",
    "filled",
    "flags",
    "get",
    "listed",
    "move",
    "new",
    "one",
    "own_data",
    "refresh",
    "release_of",
    "remove",
    "rename",
    "restore",
    "rewrite",
    "shown",
    "update",
]
