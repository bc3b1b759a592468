"""What the figures say, in a sentence each: titles and findings. Tables and numbers in, plain text out.

No sentence goes further than `analysis.change` allows; text from data passes through unescaped, because
whoever shows it escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard import dates, units, words
from dashboard.analysis import change, timeline
from dashboard.i18n import _, ngettext
from dashboard.units import NOUNS, counted, nouns
from etl import codes

FEWEST_YEARS = 2  # whole years before a season is looked for
SEASON_P = 0.01


@dataclass(frozen=True)
class Finding:
    """One sentence of "What changed", and the page that shows it."""

    text: str
    page: str
    params: Mapping[str, str]
    weight: float = 0.0  # the larger, the further up


def headline(unit: str, now: int, span: str, found: change.Change | None, whole: bool = True) -> str:
    """`412 incidents reported in the last 12 months, about the same as the year before (398).`

    found : the change, None if there is nothing to compare. whole : it covers all of `now`; if not, the sentence says
    that only some of the sources are compared, and their own count.
    """
    said = words.capital(units.said(unit, now).format(counted=counted(now, unit), span=span))
    if found is None:
        return _("{said}.").format(said=said)
    if whole or found.after == now:
        return _("{said}, {versus}.").format(said=said, versus=words.versus(found))
    if max(found.before, found.after) < words.FEWEST_TO_COMPARE:
        return _("{said}; too few were collected in both years to compare them.").format(said=said)
    return _("{said}; where both years were collected, {n}: {versus}.").format(
        said=said, n=words.number(found.after), versus=words.versus(found)
    )


def leading(table: pd.DataFrame, unit: str, what: str) -> str:
    """The largest group: `Most often sexual exploitation: 71% of 1,280 incidents with a known kind`.

    table : label, n, known, as `measures.by_group`. what : the attribute in words, such as "age", in English.
    """
    known = table[table["known"].astype(bool) & (table["n"] > 0)].sort_values("n", ascending=False, kind="stable")
    if known.empty:
        return _("No {what} is recorded for any of these {things}").format(what=_(what), things=nouns(unit))
    whole, first = int(known["n"].sum()), int(known.iloc[0]["n"])
    put = {"what": _(what), "things": nouns(unit), "whole": words.number(whole), "first": words.number(first)}
    put["name"] = words.lower_first(str(known.iloc[0]["label"]))
    if len(known) == 1:
        one = _("The one {thing} with a known {what}: {name}").format(thing=_(NOUNS[unit][0]), **put)
        return one if whole == 1 else _("All {whole} {things} with a known {what}: {name}").format(**put)
    second = int(known.iloc[1]["n"])
    if len(known) > 2 and change.compare(int(known.iloc[2]["n"]), first).verdict == "same":
        return _("No {what} stands out; the largest is {name} ({first} of {whole} {things})").format(**put)
    if change.compare(second, first).verdict == "rose":
        if min(first, whole) < words.PERCENT_FROM:
            return _("Most often {name}: {first} of {whole} {things} with a known {what}").format(**put)
        put["share"] = words.percent(first, whole)
        return _("Most often {name}: {share} of {whole} {things} with a known {what}").format(**put)
    put |= {"second": words.number(second), "other": words.lower_first(str(known.iloc[1]["label"]))}
    return _("Most often {name} or {other} ({first} and {second} of {whole} {things} with a known {what})").format(
        **put
    )


def unknowns(table: pd.DataFrame, unit: str) -> str:
    """How many records say nothing: `Not recorded for 12 of 340 victims.`; nothing if all are known."""
    missing, whole = int(table.loc[~table["known"].astype(bool), "n"].sum()), int(table["n"].sum())
    if missing == 0:
        return ""
    put = {"n": words.number(missing), "whole": words.number(whole), "things": nouns(unit)}
    if missing < words.PERCENT_FROM:
        return _("Not recorded for {n} of {whole} {things}.").format(**put)
    return _("Not recorded for {n} of {whole} {things} ({share}).").format(share=words.percent(missing, whole), **put)


def offenders(table: pd.DataFrame) -> str:
    """The classes of people recorded as offenders: `565 suspects; 19 minors recorded as offenders, ...`."""
    n = {str(code): int(count) for code, count in zip(table["code"], table["n"], strict=True)}
    minors = n.get("minor_recorded_as_offender", 0)
    children = words.count(minors, "minor recorded as offender", "minors recorded as offenders")
    return _("{suspects}; {minors}, a class of their own").format(
        suspects=words.count(n.get("suspect", 0), "suspect", "suspects"), minors=children
    )


def shifts(
    before: pd.DataFrame,
    after: pd.DataFrame,
    subject: str,
    tests: int,
    design_effect: float = 1.0,
    names: bool = False,
) -> list[tuple[str, float, str]]:
    """Sentences for the groups that rose or fell beyond chance, with how surely, and the code of the group.

    before, after : code, label, n, known, as `measures.by_group`. subject : "Reports of {}".
    names : the labels are names (of places, of sources), which keep their capital.
    tests : how many groups are looked at in all: the level is divided by it (Bonferroni), so that one false
    alarm among all sentences is as rare as in one.
    """
    both = before.merge(after, on="code", how="outer", suffixes=("_before", "_after"))
    both["label"] = both["label_after"].fillna(both["label_before"])
    known = both["known_after"].fillna(both["known_before"]).astype(bool)
    counts = both[["n_before", "n_after"]].fillna(0).astype(int)
    found = []
    rows = both[["code", "label"]].join(counts)[known]
    for code, label, x, y in rows.itertuples(index=False):
        level = 1 - (1 - change.LEVEL) / max(tests, 1)
        seen = change.compare(x, y, design_effect=design_effect, level=level)
        if seen.verdict != "same":
            weight = abs(y - x) / np.sqrt(max(x + y, 1))
            said = str(label) if names else words.lower_first(str(label))
            found.append((words.went(subject.format(said), seen), float(weight), str(code)))
    return found


def season(table: pd.DataFrame, unit: str) -> str:
    """Whether the year has a shape: a sentence from `timeline.season`; says so if there is too little to see."""
    if len(table) < 12:
        return _("A season cannot be seen yet: it takes {n} whole years").format(n=FEWEST_YEARS)
    p = change.uneven(table["total"].to_numpy(), table["days"].to_numpy())
    if np.isnan(p):
        return _("Too few {things} to see a season").format(things=nouns(unit))
    if p >= SEASON_P:
        return _("No season: the months differ no more than by chance")
    rate = table["total"] / table["days"]
    most, least = table.loc[rate.idxmax()], table.loc[rate.idxmin()]
    return _(
        "{things} are uneven over the year: most in {high}, fewest in {low} ({most} and {least} on average)"
    ).format(
        things=words.capital(nouns(unit)),
        high=dates.month_name(int(most["month"])),
        low=dates.month_name(int(least["month"])),
        most=words.number(most["n"]),
        least=words.number(least["n"]),
    )


def year_to_date(years: pd.DataFrame, unit: str) -> str:
    """This year beside the same months of the last, from `timeline.by_year`; only months complete in both."""
    good = timeline.comparable(years)
    if good.empty:
        return _("No month was collected by every source, so no years of {things} are compared").format(
            things=nouns(unit)
        )
    last = int(good["year"].max())
    now = good[good["year"] == last].set_index("month")["n"]
    then = good[good["year"] == last - 1].set_index("month")["n"]
    shared = now.index.intersection(then.index)
    if not len(shared):
        return _("{year} cannot be compared: no month of {before} was collected by every source").format(
            year=last, before=last - 1
        )
    found = change.compare(float(then[shared].sum()), float(now[shared].sum()))
    return _("{months} {year}: {counted}, {versus}").format(
        months=words.capital(_month_span(sorted(int(m) for m in shared))),
        year=last,
        counted=counted(float(now[shared].sum()), unit),
        versus=words.versus(found, str(last - 1)),
    )


def _month_span(months: list[int]) -> str:
    first, last = (dates.month_name(m) for m in (months[0], months[-1]))
    if months[-1] - months[0] + 1 != len(months):
        return _("{n} months between {first} and {last}").format(n=len(months), first=first, last=last)
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def trend(series: pd.DataFrame, unit: str, grain: str, basis: str) -> str:
    """A neutral title for a series from `timeline.prepare`: how many, and between which months."""
    seen = series[series["n"].notna()]
    if seen.empty:
        return _("{things} were not collected in this period").format(things=words.capital(nouns(unit)))
    n = float(seen["n"].sum())
    first, last = seen["start"].iloc[0], seen["end"].iloc[-1] - pd.Timedelta(days=1)
    span = words.months(first, last)
    if grain == "year":
        span = str(last.year)
        if first.year != last.year:
            span = _("{first} to {last}").format(first=first.year, last=last.year)
    said = (
        ngettext("{counted} that occurred, {span}", "{counted} that occurred, {span}", n)
        if basis != "reported" and unit in codes.RECORD_UNITS
        else units.titled(unit, n)
    )
    return words.capital(said.format(counted=counted(n, unit), span=span))


def unfinished(series: pd.DataFrame, known_delay: bool, drawn: str = "bars") -> str:
    """What hatching, gaps and pale bars of this series mean; drawn : "bars" or "lines". Empty if nothing is odd."""
    said = []
    if (series["state"] == "filling").any():
        said.append(_("Hatched periods are still filling up: earlier loads show that their reports arrive late."))
    if (series["state"] == "partial").any():
        said.append(_("The hatched period at an end is not whole: the data or the view end inside it."))
    if not known_delay:
        said.append(_("How late reports arrive is not known yet: no month was seen in two loads."))
    if (series["state"] == "none").any():
        said.append(_("Grey periods were not collected; that is not zero."))
    if timeline.mostly_some(series):
        said.append(
            _(
                "For most of this period only some of the sources were collected, so a step can be a source that "
                "joined or left."
            )
        )
    elif series["some"].any():
        said.append(
            _("Pale bars: only some of the sources were collected, so a step can be a source that joined or left.")
            if drawn == "bars"
            else _(
                "In part of this period only some of the sources were collected, so a step can be a source that "
                "joined or left."
            )
        )
    return " ".join(said)


__all__ = [
    "NOUNS",
    "Finding",
    "counted",
    "headline",
    "leading",
    "nouns",
    "season",
    "shifts",
    "timeline",
    "trend",
    "unfinished",
    "unknowns",
    "year_to_date",
]
