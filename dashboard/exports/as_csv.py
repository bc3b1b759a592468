"""csv, plain or packed with gzip: UTF-8 with a byte-order mark, a header, ISO dates, full stops for decimals.

The mark is there because Excel reads a csv without it in the computer's old code page and spoils every accent. readr,
pandas, DuckDB, GDAL, LibreOffice and frictionless all skip it (docs/exports.md has the one exception, base R).
"""

import codecs
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pc

from dashboard.catalogue import Catalogue
from dashboard.exports.inert import inert_array
from dashboard.exports.plan import Plan
from dashboard.exports.rows import Rows
from dashboard.warehouse import Warehouse


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write the rows to `part`; packed where its name ends in .gz."""
    with part.open("wb") as file, _packed(file, part.name.endswith(".gz")) as stream:
        write_rows(rows, stream)


def write_rows(rows: Rows, stream: BinaryIO) -> None:
    """Write the rows to an open stream, with the mark and the header. Text that is like a formula is made inert."""
    stream.write(codecs.BOM_UTF8)
    with pc.CSVWriter(stream, rows.schema) as writer:
        for batch in rows.batches():
            columns = [inert_array(c) if pa.types.is_string(c.type) else c for c in batch.columns]
            writer.write_batch(pa.record_batch(columns, schema=rows.schema))


@contextmanager
def _packed(file: BinaryIO, pack: bool) -> Iterator[BinaryIO]:
    if not pack:
        yield file
        return
    # No name and no time in the header: the same rows give the same bytes.
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast(BinaryIO, packed)
