"""A small declaration and shorthands for the tests of the reader. All content is fictional."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.read import open_file
from etl.reading.limits import Limits
from etl.schema import Form, Source, Table

COLUMNS = {"incident_id": "Case", "offence_code": "Code", "premise": "Place"}
HEADER = "Case,Code,Note,Place"
SMALL = Limits(row_bytes=2_000, row_lines=50)


def make_source(*forms: Form, columns: Mapping[str, str] = COLUMNS, optional: frozenset[str] = frozenset()) -> Source:
    """A source with the given forms, or with one form of one table."""
    one = Form("monthly", {"reports": Table(columns, optional)})
    return Source("wick", "Reports", "Wick County", "police", "https://example.org", "none", forms=forms or (one,))


SOURCE = make_source()


@dataclass(frozen=True)
class Result:
    """Everything that was read from a file of one table."""

    rows: list[dict[str, object]]
    bad: list[tuple[int, str]]
    rows_read: int
    notes: str
    printed_total: int | None
    chunks: int

    @property
    def records(self) -> list[int]:
        return [int(str(row["record"])) for row in self.rows]

    def column(self, name: str) -> list[object]:
        return [row[name] for row in self.rows]


def write(path: Path, content: str | bytes) -> Path:
    """Writes a file byte for byte."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, source: Source = SOURCE, limits: Limits = Limits()) -> Result:  # noqa: B008
    """Reads a file of one table to its end."""
    with open_file(path, source, limits) as opened:
        (table,) = opened.tables
        batches = list(table.chunks())
        rows = [row for batch in batches for row in batch.to_pylist()]
        bad = [(b.record, b.reason) for b in table.bad]
        return Result(rows, bad, table.rows_read, "; ".join(table.notes), table.printed_total, len(batches))
