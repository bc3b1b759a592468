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

from dashboard.analysis.grids import Grid
from dashboard.analysis.h3_cells import h3_centres, positions
from dashboard.catalogue import Catalogue
from dashboard.filters import Filters
from dashboard.measures.collected import YES, collected_months, months_since_1970
from dashboard.measures.hotspots import by_place_and_month, other_reports
from dashboard.questions import ground
from dashboard.units import Noun
from dashboard.warehouse import Warehouse

if TYPE_CHECKING:
    from scipy import sparse

CELL, AREA = Noun("cell", "cells"), Noun("area", "areas")
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
        return CELL if self.resolution else AREA

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

    @cached_property
    def people(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """lon, lat and residents of areas in the study area, of the layer with most of them; None where not known."""
        found = []
        for layer in self.warehouse.catalogue.layers:
            _, shapes, residents = ground.areas(self.warehouse, self.sources, layer)
            if residents is None:
                continue
            middle = shapely.point_on_surface(shapes)
            lon, lat = shapely.get_x(middle), shapely.get_y(middle)
            kept = np.isfinite(residents) & (self.grid.assign(lon, lat) >= 0)
            found.append((lon[kept], lat[kept], residents[kept]))
        most = max(found, key=lambda one: len(one[0]), default=None)
        return most if most is not None and most[2].sum() else None

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
    Raises ValueError, in a sentence for the reader, for cells too small for so large an area (above 2,000,000).
    """
    where: dict[str, Any] = {"layer": layer} if layer else {"resolution": resolution}
    found = by_place_and_month(warehouse, replace(filters, sources=tuple(sources)), **where)
    near = ground.region(warehouse, filters, tuple(sources), layer)
    if not near:
        return None
    if len(near) < len(sources):
        found = by_place_and_month(warehouse, replace(filters, sources=near), **where)
    if layer:
        grid, neighbours, residents = ground.area_grid(warehouse, near, layer)
    else:
        residents = None
        grid, neighbours = ground.cell_grid(warehouse, near, resolution, catalogue.layers)
    if filters.areas:
        kept = ground.chosen(warehouse, filters, grid, layer, resolution)
        residents = None if residents is None else residents[kept]
        grid, neighbours = ground.cut(grid, kept), neighbours[kept][:, kept].tocsr()
    if not len(grid):
        return None
    months = _months(filters, found["month"])
    monthly, outside = _table(grid, found, months)
    known = _known(warehouse, replace(filters, sources=near), months, last_complete)
    elsewhere = [s for s in sources if s not in near and ground.looks_somewhere(warehouse, s, layer)]
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
    return flat.reshape(len(grid), len(months)).astype(float), int(n[(at < 0) & (when >= 0)].sum())


def _known(warehouse: Warehouse, filters: Filters, months: np.ndarray, last_complete: date | None) -> np.ndarray:
    if not len(months):
        return np.empty(0, dtype=bool)
    numbers = np.arange(*months_since_1970([pd.Timestamp(months[0]).date(), pd.Timestamp(months[-1] + 1).date()]))
    known = np.asarray(collected_months(warehouse, filters, numbers) == YES)
    if last_complete is not None:
        known &= months <= np.datetime64(last_complete, "M")
    return known
