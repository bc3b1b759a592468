"""Saved views: a page and its filters under a name, with the figures of that moment. Kept in state.sqlite.

Figures are kept apart for each scope: numbers of one agency's records are never compared with, or shown to, another's.
"""

import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dashboard import state
from dashboard.escape import plain
from dashboard.i18n import _

LONGEST_NAME = 80
LONGEST_TEXT = 500
MOST_VIEWS = 2000
LONGEST_VALUE, MOST_VALUES = 200, 200
EVERYTHING, PUBLIC = "*", "public"  # scopes: all records, and the protected figures
PAGES = ("overview", "map", "trends", "demographics", "services", "data")
# What a link may hold beside the filters: the choices of the pages' own controls.
CHOICES = ("grain", "group", "average", "people", "by", "place", "ask")
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # none that is read as another
_ID = re.compile(rf"[{_ALPHABET}]{{12}}")

Query = Mapping[str, tuple[str, ...]]


class SavedError(ValueError):
    """It cannot be saved or changed. The message is a plain sentence with what to do."""


@dataclass(frozen=True)
class Reader:
    """Who asks. person : "" where nobody signs in. scope : `scope_of` what they see exactly. administers : a steward,
    or whoever sits at this computer."""

    person: str = ""
    scope: str = EVERYTHING
    administers: bool = True

    def sees(self, scope: str) -> bool:
        """Whether all that a scope holds is in this reader's: only then are its numbers and texts shown."""
        if self.scope == scope or PUBLIC in (self.scope, scope):
            return self.scope == scope
        return self.scope == EVERYTHING or (scope != EVERYTHING and set(scope.split(",")) <= set(self.scope.split(",")))

    def may_change(self, person: str) -> bool:
        """Whether what a person saved may be renamed and deleted by this reader."""
        return self.administers or (bool(self.person) and self.person == person)


def scope_of(sources: Iterable[str] | None, public: bool = False) -> str:
    """What a reader may see exactly, as one word to compare. None : every source."""
    if public:
        return PUBLIC
    return EVERYTHING if sources is None else ",".join(sorted(sources))


@dataclass(frozen=True)
class SavedView:
    """One saved view. description : "" for a reader who may not see all that its maker saw. query : of the link."""

    id: str
    name: str
    description: str
    page: str
    query: Query
    created_at: datetime
    person: str
    scope: str
    deleted_at: datetime | None = None

    @property
    def link(self) -> str:
        """What is shared: a random id, nothing else."""
        return f"/?view={self.id}"


@dataclass(frozen=True)
class Kept:
    """What the figures were. numbers : key -> count, None where nothing was collected; see dashboard/headline.py.

    first, last : the months that they are of, `2024-01`. grain : of a public release's periods. words : the view.
    """

    numbers: Mapping[str, int | None]
    first: str = ""
    last: str = ""
    grain: str = ""
    words: str = ""
    version: int = 0
    release: str = ""
    saved_at: datetime | None = None


def list_views(data_dir: Path, reader: Reader) -> tuple[SavedView, ...]:
    """The views, the newest first. Raises StateError."""

    def ask(con: sqlite3.Connection) -> tuple[SavedView, ...]:
        if not has_tables(con):
            return ()
        rows = con.execute("SELECT * FROM saved_views WHERE deleted_at IS NULL ORDER BY created_at DESC, id")
        return tuple(_for(_view(row), reader) for row in rows)

    return state.read(data_dir, ask, ())


def get(data_dir: Path, view_id: str, reader: Reader) -> SavedView | None:
    """The view with this id; None when there is none, or it was deleted. Raises StateError."""
    if not _ID.fullmatch(view_id):
        return None

    def ask(con: sqlite3.Connection) -> SavedView | None:
        row = _row(con, view_id) if has_tables(con) else None
        return _for(_view(row), reader) if row is not None and row["deleted_at"] is None else None

    return state.read(data_dir, ask, None)


def save(
    data_dir: Path, reader: Reader, name: str, page: str, query: Mapping[str, Iterable[str]], figures: Kept,
    description: str = "",
) -> SavedView:  # fmt: skip
    """Save a view. query : the link's parameters; what is neither a filter nor a control is left out.

    Raises SavedError (what is missing) or StateError (the file).
    """
    if page not in PAGES:
        raise SavedError(_("This page is not one that can be saved."))
    made = SavedView(
        new_id(), clean(name), text(description), page, kept_query(query), _now(), reader.person, reader.scope
    )

    def change(con: sqlite3.Connection) -> SavedView:
        if con.execute("SELECT count(*) FROM saved_views").fetchone()[0] >= MOST_VIEWS:
            raise SavedError(_("No more views can be saved: delete some that nobody needs."))
        con.execute(
            "INSERT INTO saved_views (id, name, description, page, query, created_at, person, scope) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (made.id, made.name, made.description, page, json.dumps(made.query), made.created_at.isoformat(),
             made.person, made.scope),
        )  # fmt: skip
        _keep(con, made.id, reader.scope, figures)
        return made

    return state.write(data_dir, change)


