"""Records taken out of the tables of one load: nothing of them stays, and what they added to a count is taken off it.

Their rows of the file are then backed by nothing, so that in the row equation they count as not relevant: read =
loaded + merged + not relevant + quarantined holds as before. The quarantine has nothing to take out: it names a row's
number, a column and a reason, never a record.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

NOTE = "Records were forgotten on demand (sealed, expunged or withdrawn). Their rows count as not relevant."
_KEYED_BY = {"incidents": "incident_id", "victims": "incident_id", "suspects": "incident_id"}
_KEYED_BY |= {"attributes": "incident_id", "backing": "key"}


@dataclass(frozen=True)
class Expunged:
    """tables: those that changed. records: incidents that went. taken: (scope, month as YYYY-MM) -> reports fewer."""

    tables: dict[str, pa.Table]
    records: int = 0
    taken: dict[tuple[str, str], int] = field(default_factory=dict)


def expunge(tables: dict[str, pa.Table], ids: Collection[str]) -> Expunged:
    """The tables of a load (incidents, victims, suspects, attributes, backing, exposure) without some records."""
    incidents = tables.get("incidents")
    if incidents is None or not ids:
        return Expunged({})
    wanted = pa.array(sorted(ids), pa.string())
    gone = incidents.filter(pc.is_in(incidents["incident_id"], value_set=wanted))
    if not gone.num_rows:
        return Expunged({})
    changed = {}
    for name, column in _KEYED_BY.items():
        if name in tables:
            mine = pc.is_in(tables[name][column], value_set=wanted)
            if pc.any(mine).as_py():
                changed[name] = tables[name].filter(pc.invert(mine))
    taken: dict[tuple[str, str], int] = {}
    if "exposure" in tables:
        changed["exposure"] = _subtracted(tables["exposure"], gone, taken)
    return Expunged(changed, gone.num_rows, taken)


def _subtracted(exposure: pa.Table, gone: pa.Table, taken: dict[tuple[str, str], int]) -> pa.Table:
    """The denominator without the reports of some incidents: from where each was counted, by month and place."""
    n = exposure["n"].to_numpy().copy()
    for row in gone.select(["scope", "reported_on", "occurred_on", "h3_9", "area_code", "n"]).to_pylist():
        day = row["reported_on"] or row["occurred_on"]
        scope, month = row["scope"] or "", day.replace(day=1)
        place = _place(exposure, scope, month, row["h3_9"], row["area_code"])
        if place is None:  # the cell was taken away since, because it touches a confidential place
            place = _place(exposure, scope, month, None, row["area_code"])
        if place is None:
            continue
        less = min(int(row["n"]), int(n[place]))
        n[place] -= less
        key = (scope, f"{month:%Y-%m}")
        taken[key] = taken.get(key, 0) + less
    column = exposure.column_names.index("n")
    return exposure.set_column(column, "n", pa.array(n, pa.int64())).filter(pa.array(n > 0))


def _place(exposure: pa.Table, scope: str, month: Any, cell: int | None, area: str | None) -> int | None:
    """The one row of the denominator for a month and a place."""
    mine = pc.and_(pc.equal(exposure["month"], pa.scalar(month)), pc.equal(exposure["scope"], scope))
    for column, value in (("h3_9", cell), ("area_code", area)):
        same = pc.is_null(exposure[column]) if value is None else pc.equal(exposure[column], value)
        mine = pc.and_(mine, pc.fill_null(same, False))
    found = pc.indices_nonzero(mine)
    return found[0].as_py() if len(found) else None


def fewer(months: list[list[Any]], taken: dict[tuple[str, str], int]) -> list[list[Any]]:
    """The months of a manifest, [scope, month, reports], less what was taken. A month stays: the file covers it."""
    return [[scope, month, n - taken.get((scope, month), 0)] for scope, month, n in months]
