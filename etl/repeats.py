"""Publisher's ids that stand in several rows of one file: such rows are one report.

Remembering every id of ten million rows would take a gigabyte, so a first reading keeps 8 bytes of each. Only where
two of these are equal are the rows of those ids read again and compared by the ids themselves, on disk.

Of the rows of one id the one that was updated last counts (`updated_on`); where that is not published or equal, the
later one: the later table of the file, then the later row. Rows that were set aside do not take part.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from etl import compiled, engine
from etl.denominator import places
from etl.job import Job
from etl.locate import Confidential

_NEWEST = "updated desc nulls last, part desc, record desc"
_FIRST = "part, record"  # rows that are offences all stand: the incident is counted with the first of them


@dataclass(frozen=True)
class Input:
    """One input table of a file; `chunks` reads it from its beginning, as often as it is called."""

    job: Job
    name: str
    chunks: Callable[[], Iterable[pa.RecordBatch]]


@dataclass(frozen=True)
class Older:
    """The rows that gave way. rows: part (the input table's place in the file), record. exposure: what they added."""

    rows: pa.Table
    exposure: pa.Table


class Identities:
    """A 64-bit hash of every row's id."""

    def __init__(self) -> None:
        self._seen: list[Any] = []

    def add(self, hashes: pa.ChunkedArray) -> None:
        """Rows without an id are NULL and are no repeats of each other."""
        self._seen.append(hashes.drop_null().to_numpy())

    def repeated(self) -> Any:
        """The hashes that stand more than once, sorted. Nothing is remembered afterwards."""
        seen, self._seen = self._seen, []
        if not seen:
            return np.empty(0, dtype=np.uint64)
        every = np.concatenate(seen)
        seen.clear()
        every.sort()
        return np.unique(every[1:][every[1:] == every[:-1]])


def older_rows(
    inputs: list[Input],
    repeated: Any,
    connection: duckdb.DuckDBPyConnection,
    work: Path,
    *,
    rows_are: str,
    confidential: Confidential | None = None,
) -> Older:
    """Reads the rows of the repeated ids again and says which of them give way. `work`: a folder for a moment."""
    with duckdb.connect(str(work / "repeats.duckdb"), config={"memory_limit": "300MB", "threads": 2}) as disk:
        disk.execute(
            "create table suspects (scope varchar, month date, h3_9 ubigint, area_code varchar, n bigint, id varchar, "
            "updated timestamp, record bigint, part integer)"
        )
        for part, one in enumerate(inputs):
            for rows in _suspects(one, repeated, connection, confidential):
                disk.register("rows_of", rows)
                disk.execute(f"insert into suspects by name select *, {part} as part from rows_of")  # noqa: S608
                disk.unregister("rows_of")
        order = _FIRST if rows_are == "offence" else _NEWEST
        disk.execute(
            f"""create table older as select * from suspects
                qualify row_number() over (partition by id order by {order}) > 1"""  # noqa: S608
        )
        return Older(
            disk.sql("select part, record from older").to_arrow_table(),
            disk.sql(
                "select scope, month, h3_9, area_code, sum(n)::bigint as n from older group by all"
            ).to_arrow_table(),
        )


def _suspects(
    one: Input, repeated: Any, connection: duckdb.DuckDBPyConnection, confidential: Confidential | None
) -> Iterable[pa.Table]:
    hashes = compiled.identity(one.job)
    light = compiled.whole_light(one.job)
    for chunk in one.chunks():
        batch = engine.trim(chunk)
        found = engine.run(connection, hashes, chunk=batch)
        mine = found.filter(pa.array(np.isin(found["id_hash"].fill_null(0).to_numpy(), repeated)))
        if not mine.num_rows:
            continue
        rows = pa.Table.from_batches([batch])
        rows = rows.filter(pa.array(np.isin(rows["record"].to_numpy(), mine["record"].to_numpy())))
        seen = engine.run(connection, light, chunk=rows)
        seen = seen.filter(seen["reason"].is_null())
        if not seen.num_rows:
            continue
        placed, _ = places(seen, one.job.source, confidential)
        for name in ("id", "updated", "record"):
            placed = placed.append_column(name, seen[name].combine_chunks())
        yield placed
