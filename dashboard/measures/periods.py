"""Counts over time. A zero is drawn only where something was collected."""

import calendar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd

from dashboard.filters import Filters, add_months
from dashboard.i18n import N_
from dashboard.measures.ask import Wheres, ask, measure, summed
from dashboard.measures.collected import (
    NO,
    PARTLY,
    YES,
    collected_months,
    last_known_day,
    months_since_1970,
)
from dashboard.measures.daily import daily, monthly, within
from dashboard.measures.groups import check_column, total
from dashboard.measures.labels import labelled, labels_of
from dashboard.warehouse import Warehouse
from etl import codes

GRAINS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month"), "quarter": N_("Quarter"), "year": N_("Year")}
# What the moving averages of each are called, as `told.records_trends.averages` puts them together.
WINDOWS = (
    *(N_("7 days"), N_("28 days"), N_("4 weeks"), N_("13 weeks"), N_("3 months"), N_("12 months")),
    *(N_("4 quarters"), N_("8 quarters"), N_("3 years"), N_("5 years")),
)


@dataclass(frozen=True)
class Comparison:
    """Two neighbouring spans of twelve months that both were collected in full.

    complete : every month of both spans was collected and neither is still filling up; False = do not compare.
    """

    current: int
    previous: int
    current_from: date
    current_to: date
    previous_from: date
    previous_to: date
    complete: bool


@dataclass(frozen=True)
class HourTable:
    """counts: 7 x 24 DataFrame of Int64, index Monday..Sunday (0-6), columns 0-23; only records with a known time.

    known, all : records with a known time, and all records of the view. Below 100 known, do not draw.
    """

    counts: pd.DataFrame
    known: int
    all: int


@measure
def by_period(warehouse: Warehouse, filters: Filters, grain: str = "month", group: str | None = None) -> pd.DataFrame:
    """Counts by period (and by one attribute), one row for every period of the view, in order.

    Columns: period (datetime64, first day; weeks start on Monday), n (Int64), collected ("yes", "partly", "no"),
    partial (bool: the view, or the data, end or begin inside the period); with `group` also code and label, and
    one row for every period and code that occurs.
    n is NA where nothing was collected, 0 where it was and nothing came. `collected` looks at the selected sources
    and at the category that the exploitation (or the group's code) falls into.
    Published units know only years: any grain gives one row for each year. Raises ValueError for another grain.
    """
    if grain not in GRAINS:
        raise ValueError(f"There is no grain {grain}: choose one of {', '.join(GRAINS)}.")
    return period_rows(warehouse, filters, grain, group)


@measure
def last_12_vs_previous(warehouse: Warehouse, filters: Filters) -> Comparison | None:
    """The last twelve months of the view and the twelve before (which may lie before the view's first month).

    A last month that the newest load covers only in part is left out. None when there is no month at all, and for
    published units.
    """
    last = filters.date_to or warehouse.catalogue.last_month
    known = last_known_day(warehouse, filters)
    if filters.unit not in codes.RECORD_UNITS or last is None or known is None:
        return None
    last = min(last, _last_whole_month(known))
    first = add_months(last, -11)
    status = collected_months(warehouse, filters, months_since_1970([first])[0] - 12 + np.arange(24))
    spans = [(add_months(first, -12), add_months(first, -1)), (first, last)]
    days = monthly(warehouse, filters)
    before, now = (int(within(days, replace(filters, date_from=a, date_to=b))["n"].sum()) for a, b in spans)
    # Collected by every source in every month, or by the same ones throughout: then a change is a change.
    return Comparison(now, before, first, last, *spans[0], complete=bool((status == YES).all()))


