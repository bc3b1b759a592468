"""One file that holds everything a data folder needs, and the way back.

The file is a tar packed with Zstandard: first what it is, then the files, last their sizes and hashes. It is written
and read as a stream, so memory stays small. It holds records, the key and the seed: it is RESTRICTED, only its owner
may read it, and it belongs where the warehouse itself may lie.

Not in it: publishers' original files (downloads), and databases of earlier versions, which the loads make again.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from etl.schema import SourceError
from etl.store import ERASING, Store, flush

FORMAT = 1
HEAD, INDEX = "lamplight-backup.json", "index.json"
ROOMS = ("warehouse", "public")  # and the files that lie beside them: lists and settings
_BLOCK = 1 << 20
_PASSING = ("lock", ERASING)
_DATABASES = (".sqlite",)
_BESIDE_DATABASES = (".sqlite-wal", ".sqlite-shm", ".sqlite-journal")


@dataclass(frozen=True)
class Held:
    """What a backup holds."""

    files: int
    bytes: int
    version: int
    made_with: int = FORMAT


def backup(store: Store, out: Path, progress: Callable[[str, float], None] = lambda _, __: None) -> Held:
    """Writes everything into `out`, reads that again, and only then gives it its name.

    Under the store's lock, so that all of it is of one version. Raises SourceError when a load is damaged, when `out`
    is there or lies in the data folder.
    """
    if store.current() is None:
        raise SourceError(f"Nothing is loaded in {store.data}, so there is nothing to save.")
    if out.exists():
        raise SourceError(f"{out} is there. Give another name; a backup never replaces another one.")
    if store.data.resolve() in out.resolve().parents:
        raise SourceError(f"{out} lies in the data folder itself. Save the backup in another place.")
    with store.lock():
        if store.erasing():
            raise SourceError("An erasure waits for files that another program has open. Close it, then try again.")
        store.manifests()  # a damaged load is no backup
        return pack(store, out, progress)


def pack(store: Store, out: Path, progress: Callable[[str, float], None] = lambda _, __: None) -> Held:
    """The work of `backup`, for whoever holds the lock. Replaces `out`."""
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw, store.staging() as staging:
            written = _write(store, staging, raw, progress)
        flush(partial)
        progress("reading it again", 0.7)
        held = examine(partial)
        if held.files != len(written):
            raise SourceError("The backup could not be read again as it was written. Check the disk and try again.")
        os.replace(partial, out)
        with contextlib.suppress(OSError):
            flush(out.resolve().parent)
        return held
    finally:
        partial.unlink(missing_ok=True)


def _write(store: Store, staging: Path, raw: BinaryIO, progress: Callable[[str, float], None]) -> dict[str, Any]:
    files = list(_wanted(store, staging))
    total = sum(path.stat().st_size for _, path, _ in files) or 1
    index: dict[str, Any] = {}
    done = 0
    with pa.CompressedOutputStream(raw, "zstd") as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        _add_text(archive, HEAD, {"format": FORMAT, "version": store.version(), "restricted": True})
        for name, path, mode in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode = path.stat().st_size, mode
            with path.open("rb") as content:
                read = _Hashing(content)
                archive.addfile(info, read)
            index[name] = [info.size, read.sha256.hexdigest()]
            done += info.size
            progress("saving", 0.7 * done / total)
        _add_text(archive, INDEX, {"files": index})
    return index


def _wanted(store: Store, staging: Path) -> Iterator[tuple[str, Path, int]]:
    """(name in the archive, file to read, mode) of everything that is to be saved, always in the same order."""
    for path in sorted(_files(store)):
        name = path.relative_to(store.data).as_posix()
        mode = path.stat().st_mode & 0o777
        if path.suffix in _DATABASES:  # it may be written to at this moment: SQLite copies it as of one
            copy = staging / name.replace("/", "-")
            with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(copy)) as new:
                old.backup(new)
            path = copy
        elif path.parent == store.root / "audit" and path.suffix == ".json":
            # The head record of the audit log moves on with each row: it must not be ahead of the rows in the copy.
            path = Path(shutil.copy(path, staging / name.replace("/", "-")))
        yield name, path, mode


def _files(store: Store) -> Iterator[Path]:
    if store.current() is None:
        return
    old = set(store.databases()) - {store.database(store.version())}
    for path in store.data.iterdir():
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path
    for room in ROOMS:
        for path in (store.data / room).rglob("*"):
            hidden = any(part.startswith(".") for part in path.relative_to(store.data).parts)
            passing = path.parent == store.root and path.name in _PASSING
            beside = path.name.endswith(_BESIDE_DATABASES) or path.suffix == ".partial"
            if path.is_file() and not path.is_symlink() and not (hidden or passing or path in old or beside):
                yield path


def _add_text(archive: tarfile.TarFile, name: str, content: dict[str, Any]) -> None:
    text = json.dumps(content).encode()
    info = tarfile.TarInfo(name)
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text))


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, content: BinaryIO):
        self._content, self.sha256 = content, hashlib.sha256()

    def read(self, n: int = -1) -> bytes:
        """As of a file."""
        block = self._content.read(n)
        self.sha256.update(block)
        return block


def examine(path: Path, into: Path | None = None) -> Held:
    """Reads a whole backup and holds every file against its hash; writes them below `into`, which is empty.

    Raises SourceError when any of it is damaged, missing or of a newer format.
    """
    try:
        with (
            path.open("rb") as raw,
            pa.CompressedInputStream(raw, "zstd") as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            return _examine(archive, path, into)
    except FileNotFoundError:
        raise SourceError(f"{path} is not a file. Check the name and the folder.") from None
    except (tarfile.TarError, pa.ArrowException, ValueError, EOFError, KeyError, TypeError) as error:
        raise _not_whole(path) from error
    except OSError as error:
        if error.errno is None:  # said by the library that unpacks
            raise _not_whole(path) from error
        raise


def _not_whole(path: Path) -> SourceError:
    return SourceError(f"{path} is damaged, or no backup of Lamplight. Nothing was changed; take another backup.")


def _examine(archive: tarfile.TarFile, path: Path, into: Path | None) -> Held:
    members = iter(archive)
    head = _text_of(archive, next(members, None), HEAD)
    if int(head["format"]) > FORMAT:
        raise SourceError(f"{path} was made by a newer Lamplight. Restore it with that one, or bring this up to date.")
    found: dict[str, Any] = {}
    for member in members:
        if member.name == INDEX:
            if _text_of(archive, member, INDEX)["files"] != found or next(members, None) is not None:
                raise ValueError("the index does not fit")
            return Held(len(found), sum(size for size, _ in found.values()), int(head["version"]), int(head["format"]))
        if not member.isreg() or not _harmless(member.name) or member.name in found:
            raise ValueError("a member that no backup has")
        found[member.name] = _take(archive, member, into)
    raise ValueError("the index is missing: the file was cut off")


def _text_of(archive: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> dict[str, Any]:
    if member is None or member.name != name or not member.isreg() or member.size > 64 * _BLOCK:
        raise ValueError(f"{name} is missing")
    content = archive.extractfile(member)
    found = json.loads(content.read()) if content else None
    if not isinstance(found, dict):
        raise ValueError(f"{name} is no object")
    return found


def _harmless(name: str) -> bool:
    parts = name.split("/")
    safe = not any(part in ("", ".", "..") or part.startswith(".") or "\\" in part or ":" in part for part in parts)
    return safe and (len(parts) == 1 or parts[0] in ROOMS)


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path | None) -> list[Any]:
    content = archive.extractfile(member)
    if content is None:
        raise ValueError("a member without content")
    sha256, size = hashlib.sha256(), 0
    with contextlib.ExitStack() as stack:
        out = None
        if into is not None:
            target = into / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            out = stack.enter_context(os.fdopen(handle, "wb"))
        while block := content.read(_BLOCK):
            sha256.update(block)
            size += len(block)
            if out is not None:
                out.write(block)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
            target.chmod(member.mode & 0o777)
    return [size, sha256.hexdigest()]


def same_as_loads(store: Store) -> None:
    """Whether the restored loads are what their manifests say. Raises SourceError."""
    store.manifests()
    pointer = store.current()
    if pointer is None or not (store.root / str(pointer["restricted"])).is_file():
        raise SourceError("The backup holds no version that could be served. Nothing was changed; take another one.")
