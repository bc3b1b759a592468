"""What was given to whom: each press pack that somebody handed to an organisation, kept for good in state.sqlite.

A name of a person is not asked for. On the restricted side a row of the audit log, with the file's sha256, stands
beside it, so that a row taken away here is missed there.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboard import saved, state
from dashboard.i18n import _

LONGEST = 120
PACK = "press pack"


class GivenError(ValueError):
    """It cannot be noted. The message is a plain sentence with what to do."""


@dataclass(frozen=True)
class Given:
    """One handing over. person : who noted it; "" where nobody signs in."""

    id: str
    at: datetime
    organisation: str
    purpose: str
    what: str
    release: str
    sha256: str
    person: str = ""


def note(
    data_dir: Path, organisation: str, purpose: str, release: str, sha256: str, person: str = "", what: str = PACK
) -> Given:
    """Keep one row. Raises GivenError (what is missing) or StateError (the file)."""
    to, why = check(organisation, purpose)
    made = Given(saved.new_id(), datetime.now(UTC).replace(microsecond=0), to, why, what, release, sha256, person)
    row = (made.id, made.at.isoformat(), to, why, what, release, sha256, person)
    state.write(data_dir, lambda con: con.execute("INSERT INTO given VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))
    return made


def check(organisation: str, purpose: str) -> tuple[str, str]:
    """Both as they are kept. Raises GivenError."""
    to, why = saved.text(organisation, LONGEST), saved.text(purpose, LONGEST)
    if not any(c.isalnum() for c in to) or not any(c.isalnum() for c in why):
        raise GivenError(_("Say which organisation gets it, and what for."))
    if "@" in to or "@" in why:
        raise GivenError(_("An e-mail address names a person: write the organisation only."))
    return to, why


def listed(data_dir: Path, limit: int = 200) -> tuple[Given, ...]:
    """The newest first. Raises StateError."""

    def ask(con: sqlite3.Connection) -> tuple[Given, ...]:
        if con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'given'").fetchone() is None:
            return ()
        rows = con.execute("SELECT * FROM given ORDER BY at DESC, id LIMIT ?", (limit,))
        return tuple(Given(**{**dict(row), "at": datetime.fromisoformat(row["at"])}) for row in rows)

    return state.read(data_dir, ask, ())
