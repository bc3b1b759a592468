"""Downloads a source's file from its publisher: resumed where it broke off, checked for completeness, or refused.

Bytes go to NAME.partial with a small NAME.partial.json that says which version of the file they belong to;
the file appears under its own name only when it is whole. Standard library only.
"""

import errno
import http.client
import json
import os
import re
import shutil
import time
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import IO, Any

from etl.schema import Source, SourceError
from etl.web import Changed, TryAgain, open_url, require_safe, shown_address

LIMIT_BYTES = 4 * 1024**3
RETRIES = 5
CHUNK = 64 * 1024
LONGEST_WAIT = 60.0  # seconds, also where a server asks for more

Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all where known


@dataclass(frozen=True)
class _Version:
    """Which version of which file the partial bytes belong to."""

    url: str
    validator: str = ""  # ETag or Last-Modified; "" means that nothing can be resumed
    total: int | None = None


def fetch(
    source: Source,
    to: Path,
    *,
    limit_bytes: int = LIMIT_BYTES,
    retries: int = RETRIES,
    progress: Progress | None = None,
    url: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Download a source's file and return where it is.

    to: the folder, made when missing; the file in it is named after the source.
    retries: how often to try again when a try brought nothing new; a try that did starts the count afresh.
    url: another address than the source's own.

    Raises SourceError, with the remedy, when the file cannot be had whole; a file already there is untouched then,
    and what has arrived is kept for the next call where it can be continued.
    """
    address = url or source.fetch_url
    if not address:
        where = f" Download it in a browser from {source.url} and load the file." if source.url else ""
        raise SourceError(f"{source.name} has no address to fetch from.{where}")
    require_safe(address)
    target = to / _file_name(source, address)
    partial = target.with_name(target.name + ".partial")
    _require_folder(to)
    failures, best = 0, -1
    while True:
        try:
            _one_try(address, partial, limit_bytes, progress or (lambda done, total: None))
            return _finish(partial, target)
        except TryAgain as failed:
            if isinstance(failed, Changed):
                _forget(partial)
            size = _size(partial)
            failures = failures + 1 if size <= best else 1
            best = max(best, size)
            if failures > retries:
                raise SourceError(
                    f"{shown_address(address)}: {failed} (tried {failures} times in a row). What has arrived is kept; "
                    "fetch again later to go on from there."
                ) from failed
            sleep(min(max(failed.wait, 2.0 ** (failures - 1)), LONGEST_WAIT))


def _one_try(address: str, partial: Path, limit: int, progress: Progress) -> None:
    """Ask for what is missing and write it. Raises TryAgain or SourceError unless the partial file is whole."""
    known = _read_version(partial)
    have = _size(partial) if known.url == address and known.validator else 0
    if have and have == known.total:
        return  # ended between the last byte and the renaming
    headers = {"Range": f"bytes={have}-", "If-Range": known.validator} if have else {}
    with open_url(address, headers) as answer:
        start, total = _place(answer, have, known)
        _require_file(answer, partial, total)
        _require_size(total, limit, address, partial)
        _require_room(partial.parent, (total or start) - start)
        if not start:
            _write_version(partial, _Version(address, _validator(answer.headers), total))
        done = _receive(answer, partial, start, total, limit, address, progress)
    if total is not None and done < total:
        raise TryAgain(f"the connection broke after {done:,} of {total:,} bytes")


def _place(answer: Any, have: int, known: _Version) -> tuple[int, int | None]:
    """Where the answer's first byte belongs, and how long the whole file is; None where the server does not say.

    Raises Changed for an answer that only pretends to continue our bytes.
    """
    if answer.status == 200:
        return 0, _length(answer)
    if answer.status != 206:  # such as 202, "being prepared"
        raise TryAgain(f"the server answered {answer.status}")
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if not have or not match or int(match[1]) != have:
        raise Changed
    total = known.total if match[2] == "*" else int(match[2])
    # A server may ignore If-Range, so the version is compared here too.
    if known.total not in (None, total) or _validator(answer.headers) not in ("", known.validator):
        raise Changed
    return have, total


def _receive(
    answer: Any, partial: Path, start: int, total: int | None, limit: int, address: str, progress: Progress
) -> int:
    """Write the answer behind the first `start` bytes. Returns the size of the partial file."""
    done = start
    with partial.open("r+b" if start else "wb") as out:
        out.seek(start)
        progress(done, total)
        while True:
            try:
                piece = answer.read(CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise TryAgain(f"the connection broke after {done:,} bytes") from error
            if not piece:
                break
            done += len(piece)
            if done > limit:
                _require_size(done, limit, address, partial)
            _write(out, piece)
            progress(done, total)
        out.flush()
        os.fsync(out.fileno())
    return done


def _write(out: IO[bytes], piece: bytes) -> None:
    try:
        out.write(piece)
    except OSError as error:
        what = "the disk is full; make room" if error.errno == errno.ENOSPC else f"writing failed ({error.strerror})"
        raise SourceError(f"{out.name}: {what} and fetch again, which goes on from here.") from error


def _finish(partial: Path, target: Path) -> Path:
    """Give the whole file its name, in one step."""
    os.replace(partial, target)
    _version_file(partial).unlink(missing_ok=True)
    return target


# --- what is asked of the server and of this computer -----------------------------------------


def _require_file(answer: Any, partial: Path, total: int | None) -> None:
    """Refuse an answer that is a web page, is packed on the way, or whose end cannot be told."""
    shown = shown_address(answer.url)
    if answer.headers.get_content_type() == "text/html":
        raise SourceError(f"{shown}: a web page came instead of a file. The publisher may have moved it: see --url.")
    packed = answer.headers.get("Content-Encoding", "identity")
    if packed != "identity" and not partial.name.endswith(".gz.partial"):
        raise SourceError(f"{shown}: the server packs the file on the way ({packed}). Download it in a browser.")
    if total is None and answer.headers.get("Transfer-Encoding", "").lower() != "chunked":
        raise SourceError(
            f"{shown}: the server does not say how long the file is, so a broken-off download could not be told "
            "from a whole one. Download it in a browser."
        )


def _require_size(size: int | None, limit: int, address: str, partial: Path) -> None:
    if size is not None and size > limit:
        _forget(partial)
        raise SourceError(
            f"{shown_address(address)}: the file has {size:,} bytes or more, over the limit of {limit:,}. "
            "Allow more with --limit-gb if you expect that."
        )


def _require_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"{folder}: the folder cannot be made ({error.strerror}).") from error


def _require_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise SourceError(f"{folder}: the disk lacks room for {needed:,} more bytes. Make room and fetch again.")


# --- small facts ------------------------------------------------------------------------------


def _file_name(source: Source, address: str) -> str:
    """The source's name with the address' ending: portals call their files rows.csv."""
    suffixes = PurePosixPath(urllib.parse.urlsplit(address).path).suffixes[-2:]
    known = [s.lower() for s in suffixes if re.fullmatch(r"\.(csv|gz|zip|xlsx?|json|geojson|gpkg|txt)", s, re.I)]
    return source.name + ("".join(known) or ".csv")


def _length(answer: Any) -> int | None:
    given = answer.headers.get("Content-Length", "")
    return int(given) if given.isdecimal() else None


def _validator(headers: Message) -> str:
    """A strong ETag, else the modification time: what If-Range accepts."""
    etag = headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else headers.get("Last-Modified", "")


def _version_file(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _read_version(partial: Path) -> _Version:
    with suppress(OSError, ValueError, TypeError):
        return _Version(**json.loads(_version_file(partial).read_text(encoding="utf-8")))
    return _Version("")


def _write_version(partial: Path, version: _Version) -> None:
    """Empty the partial file first: bytes of one version never stand beside the name of another."""
    partial.write_bytes(b"")
    _version_file(partial).write_text(json.dumps(asdict(version)), encoding="utf-8")


def _forget(partial: Path) -> None:
    partial.unlink(missing_ok=True)
    _version_file(partial).unlink(missing_ok=True)


def _size(partial: Path) -> int:
    return partial.stat().st_size if partial.exists() else 0
