"""What was collected when: the difference between a zero and nothing."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dashboard.filters import Filters
from dashboard.measures.ask import measure
from dashboard.warehouse import Warehouse
from etl import codes

YES, PARTLY, NO = "yes", "partly", "no"

# Which kind of coverage an exploitation falls under; the others can come under any.
_CATEGORY = {"sex": "sex", "forced_labour": "forced_labour", "domestic_servitude": "forced_labour"}


@measure
def coverage_table(warehouse: Warehouse) -> pd.DataFrame:
    """The coverage of the sources that hold records: source, month (datetime64), place ("" = all),
    category, collected (bool)."""
    found = warehouse.ask(warehouse.table("coverage").select("source", "month", "place", "category", "collected"))
    return found.fillna({"place": ""}).astype({"month": "datetime64[s]"})


@measure
def record_months(warehouse: Warehouse, unit: str) -> pd.DataFrame:
    """First and last month with a record, by source, of a unit of record: source, first, last."""
    table = warehouse.table(unit)
    found = warehouse.ask(table.group_by("source").agg(first=table.counted_on.min(), last=table.counted_on.max()))
    return found.astype({"first": "datetime64[s]", "last": "datetime64[s]"})


def sources_of(warehouse: Warehouse, filters: Filters) -> list[str]:
    """The sources that can contribute to a view of records."""
    held = record_months(warehouse, filters.unit)["source"]
    return [s for s in held if not filters.sources or s in filters.sources]


def last_known_day(warehouse: Warehouse, filters: Filters) -> date | None:
    """The latest day that any source of the view can know; None when there is none."""
    known = {s.source: s.as_of for s in warehouse.catalogue.sources}
    days = [known[s] for s in sources_of(warehouse, filters) if known.get(s)]
    return max((d for d in days if d), default=warehouse.catalogue.as_of)


@measure
def _status(
    warehouse: Warehouse, unit: str, sources: tuple[str, ...], categories: tuple[str, ...]
) -> tuple[int, np.ndarray]:
    """(the first month, as months since 1970; yes, partly or no of each month from there on)."""
    table = coverage_table(warehouse)
    table = table[table["source"].isin(sources) & table["category"].isin(categories)]
    per_series = table.groupby(["source", "place", "month"])["collected"].any().unstack("month", fill_value=False)
    silent = [s for s in sources if s not in set(table["source"])]
    if silent:
        per_series = pd.concat([per_series, _assumed(warehouse, unit, silent, per_series.columns)])
        per_series = per_series.astype("boolean").fillna(False)
    if per_series.empty:
        return 0, np.array([NO], dtype=object)
    share = per_series.astype(float).mean(axis=0).sort_index()
    at = months_since_1970(share.index)
    status = np.full(at[-1] - at[0] + 1, NO, dtype=object)
    status[at - at[0]] = np.select([share == 0, share == 1], [NO, YES], PARTLY)
    return int(at[0]), status


def months_since_1970(days: Any) -> np.ndarray:
    """Whole months, (n,) of int64, of dates or timestamps."""
    return np.asarray(days, dtype="datetime64[M]").astype(np.int64)


def _assumed(warehouse: Warehouse, unit: str, silent: list[str], months: Any) -> pd.DataFrame:
    """A source that says nothing about its coverage collected from its first record to its last."""
    spans = record_months(warehouse, unit).set_index("source").loc[silent]
    first = spans["first"].min().to_period("M").to_timestamp()
    every = pd.DatetimeIndex(months).union(pd.date_range(first, spans["last"].max(), freq="MS"))
    rows = {
        (s, ""): (every + pd.offsets.MonthEnd(0) >= spans.loc[s, "first"]) & (every <= spans.loc[s, "last"])
        for s in silent
    }
    out = pd.DataFrame.from_dict({k: list(v) for k, v in rows.items()}, orient="index", columns=every)
    out.index = pd.MultiIndex.from_tuples(out.index, names=["source", "place"])
    return out


def collected_months(warehouse: Warehouse, filters: Filters, months: np.ndarray) -> np.ndarray:
    """yes, partly or no, by the sources and the kinds of exploitation of the view.

    months : int64, any shape, as `months_since_1970`. A month that no coverage speaks of was not collected.
    """
    sources = tuple(sources_of(warehouse, filters))
    if not sources:
        return np.full(months.shape, NO, dtype=object)
    kinds = [_CATEGORY.get(code) for code in filters.exploitation]
    narrow = bool(kinds) and None not in kinds
    categories = {k for k in kinds if k} if narrow else {"sex", "forced_labour"}
    wanted = tuple(sorted(categories | ({"related"} if filters.related and not narrow else set())))
    first, status = _status(warehouse, filters.unit, sources, wanted)
    at = months - first
    inside = (at >= 0) & (at < len(status))
    return np.where(inside, status[np.where(inside, at, 0)], NO)


assert set(_CATEGORY.values()) < set(codes.COVERAGE_CATEGORY)
