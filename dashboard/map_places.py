"""The table of places behind the page Map: what is counted where, with names and shapes."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import shapely

from dashboard import measures, view_facts
from dashboard.i18n import N_, _, in_english
from dashboard.maps import shapes, story
from dashboard.questions.study import AREA, CELL, Study
from dashboard.questions.study import study as study_of
from dashboard.view_context import Context

_SHORT = ("fbi", "lapd", "nibrs", "us", "zip")  # said as letters
COLUMNS = ["id", "name", "label", "n", "population", "lat", "lon", "shape"]


@dataclass(frozen=True)
class Scale:
    """By what the page counts: a layer of areas, or cells of one resolution."""

    layer: str = ""
    resolution: int = 0

    @property
    def label(self) -> str:
        """What the link carries, in English."""
        with in_english():
            return self.said

    @property
    def said(self) -> str:
        """What the control shows."""
        if self.resolution:
            return _("Cells {across}").format(across=shapes.across(self.resolution))
        return _("Areas: {layer}").format(layer=self.layer_name)

    @property
    def layer_name(self) -> str:
        """The layer as words: "LAPD divisions"."""
        found = [word.upper() if word in _SHORT else word for word in self.layer.split("_")]
        return " ".join([found[0][:1].upper() + found[0][1:], *found[1:]])

    @property
    def words(self) -> tuple[str, str]:
        """One place and many."""
        return CELL if self.resolution else AREA


def scales(ctx: Context) -> list[Scale]:
    """Every scale of this warehouse, coarse areas first, then cells from large to small."""
    points = any(s.has_points for s in ctx.catalogue.sources)
    cells = [Scale(resolution=r) for r in range(5, 10)] if points or not ctx.catalogue.layers else []
    return [*(Scale(layer=layer) for layer in ctx.catalogue.layers), *cells]


def table(ctx: Context, scale: Scale) -> pd.DataFrame:
    """Places with their counts, the largest first: columns COLUMNS. `label` is unique; `population` may be NA."""
    return _cells(ctx, scale.resolution) if scale.resolution else _areas(ctx, scale.layer)


def held_by(ctx: Context, scale: Scale) -> int:
    """How many records of the view a scale can show."""
    if scale.resolution:
        return int(measures.by_cell(ctx.warehouse, ctx.filters, scale.resolution)["n"].sum())
    return int(measures.by_area(ctx.warehouse, ctx.filters, scale.layer)["n"].sum())


def empty_cells(ctx: Context, cells: list[int]) -> pd.DataFrame:
    """Rows for cells that have no record in this view, so that they can stay chosen."""
    return _cell_rows(ctx, cells, [0] * len(cells))


def study(ctx: Context, scale: Scale) -> Study | None:
    """The study area of the view at this scale; None where no source has places."""

    held = [s.source for s in view_facts.sources(ctx)]
    last = view_facts.last_complete(ctx)

    def lay() -> Study | None:
        return study_of(
            ctx.warehouse, ctx.filters, ctx.catalogue, held, last, layer=scale.layer, resolution=scale.resolution
        )

    return cast("Study | None", ctx.warehouse.remember(("study", ctx.filters, scale, tuple(held), last), lay))


NO_AREA = N_(
    "Where the sources of this view look is not known: no police report of any kind with a place is loaded for them. "
    "Hotspots are told against the area that the data cover."
)


def study_or_why(ctx: Context, scale: Scale) -> tuple[Study | None, str]:
    """The study area; without one, the reason in a sentence."""
    try:
        found = study(ctx, scale)
    except ValueError as error:  # more cells than can be laid
        return None, str(error)
    return found, "" if found else NO_AREA


def study_size(ctx: Context, resolution: int) -> int:
    """How many cells the study area has."""
    found, _ = study_or_why(ctx, Scale(resolution=resolution))
    return len(found) if found else 0


def named(ctx: Context, of: Study) -> pd.DataFrame:
    """Every place of a study, in its order, with names and shapes and its counts: columns COLUMNS."""

    def read() -> pd.DataFrame:
        if of.resolution:
            return _cell_rows(ctx, of.grid.ids.tolist(), [0] * len(of))
        outlines = area_outlines(ctx, of.layer).set_index("area_id").loc[of.grid.ids].reset_index(names="id")
        return outlines.assign(n=pd.array([0] * len(of), dtype="Int64"))[COLUMNS]

    chosen = of.filters.areas  # they cut the study area
    found = ctx.warehouse.remember(("study names", of.layer, of.resolution, of.sources, chosen), read)
    return found.assign(n=pd.array(of.counts.astype("int64"), dtype="Int64"))


def _areas(ctx: Context, layer: str) -> pd.DataFrame:
    counts = measures.by_area(ctx.warehouse, ctx.filters, layer)
    found = counts.merge(area_outlines(ctx, layer)[["area_id", "lat", "lon", "shape"]], on="area_id", how="left")
    return found.rename(columns={"area_id": "id"})[COLUMNS]


def _cells(ctx: Context, resolution: int) -> pd.DataFrame:
    counts = measures.by_cell(ctx.warehouse, ctx.filters, resolution)
    return _cell_rows(ctx, [int(c, 16) for c in counts["cell"]], counts["n"].to_list())


def _cell_rows(ctx: Context, cells: list[int], counts: list[int]) -> pd.DataFrame:
    drawn = shapes.cell_shapes(cells)
    middle = shapely.get_coordinates(shapely.centroid(drawn))[:, ::-1] if len(drawn) else np.empty((0, 2))
    where = [w[:1].upper() + w[1:] for w in _where(ctx, middle)]
    ids = [shapes.cell_id(c) for c in cells]
    # Trailing fs say only which resolution it is.
    short = [i.rstrip("f") for i in ids]
    return pd.DataFrame(
        {
            "id": ids,
            "name": [
                w[0].upper() + w[1:] if w else _("Cell {cell}").format(cell=s)
                for w, s in zip(where, short, strict=True)
            ],
            "label": [
                (_("{where} (cell {cell})") if w else _("Cell {cell}")).format(where=w, cell=s)
                for w, s in zip(where, short, strict=True)
            ],
            "n": pd.array(counts, dtype="Int64"),
            "population": pd.array([None] * len(cells), dtype="Int64"),
            "lat": middle[:, 0],
            "lon": middle[:, 1],
            "shape": drawn,
        },
        columns=COLUMNS,
    )


def _where(ctx: Context, points: np.ndarray) -> list[str]:
    """The nearest named place; where none is near, the part of the area that it lies in; else the nearest area."""
    named = measures.area_shapes(ctx.warehouse, role="places").dropna(subset=["lat", "lon"])
    found = story.near(points, named["name"].to_list(), named[["lat", "lon"]].to_numpy(dtype=float))
    if not all(found):
        areas = background_areas(ctx).dropna(subset=["lat", "lon"])
        for ask in (_inside, _beside):
            found = [f or other for f, other in zip(found, ask(areas, points), strict=True)]
    if not all(found) and ctx.catalogue.layers:
        # Outside every city that draws its parts: a county, say.
        for layer in ctx.catalogue.layers:
            areas = area_outlines(ctx, layer).dropna(subset=["lat", "lon"])
            found = [f or other for f, other in zip(found, _inside(areas, points), strict=True)]
    return found


def _inside(areas: pd.DataFrame, points: np.ndarray) -> list[str]:
    """`Ashburn, north-east`: the area that holds each point, and in which part of it; "" outside all of them."""
    out = [""] * len(points)
    if areas.empty or not len(points):
        return out
    tree = shapely.STRtree(areas["shape"].to_numpy())
    which, holds = tree.query(shapely.points(points[:, ::-1]), predicate="within")
    names, middle = areas["name"].to_list(), areas[["lat", "lon"]].to_numpy(dtype=float)
    for i, k in zip(which, holds, strict=True):
        out[i] = out[i] or story.part(points[i], str(names[k]), middle[k])
    return out


def _beside(areas: pd.DataFrame, points: np.ndarray) -> list[str]:
    at = areas[["lat", "lon"]].to_numpy(dtype=float)
    return story.near(points, areas["name"].to_list(), at, furthest=25, with_distance=False)


def area_outlines(ctx: Context, layer: str | None = None, role: str = "areas") -> pd.DataFrame:
    """Areas of a layer, or all of a role, with their shapes; those without a shape are left out."""

    def read() -> pd.DataFrame:
        found = measures.area_shapes(ctx.warehouse, layer, role)
        found["shape"] = shapes.stored_shapes(found["wkb"])
        return found[found["shape"].notna()].drop(columns="wkb").reset_index(drop=True)

    return ctx.warehouse.remember(("map outlines", layer, role), read).copy()


def background_areas(ctx: Context) -> pd.DataFrame:
    """The areas that help to find one's way: of each region the layer with the fewest areas, but more than one."""

    def choose() -> pd.DataFrame:
        layers = [area_outlines(ctx, layer) for layer in ctx.catalogue.layers]
        layers = sorted((found for found in layers if len(found) > 1), key=len)
        kept: list[pd.DataFrame] = []
        boxes: list[object] = []
        for found in layers:
            box = shapely.box(*shapely.total_bounds(found["shape"].to_numpy()))
            if not any(shapely.intersects(box, other) for other in boxes):
                kept.append(found)
                boxes.append(box)
        empty = area_outlines(ctx, role="areas").iloc[:0]
        return pd.concat(kept, ignore_index=True) if kept else empty

    return ctx.warehouse.remember(("map background",), choose).copy()