@measure
def weekday_hour(warehouse: Warehouse, filters: Filters) -> HourTable:
    """Weekday by hour of occurrence. Default times (00:00, 12:00 where suspicious) are unknown already in the data.

    All zeros for published units.
    """
    counts = np.zeros((7, 24), dtype=np.int64)
    if filters.unit not in codes.RECORD_UNITS:
        return HourTable(pd.DataFrame(counts).astype("Int64"), 0, total(warehouse, filters))
    found = ask(warehouse, filters, _weekday_hour)
    timed = found.dropna()
    counts[timed["weekday"].to_numpy(dtype=int), timed["hour"].to_numpy(dtype=int)] = timed["n"].to_numpy(dtype=int)
    return HourTable(pd.DataFrame(counts).astype("Int64"), int(counts.sum()), int(found["n"].sum()))


def period_rows(
    warehouse: Warehouse, filters: Filters, grain: str, group: str | None = None, where: Wheres = ()
) -> pd.DataFrame:
    """`by_period`, narrowed further by conditions (a place)."""
    if group:
        check_column(warehouse, filters, group)
    if filters.unit not in codes.RECORD_UNITS:
        grain = "year"
    counted = daily if grain in ("day", "week") else monthly
    days = within(counted(warehouse, filters, group, where), filters)
    days = days[days["day"].notna()]
    first, last = _bounds(warehouse, filters, days)
    if first is None or last is None:
        return _no_periods(group)
    starts = _starts(first, last, grain)
    series, column = _series(warehouse, days, group)
    slot = np.searchsorted(starts.to_numpy(), days["day"].to_numpy(), side="right") - 1
    n = np.zeros((len(series), len(starts)), dtype=np.int64)
    np.add.at(n, (column, slot), days["n"].to_numpy(dtype=np.int64))
    status = _collected(warehouse, filters, group, series, starts, grain, n)
    out = pd.DataFrame(
        {
            "period": np.tile(starts.to_numpy(), len(series)),
            "n": pd.array(n.ravel(), dtype="Int64"),
            "collected": pd.array(status.ravel(), dtype="str"),
            "partial": np.tile(_partial(warehouse, filters, starts, grain, first), len(series)),
        }
    )
    out.loc[status.ravel() == NO, "n"] = pd.NA
    if group:
        labels = labels_of(warehouse, group)
        out.insert(1, "code", pd.array(np.repeat(series, len(starts)), dtype="str"))
        out.insert(2, "label", pd.array(np.repeat([labels.get(c, c) for c in series], len(starts)), dtype="str"))
    return out


def _series(warehouse: Warehouse, days: pd.DataFrame, group: str | None) -> tuple[list[str], np.ndarray]:
    """The codes that occur, in the order of their list, and which of them each row belongs to."""
    if not group:
        return [""], np.zeros(len(days), dtype=np.int64)
    sums = days.groupby("code", observed=True)["n"].sum().reset_index().astype({"code": "str"})
    series = labelled(warehouse, group, sums)["code"].tolist()
    at = {code: i for i, code in enumerate(series)}
    return series, np.array([at.get(c, 0) for c in days["code"].cat.categories], dtype=np.int64)[days["code"].cat.codes]


def _collected(
    warehouse: Warehouse,
    filters: Filters,
    group: str | None,
    series: list[str],
    starts: pd.DatetimeIndex,
    grain: str,
    n: np.ndarray,
) -> np.ndarray:
    """yes, partly or no, (series, periods). Where something was counted, something was collected."""
    if filters.unit not in codes.RECORD_UNITS:
        # A printed figure is there or it is not: a year without one was not published.
        return np.where(n > 0, YES, NO)
    views = [_narrowed(filters, group, code) for code in series]
    status = {view: _period_status(warehouse, view, starts, grain) for view in dict.fromkeys(views)}
    each = np.array([status[view] for view in views])
    return np.where((each == NO) & (n > 0), PARTLY, each)


def _narrowed(filters: Filters, group: str | None, code: str) -> Filters:
    """The filters whose coverage is that of one series: what its own source or category collected."""
    if group == "source":
        return replace(filters, sources=(code,))
    return replace(filters, exploitation=(code,)) if group == "exploitation" else filters


