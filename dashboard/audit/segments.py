"""Closed segments: files NNNN.jsonl.gz of rows that are no longer in the table, each with its last hash."""

import gzip
import hashlib
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.audit import chain


class SegmentError(Exception):
    """A segment cannot be read as one. Holds no content."""


def path_of(data_dir: Path, segment: int) -> Path:
    """Where a segment lies."""
    return chain.folder(data_dir) / f"{segment:04d}.jsonl.gz"


def numbers(data_dir: Path) -> list[int]:
    """The segments that lie in the folder."""
    found = chain.folder(data_dir).glob("*.jsonl.gz")
    return sorted(int(p.name.split(".")[0]) for p in found if p.name.split(".")[0].isdigit())


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> str:
    """Write a segment whole or not at all, so that it outlasts a power cut. Returns the SHA-256 of the file."""
    part = path.with_name(f".{path.name}.{os.getpid()}.partial")
    path.parent.mkdir(exist_ok=True)
    try:
        with part.open("wb") as out:
            with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:  # no name and no time: the same bytes again
                for row in rows:
                    packed.write(json.dumps(dict(row), sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if sys.platform != "win32":
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return sha256(path)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a segment. Raises SegmentError when it is gone, cut off or not one."""
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            for line in lines:
                row = json.loads(line)
                if not isinstance(row, dict) or set(row) != set(chain.COLUMNS):
                    raise SegmentError
                if type(row["number"]) is not int or not isinstance(row["hash"], str):
                    raise SegmentError
                yield row
    except (OSError, EOFError, ValueError, zlib.error):
        raise SegmentError from None


def sha256(path: Path) -> str:
    """SHA-256 of a file; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
