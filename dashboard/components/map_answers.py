"""The questions of the page Map beyond counts: asks, paints the classes, and says why and how sure."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import map_places, measures, questions, words
from dashboard.components import (
    figure,
    legend,
    map_choice,
    map_frames,
    map_panel,
    map_trust,
    map_view,
    view,
)
from dashboard.escape import html_text, markdown_text
from dashboard.figures import MapPicture
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.maps import classes
from dashboard.palette import Palette
from dashboard.questions.answer import Answer
from dashboard.questions.study import Study
from dashboard.told import answer_words, records_answers
from dashboard.told.maps import Mapped, Refused
from dashboard.view_context import Context

TITLES = {
    "beside": N_("Density"), "bandwidth": N_("Bandwidth"), "p": N_("p-value from"), "span": N_("Compare the last"),
    "against": N_("With"),
    "than": N_("Held against"), "per": N_("Held against"), "towards": N_("Smoothed towards"),
}  # fmt: skip


def options(which: str, found: Study) -> dict[str, str]:
    """The controls of a question; what was chosen, by name."""
    offered = records_answers.offered(which, found)
    if which == questions.RATE:
        view.unread(per=offered["per"])
    chosen = {}
    for name, known in offered.items():
        with st.container(width=215):
            chosen[name] = map_choice.pick(_(TITLES[name]), known, name)
    return chosen


def show(
    ctx: Context, scale: Scale, which: str, found: Study, chosen: tuple[str, ...], picked: dict[str, str],
    strip: measures.PlaceStrip, noun: tuple[str, str], *, street: bool, play: bool, pair: bool,
) -> None:  # fmt: skip
    """Draw an answer: the sentence, the map with its legend and strip, the reasons, the places beside it."""
    p = figure.current_palette()
    named = map_places.named(ctx, found)
    made = records_answers.answer(ctx, which, found, named, picked, noun)
    told = records_answers.tell(ctx, scale, which, found, picked, p)
    places = named.sort_values("n", ascending=False, kind="stable") if isinstance(told, Refused) else told.places
    left, right = st.columns([2, 1], gap="large")
    with left, st.container(gap="xsmall"):
        if isinstance(told, Refused):
            view.tell(told.nothing)
            legend.show(legend.strip(strip, p, _(noun[1])))
            figure.explain(told.caption)
        else:
            play = play and which == questions.CLUSTERED
            frames = map_frames.hot_and_cold(found) if play else None
            drawn = partial(_draw, ctx, scale, told, frames, chosen, strip, noun, street, play, p)
            if pair and which == questions.CHANGED:
                drawn = partial(_draw_pair, ctx, found, named, picked, scale, chosen, strip, noun, street, p)
            view.tell(told.figure, drawn)
        with st.container(horizontal=True, gap="xsmall", key="map_reasons"):
            settings(made, answer_words.area(found, noun), p)
            if which == questions.CLUSTERED and not made.refused:
                with st.container(width="content"):
                    map_trust.sure(ctx, found, made.hot, noun, p)
            if which in (questions.CLUSTERED, questions.TREND):
                with st.container(width="content"):
                    map_trust.near_repeats(ctx, found, noun)
    with right, st.container(border=True, key="map_place"):
        map_panel.beside(ctx, places, chosen, scale, noun, p, _leading(made, found, named, noun), not made.refused)


def _draw(
    ctx: Context, scale: Scale, told: Mapped, frames: Any, chosen: tuple[str, ...], strip: measures.PlaceStrip,
    noun: tuple[str, str], street: bool, play: bool, p: Palette,
) -> None:  # fmt: skip
    from dashboard.maps.picture import ClassPaint

    places = told.places
    if frames is not None:
        places = places.sort_index()  # the frames follow the study's order
    elif play:
        st.info(_(map_frames.TOO_FEW), icon=":material/info:")
    painted = ClassPaint(
        places, told.looks, noun, frames, selected=chosen, draws_empty=bool(scale.layer), several=True,
        labelled=map_view.named(ctx, scale), draws_areas=ctx.catalogue.has_points,
        area=st.session_state.get(map_choice.DRAWN), said=told.figure.text,
    )  # fmt: skip
    map_view.show_picture(ctx, painted, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked)
    counts = None if frames is not None else told.counts
    empty = told.figure.drawn.empty if isinstance(told.figure.drawn, MapPicture) else ""
    legend.show(legend.categories(told.looks, told.legend, p, counts, empty), legend.strip(strip, p, _(noun[1])))


def _draw_pair(
    ctx: Context, found: Study, named: pd.DataFrame, picked: dict[str, str], scale: Scale, chosen: tuple[str, ...],
    strip: measures.PlaceStrip, noun: tuple[str, str], street: bool, p: Palette,
) -> None:  # fmt: skip
    from dashboard.maps.picture import Paint

    which, counts = records_answers.periods(ctx, found, picked), records_answers.two(ctx, found, picked)
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
