"""Which ground is looked at: the sources of one part of the country, and the places that they cover, zeros too."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from dashboard.analysis.grids import Grid, areas_grid, h3_cells_over, h3_grid
from dashboard.analysis.h3_cells import h3_centres
from dashboard.analysis.neighbours import neighbours_of, touching
from dashboard.analysis.projection import middle
from dashboard.filters import Filters, drawn, members
from dashboard.measures.hotspots import by_place_and_month, covered, covered_by_layer
from dashboard.measures.places import area_shapes
from dashboard.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

INSIDE = 0.9  # of a source's reports have to lie in a layer that is to say where it looks
NEAR_DEGREES = 0.5  # of latitude: sources whose reports come this near to each other share a study area
COARSE = 5  # of the cells that say roughly where a source looks
BORDER_GAP = 0.001  # degrees by which outlines that were simplified may part


def region(warehouse: Warehouse, filters: Filters, sources: tuple[str, ...], layer: str = "") -> tuple[str, ...]:
    """The sources that look at the same part of the country; of several parts the one with most records.

    layer : of areas, by which a source that publishes no points has places too.
    """
    points = {source: _points(warehouse, source, layer) for source in sources}
    points = {source: found for source, found in points.items() if len(found[0])}
    if len(points) < 2:
        return tuple(points)
    # Longitudes from the middle of them all, so that neighbours on either side of 180 degrees are neighbours.
    pivot, _, _ = middle(*(np.concatenate(both) for both in zip(*points.values(), strict=True)))
    parts: list[tuple[set[str], Any]] = []
    for source, found in points.items():
        box = _box(*found, pivot)
        near = [part for part in parts if shapely.intersects(part[1], box)]
        parts = [part for part in parts if not shapely.intersects(part[1], box)]
        parts.append(({source}.union(*(p[0] for p in near)), shapely.union_all([box, *(p[1] for p in near)])))
    if len(parts) == 1:
        return tuple(points)
    where: dict[str, Any] = {"layer": layer} if layer else {"resolution": COARSE}

    def held(its: set[str]) -> int:
        some = tuple(s for s in sources if s in its)
        return int(by_place_and_month(warehouse, replace(filters, sources=some), **where)["n"].sum())

    most = max(parts, key=lambda part: held(part[0]))[0]
    return tuple(s for s in sources if s in most)


def looks_somewhere(warehouse: Warehouse, source: str, layer: str = "") -> bool:
    """Whether any report of a source has a place of this kind."""
    return len(_points(warehouse, source, layer)[0]) > 0


def _points(warehouse: Warehouse, source: str, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """lon, lat of where a source's reports come from, coarsely."""
    cells = covered(warehouse, source, resolution=COARSE)
    if len(cells) or not layer:
        return h3_centres(cells)
    named = area_shapes(warehouse, layer)
    named = named[named["area_id"].isin(covered(warehouse, source, layer).tolist())].dropna(subset=["lon", "lat"])
    return named["lon"].to_numpy(dtype=float), named["lat"].to_numpy(dtype=float)


def _box(lon: np.ndarray, lat: np.ndarray, pivot: float) -> Any:
    """Around nearly all of the points, half of what counts as near wider on every side."""
    lon = (lon - pivot + 180) % 360 - 180
    # A few reports with a wrong point would join two cities.
    west, east = np.quantile(lon, [0.02, 0.98])
    south, north = np.quantile(lat, [0.02, 0.98])
    up = NEAR_DEGREES / 2
    across = up / max(float(np.cos(np.radians(max(abs(south), abs(north))))), 0.05)
    return shapely.box(west - across, south - up, east + across, north + up)


