"""Commands that change what is kept are rows of the audit log too: who keeps the data must be able to show it."""

import argparse
import contextlib
import shutil
import sqlite3
import sys
from pathlib import Path

from etl.schema import SourceError

# The command -> what the log calls it. `sample` writes nothing that anybody could be asked about.
_CALLED = {"load": "load", "remove": "remove", "undo": "remove", "release": "release", "backup": "backup",
           "restore": "restore", "forget": "forget", "directory": "directory", "places": "places"}  # fmt: skip


def log(args: argparse.Namespace) -> None:
    """Adds the row of a command that was done. Where it cannot be written, says so: the command stays done."""
    what = _CALLED.get(args.command)
    looked = any(getattr(args, name, None) for name in ("check", "list", "open")) or getattr(args, "do", "") == "check"
    if what is None or looked or not (args.data / "warehouse").is_dir():
        return
    from dashboard import audit  # the log's chain, and nothing of the screen
    from dashboard.state import StateError

    if getattr(args, "withdraw", False):
        what = "withdraw"
    try:
        audit.record(args.data, audit.THIS_COMPUTER, what, subject=getattr(args, "source", "") or "")
    except StateError as error:
        print(f"Done, but the audit log has no row of it. {error.message} {error.remedy}", file=sys.stderr)


_SYNTHETIC, _EVERY = "synthetic:", 1_000_000


def synthetic_in_log(data: Path) -> set[str]:
    """The ids of the synthetic releases that the audit log tells of. Raises SourceError where it cannot be read."""
    from dashboard import audit
    from dashboard.state import StateError

    try:
        rows = audit.entries(data, what="release", limit=_EVERY, closed=True).rows
    except StateError as error:
        raise SourceError(f"The audit log cannot be read. {error.message} {error.remedy} Nothing was made.") from None
    return {row.subject.removeprefix(_SYNTHETIC) for row in rows if row.subject.startswith(_SYNTHETIC)}


def log_synthetic(data: Path, release: str, rows: int, sha256: str) -> None:
    """Adds the row of a synthetic release, before anybody can have it. Raises SourceError where it cannot be."""
    from dashboard import audit
    from dashboard.state import StateError

    what = audit.Export("zip", rows, sha256)
    try:
        audit.record(data, audit.THIS_COMPUTER, "release", subject=f"{_SYNTHETIC}{release}", export=what)
    except StateError as error:
        raise SourceError(
            f"The audit log cannot be written, and nothing is handed out unrecorded. {error.message} {error.remedy}"
        ) from None


def keep_log(now: Path, restored: Path) -> None:
    """An older backup takes no row of the log back: the log of the folder that it replaces goes on in its place.

    With it stay the sign-ins that were ended and what people saved, which are in the same file. Nothing is done where
    the backup's log has every row of the folder's. Raises SourceError when neither goes on from the other.
    """
    from dashboard import audit
    from dashboard.state import StateError, path_of

    try:
        since = audit.newest(now)
        if audit.holds(restored, since):
            return
        goes_on = audit.holds(now, audit.newest(restored))
    except StateError as error:
        raise SourceError(f"The audit log cannot be compared with the backup's. {error} Nothing was changed.") from None
    if not goes_on:
        raise SourceError(
            "The audit log of the folder has rows that the backup's does not go on from, and no row of it is dropped. "
            "Restore the backup to a new folder with --data DIR. Nothing was changed."
        )
    old, new = path_of(now), path_of(restored)
    for left in new.parent.glob(f"{new.name}*"):
        left.unlink()
    with contextlib.closing(sqlite3.connect(old)) as one, contextlib.closing(sqlite3.connect(new)) as other:
        one.backup(other)
    shutil.copymode(old, new)
    shutil.rmtree(new.parent / "audit", ignore_errors=True)
    if (old.parent / "audit").is_dir():
        shutil.copytree(old.parent / "audit", new.parent / "audit")
