"""The parts of an answer to "what changed since then", and the months that it compares."""

from dataclasses import dataclass, field, replace
from datetime import date

from dashboard import view_facts, words
from dashboard.figures import Figure
from dashboard.filters import add_months
from dashboard.told.records_compared import Spans
from dashboard.view_context import Context


@dataclass(frozen=True)
class Section:
    """One part: sentences to read aloud, the table behind them, and what they rest on. Plain text.

    place : names places, so it is not for every meeting.
    """

    key: str
    heading: str
    sentences: tuple[str, ...]
    basis: str = ""
    figure: Figure | None = None
    place: bool = False


@dataclass(frozen=True)
class Since:
    """The whole answer. compared : what is compared with what. nothing : why there is nothing to compare, else ""."""

    day: date
    compared: str
    sections: tuple[Section, ...] = field(default=())
    nothing: str = ""


@dataclass(frozen=True)
class Windows:
    """Months since a day: `after`; the same months a year (or more, whole years) earlier; as many just before."""

    after: tuple[date, date]
    year: tuple[date, date]
    before: tuple[date, date]

    @property
    def months(self) -> int:
        """How many months each has."""
        (a, b) = self.after
        return (b.year - a.year) * 12 + b.month - a.month + 1


def first_month(day: date) -> date:
    """The first whole month since a day: its own where it is the first of the month, else the next."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def windows(day: date, last: date | None) -> Windows | None:
    """The months to compare. last : the last complete month; None where no whole month lies between them."""
    first = first_month(day)
    if last is None or first > last:
        return None
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    years = -(-months // 12) * 12

    def back(by: int) -> tuple[date, date]:
        return add_months(first, -by), add_months(last, -by)

    return Windows((first, last), back(years), back(months))


def said(span: tuple[date, date]) -> str:
    """A span of months in words."""
    return words.months(*span)


def within(ctx: Context, span: tuple[date, date]) -> Context:
    """The view in some months."""
    return replace(ctx, filters=replace(ctx.filters, date_from=span[0], date_to=span[1]))


def everlasting(ctx: Context) -> Context:
    """The view without its period: the day of the meeting decides which months are looked at."""
    return replace(ctx, filters=replace(ctx.filters, date_from=None, date_to=None))


def spans(ctx: Context, after: tuple[date, date], before: tuple[date, date]) -> Spans:
    """Both periods, and the sources that collected both in full: only they are compared."""
    records = replace(ctx, filters=replace(ctx.filters, unit="incidents"))
    both = [set(view_facts.steady(records, *span)) for span in (before, after)]
    held = [s.source for s in view_facts.sources(records)]
    steady = tuple(s for s in held if s in both[0] & both[1])
    return Spans(*after, *before, steady, whole=len(steady) == len(held))
