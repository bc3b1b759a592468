"""What the figures say, in a sentence each: titles and findings. Tables and numbers in, plain text out.

No sentence goes further than `analysis.change` allows; text from data passes through unescaped, because
whoever shows it escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dashboard import words
from dashboard.analysis import change, timeline

NOUNS: Mapping[str, tuple[str, str]] = {
    "incidents": ("incident", "incidents"),
    "victims": ("victim", "victims"),
    # Some are children, so not all are called suspects: see codes.SUSPECT_CLASS.
    "suspects": ("person recorded as offender", "people recorded as offenders"),
    "offences": ("offence", "offences"),
    "signals": ("signal", "signals"),
    "cases": ("hotline case", "hotline cases"),
    "published_cases": ("published case", "published cases"),
}
# How each unit came to be counted: part of the sentence, so that nobody takes a signal for a victim.
VERBS: Mapping[str, str] = {
    "incidents": "reported",
    "victims": "recorded",
    "suspects": "recorded",
    "offences": "returned by agencies",
    "signals": "received",
    "cases": "opened",
    "published_cases": "published",
}
FEWEST_YEARS = 2  # whole years before a season is looked for
SEASON_P = 0.01


@dataclass(frozen=True)
class Finding:
    """One sentence of "What changed", and the page that shows it."""

    text: str
    page: str
    params: Mapping[str, str]
    weight: float = 0.0  # the larger, the further up


def counted(n: float, unit: str) -> str:
    """`412 incidents`."""
    return words.count(n, *NOUNS[unit])


def headline(unit: str, now: int, span: str, found: change.Change | None, whole: bool = True) -> str:
    """`412 incidents reported in the last 12 months, about the same as the year before (398).`

    found : the change, None if there is nothing to compare. whole : it covers all of `now`; if not, the sentence says
    that only some of the sources are compared, and their own count.
    """
    said = f"{counted(now, unit)} {VERBS[unit]} {span}"
    said = said[0].upper() + said[1:]
    if found is None:
        return f"{said}."
    if whole or found.after == now:
        return f"{said}, {words.versus(found)}."
    if max(found.before, found.after) < words.FEWEST_TO_COMPARE:
        return f"{said}; too few were collected in both years to compare them."
    return f"{said}; where both years were collected, {words.number(found.after)}: {words.versus(found)}."


def leading(table: pd.DataFrame, unit: str, what: str) -> str:
    """The largest group: `Most often sexual exploitation: 71% of 1,280 incidents with a known kind`.

    table : label, n, known, as `measures.by_group`. what : the attribute in words, such as "age".
    """
    many = NOUNS[unit][1]
    known = table[table["known"].astype(bool) & (table["n"] > 0)].sort_values("n", ascending=False, kind="stable")
    if known.empty:
        return f"No {what} is recorded for any of these {many}"
    whole, first = int(known["n"].sum()), known.iloc[0]
    name = words.lower_first(str(first["label"]))
    if len(known) == 1:
        subject = f"All {words.number(whole)} {many}" if whole > 1 else f"The one {NOUNS[unit][0]}"
        return f"{subject} with a known {what}: {name}"
    second = known.iloc[1]
    if len(known) > 2 and change.compare(int(known.iloc[2]["n"]), int(first["n"])).verdict == "same":
        share = f"{words.number(int(first['n']))} of {words.number(whole)}"
        return f"No {what} stands out; the largest is {name} ({share} {many})"
    if change.compare(int(second["n"]), int(first["n"])).verdict == "rose":
        share = words.percent(int(first["n"]), whole)
        of = f" of {words.number(whole)}" if share.endswith("%") else ""
        return f"Most often {name}: {share}{of} {many} with a known {what}"
    pair = f"{words.number(int(first['n']))} and {words.number(int(second['n']))} of {words.number(whole)}"
    other = words.lower_first(str(second["label"]))
    return f"Most often {name} or {other} ({pair} {many} with a known {what})"


def unknowns(table: pd.DataFrame, unit: str) -> str:
    """How many records say nothing: `Not recorded for 12 of 340 victims.`; nothing if all are known."""
    missing, whole = int(table.loc[~table["known"].astype(bool), "n"].sum()), int(table["n"].sum())
    if missing == 0:
        return ""
    share = f" ({words.percent(missing, whole)})" if missing >= words.PERCENT_FROM else ""
    return f"Not recorded for {words.number(missing)} of {words.number(whole)} {NOUNS[unit][1]}{share}."


def offenders(table: pd.DataFrame) -> str:
    """The classes of people recorded as offenders: `565 suspects; 19 minors recorded as offenders, ...`."""
    n = {str(code): int(count) for code, count in zip(table["code"], table["n"], strict=True)}
    minors = n.get("minor_recorded_as_offender", 0)
    children = words.count(minors, "minor recorded as offender", "minors recorded as offenders")
    return f"{words.count(n.get('suspect', 0), 'suspect')}; {children}, a class of their own"


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
    many = NOUNS[unit][1]
    if len(table) < 12:
        return f"A season cannot be seen yet: it takes {FEWEST_YEARS} whole years"
    p = change.uneven(table["total"].to_numpy(), table["days"].to_numpy())
    if np.isnan(p):
        return f"Too few {many} to see a season"
    if p >= SEASON_P:
        return "No season: the months differ no more than by chance"
    rate = table["total"] / table["days"]
    most, least = table.loc[rate.idxmax()], table.loc[rate.idxmin()]
    names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")  # fmt: skip
    high, low = names[int(most["month"]) - 1], names[int(least["month"]) - 1]
    return (
        f"{many[0].upper() + many[1:]} are uneven over the year: most in {high}, fewest in {low} "
        f"({words.number(most['n'])} and {words.number(least['n'])} on average)"
    )


def year_to_date(years: pd.DataFrame, unit: str) -> str:
    """This year beside the same months of the last, from `timeline.by_year`; only months complete in both."""
    many = NOUNS[unit][1]
    good = timeline.comparable(years)
    if good.empty:
        return f"No month was collected by every source, so no years of {many} are compared"
    last = int(good["year"].max())
    now = good[good["year"] == last].set_index("month")["n"]
    then = good[good["year"] == last - 1].set_index("month")["n"]
    shared = now.index.intersection(then.index)
    if not len(shared):
        return f"{last} cannot be compared: no month of {last - 1} was collected by every source"
    span = _month_span(sorted(int(m) for m in shared))
    found = change.compare(float(then[shared].sum()), float(now[shared].sum()))
    said = f"{span} {last}: {counted(float(now[shared].sum()), unit)}"
    return f"{said}, {words.versus(found, f'in {last - 1}')}"


def _month_span(months: list[int]) -> str:
    first, last = (date(2000, m, 1).strftime("%B") for m in (months[0], months[-1]))
    if months[-1] - months[0] + 1 != len(months):
        return f"{len(months)} months between {first} and {last}"
    return first if first == last else f"{first} to {last}"


def trend(series: pd.DataFrame, unit: str, grain: str, basis: str) -> str:
    """A neutral title for a series from `timeline.prepare`: how many, and between which months."""
    seen = series[series["n"].notna()]
    if seen.empty:
        return f"{NOUNS[unit][1][0].upper() + NOUNS[unit][1][1:]} were not collected in this period"
    total = counted(float(seen["n"].sum()), unit)
    first, last = seen["start"].iloc[0], seen["end"].iloc[-1] - pd.Timedelta(days=1)
    span = f"{first.year}" if grain == "year" and first.year == last.year else words.months(first, last)
    if grain == "year" and first.year != last.year:
        span = f"{first.year} to {last.year}"
    verb = VERBS[unit] if basis == "reported" or unit not in ("incidents", "victims", "suspects") else "that occurred"
    return f"{total[0].upper() + total[1:]} {verb}, {span}"


def unfinished(series: pd.DataFrame, known_delay: bool, drawn: str = "bars") -> str:
    """What hatching, gaps and pale bars of this series mean; drawn : "bars" or "lines". Empty if nothing is odd."""
    said = []
    if (series["state"] == "filling").any():
        said.append("Hatched periods are still filling up: earlier loads show that their reports arrive late.")
    if (series["state"] == "partial").any():
        said.append("The hatched period at an end is not whole: the data or the view end inside it.")
    if not known_delay:
        said.append("How late reports arrive is not known yet: no month was seen in two loads.")
    if (series["state"] == "none").any():
        said.append("Grey periods were not collected; that is not zero.")
    if timeline.mostly_some(series):
        said.append(
            "For most of this period only some of the sources were collected, so a step can be a source that joined "
            "or left."
        )
    elif series["some"].any():
        where = "Pale bars: only" if drawn == "bars" else "In part of this period only"
        said.append(f"{where} some of the sources were collected, so a step can be a source that joined or left.")
    return " ".join(said)


__all__ = [
    "NOUNS",
    "VERBS",
    "Finding",
    "counted",
    "headline",
    "leading",
    "season",
    "shifts",
    "timeline",
    "trend",
    "unfinished",
    "unknowns",
    "year_to_date",
]