def rename(data_dir: Path, reader: Reader, view_id: str, name: str, description: str | None = None) -> SavedView:
    """Another name, and another description unless None. Raises SavedError or StateError."""
    cleaned = clean(name)

    def change(con: sqlite3.Connection) -> SavedView:
        old = _changeable(con, view_id, reader)
        said = old.description if description is None else text(description)
        con.execute("UPDATE saved_views SET name = ?, description = ? WHERE id = ?", (cleaned, said, view_id))
        return replace(old, name=cleaned, description=said)

    return state.write(data_dir, change)


def delete(data_dir: Path, reader: Reader, view_id: str) -> SavedView:
    """Take a view away; its link then says so. `restore` brings it back. Raises SavedError or StateError."""
    return _mark(data_dir, reader, view_id, _now())


def restore(data_dir: Path, reader: Reader, view_id: str) -> SavedView:
    """Bring a deleted view back. Raises SavedError or StateError."""
    return _mark(data_dir, reader, view_id, None)


def kept(data_dir: Path, view_id: str, scope: str) -> Kept | None:
    """What the figures were when this scope saved them; None where it never did. Raises StateError."""

    def ask(con: sqlite3.Connection) -> Kept | None:
        if not has_tables(con):
            return None
        row = con.execute("SELECT * FROM saved_figures WHERE view = ? AND scope = ?", (view_id, scope)).fetchone()
        if row is None:
            return None
        held = json.loads(row["figures"])
        return Kept(
            held["numbers"], held["first"], held["last"], held["grain"], held["words"],
            row["version"], row["release"], datetime.fromisoformat(row["saved_at"]),
        )  # fmt: skip

    return state.read(data_dir, ask, None)


def keep(data_dir: Path, reader: Reader, view_id: str, figures: Kept) -> None:
    """The figures of this moment take the place of those that this reader's scope kept. Raises StateError."""

    def change(con: sqlite3.Connection) -> None:
        if _row(con, view_id) is None:
            raise SavedError(_("This view is not saved any more."))
        _keep(con, view_id, reader.scope, figures)

    state.write(data_dir, change)


def kept_query(query: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Of a link's parameters those of filters and of the pages' controls, each value one line."""
    from dashboard.filters import NAMES

    found: dict[str, tuple[str, ...]] = {}
    for name in (*NAMES, *CHOICES):
        given = query.get(name, ())
        values = [given] if isinstance(given, str) else [str(value) for value in given]
        cleaned = tuple(plain(value)[:LONGEST_VALUE] for value in values[:MOST_VALUES] if plain(value))
        found |= {name: cleaned} if cleaned else {}
    return found


def new_id() -> str:
    """Twelve random characters: about 58 bits, so that no id is guessed."""
    return "".join(secrets.choice(_ALPHABET) for _i in range(12))


def clean(name: str) -> str:
    """A name as it is kept: one line, single spaces. Raises SavedError."""
    cleaned = " ".join(plain(name).split())
    if not any(c.isalnum() for c in cleaned):
        raise SavedError(_("A name needs at least one letter or digit."))
    if len(cleaned) > LONGEST_NAME:
        raise SavedError(_("A name has at most {n} characters: shorten it.").format(n=LONGEST_NAME))
    return cleaned


def text(given: str, longest: int = LONGEST_TEXT) -> str:
    """A text as it is kept: one paragraph."""
    return " ".join(plain(given).split())[:longest]


def has_tables(con: sqlite3.Connection) -> bool:
    """Whether the file is of a step that knows saved views; an older one is brought up to date when next written."""
    return con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'saved_views'").fetchone() is not None


def _mark(data_dir: Path, reader: Reader, view_id: str, gone: datetime | None) -> SavedView:
    def change(con: sqlite3.Connection) -> SavedView:
        old = _changeable(con, view_id, reader)
        con.execute("UPDATE saved_views SET deleted_at = ? WHERE id = ?", (gone.isoformat() if gone else None, view_id))
        return replace(old, deleted_at=gone)

    return state.write(data_dir, change)


def _changeable(con: sqlite3.Connection, view_id: str, reader: Reader) -> SavedView:
    row = _row(con, view_id)
    if row is None:
        raise SavedError(_("This view is not saved any more."))
    if not reader.may_change(row["person"]):
        raise SavedError(_("Only whoever saved this view, or the data steward, can change it."))
    return _view(row)


def _keep(con: sqlite3.Connection, view_id: str, scope: str, figures: Kept) -> None:
    held = {"numbers": dict(figures.numbers), "first": figures.first, "last": figures.last}
    held |= {"grain": figures.grain, "words": figures.words}
    con.execute(
        "INSERT OR REPLACE INTO saved_figures (view, scope, version, release, saved_at, figures) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (view_id, scope, figures.version, figures.release, _now().isoformat(), json.dumps(held)),
    )


def _row(con: sqlite3.Connection, view_id: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = con.execute("SELECT * FROM saved_views WHERE id = ?", (view_id,)).fetchone()
    return found


def _view(row: sqlite3.Row) -> SavedView:
    gone = row["deleted_at"]
    query = {name: tuple(values) for name, values in json.loads(row["query"]).items()}
    return SavedView(
        row["id"], row["name"], row["description"], row["page"], query, datetime.fromisoformat(row["created_at"]),
        row["person"], row["scope"], datetime.fromisoformat(gone) if gone else None,
    )  # fmt: skip


def _for(view: SavedView, reader: Reader) -> SavedView:
    return view if reader.sees(view.scope) else replace(view, description="")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
