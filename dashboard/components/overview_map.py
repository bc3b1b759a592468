"""Overview's small map: a picture, not a tool; the page Map is the tool."""

import pandas as pd
import shapely
import streamlit as st

from dashboard import map_places, measures
from dashboard.components import figure, legend, view
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _
from dashboard.maps import classes, shapes, small
from dashboard.told import records_map
from dashboard.view_context import Context

NAMED = 5  # areas named where no place names are loaded


def where(ctx: Context) -> None:
    """Counts by area (by cell where no area layer is loaded), and what is not on the map."""
    told = records_map.where(ctx, figure.current_palette())
    if not isinstance(told, Figure):
        view.tell(told)
        return
    places, _scale = records_map.where_places(ctx)
    view.tell(told, lambda: _show(drawn(ctx, places, told.text), places, told))
    view.page_link(ctx, "map", _("Open the map"))


def _show(drawn: str, places: pd.DataFrame, told: Figure) -> None:
    st.image(drawn, width="stretch", alt=told.text)
    shades = classes.classes(places["n"].to_numpy(dtype=int))
    legend_title = told.drawn.legend if isinstance(told.drawn, MapPicture) else ""
    st.html(legend.shades(shades, legend_title, figure.current_palette()))


def drawn(ctx: Context, places: pd.DataFrame, alternative: str) -> str:
    """The picture, as SVG text; empty where no place has both a count and a shape. alternative : what it says."""
    outlines = map_places.area_outlines(ctx, role="outline")
    labels = measures.area_shapes(ctx.warehouse, role="places")
    bounds = shapes.main_bounds(places[(places["n"] > 0) & places["shape"].notna()])
    if bounds is not None:
        outlines = pd.concat([outlines, _around(ctx, places, bounds)])
        if not labels.dropna(subset=["lat", "lon"])["lat"].between(bounds[1], bounds[3]).any():
            # Without place names, the areas with most say where this is.
            labels = places[places["n"] > 0].head(NAMED)
    return small.small_map(places, outlines, labels, figure.current_palette(), alternative)


def _around(ctx: Context, places: pd.DataFrame, bounds: tuple[float, float, float, float]) -> pd.DataFrame:
    """The areas in sight without a record: shapes that float in nothing say nothing about where they are."""
    areas = places if (places["n"] == 0).any() else map_places.background_areas(ctx)
    known = areas[areas["shape"].notna()]
    return known[shapely.intersects(known["shape"].to_numpy(), shapely.box(*bounds))][["shape"]]
