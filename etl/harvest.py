"""What one file yields before it becomes a load: facts, denominator, quarantine, and which rows back what."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from etl.locate import Confidential


@dataclass
class Tally:
    """The row equation of one input table: read = loaded + merged + not relevant + quarantined.

    merged : rows that gave way to a newer row of the same file; nothing else of them is kept.
    """

    rows_read: int = 0
    quarantined: int = 0
    merged: int = 0


@dataclass(frozen=True)
class Quarantined:
    """One row set aside. `record`: its number in the input table, the header being 1."""

    input_table: str
    record: int
    column_name: str
    reason: str


@dataclass
class Harvest:
    """Everything that was read from one file.

    tables : name of a warehouse table -> rows (incidents, victims, suspects, attributes, published_counts,
        areas), and area_names: area_id, name of every code that a report carries.
    exposure : scope, month, h3_9, area_code, n.
    backing : input_table, record, key: the row stands behind the fact with that key.
    months : (scope, month as YYYY-MM) -> reports of that month.
    confidential : places whose points are taken away while the file is read; nothing of them is kept.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    exposure: pa.Table | None = None
    backing: pa.Table | None = None
    quarantine: list[Quarantined] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    months: dict[tuple[str, str], int] = field(default_factory=dict)
    as_of: str | None = None
    notes: list[str] = field(default_factory=list)
    confidential: "Confidential | None" = None

    def set_aside(self, input_table: str, record: int, column: str, reason: str) -> None:
        """Adds a row to the quarantine and to the tally of its table."""
        self.quarantine.append(Quarantined(input_table, record, column, reason))
        self.tallies.setdefault(input_table, Tally()).quarantined += 1

    def count(self, table: Any) -> None:
        """Takes over what the reader of an input table counted and set aside, once it is read to its end."""
        self.tallies.setdefault(table.name, Tally()).rows_read = table.rows_read
        for bad in table.bad:
            self.set_aside(table.name, bad.record, bad.column, bad.reason)


BACKING = pa.schema([("input_table", pa.string()), ("record", pa.int64()), ("key", pa.string())])


def backing_table(parts: list[tuple[str, pa.Array, pa.Array]]) -> pa.Table:
    """(input table, records, keys) triples as one table without repeats or gaps."""
    tables = []
    for name, records, keys in parts:
        names = pa.array([name] * len(records), pa.string())
        tables.append(pa.Table.from_arrays([names, records.cast(pa.int64()), keys.cast(pa.string())], schema=BACKING))
    if not tables:
        return BACKING.empty_table()
    joined = pa.concat_tables(tables)
    joined = joined.filter(joined["record"].is_valid())
    return joined.group_by(BACKING.names).aggregate([])