def _period_status(warehouse: Warehouse, filters: Filters, starts: pd.DatetimeIndex, grain: str) -> np.ndarray:
    """`collected` of each period from that of its months."""
    size = {"quarter": 3, "year": 12}.get(grain, 1)
    months = months_since_1970(starts)[:, None] + np.arange(size)
    status = collected_months(warehouse, filters, months)
    last = filters.date_to or warehouse.catalogue.last_month
    # Months of the period that the view does not reach say nothing about it; the period is partial.
    outside = months > months_since_1970([last])[0] if last else np.zeros(months.shape, dtype=bool)
    every, none = ((status == YES) | outside).all(axis=1), ((status == NO) | outside).all(axis=1)
    known = last_known_day(warehouse, filters)
    # What lies after the last day that any file can know is not a zero.
    none |= np.asarray(starts > pd.Timestamp(known)) if known else False
    return np.select([none, every], [NO, YES], PARTLY)


def _bounds(warehouse: Warehouse, filters: Filters, days: pd.DataFrame) -> tuple[date | None, date | None]:
    """First and last day that the view is about."""
    if filters.unit not in codes.RECORD_UNITS:
        return (None, None) if days.empty else (days["day"].min().date(), days["day"].max().date())
    first = filters.date_from or (None if days.empty else days["day"].min().date())
    last = filters.date_to or warehouse.catalogue.last_month
    if first is None or last is None or first > _month_end(last):
        return None, None
    return first, _month_end(last)


def _starts(first: date, last: date, grain: str) -> pd.DatetimeIndex:
    """The first days of all periods that touch the span."""
    rule = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}[grain]
    begin = pd.Timestamp(first)
    begin = {
        "day": begin,
        "week": begin - pd.Timedelta(days=begin.weekday()),
        "month": begin.replace(day=1),
        "quarter": begin.replace(month=3 * (begin.quarter - 1) + 1, day=1),
        "year": begin.replace(month=1, day=1),
    }[grain]
    return pd.date_range(begin, pd.Timestamp(last), freq=rule).astype("datetime64[s]")


def _partial(warehouse: Warehouse, filters: Filters, starts: pd.DatetimeIndex, grain: str, first: date) -> np.ndarray:
    """Periods that the view, or what the sources can know, covers only in part."""
    if filters.unit not in codes.RECORD_UNITS:
        return np.zeros(len(starts), dtype=bool)
    last = filters.date_to or warehouse.catalogue.last_month
    known = last_known_day(warehouse, filters)
    end = min(d for d in (_month_end(last) if last else None, known) if d)
    rule = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(weeks=1), "month": pd.DateOffset(months=1)}
    step = rule.get(grain) or pd.DateOffset(months=3 if grain == "quarter" else 12)
    return np.asarray((starts < pd.Timestamp(first)) | (starts + step > pd.Timestamp(end) + pd.Timedelta(days=1)))


def _month_end(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _last_whole_month(day: date) -> date:
    month = day.replace(day=1)
    return month if day == _month_end(day) else add_months(month, -1)


def _no_periods(group: str | None) -> pd.DataFrame:
    types = {"period": "datetime64[s]", "code": "str", "label": "str", "n": "Int64", "collected": "str"}
    kept = {name: kind for name, kind in types.items() if group or name not in ("code", "label")}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in (kept | {"partial": "bool"}).items()})


def _weekday_hour(rows: Any) -> Any:
    # A time is known together with its day; what is not known stays as one row, so that the whole is counted too.
    known = rows.hour.notnull() & rows.occurred_on.notnull() & (rows.occurred_precision == "day")
    weekday = ibis.ifelse(known, rows.occurred_on.day_of_week.index(), None).name("weekday")
    return rows.group_by([weekday, rows.hour]).agg(n=summed(rows))
