"""Which encoding a text file has, judged over all of its bytes, and its stream as UTF-8."""

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from etl.reading.limits import MB, Limits
from etl.schema import SourceError

SAMPLE = 1 * MB
BLOCK = MB  # larger ones are no quicker
_JUDGED = 10_000  # characters beyond ASCII looked at before the encoding is decided

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Five bytes have no character in Windows-1252; they keep their Latin-1 (control) character, so nothing fails.
_CP1252 = "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in range(256))
_QUOTE = ord('"')
_C1 = bytes(range(0x80, 0xA0))
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1a\x1b")
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<table")
_MAGIC = (
    (b"PK\x03\x04", "an archive in an archive"),
    (b"\xd0\xcf\x11\xe0", "a damaged workbook, or one in an archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
)


class Readable(Protocol):
    """Anything with `read(size)`; an empty answer is the end."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Text:
    """What one pass over the bytes showed."""

    encoding: str  # utf-8, utf-16-le, utf-16-be, latin-1, cp1252, or mixed: UTF-8 with some Windows-1252 bytes
    bom: bool
    lines: int  # line ends
    nul: bool
    long_line: bool  # a line may be longer than the limit
    odd_quotes: bool  # a line holds an odd number of quotation marks: a field spans lines, or a mark is not closed
    ends_with_newline: bool
    old_mac: bool  # lines end in CR alone
    sample: bytes  # the start, as UTF-8 without BOM

    @property
    def needs_guard(self) -> bool:
        """Whether one row could take its neighbours with it."""
        return self.nul or self.long_line or self.odd_quotes

    @property
    def notes(self) -> list[str]:
        """The encoding in words."""
        names = {"utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "Windows-1252"}
        names |= {"utf-16-le": "UTF-16 (little-endian)", "utf-16-be": "UTF-16 (big-endian)"}
        names["mixed"] = "UTF-8 with some bytes of Windows-1252, which were read as such"
        notes = [f"encoding: {names[self.encoding]}{' with byte-order mark' if self.bom else ''}"]
        if not self.ends_with_newline:
            notes.append("the last line does not end: if the file was cut off there, its last row is too")
        return notes


class _Judge:
    """Decides between UTF-8, Latin-1 and Windows-1252 while the bytes pass by."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._pending = False
        self._valid = self._invalid = 0
        self._c1 = False

    def feed(self, block: bytes, final: bool = False) -> None:
        if block.isascii() and not self._pending:
            return
        if not self._c1:
            self._c1 = len(block.translate(None, _C1)) != len(block)
        if not self._invalid:
            try:
                text = self._decoder.decode(block, final)
                self._pending = bool(self._decoder.getstate()[0])
                self._valid += max(0, len(block) - len(text))
                return
            except UnicodeDecodeError:
                self._pending = False
        if self._valid + self._invalid < _JUDGED or not self._invalid:
            beyond = [c for c in block.decode("utf-8", "surrogateescape") if c > "\x7f"]
            wrong = sum("\udc80" <= c <= "\udcff" for c in beyond)
            self._invalid += max(wrong, 1)
            self._valid += len(beyond) - wrong

    @property
    def encoding(self) -> str:
        if not self._invalid:
            return "utf-8"
        if self._valid >= self._invalid:  # as much of it is UTF-8 as is not: that does not happen by chance
            return "mixed"
        return "cp1252" if self._c1 else "latin-1"


class _Lines:
    """Counts the line ends, and finds out whether some line holds an odd number of quotation marks."""

    def __init__(self, end: bytes):
        self.lines, self.odd = 0, False
        self._end, self._open = ord(end), False
        self._alike, self._found = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.bool_)

    def feed(self, block: bytes) -> None:
        # Arrays, because they let the thread that hashes run meanwhile; a regular expression does not.
        bytes_ = np.frombuffer(block, dtype=np.uint8)
        for start in range(0, len(bytes_), BLOCK):
            self._feed(bytes_[start : start + BLOCK])

    def _feed(self, bytes_: Any) -> None:
        # Both signs in one look: the bits in which they do not differ. Few other bytes have the same ones.
        alike = np.bitwise_and(bytes_, 0xFF & ~(self._end ^ _QUOTE), out=self._alike[: len(bytes_)])
        signs = bytes_[np.equal(alike, self._end & _QUOTE, out=self._found[: len(bytes_)])]
        signs = signs[(signs == self._end) | (signs == _QUOTE)]
        marks = np.flatnonzero(signs == _QUOTE)
        self.lines += len(signs) - len(marks)
        if self.odd:
            return
        # Where no line holds an odd number of marks, the two of a pair stand side by side, without a line end between.
        if self._open:
            marks = np.concatenate([[-1], marks])
        self._open = bool(len(marks) % 2)
        pairs = marks[: len(marks) - self._open]
        self.odd = bool((pairs[1::2] - pairs[::2] > 1).any() or (self._open and marks[-1] != len(signs) - 1))


