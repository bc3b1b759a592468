"""Numbers and dates as the reader's country writes them. English is written here, all else by Babel. Pure."""

import math
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dashboard.i18n import _, english, locale

if TYPE_CHECKING:
    import pandas as pd


def local(text: str) -> str:
    """An English number, `1,284.5`, in the reader's signs."""
    return text if english() else text.translate(_signs(locale()))


def exact(n: float | None) -> str:
    """A count as tables show it: `1,284`; an en dash for a number that does not exist."""
    if n is None or math.isnan(n):
        return "–"
    return local(f"{round(n):,}")


def decimal(value: float, places: int) -> str:
    """A number with so many digits behind the sign: `1.28`."""
    return local(f"{value:,.{places}f}")


def digits(value: float, significant: int = 3) -> str:
    """A number with so many significant digits: `0.0123`."""
    return local(f"{value:.{significant}g}")


def month(day: date) -> str:
    """`March 2024`."""
    return f"{day:%B %Y}" if english() else _skeleton(date(day.year, day.month, 1), "yMMMM", locale())


def month_short(day: date) -> str:
    """`Mar 2024`."""
    return f"{day:%b %Y}" if english() else _skeleton(date(day.year, day.month, 1), "yMMM", locale())


def month_name(number: int, short: bool = False) -> str:
    """The name of a month by itself, 1 to 12: `March`, `Mar`."""
    if english():
        return f"{date(2000, number, 1):{'%b' if short else '%B'}}"
    return _skeleton(date(2000, number, 1), "LLL" if short else "LLLL", locale())


def weekday(number: int) -> str:
    """The name of a day of the week, 0 is Monday."""
    day = date(2024, 1, 1 + number)
    return f"{day:%A}" if english() else _skeleton(day, "EEEE", locale())


def months(first: date, last: date) -> str:
    """`March 2024`, `March to May 2024`, `November 2023 to May 2024`."""
    if (first.year, first.month) == (last.year, last.month):
        return month(last)
    if first.year == last.year:
        return _("{first} to {last}").format(first=month_name(first.month), last=month(last))
    return span(first, last)


def span(first: date, last: date) -> str:
    """`January 2024 to June 2024`, `June 2024`: both years are said."""
    if (first.year, first.month) == (last.year, last.month):
        return month(last)
    return _("{first} to {last}").format(first=month(first), last=month(last))


def day(when: date) -> str:
    """`3 March 2024`."""
    return f"{when.day} {when:%B %Y}" if english() else _long(date(when.year, when.month, when.day), locale())


def period(start: date, grain: str) -> str:
    """A period by its first day, as `analysis.timeline.names` says it in English."""
    if grain in ("day", "week"):
        return day(start) if grain == "day" else _("week of {day}").format(day=day(start))
    if grain == "quarter":
        return _("{year}, quarter {number}").format(year=start.year, number=(start.month + 2) // 3)
    return month(start) if grain == "month" else str(start.year)


def in_words(months: "pd.DataFrame") -> "pd.DataFrame":
    """A table with month (1 to 12) and label, the label in the reader's language."""
    return months if english() else months.assign(label=[month_name(int(m), short=True) for m in months["month"]])


def before_vowels(joined: str, last: str) -> str:
    """Spanish `y` and `o` before a word that begins with their sound: `Ana e Inés`, `uno u otro`."""
    start = last[:2].casefold()
    if (joined.endswith(" y {last}") and start[:1] in ("i", "í")) or start == "hi":
        return joined.replace(" y {last}", " e {last}")
    if start[:1] in ("o", "ó") or start == "ho":
        return joined.replace(" o {last}", " u {last}")
    return joined


@cache
def _signs(code: str) -> dict[int, str]:
    from babel.core import Locale

    symbols = Locale.parse(code).number_symbols["latn"]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"]}


@lru_cache(maxsize=2048)
def _skeleton(day: date, skeleton: str, code: str) -> str:
    from babel.core import Locale
    from babel.dates import format_date, format_skeleton

    if skeleton.startswith(("L", "E")):
        return format_date(day, skeleton, locale=code)
    pattern = Locale.parse(code)  # the pair of month and year has words of its own: `marzo de 2024`
    return format_skeleton(skeleton, day, locale=pattern)


@lru_cache(maxsize=2048)
def _long(day: date, code: str) -> str:
    from babel.dates import format_date

    return format_date(day, "long", locale=code)
