"""The questions of the page Map beyond counts: asks, paints the classes, and says why and how sure."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import map_places, measures, questions, view_facts, words
from dashboard.components import (
    figure,
    legend,
    map_choice,
    map_frames,
    map_panel,
    map_trust,
    map_view,
    map_words,
    view,
)
from dashboard.escape import html_text, markdown_text
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.maps import classes, styles
from dashboard.maps.styles import ClassStyle
from dashboard.measures.hotspots import by_place_and_month
from dashboard.palette import Palette
from dashboard.questions import changed, clustered, density, rate, trend
from dashboard.questions.answer import Answer, refusal
from dashboard.questions.study import Study
from dashboard.told.pictures import picture
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
TITLES = {
    "beside": N_("Density"), "bandwidth": N_("Bandwidth"), "p": N_("p-value from"), "span": N_("Compare the last"),
    "against": N_("With"),
    "than": N_("Held against"), "per": N_("Held against"), "towards": N_("Smoothed towards"),
}  # fmt: skip


def options(which: str, found: Study) -> dict[str, str]:
    """The controls of a question; what was chosen, by name."""
    offered = dict(OPTIONS.get(which, {}))
    if which == questions.RATE:
        held = rate.choices(found)
        offered["per"] = {name: name for name in held} or {rate.REPORTS: rate.REPORTS}
        view.unread(per=offered["per"])
    chosen = {}
    for name, known in offered.items():
        with st.container(width=215):
            chosen[name] = map_choice.pick(_(TITLES[name]), known, name)
    return chosen


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


def show(
    ctx: Context, scale: Scale, which: str, found: Study, chosen: tuple[str, ...], picked: dict[str, str],
    strip: measures.PlaceStrip, noun: tuple[str, str], *, street: bool, play: bool, pair: bool,
) -> None:  # fmt: skip
    """Draw an answer: the sentence, the map with its legend and strip, the reasons, the places beside it."""
    p = figure.current_palette()
    named = map_places.named(ctx, found)
    made = answer(ctx, which, found, named, picked, noun)
    table = made.table(named, found.counts, words.capital(_(noun[1])))
    caption = view_facts.caption(
        ctx,
        _(REPORTS),
        *made.caveats,
        *map_words.elsewhere(found, noun),
        map_words.said(made, found, scale),
        cannot_tell=False,
    )
    left, right = st.columns([2, 1], gap="large")
    places = named.assign(cls=_painted(made, found), tip=made.tips).sort_values("n", ascending=False, kind="stable")
    with left, st.container(gap="xsmall"):
        if made.refused:
            figure.nothing("map", *_refused(made.sentence))
            legend.show(legend.strip(strip, p, _(noun[1])))
            figure.explain(caption)
        else:
            looks = _looks(made, p)
            play = play and which == questions.CLUSTERED
            frames = map_frames.hot_and_cold(found) if play else None
            drawn = partial(_draw, ctx, scale, made, places, looks, frames, chosen, strip, noun, street, play, p)
            if pair and which == questions.CHANGED:
                drawn = partial(_draw_pair, ctx, found, named, picked, scale, chosen, strip, noun, street, p)
            seen = places if scale.layer else places[places["cls"] >= 0]
            empty = _blank(scale, made, noun) if (seen["cls"] < 0).any() else ""
            figure.figure(
                "map", made.sentence, ctx.sentence, drawn, table, caption, map_words.reading(scale),
                about=view_facts.about(ctx, " ".join((_(REPORTS), *made.caveats))),
                picture=picture(ctx, seen, looks, made.legend, cells=bool(scale.resolution), empty=empty),
            )  # fmt: skip
        with st.container(horizontal=True, gap="xsmall", key="map_reasons"):
            settings(made, map_words.area(found, noun), p)
            if which == questions.CLUSTERED and not made.refused:
                with st.container(width="content"):
                    map_trust.sure(ctx, found, made.hot, noun, p)
            if which in (questions.CLUSTERED, questions.TREND):
                with st.container(width="content"):
                    map_trust.near_repeats(ctx, found, noun)
    with right, st.container(border=True, key="map_place"):
        map_panel.beside(ctx, places, chosen, scale, noun, p, _leading(made, found, named, noun), not made.refused)


def _draw(
    ctx: Context, scale: Scale, made: Answer, places: pd.DataFrame, looks: tuple[ClassStyle, ...], frames: Any,
    chosen: tuple[str, ...], strip: measures.PlaceStrip, noun: tuple[str, str], street: bool, play: bool, p: Palette,
) -> None:  # fmt: skip
    from dashboard.maps.picture import ClassPaint

    if frames is not None:
        places = places.sort_index()  # the frames follow the study's order
    elif play:
        st.info(_(map_frames.TOO_FEW), icon=":material/info:")
    painted = ClassPaint(
        places, looks, noun, frames, selected=chosen, draws_empty=bool(scale.layer), several=True,
        labelled=map_view.named(ctx, scale), draws_areas=ctx.catalogue.has_points,
        area=st.session_state.get(map_choice.DRAWN), said=f"{made.sentence} {ctx.sentence}",
    )  # fmt: skip
    map_view.show_picture(ctx, painted, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked)
    cls = places["cls"].to_numpy(dtype="int64")
    counts = None if frames is not None else [int((cls == i).sum()) for i in range(len(looks))]
    empty = _blank(scale, made, noun) if (cls < 0).any() else ""
    legend.show(legend.categories(looks, made.legend, p, counts, empty), legend.strip(strip, p, _(noun[1])))


def _draw_pair(
    ctx: Context, found: Study, named: pd.DataFrame, picked: dict[str, str], scale: Scale, chosen: tuple[str, ...],
    strip: measures.PlaceStrip, noun: tuple[str, str], street: bool, p: Palette,
) -> None:  # fmt: skip
    from dashboard.maps.picture import Paint

    which, counts = _periods(ctx, found, picked), _two(ctx, found, picked)
    shared = classes.classes(np.concatenate(counts).astype("int64"))
    pictures = [
        Paint(named.assign(n=pd.array(n.astype("int64"), dtype="Int64")), shared, noun, selected=chosen,
              draws_empty=bool(scale.layer), several=True)
        for n in counts
    ]  # fmt: skip
    map_view.show_pair(
        ctx, (pictures[0], pictures[1]), which.words, p, moment=map_choice.moment(), street_map=street,
        clicked=map_choice.clicked,
    )  # fmt: skip
    legend.show(legend.shades(shared, words.capital(_(noun[1])), p, "0"), legend.strip(strip, p, _(noun[1])))


def _leading(made: Answer, found: Study, named: pd.DataFrame, noun: tuple[str, str]) -> tuple[str, pd.DataFrame] | None:
    """The places that the answer names, in its order."""
    titles = {
        "hot": _("The surest hotspots"),
        "change": _("Changed beyond chance"),
        "trend": _("Hotspots with a clear course"),
        "relative": _("More {many} than suggested").format(many=_(noun[1])),
        "rates": _("High beyond chance"),
    }
    if made.look not in titles or not len(made.hot):
        return None
    first = made.ranked(named, found.counts)
    return titles[made.look], named.iloc[first[made.hot[first]]]


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


def _blank(scale: Scale, made: Answer, noun: tuple[str, str]) -> str:
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


def settings(made: Answer, about: str, p: Palette) -> None:
    """What shaped the answer, and why, behind a button. about : the study area in a sentence."""
    with st.popover(_("Settings and why"), type="tertiary", icon=":material/tune:"):
        st.markdown(markdown_text(about))
        cells = "".join(
            f'<tr><th scope="row" style="{_CELL};font-weight:600;white-space:nowrap">{html_text(s.name)}</th>'
            f'<td style="{_CELL}">{html_text(s.value)}</td>'
            f'<td style="{_CELL};color:{p.quiet}">{html_text(s.why)}</td></tr>'
            for s in made.settings
        )
        st.html(f'<table style="border-collapse:collapse;font-size:.9rem;line-height:1.35">{cells}</table>')


_CELL = "text-align:left;vertical-align:top;border:0;padding:.25rem .9rem .25rem 0"


def _periods(ctx: Context, found: Study, picked: dict[str, str]) -> changed.Periods:
    last = view_facts.last_complete(ctx) or pd.Timestamp(found.months[-1]).date()
    return changed.periods(last, int(picked["span"]), bool(picked["against"]))


def _two(ctx: Context, found: Study, picked: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    which = _periods(ctx, found, picked)
    where: dict[str, Any] = {"layer": found.layer} if found.layer else {"resolution": found.resolution}
    wide = replace(ctx.filters, sources=found.sources, date_from=which.before[0], date_to=which.after[1])
    seen = by_place_and_month(ctx.warehouse, wide, **where)
    return changed.in_months(found, which.before, seen), changed.in_months(found, which.after, seen)


def _changed(ctx: Context, found: Study, picked: dict[str, str], noun: tuple[str, str]) -> Answer:
    if not len(found.months):
        return refusal(_("Too few to tell: no {many} with a day and a place.").format(many=_(noun[1])), len(found))
    before, after = _two(ctx, found, picked)
    return changed.changed(found, before, after, _periods(ctx, found, picked), noun, bool(picked["than"]))
