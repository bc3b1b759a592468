"""Numbers and sentences, as pages say them. Pure.

A count is exact up to `EXACT_BELOW`, because the exact number of the filter bar stands near every sentence; beyond,
and for means, prose has three significant digits.
A sentence says rose or fell only if the interval excludes no change, and gives a percentage only if
both counts are at least `PERCENT_FROM`.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence

from dashboard import dates
from dashboard.analysis.change import Change
from dashboard.dates import day as day
from dashboard.dates import decimal as decimal
from dashboard.dates import digits as digits
from dashboard.dates import exact as exact
from dashboard.dates import month as month
from dashboard.dates import months as months
from dashboard.dates import span as span
from dashboard.escape import plain
from dashboard.i18n import _, english, ngettext

PERCENT_FROM = 30
EXACT_BELOW = 100_000
FEWEST_TO_COMPARE = 5  # below it "about the same" would be said of anything
PROPER = ("American", "Asian", "Black", "Hispanic", "Native", "White")
MILLION = 1_000_000
FOLD = 2.0  # from here on "2.1-fold" is easier than "by 110%"
# A ratio this close to 1 is near by itself; further off, only chance keeps a sentence from a direction.
NEAR = (0.8, 1.25)


def number(n: float) -> str:
    """A count in prose: `412`, `1,284`, `1.28 million`; a mean has three significant digits: `4.33`."""
    sign, n = ("−" if n < 0 else ""), abs(n)
    if n < 1000 or (n < EXACT_BELOW and n == int(n)):
        return sign + dates.local(f"{n:,.0f}" if n == int(n) or n >= 100 else f"{n:.3g}")
    rounded = _rounded(n)
    if rounded >= MILLION:
        millions = rounded / MILLION
        said = dates.local(f"{millions:,.0f}" if millions >= 100 else f"{millions:.3g}")
        return sign + ngettext("{n} million", "{n} million", 1 if millions == 1 else 2).format(n=said)
    return sign + exact(rounded)


def _rounded(n: float) -> float:
    """To three significant digits."""
    return round(n, 2 - math.floor(math.log10(n)))


def count(n: float, one: str, many: str = "") -> str:
    """`1 incident`, `412 incidents`, `no incidents`. one, many : in English; the catalogue has what they become."""
    many = many or one + "s"
    if n == 0:
        none = "no " + many
        return _(none)
    things = ngettext(one, many, n)
    if n >= EXACT_BELOW and _rounded(n) >= MILLION:
        return _("{millions} {things}").format(millions=number(n), things=things)
    return f"{number(n)} {things}"


def numbered(n: float, one: str, many: str) -> str:
    """`0 incidents`, `1 incident`, where a number is wanted."""
    return f"{number(n)} {ngettext(one, many, n)}"


def percent(part: float, whole: float) -> str:
    """A share in words: `37%`; counts instead where either is below 30: `4 of 11`."""
    if part < PERCENT_FROM or whole < PERCENT_FROM:
        return of(part, whole)
    return rate(100 * part / whole)


def rate(value: float, places: int = 0) -> str:
    """A number of hundredths: `37%`."""
    return _("{n}%").format(n=decimal(value, places))


def of(part: float, whole: float) -> str:
    """`4 of 11`."""
    return _("{part} of {whole}").format(part=number(part), whole=number(whole))


def versus(change: Change, earlier: str = "") -> str:
    """The later count beside the earlier one: `about the same as the year before (398)`.

    earlier : a year such as "2024"; without one, the year before is meant.
    """
    if change.before == change.after == 0:
        return _("none in {earlier} either").format(earlier=earlier) if earlier else _("none the year before either")
    if change.before != change.after and max(change.before, change.after) < FEWEST_TO_COMPARE:
        said = (
            _("too few to compare with {earlier} ({was})")
            if earlier
            else _("too few to compare with the year before ({was})")
        )
        return said.format(earlier=earlier, was=number(change.before))
    return compared(change, earlier)


def compared(change: Change, earlier: str = "") -> str:
    """The same where there are enough to compare."""
    more = change.verdict == "rose"
    put = {"earlier": earlier, "was": number(change.before)}
    if change.verdict == "same":
        said = (
            (_("about the same as the year before ({was})"), _("about the same as in {earlier} ({was})"))
            if near(change)
            else (
                _("within chance about the same as the year before ({was})"),
                _("within chance about the same as in {earlier} ({was})"),
            )
        )
    elif min(change.before, change.after) < PERCENT_FROM:
        said = (
            (_("more than the year before ({was})"), _("more than in {earlier} ({was})"))
            if more
            else (_("fewer than the year before ({was})"), _("fewer than in {earlier} ({was})"))
        )
    elif change.ratio >= FOLD:
        put["times"] = decimal(change.ratio, 1)
        said = (_("{times} times the year before ({was})"), _("{times} times {earlier} ({was})"))
    else:
        put["share"] = rate(abs(change.ratio - 1) * 100)
        said = (
            (_("{share} more than the year before ({was})"), _("{share} more than in {earlier} ({was})"))
            if more
            else (_("{share} fewer than the year before ({was})"), _("{share} fewer than in {earlier} ({was})"))
        )
    return said[bool(earlier)].format(**put)


def near(change: Change) -> bool:
    """Whether the counts alone lie close together; else only chance keeps a sentence from a direction."""
    return change.before == change.after or NEAR[0] <= change.ratio <= NEAR[1]


def went(subject: str, change: Change) -> str:
    """A whole sentence: `Reports from hotels rose by 40% (50 to 70).` subject : of many."""
    put = {"subject": subject, "before": number(change.before), "after": number(change.after)}
    rose = change.verdict == "rose"
    if change.verdict == "same":
        said = (
            _("{subject} were about the same ({after} and {before}).")
            if near(change)
            else _("{subject} were within chance about the same ({after} and {before}).")
        )
    elif min(change.before, change.after) < PERCENT_FROM:
        said = _("{subject} rose ({before} to {after}).") if rose else _("{subject} fell ({before} to {after}).")
    elif change.ratio >= FOLD:
        put["times"] = decimal(change.ratio, 1)
        said = _("{subject} rose {times}-fold ({before} to {after}).")
    else:
        put["share"] = rate(abs(change.ratio - 1) * 100)
        said = (
            _("{subject} rose by {share} ({before} to {after}).")
            if rose
            else _("{subject} fell by {share} ({before} to {after}).")
        )
    return said.format(**put)


def rest(most: int, every: int) -> str:
    """`2 more`, for the rest of a list."""
    return _("{n} more").format(n=exact(every - most))


def listed(items: Sequence[str], word: str = "and", most: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; the rest as `2 more` beyond `most`. word : "and" or "or"."""
    parts = list(items)
    if most and len(parts) > most:
        parts = [*parts[:most], rest(most, len(parts))]
    if len(parts) < 2:
        return "".join(parts)
    said = _("{first} or {last}") if word == "or" else _("{first} and {last}")
    if not english():
        said = dates.before_vowels(said, parts[-1])
    return said.format(first=", ".join(parts[:-1]), last=parts[-1])


def inside(text: str) -> str:
    """A label, in English, as it stands inside a sentence of the reader's language."""
    return lower_first(_(text))


def capital(text: str) -> str:
    """A sentence's first letter as it should be; the rest as it is."""
    return text[:1].upper() + text[1:]


def label(code: object, labels: Mapping[str, str]) -> str:
    """The label of a code; the code itself where there is none, and words where there is no code."""
    if code is None or code != code or code == "":
        return _("Not recorded")
    found = labels.get(str(code))
    return str(code) if found is None else _(found)


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
