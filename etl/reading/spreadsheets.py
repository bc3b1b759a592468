"""Sheets of .xls and .xlsx workbooks as rows of text, within limits."""

import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO

import python_calamine as calamine

from etl.reading import sheet_probe
from etl.reading.limits import MB, UNPACK_ERRORS, Limits, check_expansion, size_text, unpack_message
from etl.schema import SourceError

_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]{0,200}?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})""")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s[^>]{0,200}?\br\s*=\s*["']([0-9]{1,7})""")
_DAMAGED = "{} is damaged or not a workbook. Open it, save it as xlsx or csv, and load that."
_ENCRYPTED = "{} is encrypted. Open it with its password, save it without one, and load that."


def check_workbook(file: BinaryIO, packed: int, name: str, limits: Limits) -> None:
    """Unpacks every part of an .xlsx once, to judge what it would do to memory.

    The sheet library believes the file: it makes a grid from the first to the last cell, so two
    cells at opposite corners of a sheet would ask for billions.
    """
    total = 0
    try:
        with zipfile.ZipFile(file) as archive:
            if "xl/workbook.bin" in archive.namelist():
                raise SourceError(f"{name} is a binary workbook (xlsb). Save it as xlsx or csv and load that.")
            for info in archive.infolist():
                sheet = _Area() if info.filename.endswith(".xml") else None
                with archive.open(info) as part:
                    while block := part.read(4 * MB):
                        total += len(block)
                        check_expansion(total, packed, limits, name)
                        if total > limits.sheet_bytes:
                            raise SourceError(
                                f"{name} unpacks to more than {size_text(limits.sheet_bytes)}, too much for a "
                                "workbook. Save it as csv and load that."
                            )
                        if sheet and sheet.feed(block) > limits.sheet_cells:
                            raise SourceError(
                                f"{name} has a sheet of more than {limits.sheet_cells:,} cells, most of them empty. "
                                "Save it as csv and load that."
                            )
    except UNPACK_ERRORS as error:
        raise SourceError(unpack_message(name, error)) from None
    finally:
        file.seek(0)


class _Area:
    """The grid from A1 to the last row and column. Cells and rows may leave their positions out and then follow on."""

    def __init__(self) -> None:
        self._rows = self._columns = self._begun = 0
        self._tail = b""

    def feed(self, block: bytes) -> int:
        """The cells of the grid as far as it was seen."""
        data = self._tail + block
        starts = [m.start() for m in _ROW.finditer(data)]
        self._begun += max(len(starts) - 1, 0)  # the last one comes again
        cells = _CELL.findall(data)
        rows = {row for _, row in cells}.union(_ROW_NUMBER.findall(data))
        self._rows = max([self._rows, self._begun + bool(starts), *map(int, rows)])
        self._columns = max([self._columns, *map(_column_number, {column for column, _ in cells})])
        if len(cells) < len(_ANY_CELL.findall(data)):
            widths = (len(_ANY_CELL.findall(data, *ends)) for ends in pairwise([*starts, len(data)]))
            self._columns = max(self._columns, max(widths, default=0))
        self._tail = data[max(starts[-1] if starts else 0, len(data) - 8 * MB) :]
        return self._rows * self._columns


def _column_number(name: bytes) -> int:
    n = 0
    for letter in name:
        n = n * 26 + letter - 64
    return n


def open_workbook(file: BinaryIO, packed: int, name: str, limits: Limits) -> calamine.CalamineWorkbook:
    """Raises SourceError for an encrypted, damaged or far too large workbook."""
    if packed > limits.workbook_bytes:
        raise SourceError(f"{name} has {size_text(packed)}, too much for a workbook. Save it as csv and load that.")
    data = file.read()
    # A program of its own: what it does to memory, or prints when it fails, stays there.
    probe = subprocess.run(
        [sys.executable, "-I", sheet_probe.__file__, str(limits.probe_memory)],
        input=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if probe.returncode == sheet_probe.ENCRYPTED:
        raise SourceError(_ENCRYPTED.format(name))
    if probe.returncode != sheet_probe.GOOD:
        raise SourceError(_DAMAGED.format(name))
    return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def sheet_rows(workbook: calamine.CalamineWorkbook, sheet: str) -> list[list[Any]]:
    """All rows of a sheet from its first, blank ones included, without the blank ones at the end."""
    rows: list[list[Any]] = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    while rows and not any(_filled(v) for v in rows[-1]):
        rows.pop()
    return rows


def worksheets(workbook: calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets that hold cells, hidden ones too."""
    kind = calamine.SheetTypeEnum.WorkSheet
    return [s.name for s in workbook.sheets_metadata if s.typ == kind]


def _filled(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def is_blank(row: list[Any]) -> bool:
    """Whether no cell of the row holds anything."""
    return not any(_filled(v) for v in row)


def as_text(value: Any) -> str:
    """A cell as text: 1.0 is `1`, a moment at midnight its date, a moment `YYYY-MM-DD HH:MM:SS`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def preamble_text(rows: list[list[Any]]) -> Iterator[str]:
    """Each row above the header as one line of text."""
    for row in rows:
        cells = [as_text(v).strip() for v in row if _filled(v)]
        if cells:
            yield " ".join(cells)


def buffered(data: bytes) -> BinaryIO:
    """Bytes that were unpacked from an archive, as a file."""
    return io.BytesIO(data)
