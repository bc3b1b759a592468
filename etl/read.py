"""A file becomes chunks of text columns with record numbers: csv, gz, zip, xls and xlsx.

Nothing is converted and only declared columns are read. What a whole file does wrong raises SourceError;
what a row does wrong is a BadRow. No message holds a value of a record.
"""

import os
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from etl.reading.archives import (
    TEXTS,
    WORKBOOKS,
    Hashing,
    Part,
    View,
    gz_part,
    hash_stream,
    is_encrypted_workbook,
    kind_of,
    read_all,
    same_bytes,
    sha256_of,
    zip_parts,
)
from etl.reading.delimited import BadRow
from etl.reading.forms import Fit, fit, refusal
from etl.reading.input_tables import InputTable
from etl.reading.limits import Limits, size_text
from etl.reading.pieces import Piece, SheetPiece, TextPiece
from etl.reading.spreadsheets import buffered, check_workbook, open_workbook, sheet_rows, worksheets
from etl.schema import Form, Source, SourceError

__all__ = ["BadRow", "InputTable", "Limits", "OpenedFile", "open_file", "same_bytes", "sha256_of"]

Progress = Callable[[int, int], None]
Found = list[tuple[Piece, Fit]]

DEFAULT_LIMITS = Limits()


class OpenedFile:
    """A file whose form is known, ready to be read. Use it as a context manager."""

    def __init__(self, path: Path, handle: BinaryIO):
        about = os.fstat(handle.fileno())
        self.path = path
        self.file = path.name
        self.size = about.st_size
        self.sha256 = ""
        self.form: Form
        self.tables: list[InputTable] = []
        self.notes: list[str] = []
        self._handle = handle
        self._identity = _identity(about)

    def __enter__(self) -> "OpenedFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file. Chunks can no longer be read."""
        self._handle.close()

    def check_unchanged(self) -> None:
        """Raises SourceError when the file is no longer the one that was opened."""
        try:
            now = _identity(self.path.stat())
        except OSError:
            now = ()
        if now != self._identity:
            raise SourceError(f"{self.file} changed while it was read. Wait until it is complete, then load it again.")


def open_file(
    path: Path, source: Source, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None
) -> OpenedFile:
    """Hashes the file, looks at every byte once, finds its form and prepares its tables.

    `progress(done, total)` is called with bytes, during this call and while chunks are read; the total counts
    every pass over the file. Raises SourceError, and leaves nothing open, when the file is refused.
    """
    path = Path(path)
    handle = _open(path, limits)
    opened = OpenedFile(path, handle)
    try:
        _prepare(opened, handle, source, limits, progress)
        opened.check_unchanged()
    except BaseException:
        opened.close()
        raise
    return opened


def _open(path: Path, limits: Limits) -> BinaryIO:
    try:
        about = path.stat()
    except FileNotFoundError:
        raise SourceError(f"{path.name} does not exist. Check the path.") from None
    except OSError:
        raise SourceError(f"{path.name} cannot be opened. Check the path and its permissions.") from None
    if stat.S_ISDIR(about.st_mode):
        raise SourceError(f"{path.name} is a folder. Name the file in it, or zip the folder.")
    if not stat.S_ISREG(about.st_mode):
        raise SourceError(f"{path.name} is not an ordinary file. Save it to disk first.")
    if not about.st_size:
        raise SourceError(f"{path.name} is empty. Download it again.")
    if about.st_size > limits.file_bytes:
        raise SourceError(
            f"{path.name} has {size_text(about.st_size)}, more than the limit of {size_text(limits.file_bytes)}. "
            "Split it and load each part."
        )
    try:
        return cast(BinaryIO, path.open("rb", buffering=0))
    except OSError:
        raise SourceError(f"{path.name} cannot be opened. Check its permissions.") from None


