"""Sign-ins, kept in state.sqlite: when each was last used, and which have ended, whatever a copied cookie says.

A session is one sign-in at the provider. It is known by a hash of what the identity token says about that sign-in, so
that neither the token nor the cookie is stored. All times are seconds since 1970, UTC.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dashboard import state

# The nonce is new for each sign-in; the others tell sign-ins apart at a provider that leaves it out.
_SAYS_WHICH = ("iss", "sub", "aud", "iat", "nonce", "sid", "jti", "at_hash")
KEPT_DAYS = 60  # an ended session cannot come back after the longest sign-in; this is for the steward's list

Why = Literal["signed out", "idle", "too old", "not on the list", "agreement ended", "revoked"]


@dataclass(frozen=True)
class Facts:
    """What is known of a session: seen_at is None before its first page; ended is None or why it ended."""

    seen_at: float | None = None
    ended: str | None = None


@dataclass(frozen=True)
class Session:
    """One row of the steward's list."""

    id: str
    person: str
    issued_at: float
    seen_at: float
    ended_at: float | None
    why: str | None


def identify(claims: Mapping[str, Any]) -> str:
    """The id of the sign-in that these claims come from: 32 hexadecimal digits."""
    said = json.dumps([claims.get(name) for name in _SAYS_WHICH], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def facts(data_dir: Path, session: str, person: str, issued_at: float) -> Facts:
    """What is kept of a session. One that began before the person's sessions were all ended is ended. StateError."""

    def ask(con: sqlite3.Connection) -> Facts:
        if not _has_tables(con):
            return Facts()
        row = con.execute("SELECT seen_at, why FROM sessions WHERE id = ?", (session,)).fetchone()
        found = Facts(row["seen_at"], row["why"]) if row else Facts()
        over = con.execute("SELECT before, why FROM ended_for WHERE person = ?", (person,)).fetchone()
        if found.ended is None and over and issued_at <= over["before"]:
            return Facts(found.seen_at, over["why"])
        return found

    return state.read(data_dir, ask, Facts())


def seen(data_dir: Path, session: str, person: str, issued_at: float, now: float) -> None:
    """Note that a session is in use. Never brings an ended one back. Raises StateError."""

    def note(con: sqlite3.Connection) -> None:
        con.execute("DELETE FROM sessions WHERE seen_at < ?", (now - KEPT_DAYS * 86400,))
        con.execute(
            "INSERT INTO sessions (id, person, issued_at, seen_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at) WHERE ended_at IS NULL",
            (session, person, issued_at, now),
        )

    state.write(data_dir, note)


def end(data_dir: Path, session: str, person: str, issued_at: float, why: Why, now: float) -> None:
    """End one session for good, seen before or not. The first reason stays. Raises StateError."""
    state.write(
        data_dir,
        lambda con: con.execute(
            "INSERT INTO sessions (id, person, issued_at, seen_at, ended_at, why) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, why = excluded.why WHERE ended_at IS NULL",
            (session, person, issued_at, now, now, why),
        ),
    )


def end_all(data_dir: Path, person: str, now: float, why: Why = "revoked") -> int:
    """End every session of a person that began up to now, also of cookies that were never used here.

    Returns how many were open. Raises StateError.
    """

    def change(con: sqlite3.Connection) -> int:
        con.execute(
            "INSERT INTO ended_for (person, before, why) VALUES (?, ?, ?) "
            "ON CONFLICT (person) DO UPDATE SET before = max(before, excluded.before), why = excluded.why",
            (person, now, why),
        )
        ended = con.execute(
            "UPDATE sessions SET ended_at = ?, why = ? WHERE person = ? AND ended_at IS NULL", (now, why, person)
        )
        return int(ended.rowcount)

    return state.write(data_dir, change)


def listed(data_dir: Path) -> tuple[Session, ...]:
    """Every session that is kept, the last used first. Raises StateError."""

    def ask(con: sqlite3.Connection) -> tuple[Session, ...]:
        if not _has_tables(con):
            return ()
        rows = con.execute("SELECT id, person, issued_at, seen_at, ended_at, why FROM sessions ORDER BY seen_at DESC")
        return tuple(Session(*row) for row in rows)

    return state.read(data_dir, ask, ())


def _has_tables(con: sqlite3.Connection) -> bool:
    # A file of an older step is brought up to date when it is next written, not when it is read.
    return con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ended_for'").fetchone() is not None
