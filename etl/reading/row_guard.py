"""Keeps one damaged row of a delimited file from taking its neighbours with it.

The parser reads a quotation mark that is never closed as one long field, and stops at a row that is
longer than its buffer. Here such a row is replaced by a marker, a row with one field too few or too
many, which the parser reports under its own record number like any other bad row.
"""

import re
from collections import deque
from collections.abc import Iterator

from etl.reading.limits import MB, Limits
from etl.reading.text_encoding import Readable
from etl.schema import SourceError

MARK = "\x1a"  # the first character of a marker; the reason follows
END = "end"  # marks the end of the file: the parser reports it unless a quotation mark is still open
_STRAYS = 10_000


def marker(reason: str, delimiter: str, fields: int) -> bytes:
    """A row that no file of `fields` columns can hold."""
    return (MARK + reason + (delimiter if fields == 1 else "") + "\n").encode()


class RowGuard:
    """Reads UTF-8 text and gives it back row by row, with damaged rows replaced by markers."""

    def __init__(self, raw: Readable, delimiter: str, fields: int, limits: Limits):
        d = re.escape(delimiter.encode())
        quoted, rest = rb'(?:[^"]++|"")*+"', rb"[^" + d + rb"]*+"
        field = rb'(?:"' + quoted + rest + rb'|(?!")' + rest + rb")"
        # As the parser reads: a mark opens a field only at its start, and text after the closing mark belongs to it.
        # Where a field spans lines, text after its closing mark shows that the first mark was a stray one.
        self._closed = re.compile(field + rb"(?:" + d + field + rb")*+\Z", re.DOTALL).match
        strict = rb'(?:"' + quoted + rb"(?=[\r\n" + d + rb']|\Z)|(?!")' + rest + rb")"
        self._well_closed = re.compile(strict + rb"(?:" + d + strict + rb")*+\Z", re.DOTALL).match
        self._closing = re.compile(quoted, re.DOTALL).match
        self._to_end = re.compile(rb"(?:\r?\n|\r)?+\Z|(?:" + d + field + rb")++\Z", re.DOTALL).match
        self._after = (delimiter.encode(), b"\r", b"\n", b"")
        self._one_field = re.compile(field + d, re.DOTALL).match
        self._raw, self._limits, self._fields = raw, limits, fields
        self._marker = lambda reason: marker(reason, delimiter, fields)
        self._held: list[bytes] = []
        self._held_bytes = 0
        self.strays = 0  # rows with a mark that is not closed

    def blocks(self) -> Iterator[bytes]:
        """The rows, in pieces of about a megabyte. Raises SourceError when rows cannot be told apart."""
        carry, skipping = b"", False
        while block := self._raw.read(MB):
            if skipping:
                start = min((i for i in (block.find(b"\n"), block.find(b"\r")) if i >= 0), default=-1)
                if start < 0:
                    continue
                block, skipping = block[start:], False
            lines = (carry + block).splitlines(keepends=True)
            # A CR at the end may be half of a CRLF.
            carry = lines.pop() if not lines[-1].endswith(b"\n") else b""
            out = self._rows(deque(lines))
            if len(carry) > self._limits.row_bytes:
                out += self._give_up_held()
                out.append(self._marker("row_too_long").rstrip(b"\n"))
                carry, skipping = b"", True
            if out:
                yield b"".join(out)
        out = self._rows(deque([carry] if carry else []))
        out += self._give_up_held()
        yield b"".join(out)

    def _rows(self, lines: deque[bytes]) -> list[bytes]:
        out: list[bytes] = []
        while lines:
            line = lines.popleft()
            if self._held:
                self._continue(line, lines, out)
            elif len(line) > self._limits.row_bytes:
                out.append(self._marker("row_too_long"))
            elif b'"' in line and not self._closed(line):
                self._held, self._held_bytes = [line], len(line)
            elif line.count(b'"') % 2 and not self._well_closed(line):
                # Closed by the mark that opens the next field, which then ends at its own separator: a row of the
                # right width, with the wrong text in two columns.
                self._held = [line]
                self._stray(lines, out)
            else:
                out.append(self._marker("nul_bytes") if b"\0" in line else line)
        return out

    def _continue(self, line: bytes, lines: deque[bytes], out: list[bytes]) -> None:
        self._held.append(line)
        self._held_bytes += len(line)
        if self._held_bytes > self._limits.row_bytes or len(self._held) > self._limits.row_lines:
            self._stray(lines, out)
            return
        closing = self._closing(line)
        if not closing:
            return
        if line[closing.end() : closing.end() + 1] not in self._after:
            self._stray(lines, out)  # the mark opens a field of a later row
        elif self._to_end(line, closing.end()):
            row = b"".join(self._held)
            if self._count(row) != self._fields:
                self._stray(lines, out)
                return
            out.append(self._marker("nul_bytes") if b"\0" in row else row)
            self._held = []

    def _count(self, row: bytes) -> int:
        fields, at = 1, 0
        while found := self._one_field(row, at):
            fields, at = fields + 1, found.end()
        return fields

    def _stray(self, lines: deque[bytes], out: list[bytes]) -> None:
        """The mark in the first held line belongs to that line alone: the others are rows of their own."""
        self.strays += 1
        if self.strays > _STRAYS:
            raise SourceError(
                f"More than {_STRAYS:,} rows hold a quotation mark that is not closed: rows cannot be told apart. "
                "Ask the publisher for a file with doubled quotation marks, or save it again as csv."
            )
        out.append(self._marker("field_count"))
        lines.extendleft(reversed(self._held[1:]))
        self._held = []

    def _give_up_held(self) -> list[bytes]:
        out: list[bytes] = []
        while self._held:
            lines: deque[bytes] = deque()
            self._stray(lines, out)
            out += self._rows(lines)
        return out