def _prepare(opened: OpenedFile, handle: BinaryIO, source: Source, limits: Limits, progress: Progress | None) -> None:
    if not source.forms:
        raise SourceError(f"Source '{source.name}' declares no table that could be read from {opened.file}.")
    lock = threading.Lock()
    kind = kind_of(View(handle, lock))
    done, total = 0, opened.size * (2 if kind == "text" else 3)

    def count(read: int) -> None:
        nonlocal done
        done = min(done + read, total)
        if progress:
            progress(done, total)

    def view() -> View:
        return View(handle, lock, count)

    if kind == "text":
        hashing: list[Hashing] = []

        def hashed(stream: object) -> Hashing:
            hashing.append(Hashing(cast(View, stream)))
            return hashing[-1]

        pieces: Sequence[Piece] = [TextPiece(Part(opened.file, view), opened.file, limits, hashed)]
        try:
            form, found = _choose(source, pieces, opened.file)
        finally:
            opened.sha256 = hashing[0].close() if hashing else ""
    else:
        opened.sha256 = hash_stream(view())
        pieces = _pieces(kind, view, opened, source, limits)
        form, found = _choose(source, pieces, opened.file)
    if not any(piece.has_rows for piece, _ in found):
        raise SourceError(f"{opened.file} has a header and no rows. Download it again, or choose a longer period.")
    opened.form = form
    for piece, matched in found:
        table = piece.table(matched, form, limits)
        table.check_unchanged = opened.check_unchanged
        opened.tables.append(table)
    used = {id(piece) for piece, _ in found}
    unused = [p.name for p in pieces if id(p) not in used and isinstance(p, SheetPiece)]
    opened.notes += [f"{name} holds no declared table and is not read" for name in unused]


def _pieces(kind: str, view: Callable[[], View], opened: OpenedFile, source: Source, limits: Limits) -> list[Piece]:
    name = opened.file
    if kind == "gz":
        return [TextPiece(gz_part(view, name, opened.size, limits), name, limits)]
    if kind in ("xls", "xlsx"):
        file = view()
        if kind == "xls" and is_encrypted_workbook(file):
            raise SourceError(f"{name} is encrypted. Open it with its password, save it without one, and load that.")
        return _sheets(cast(BinaryIO, file), kind, opened.size, name, limits)
    parts = zip_parts(view, name, opened.size, limits)
    workbooks = [p for p in parts if p.name.lower().endswith(WORKBOOKS)]
    if workbooks and len(parts) == 1:
        data = read_all(parts[0], limits.sheet_bytes)
        inner = "xlsx" if data.startswith(b"PK") else "xls"
        return _sheets(buffered(data), inner, len(data), parts[0].name, limits)
    wanted = {t.member for form in source.forms for t in form.tables.values() if t.member}
    texts = [p for p in parts if p.name.lower().endswith(TEXTS) or any(_same_name(p.base, w) for w in wanted)]
    if not texts:
        raise SourceError(f"{name} holds no csv file. Unpack it and load the file that is meant.")
    return [TextPiece(p, name, limits) for p in texts]


def _sheets(file: BinaryIO, kind: str, packed: int, name: str, limits: Limits) -> list[Piece]:
    if kind == "xlsx":
        check_workbook(file, packed, name, limits)
    workbook = open_workbook(file, packed, name, limits)
    return [SheetPiece(sheet, sheet_rows(workbook, sheet)) for sheet in worksheets(workbook)]


def _choose(source: Source, pieces: Sequence[Piece], file: str) -> tuple[Form, Found]:
    """The form that fits with the most columns, and which piece is which of its tables."""
    best: tuple[int, Form, Found] | None = None
    tried: list[tuple[Form, Fit]] = []
    absent: list[str] = []
    for form in source.forms:
        found, complete = _match(form, pieces, tried, absent)
        columns = sum(len(f.positions) for _, f in found)
        if complete and found and (best is None or columns > best[0]):
            best = (columns, form, found)
    if best:
        _, form, _ = best
        # Each piece remembers the header that was looked up last.
        found, _ = _match(form, pieces, [], [])
        return form, found
    if tried:
        raise refusal(source, file, tried)
    names = list(dict.fromkeys(absent))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    raise SourceError(
        f"{file} does not look like a file of source '{source.name}', an archive that holds "
        f"{', '.join(names[:3])}{more}. Load the archive as the publisher delivers it."
    )


def _match(form: Form, pieces: Sequence[Piece], tried: list[tuple[Form, Fit]], absent: list[str]) -> tuple[Found, bool]:
    found: Found = []
    complete = True
    for key, table in form.tables.items():
        named = [p for p in pieces if not table.member or _same_name(p.member, table.member)]
        if table.member and len(named) > 1:
            raise SourceError(
                f"The archive holds {table.member} {len(named)} times. Its tables would be joined with those of "
                "another delivery. Load each archive as the publisher delivers it."
            )
        here: Found = []
        for piece in named:
            matched = fit(key, table, piece.header([table]))
            if matched.positions and not matched.missing:
                here.append((piece, matched))
            else:
                tried.append((form, matched))
        found += here
        if not here and not set(table.columns) <= table.optional:
            complete = False
            if not named:
                absent.append(table.member)
    return found, complete


def _same_name(name: str, member: str) -> bool:
    return name.casefold() in (member.casefold(), member.casefold().rsplit(".", 1)[0])


def _identity(about: os.stat_result) -> tuple[int, ...]:
    return (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
