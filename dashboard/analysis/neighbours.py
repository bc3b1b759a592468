"""Which cells are neighbours: sparse 0/1 matrices, symmetric, without the cell itself.

A cell without neighbours (an island) is a row without entries.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dashboard.analysis.grids import Grid
from dashboard.analysis.lattice import HEXAGON, QUEEN, ROOK, Integers, Lattice

if TYPE_CHECKING:
    from scipy import sparse

# Diagonal neighbours lie at exactly cell * sqrt(2), which rounding puts on either side of the limit.
SLACK = 1e-9


def neighbours_of(grid: Grid, distance: float | None = None) -> "sparse.csr_array":
    """(n, n) neighbours of a grid's cells.

    The usual ones of its kind: eight squares (distances up to cell * sqrt(2)), six hexagons, six H3 cells,
    touching areas. With `distance` in metres, every cell whose centre lies within it (squares and hexagons).

    Raises ValueError for a distance between centres in degrees.
    """
    if distance is not None:
        if grid.kind in ("h3", "areas"):
            raise ValueError("A distance in metres needs a grid of squares or hexagons.")
        return within_distance(grid.x, grid.y, distance)
    if grid.kind == "square":
        return lattice_neighbours(grid.lattice)
    if grid.kind == "hexagon":
        return lattice_neighbours(grid.lattice, HEXAGON)
    return h3_neighbours(grid.ids) if grid.kind == "h3" else touching(grid.shapes)


def within_distance(x: npt.ArrayLike, y: npt.ArrayLike, distance: float) -> "sparse.csr_array":
    """Points at most `distance` apart, by rounding more; x, y, distance in one unit. (n, n).

    Raises ValueError for a distance that is not above zero or a point without coordinates.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    if not (np.isfinite(distance) and distance > 0):
        raise ValueError("The distance between neighbours must be above zero.")
    if not np.isfinite(points).all():
        raise ValueError("A cell has no centre, so its neighbours cannot be found.")
    if len(points) == 0:
        return _matrix(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), 0)
    pairs = cKDTree(points).query_pairs(distance * (1 + SLACK), output_type="ndarray")
    return _symmetric(pairs[:, 0], pairs[:, 1], len(points))


def lattice_neighbours(lattice: Lattice, steps: tuple[tuple[int, int], ...] = QUEEN) -> "sparse.csr_array":
    """Cells one step away on a lattice: QUEEN (8), ROOK (4) or HEXAGON (6). No search tree. (n, n)."""
    found = [lattice.find(lattice.columns + across, lattice.rows + up) for across, up in steps]
    return _from_table(np.stack(found, axis=1))


def square_neighbours(columns: Integers, rows: Integers, corners: bool = True) -> "sparse.csr_array":
    """Squares that share a side, and with `corners` a corner. columns, rows : (n,) whole numbers. (n, n)."""
    return lattice_neighbours(Lattice(columns, rows), QUEEN if corners else ROOK)


def h3_neighbours(cells: npt.ArrayLike) -> "sparse.csr_array":
    """H3 cells that share a side, (n, n) in the order given; pentagons have five.

    cells : (n,) uint64 of one resolution. Raises ValueError for a cell given twice or mixed resolutions.
    """
    import h3ronpy

    ids = np.asarray(cells, dtype=np.uint64)
    n = len(ids)
    if n == 0:
        return _matrix(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), 0)
    levels = (ids >> np.uint64(52)) & np.uint64(15)
    if (levels != levels[0]).any():
        raise ValueError("The cells are of several resolutions. Neighbours are cells of one resolution.")
    order = np.argsort(ids)
    in_order = ids[order]
    if (in_order[1:] == in_order[:-1]).any():
        raise ValueError("A cell is given twice. Give each cell once.")
    around = np.asarray(h3ronpy.grid_disk(in_order, 1, flatten=True).to_numpy(), dtype=np.uint64)
    at = np.minimum(np.searchsorted(in_order, around), n - 1)
    there = in_order[at] == around
    if len(around) == 7 * n:
        there &= at != np.repeat(np.arange(n), 7)
        table = np.empty((n, 7), dtype=np.int64)
        table[order] = np.where(there, order[at], -1).reshape(n, 7)
        return _from_table(table)
    sizes = np.array([len(disk) for disk in h3ronpy.grid_disk(in_order, 1).to_pylist()])  # a pentagon among them
    centre = np.repeat(np.arange(n), sizes)
    there &= at != centre
    return _matrix(order[centre[there]], order[at[there]], n)


def touching(shapes: npt.ArrayLike, gap: float = 0.0) -> "sparse.csr_array":
    """Areas that share a side or a point ("queen"), (n, n).

    shapes : (n,) shapely polygons. gap : how far apart two borders may lie and still touch, in the unit of
    the shapes: for boundary files that were digitised area by area.
    """
    import shapely

    polygons = np.asarray(shapes, dtype=object)
    tree = shapely.STRtree(polygons)
    if gap > 0:
        one, other = tree.query(polygons, predicate="dwithin", distance=gap)
    else:
        one, other = tree.query(polygons, predicate="intersects")
    before = one < other  # each pair once; the other way round is the same
    return _symmetric(one[before], other[before], len(polygons))


def islands(neighbours: "sparse.csr_array") -> npt.NDArray[np.bool_]:
    """(n,) whether a cell has no neighbour."""
    return np.diff(neighbours.indptr) == 0


def _symmetric(one: npt.NDArray[Any], other: npt.NDArray[Any], n: int) -> "sparse.csr_array":
    return _matrix(np.concatenate([one, other]), np.concatenate([other, one]), n)


def _matrix(rows: npt.NDArray[Any], columns: npt.NDArray[Any], n: int) -> "sparse.csr_array":
    from scipy import sparse

    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))


def _from_table(found: Integers) -> "sparse.csr_array":
    """From the numbers of each cell's neighbours, (n, steps), -1 where there is none."""
    from scipy import sparse

    there = found >= 0
    ends = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    made = sparse.csr_array((np.ones(int(ends[-1])), found[there], ends), shape=(len(found), len(found)))
    made.sort_indices()
    return made
