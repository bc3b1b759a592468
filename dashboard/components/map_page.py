"""The page Map, put together: the controls, the answer, the map with its legend and strip, the place, the table."""

from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import streamlit as st

from dashboard import map_places, measures, questions, stories, view_facts, words
from dashboard.components import (
    figure,
    filter_bar,
    legend,
    map_answers,
    map_area,
    map_choice,
    map_frames,
    map_panel,
    map_view,
    view,
)
from dashboard.map_places import Scale
from dashboard.maps import classes, shapes, story, styles
from dashboard.measures import PlaceStrip
from dashboard.view_context import Context

if TYPE_CHECKING:
    from dashboard.maps.picture import AnyPicture

COARSEST = Scale(resolution=5)
REPORTS = "These are reports, shaped by where people look."


def show(ctx: Context) -> None:
    """Draw the page."""
    if view_facts.is_published(ctx):
        _published(ctx)
        return
    strip = measures.place_strip(ctx.warehouse, ctx.filters)
    total = strip.mapped + strip.area_only + strip.unmapped
    if total == 0 or not map_places.scales(ctx):
        view.nothing(ctx, "map")
        return
    map_choice.notice(ctx)
    view.unread(**_offered())
    noun = stories.NOUNS[ctx.filters.unit]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="map_controls"):
        with st.container(width=310):
            which = map_choice.question()
        with st.container(width=260):
            scale = map_choice.scale(ctx)
        found, why = map_places.study_or_why(ctx, scale) if which != questions.COUNT else (None, "")
        picked = map_answers.options(which, found) if found else {}
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="map_switches"):
        with st.container(width=330):
            chosen, places = map_choice.place(ctx, scale, map_places.table(ctx, scale))
        play = which in (questions.COUNT, questions.CLUSTERED) and map_choice.player()
        pair = which == questions.CHANGED and map_choice.side_by_side()
        street = map_choice.street_map()
        map_area.upload(ctx)
    if not int(places["n"].sum()) and not chosen:
        _none_here(ctx, scale, strip)
        return
    # By area, a point counts as one however coarsely it is known.
    pointed = int(places["n"].sum()) if scale.resolution else map_places.held_by(ctx, COARSEST)
    here = _at_scale(strip, pointed)
    if which == questions.COUNT:
        _figure(ctx, scale, places, chosen, here, street, play)
    elif found is None:
        figure.nothing("map", "This cannot be told", why)
        legend.show(legend.strip(here, figure.current_palette(), noun[1]))
    else:
        map_answers.show(ctx, scale, which, found, chosen, picked, here, noun, street=street, play=play, pair=pair)


def _offered() -> dict[str, dict[str, str]]:
    """The page's own choices that a link can carry, as `view.unread` wants them."""
    known = {name: options for each in map_answers.OPTIONS.values() for name, options in each.items()}
    del known["per"]  # what is offered depends on the data
    known[map_choice.QUESTION] = {label: key for key, label in questions.LABELS.items()}
    return {name: {meaning: shown for shown, meaning in options.items()} for name, options in known.items()}


def _at_scale(strip: PlaceStrip, pointed: int) -> PlaceStrip:
    """The strip for this scale: a point known to about a kilometre is in a large cell and in no small one."""
    more = max(pointed - strip.mapped, 0)
    from_areas = min(more, strip.area_only)
    return PlaceStrip(strip.mapped + more, strip.area_only - from_areas, strip.unmapped - (more - from_areas))


