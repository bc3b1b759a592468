"""Map on the public file: the areas of the cube's layer, few or none hatched; no points, cells or drawing."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from dashboard import protection, questions, stories, words
from dashboard.components import (
    figure,
    legend,
    linked,
    map_answers,
    map_choice,
    map_panel,
    map_view,
    overview_map,
    protected,
    view,
)
from dashboard.escape import markdown_text
from dashboard.figures import Figure
from dashboard.filters import Filters
from dashboard.i18n import _
from dashboard.maps import classes
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base, maps
from dashboard.told.maps import Mapped
from dashboard.view_context import Context


def show(ctx: Context) -> None:
    """Draw the page."""
    own = base.cube(ctx)
    if not own.layer:
        view.tell(maps.no_map(ctx))
        _elsewhere(ctx)
        return
    offered = {questions.LABELS[q]: q for q in maps.ASKED}
    view.unread(**{map_choice.QUESTION: {key: label for label, key in offered.items()}})
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="map_controls"):
        with st.container(width=310):
            which = map_choice.pick(_("Question"), offered, map_choice.QUESTION)
        with st.container(width=330):
            chosen = _place(maps.places(ctx))
        street = map_choice.street_map()
    p = figure.current_palette()
    made = maps.counts(ctx, p) if which == questions.COUNT else maps.asked(ctx, which, p)
    if isinstance(made, Mapped):
        _mapped(ctx, made, chosen, street, p)
        return
    view.tell(made.nothing)
    if made.caption:
        figure.explain(made.caption)
        protected.why(ctx, "map")


def small(ctx: Context) -> None:
    """Overview's picture of the same areas."""
    noun, told = stories.NOUNS[ctx.filters.unit], maps.small(ctx, figure.current_palette())
    if not isinstance(told, Figure):
        view.tell(told)
        return
    places = maps.places(ctx)
    drawn = overview_map.drawn(ctx, places, told.text)

    def picture() -> None:
        st.image(drawn, width="stretch", alt=told.text)
        shades = classes.classes(places["n"].to_numpy(dtype=int))
        few = _("{few}: outline only").format(few=_(protection.FEW_HERE))
        st.html(legend.shades(shades, words.capital(_(noun[1])), figure.current_palette(), few))

    protected.tell(ctx, told, picture)
    view.page_link(ctx, "map", _("Open the map"))


def _elsewhere(ctx: Context) -> None:
    """Another unit of count that has a map."""
    with_map = [u for u, c in ctx.catalogue.cubes.items() if c.layer]
    if with_map:
        names = words.listed([stories.nouns(u) for u in with_map], "or")
        st.markdown(markdown_text(_("There is a map of {names}: choose them as unit of count.").format(names=names)))


def _place(places: pd.DataFrame) -> tuple[str, ...]:
    labels = dict(zip(places["id"], places["label"], strict=True))
    wanted = st.session_state.get(map_choice.PLACE)
    if wanted and not set(wanted) <= set(labels):
        st.session_state[map_choice.PLACE] = [key for key in wanted if key in labels]
    bound = linked.follow(map_choice.PLACE, labels, many=True)
    chosen = st.multiselect(
        _("Places"), list(labels), key=map_choice.PLACE, format_func=lambda k: labels.get(k, k),
        placeholder=_("Choose on the map or here"), on_change=map_choice.moved, **bound,
    )  # fmt: skip
    linked.keep(map_choice.PLACE, chosen, labels, [])
    return tuple(chosen)


def _mapped(ctx: Context, made: Mapped, chosen: tuple[str, ...], street: bool, p: Palette) -> None:
    """The map with its reasons, and the chosen areas beside it."""
    left, right = st.columns([2, 1], gap="large")
    with left:
        protected.tell(ctx, made.figure, partial(_draw, ctx, made, chosen, street, p))
        if made.answer is not None and made.study is not None:
            about = _("All {n} areas of the published layer, with the published counts of the whole view.").format(
                n=words.exact(len(made.study))
            )
            map_answers.settings(made.answer, about, p)
    with right, st.container(border=True, key="map_place"):
        _beside(ctx, made.places, chosen, stories.NOUNS[ctx.filters.unit], p)


def _draw(ctx: Context, made: Mapped, chosen: tuple[str, ...], street: bool, p: Palette) -> None:
    from dashboard.maps.picture import ClassPaint  # folium comes with it

    noun = stories.NOUNS[ctx.filters.unit]
    picture = ClassPaint(
        made.places, made.looks, noun, selected=chosen, draws_empty=True, several=True,
        labelled=map_view.named(ctx, maps.scale(ctx)), said=made.figure.text,
    )  # fmt: skip
    map_view.show_picture(ctx, picture, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked)
    legend.show(legend.categories(made.looks, made.legend, p, made.counts))


def _beside(ctx: Context, places: pd.DataFrame, chosen: tuple[str, ...], noun: tuple[str, str], p: Palette) -> None:
    """The chosen areas, each by its published periods; without any, the areas with most."""
    if not chosen:
        map_panel.busiest(places, maps.scale(ctx), noun, p)
        return
    layer = base.cube(ctx).layer
    for key in chosen[:3]:
        row = places[places["id"] == key].iloc[0]
        st.subheader(markdown_text(row["name"]), anchor=False)
        n = int(row["n"])
        text = protection.counted(n, ctx.filters.unit)
        if not n:
            text = _("{things}: {few}").format(things=_(noun[1]), few=_(protection.FEW_HERE))
        st.markdown(markdown_text(words.capital(_("{counted} in this view.").format(counted=text))))
        found = measures.by_cube_period(ctx.warehouse, _in_area(ctx, layer, str(key)))
        twin = base.twin(found, ctx.filters.unit, said=_(protection.FEW_HERE)).drop(columns=_("Collected"))
        figure.show_table(twin, missing=_(protection.NOT_COLLECTED), key=f"place_{key}")
    if len(chosen) > 3:
        st.caption(_("{n} more are chosen; the table under the map has them.").format(n=len(chosen) - 3))
    st.button(
        _("Clear the places"), key="clear_place", on_click=map_choice.clear, type="tertiary", icon=":material/close:"
    )


def _in_area(ctx: Context, layer: str, key: str) -> Filters:
    return replace(ctx.filters, areas=((layer, key),))
