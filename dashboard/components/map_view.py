"""Puts a map on the page. Panning and zooming stay in the browser; a repaint keeps the view."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard import map_places
from dashboard.components.map_choice import MAP
from dashboard.escape import markdown_text
from dashboard.maps.classes import Classes
from dashboard.palette import Palette
from dashboard.view_context import Context

if TYPE_CHECKING:
    from folium import FeatureGroup, Map

    from dashboard.maps.layers import Background
    from dashboard.maps.picture import AnyPicture

HEIGHT = 560
_SIDES = ("left", "right")


def show(
    ctx: Context,
    places: pd.DataFrame,
    found: Classes,
    scale: map_places.Scale,
    noun: tuple[str, str],
    p: Palette,
    *,
    selected: str | Sequence[str] = "",
    moment: str = "",
    street_map: bool = False,
    clicked: Callable[[], None] | None = None,
) -> None:
    """Draw the places.

    places : as in map_places.table. clicked : called before the next run when a place was clicked; what was
    clicked is in st.session_state[MAP].
    """
    from dashboard.maps.picture import Paint

    picture = Paint(places, found, noun, selected=selected, draws_empty=bool(scale.layer), labelled=named(ctx, scale))
    show_picture(ctx, picture, p, moment=moment, street_map=street_map, clicked=clicked)


def show_picture(
    ctx: Context,
    picture: "AnyPicture",
    p: Palette,
    *,
    moment: str = "",
    street_map: bool = False,
    clicked: Callable[[], None] | None = None,
) -> None:
    """Draw any picture of places, as `show` does."""
    from dashboard.maps import layers

    with st.container(key="map_frame"):
        _draw(layers.base_map(background(ctx), p), layers.paint(picture, p, street_map, moment), MAP, clicked)


def show_pair(
    ctx: Context,
    pictures: "tuple[AnyPicture, AnyPicture]",
    titles: tuple[str, str],
    p: Palette,
    *,
    moment: str = "",
    street_map: bool = False,
    clicked: Callable[[], None] | None = None,
) -> None:
    """Draw two pictures side by side, whose views follow each other in the browser; one below the other on a phone.

    titles : what each shows, as "2023". One legend of the page's own serves both, so both need the same styles.
    clicked : as in `show`; what was clicked on either is in st.session_state[MAP].
    """
    from dashboard.maps import layers

    bounds = layers.main_bounds(pictures[0]) or layers.main_bounds(pictures[1])
    for side, column, picture, title in zip(_SIDES, st.columns(2), pictures, titles, strict=True):
        with column, st.container(key=f"map_frame_{side}"):
            st.markdown(f"**{markdown_text(title)}**")
            _draw(
                layers.base_map(background(ctx), p, pair="periods"),
                layers.paint(picture, p, street_map, moment, bounds),
                f"{MAP}_{side}",
                partial(_taken, side, clicked) if clicked else None,
            )


def _taken(side: str, clicked: Callable[[], None]) -> None:
    """A click on one of two maps is a click on the map."""
    st.session_state[MAP] = st.session_state.get(f"{MAP}_{side}")
    clicked()


def _draw(made: "Map", figures: "FeatureGroup", key: str, clicked: Callable[[], None] | None) -> None:
    # Not at the top: folium costs the first page of the app a second that it can do without.
    from streamlit_folium import st_folium

    st_folium(
        made,
        key=key,
        height=HEIGHT,
        use_container_width=True,
        feature_group_to_add=figures,
        returned_objects=["last_active_drawing"],
        on_change=clicked,
    )


def named(ctx: Context, scale: map_places.Scale) -> bool:
    """Whether a picture of this scale writes its own names: areas whose names are not in the background."""
    return bool(scale.layer) and scale.layer not in set(map_places.background_areas(ctx)["layer"])


def background(ctx: Context) -> "Background":
    """What lies under the figures: the same at every scale, so that a change of scale keeps the view too."""
    from dashboard.maps.layers import Background

    outline = map_places.area_outlines(ctx, role="outline")
    places = map_places.area_outlines(ctx, role="places")
    return Background(outline, map_places.background_areas(ctx), places)
