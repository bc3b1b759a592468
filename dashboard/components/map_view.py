"""Puts a map on the page. Panning and zooming stay in the browser; a repaint keeps the view."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.components import map_places
from dashboard.components.context import Context
from dashboard.components.map_choice import MAP
from dashboard.maps.classes import Classes
from dashboard.palette import Palette

if TYPE_CHECKING:
    from dashboard.maps.layers import Background
    from dashboard.maps.picture import AnyPicture

HEIGHT = 560


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
    # Not at the top: folium costs the first page of the app a second that it can do without.
    from streamlit_folium import st_folium

    from dashboard.maps import layers

    with st.container(key="map_frame"):
        st_folium(
            layers.base_map(background(ctx), p),
            key=MAP,
            height=HEIGHT,
            use_container_width=True,
            feature_group_to_add=layers.paint(picture, p, street_map, moment),
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
