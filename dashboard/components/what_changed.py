""" "What changed": three to five sentences from the data, each a link to the page that shows it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import measures, stories, words
from dashboard.analysis import timeline
from dashboard.components import view
from dashboard.components.context import Context
from dashboard.components.overview_figures import Spans
from dashboard.measures_delay import victims_cluster
from dashboard.stories import Finding

FEWEST, MOST = 3, 5
# Sentences are longer than the labels of links usually are: they wrap instead of being cut off.
_WRAP = "<style>[data-testid=stPageLink] a :is(p, span) { white-space: normal; overflow: visible; }</style>"
# Attribute of the incident -> the sentence's subject, and the page and control that show it.
SUBJECTS = {
    "exploitation": ("Reports of {}", "trends", {"group": "Exploitation"}),
    "premise": ("Reports at the kind of place “{}”", "trends", {"group": "Kind of place"}),
    "source": ("Reports of {}", "trends", {"group": "Source"}),
}


def findings(ctx: Context, when: Spans | None) -> list[Finding]:
    """The sentences: what rose or fell beyond chance first, then what did not, then what the data cannot say."""
    found: list[Finding] = []
    if when is not None and when.steady:
        # Like with like: a source that joined or left is not a change.
        ctx = replace(ctx, filters=replace(ctx.filters, sources=when.steady))
    if when is not None and when.steady:
        found += sorted(_shifts(ctx, when), key=lambda f: -f.weight)[: MOST - 1]
        if len(found) < FEWEST:
            found += _steady(ctx, when, bool(found))
    elif when is not None:
        found += _shares(ctx, when)
    found += _notes(ctx, when) + _filling(ctx) + _gaps(ctx)
    return found[:MOST]


def show(ctx: Context, when: Spans | None) -> None:
    """The sentences as links. Published figures are too few a year to compare their parts."""
    if view.is_published(ctx):
        return
    st.html(_WRAP)
    st.subheader("What changed", anchor=False)
    if when is not None and when.steady:
        before = words.months(when.before_first, when.before_last)
        same = "" if when.whole else " In the sources that collected both years."
        st.caption(f"{when.words} beside {before}.{same} Only what chance does not explain is called a change.")
    for finding in findings(ctx, when):
        view.page_link(ctx, finding.page, finding.text, **finding.params)


def _columns(ctx: Context) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Attributes to look at: not the ones that the view is already narrowed to, and one layer of areas."""
    kept = {c: s for c, s in SUBJECTS.items() if not (c == "source" and len(view.sources(ctx)) < 2)}
    if ctx.catalogue.layers:
        layer = ctx.catalogue.layers[0]
        kept[f"area_{layer}"] = ("Reports from {}", "map", {})
    return kept


def _pair(ctx: Context, when: Spans, column: str, unit: str = "incidents") -> tuple[pd.DataFrame, pd.DataFrame]:
    before = measures.by_group(ctx.warehouse, view.narrowed(ctx, when.before_first, when.before_last, unit), column)
    after = measures.by_group(ctx.warehouse, view.narrowed(ctx, when.first, when.last, unit), column)
    return before, after


def _shifts(ctx: Context, when: Spans) -> list[Finding]:
    asked = {column: _pair(ctx, when, column) for column in _columns(ctx)}
    people = _pair(ctx, when, "age_band", "victims") if view.sources(_victims(ctx)) else None
    tests = sum(len(set(b["code"]) | set(a["code"])) for b, a in [*asked.values(), *([people] if people else [])])
    found = []
    for column, (subject, page, params) in _columns(ctx).items():
        names = column == "source" or column.startswith("area_")
        for text, weight in stories.shifts(*asked[column], subject, tests, names=names):
            found.append(Finding(text, page, params, weight))
    if people:
        effect = victims_cluster(ctx.warehouse, view.narrowed(ctx, when.before_first, when.last))
        for text, weight in stories.shifts(*people, "Victims aged {}", tests, effect):
            found.append(Finding(text, "demographics", {}, weight))
    return found


def _steady(ctx: Context, when: Spans, some: bool) -> list[Finding]:
    """When little moved, say so, and say what most reports are."""
    looked = ["kind of exploitation", "kind of place"]
    looked += ["source"] if "source" in _columns(ctx) else []
    looked += ["area"] if ctx.catalogue.layers else []
    text = f"No {'other ' if some else ''}{words.listed(looked, 'or')} changed more than chance explains."
    return [Finding(text, "trends", {}), *_shares(ctx, when)]


def _shares(ctx: Context, when: Spans) -> list[Finding]:
    """What most of the last twelve months' reports are: true whether or not the year before is known."""
    out = []
    for column, what, page in (
        ("exploitation", "kind of exploitation", "trends"),
        ("premise", "kind of place", "trends"),
    ):
        table = measures.by_group(ctx.warehouse, view.narrowed(ctx, when.first, when.last, "incidents"), column)
        if table["n"].sum():
            out.append(Finding(f"{stories.leading(table, 'incidents', what)}.", page, SUBJECTS[column][2]))
    return out


def _notes(ctx: Context, when: Spans | None) -> list[Finding]:
    """The latest dated note within the two years compared."""
    if when is None:
        return []
    notes = measures.annotations(ctx.warehouse, ctx.filters)
    days = pd.to_datetime(notes["date"])
    recent = notes[(days >= pd.Timestamp(when.before_first)) & notes["kind"].isin(("series_break", "code_change"))]
    out = []
    for title, day, text in list(zip(recent["title"], recent["date"], recent["text"], strict=True))[-1:]:
        said = str(text).rstrip(".")
        out.append(
            Finding(f"{title}, {words.day(pd.Timestamp(day))}: {said}. Compare across it with care.", "trends", {})
        )
    return out


def _filling(ctx: Context) -> list[Finding]:
    months = timeline.filling_months(d for d in view.delays(ctx) if d.known)
    if not len(months):
        return []
    span = words.months(months[0], months[-1])
    return [Finding(f"Reports for {span} are still coming in: these months will grow.", "data", {})]


def _gaps(ctx: Context) -> list[Finding]:
    table = measures.coverage(ctx.warehouse, ctx.filters)
    missing = table[~table["collected"].fillna(False).astype(bool) & (table["category"] == "forced_labour")]
    if missing.empty:
        return []
    names = words.listed(sorted(set(missing["title"])), most=3)
    last = words.month(pd.Timestamp(missing["month"].max()))
    return [Finding(f"Labour trafficking was not collected in every month (until {last}): {names}.", "data", {})]


def _victims(ctx: Context) -> Context:
    return replace(ctx, filters=replace(ctx.filters, unit="victims"))
