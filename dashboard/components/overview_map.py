"""Overview's small map: a picture, not a tool; the page Map is the tool."""

import pandas as pd
import streamlit as st

from dashboard import measures, stories, words
from dashboard.components import figure, view
from dashboard.components.context import Context
from dashboard.maps import shapes, small

CELLS = 7  # about two kilometres across: readable at a third of a page


def where(ctx: Context) -> None:
    """Counts by area (by cell where no area layer is loaded), and what is not on the map."""
    if view.is_published(ctx):
        figure.nothing("where", "Where", "Published figures name agencies and states, not places on a map.")
        return
    places, of = _places(ctx)
    many = stories.NOUNS[ctx.filters.unit][1]
    drawn = _drawn(ctx, places, many) if len(places) else ""
    if not drawn:
        figure.nothing("where", "Where", f"None of the {many} of this view has a place that can be drawn.")
        return
    strip = measures.place_strip(ctx.warehouse, ctx.filters)
    shown = int(places["n"].sum())
    whole = strip.mapped + strip.area_only + strip.unmapped
    top = places.sort_values("n", ascending=False).iloc[0]
    title = (
        f"Most {many} in {top['name']} ({words.number(int(top['n']))})"
        if of == "area"
        else f"Where {many} are recorded"
    )
    missing = (
        f"{words.number(whole - shown)} of {words.number(whole)} {many} are not on this map." if whole > shown else ""
    )
    twin = places[["name", "n"]].set_axis(["Place", many.capitalize()], axis=1)
    figure.figure(
        "where", title, ctx.sentence, lambda: _show(drawn), twin, view.caption(ctx, missing),
        "The darker an area, the more reports. It is not a rate: areas with more people have more reports.",
    )  # fmt: skip
    view.page_link(ctx, "map", "Open the map")


def _show(drawn: str) -> None:
    st.html(drawn)


def _drawn(ctx: Context, places: pd.DataFrame, many: str) -> str:
    outlines = measures.area_shapes(ctx.warehouse, role="outline")
    outlines = outlines.assign(shape=shapes.stored_shapes(outlines["wkb"]))
    labels = measures.area_shapes(ctx.warehouse, role="places")
    said = words.listed([f"{n}: {c:,}" for n, c in zip(places["name"][:3], places["n"][:3], strict=True)])
    return small.small_map(places, outlines, labels, figure.current_palette(), f"Map of {many}. Most: {said}.")


def _places(ctx: Context) -> tuple[pd.DataFrame, str]:
    """The layer that holds most of the view's records, coarse layers first; else cells."""
    best, most = pd.DataFrame(), 0
    for layer in ctx.catalogue.layers:
        table = measures.by_area(ctx.warehouse, ctx.filters, layer)
        held = int(table["n"].sum())
        if held > most:
            best, most = table, held
    if most:
        outline = measures.area_shapes(ctx.warehouse, str(best["layer"].iloc[0]))[["area_id", "wkb"]]
        found = best.merge(outline, on="area_id", how="left")
        found["shape"] = shapes.stored_shapes(found["wkb"])
        return found.rename(columns={"area_id": "id"})[["id", "name", "n", "shape"]], "area"
    cells = measures.by_cell(ctx.warehouse, ctx.filters, CELLS)
    if cells.empty:
        return cells, "cell"
    ids = [int(c, 16) for c in cells["cell"]]
    table = pd.DataFrame({"id": cells["cell"], "name": "Cell " + cells["cell"].astype("str"), "n": cells["n"]})
    return table.assign(shape=shapes.cell_shapes(ids)), "cell"
