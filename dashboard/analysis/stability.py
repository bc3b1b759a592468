"""How far to trust a hotspot: does it stay one when the grid or the period is chosen a little differently?

The cells of a map are a choice (their size, where the first one begins, which months are in). Each run makes another
choice and tests anew; a place that is a hotspot in most runs does not owe it to the choice. This is the modifiable
areal unit problem looked at from the outside (Openshaw, 1984, CATMOG 38).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.analysis.gistar import LEVEL, gi_star
from dashboard.analysis.grids import Grid, h3_grid, hexagon_grid, square_grid
from dashboard.analysis.neighbours import neighbours_of
from dashboard.analysis.sufficiency import LEAST_CELLS, LEAST_INCIDENTS

SIZES = (0.75, 1.0, 1.5)
SHIFTS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5), (1 / 3, 1 / 3), (2 / 3, 2 / 3))


@dataclass(frozen=True)
class Run:
    """One other choice. changes : "none", "cell size", "origin" or "period". says : in words, for a table."""

    changes: str
    says: str


@dataclass(frozen=True)
class Stability:
    """In which runs the centre of each cell lies in a significant hotspot.

    hot : (runs, n) 1, 0, or nan where the run cannot tell: too few points or cells, or outside its grid.
    runs : what each row is.
    """

    hot: np.ndarray
    runs: tuple[Run, ...]

    @property
    def share(self) -> np.ndarray:
        """(n,) share of the runs that can tell in which the cell is a hotspot; nan where none can."""
        return _mean(self.hot)

    def share_by_change(self) -> dict[str, np.ndarray]:
        """The share over the runs that change one thing, each (n,): "cell size", "origin", "period"."""
        kinds = [run.changes for run in self.runs]
        return {k: _mean(self.hot[[at == k for at in kinds]]) for k in dict.fromkeys(kinds) if k != "none"}


def stability(
    grid: Grid,
    x: np.ndarray,
    y: np.ndarray,
    area: Any = None,
    period: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    level: float = LEVEL,
    sizes: tuple[float, ...] = SIZES,
    shifts: tuple[tuple[float, float], ...] = SHIFTS,
) -> Stability:
    """Gi* with Benjamini-Hochberg on other grids over the same points, read off at the centres of `grid`.

    grid : the cells of the map. Squares and hexagons are laid anew with every size and shift; H3 cells are
        tested as they are, one resolution coarser and one finer; areas only by period.
    x, y : (m,) points in the units of the grid's CRS (longitude and latitude for H3).
    area : the study area that squares and hexagons are clipped to, a polygon in the grid's CRS.
    period : (m,) whole numbers from 0, such as months; each is left out in a run of its own. Negative: unknown.
    weights : (m,) what each point stands for, 1 by default.
    sizes : in cells of the map. shifts : of the origin, in cells of the run. level : q below it is significant.

    The usual neighbours of the kind of grid are taken. Raises ValueError for squares or hexagons without an area.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    weight = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    rows, runs = [], []
    for run, other in _grids(grid, area, sizes, shifts):
        hot = _hot(other, other.counts(x, y, weights=weight)[:, None], level)[:, 0]
        at = other.assign(grid.x, grid.y) if other is not grid else np.arange(len(grid))
        rows.append(np.where(at >= 0, hot[at], np.nan) if len(hot) else np.full(len(grid), np.nan))
        runs.append(run)
    if period is not None and (steps := int(np.max(period, initial=-1)) + 1) > 1:
        # Points of an unknown period stay in: only the period that is left out goes.
        without = grid.counts(x, y, weights=weight)[:, None] - grid.counts(x, y, period, steps, weight)
        rows += list(_hot(grid, without, level).T)
        runs += [Run("period", f"without period {number} of {steps}") for number in range(1, steps + 1)]
    return Stability(np.array(rows).reshape(len(rows), len(grid)), tuple(runs))


def share_of_periods(z: np.ndarray, p: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """(n,) share of the periods in which a cell is a significant hotspot; nan where no period can tell.

    z, p : (n, periods); p as it is to be judged, such as the q of `gi_star` on counts by period. A period that is
    nan is left out of the share.
    """
    told = np.isfinite(z) & np.isfinite(p)
    return _mean(np.where(told, (z > 0) & (p < level), np.nan).T)


def _grids(
    grid: Grid, area: Any, sizes: tuple[float, ...], shifts: tuple[tuple[float, float], ...]
) -> Iterator[tuple[Run, Grid]]:
    if grid.kind == "areas":
        yield Run("none", "as on the map"), grid
    elif grid.kind == "h3":
        yield from _h3_grids(grid)
    else:
        yield from _laid_grids(grid, area, sizes, shifts)


def _laid_grids(
    grid: Grid, area: Any, sizes: tuple[float, ...], shifts: tuple[tuple[float, float], ...]
) -> Iterator[tuple[Run, Grid]]:
    if area is None:
        raise ValueError("Other grids need the study area that they are clipped to. Give its outline.")
    if grid.cell_size is None or grid.origin is None:
        raise ValueError("A grid of squares or hexagons needs an origin and a cell size.")
    lay = square_grid if grid.kind == "square" else hexagon_grid
    for size in sizes:
        metres = grid.cell_size * size
        for across, up in shifts:
            if size == 1 and across == 0 and up == 0:
                yield Run("none", "as on the map"), grid
                continue
            origin = (grid.origin[0] + across * metres, grid.origin[1] + up * metres)
            moved = f", begun {across:.0%} of a cell further east and {up:.0%} north" if across or up else ""
            says = f"cells of {metres:,.0f} m{moved}"
            yield Run("origin" if size == 1 else "cell size", says), lay(metres, area, grid.crs, origin)


def _h3_grids(grid: Grid) -> Iterator[tuple[Run, Grid]]:
    """Parents and children of the map's cells: the study area is theirs."""
    import h3ronpy

    yield Run("none", "as on the map"), grid
    for step in (-1, 1):
        if grid.resolution is None or not 0 <= grid.resolution + step <= 15:
            continue
        ids = h3ronpy.change_resolution(grid.ids, grid.resolution + step)
        other = h3_grid(np.unique(np.asarray(ids.to_numpy(), dtype=np.uint64)))
        yield Run("cell size", f"H3 cells of resolution {grid.resolution + step}"), other


def _hot(grid: Grid, counts: npt.NDArray[np.float64], level: float) -> np.ndarray:
    """(cells, runs) 1, 0 or nan from counts of the same shape."""
    enough = (counts.sum(axis=0) >= LEAST_INCIDENTS) & (len(grid) >= LEAST_CELLS)
    if not enough.any():
        return np.full(counts.shape, np.nan)
    found = gi_star(counts, neighbours_of(grid))
    told = np.isfinite(found.z) & np.isfinite(found.q) & enough
    return np.where(told, (found.z > 0) & (found.q < level), np.nan)


def _mean(hot: np.ndarray) -> np.ndarray:
    """Mean over rows of what is known, (n,); nan where nothing is."""
    known = (~np.isnan(hot)).sum(axis=0)
    return np.divide(np.nansum(hot, axis=0), known, out=np.full(hot.shape[1], np.nan), where=known > 0)
