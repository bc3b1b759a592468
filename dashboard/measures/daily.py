"""Counts by day: one question to the warehouse that answers totals, trends and comparisons of any period."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dashboard.filters import Filters, add_months
from dashboard.measures.ask import Wheres, ask, measure, summed
from dashboard.warehouse import Warehouse
from etl import codes


@measure
def daily(warehouse: Warehouse, filters: Filters, group: str | None = None, where: Wheres = ()) -> pd.DataFrame:
    """Columns day (datetime64, NaT = no date), code (category, "" without a group) and n, over all time: see `within`.

    The period is not part of the question, so a change of period, a year before and a total cost nothing more.
    """
    if filters.date_from or filters.date_to:
        return daily(warehouse, replace(filters, date_from=None, date_to=None), group, where)
    return _asked(warehouse, filters, group, where, "D")


@measure
def monthly(warehouse: Warehouse, filters: Filters, group: str | None = None, where: Wheres = ()) -> pd.DataFrame:
    """`daily` summed by month (`day` is the first of it): the same totals of any period, from a thirtieth of the rows.

    Published figures stand on the first day of their period already.
    """
    if filters.date_from or filters.date_to:
        return monthly(warehouse, replace(filters, date_from=None, date_to=None), group, where)
    if not group and not where and filters.unit in codes.RECORD_UNITS:
        # Pages ask by source too, and a view has few: the total comes from the same answer.
        days = monthly(warehouse, filters, "source").groupby("day", as_index=False, dropna=False)["n"].sum()
        return days.assign(code=_none(len(days)))[["day", "code", "n"]]
    return _asked(warehouse, filters, group, where, "M")


def _asked(warehouse: Warehouse, filters: Filters, group: str | None, where: Wheres, unit: str) -> pd.DataFrame:
    found = ask(warehouse, filters, _by_time, unit, filters.date_column, *((group,) if group else ()), where=where)
    # Column by column: a rename and an astype of the whole frame take longer than the question itself.
    code = pd.Categorical(found[group]) if group else _none(len(found))
    day = found["day"].to_numpy().astype("datetime64[s]")
    return pd.DataFrame({"day": day, "code": code, "n": pd.array(found["n"].to_numpy(), dtype="Int64")})


def _none(rows: int) -> pd.Categorical:
    """The code where there is no group."""
    return pd.Categorical.from_codes(np.zeros(rows, "int8"), [""])


def _by_time(rows: Any, unit: str, day: str, *group: str) -> Any:
    """Grouped by what is stored, then by what it means: the second step sees a thousandth of the rows."""
    stored = rows.group_by([day, *group]).agg(n=summed(rows))
    when = stored[day].truncate("M") if unit == "M" else stored[day]
    # A missing code is unknown, and is added to those that say so.
    meant = stored.select(day=when, n=stored.n, **{g: stored[g].coalesce(codes.UNKNOWN) for g in group})
    return meant.group_by(["day", *group]).agg(n=summed(meant))


def within(days: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """The rows of `daily` that the period of the filters keeps, as `filters.predicate` would."""
    return days[_kept(days, filters)]


def by_code(days: pd.DataFrame, filters: Filters) -> dict[str, int]:
    """Counts by code of the rows of `daily` that the period of the filters keeps; codes without a row are absent.

    A page asks this dozens of times, and of a table this small pandas' grouping takes ten times as long.
    """
    kept = _kept(days, filters)
    names = days["code"].cat.categories
    code = days["code"].cat.codes.to_numpy()[kept]
    known = code >= 0
    n = np.bincount(code[known], days["n"].to_numpy(dtype="int64")[kept][known], minlength=len(names)).astype("int64")
    seen = np.bincount(code[known], minlength=len(names)) > 0
    return {str(name): int(one) for name, one, there in zip(names, n, seen, strict=True) if there}


def _kept(days: pd.DataFrame, filters: Filters) -> np.ndarray:
    """Which rows the period of the filters keeps, (n,)."""
    day = days["day"].to_numpy()
    keep = np.ones(len(day), dtype=bool)
    record = filters.unit in codes.RECORD_UNITS
    if filters.date_from:
        first = filters.date_from if record else filters.date_from.replace(month=1)
        keep &= day >= np.datetime64(first)
    if filters.date_to:
        after = add_months(filters.date_to if record else filters.date_to.replace(month=12), 1)
        keep &= day < np.datetime64(after)
    return keep
