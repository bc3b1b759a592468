"""Walks the chain from the first row to the head record, and names the rows at which it is broken."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard import state
from dashboard.audit import chain, head, segments
from dashboard.audit.chain import End
from dashboard.audit.entry import Who
from dashboard.audit.recording import record
from dashboard.i18n import N_

RESULT = "verified.json"
WHY: Mapping[str, str] = {
    "changed": N_("what it says does not fit its hash"),
    "unlinked": N_("it does not follow from the row before it"),
    "missing": N_("it is not there"),
    "segment": N_("the closed segment that begins with it is gone, changed or unknown"),
    "head": N_("the head record is gone, changed or knows of rows that are not there"),
    "known": N_("it is not the row that was noted elsewhere"),
}
WHAT_TO_DO = N_(
    "Delete nothing. Copy the folder `warehouse` as it is, compare it with the last backup, and "
    "find out who could write to this computer since the log last held. Then restore the log from the backup, or keep "
    "it and run `python -m dashboard.audit accept --data DIR`, which writes the break into the log."
)


@dataclass(frozen=True)
class Break:
    """A row at which the chain is broken. why : a key of WHY."""

    number: int
    why: str


@dataclass(frozen=True)
class Report:
    """What a walk found. rows : how many there are, in closed segments and in the table. end : the newest.

    breaks : lowest number first, without those that were accepted. accepted : how many those are.
    """

    rows: int
    end: End
    breaks: tuple[Break, ...]
    accepted: int = 0

    @property
    def holds(self) -> bool:
        return not self.breaks


@dataclass(frozen=True)
class LastVerified:
    """The last result, as kept beside the log. at : UTC, as rows have it. broken_at : 0 when it held."""

    at: str
    rows: int
    broken_at: int


def verify(data_dir: Path, known: End | None = None, now: datetime | None = None) -> Report:
    """Check every row, every segment and the head record; the result is kept for the steward's page and for metrics.

    known : a head that was noted elsewhere; it must be in the chain. Raises StateError when the file cannot be read.
    """
    # Before the rows: it may only fall behind them meanwhile, never run ahead.
    kept = head.read(data_dir)
    report = chain.ask(data_dir, lambda con: _walk(con, data_dir, kept, known), None)
    if report is None:
        lost = kept is not None or bool(segments.numbers(data_dir)) or known is not None
        report = Report(0, End(0, chain.GENESIS), (Break(1, "missing"),) if lost else ())
    _keep(data_dir, report, now or datetime.now(UTC))
    return report


def last_verified(data_dir: Path) -> LastVerified | None:
    """The last result; None when nobody has verified yet."""
    try:
        found = json.loads((chain.folder(data_dir) / RESULT).read_text(encoding="ascii"))
        return LastVerified(str(found["at"]), int(found["rows"]), int(found["broken_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def accept(data_dir: Path, who: Who) -> Report:
    """Write each break into the log, so that it counts as known from here on, and set the head record anew.

    Nothing of it is undone or hidden: each break stays a row of the log for good. Returns what was accepted.
    """
    found = verify(data_dir)
    for one in found.breaks:
        record(data_dir, who, "accept", subject=_named(one))
    if not found.holds:
        state.write(data_dir, lambda con: head.write(data_dir, chain.end(con)))
    return found


def first_break(con: sqlite3.Connection) -> int | None:
    """The first row of the table that is broken and was not accepted; None when it holds."""
    broken = [b for b in _table_breaks(con) if _named(b) not in _accepted(con)]
    return min((b.number for b in broken), default=None)


def _named(one: Break) -> str:
    return f"row-{one.number}:{one.why}"


def _accepted(con: sqlite3.Connection) -> set[str]:
    return {row[0] for row in con.execute("SELECT subject FROM audit WHERE what = 'accept'")}


def _table_breaks(con: sqlite3.Connection) -> list[Break]:
    before = con.execute("SELECT last, hash FROM audit_segments ORDER BY segment DESC LIMIT 1").fetchone()
    walk = _Walk(End(*before) if before else End(0, chain.GENESIS), None)
    walk.over(con.execute(chain.SELECT + " ORDER BY number"))
    return walk.breaks


class _Walk:
    """Goes over rows in their order and keeps what is wrong. marks : rows that have to have a certain hash."""

    def __init__(self, start: End, marks: dict[int, tuple[str, str]] | None) -> None:
        self.at, self.rows, self.breaks, self.accepted = start, 0, list[Break](), set[str]()
        self._marks = dict(marks or {})

    def over(self, rows: Iterable[Mapping[str, Any] | sqlite3.Row]) -> None:
        for row in rows:
            self._step(dict(row))

    def say(self, number: int, why: str) -> None:
        self.breaks.append(Break(number, why))

    def _step(self, row: dict[str, Any]) -> None:
        number = row["number"]
        if number != self.at.number + 1:
            self.say(self.at.number + 1, "missing")
        elif row["previous"] != self.at.hash:
            self.say(number, "unlinked")
        if not _fits(row):
            self.say(number, "changed")
        mark = self._marks.pop(number, None)
        if mark and mark[0] != row["hash"]:
            self.say(number, mark[1])
        if row["what"] == "accept":
            self.accepted.add(row["subject"])
        self.at, self.rows = End(number, row["hash"]), self.rows + 1

    def finish(self) -> None:
        """Rows that had to be there and are not: cut off at the end."""
        for number, (_, why) in self._marks.items():
            self.say(min(number, self.at.number + 1), why)


def _fits(row: dict[str, Any]) -> bool:
    try:
        return bool(chain.digest(row) == row["hash"])
    except (TypeError, ValueError):
        return False


def _walk(con: sqlite3.Connection, data_dir: Path, kept: End | None, known: End | None) -> Report:
    marks = {e.number: (e.hash, why) for e, why in ((known, "known"), (kept, "head")) if e is not None}
    walk = _Walk(End(0, chain.GENESIS), marks)
    con.execute("BEGIN")  # one moment for both tables
    try:
        listed = con.execute("SELECT segment, first, last, hash, file_sha256 FROM audit_segments ORDER BY segment")
        entries = listed.fetchall()
        for entry in entries:
            _segment(walk, data_dir, entry)
        walk.over(con.execute(chain.SELECT + " ORDER BY number"))
        for path in _unknown(con, data_dir, len(entries)):
            walk.say(next(_numbers(path), 1), "segment")
    finally:
        con.execute("ROLLBACK")
    walk.finish()
    if kept is None and walk.at.number:
        walk.say(walk.at.number, "head")
    open_ = sorted({b for b in walk.breaks if _named(b) not in walk.accepted}, key=lambda b: (b.number, b.why))
    return Report(walk.rows, walk.at, tuple(open_), len({*walk.breaks}) - len(open_))


def _segment(walk: _Walk, data_dir: Path, entry: sqlite3.Row) -> None:
    """Go over one closed segment. Where it cannot be trusted the walk goes on behind it."""
    path = segments.path_of(data_dir, entry["segment"])
    if segments.sha256(path) != entry["file_sha256"]:
        walk.say(entry["first"], "segment")
    else:
        with suppress(segments.SegmentError):
            walk.over(segments.read(path))
        if walk.at != End(entry["last"], entry["hash"]):
            walk.say(entry["first"], "segment")
    walk.at = End(entry["last"], entry["hash"])


def _unknown(con: sqlite3.Connection, data_dir: Path, listed: int) -> Iterator[Path]:
    """Segments that the table does not know, unless the rows are still in it (a rotation that was killed)."""
    for segment in segments.numbers(data_dir):
        path = segments.path_of(data_dir, segment)
        if segment > listed and not _still_there(con, path):
            yield path


def _still_there(con: sqlite3.Connection, path: Path) -> bool:
    try:
        *_, last = segments.read(path)
    except (segments.SegmentError, ValueError):
        return False
    row = con.execute("SELECT hash FROM audit WHERE number = ?", [last["number"]]).fetchone()
    return bool(row and row[0] == last["hash"])


def _numbers(path: Path) -> Iterator[int]:
    with suppress(segments.SegmentError):
        for row in segments.read(path):
            yield row["number"]


def _keep(data_dir: Path, report: Report, now: datetime) -> None:
    broken_at = report.breaks[0].number if report.breaks else 0
    result = LastVerified(chain.stamp(now), report.rows, broken_at)
    path = chain.folder(data_dir) / RESULT
    with suppress(OSError):  # what was found is said all the same
        if path.parent.is_dir():
            part = path.with_name(f".{RESULT}.{os.getpid()}.partial")
            part.write_text(json.dumps(asdict(result)), encoding="ascii")
            part.replace(path)
