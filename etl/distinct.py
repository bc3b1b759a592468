"""`normalise.light` of a chunk, each distinct value worked out once.

A city's file repeats a few thousand dates, a thousand times of day, a hundred offences and a few dozen areas over
millions of rows: parsing them row by row costs ten times as much as everything else that is done with a row.
"""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import engine, normalise
from etl.values import Job, trim


class Light:
    """Runs `normalise.light` over the chunks of one table. Compiled once."""

    def __init__(self, job: Job):
        parts = normalise.in_parts(job)
        self._groups = [(group, engine.compile_sql(stages)) for group, stages in parts.groups]
        self._fields = list(parts.fields)
        self._rows = engine.compile_sql(parts.rows)

    def run(self, connection: duckdb.DuckDBPyConnection, chunk: pa.RecordBatch) -> pa.Table:
        """The columns of `normalise.light`, a row for each of the chunk's, in its order. Text need not be trimmed."""
        rest = trim(chunk.select(self._fields))
        columns = dict(zip(self._fields, rest.columns, strict=True))
        for group, sql in self._groups:
            values, place = distinct(chunk, group)
            meant = engine.run(connection, sql, chunk=trim(values))
            columns |= {name: pc.take(meant[name].combine_chunks(), place) for name in meant.column_names}
        return engine.run(connection, self._rows, parts=pa.table(columns))


def distinct(chunk: pa.RecordBatch, fields: tuple[str, ...]) -> tuple[pa.RecordBatch, pa.Array]:
    """(the distinct rows of some fields, for each row of the chunk the number of its own among them)."""
    encoded = [pc.dictionary_encode(chunk[f], null_encoding="encode") for f in fields]
    if len(encoded) == 1:
        return pa.RecordBatch.from_arrays([encoded[0].dictionary], names=list(fields)), encoded[0].indices
    code = np.zeros(chunk.num_rows, dtype=np.int64)
    for one in encoded:
        code = code * max(len(one.dictionary), 1) + one.indices.to_numpy()
    together = pc.dictionary_encode(pa.array(code))
    left = together.dictionary.to_numpy().copy()
    columns: list[pa.Array] = []
    for one in reversed(encoded):
        size = max(len(one.dictionary), 1)
        columns.insert(0, pc.take(one.dictionary, pa.array(left % size)))
        left //= size
    return pa.RecordBatch.from_arrays(columns, names=list(fields)), together.indices
