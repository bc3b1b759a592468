"""Cells and stored outlines -> shapes to draw, small enough to send."""

from collections.abc import Iterable, Sequence
from typing import Any

import h3
import numpy as np
import pandas as pd
import shapely
from h3ronpy.vector import cells_to_wkb_polygons

from dashboard.dates import decimal
from dashboard.i18n import _

DECIMALS = 5  # about one metre
LEAST_SPAN = 0.08  # degrees that a map shows at least when it opens
# Average distance between opposite sides of a cell, from h3geo.org's table of edge lengths.
ACROSS_KM = {4: 45.0, 5: 17.0, 6: 6.5, 7: 2.4, 8: 0.9, 9: 0.35}


def across(resolution: int) -> str:
    """The size of a cell in words: "about 1 km across"."""
    km = ACROSS_KM[resolution]
    if km < 0.8:
        return _("about {km} m across").format(km=decimal(round(km * 1000, -1), 0))
    return _("about {km} km across").format(km=decimal(km, 0 if km > 3 or km < 1.2 else 1))


def cell_id(cell: int) -> str:
    """An H3 cell as text, the way H3's tools write it."""
    return f"{int(cell):x}"


def parse_cell(text: str, resolution: int) -> int | None:
    """The cell that a text names, or None if it names none of this resolution."""
    if not h3.is_valid_cell(text) or h3.get_resolution(text) != resolution:
        return None
    return h3.str_to_int(text)


def cell_shapes(cells: Sequence[int] | np.ndarray) -> np.ndarray:
    """(n,) polygons of H3 cells. A cell on the antimeridian is drawn whole, east of 180 degrees."""
    if len(cells) == 0:
        return np.empty(0, dtype=object)
    shapes = shapely.from_wkb(np.asarray(cells_to_wkb_polygons(np.asarray(cells, dtype="uint64")).to_pylist()))
    bounds = shapely.bounds(shapes)
    split = bounds[:, 2] - bounds[:, 0] > 180
    if split.any():
        shapes[split] = shapely.transform(shapes[split], _eastward)
    return shapes


def _eastward(points: np.ndarray) -> np.ndarray:
    return np.column_stack([np.where(points[:, 0] < 0, points[:, 0] + 360, points[:, 0]), points[:, 1]])


def stored_shapes(blobs: Iterable[Any]) -> np.ndarray:
    """(n,) geometries of stored WKB; None where nothing is stored."""
    raw = [None if blob is None or blob is pd.NA else bytes(blob) for blob in blobs]
    return np.asarray(shapely.from_wkb(np.array(raw, dtype=object)), dtype=object).reshape(len(raw))


def packed(shape: Any) -> list[Any]:
    """GeoJSON's type and coordinates, a third of the size: each line is the first point and the steps between points,
    as whole numbers of 0.00001 degrees, in one flat list. map.js unpacks it. A ring's last point repeats its first.
    """
    depth, coordinates = _DEPTH.get(shape.geom_type), shapely.geometry.mapping(shape)
    if depth is None:
        return packed(shapely.multipolygons([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]))
    return [shape.geom_type, _steps(coordinates["coordinates"], depth)]


_DEPTH = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}


def _steps(value: Any, depth: int) -> list[Any]:
    if depth:
        return [_steps(v, depth - 1) for v in value]
    whole = np.rint(np.asarray(value, dtype=float)[:, :2] * 10**DECIMALS).astype(np.int64)
    return np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel().tolist()


def thinned(shapes: np.ndarray, points: int) -> np.ndarray:
    """The same shapes, simplified together until they have at most about `points` points.

    For a background that would otherwise outweigh the figures on it. Neighbours may part by less than the
    tolerance, which starts at about 10 m and doubles.
    """
    tolerance = 0.0001
    while shapes.size and int(shapely.get_num_coordinates(shapes).sum()) > points and tolerance < 1:
        shapes = shapely.simplify(shapes, tolerance)
        tolerance *= 2
    return shapes


def main_bounds(places: pd.DataFrame, reach: float = 1.5) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the places around the busiest one; None without places.

    reach : degrees. Sources of cities far apart would otherwise open on a map where no cell can be seen.
    """
    if places.empty:
        return None
    bounds = shapely.bounds(places["shape"].to_numpy())
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    busiest = middle[int(places["n"].to_numpy().argmax())]
    near = (np.abs(middle - busiest) <= reach).all(axis=1)
    low, high = bounds[near][:, :2].min(axis=0), bounds[near][:, 2:].max(axis=0)
    # A single cell by itself shows nobody where it is: some kilometres around it do.
    short = np.maximum(LEAST_SPAN - (high - low), 0) / 2
    west, south, east, north = (float(v) for v in (*(low - short), *(high + short)))
    return west, south, east, north


def elsewhere(places: pd.DataFrame) -> int:
    """How many places with a count lie outside `main_bounds`, so that a reader has to look for them."""
    drawn = places[(places["n"] > 0) & places["shape"].notna()]
    found = main_bounds(drawn)
    if found is None:
        return 0
    west, south, east, north = found
    b = shapely.bounds(drawn["shape"].to_numpy())
    return int(((b[:, 2] < west) | (b[:, 0] > east) | (b[:, 3] < south) | (b[:, 1] > north)).sum())
