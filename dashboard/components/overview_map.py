"""Overview's small map: a picture, not a tool; the page Map is the tool."""

import pandas as pd
import shapely
import streamlit as st

from dashboard import map_places, measures, stories, view_facts, words
from dashboard.components import figure, legend, view
from dashboard.maps import classes, shapes, small
from dashboard.view_context import Context

NAMED = 5  # areas named where no place names are loaded
CELLS = 7  # about two kilometres across: readable at a third of a page


def where(ctx: Context) -> None:
    """Counts by area (by cell where no area layer is loaded), and what is not on the map."""
    if view_facts.is_published(ctx):
        figure.nothing("where", "Where", "Published figures name agencies and states, not places on a map.")
        return
    places = _places(ctx)
    many = stories.NOUNS[ctx.filters.unit][1]
    picture = drawn(ctx, places, many) if len(places) else ""
    if not picture:
        figure.nothing("where", "Where", f"None of the {many} of this view has a place that can be drawn.")
        return
    whole, shown = measures.total(ctx.warehouse, ctx.filters), int(places["n"].sum())
    top = places.sort_values("n", ascending=False).iloc[0]
    missing = (
        f"{words.number(whole - shown)} of {words.number(whole)} {many} are not on this map." if whole > shown else ""
    )
    if far := shapes.elsewhere(places):
        missing = f"{missing} {words.count(far, 'place').capitalize()} elsewhere: open the map to see all.".strip()
    figure.figure(
        "where", f"Most {many}: {top['name']} ({words.number(int(top['n']))})", ctx.sentence,
        lambda: _show(picture, places, many),
        places[["label", "n"]].set_axis(["Place", many.capitalize()], axis=1), view_facts.caption(ctx, missing),
        "The stronger the shade, the more reports. It is not a rate: where more people live, more is reported.",
    )  # fmt: skip
    view.page_link(ctx, "map", "Open the map")


def _show(drawn: str, places: pd.DataFrame, many: str) -> None:
    st.image(drawn, width="stretch", alt=f"Map of {many} by place")
    shades = classes.classes(places["n"].to_numpy(dtype=int))
    st.html(legend.shades(shades, many.capitalize(), figure.current_palette()))


def drawn(ctx: Context, places: pd.DataFrame, many: str) -> str:
    """The picture, as SVG text; empty where no place has both a count and a shape."""
    outlines = map_places.area_outlines(ctx, role="outline")
    labels = measures.area_shapes(ctx.warehouse, role="places")
    bounds = shapes.main_bounds(places[(places["n"] > 0) & places["shape"].notna()])
    if bounds is not None:
        outlines = pd.concat([outlines, _around(ctx, places, bounds)])
        if not labels.dropna(subset=["lat", "lon"])["lat"].between(bounds[1], bounds[3]).any():
            # Without place names, the areas with most say where this is.
            labels = places[places["n"] > 0].head(NAMED)
    return small.small_map(places, outlines, labels, figure.current_palette(), f"Map of {many} by place")


def _around(ctx: Context, places: pd.DataFrame, bounds: tuple[float, float, float, float]) -> pd.DataFrame:
    """The areas in sight without a record: shapes that float in nothing say nothing about where they are."""
    areas = places if (places["n"] == 0).any() else map_places.background_areas(ctx)
    known = areas[areas["shape"].notna()]
    return known[shapely.intersects(known["shape"].to_numpy(), shapely.box(*bounds))][["shape"]]


def _places(ctx: Context) -> pd.DataFrame:
    """The first layer, coarse ones first, that holds most of the view's records; where none does, cells."""
    whole = measures.total(ctx.warehouse, ctx.filters)
    for scale in map_places.scales(ctx):
        table = map_places.table(ctx, scale) if scale.layer else pd.DataFrame({"n": []})
        if table["n"].sum() * 2 > whole:
            return table
    return map_places.table(ctx, map_places.Scale(resolution=CELLS))
