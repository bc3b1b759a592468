"""The protected cubes of the public file: which periods they have, and how far their figures are off. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dashboard.dates import month
from dashboard.i18n import N_, _
from etl.codes import GRAIN_MONTHS

YEARS_ALL = 60  # months: the span of the usual view where periods are finer than years together
# How a reader says each grain: "shown by year", "since the year before".
WORDS = {
    "month": (N_("month"), N_("months")),
    "quarter": (N_("quarter"), N_("quarters")),
    "half": (N_("half-year"), N_("half-years")),
    "year": (N_("year"), N_("years")),
    "years2": (N_("two years"), N_("periods of two years")),
    "years3": (N_("three years"), N_("periods of three years")),
    "years5": (N_("five years"), N_("periods of five years")),
    "all": (N_("all years together"), N_("periods")),
}


@dataclass(frozen=True)
class Period:
    """One published period. first, last : first days of its first and of its last month."""

    first: date
    last: date
    grain: str

    @property
    def label(self) -> str:
        """What links carry: `2024-03`, `2024 Q1`, `2024 H1`, `2024`, `2020 to 2024`."""
        year = self.first.year
        if self.grain == "month":
            return f"{self.first:%Y-%m}"
        if self.grain == "quarter":
            return f"{year} Q{(self.first.month + 2) // 3}"
        if self.grain == "half":
            return f"{year} H{1 if self.first.month < 7 else 2}"
        whole = self.first.month == 1 and self.last.month == 12
        if whole:
            return f"{year}" if year == self.last.year else f"{year} to {self.last.year}"
        return f"{self.first:%Y-%m} to {self.last:%Y-%m}"

    @property
    def words(self) -> str:
        """As prose and tables say it: a month by its name, all else as its label."""
        if self.grain == "month":
            return month(self.first)
        year = self.first.year
        if self.grain == "quarter":
            return _("{year} Q{n}").format(year=year, n=(self.first.month + 2) // 3)
        if self.grain == "half":
            return _("{year} H{n}").format(year=year, n=1 if self.first.month < 7 else 2)
        if " to " in self.label:
            first, last = self.label.split(" to ")
            return _("{first} to {last}").format(first=first, last=last)
        return self.label

    @property
    def when(self) -> str:
        """`in 2024`, `from 2020 to 2024`."""
        if " to " in self.label:
            first, last = self.label.split(" to ")
            return _("from {first} to {last}").format(first=first, last=last)
        return _("in {period}").format(period=self.words)

    @property
    def after(self) -> date:
        """The first day behind it."""
        return _later(self.last, 1)


@dataclass(frozen=True)
class Cube:
    """What is published of one unit of count.

    first, last : first day of the first period; first day of the last month of the last closed period.
    dimensions : columns beside the period and the area. layer : "" where no place is published.
    base : K, the smallest number there is; 0 for figures that a publisher printed, which are not rounded here.
    altered : share of the non-zero cells that rounding changed, 0 to 1.
    dropped : what was tried and given up, in words.
    errors : (order of a total, median, 95th percentile) of its absolute error, in whole numbers.
    """

    unit: str
    grain: str
    first: date
    last: date
    dimensions: tuple[str, ...] = ()
    layer: str = ""
    base: int = 0
    altered: float = 0.0
    dropped: tuple[str, ...] = ()
    errors: tuple[tuple[int, int, int], ...] = ()

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Every closed period, in order."""
        if self.grain == "all":
            return (Period(self.first, self.last, self.grain),)
        step, found, start = GRAIN_MONTHS[self.grain], [], self.first
        while _later(start, step - 1) <= self.last:
            found.append(Period(start, _later(start, step - 1), self.grain))
            start = _later(start, step)
        return tuple(found)

    @property
    def protected(self) -> bool:
        """Whether its numbers are rounded."""
        return self.base > 0

    @property
    def coarse(self) -> bool:
        """Several years in one period: too few numbers for a trend."""
        return self.grain.startswith("years") or self.grain == "all"

    @property
    def usual(self) -> tuple[Period, ...]:
        """The periods of the view that nobody narrowed: those of the last five years, or all where they are longer."""
        if self.coarse or not self.periods:
            return self.periods
        begin = _later(self.periods[-1].last, 1 - YEARS_ALL)
        return tuple(p for p in self.periods if p.first >= begin) or self.periods[-1:]

    def period_of(self, month: date) -> Period | None:
        """The period that a month lies in; None outside the cube."""
        return next((p for p in self.periods if p.first <= month <= p.last), None)

    def before(self, period: Period) -> Period | None:
        """The period to compare with: the same one a year before, or the one before where periods are years."""
        step = max(GRAIN_MONTHS.get(self.grain, 0), 12)
        return self.period_of(_later(period.first, -step))

    def between(self, first: date | None, last: date | None) -> tuple[Period, ...]:
        """The periods that lie in a span of months, as a view holds them: whole."""
        return tuple(
            p for p in self.periods if (first is None or p.first >= first) and (last is None or p.last <= last)
        )

    def error(self, order: int) -> tuple[int, int] | None:
        """(median, 95th percentile) of totals by `order` dimensions; of the nearest published order, the higher first.

        None where none is published.
        """
        known = {at: (median, p95) for at, median, p95 in self.errors}
        higher = [at for at in known if at >= order]
        return known[min(higher)] if higher else known[max(known)] if known else None

    @property
    def grain_words(self) -> str:
        """`year`, as in "shown by year"."""
        return _(WORDS[self.grain][0])


def _later(month: date, n: int) -> date:
    index = month.year * 12 + month.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)
