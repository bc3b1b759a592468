"""Periods of the public file. A month is a whole number, year * 12 + month - 1, and a period is its first month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from etl.codes import GRAIN_MONTHS

CALENDAR = ("month", "quarter", "half", "year")


@dataclass(frozen=True)
class Periods:
    """Equal periods: `months` long, one of them beginning at the month `anchor`."""

    grain: str
    months: int
    anchor: int

    def begin(self, month: np.ndarray) -> np.ndarray:
        """The first month of the period that each month lies in; same shape."""
        return self.anchor + (np.asarray(month) - self.anchor) // self.months * self.months

    def of(self, month: int) -> int:
        """The first month of the period of one month."""
        return int(self.begin(np.array(month)))

    def last_month(self, period: int) -> int:
        """The last month of a period."""
        return period + self.months - 1


@dataclass(frozen=True)
class Closed:
    """Which periods are over. last : the last month that is settled. known : by source, the last whole month of it."""

    last: int
    known: Mapping[str, int]

    def holds(self, when: Periods, period: Any, source: Any) -> np.ndarray:
        """Whether each period (its first month) of a source may be published; same shape.

        A source whose file ends within a period is not in it yet: half a year published as a year would stay so. Of
        several years it needs one whole year, for many files end for good.
        """
        begin = np.asarray(period, dtype=np.int64)
        known = np.array([self.known.get(s, -1) for s in source], dtype=np.int64).reshape(begin.shape)
        end = begin + when.months - 1
        return np.asarray((end <= self.last) & (np.minimum(end, begin + 11) <= known))


def layout(grain: str, first: int, last: int) -> Periods:
    """The periods of a grain for data from month `first` to the last month that may be published.

    Quarters, half-years and years are the calendar's. Several years end with the last full year, so that the newest
    period is a whole one; `all` is one period, and the next is as long.
    """
    if grain in CALENDAR:
        return Periods(grain, GRAIN_MONTHS[grain], first // 12 * 12)
    after = (last + 1) // 12 * 12  # the January after the last full year
    months = GRAIN_MONTHS.get(grain) or max(12, after - first // 12 * 12)
    return Periods(grain, months, after - months)


def number(day: date) -> int:
    """The number of the month of a day."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month by its number."""
    return date(month // 12, month % 12 + 1, 1)
