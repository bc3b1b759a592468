"""Cells to count in: squares and hexagons in metres, H3 cells, and areas.

Squares and hexagons live in a projected CRS (see `projection.projected_crs`), H3 cells and areas in
degrees. A grid is clipped to the study area: a cell outside the area for which data exist is not a zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

from dashboard.analysis.h3_cells import h3_assign, h3_centres, h3_shapes
from dashboard.analysis.h3_cells import h3_cells_over as h3_cells_over
from dashboard.analysis.lattice import HEXAGON_OUTLINE, SQRT3, SQUARE_OUTLINE, Integers, Lattice, hexagon_of, square_of
from dashboard.analysis.projection import DEGREES, Floats
from dashboard.analysis.projection import projected_crs as projected_crs

Kind = Literal["square", "hexagon", "h3", "areas"]
MOST_CELLS = 2_000_000
ROUND_STEPS = 30  # segments to a quarter circle, as R's sf buffers


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells in a fixed order; every array of counts or results follows it.

    ids : (n,) numbers 0 .. n-1 of squares and hexagons, uint64 of H3 cells, or the given ids of areas.
    x, y : (n,) cell centres, in the units of `crs`: metres, or degrees (longitude, latitude).
    cell_size : metres: side of a square, distance between opposite sides of a hexagon; else None.
    resolution : of H3 cells, else None.
    origin : a corner of the lattice (centre of a hexagon), in the units of `crs`; else None.
    columns, rows : (n,) place in the lattice of a square; axial coordinates of a hexagon; else empty.
    """

    kind: Kind
    ids: npt.NDArray[Any]
    x: Floats
    y: Floats
    crs: str | None
    cell_size: float | None = None
    resolution: int | None = None
    origin: tuple[float, float] | None = None
    columns: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    rows: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    areas: npt.NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def lattice(self) -> Lattice:
        """Finds squares and hexagons by column and row."""
        return Lattice(self.columns, self.rows)

    @cached_property
    def shapes(self) -> npt.NDArray[np.object_]:
        """(n,) polygons in `crs`, made when first asked for."""
        if self.areas is not None:
            return self.areas
        if self.kind == "h3":
            return h3_shapes(self.ids)
        if self.cell_size is None:
            raise ValueError("A grid of squares or hexagons needs a cell size.")
        corners = SQUARE_OUTLINE if self.kind == "square" else HEXAGON_OUTLINE
        return np.asarray(shapely.polygons(_rings(self.x, self.y, corners * self.cell_size)), dtype=object)

    def assign(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Integers:
        """(m,) number of the cell in which each point lies, -1 outside every cell or without coordinates.

        x, y : (m,) in the units of `crs`. A point on the side between two squares belongs to the right
        or upper one; one in two overlapping areas to the first.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        known = np.isfinite(x) & np.isfinite(y)
        if known.all():
            return self._assign(x, y)
        found = np.full(x.shape, -1, dtype=np.int64)
        found[known] = self._assign(x[known], y[known])
        return found

    def _assign(self, x: Floats, y: Floats) -> Integers:
        if len(self) == 0:
            return np.full(x.shape, -1, dtype=np.int64)
        if self.kind == "h3":
            return h3_assign(self.ids, x, y, self.resolution)
        if self.kind == "areas":
            return _in_areas(self.shapes, x, y)
        if self.origin is None or self.cell_size is None:
            raise ValueError("A grid of squares or hexagons needs an origin and a cell size.")
        place = square_of if self.kind == "square" else hexagon_of
        return self.lattice.find(*place(x, y, self.cell_size, self.origin))

    def counts(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        period: npt.ArrayLike | None = None,
        periods: int | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> Floats:
        """(n,) points in each cell, or (n, periods) by period; points outside every cell are left out.

        period : (m,) whole numbers 0 .. periods-1; others are left out. weights : (m,) what a point stands for.
        """
        cell = self.assign(x, y)
        weight = np.ones(len(cell)) if weights is None else np.asarray(weights, dtype=float)
        inside = cell >= 0
        if period is None:
            return np.bincount(cell[inside], weights=weight[inside], minlength=len(self)).astype(float)
        when = np.asarray(period, dtype=np.int64)
        columns = (int(when.max(initial=-1)) + 1) if periods is None else periods
        inside &= (when >= 0) & (when < columns)
        flat = cell[inside] * columns + when[inside]
        found = np.bincount(flat, weights=weight[inside], minlength=len(self) * columns)
        return found.reshape(len(self), columns).astype(float)


def sfhotspot_area(x: npt.ArrayLike, y: npt.ArrayLike, cell_size: float) -> Any:
    """The study area that sfhotspot takes when none is given: the convex hull of the points, half a cell wider."""
    points = np.column_stack([np.asarray(x, dtype=float).ravel(), np.asarray(y, dtype=float).ravel()])
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) == 0:
        raise ValueError("No point has coordinates, so there is no area to lay a grid over. Check the columns.")
    return shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), cell_size / 2, quad_segs=ROUND_STEPS)


def square_grid(cell_size: float, area: Any, crs: str | None = None, origin: tuple[float, float] | None = None) -> Grid:
    """Squares that meet the study area.

    cell_size : metres. area : a shapely polygon in `crs`, metres; `sfhotspot_area` gives one from points.
    origin : a corner of the lattice in `crs`; its south-west corner by default. With `sfhotspot_area` and
    the default, cells and their order are sfhotspot's.

    Raises ValueError for a size that is not above zero, an empty area, or above 2,000,000 cells.
    """
    x0, y0, x1, y1 = _bounds(area, cell_size)
    corner = (x0, y0) if origin is None else origin
    west, south = (int(np.floor((a - c) / cell_size)) for a, c in zip((x0, y0), corner, strict=True))
    east, north = (int(np.ceil((a - c) / cell_size)) for a, c in zip((x1, y1), corner, strict=True))
    _check_size((east - west) * (north - south))
    columns, rows = (a.ravel() for a in np.meshgrid(np.arange(west, east), np.arange(south, north)))
    x, y = (corner[0] + (columns + 0.5) * cell_size, corner[1] + (rows + 0.5) * cell_size)
    half = cell_size / 2
    kept = _meeting(area, x, y, lambda a, b: shapely.box(a - half, b - half, a + half, b + half))
    return _lattice_grid("square", columns[kept], rows[kept], x[kept], y[kept], crs, cell_size, corner)


def hexagon_grid(
    cell_size: float, area: Any, crs: str | None = None, origin: tuple[float, float] | None = None
) -> Grid:
    """Hexagons, a corner at the top, that meet the study area. As `square_grid`.

    cell_size : metres between opposite sides. origin : the centre of a cell.
    """
    x0, y0, x1, y1 = _bounds(area, cell_size)
    centre = (x0, y0) if origin is None else origin
    step = cell_size * SQRT3 / 2
    south, north = int(np.floor((y0 - centre[1]) / step)) - 1, int(np.ceil((y1 - centre[1]) / step)) + 1
    west, east = int(np.floor((x0 - centre[0]) / cell_size)) - 1, int(np.ceil((x1 - centre[0]) / cell_size)) + 1
    _check_size((east - west) * (north - south))
    across, rows = (a.ravel() for a in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
    columns = across - np.floor_divide(rows, 2)  # every second row is shifted by half a cell
    x, y = centre[0] + cell_size * (columns + rows / 2), centre[1] + step * rows
    kept = _meeting(area, x, y, lambda a, b: shapely.polygons(_rings(a, b, HEXAGON_OUTLINE * cell_size)))
    return _lattice_grid("hexagon", columns[kept], rows[kept], x[kept], y[kept], crs, cell_size, centre)


def given_square_cells(
    x: npt.ArrayLike, y: npt.ArrayLike, cell_size: float | None = None, crs: str | None = None
) -> Grid:
    """The grid whose square cells have these centres, in this order.

    x, y : (n,) centres in metres. cell_size : metres; found from the centres when it is not given.

    Raises ValueError if the centres do not lie on a square lattice, if two are the same, or if a single
    cell leaves the size open.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(x) == 0 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("Each cell needs a centre: an x and a y. Some are missing.")
    size = _size_from(x, y) if cell_size is None else float(cell_size)
    if not size > 0:
        raise ValueError("The cell size must be above zero.")
    origin = (float(x.min()) - size / 2, float(y.min()) - size / 2)
    columns, rows = ((a - o) / size - 0.5 for a, o in zip((x, y), origin, strict=True))
    whole = [np.rint(a).astype(np.int64) for a in (columns, rows)]
    if max(np.abs(a - w).max() for a, w in zip((columns, rows), whole, strict=True)) > 0.001:
        raise ValueError(
            "The cells do not lie on a square lattice. Give the centres of square cells of one size, and that size "
            "if most cells between them are missing."
        )
    grid = _lattice_grid("square", whole[0], whole[1], x, y, crs, size, origin)
    _ = grid.lattice  # two cells in one place are refused now, not at the first count
    return grid


def h3_grid(ids: npt.ArrayLike) -> Grid:
    """A grid of H3 cells of one resolution, (n,) uint64, in this order."""
    cells = np.asarray(ids, dtype=np.uint64)
    lon, lat = h3_centres(cells)
    resolution = int((cells[0] >> np.uint64(52)) & np.uint64(15)) if len(cells) else None
    return Grid("h3", cells, lon, lat, DEGREES, resolution=resolution)


def areas_grid(shapes: npt.ArrayLike, ids: Sequence[Any] | npt.NDArray[Any], crs: str | None = DEGREES) -> Grid:
    """Areas, such as divisions or tracts, as the units to count in. x, y are points inside each."""
    polygons = np.asarray(shapes, dtype=object)
    inside = shapely.point_on_surface(polygons)
    return Grid("areas", np.asarray(ids), shapely.get_x(inside), shapely.get_y(inside), crs, areas=polygons)


def _lattice_grid(
    kind: Kind,
    columns: Integers,
    rows: Integers,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    crs: str | None,
    cell_size: float,
    origin: tuple[float, float],
) -> Grid:
    return Grid(kind, np.arange(len(x)), x, y, crs, cell_size, None, origin, columns, rows)


def _in_areas(shapes: npt.NDArray[np.object_], x: Floats, y: Floats) -> Integers:
    point, area = shapely.STRtree(shapes).query(shapely.points(x, y), predicate="intersects")
    found = np.full(len(x), len(shapes), dtype=np.int64)
    np.minimum.at(found, point, area)
    return np.where(found == len(shapes), -1, found)


def _bounds(area: Any, cell_size: float) -> tuple[float, float, float, float]:
    if not (np.isfinite(cell_size) and cell_size > 0):
        raise ValueError("The cell size must be above zero.")
    if area is None or shapely.is_empty(area):
        raise ValueError("The study area is empty, so there is nothing to lay a grid over.")
    return tuple(float(v) for v in shapely.bounds(area))  # type: ignore[return-value]


def _check_size(cells: int) -> None:
    if cells > MOST_CELLS:
        raise ValueError(f"The grid would have {cells:,} cells; at most {MOST_CELLS:,} are laid. Choose larger cells.")


def _rings(x: Floats, y: Floats, corners: Floats) -> Floats:
    """(n, corners, 2) outlines around centres."""
    return np.stack([x, y], axis=1)[:, None, :] + corners[None]


def _meeting(
    area: Any, x: npt.NDArray[Any], y: npt.NDArray[Any], outlines: Callable[[Floats, Floats], Any]
) -> npt.NDArray[np.bool_]:
    """Which cells meet the area. Most do with their centre; only the others need an outline."""
    shapely.prepare(area)
    meets = np.asarray(shapely.contains_xy(area, x, y), dtype=bool)
    rest = np.flatnonzero(~meets)
    meets[rest] = shapely.intersects(area, outlines(x[rest], y[rest]))
    return meets


def _size_from(x: Floats, y: Floats) -> float:
    """The smallest step between centres, averaged over the lattice: single steps carry the file's rounding."""
    gaps, spans = [], []
    for values in (x, y):
        steps = np.diff(np.unique(values))
        span = float(values.max() - values.min())
        real = steps[steps > 1e-6 * span]
        if len(real):
            gaps.append(float(real.min()))
            spans.append(span)
    if not gaps:
        raise ValueError("One cell alone does not tell its size. Give the cell size.")
    step, span = min(gaps), max(spans)
    return span / max(1, round(span / step))
