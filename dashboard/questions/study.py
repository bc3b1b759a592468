"""Where is looked, and what was counted there: the places that the data cover, zeros among them.

Hotspots are told against the whole study area, so what lies in it matters as much as the reports do: a cell that no
data exist for is not a zero, and two cities far apart are two study areas.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import shapely

from dashboard.analysis.grids import Grid, areas_grid, h3_cells_over, h3_grid
from dashboard.analysis.h3_cells import h3_centres, positions
from dashboard.analysis.neighbours import neighbours_of, touching
from dashboard.catalogue import Catalogue
from dashboard.filters import Filters, drawn, members
from dashboard.measures.collected import YES, collected_months, months_since_1970
from dashboard.measures.hotspots import by_place_and_month, covered, covered_by_layer, other_reports
from dashboard.measures.places import area_shapes
from dashboard.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

INSIDE = 0.9  # of a source's reports have to lie in a layer that is to say where it looks
NEAR_DEGREES = 0.5  # sources whose reports come this near to each other share a study area
BORDER_GAP = 0.001  # degrees by which outlines that were simplified may part
CENTRES = 9  # the finest cells, whose centres stand for points


@dataclass(frozen=True, eq=False)
class Study:
    """One study area and its counts; arrays follow `grid`.

    sources : those that look there. left_out : names of sources whose reports lie elsewhere.
    months : (m,) datetime64[M] of the view. monthly : (n, m). known : (m,) whether every source of the area
    collected the month, and it is over and no longer filling up.
    outside : located records of the view that lie in no place of the area.
    """

    warehouse: Warehouse
    filters: Filters
    layer: str
    resolution: int
    grid: Grid
    neighbours: "sparse.csr_array"
    sources: tuple[str, ...]
    left_out: tuple[str, ...]
    months: np.ndarray
    monthly: np.ndarray
    known: np.ndarray
    outside: int
    residents: np.ndarray | None

    def __len__(self) -> int:
        return len(self.grid)

    @property
    def words(self) -> tuple[str, str]:
        """One place and many."""
        return ("cell", "cells") if self.resolution else ("area", "areas")

    @cached_property
    def counts(self) -> np.ndarray:
        """(n,) records of the whole view."""
        return cast(np.ndarray, self.monthly.sum(axis=1))

    @cached_property
    def reports(self) -> np.ndarray:
        """(n,) all police reports of the view's period, 0 where none."""
        where: dict[str, Any] = {"layer": self.layer} if self.layer else {"resolution": self.resolution}
        found = other_reports(self.warehouse, replace(self.filters, sources=self.sources), **where)
        out = np.zeros(len(self))
        at = place_of(self.grid, found["place"].to_numpy())
        np.add.at(out, at[at >= 0], found["reports"].to_numpy(dtype=float)[at >= 0])
        return out

    @cached_property
    def points(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """lon, lat, records and month number (place in `months`) of the finest cells that hold any: for points.

        A cell of resolution 9 is 350 m across; on the public file there is nothing finer to compute from.
        """
        found = by_place_and_month(self.warehouse, replace(self.filters, sources=self.sources), resolution=CENTRES)
        cells = found["place"].to_numpy().astype(np.uint64)
        lon, lat = h3_centres(cells) if len(cells) else (np.empty(0), np.empty(0))
        return lon, lat, found["n"].to_numpy(dtype=float), month_number(found["month"], self.months)

    def key(self) -> tuple[Hashable, ...]:
        """What an answer about this study may be remembered by."""
        return (self.filters, self.layer, self.resolution, self.sources)


def study(
    warehouse: Warehouse,
    filters: Filters,
    catalogue: Catalogue,
    sources: Sequence[str],
    last_complete: date | None,
    *,
    layer: str = "",
    resolution: int = 0,
) -> Study | None:
    """The study area of a view, by the areas of a layer or by H3 cells; None where no source has places.

    sources : of the view, with records. Of sources far apart, the study is of those with most records.
    """
    where: dict[str, Any] = {"layer": layer} if layer else {"resolution": resolution}
    found = by_place_and_month(warehouse, replace(filters, sources=tuple(sources)), **where)
    near = _region(warehouse, filters, tuple(sources))
    if not near:
        return None
    if len(near) < len(sources):
        found = by_place_and_month(warehouse, replace(filters, sources=near), **where)
    if layer:
        ids, shapes, residents = _areas(warehouse, near, layer)
        grid, neighbours = _area_grid(warehouse, layer, near, ids, shapes)
    else:
        residents = None
        grid, neighbours = _cell_grid(warehouse, near, resolution, catalogue.layers)
    if filters.areas:
        kept = _chosen(warehouse, filters, grid, layer, resolution)
        residents = None if residents is None else residents[kept]
        grid, neighbours = _cut(grid, kept), neighbours[kept][:, kept].tocsr()
    if not len(grid):
        return None
    months = _months(filters, found["month"])
    monthly, outside = _table(grid, found, months)
    known = _known(warehouse, replace(filters, sources=near), months, last_complete)
    elsewhere = [s for s in sources if s not in near and len(covered(warehouse, s, resolution=5))]
    left_out = tuple(catalogue.source_title(s) for s in elsewhere)
    return Study(
        warehouse,
        filters,
        layer,
        resolution,
        grid,
        neighbours,
        near,
        left_out,
        months,
        monthly,
        known,
        outside,
        residents,
    )


def month_number(months: pd.Series, every: np.ndarray) -> np.ndarray:
    """(k,) place of each month among `every`, -1 where it is none of them."""
    number = (months.to_numpy().astype("datetime64[M]") - every[0]).astype(np.int64) if len(every) else None
    if number is None:
        return np.full(len(months), -1)
    return np.where((number >= 0) & (number < len(every)), number, -1)


def place_of(grid: Grid, places: np.ndarray) -> np.ndarray:
    """(k,) row of each place in a grid, -1 where it is none of it."""
    if grid.kind == "h3":
        return positions(grid.ids, places.astype(np.uint64))
    at = {key: i for i, key in enumerate(grid.ids.tolist())}
    return np.array([at.get(key, -1) for key in places.tolist()], dtype=np.int64)


def _region(warehouse: Warehouse, filters: Filters, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The sources that look at the same part of the country; of several parts the one with most records."""
    boxes: list[tuple[set[str], Any]] = []
    for source in sources:
        cells = covered(warehouse, source, resolution=5)
        if not len(cells):
            continue
        lon, lat = h3_centres(cells)
        # A few reports with a wrong point would join two cities.
        west, east = np.quantile(lon, [0.02, 0.98])
        south, north = np.quantile(lat, [0.02, 0.98])
        near = NEAR_DEGREES / 2
        box, members = shapely.box(west - near, south - near, east + near, north + near), {source}
        for other, its in [b for b in boxes if shapely.intersects(b[1], box)]:
            boxes = [b for b in boxes if b[0] is not other]
            box, members = shapely.union(box, its), members | other
        boxes.append((members, box))
    if not boxes:
        return ()
    if len(boxes) == 1:
        return tuple(s for s in sources if s in boxes[0][0])

    def held(members: set[str]) -> int:
        some = tuple(s for s in sources if s in members)
        return int(by_place_and_month(warehouse, replace(filters, sources=some), resolution=5)["n"].sum())

    most = max(boxes, key=lambda b: held(b[0]))[0]
    return tuple(s for s in sources if s in most)


def _cell_grid(
    warehouse: Warehouse, sources: tuple[str, ...], resolution: int, layers: tuple[str, ...]
) -> tuple[Grid, "sparse.csr_array"]:
    """Cells whose centre lies in the areas that the sources report from, and those that a report came from."""

    def lay() -> tuple[Grid, Any]:
        cells = [np.empty(0, dtype=np.uint64)]
        for source in sources:
            seen = covered(warehouse, source, resolution=resolution)
            layer = _own_layer(warehouse, source, layers)
            if layer:
                ids, shapes, _ = _areas(warehouse, (source,), layer)
                whole = shapely.union_all(shapely.make_valid(shapes)) if len(ids) else None
                if whole is not None:
                    lon, lat = h3_centres(seen)
                    # On the border a report can lie inside and its cell's centre outside.
                    seen = seen[shapely.dwithin(whole, shapely.points(lon, lat), _reach(resolution))]
                    cells.append(h3_cells_over(whole, resolution))
            cells.append(seen)
        grid = h3_grid(np.unique(np.concatenate(cells)))
        return grid, neighbours_of(grid)

    return cast("tuple[Grid, Any]", warehouse.remember(("study cells", sources, resolution), lay))


def _reach(resolution: int) -> float:
    """About half a cell, in degrees."""
    return float(0.6 * 0.35 * 7 ** ((9 - resolution) / 2) / 111.0)


def _own_layer(warehouse: Warehouse, source: str, layers: tuple[str, ...]) -> str:
    """The layer that says where a source looks: nearly all its reports lie in it, in the smallest area together."""
    fits: list[tuple[float, str]] = []
    for layer in layers:
        share = covered_by_layer(warehouse, source, layer)
        if share >= INSIDE:
            _, shapes, _ = _areas(warehouse, (source,), layer)
            if len(shapes):
                fits.append((float(shapely.area(shapes).sum()), layer))
    return min(fits)[1] if fits else ""


def _areas(
    warehouse: Warehouse, sources: tuple[str, ...], layer: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """ids, outlines and residents (nan unknown; None for a layer without any) of the areas that reports came from."""

    def read() -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        found = area_shapes(warehouse, layer)
        wanted: set[str] = set().union(*(set(covered(warehouse, s, layer).tolist()) for s in sources))
        found = found[found["wkb"].notna() & found["area_id"].isin(wanted)]
        shapes = np.asarray(shapely.from_wkb(found["wkb"].to_numpy()), dtype=object)
        residents = found["population"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return found["area_id"].to_numpy(dtype=object), shapes, None if np.isnan(residents).all() else residents

    return cast(Any, warehouse.remember(("study areas", sources, layer), read))


def _area_grid(
    warehouse: Warehouse, layer: str, sources: tuple[str, ...], ids: np.ndarray, shapes: np.ndarray
) -> tuple[Grid, "sparse.csr_array"]:
    return cast(
        Any,
        warehouse.remember(
            ("study area grid", sources, layer),
            lambda: (areas_grid(shapes, ids), touching(shapes, gap=BORDER_GAP)),
        ),
    )


def _chosen(warehouse: Warehouse, filters: Filters, grid: Grid, layer: str, resolution: int) -> np.ndarray:
    """(n,) which places lie in the areas that the view is narrowed to: beyond them no record was counted."""
    parts = [shapely.from_wkb(group.polygon) for group in drawn(filters) if group.polygon]
    named: dict[str, list[str]] = {}
    for of, area_id in members(filters):
        named.setdefault(of, []).append(area_id)
    kept = np.isin(grid.ids.astype(str), named.pop(layer, [])) if layer else np.zeros(len(grid), dtype=bool)
    for of, ids in named.items():
        found = area_shapes(warehouse, of)
        found = found[found["wkb"].notna() & found["area_id"].isin(ids)]
        parts += list(shapely.make_valid(shapely.from_wkb(found["wkb"].to_numpy())))
    if parts:
        whole = shapely.union_all(parts)
        reach = _reach(resolution) if resolution else 0.0
        kept |= shapely.dwithin(whole, shapely.points(grid.x, grid.y), reach)
    return kept


def _cut(grid: Grid, kept: np.ndarray) -> Grid:
    """Some of the places of a grid of cells or areas."""
    if grid.kind == "h3":
        return h3_grid(grid.ids[kept])
    return areas_grid(grid.shapes[kept], grid.ids[kept])


def _months(filters: Filters, seen: pd.Series) -> np.ndarray:
    """Every month of the view, datetime64[M]."""
    first = filters.date_from or (seen.min() if len(seen) else None)
    last = filters.date_to or (seen.max() if len(seen) else None)
    if first is None or last is None:
        return np.empty(0, dtype="datetime64[M]")
    return np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)


def _table(grid: Grid, found: pd.DataFrame, months: np.ndarray) -> tuple[np.ndarray, int]:
    """((n, months) counts, records in no place of the grid)."""
    at, when = place_of(grid, found["place"].to_numpy()), month_number(found["month"], months)
    n = found["n"].to_numpy(dtype=float)
    kept = (at >= 0) & (when >= 0)
    flat = np.bincount(at[kept] * len(months) + when[kept], n[kept], len(grid) * len(months))
    return flat.reshape(len(grid), len(months)), int(n[(at < 0) & (when >= 0)].sum())


def _known(warehouse: Warehouse, filters: Filters, months: np.ndarray, last_complete: date | None) -> np.ndarray:
    if not len(months):
        return np.empty(0, dtype=bool)
    numbers = np.arange(*months_since_1970([pd.Timestamp(months[0]).date(), pd.Timestamp(months[-1] + 1).date()]))
    known = np.asarray(collected_months(warehouse, filters, numbers) == YES)
    if last_complete is not None:
        known &= months <= np.datetime64(last_complete, "M")
    return known
