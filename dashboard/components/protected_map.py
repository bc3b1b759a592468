"""Map on the public file: the areas of the cube's layer, few or none hatched; no points, cells or drawing."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import map_places, protection, questions, stories, view_facts, words
from dashboard.components import (
    figure,
    legend,
    map_answers,
    map_choice,
    map_panel,
    map_view,
    overview_map,
    protected,
    view,
)
from dashboard.escape import markdown_text
from dashboard.filters import Filters
from dashboard.map_places import Scale
from dashboard.maps import classes, styles
from dashboard.maps.styles import ClassStyle
from dashboard.measures import by_area
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.questions import clustered, rate
from dashboard.questions.answer import Answer
from dashboard.questions.protected import study
from dashboard.questions.study import Study
from dashboard.view_context import Context

ASKED = (questions.COUNT, questions.CLUSTERED, questions.RATE)
FROM_CUBE = (
    "Computed from the published, rounded counts of these areas; few or none counts as 0, and what is published "
    "without a place is in no area."
)
READING = (
    "Each shape is an area; the darker, the more reports. Hatched is few or none, or records that are published "
    "without a place. Shades are counts, not rates. Smaller places, points and drawn areas are not published."
)


def show(ctx: Context) -> None:
    """Draw the page."""
    own = protected.cube(ctx)
    if not own.layer:
        figure.nothing("map", "No map of these figures", protection.no_map(own))
        _elsewhere(ctx)
        return
    scale, noun = Scale(layer=own.layer), stories.NOUNS[ctx.filters.unit]
    places = _places(ctx, scale)
    offered = {questions.LABELS[q]: q for q in ASKED}
    view.unread(**{map_choice.QUESTION: {key: label for label, key in offered.items()}})
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="map_controls"):
        with st.container(width=310):
            which = map_choice.pick("Question", offered, map_choice.QUESTION)
        with st.container(width=330):
            chosen = _place(places)
        street = map_choice.street_map()
    if which == questions.COUNT:
        _counts(ctx, scale, places, chosen, noun, street)
    else:
        _asked(ctx, scale, which, chosen, noun, street)


def small(ctx: Context) -> None:
    """Overview's picture of the same areas."""
    own = protected.cube(ctx)
    scale, noun = Scale(layer=own.layer), stories.NOUNS[ctx.filters.unit]
    places = _places(ctx, scale)
    drawn = overview_map.drawn(ctx, places, noun[1])
    if not drawn:
        figure.nothing("where", "Where", f"Few or none of the {noun[1]} of this view have a published place.")
        return

    def picture() -> None:
        st.image(drawn, width="stretch", alt=f"Map of {noun[1]} by area")
        shades = classes.classes(places["n"].to_numpy(dtype=int))
        st.html(
            legend.shades(
                shades, noun[1].capitalize(), figure.current_palette(), f"{protection.FEW_HERE}: outline only"
            )
        )

    protected.draw(
        ctx, "where", _most(ctx, places, noun[1]), picture, _twin(places, noun[1]), _unplaced(ctx, places), split=1
    )
    view.page_link(ctx, "map", "Open the map")


def _elsewhere(ctx: Context) -> None:
    """Another unit of count that has a map."""
    with_map = [u for u, c in ctx.catalogue.cubes.items() if c.layer]
    if with_map:
        names = words.listed([stories.NOUNS[u][1] for u in with_map], "or")
        st.markdown(markdown_text(f"There is a map of {names}: choose them as unit of count."))


def _places(ctx: Context, scale: Scale) -> pd.DataFrame:
    counts = by_area(ctx.warehouse, ctx.filters, scale.layer)
    kept = {area[1] for area in ctx.filters.areas if isinstance(area, tuple)}
    counts = counts[counts["area_id"].isin(kept)] if kept else counts
    shapes = map_places.area_outlines(ctx, scale.layer)[["area_id", "lat", "lon", "shape"]]
    found = counts.merge(shapes, on="area_id", how="left").rename(columns={"area_id": "id"})
    return found[map_places.COLUMNS]


