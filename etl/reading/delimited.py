"""Delimited text as batches of text columns, each row's field count checked, each record numbered."""

import csv
import io
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.csv as pa_csv

from etl.reading.limits import MB, Limits
from etl.reading.row_guard import END, MARK, RowGuard, marker
from etl.reading.text_encoding import Readable
from etl.schema import SourceError

DELIMITERS = (",", ";", "\t", "|")
HEADER_ROWS = 50  # how far down a header is looked for
# The parser reads 32 blocks ahead, so this is a question of memory; a row may lie across two of them.
_BLOCK = 1 * MB
_REASONS = ("field_count", "row_too_long", "nul_bytes")


@dataclass(frozen=True)
class BadRow:
    """A row set aside while reading. The header is record 1; the reason is a code of codes.REASON."""

    record: int
    column: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """How a delimited file is laid out."""

    delimiter: str
    header: tuple[str, ...]
    data_at: int  # bytes of UTF-8 before the first data row
    positions: tuple[int, ...]  # of the columns to convert


class Damaged(Exception):
    """Rows cannot be told apart without the row guard."""


def first_rows(sample: bytes, delimiter: str) -> list[tuple[list[str], int]]:
    """The first rows that are not blank, each with the byte at which the next one begins."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in sample.splitlines(keepends=True):
            taken += len(line)
            yield line.decode("utf-8", "replace").replace("\0", "")

    rows: list[tuple[list[str], int]] = []
    try:
        for row in csv.reader(lines(), delimiter=delimiter):
            if row:
                rows.append((row, taken))
            if len(rows) == HEADER_ROWS:
                break
    except csv.Error:
        pass  # what follows is no row of this delimiter
    return rows


class _Feed(io.RawIOBase):
    """What the parser reads: the data rows, then a marker that shows whether a quotation mark is open.

    Every answer but the last is as long as was asked for: the parser takes a block of a lone LF, whose
    CR ended the block before, for the end of the file (seen with pyarrow 26).
    """

    def __init__(self, blocks: Iterator[bytes], end: bytes):
        self._blocks, self._left = chain(blocks, (end,)), b""
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            parts, missing = [self._left], size - len(self._left)
            while missing > 0 and (block := next(self._blocks, None)) is not None:
                parts.append(block)
                missing -= len(block)
        except BaseException as error:
            self.error = error  # the parser may hide it behind one of its own
            raise
        data = b"".join(parts) if len(parts) > 2 or parts[0] else parts[-1]
        self._left = data[size:]
        return data[:size]


class Parser:
    """One pass over the data rows. `bad` and `records` are complete once `batches` is exhausted."""

    def __init__(self, layout: Layout, limits: Limits, careful: bool, ends_open: bool):
        self._layout, self._limits, self._careful = layout, limits, careful
        self._ends_open = ends_open  # the file's last byte is no line end
        self.bad: list[BadRow] = []
        self.records = 0  # data rows, good and bad
        self.strays = 0  # rows with a quotation mark that is not closed
        self._ended = self._damaged = False

    def batches(self, stream: Readable) -> Iterator[pa.RecordBatch]:
        """Columns c<position> as text plus `record`. Raises Damaged (never when careful) or SourceError."""
        layout, fields = self._layout, len(self._layout.header)
        _skip(stream, layout.data_at)
        guard = RowGuard(stream, layout.delimiter, fields, self._limits)
        blocks = guard.blocks() if self._careful else _blocks(stream)
        feed = _Feed(blocks, b"\n" + marker(END, layout.delimiter, fields))
        good = used = 0
        held: pa.RecordBatch | None = None  # a mark left open swallows the rest of the file: only its end shows that
        try:
            for batch in self._parse(feed):
                self._check()
                numbers, used = self._numbers(good, used, batch.num_rows)
                good += batch.num_rows
                if held is not None:
                    yield held
                held = batch.append_column("record", numbers)
        except pa.ArrowInvalid:
            if feed.error:
                raise feed.error from None
            if not self._careful:
                raise Damaged from None
            raise self._mixed_up(good) from None
        self._check()
        if not self._ended:
            raise self._mixed_up(good) if self._careful else Damaged
        if held is not None:
            yield held
        self.strays = guard.strays
        last = self.bad[-1] if self.bad else None
        if last and self._ends_open and last.record == self.records + 1 and last.reason == "field_count":
            self.bad[-1] = BadRow(last.record, "", "cut_off")

    def _mixed_up(self, good: int) -> SourceError:
        return SourceError(
            f"Rows cannot be told apart after record {good + len(self.bad) + 1:,}. "
            "Save the file again as csv and load that."
        )

    def _parse(self, feed: _Feed) -> Iterator[pa.RecordBatch]:
        names = [f"c{i}" for i in range(len(self._layout.header))]
        wanted = [names[i] for i in self._layout.positions]
        reader = pa_csv.open_csv(
            feed,
            # Threads would take the row numbers away.
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=max(_BLOCK, self._limits.row_bytes), column_names=names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self._layout.delimiter, newlines_in_values=True, invalid_row_handler=self._on_bad
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
                check_utf8=False,  # the scan saw every byte
            ),
        )
        for batch in reader:
            if batch.num_rows:
                yield batch
            else:
                self._check()

    def _on_bad(self, row: pa_csv.InvalidRow) -> str:
        text, record = row.text, row.number + 1
        reason = "field_count"
        if text.startswith(MARK):
            said = text[1:].split(self._layout.delimiter)[0].strip()
            if said == END:
                self._ended, self.records = True, row.number - 1
                return "skip"
            reason = said if said in _REASONS else reason
        elif "\n" in text or "\r" in text:
            self._damaged = True
        if len(self.bad) <= self._limits.bad_rows:
            self.bad.append(BadRow(record, "", reason))
        return "skip"

    def _check(self) -> None:
        if self._damaged and not self._careful:
            raise Damaged
        if len(self.bad) > self._limits.bad_rows:
            raise SourceError(
                f"More than {self._limits.bad_rows:,} rows do not have the {len(self._layout.header)} fields of "
                "the header: the file has changed its shape or its delimiter. Download it again, or extend the "
                "source's declaration."
            )

    def _numbers(self, good: int, used: int, rows: int) -> tuple[pa.Array, int]:
        """Records of the next `rows` good rows after `good` good and `used` bad ones, and the bad ones used by then."""
        start = good + used + 2
        spans: list[range] = []
        left = rows
        while left:
            stop = self.bad[used].record if used < len(self.bad) else start + left
            take = min(left, stop - start)
            if take:
                spans.append(range(start, start + take))
            left -= take
            start += take
            if left:
                start += 1
                used += 1
        if len(spans) == 1:
            return pa.arange(spans[0].start, spans[0].stop), used
        numbers = array("q", chain.from_iterable(spans))
        return pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(numbers)]), used


def _blocks(stream: Readable) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _skip(stream: Readable, size: int) -> None:
    while size > 0 and (block := stream.read(size)):
        size -= len(block)
