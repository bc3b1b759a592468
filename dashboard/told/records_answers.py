"""Questions of the map of records: asks, and tells the answer as a figure with its classes and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dashboard import map_places, questions, stories, view_facts, words
from dashboard.figures import Nothing
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.maps import styles
from dashboard.maps.styles import ClassStyle
from dashboard.measures.hotspots import by_place_and_month
from dashboard.palette import Palette
from dashboard.questions import changed, clustered, density, rate, trend
from dashboard.questions.answer import Answer, refusal
from dashboard.questions.study import Study
from dashboard.told import answer_words
from dashboard.told.base import Told
from dashboard.told.maps import Mapped, Refused
from dashboard.told.pictures import picture
from dashboard.told.query import chosen
from dashboard.told.records import figure
from dashboard.view_context import Context

REPORTS = N_("These are reports, shaped by where people look: a hotspot of reports is not the same as one of harm.")
BESIDE = {N_("by themselves"): "", N_("beside all police reports"): "reports", N_("beside the residents"): "residents"}
WIDTHS = {N_("by rule of thumb"): "0", N_("500 m"): "500", N_("1 km"): "1000", N_("2 km"): "2000", N_("5 km"): "5000"}
P_FROM = {N_("normal approximation"): "", N_("99,999 permutations"): "permuted"}
AGAINST = {changed.JUST_BEFORE: "", changed.YEAR_BEFORE: "year"}
CHANGE_OF = {N_("no change"): "", N_("the change of the whole area"): "whole"}
TOWARDS = {N_("the overall rate"): "", N_("the neighbours' rate"): "neighbours"}
OPTIONS: dict[str, dict[str, dict[str, str]]] = {
    questions.DENSE: {"beside": BESIDE, "bandwidth": WIDTHS},
    questions.CLUSTERED: {"p": P_FROM},
    questions.CHANGED: {"span": {k: str(v) for k, v in changed.SPANS.items()}, "against": AGAINST, "than": CHANGE_OF},
    questions.RATE: {"per": {rate.RESIDENTS: rate.RESIDENTS, rate.REPORTS: rate.REPORTS}, "towards": TOWARDS},
}


def figures(ctx: Context, which: str, scale: Scale, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """The map of one question, with what the link says of its options."""
    found, why = map_places.study_or_why(ctx, scale)
    if found is None:
        return [Nothing("map", _("This cannot be told"), why)]
    picked = {
        name: known[chosen(query, name, {label: label for label in known}, next(iter(known)))]
        for name, known in offered(which, found).items()
    }
    made = tell(ctx, scale, which, found, picked, p)
    return [made.figure if isinstance(made, Mapped) else made.nothing]


def offered(which: str, found: Study) -> dict[str, dict[str, str]]:
    """The options of a question: name -> what is shown, in English -> what it means; the first is the usual one."""
    known = dict(OPTIONS.get(which, {}))
    if which == questions.RATE:
        known["per"] = {name: name for name in rate.choices(found)} or {rate.REPORTS: rate.REPORTS}
    return known


def tell(ctx: Context, scale: Scale, which: str, found: Study, picked: dict[str, str], p: Palette) -> Mapped | Refused:
    """The answer as a map; or why there is none. picked : the options, by name."""
    noun = stories.NOUNS[ctx.filters.unit]
    named = map_places.named(ctx, found)
    made = answer(ctx, which, found, named, picked, noun)
    caption = view_facts.caption(
        ctx, _(REPORTS), *made.caveats, *answer_words.elsewhere(found, noun), answer_words.said(made, found, scale),
        cannot_tell=False,
    )  # fmt: skip
    if made.refused:
        return Refused(Nothing("map", *_refused(made.sentence)), caption)
    looks = _looks(made, p)
    places = named.assign(cls=_painted(made, found), tip=made.tips).sort_values("n", ascending=False, kind="stable")
    seen = places if scale.layer else places[places["cls"] >= 0]
    empty = blank(scale, made, noun) if (seen["cls"] < 0).any() else ""
    told = figure(
        ctx, "map", made.sentence, ctx.sentence,
        picture(ctx, seen, looks, made.legend, cells=bool(scale.resolution), empty=empty),
        made.table(named, found.counts, words.capital(_(noun[1]))), caption, answer_words.reading(scale),
        caveat=" ".join((_(REPORTS), *made.caveats)),
    )  # fmt: skip
    return Mapped(told, places, looks, made.legend, made, found)


def answer(ctx: Context, which: str, found: Study, named: pd.DataFrame, chosen: dict[str, str], noun: Any) -> Answer:
    """The answer, kept for the version of the data."""
    names = named["name"].to_numpy(dtype=object)
    asked = {
        questions.DENSE: lambda: density.dense(
            found, float(chosen["bandwidth"]) or None, chosen["beside"], noun, names
        ),
        questions.CLUSTERED: lambda: clustered.clustered(found, noun, bool(chosen["p"])),
        questions.CHANGED: lambda: _changed(ctx, found, chosen, noun),
        questions.TREND: lambda: trend.trend(found, noun),
        questions.RATE: lambda: rate.rate(found, chosen["per"], noun, names, bool(chosen["towards"])),
    }[which]
    key = ("answer", which, *found.key(), tuple(sorted(chosen.items())), found.known.tobytes())
    kept: Answer = ctx.warehouse.remember(key, asked)
    return kept


def _painted(made: Answer, found: Study) -> np.ndarray:
    """Classes; of cells without any record only those that stand out are painted, so that a city stays light."""
    if found.layer or made.look == "values":
        return made.cls
    quiet = (found.counts == 0) & ~(made.hot if len(made.hot) else np.zeros(len(found), dtype=bool))
    quiet &= ~((made.look == "hot") & (made.cls == clustered.COLD))
    return np.where(quiet, -1, made.cls)


def _looks(made: Answer, p: Palette) -> tuple[ClassStyle, ...]:
    match made.look:
        case "hot":
            return styles.hot_and_cold(p)
        case "change":
            return styles.rose_and_fell(p)
        case "trend":
            return styles.growing_and_fading(p)
        case "relative":
            return styles.verdicts(made.labels, p)
        case "rates":
            return styles.rates(made.labels, p)
    return styles.values(made.labels, p)


def blank(scale: Scale, made: Answer, noun: tuple[str, str]) -> str:
    """What a place without a colour means; in one line of a phone."""
    which = _("no {thing}").format(thing=_(noun[0]))
    if made.look == "values":
        which = _("less than that")
    elif made.look == "change":
        which = _("no {thing} in either period").format(thing=_(noun[0]))
    return (_("Outline only: {which}") if scale.layer else _("Left blank: {which}")).format(which=which)


def _refused(sentence: str) -> tuple[str, str]:
    """A heading, and the rest of the sentence."""
    for heading in (_("Too few to tell"), _("Nothing clusters")):
        if sentence.startswith(f"{heading}: "):
            rest = sentence[len(heading) + 2 :]
            return heading, rest[0].upper() + rest[1:]
    return _("This cannot be told"), sentence


def periods(ctx: Context, found: Study, picked: dict[str, str]) -> changed.Periods:
    last = view_facts.last_complete(ctx) or pd.Timestamp(found.months[-1]).date()
    return changed.periods(last, int(picked["span"]), bool(picked["against"]))


def two(ctx: Context, found: Study, picked: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    which = periods(ctx, found, picked)
    where: dict[str, Any] = {"layer": found.layer} if found.layer else {"resolution": found.resolution}
    wide = replace(ctx.filters, sources=found.sources, date_from=which.before[0], date_to=which.after[1])
    seen = by_place_and_month(ctx.warehouse, wide, **where)
    return changed.in_months(found, which.before, seen), changed.in_months(found, which.after, seen)


def _changed(ctx: Context, found: Study, picked: dict[str, str], noun: tuple[str, str]) -> Answer:
    if not len(found.months):
        return refusal(_("Too few to tell: no {many} with a day and a place.").format(many=_(noun[1])), len(found))
    before, after = two(ctx, found, picked)
    return changed.changed(found, before, after, periods(ctx, found, picked), noun, bool(picked["than"]))