def _place(places: pd.DataFrame) -> tuple[str, ...]:
    labels = dict(zip(places["id"], places["label"], strict=True))
    wanted = st.session_state.get(map_choice.PLACE)
    if wanted and not set(wanted) <= set(labels):
        st.session_state[map_choice.PLACE] = [key for key in wanted if key in labels]
    chosen = st.multiselect(
        "Places", list(labels), key=map_choice.PLACE, bind="query-params", format_func=lambda k: labels.get(k, k),
        placeholder="Choose on the map or here", on_change=map_choice.moved,
    )  # fmt: skip
    return tuple(chosen)


def _counts(
    ctx: Context, scale: Scale, places: pd.DataFrame, chosen: tuple[str, ...], noun: tuple[str, str], street: bool
) -> None:
    p = figure.current_palette()
    n = places["n"].to_numpy(dtype="int64")
    shades = classes.classes(n)
    looks = (*styles.values(shades.labels(), p), few_or_none(p))
    cls = np.where(n > 0, shades.of(n), len(looks) - 1) if len(shades.lower) else np.full(len(n), len(looks) - 1)
    tips = [f"{words.exact(x)} {noun[1]}" if x else protection.FEW_HERE for x in n]
    drawn = partial(_draw, ctx, scale, places.assign(cls=cls, tip=tips), looks, noun, chosen, street, p)
    left, right = st.columns([2, 1], gap="large")
    with left:
        zeros = protected.zeros(ctx, bool((n == 0).any()), by_area=True)
        protected.draw(
            ctx, "map", _most(ctx, places, noun[1]), drawn, _twin(places, noun[1]), zeros,
            _unplaced(ctx, places), split=1, reading=READING,
        )  # fmt: skip
    with right, st.container(border=True, key="map_place"):
        _beside(ctx, scale, places, chosen, noun, p)


def few_or_none(p: Palette) -> ClassStyle:
    """Outlined by every map, and hatched: not the lightest shade, and not the grey of what is unknown."""
    return ClassStyle(protection.FEW_HERE.capitalize(), p.surface, "rising", p.quiet)


def _draw(
    ctx: Context, scale: Scale, places: pd.DataFrame, looks: tuple[ClassStyle, ...], noun: tuple[str, str],
    chosen: tuple[str, ...], street: bool, p: Palette, title: str = "",
) -> None:  # fmt: skip
    from dashboard.maps.picture import ClassPaint  # folium comes with it

    picture = ClassPaint(
        places, looks, noun, selected=chosen, draws_empty=True, several=True, labelled=map_view.named(ctx, scale)
    )
    map_view.show_picture(ctx, picture, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked)
    cls = places["cls"].to_numpy(dtype="int64")
    counts = [int((cls == i).sum()) for i in range(len(looks))]
    legend.show(legend.categories(looks, title or noun[1].capitalize(), p, counts))


def _asked(
    ctx: Context, scale: Scale, which: str, chosen: tuple[str, ...], noun: tuple[str, str], street: bool
) -> None:
    """Hotspots and rates of the public view: of the cube, where it has enough areas and counts; else the refusal."""
    found = study(ctx.warehouse, ctx.filters, measures.recording(ctx.catalogue, ctx.filters), scale.layer)
    if found is None or (which == questions.RATE and found.residents is None):
        why = (
            "How many people live in these areas is not known." if found else "The outlines of the areas are not known."
        )
        figure.nothing("map", "This cannot be told", why)
        return
    p, named = figure.current_palette(), map_places.named(ctx, found)
    made = _said_of_few(_answer(found, which, noun, named), found)
    if made.refused:
        figure.nothing("map", "This cannot be told from protected counts", made.sentence)
        figure.explain(view_facts.caption(ctx, FROM_CUBE, *made.caveats))
        protected.why(ctx, "map")
        return
    looks = styles.rates(made.labels, p) if made.look == "rates" else styles.hot_and_cold(p)
    cls = np.where(made.cls < 0, len(looks), made.cls)
    looks = (*looks, few_or_none(p)) if (made.cls < 0).any() else looks
    places = named.assign(cls=cls, tip=made.tips)
    table = made.table(named, found.counts, noun[1].capitalize())
    table[noun[1].capitalize()] = protected.amounts(table[noun[1].capitalize()], protection.FEW_HERE)
    left, right = st.columns([2, 1], gap="large")
    with left:
        drawn = partial(_draw, ctx, scale, places, looks, noun, chosen, street, p, made.legend)
        protected.draw(ctx, "map", made.sentence, drawn, table, FROM_CUBE, *made.caveats, split=1)
        about = f"All {len(found)} areas of the published layer, with the published counts of the whole view."
        map_answers.settings(made, about, p)
    with right, st.container(border=True, key="map_place"):
        _beside(ctx, scale, named, chosen, noun, p)


