"""What kind of file it is, by its first bytes, and the streams of text inside it."""

import gzip
import hashlib
import io
import threading
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from etl.reading.limits import MB, UNPACK_ERRORS, Limits, Unpacked, check_expansion, unpack_message
from etl.reading.text_encoding import Readable
from etl.schema import SourceError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
WORKBOOKS = (".xls", ".xlsx", ".xlsm")
TEXTS = (".csv", ".txt", ".tsv")


class View(io.RawIOBase):
    """An open file read from a position of its own, so that several readers share one handle.

    One handle for everything: a file that is replaced under its name while it is read stays the same to us.
    """

    def __init__(self, handle: BinaryIO, lock: threading.Lock, on_read: Callable[[int], None] | None = None):
        self._handle, self._lock, self._on_read, self._at = handle, lock, on_read, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._lock:
            start = (0, self._at, self._handle.seek(0, io.SEEK_END) if whence == io.SEEK_END else 0)[whence]
        if start + offset < 0:
            raise OSError("seek before the start")
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        with self._lock:
            self._handle.seek(self._at)
            data = self._handle.read(size)
        self._at += len(data)
        if self._on_read:
            self._on_read(len(data))
        return data


class Hashing:
    """A stream whose bytes are hashed by a second thread as they pass."""

    def __init__(self, raw: Readable):
        self._raw, self._hash = raw, hashlib.sha256()
        self._pool = ThreadPoolExecutor(1)
        self._waiting: Future[None] | None = None

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        if self._waiting:
            self._waiting.result()
        self._waiting = self._pool.submit(self._hash.update, data)
        return data

    def close(self) -> str:
        """Waits for the last bytes; the hash in hexadecimal."""
        self._pool.shutdown()
        return self._hash.hexdigest()


def sha256_of(path: Path) -> str:
    """The sha256 of a file in hexadecimal, read piece by piece."""
    with path.open("rb", buffering=0) as file:
        return hash_stream(file)


def hash_stream(file: Readable) -> str:
    """The sha256 of all that is left in a stream."""
    digest = hashlib.sha256()
    while block := file.read(4 * MB):
        digest.update(block)
    return digest.hexdigest()


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)


def kind_of(view: View) -> str:
    """`gz`, `zip`, `xlsx`, `xls` or `text`, whatever the file's name ends in."""
    view.seek(0)
    head = view.read(8)
    view.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head == _OLE:
        return "xls"
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "text"
    try:
        with zipfile.ZipFile(_binary(view)) as archive:
            names = archive.namelist()
    except UNPACK_ERRORS:
        return "zip"  # opening it again will say what is wrong
    finally:
        view.seek(0)
    return "xlsx" if "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names) else "zip"


def is_encrypted_workbook(view: View) -> bool:
    """Whether an OLE file is the wrapping of an encrypted .xlsx."""
    tail, found = b"", False
    while not found and (block := view.read(4 * MB)):
        found = _ENCRYPTED_PACKAGE in tail + block
        tail = block[-64:]
    view.seek(0)
    return found


@dataclass(frozen=True)
class Part:
    """One stream of text in a file: the file itself, or a member of an archive."""

    name: str  # as it is shown: no two parts of a file share it
    open: Callable[[], Readable]  # from the start, unpacked
    base: str = ""  # in an archive, the name without its folders


def gz_part(view_of: Callable[[], View], name: str, packed: int, limits: Limits) -> Part:
    """The text inside a .gz file."""
    return Part(name, lambda: Unpacked(cast(BinaryIO, gzip.GzipFile(fileobj=_binary(view_of()))), packed, limits, name))


def zip_parts(view_of: Callable[[], View], name: str, packed: int, limits: Limits) -> list[Part]:
    """The files in a zip, each by its base name, or with its folders where that would not tell it apart.

    Raises SourceError when it is damaged or declares too much.
    """
    try:
        archive = zipfile.ZipFile(_binary(view_of()))
    except UNPACK_ERRORS as error:
        raise SourceError(unpack_message(name, error)) from None
    members = [i for i in archive.infolist() if not i.is_dir() and not _is_litter(i.filename)]
    if not members:
        raise SourceError(f"{name} is an empty archive. Download it again.")
    check_expansion(sum(i.file_size for i in members), packed, limits, name)
    paths, bases = {info.filename for info in members}, Counter(_base(info) for info in members)
    if len(paths) < len(members):
        raise SourceError(f"{name} holds a member twice under one name. Unpack it, choose, and load the file meant.")
    return [_zip_part(archive, info, name, packed, limits, bases[_base(info)] == 1) for info in members]


def _base(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename.replace("\\", "/")).name


def _zip_part(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, packed: int, limits: Limits, alone: bool
) -> Part:
    base = _base(info)
    what = f"{name}, member {base},"

    def open_member() -> Readable:
        # Declared sizes first: they cost nothing to check. The stream then counts what really comes.
        check_expansion(info.file_size, min(info.compress_size, packed), limits, what)
        try:
            return Unpacked(cast(BinaryIO, archive.open(info)), info.compress_size, limits, what)
        except UNPACK_ERRORS as error:
            raise SourceError(unpack_message(what, error)) from None

    return Part(base if alone else info.filename, open_member, base)


def read_all(part: Part, most: int) -> bytes:
    """All bytes of a part. Raises SourceError beyond `most` bytes."""
    stream, blocks, total = part.open(), [], 0
    while block := stream.read(4 * MB):
        blocks.append(block)
        total += len(block)
        if total > most:
            raise SourceError(f"{part.name} is too large for a workbook. Save it as csv and load that.")
    return b"".join(blocks)


def _is_litter(filename: str) -> bool:
    """What a Mac adds to its archives."""
    base = PurePosixPath(filename).name
    return filename.startswith("__MACOSX/") or base.startswith("._") or base == ".DS_Store"


def _binary(view: Any) -> BinaryIO:
    return cast(BinaryIO, view)
