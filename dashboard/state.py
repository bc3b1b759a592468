"""What must outlive a click: one SQLite file beside the warehouse, which no load and no rebuild touches.

A table is added by appending a step to STEPS in dashboard/state_steps.py; a file of an older step is brought up to date
when it is next written.
"""

import errno
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from dashboard.i18n import N_
from dashboard.state_steps import STEPS as STEPS

R = TypeVar("R")

FILE = "state.sqlite"
BUSY_SECONDS = 10.0  # how long one process waits while another writes


class StateError(Exception):
    """What people saved cannot be read or written. `message` says what is wrong, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message, self.remedy = message, remedy


def path_of(data_dir: Path) -> Path:
    """Where the file of a data directory is, or would be: beside the warehouse, or beside the public releases."""
    folder = Path(data_dir)
    public = (folder / "releases").is_dir() and not (folder / "warehouse").is_dir()
    return (folder if public else folder / "warehouse") / FILE


def read(data_dir: Path, question: Callable[[sqlite3.Connection], R], empty: R) -> R:
    """Ask the file; `empty` where nothing was ever saved. Creates nothing. Raises StateError."""
    path = path_of(data_dir)
    if not path.exists():
        return empty
    with _said(path), _opened(path, "ro") as con:
        # A file that was made a moment ago has no table yet.
        return question(con) if _step(con) else empty


def write(
    data_dir: Path, change: Callable[[sqlite3.Connection], R], after: Callable[[sqlite3.Connection], None] | None = None
) -> R:
    """Change the file in one transaction, which counts whole or not at all; made when it is first needed.

    after : called once the change is on the disk, while nobody else can write.
    Raises StateError; what `change` raises takes its change back and is passed on.
    """
    path = path_of(data_dir)
    if not path.parent.is_dir():
        raise StateError("There is no warehouse to save this beside.", "Load a file first.")
    with _said(path), _opened(path, "rwc") as con:
        _log_ahead(con)
        con.execute("BEGIN IMMEDIATE")
        try:
            _bring_up_to_date(con)
            result = change(con)
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
        if after is not None:
            con.execute("BEGIN IMMEDIATE")
            try:
                after(con)
            finally:
                con.execute("ROLLBACK")
        return result


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    # A connection for each question: opening one costs a fraction of a millisecond, and no two threads share it.
    uri = path.resolve().as_uri()
    try:
        con = _connect(f"{uri}?mode={mode}")
    except sqlite3.OperationalError:
        if mode != "ro":
            raise
        # The log beside the file cannot be made in a folder that is read-only; then nobody is writing either.
        con = _connect(f"{uri}?immutable=1")
    try:
        con.row_factory = sqlite3.Row
        yield con
    finally:
        con.close()


def _connect(uri: str) -> sqlite3.Connection:
    con = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        con.execute("PRAGMA foreign_keys = ON")
        con.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # opening alone reads nothing
    except BaseException:
        con.close()
        raise
    return con


def _log_ahead(con: sqlite3.Connection) -> None:
    """Readers and one writer at the same time. Kept in the file, so only the first writer has to switch it on."""
    until = time.monotonic() + BUSY_SECONDS
    while con.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            con.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The switch does not wait for another process that is making the file at this moment.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _step(con: sqlite3.Connection) -> int:
    step = int(con.execute("PRAGMA user_version").fetchone()[0])
    if step > len(STEPS):
        raise StateError(
            f"{FILE} was written by a newer version of Lamplight.", "Update this one; what was saved is kept."
        )
    return step


def _bring_up_to_date(con: sqlite3.Connection) -> None:
    step = _step(con)
    for script in STEPS[step:]:
        # `executescript` would end the transaction that makes the steps count together.
        for statement in _statements(script):
            con.execute(statement)
    if step < len(STEPS):
        con.execute(f"PRAGMA user_version = {len(STEPS)}")


def _statements(script: str) -> Iterator[str]:
    """Each statement of a script; a trigger has semicolons of its own."""
    held = ""
    for part in script.split(";"):
        held += part + ";"
        if sqlite3.complete_statement(held):
            if part.strip():
                yield held
            held = ""


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """SQLite's own words can hold a path or a value; readers get ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _in_words(error) from None
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise _READ_ONLY from None
        raise StateError(f"{FILE} cannot be read.", "Check the disk of the data folder.") from None


_READ_ONLY = StateError(
    "The data folder cannot be written to, so nothing can be saved in it.",
    "Allow this user to write to it and to its folder `warehouse`, or start with `--data` and a folder of your own.",
)


def _in_words(error: sqlite3.DatabaseError) -> StateError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _READ_ONLY
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StateError("Another program is writing to what was saved.", "Try again in a moment.")
    if primary == sqlite3.SQLITE_FULL:
        return StateError("The disk is full, so nothing can be saved.", "Free some space and try again.")
    return StateError(
        N_("state.sqlite cannot be read: it is damaged or not a file of Lamplight's."),
        N_(
            "Move state.sqlite out of its folder (`warehouse`, or `public` for the public view) and restore it from "
            "the last backup. Without one, groups of areas, saved views and briefings have to be made again, everybody "
            "signs in again, and the audit log says that its rows are missing."
        ),
    )
