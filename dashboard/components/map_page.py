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
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.maps import classes, styles
from dashboard.measures import PlaceStrip
from dashboard.told import records_answers, records_map
from dashboard.view_context import Context

if TYPE_CHECKING:
    from dashboard.maps.picture import AnyPicture

COARSEST = Scale(resolution=5)
REPORTS = N_("These are reports, shaped by where people look.")


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
    here = records_map.strip_at(strip, records_map.pointed(ctx, scale, places))
    if which == questions.COUNT:
        _figure(ctx, scale, places, chosen, here, street, play)
    elif found is None:
        figure.nothing("map", _("This cannot be told"), _(why))
        legend.show(legend.strip(here, figure.current_palette(), _(noun[1])))
    else:
        map_answers.show(ctx, scale, which, found, chosen, picked, here, noun, street=street, play=play, pair=pair)


def _offered() -> dict[str, dict[str, str]]:
    """The page's own choices that a link can carry, as `view.unread` wants them."""
    known = {name: options for each in records_answers.OPTIONS.values() for name, options in each.items()}
    del known["per"]  # what is offered depends on the data
    known[map_choice.QUESTION] = {label: key for key, label in questions.LABELS.items()}
    return {name: {meaning: shown for shown, meaning in options.items()} for name, options in known.items()}


def _figure(
    ctx: Context, scale: Scale, places: pd.DataFrame, chosen: tuple[str, ...], strip: PlaceStrip, street: bool,
    play: bool,
) -> None:  # fmt: skip
    from dashboard.maps.picture import ClassPaint, Paint  # folium comes with it

    noun, p = stories.NOUNS[ctx.filters.unit], figure.current_palette()
    found = classes.classes(places["n"].to_numpy(dtype="int64"))
    told = records_map.counts(ctx, scale, places, strip, p)
    left, right = st.columns([2, 1], gap="large")
    common: dict[str, Any] = {
        "selected": chosen,
        "draws_empty": bool(scale.layer),
        "labelled": map_view.named(ctx, scale),
        "several": True,
        "draws_areas": ctx.catalogue.has_points,
        "area": st.session_state.get(map_choice.DRAWN),
        "said": told.text,
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
            st.info(_(map_frames.TOO_FEW), icon=":material/info:")
        map_view.show_picture(
            ctx, picture, p, moment=map_choice.moment(), street_map=street, clicked=map_choice.clicked
        )
        zero = _("0, outline only") if scale.layer else ""
        legend.show(legend.shades(shades, words.capital(_(noun[1])), p, zero), legend.strip(strip, p, noun[1]))

    with left:
        view.tell(told, drawn)
    with right, st.container(border=True, key="map_place"):
        map_panel.beside(ctx, places, chosen, scale, noun, p)


def _none_here(ctx: Context, scale: Scale, strip: PlaceStrip) -> None:
    """Records, but none that this scale can show: say so, and offer the scale that can."""
    many = stories.nouns(ctx.filters.unit)
    total = strip.mapped + strip.area_only + strip.unmapped
    sentence = _("None of the {n} {things} of this view can be shown in these {places}.").format(
        n=words.exact(total), things=many, places=_(scale.words[1])
    )
    if scale.resolution and strip.area_only:
        by_area = _("{n} are known by area: choose areas under “Count by”.")
        sentence = f"{sentence} {by_area.format(n=words.exact(strip.area_only))}"
    elif scale.layer:
        sentence = f"{sentence} {_('Choose another layer or cells under “Count by”.')}"
    figure.nothing("map", _("Nothing to draw at this scale"), sentence, _("Reset the filters"), filter_bar.reset)
    legend.show(legend.strip(strip, figure.current_palette(), many))


def _published(ctx: Context) -> None:
    """Published figures name agencies and states: a table, not a map."""
    many = stories.nouns(ctx.filters.unit)
    figure.nothing(
        "map",
        _("These figures have no points"),
        _(
            "{things} are a publisher's own figures: they name an agency, a state or a country, not a "
            "place on a map. Choose incidents, victims or suspects as unit of count under “More”."
        ).format(things=words.capital(many)),
        _("Reset the filters"),
        filter_bar.reset,
    )
    found = measures.published_by_place(ctx.warehouse, ctx.filters.unit, ctx.filters)
    if len(found):
        columns = {"title": _("Source"), "place_name": _("Place"), "state": _("State"), "category": _("Figure")}
        columns |= {"first_year": _("First year"), "last_year": _("Last year"), "n": words.capital(many)}
        figure.show_table(found[list(columns)].rename(columns=columns))
