"""Puts a map on the page. Panning and zooming stay in the browser; a repaint keeps the view."""

from collections.abc import Callable
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

HEIGHT = 560


def show(
    ctx: Context,
    places: pd.DataFrame,
    found: Classes,
    scale: map_places.Scale,
    noun: tuple[str, str],
    p: Palette,
    *,
    selected: str = "",
    moment: str = "",
    street_map: bool = False,
    clicked: Callable[[], None] | None = None,
) -> None:
    """Draw the places.

    places : as in map_places.table. clicked : called before the next run when a place was clicked; what was
    clicked is in st.session_state[MAP].
    """
    # Not at the top: folium costs the first page of the app a second that it can do without.
    from streamlit_folium import st_folium

    from dashboard.maps import layers

    named = bool(scale.layer) and scale.layer not in set(map_places.background_areas(ctx)["layer"])
    picture = layers.Paint(places, found, noun, selected=selected, draws_empty=bool(scale.layer), labelled=named)
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


def background(ctx: Context) -> "Background":
    """What lies under the figures: the same at every scale, so that a change of scale keeps the view too."""
    from dashboard.maps.layers import Background

    outline = map_places.area_outlines(ctx, role="outline")
    places = map_places.area_outlines(ctx, role="places")
    return Background(outline, map_places.background_areas(ctx), places)
