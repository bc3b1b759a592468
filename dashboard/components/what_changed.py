""" "What changed": three to five sentences from the data, each a link to the page that shows it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import measures, stories, view_facts, words
from dashboard.analysis import timeline
from dashboard.components import map_choice, view
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.measures.delay import victims_cluster
from dashboard.stories import Finding
from dashboard.told.records_compared import Spans, steady_view
from dashboard.told.records_map import SCALE
from dashboard.view_context import Context

SHIFTS, MOST = 3, 5  # changes, and sentences in all
# Sentences are longer than the labels of links usually are: they wrap instead of being cut off.
_WRAP = "<style>[data-testid=stPageLink] a :is(p, span) { white-space: normal; overflow: visible; }</style>"
# Attribute of the incident -> the sentence's subject, and the page and control that show it.
SUBJECTS = {
    "exploitation": (N_("Reports of {}"), "trends", {"group": "Exploitation"}),
    "premise": (N_("Reports at the kind of place “{}”"), "trends", {"group": "Kind of place"}),
    "source": (N_("Reports in {}"), "trends", {"group": "Source"}),
}


def findings(ctx: Context, when: Spans | None) -> list[Finding]:
    """The sentences: what rose or fell beyond chance first, then what did not, then what the data cannot say."""
    if when is not None and when.steady:
        # Like with like: a source that joined or left is not a change.
        everything = ctx
        ctx = steady_view(ctx, when, "incidents")
        moved = sorted(_shifts(ctx, when, everything), key=lambda f: -f.weight)[:SHIFTS]
        found = moved + _notes(ctx, when)
        found += _steady(ctx, bool(moved)) if len(moved) < SHIFTS else []
    else:
        found = _notes(ctx, when)
    found += _filling(ctx) + _gaps(ctx)
    if when is not None and len(found) < MOST:
        found += _shares(ctx, when)
    return found[:MOST]


def show(ctx: Context, when: Spans | None) -> None:
    """The sentences as links. Published figures are too few a year to compare their parts."""
    found = [] if view_facts.is_published(ctx) else findings(ctx, when)
    if not found:
        return
    st.html(_WRAP)
    st.subheader(_("What changed"), anchor=False)
    if when is not None and when.steady:
        before = words.months(when.before_first, when.before_last)
        said = (
            _("{period} beside {before}. Only what chance does not explain is called a change.")
            if when.whole
            else _(
                "{period} beside {before}. In the sources that collected both years. Only what chance does not explain "
                "is called a change."
            )
        )
        st.caption(said.format(period=when.words, before=before))
    for finding in found:
        view.page_link(ctx, finding.page, finding.text, **finding.params)


def _columns(ctx: Context) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Attributes to look at: not the ones that the view is already narrowed to, and one layer of areas."""
    kept = {c: s for c, s in SUBJECTS.items() if not (c == "source" and len(view_facts.sources(ctx)) < 2)}
    if ctx.catalogue.layers:
        layer = ctx.catalogue.layers[0]
        kept[f"area_{layer}"] = (_("Reports from {}"), "map", {})
    return kept


def _pair(ctx: Context, when: Spans, column: str, unit: str = "incidents") -> tuple[pd.DataFrame, pd.DataFrame]:
    before = view_facts.groups(ctx, when.before_first, when.before_last, unit, column)
    return before, view_facts.groups(ctx, when.first, when.last, unit, column)


def _shifts(ctx: Context, when: Spans, everything: Context) -> list[Finding]:
    asked = {column: _pair(ctx, when, column) for column in _columns(ctx) if column != "source"}
    if "source" in _columns(ctx):
        # The headline has asked this already, for all sources.
        before, after = _pair(everything, when, "source")
        asked["source"] = (before[before["code"].isin(when.steady)], after[after["code"].isin(when.steady)])
    victims = steady_view(everything, when, "victims")
    people = _pair(victims, when, "minor", "victims") if view_facts.sources(_victims(victims)) else None
    tests = sum(len(set(b["code"]) | set(a["code"])) for b, a in [*asked.values(), *([people] if people else [])])
    found = []
    for column, (subject, page, params) in _columns(ctx).items():
        names = column == "source" or column.startswith("area_")
        for text, weight, code in stories.shifts(*asked[column], _(subject), tests, names=names):
            shown = params | _on_the_map(ctx, column.removeprefix("area_"), code) if page == "map" else params
            found.append(Finding(text, page, shown, weight))
    if people:
        effect = victims_cluster(ctx.warehouse, view_facts.narrowed(victims, when.before_first, when.last))
        for text, weight, _code in stories.shifts(*people, _("Victims {}"), tests, effect):
            found.append(Finding(text, "demographics", {}, weight))
    return found


def _on_the_map(ctx: Context, layer: str, area_id: str) -> dict[str, str]:
    """What the link to the map chooses: the layer, and in it the area that changed."""
    area = ctx.catalogue.area(layer, area_id)
    return {SCALE: Scale(layer=layer).label} | ({map_choice.PLACE: area.label} if area else {})


def _steady(ctx: Context, some: bool) -> list[Finding]:
    """When little moved, say so."""
    looked = [_("kind of exploitation"), _("kind of place")]
    looked += [_("source")] if "source" in _columns(ctx) else []
    looked += [_("area")] if ctx.catalogue.layers else []
    text = (
        _("No other {attribute} changed more than chance explains.")
        if some
        else _("No {attribute} changed more than chance explains.")
    ).format(attribute=words.listed(looked, "or"))
    return [Finding(text, "trends", {})]


def _shares(ctx: Context, when: Spans) -> list[Finding]:
    """What most of the last twelve months' reports are: true whether or not the year before is known."""
    out = []
    for column, what, page in (
        ("exploitation", N_("kind of exploitation"), "trends"),
        ("premise", N_("kind of place"), "trends"),
    ):
        table = view_facts.groups(ctx, when.first, when.last, "incidents", column)
        if table["n"].sum():
            out.append(Finding(f"{stories.leading(table, 'incidents', what)}.", page, SUBJECTS[column][2]))
    return out


def _notes(ctx: Context, when: Spans | None) -> list[Finding]:
    """The latest break in the series within the two years."""
    if when is None:
        return []
    names = when.steady or tuple(s.source for s in view_facts.sources(ctx))
    broken = view_facts.breaks_between(ctx, when.before_first, when.last, names)
    return [
        Finding(
            _("{day}: {note}. Compare across it with care.").format(day=words.day(day), note=text.rstrip(".")),
            "trends",
            {},
        )
        for day, text in broken[-1:]
    ]


def _filling(ctx: Context) -> list[Finding]:
    months = timeline.filling_months(d for d in view_facts.delays(ctx) if d.known)
    if not len(months):
        return []
    span = words.months(months[0], months[-1])
    return [Finding(_("Reports for {span} are still coming in: these months will grow.").format(span=span), "data", {})]


def _gaps(ctx: Context) -> list[Finding]:
    table = measures.coverage(ctx.warehouse, ctx.filters)
    missing = table[~table["collected"].fillna(False).astype(bool) & (table["category"] == "forced_labour")]
    if missing.empty:
        return []
    names = words.listed(sorted(set(missing["title"])), most=3)
    last = words.month(pd.Timestamp(missing["month"].max()))
    return [
        Finding(
            _("Labour trafficking was not collected in every month (until {last}): {names}.").format(
                last=last, names=names
            ),
            "data",
            {},
        )
    ]


def _victims(ctx: Context) -> Context:
    return replace(ctx, filters=replace(ctx.filters, unit="victims"))