def _said_of_few(made: Answer, found: Study) -> Answer:
    """The same answer, in which no area has 0: a tip says few or none, and no rate is told of it."""
    few = found.counts == 0
    plain = [t.split(",")[0] if made.look == "hot" else "" for t in made.tips]
    tips = [
        f"{t}, {protection.FEW_HERE}".lstrip(", ") if f else kept
        for t, f, kept in zip(plain, few, made.tips, strict=True)
    ]
    settings = [s for s in made.settings if s.name != "Over"]  # the view says its period, and there are no months here
    return replace(made, tips=np.array(tips, dtype=object), settings=settings)


def _answer(found: Study, which: str, noun: tuple[str, str], named: pd.DataFrame) -> Answer:
    if which == questions.CLUSTERED:
        return clustered.clustered(found, noun)
    return rate.rate(found, rate.RESIDENTS, noun, named["name"].to_numpy(dtype=object))


def _beside(
    ctx: Context, scale: Scale, places: pd.DataFrame, chosen: tuple[str, ...], noun: tuple[str, str], p: Palette
) -> None:
    """The chosen areas, each by its published periods; without any, the areas with most."""
    if not chosen:
        map_panel.busiest(places, scale, noun, p)
        return
    layer = protected.cube(ctx).layer
    for key in chosen[:3]:
        row = places[places["id"] == key].iloc[0]
        st.subheader(markdown_text(row["name"]), anchor=False)
        n = int(row["n"])
        text = protection.counted(n, ctx.filters.unit) if n else f"{noun[1]}: {protection.FEW_HERE}"
        st.markdown(markdown_text(f"{text[:1].upper()}{text[1:]} in this view."))
        found = measures.by_cube_period(ctx.warehouse, _in_area(ctx, layer, str(key)))
        twin = protected.twin(found, ctx.filters.unit, said=protection.FEW_HERE).drop(columns="Collected")
        figure.show_table(twin, missing=protection.NOT_COLLECTED, key=f"place_{key}")
    if len(chosen) > 3:
        st.caption(f"{len(chosen) - 3} more are chosen; the table under the map has them.")
    st.button(
        "Clear the places", key="clear_place", on_click=map_choice.clear, type="tertiary", icon=":material/close:"
    )


def _in_area(ctx: Context, layer: str, key: str) -> Filters:
    return replace(ctx.filters, areas=((layer, key),))


def _most(ctx: Context, places: pd.DataFrame, many: str) -> str:
    """The area with most, where it leads by more than rounding and chance."""
    own, order = protected.cube(ctx), measures.order(ctx.filters, 1)
    top = places.sort_values("n", ascending=False, kind="stable")
    if top.empty or not int(top["n"].iloc[0]):
        return f"{protection.FEW.capitalize()} of these {many} in any published area"
    first, second = top.iloc[0], top.iloc[1] if len(top) > 1 else None
    if (
        second is None
        or not int(second["n"])
        or protection.verdict(float(second["n"]), float(first["n"]), own, order) == "rose"
    ):
        return f"Most {many}: {first['name']} ({words.number(int(first['n']))})"
    pair = f"{words.number(int(first['n']))} and {words.number(int(second['n']))}"
    return f"Most {many}: {first['name']} and {second['name']} ({pair})"


def _unplaced(ctx: Context, places: pd.DataFrame) -> str:
    """What the map leaves out: cells whose place is not shown."""
    if ctx.filters.areas:
        return ""
    rest = measures.total(ctx.warehouse, ctx.filters) - int(places["n"].sum())
    return f"{words.exact(rest)} more are published without a place and are in no area here." if rest > 0 else ""


def _twin(places: pd.DataFrame, many: str) -> pd.DataFrame:
    rows = places.sort_values("n", ascending=False, kind="stable")
    table = pd.DataFrame({"Area": rows["label"], many.capitalize(): protected.amounts(rows["n"], protection.FEW_HERE)})
    return table.assign(Residents=rows["population"]) if rows["population"].notna().any() else table