def cell_grid(
    warehouse: Warehouse, sources: tuple[str, ...], resolution: int, layers: tuple[str, ...]
) -> tuple[Grid, "sparse.csr_array"]:
    """Cells whose centre lies in the areas that the sources report from, and those that a report came from."""

    def lay() -> tuple[Grid, Any]:
        cells = [np.empty(0, dtype=np.uint64)]
        for source in sources:
            seen = covered(warehouse, source, resolution=resolution)
            layer = _own_layer(warehouse, source, layers)
            if layer:
                _, shapes, _ = areas(warehouse, (source,), layer)
                whole = shapely.union_all(shapely.make_valid(shapes))
                lon, lat = h3_centres(seen)
                # On the border a report can lie inside and its cell's centre outside.
                seen = seen[shapely.dwithin(whole, shapely.points(lon, lat), _reach(resolution))]
                cells.append(h3_cells_over(whole, resolution))
            cells.append(seen)
        grid = h3_grid(np.unique(np.concatenate(cells)))
        return grid, neighbours_of(grid)

    return cast("tuple[Grid, Any]", warehouse.remember(("study cells", sources, resolution), lay))


def area_grid(
    warehouse: Warehouse, sources: tuple[str, ...], layer: str
) -> tuple[Grid, "sparse.csr_array", np.ndarray | None]:
    """The areas of a layer that the sources report from, which of them touch, and their residents (None: unknown)."""

    def lay() -> tuple[Grid, Any, np.ndarray | None]:
        ids, shapes, residents = areas(warehouse, sources, layer)
        return areas_grid(shapes, ids), touching(shapes, gap=BORDER_GAP), residents

    return cast(Any, warehouse.remember(("study area grid", sources, layer), lay))


def areas(
    warehouse: Warehouse, sources: tuple[str, ...], layer: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """ids, outlines and residents (nan unknown; None for a layer without any) of the areas that reports came from."""

    def read() -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        found = area_shapes(warehouse, layer)
        wanted: set[str] = set().union(*(set(covered(warehouse, s, layer).tolist()) for s in sources))
        found = found[found["wkb"].notna() & found["area_id"].isin(wanted)].drop_duplicates("area_id")
        shapes = np.asarray(shapely.from_wkb(found["wkb"].to_numpy(dtype=object)), dtype=object)
        residents = found["population"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return found["area_id"].to_numpy(dtype=object), shapes, None if np.isnan(residents).all() else residents

    return cast(Any, warehouse.remember(("study areas", sources, layer), read))


def chosen(warehouse: Warehouse, filters: Filters, grid: Grid, layer: str, resolution: int) -> np.ndarray:
    """(n,) which places lie in the areas that the view is narrowed to: beyond them no record was counted."""
    parts = [shapely.from_wkb(group.polygon) for group in drawn(filters)]
    named: dict[str, list[str]] = {}
    for of, area_id in members(filters):
        named.setdefault(of, []).append(area_id)
    own = set(named.pop(layer, []))
    kept = np.array([key in own for key in grid.ids.tolist()] if own else [False] * len(grid), dtype=bool)
    for of, ids in named.items():
        found = area_shapes(warehouse, of)
        found = found[found["wkb"].notna() & found["area_id"].isin(ids)]
        parts += list(shapely.make_valid(shapely.from_wkb(found["wkb"].to_numpy(dtype=object))))
    if parts:
        whole = shapely.union_all(parts)
        shapely.prepare(whole)
        reach = _reach(resolution) if resolution else 0.0
        kept |= shapely.dwithin(whole, shapely.points(grid.x, grid.y), reach)
    return kept


def cut(grid: Grid, kept: np.ndarray) -> Grid:
    """Some of the places of a grid of cells or areas."""
    if grid.kind == "h3":
        return h3_grid(grid.ids[kept])
    return areas_grid(grid.shapes[kept], grid.ids[kept])


def _reach(resolution: int) -> float:
    """About half a cell, in degrees."""
    return float(0.6 * 0.35 * 7 ** ((9 - resolution) / 2) / 111.0)


def _own_layer(warehouse: Warehouse, source: str, layers: tuple[str, ...]) -> str:
    """The layer that says where a source looks: nearly all its reports lie in it, in the smallest area together."""
    fits: list[tuple[float, str]] = []
    for layer in layers:
        if covered_by_layer(warehouse, source, layer) >= INSIDE:
            _, shapes, _ = areas(warehouse, (source,), layer)
            if len(shapes):
                fits.append((float(shapely.area(shapes).sum()), layer))
    return min(fits)[1] if fits else ""