def _figure(
    ctx: Context, scale: Scale, places: pd.DataFrame, chosen: tuple[str, ...], strip: PlaceStrip, street: bool,
    play: bool,
) -> None:  # fmt: skip
    from dashboard.maps.picture import ClassPaint, Paint  # folium comes with it

    noun, p = stories.NOUNS[ctx.filters.unit], figure.current_palette()
    found = classes.classes(places["n"].to_numpy(dtype="int64"))
    every = len(places) if scale.layer else 0
    answer = story.concentration(places["n"].to_numpy(dtype="int64"), noun, scale.words, every)
    left, right = st.columns([2, 1], gap="large")
    common: dict[str, Any] = {
        "selected": chosen,
        "draws_empty": bool(scale.layer),
        "labelled": map_view.named(ctx, scale),
        "several": True,
        "draws_areas": ctx.catalogue.has_points,
        "area": st.session_state.get(map_choice.DRAWN),
    }

    def drawn() -> None:
        shades, picture = found, cast("AnyPicture", Paint(places, found, noun, **common))
        study = map_places.study_or_why(ctx, scale)[0] if play else None
        moving = map_frames.counted(study) if study else None
        if study is not None and moving is not None:
            shades, frames = moving
            picture = ClassPaint(
                map_places.named(ctx, study), styles.values(shades.labels(), p), noun, frames, **common
            )
        elif play:
            st.info(map_frames.TOO_FEW, icon=":material/info:")
        map_view.show_picture(
            ctx, picture, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked
        )
        zero = "0, outline only" if scale.layer else ""
        legend.show(legend.shades(shades, noun[1].capitalize(), p, zero), legend.strip(strip, p, noun[1]))

    without = (_not_here(scale, places, strip, noun[1]), _far_away(scale, places))
    with left:
        figure.figure(
            "map", answer, ctx.sentence, drawn, _twin(places, noun),
            view_facts.caption(ctx, REPORTS, *without, cannot_tell=False), _reading(scale),
        )  # fmt: skip
    with right, st.container(border=True, key="map_place"):
        map_panel.beside(ctx, places, chosen, scale, noun, p)


def _twin(places: pd.DataFrame, noun: tuple[str, str]) -> pd.DataFrame:
    rows = places[["label", "n", "population"]] if places["population"].notna().any() else places[["label", "n"]]
    return rows.rename(columns={"label": "Place", "n": noun[1].capitalize(), "population": "Residents"})


def _not_here(scale: Scale, places: pd.DataFrame, strip: PlaceStrip, many: str) -> str:
    """How many records this very map leaves out, and where they are instead."""
    left_out = strip.mapped + strip.area_only + strip.unmapped - int(places["n"].sum())
    if left_out <= 0:
        return ""
    if scale.resolution and strip.area_only:
        which = "they" if strip.area_only == left_out else f"{strip.area_only:,} of them"
        return (
            f"{left_out:,} {many} have no point as fine as these cells; {which} are known by area: count by areas to "
            "see them."
        )
    return f"{left_out:,} {many} are not on this map: their place is unknown, or in none of its {scale.words[1]}."


def _far_away(scale: Scale, places: pd.DataFrame) -> str:
    """Cities far apart do not fit on one map: say that there is more than the part it opens on."""
    n = shapes.elsewhere(places)
    lie = "lies" if n == 1 else "lie"
    return f"{words.count(n, *scale.words).capitalize()} {lie} far outside the part shown first: zoom out." if n else ""


def _reading(scale: Scale) -> str:
    what = "a six-sided cell of equal size" if scale.resolution else "an area"
    return (
        f"Each shape is {what}; the darker, the more reports. Shades are counts, not rates: where more people live or "
        "more police look, more is reported. Click a shape to see its figures, click it again to let it go; with Shift "
        "(or “Add places”) several are added up. "
        "Records that are only known to lie in some area are never moved into a cell."
    )


def _none_here(ctx: Context, scale: Scale, strip: PlaceStrip) -> None:
    """Records, but none that this scale can show: say so, and offer the scale that can."""
    many = stories.NOUNS[ctx.filters.unit][1]
    total = strip.mapped + strip.area_only + strip.unmapped
    sentence = f"None of the {total:,} {many} of this view can be shown in these {scale.words[1]}."
    if scale.resolution and strip.area_only:
        sentence += f" {strip.area_only:,} are known by area: choose areas under “Count by”."
    elif scale.layer:
        sentence += " Choose another layer or cells under “Count by”."
    figure.nothing("map", "Nothing to draw at this scale", sentence, "Reset the filters", filter_bar.reset)
    legend.show(legend.strip(strip, figure.current_palette(), many))


def _published(ctx: Context) -> None:
    """Published figures name agencies and states: a table, not a map."""
    many = stories.NOUNS[ctx.filters.unit][1]
    figure.nothing(
        "map",
        "These figures have no points",
        f"{many[0].upper() + many[1:]} are a publisher's own figures: they name an agency, a state or a country, not "
        "a place on a map. Choose incidents, victims or suspects as unit of count under “More”.",
        "Reset the filters",
        filter_bar.reset,
    )
    found = measures.published_by_place(ctx.warehouse, ctx.filters.unit, ctx.filters)
    if len(found):
        columns = {"title": "Source", "place_name": "Place", "state": "State", "category": "Figure"}
        columns |= {"first_year": "First year", "last_year": "Last year", "n": many[0].upper() + many[1:]}
        figure.show_table(found[list(columns)].rename(columns=columns))
