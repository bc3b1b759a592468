"""How large a file may be, and the stream that enforces it while bytes are unpacked."""

import gzip
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from etl.schema import SourceError

MB = 1 << 20
GB = 1 << 30

# ValueError: a member's name in no encoding; struct.error: a directory cut short.
UNPACK_ERRORS = (
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(frozen=True)
class Limits:
    """What a reader accepts. Generous: they stop accidents and attacks, not large cities."""

    file_bytes: int = 20 * GB
    unpacked_bytes: int = 40 * GB
    expansion_ratio: int = 200  # unpacked / packed, judged once `ratio_from` bytes are unpacked
    ratio_from: int = 100 * MB
    row_bytes: int = 1 * MB
    row_lines: int = 1_000  # line breaks inside the quoted fields of one row
    rows: int = 200_000_000
    bad_rows: int = 1_000_000
    sheet_cells: int = 100_000_000  # rows x columns: a workbook can declare billions in a few bytes
    sheet_bytes: int = 4 * GB  # a workbook is unpacked in memory
    workbook_bytes: int = 1 * GB
    probe_memory: int = 4 * GB  # a workbook that needs more is damaged


def size_text(n: int) -> str:
    """A number of bytes as people say it: `1.5 GB`."""
    for unit, size in (("GB", GB), ("MB", MB), ("kB", 1024)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n} bytes"


class Unpacked(io.RawIOBase):
    """A decompressed stream that counts what really comes out, whatever the archive declares."""

    def __init__(self, raw: BinaryIO, packed: int, limits: Limits, what: str):
        self._raw, self._packed, self._limits, self._what = raw, max(packed, 1), limits, what
        self._out = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._raw.read(size if size >= 0 else MB)
        except UNPACK_ERRORS as error:
            raise SourceError(unpack_message(self._what, error)) from None
        self._out += len(data)
        check_expansion(self._out, self._packed, self._limits, self._what)
        return data

    def close(self) -> None:
        self._raw.close()
        super().close()


def check_expansion(unpacked: int, packed: int, limits: Limits, what: str) -> None:
    """Raises SourceError when an archive unpacks to more than the limits allow."""
    if unpacked > limits.unpacked_bytes:
        raise SourceError(
            f"{what} unpacks to more than {size_text(limits.unpacked_bytes)}. "
            "Split it into smaller files and load each."
        )
    if unpacked > limits.ratio_from and unpacked > limits.expansion_ratio * max(packed, 1):
        raise SourceError(
            f"{what} unpacks to more than {limits.expansion_ratio} times its size, as an archive made to fill "
            "a disk does. Unpack it yourself, look at it, and load the file inside."
        )


def unpack_message(what: str, error: BaseException) -> str:
    """One sentence for a failed decompression, with the remedy."""
    if isinstance(error, RuntimeError) and "password" in str(error).lower():
        return f"{what} is encrypted. Unpack it with its password and load the file inside."
    if isinstance(error, NotImplementedError):
        return f"{what} uses a compression that cannot be read here. Unpack it and load the file inside."
    if isinstance(error, EOFError):
        return f"{what} is cut off: the archive ends too early. Download it again."
    return f"{what} is damaged: the archive cannot be unpacked. Download it again."