def scan(stream: Readable, limits: Limits, name: str, progress: Callable[[int], None] | None = None) -> Text:
    """Reads all of `stream` once. Raises SourceError for an empty or a binary file."""
    first = _read_full(stream, SAMPLE)
    if not first.strip(b"\0"):
        raise SourceError(f"{name} is empty. Download it again.")
    bom, encoding = _detect_wide(first)
    _refuse_binary(first, name, wide=encoding.startswith("utf-16"))
    raw: Readable = _Chain(first, stream)
    if encoding.startswith("utf-16"):
        raw = Utf8(raw, encoding, skip=len(bom))
    elif bom:
        raw.read(len(bom))
    sample = _read_full(raw, SAMPLE)
    if len(sample) < SAMPLE and not sample.strip():
        raise SourceError(f"{name} is empty. Download it again.")
    old_mac = b"\n" not in sample and b"\r" in sample
    judge, nul, long_line = _Judge(), False, False
    end = b"\r" if old_mac else b"\n"
    lines, since, last, done = _Lines(end), 0, b"", 0
    block = sample
    while block:
        lines.feed(block)
        nul = nul or b"\0" in block
        if not long_line:
            long_line, since = _longer_than(limits.row_bytes, block, end, since)
        if not encoding.startswith("utf-16"):
            judge.feed(block)
        last = block[-1:]
        done += len(block)
        if progress:
            progress(done)
        block = raw.read(BLOCK)
    judge.feed(b"", final=True)
    encoding = encoding if encoding.startswith("utf-16") else judge.encoding
    to_utf8 = sample if encoding.startswith("utf-16") else _read_full(Utf8(io.BytesIO(sample), encoding), 4 * SAMPLE)
    if old_mac:
        to_utf8 = to_utf8.replace(b"\r", b"\n")
    counted = lines.lines
    lines.feed(end)
    ends = last in (b"\n", b"\r")
    return Text(encoding, bool(bom), counted, nul, long_line, lines.odd, ends, old_mac, to_utf8)


def _detect_wide(first: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if first.startswith(bom):
            return bom, encoding
    # Some tools leave the mark out: text in UTF-16 has a NUL in nearly every second byte.
    start = first[:4096]
    if len(start) >= 32:
        even, odd = start[::2].count(0) / len(start[::2]), start[1::2].count(0) / len(start[1::2])
        if odd > 0.9 and even < 0.1:
            return b"", "utf-16-le"
        if even > 0.9 and odd < 0.1:
            return b"", "utf-16-be"
    return b"", "utf-8"


def _refuse_binary(first: bytes, name: str, wide: bool) -> None:
    for magic, what in _MAGIC:
        if first.startswith(magic):
            raise SourceError(f"{name} is {what}, not a table. Load the publisher's csv, zip, xls or xlsx file.")
    if first.lstrip()[:15].lower().startswith(_MARKUP):
        raise SourceError(f"{name} is a web page or XML, not a table. Download the csv, zip, xls or xlsx file itself.")
    # Where a disk ran full a file may end in a run of NULs: that is one bad row, not a binary file.
    shown = re.sub(rb"\0{2,}", b"\0", first)
    share = (len(shown) - len(shown.translate(None, _CONTROL))) / len(shown)
    if not wide and share > (0.3 if len(shown) < 512 else 0.08):
        raise SourceError(f"{name} is a binary file, not a table. Load the publisher's csv, zip, xls or xlsx file.")


def _longer_than(limit: int, block: bytes, end: bytes, since: int) -> tuple[bool, int]:
    """Whether some line exceeds `limit` bytes; and how many bytes stand after the last line end."""
    start = -since
    while len(block) - start > limit:
        cut = block.rfind(end, max(start, 0), start + limit)
        if cut < 0 or start + limit <= 0:
            return True, 0
        start = cut + 1
    cut = block.rfind(end, max(start, 0))
    return False, (len(block) - start) if cut < 0 else (len(block) - cut - 1)


def _read_full(stream: Readable, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (block := stream.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


class _Chain:
    def __init__(self, first: bytes, rest: Readable):
        self._first, self._rest = io.BytesIO(first), rest

    def read(self, size: int = -1, /) -> bytes:
        return self._first.read(size) or self._rest.read(size)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_CP1252[b] for b in error.object[error.start : error.end]), error.end


codecs.register_error("lamplight-cp1252", _as_cp1252)


class Utf8:
    """The stream as UTF-8, without byte-order mark, with LF where lines ended in CR alone."""

    def __init__(self, raw: Readable, encoding: str, skip: int = 0, old_mac: bool = False):
        self._raw, self._encoding, self._old_mac = raw, encoding, old_mac
        if skip:
            _read_full(raw, skip)
        errors = "lamplight-cp1252" if encoding == "mixed" else "replace"
        codec = "utf-8" if encoding in ("mixed", "cp1252", "latin-1") else encoding
        self._decoder = codecs.getincrementaldecoder(codec)(errors)
        self._ended, self._left = False, b""

    @classmethod
    def of(cls, raw: Readable, text: Text) -> "Utf8":
        """The stream of a file that was scanned."""
        marks = {encoding: bom for bom, encoding in _BOMS}
        return cls(raw, text.encoding, len(marks.get(text.encoding, codecs.BOM_UTF8)) if text.bom else 0, text.old_mac)

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; empty only at the end."""
        if self._encoding == "utf-8":
            out = self._raw.read(size)
            return out.replace(b"\r", b"\n") if self._old_mac else out
        while not self._left and not self._ended:
            # One byte of Windows-1252 becomes up to three.
            block = self._raw.read(size if size < 0 else max(size // 3, 1))
            self._ended = not block
            self._left = self._convert(block)
            if self._old_mac:
                self._left = self._left.replace(b"\r", b"\n")
        if size < 0 or len(self._left) <= size:
            out, self._left = self._left, b""
        else:
            out, self._left = self._left[:size], self._left[size:]
        return out

    def _convert(self, block: bytes) -> bytes:
        if self._encoding in ("cp1252", "latin-1"):
            return block if block.isascii() else codecs.charmap_decode(block, "strict", _CP1252)[0].encode()
        # A lone half of a UTF-16 pair was replaced by the decoder, so this cannot fail.
        # Half a character at the end of UTF-16 is what a cut left over: it says nothing.
        return self._decoder.decode(block, final=not block and not self._encoding.startswith("utf-16")).encode()
