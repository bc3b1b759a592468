"""Files that wait to be taken: in a private folder of this computer, for one reader, for a quarter of an hour.

Every server process of this computer finds them there, so it does not matter which one is asked for the file.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from dashboard import exports
from dashboard.access import Access
from dashboard.catalogue import Catalogue
from dashboard.exports.plan import Plan
from dashboard.i18n import _, language, speak
from dashboard.warehouse import Warehouse

KEPT = 900.0  # seconds
LEFT_ALONE = 60.0  # seconds without anybody asking how far it is: nobody waits for it any more
WRITERS = 2  # large files that one process writes at a time; the others wait
_TICKET = re.compile(r"[A-Za-z0-9_-]{32}")
_large = ThreadPoolExecutor(WRITERS, thread_name_prefix="export")


@dataclass(frozen=True)
class Ready:
    """A file that is whole. owner : `owner_of` its reader. version : of the data. filters, kind : for the log."""

    owner: str
    version: int
    name: str
    form: str
    kind: str
    rows: int
    sha256: str
    bytes: int
    filters: dict[str, list[str]]


def owner_of(reader: Access) -> str:
    """What a file was made for: whoever may see something else, or signed in anew, is somebody else."""
    sources = None if reader.sources is None else sorted(reader.sources)
    told = [reader.role, reader.person, reader.session, sources, reader.may_export_records]
    told += [reader.finest_place, reader.finest_date]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def folder() -> Path:
    """The private folder, made when it is not there. Raises OSError where it belongs to somebody else."""
    own = os.getuid() if hasattr(os, "getuid") else 0
    path = Path(tempfile.gettempdir()) / f"lamplight-exports-{own}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and (found.st_uid != own or found.st_mode & 0o077)):
        raise OSError("The folder for exports is not private.")
    return path


@contextmanager
def scratch() -> Iterator[Path]:
    """A private folder for one file; gone with all that is in it afterwards."""
    path = Path(tempfile.mkdtemp(prefix="now-", dir=folder()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep(now: float | None = None) -> None:
    """Delete what was not taken in time, and what a killed process left behind."""
    limit = (time.time() if now is None else now) - KEPT
    for path in folder().iterdir():
        # What is being written changes its folder's time with every part; an hour is longer than any export takes.
        allowed = limit if _TICKET.fullmatch(path.name) else limit - 3600
        try:
            if path.stat().st_mtime < allowed:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue


def find(ticket: str, reader: Access, version: int) -> tuple[Ready, Path] | None:
    """The file of a ticket, for the reader that it was made for; None for any other, and when it is no more."""
    if not _TICKET.fullmatch(ticket):
        return None
    place = folder() / ticket
    try:
        ready = Ready(**json.loads((place / "about.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    fits = secrets.compare_digest(ready.owner, owner_of(reader)) and ready.version == version
    return (ready, file_in(place, ready.form)) if fits else None


def file_in(place: Path, form: str) -> Path:
    """The file of a folder. Writers go by how its name ends."""
    return place / f"file{exports.suffix(form)}"


def drop(ticket: str) -> None:
    """Delete the file of a ticket."""
    if _TICKET.fullmatch(ticket):
        shutil.rmtree(folder() / ticket, ignore_errors=True)


def _later(ticket: str) -> None:
    """Delete a file that nobody takes, also where nobody asks for another one that would sweep it away."""
    timer = threading.Timer(KEPT, drop, [ticket])
    timer.daemon = True  # a server that stops does not wait for it; the next one sweeps
    timer.start()


class Preparing:
    """One large file while it is written, on a thread of its own.

    state : preparing, ready (`ticket` opens it), failed (`problem` says why) or cancelled. share : done, 0 to 1.
    """

    def __init__(
        self,
        plan: Plan,
        warehouse: Warehouse,
        catalogue: Catalogue,
        form: str,
        reader: Access,
        filters: dict[str, list[str]],
    ) -> None:
        self.plan, self.form = plan, form
        self.state: Literal["preparing", "ready", "failed", "cancelled"] = "preparing"
        self.share, self.problem, self.size = 0.0, "", 0
        self.ticket = secrets.token_urlsafe(24)
        self._cancel = threading.Event()
        self._asked_at, self._language = time.monotonic(), language()
        self._work = (plan, warehouse, catalogue, form, owner_of(reader), filters)
        self._future = _large.submit(self._run)

    def look(self) -> None:
        """Somebody still waits for it."""
        self._asked_at = time.monotonic()

    def cancel(self) -> None:
        """Stop, and leave nothing behind; of a file that is ready too."""
        self._cancel.set()
        if self._future.cancel() or self.state == "ready":
            self.state = "cancelled"
            drop(self.ticket)

    def wait(self, seconds: float) -> None:
        """Until it is no longer being prepared; raises TimeoutError."""
        self._future.result(seconds)

    def _stopped(self) -> bool:
        return self._cancel.is_set() or time.monotonic() - self._asked_at > LEFT_ALONE

    def _progress(self, share: float) -> None:
        self.share = share

    def _run(self) -> None:
        plan, warehouse, catalogue, form, owner, filters = self._work
        speak(self._language)  # this thread has no reader of its own
        try:
            sweep()
            with scratch() as place:
                made = exports.write(
                    plan, warehouse, catalogue, form, file_in(place, form), self._progress, self._stopped
                )
                ready = Ready(
                    owner, warehouse.version, exports.file_name(plan, form), form, plan.kind,
                    made.rows, made.sha256, made.bytes, filters,
                )  # fmt: skip
                (place / "about.json").write_text(json.dumps(asdict(ready)), encoding="utf-8")
                if self._stopped():
                    raise exports.Cancelled
                place.rename(folder() / self.ticket)  # a reader of it sees it whole or not at all
            self.size = made.bytes
            self.state = "ready"
            _later(self.ticket)
        except exports.Cancelled:
            self.state = "cancelled"
        except exports.ExportError as error:
            self.state, self.problem = "failed", str(error)
        except Exception:  # whatever it is, its words could hold a value
            self.state, self.problem = "failed", _("The file could not be made. Load the page again.")
        if self._cancel.is_set() and self.state == "ready":
            self.cancel()
