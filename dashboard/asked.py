"""Questions about a number: the view's link, the figure and a short text, left for the steward; and the answers.

Who asks is not kept. Questions stay on the side on which they were asked: one about records never reaches the public
file's folder.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard import saved, state
from dashboard.escape import plain
from dashboard.i18n import N_, _
from dashboard.saved import Reader

LONGEST, LONGEST_ANSWER, LONGEST_LINK = 400, 800, 2000
AN_HOUR, MOST_OPEN = 20, 300  # questions in an hour, and open ones: nobody fills the disk
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
STATUS = {OPEN: N_("open"), ANSWERED: N_("answered"), CLOSED: N_("closed")}


class AskedError(ValueError):
    """It cannot be kept. The message is a plain sentence with what to do."""


@dataclass(frozen=True)
class Question:
    """One question. scope : of what its asker sees exactly. figure, title : the key and the title of the figure."""

    id: str
    at: datetime
    scope: str
    link: str
    figure: str
    title: str
    release: str
    text: str
    status: str = OPEN
    answer: str = ""
    settled_at: datetime | None = None


def ask(
    data_dir: Path, reader: Reader, link: str, figure: str, title: str, text: str, release: str = "",
    now: datetime | None = None,
) -> Question:  # fmt: skip
    """Keep a question. link : path and query of the view, no host. Raises AskedError or StateError."""
    said = saved.text(text, LONGEST)
    if not any(c.isalnum() for c in said):
        raise AskedError(_("Write what is in doubt, in a sentence."))
    if len(plain(text)) > LONGEST:
        raise AskedError(_("A question has at most {n} characters: shorten it.").format(n=LONGEST))
    at = (now or datetime.now(UTC)).replace(microsecond=0)
    path = plain(link)[:LONGEST_LINK]
    # Shown to the steward as something to click, so nothing but a path of this app may stand there.
    path = path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
    made = Question(
        saved.new_id(), at, reader.scope, path, plain(figure)[:80], saved.text(title, 300), plain(release)[:60], said
    )

    def change(con: sqlite3.Connection) -> Question:
        since = (at - timedelta(hours=1)).isoformat()
        recent = con.execute("SELECT count(*) FROM asked WHERE at > ?", (since,)).fetchone()[0]
        waiting = con.execute("SELECT count(*) FROM asked WHERE status = ?", (OPEN,)).fetchone()[0]
        if recent >= AN_HOUR or waiting >= MOST_OPEN:
            raise AskedError(_("So many questions are waiting that no more can be left now. Try again in an hour."))
        con.execute(
            "INSERT INTO asked (id, at, scope, link, figure, title, release, text, status) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (made.id, at.isoformat(), made.scope, path, made.figure, made.title, made.release, said, OPEN),
        )
        return made

    return state.write(data_dir, change)


def listed(data_dir: Path, reader: Reader, status: str = "") -> tuple[Question, ...]:
    """What this reader may see, open ones first, the newest first. Raises StateError."""
    return _ask(
        data_dir,
        "SELECT * FROM asked WHERE ? IN ('', status) ORDER BY status <> 'open', at DESC, id LIMIT 500",
        (status,),
        lambda q: reader.sees(q.scope),
    )


def answers(data_dir: Path, reader: Reader, link: str, figure: str) -> tuple[Question, ...]:
    """Answered questions about one figure of one view, the newest first. Raises StateError."""
    return _ask(
        data_dir,
        "SELECT * FROM asked WHERE status = 'answered' AND figure = ? AND link = ? ORDER BY at DESC, id LIMIT 5",
        (figure, plain(link)[:LONGEST_LINK]),
        lambda q: reader.sees(q.scope),
    )


def settle(data_dir: Path, reader: Reader, question_id: str, status: str, answer: str = "") -> Question:
    """Answer a question, close it or open it again; for who administers. Raises AskedError or StateError."""
    said = saved.text(answer, LONGEST_ANSWER)
    if status not in STATUS or (status == ANSWERED and not any(c.isalnum() for c in said)):
        raise AskedError(_("Write the answer first."))
    at = None if status == OPEN else datetime.now(UTC).replace(microsecond=0)

    def change(con: sqlite3.Connection) -> Question:
        row = con.execute("SELECT * FROM asked WHERE id = ?", (question_id,)).fetchone()
        if row is None or not reader.administers or not reader.sees(row["scope"]):
            raise AskedError(_("This question is not there any more."))
        con.execute(
            "UPDATE asked SET status = ?, answer = ?, settled_at = ? WHERE id = ?",
            (status, said, at.isoformat() if at else None, question_id),
        )
        return _question(con.execute("SELECT * FROM asked WHERE id = ?", (question_id,)).fetchone())

    return state.write(data_dir, change)


def _ask(
    data_dir: Path, sql: str, values: tuple[str, ...], may_see: Callable[[Question], bool]
) -> tuple[Question, ...]:
    def found(con: sqlite3.Connection) -> tuple[Question, ...]:
        if con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'asked'").fetchone() is None:
            return ()
        return tuple(q for row in con.execute(sql, values) if may_see(q := _question(row)))

    return state.read(data_dir, found, ())


def _question(row: sqlite3.Row) -> Question:
    held = dict(row)
    settled = held["settled_at"]
    held |= {"at": datetime.fromisoformat(held["at"]), "settled_at": settled and datetime.fromisoformat(settled)}
    return Question(**held)
