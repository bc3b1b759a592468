"""The pieces of a file that may be tables, and how each finds its header."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from etl.reading.archives import Part
from etl.reading.delimited import DELIMITERS, HEADER_ROWS, Layout, first_rows
from etl.reading.forms import Fit, check_duplicates, rating, undeclared
from etl.reading.input_tables import InputTable, SheetTable, TextTable
from etl.reading.limits import Limits
from etl.reading.spreadsheets import as_text, is_blank, preamble_text
from etl.reading.text_encoding import Readable, Text, scan
from etl.schema import Form, SourceError, Table

_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


class Piece(ABC):
    """A file, member or sheet before it is known what it holds."""

    name: str  # as it is shown
    member: str  # what a declaration's `member` is compared with

    @abstractmethod
    def header(self, tables: Sequence[Table]) -> list[str]:
        """The row that serves best as header for one of `tables`."""

    @abstractmethod
    def table(self, fit: Fit, form: Form, limits: Limits) -> InputTable:
        """The table of a fit that was made with `header`."""

    @property
    @abstractmethod
    def has_rows(self) -> bool:
        """Whether anything stands below the header that was found last."""


class TextPiece(Piece):
    """Delimited text."""

    def __init__(self, part: Part, file: str, limits: Limits, wrap: Callable[[Readable], Readable] = lambda s: s):
        self.name, self.member = part.name, part.base or part.name
        self._part, self._limits, self._wrap, self._file = part, limits, wrap, file
        self._at = 0
        self._delimiter = ","

    @cached_property
    def text(self) -> Text:
        """One pass over all bytes of the piece."""
        return scan(self._wrap(self._part.open()), self._limits, self.name)

    @cached_property
    def _rows(self) -> dict[str, list[tuple[list[str], int]]]:
        return {d: first_rows(self.text.sample, d) for d in DELIMITERS}

    def header(self, tables: Sequence[Table]) -> list[str]:
        best = (-1, 0, 0, 0)
        for order, (delimiter, rows) in enumerate(self._rows.items()):
            for i, (row, _) in enumerate(rows):
                key = (rating(tables, row), -i, len(row), -order)
                if key > best:
                    best, self._delimiter, self._at = key, delimiter, i
        rows = self._rows[self._delimiter]
        return rows[self._at][0] if rows else []

    @property
    def has_rows(self) -> bool:
        data_at = self._rows[self._delimiter][self._at][1]
        return len(self.text.sample.rstrip(b"\r\n")) > data_at

    def table(self, fit: Fit, form: Form, limits: Limits) -> InputTable:
        rows = self._rows[self._delimiter]
        header, data_at = rows[self._at]
        check_duplicates(fit, self.name)
        self._check_width(header)
        notes = [*self.text.notes, f"delimiter: {_DELIMITER_NAMES[self._delimiter]}"]
        if self._at:
            notes.append(f"header found below {self._at} other line{'s' if self._at > 1 else ''}")
        notes += undeclared(fit)
        total = printed_total(
            form, [" ".join(c.strip() for c in row if c.strip()) for row, _ in rows[: self._at]], notes
        )
        positions = tuple(sorted(set(fit.positions.values())))
        layout = Layout(self._delimiter, tuple(header), data_at, positions)
        return TextTable(self._part, self.text, layout, self.name, fit, limits, notes, total)

    def _check_width(self, header: list[str]) -> None:
        """One row of another width is that row's error; all of them are the file's."""
        widths = [len(row) for row, _ in self._rows[self._delimiter][self._at + 1 :]]
        if len(widths) >= 20 and len(header) not in widths and len(set(widths)) == 1:
            raise SourceError(
                f"{self.name} has changed its shape: the header names {len(header)} columns and the rows have "
                f"{widths[0]} fields. Nothing was loaded. Download the file again, or ask the publisher."
            )


class SheetPiece(Piece):
    """A sheet of a workbook."""

    def __init__(self, sheet: str, rows: list[list[Any]]):
        self.name, self.member = f"sheet {sheet}", sheet
        self._rows = rows
        self._at = 0

    def header(self, tables: Sequence[Table]) -> list[str]:
        best = (-1, 0)
        for i, row in enumerate(self._rows[:HEADER_ROWS]):
            key = (rating(tables, [as_text(v) for v in row]), -i)
            if key > best and not is_blank(row):
                best, self._at = key, i
        return [as_text(v) for v in self._rows[self._at]] if self._rows else []

    @property
    def has_rows(self) -> bool:
        return len(self._rows) > self._at + 1

    def table(self, fit: Fit, form: Form, limits: Limits) -> InputTable:
        check_duplicates(fit, self.name)
        notes = [f"header in row {self._at + 1} of the sheet"] if self._at else []
        notes += undeclared(fit)
        total = printed_total(form, list(preamble_text(self._rows[: self._at])), notes)
        return SheetTable(self._rows[self._at :], self.name, fit, limits, notes, total)


def printed_total(form: Form, lines: Sequence[str], notes: list[str]) -> int | None:
    """The publisher's own total from the lines above the header; a note when it should be there and is not."""
    if not form.printed_total:
        return None
    for line in lines:
        if found := re.search(form.printed_total, line):
            digits = re.sub(r"\D", "", found.group(1))
            if digits:
                return int(digits)
    notes.append("the publisher's own total was not found above the header: nothing to reconcile with")
    return None
