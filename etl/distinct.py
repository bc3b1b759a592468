"""`normalise.light` of a chunk, each distinct value worked out once.

A city's file repeats a few thousand dates, a thousand times of day, a hundred offences and a few dozen areas over
millions of rows: parsing them row by row costs ten times as much as everything else that is done with a row.
"""

import threading

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import compiled, engine
from etl.job import LIGHT, Job

REMEMBERED = 50_000  # values of a group; dates with a time hardly repeat, and are worked out anew


class Light:
    """Runs `normalise.light` over the chunks of one table, on any thread. Compiled once."""

    def __init__(self, job: Job):
        self._parts = parts = compiled.in_parts(job)
        self._groups = [_Group(fields, sql) for fields, sql in parts.groups]
        self._fields = list(parts.fields)
        self._reasons, self._columns = (pa.array(side, pa.string()) for side in zip(*parts.rules, strict=True))
        self.names_areas, self._plain_ids = job.has("area_name"), job.has_plain_ids

    def run(self, connection: duckdb.DuckDBPyConnection, chunk: pa.RecordBatch) -> pa.Table:
        """The columns of `normalise.light`, a row for each of the chunk's, in its order. Text need not be trimmed."""
        rest = engine.trim(chunk.select(self._fields))
        columns = dict(zip(self._fields, rest.columns, strict=True))
        if self._plain_ids:
            columns["plain_id"] = pc.fill_null(pc.ascii_is_decimal(columns["incident_id"]), False)
        for group in self._groups:
            values, place = distinct(chunk, group.fields)
            meant = group.means(connection, values)
            columns |= {name: pc.take(meant[name].combine_chunks(), place) for name in meant.column_names}
        seen = engine.run(connection, self._parts.rows, parts=pa.table(columns))
        if not seen["record"].combine_chunks().equals(chunk["record"]):
            # DuckDB keeps the order of what it is given; should that change, nothing is mixed up.
            place = pc.index_in(chunk["record"], value_set=seen["record"].combine_chunks())
            seen = seen.take(place)
        verdict = seen["verdict"].combine_chunks()
        found = {name: seen[name] for name in seen.column_names if name != "verdict"}
        found |= {"reason": pc.take(self._reasons, verdict), "column_name": pc.take(self._columns, verdict)}
        found |= {name: columns[column] for name, column in self._parts.same.items()}
        found |= {name: _repeated(text, chunk.num_rows) for name, text in self._parts.constant.items()}
        return pa.table({name: found[name] for name in LIGHT})


class _Group:
    """What the values of some fields mean; those of earlier chunks are remembered, for most come again."""

    def __init__(self, fields: tuple[str, ...], sql: str):
        self.fields, self._sql = fields, sql
        self._lock = threading.Lock()
        self._known = pa.array([], pa.string())
        self._meant: pa.Table | None = None

    def means(self, connection: duckdb.DuckDBPyConnection, values: pa.RecordBatch) -> pa.Table:
        """A row of meaning for each row of values."""
        if values.num_rows > REMEMBERED or not _plain(values):
            return engine.run(connection, self._sql, chunk=engine.trim(values))
        keys = _keys(values)
        with self._lock:
            place = pc.index_in(keys, value_set=self._known)
            if self._meant is None or place.null_count:
                new = pc.is_null(place)
                meant = engine.run(connection, self._sql, chunk=engine.trim(values.filter(new)))
                remember = self._meant is not None and len(self._known) + meant.num_rows <= REMEMBERED
                self._known = pa.concat_arrays([self._known, keys.filter(new)]) if remember else keys.filter(new)
                self._meant = pa.concat_tables([self._meant, meant]).combine_chunks() if remember else meant
                place = pc.index_in(keys, value_set=self._known)
                if place.null_count:  # the memory was full and began anew
                    self._known, self._meant = keys, engine.run(connection, self._sql, chunk=engine.trim(values))
                    place = pc.index_in(keys, value_set=self._known)
            return self._meant.take(place)


def _repeated(text: str | None, rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string()) if text is None else pa.repeat(pa.scalar(text, pa.string()), rows)


_SEPARATOR, _NULL = "\x1f", "\x00"


def _keys(values: pa.RecordBatch) -> pa.Array:
    """One text for each row, equal for equal rows only: see `_plain`."""
    return pc.binary_join_element_wise(*values.columns, _SEPARATOR, null_handling="replace", null_replacement=_NULL)


def _plain(values: pa.RecordBatch) -> bool:
    """Whether no text holds the signs that keys are joined with."""
    return not any(
        pc.any(pc.match_substring(column, sign)).as_py() for column in values.columns for sign in (_SEPARATOR, _NULL)
    )


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
