"""Counts over time. A zero is drawn only where something was collected."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard.filters import Filters
from dashboard.warehouse import Warehouse

GRAINS = {"day": "Day", "week": "Week", "month": "Month", "quarter": "Quarter", "year": "Year"}


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


def by_period(warehouse: Warehouse, filters: Filters, grain: str = "month", group: str | None = None) -> pd.DataFrame:
    """Counts by period (and by one attribute), one row for every period of the view, in order.

    Columns: period (datetime64, first day; weeks start on Monday), n (Int64), collected ("yes", "partly", "no"),
    partial (bool: the view, or the data, end or begin inside the period); with `group` also code and label, and
    one row for every period and code that occurs.
    n is NA where nothing was collected, 0 where it was and nothing came. `collected` looks at the selected sources
    and at the category that the exploitation (or the group's code) falls into.
    Published units know only years: any grain gives one row for each year. Raises ValueError for another grain.
    """
    raise NotImplementedError


def last_12_vs_previous(warehouse: Warehouse, filters: Filters) -> Comparison | None:
    """The last twelve months of the view and the twelve before (which may lie before the view's first month).

    A last month that the newest load covers only in part is left out. None when there is no month at all, and for
    published units.
    """
    raise NotImplementedError


def weekday_hour(warehouse: Warehouse, filters: Filters) -> HourTable:
    """Weekday by hour of occurrence. Default times (00:00, 12:00 where suspicious) are unknown already in the data.

    All zeros for published units.
    """
    raise NotImplementedError
