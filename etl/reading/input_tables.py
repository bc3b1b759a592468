"""One input table (a file, a sheet, a member of a zip) as bounded chunks of our fields."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from etl.reading.ahead import ahead
from etl.reading.archives import Part
from etl.reading.delimited import BadRow, Damaged, Layout, Parser
from etl.reading.forms import Fit
from etl.reading.limits import MB, Limits
from etl.reading.spreadsheets import as_text, is_blank
from etl.reading.text_encoding import Text, Utf8
from etl.schema import SourceError, Table

CHUNK_ROWS = 200_000  # about 40 MB of police reports, of which three copies exist while a chunk is made
CHUNK_BYTES = 64 * MB


class InputTable(ABC):
    """Reads one table. `rows_read`, `bad` and the last notes are complete once `chunks` is exhausted."""

    def __init__(self, name: str, fit: Fit, limits: Limits, notes: list[str], printed_total: int | None):
        self.name = name
        self.key = fit.key
        self.table: Table = fit.table
        self.printed_total = printed_total
        self.notes = notes
        self.rows_read = 0  # good and bad
        self.bad: list[BadRow] = []
        self._fit, self._limits = fit, limits
        self._columns = tuple(dict.fromkeys(fit.positions.values()))
        self.check_unchanged: Callable[[], None] = lambda: None

    @property
    def fields(self) -> tuple[str, ...]:
        """The declared fields that this file has, in our names."""
        return tuple(self._fit.positions)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns of the file, declared or not."""
        return self._fit.header

    def chunks(self) -> Iterator[pa.RecordBatch]:
        """Our fields as text plus `record` (int64; the header is 1), at most 200,000 rows and about 64 MB at a time.

        The next chunk is read by another thread meanwhile. An optional field whose column is missing is absent.
        Raises SourceError when the file cannot be read to its end, or is not the one that was opened.
        """
        return ahead(self._chunks())

    def _chunks(self) -> Iterator[pa.RecordBatch]:
        self.rows_read, self.bad = 0, []
        waiting: list[pa.RecordBatch] = []
        rows = size = 0
        for batch in self._batches():
            while rows + batch.num_rows > CHUNK_ROWS:
                take = CHUNK_ROWS - rows
                full = [*waiting, batch.slice(0, take)]
                batch, waiting, rows, size = batch.slice(take), [], 0, 0
                yield self._named(full)
            waiting.append(batch)
            rows += batch.num_rows
            size += batch.get_total_buffer_size()
            if size > CHUNK_BYTES:
                full, waiting, rows, size = waiting, [], 0, 0
                yield self._named(full)
        if rows:
            yield self._named(waiting)
        self.check_unchanged()

    def _named(self, batches: list[pa.RecordBatch]) -> pa.RecordBatch:
        batch = pa.concat_batches(batches) if len(batches) > 1 else batches[0]
        arrays = {field: batch.column(f"c{i}") for field, i in self._fit.positions.items()}
        return pa.RecordBatch.from_pydict({**arrays, "record": batch.column("record")})

    def _check_rows(self, rows: int) -> None:
        if rows > self._limits.rows:
            raise SourceError(f"{self.name} has more than {self._limits.rows:,} rows. Split it and load each part.")

    @abstractmethod
    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Columns c<position> and `record`, in order; sets rows_read and bad."""


class TextTable(InputTable):
    """A delimited file or member."""

    def __init__(self, part: Part, text: Text, layout: Layout, *table: Any):
        super().__init__(*table)
        self._part, self._text, self._layout = part, text, layout
        self._said = len(self.notes)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        del self.notes[self._said :]
        good = last = 0
        if not self._text.needs_guard:
            try:
                for batch in self._pass(careful=False):
                    yield batch
                    good += batch.num_rows
                    last = batch.column("record")[-1].as_py()
                self._note_line_breaks()
                return
            except Damaged:
                pass
        # What was handed on already is passed over; the same rows have to carry the same numbers.
        for batch in self._pass(careful=True):
            skip = min(good, batch.num_rows)
            if skip and skip == good and batch.column("record")[skip - 1].as_py() != last:
                raise SourceError(
                    f"{self.name}: rows cannot be told apart, a quotation mark is not closed near record {last:,}. "
                    "Save the file again as csv and load that."
                )
            good -= skip
            if skip < batch.num_rows:
                yield batch.slice(skip)
        self._note_line_breaks()

    def _pass(self, careful: bool) -> Iterator[pa.RecordBatch]:
        parser = Parser(self._layout, self._limits, careful, not self._text.ends_with_newline)
        self.bad, good = parser.bad, 0
        for batch in parser.batches(Utf8.of(self._part.open(), self._text)):
            good += batch.num_rows
            self._check_rows(good + len(parser.bad))
            yield batch
        self.rows_read = good + len(parser.bad)
        if parser.strays:
            self.notes.append(
                f"{parser.strays:,} row{'s' if parser.strays > 1 else ''} with a quotation mark that is not closed: "
                "set aside, and the lines below taken as rows of their own"
            )
        if self.rows_read != parser.records:
            raise SourceError(f"{self.name}: {parser.records:,} rows were counted and {self.rows_read:,} were read.")

    def _note_line_breaks(self) -> None:
        """A row may hold many lines by right, or because a mark was never closed: the count is always told."""
        lines = self._text.lines + (not self._text.ends_with_newline)
        inside = lines - self.rows_read - self._text.sample[: self._layout.data_at].count(b"\n")
        if inside > 0:
            self.notes.append(f"{inside:,} line breaks inside quoted fields, or blank lines")


class SheetTable(InputTable):
    """A sheet of a workbook; `rows` begin with the header."""

    def __init__(self, rows: list[list[Any]], *table: Any):
        super().__init__(*table)
        self._rows = rows

    def _batches(self) -> Iterator[pa.RecordBatch]:
        columns = [f"c{i}" for i in self._columns]
        names = [*columns, "record"]
        taken: list[list[str]] = []
        records: list[int] = []
        for record, row in enumerate(self._rows[1:], 2):
            if is_blank(row):
                continue
            self.rows_read += 1
            self._check_rows(self.rows_read)
            cells = [as_text(row[i]) if i < len(row) else "" for i in self._columns]
            if any("\0" in c for c in cells):
                self.bad.append(BadRow(record, "", "nul_bytes"))
                continue
            if sum(map(len, cells)) > self._limits.row_bytes:
                self.bad.append(BadRow(record, "", "row_too_long"))
                continue
            taken.append(cells)
            records.append(record)
            if len(taken) == 50_000:
                yield _batch(names, taken, records)
                taken, records = [], []
        if taken:
            yield _batch(names, taken, records)


def _batch(names: list[str], rows: list[list[str]], records: list[int]) -> pa.RecordBatch:
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(records, pa.int64())], names=names)
