"""Numbers and sentences, as pages say them. Pure.

A count is exact up to `EXACT_BELOW`, because the exact number of the filter bar stands near every sentence; beyond,
and for means, prose has three significant digits.
A sentence says rose or fell only if the interval excludes no change, and gives a percentage only if
both counts are at least `PERCENT_FROM`.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date

from dashboard.analysis.change import Change
from dashboard.escape import plain

PERCENT_FROM = 30
EXACT_BELOW = 100_000
FEWEST_TO_COMPARE = 5  # below it "about the same" would be said of anything
PROPER = ("American", "Asian", "Black", "Hispanic", "Native", "White")
FOLD = 2.0  # from here on "2.1-fold" is easier than "by 110%"
# A ratio this close to 1 is near by itself; further off, only chance keeps a sentence from a direction.
NEAR = (0.8, 1.25)


def exact(n: float | None) -> str:
    """A count as tables show it: `1,284`; an en dash for a number that does not exist."""
    if n is None or math.isnan(n):
        return "–"
    return f"{round(n):,}"


def number(n: float) -> str:
    """A count in prose: `412`, `1,284`, `1.28 million`; a mean has three significant digits: `4.33`."""
    sign, n = ("−" if n < 0 else ""), abs(n)
    if n < 1000 or (n < EXACT_BELOW and n == int(n)):
        return sign + (f"{n:,.0f}" if n == int(n) or n >= 100 else f"{n:.3g}")
    places = 2 - math.floor(math.log10(n))
    rounded = round(n, places)
    if rounded >= 1_000_000:
        millions = rounded / 1_000_000
        return sign + (f"{millions:,.0f} million" if millions >= 100 else f"{millions:.3g} million")
    return sign + f"{rounded:,.0f}"


def count(n: float, one: str, many: str = "") -> str:
    """`1 incident`, `412 incidents`, `no incidents`."""
    many = many or one + "s"
    if n == 0:
        return f"no {many}"
    return f"{number(n)} {one if n == 1 else many}"


def percent(part: float, whole: float) -> str:
    """A share in words: `37%`; counts instead where either is below 30: `4 of 11`."""
    if part < PERCENT_FROM or whole < PERCENT_FROM:
        return f"{number(part)} of {number(whole)}"
    return f"{100 * part / whole:.0f}%"


def by_percent(change: Change) -> str:
    """` by 37%` for a sentence, or nothing where a count is below 30."""
    if min(change.before, change.after) < PERCENT_FROM:
        return ""
    if change.ratio >= FOLD:
        return f" {change.ratio:.1f}-fold"
    return f" by {abs(change.ratio - 1) * 100:.0f}%"


def versus(change: Change, earlier: str = "the year before") -> str:
    """The later count beside the earlier one: `about the same as the year before (398)`."""
    was = number(change.before)
    if change.before == change.after == 0:
        return f"none {earlier} either"
    if change.before != change.after and max(change.before, change.after) < FEWEST_TO_COMPARE:
        return f"too few to compare with {earlier.removeprefix('in ')} ({was})"
    if change.verdict == "same":
        return f"{about_the_same(change)} as {earlier} ({was})"
    more = "more" if change.verdict == "rose" else "fewer"
    if min(change.before, change.after) < PERCENT_FROM:
        return f"{more} than {earlier} ({was})"
    if change.ratio >= FOLD:
        return f"{change.ratio:.1f} times {earlier.removeprefix('in ')} ({was})"
    return f"{abs(change.ratio - 1) * 100:.0f}% {more} than {earlier} ({was})"


def about_the_same(change: Change) -> str:
    """`about the same`, and `within chance` added where the counts alone look far apart."""
    near = change.before == change.after or NEAR[0] <= change.ratio <= NEAR[1]
    return "about the same" if near else "within chance about the same"


def went(subject: str, change: Change, verb_same: str = "were") -> str:
    """A whole sentence: `Reports from hotels rose by 40% (50 to 70).`"""
    pair = f"{number(change.before)} to {number(change.after)}"
    if change.verdict == "same":
        pair = f"{number(change.after)} and {number(change.before)}"
        return f"{subject} {verb_same} {about_the_same(change)} ({pair})."
    return f"{subject} {change.verdict}{by_percent(change)} ({pair})."


def listed(items: Sequence[str], word: str = "and", most: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; the rest as `2 more` beyond `most`."""
    parts = list(items)
    if most and len(parts) > most:
        parts = [*parts[:most], f"{len(parts) - most} more"]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def month(day: date) -> str:
    """`March 2024`."""
    return f"{day:%B %Y}"


def months(first: date, last: date) -> str:
    """`March 2024`, `March to May 2024`, `November 2023 to May 2024`."""
    if (first.year, first.month) == (last.year, last.month):
        return month(last)
    if first.year == last.year:
        return f"{first:%B} to {last:%B %Y}"
    return f"{month(first)} to {month(last)}"


def day(when: date) -> str:
    """`3 March 2024`."""
    return f"{when.day} {when:%B %Y}"


def label(code: object, labels: Mapping[str, str]) -> str:
    """The label of a code; the code itself where there is none, and words where there is no code."""
    if code is None or code != code or code == "":
        return "Not recorded"
    return labels.get(str(code), str(code))


def lower_first(text: str) -> str:
    """A label inside a sentence: `Hotel or motel` becomes `hotel or motel`; `LAPD`, `Black` and `Asian` stay."""
    if text.split(" ")[0] in PROPER:
        return text
    return text[0].lower() + text[1:] if text[:1].isupper() and not text[1:2].isupper() else text


def plotly(text: object, width: int = 0) -> str:
    """Text from data for a figure, where plotly would read tags; cut to `width` characters."""
    line = plain(text)
    if width and len(line) > width:
        line = line[: width - 1].rstrip() + "…"
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: object, width: int) -> str:
    """Text from data for a figure, in lines of about `width` characters: nothing is cut off."""
    return "<br>".join(plotly(line) for line in textwrap.wrap(plain(text), width) or [""])
