"""All police reports, the denominator: which of them a view is about. They have cells and areas, and no coordinates."""

from functools import partial, reduce
from operator import or_
from typing import Any

import ibis
import numpy as np
import shapely

from dashboard.filters import Filters, add_months, in_areas
from dashboard.measures.ask import measure
from dashboard.warehouse import Warehouse
from etl import tables

FINEST = 9


def exposure_conditions(warehouse: Warehouse, filters: Filters, table: Any) -> list[Any]:
    """The period, the sources and the areas of a view, for the table of all reports.

    In a drawn area are the reports of the cells (H3, resolution 9: 0.1 square kilometres) whose centre is inside.
    """
    parts: list[Any] = []
    if filters.date_from:
        parts.append(table.month >= filters.date_from)
    if filters.date_to:
        parts.append(table.month < add_months(filters.date_to, 1))
    if filters.sources:
        parts.append(table.source.isin(filters.sources))
    if filters.areas:
        parts.append(in_areas(filters, table, partial(_in_cells, warehouse)))
    return parts


def cell_parents(cells: np.ndarray, resolution: int) -> np.ndarray:
    """The cells of a coarser resolution that hold these, (n,) of uint64; the same cells for their own resolution.

    An H3 index keeps its resolution in bits 52 to 55, and three bits for each finer digit, all ones where unused.
    """
    if resolution not in tables.H3_RESOLUTIONS:
        raise ValueError(f"There are no cells of resolution {resolution}: choose 4 to 9.")
    unused = np.uint64((1 << 3 * (15 - resolution)) - 1)
    level = np.uint64(0xF << 52)
    return (cells.astype(np.uint64) & ~level) | np.uint64(resolution << 52) | unused


def _in_cells(warehouse: Warehouse, table: Any, polygon: bytes) -> Any:
    found = _cells_inside(warehouse, polygon)
    return reduce(or_, [_parent(table.h3_9, r).isin(list(cells)) for r, cells in found], ibis.literal(False))


@measure
def _cells_inside(warehouse: Warehouse, polygon: bytes) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """(resolution, cells) that hold exactly the cells of the exposure whose centre is in a polygon.

    A coarse cell stands for its finer ones where none of those that occur is outside: a few hundred numbers then
    say what would take ten thousand.
    """
    from h3ronpy.vector import cells_to_coordinates  # costs more than 50 ms

    cells = _exposure_cells(warehouse)
    if not len(cells):
        return ()
    centres = cells_to_coordinates(cells)
    lat, lon = (np.asarray(centres[name]) for name in ("lat", "lng"))
    shape = shapely.from_wkb(polygon)
    shapely.prepare(shape)
    within = shapely.intersects_xy(shape, lon, lat)
    left, found = within.copy(), []
    for resolution in tables.H3_RESOLUTIONS:
        parents = cell_parents(cells, resolution)
        whole = np.setdiff1d(parents[left], parents[~within])
        found.append((resolution, tuple(whole.tolist())))
        left &= ~np.isin(parents, whole)
    return tuple((r, kept) for r, kept in found if kept)


@measure
def _exposure_cells(warehouse: Warehouse) -> np.ndarray:
    table = warehouse.table("exposure")
    found = warehouse.ask(table.filter(table.h3_9.notnull()).select("h3_9").distinct())
    return found["h3_9"].to_numpy().astype(np.uint64)


def _parent(cell: Any, resolution: int) -> Any:
    """`cell_parents` as an expression."""
    if resolution == FINEST:
        return cell
    unused = (1 << 3 * (15 - resolution)) - 1
    rest = ((1 << 63) - 1) & ~(0xF << 52)
    return (cell & ibis.literal(rest, "uint64")) | ibis.literal(resolution << 52 | unused, "uint64")
