"""Who is a neighbour: against other ways to find out, and at the edges."""

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial.distance import cdist

from dashboard.analysis.grids import areas_grid, h3_grid, hexagon_grid, square_grid
from dashboard.analysis.h3_cells import h3_cells_over
from dashboard.analysis.neighbours import (
    h3_neighbours,
    islands,
    neighbours_of,
    square_neighbours,
    touching,
    within_distance,
)

AREA = shapely.Polygon([(0, 0), (900, 100), (1000, 900), (300, 1000)])


def proper(matrix: sparse.csr_array) -> bool:
    """Symmetric, without self, only ones, each once."""
    ones = bool((matrix.data == 1).all())
    return ones and (matrix != matrix.T).nnz == 0 and not matrix.diagonal().any() and matrix.dtype == np.float64


@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
def test_lattice_neighbours_are_those_within_the_distance(lay):
    grid = lay(80, AREA)
    found = neighbours_of(grid)
    assert proper(found)
    limit = 80 * (np.sqrt(2) if lay is square_grid else 1)
    by_distance = cdist(np.column_stack([grid.x, grid.y]), np.column_stack([grid.x, grid.y]))
    assert np.array_equal(found.toarray() > 0, (by_distance < limit * 1.001) & (by_distance > 0))
    assert (neighbours_of(grid, distance=limit) != found).nnz == 0
    assert np.diff(found.indptr).max() == (8 if lay is square_grid else 6)


def test_sides_only():
    across, up = (a.ravel() for a in np.meshgrid(np.arange(3), np.arange(3)))
    assert np.diff(square_neighbours(across, up, corners=False).indptr).tolist() == [2, 3, 2, 3, 4, 3, 2, 3, 2]
    assert np.diff(square_neighbours(across, up).indptr).tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), unique=True, max_size=60))
def test_any_set_of_squares(places):
    """Holes, islands and ragged rows: two squares are neighbours if no coordinate differs by more than 1."""
    columns, rows = (np.array([p[i] for p in places], dtype=np.int64) for i in (0, 1))
    found = square_neighbours(columns, rows)
    steps = np.maximum(np.abs(columns[:, None] - columns), np.abs(rows[:, None] - rows))
    assert np.array_equal(found.toarray() > 0, steps == 1)
    assert proper(found)


@pytest.mark.parametrize("place", [(-118, 34), (180, 52), (0, 90), (30, -90), (-179.9, -17)])
def test_h3_neighbours_are_h3s_own(place):
    lon, lat = place
    cells = h3_cells_over(shapely.box(lon - 0.3, max(lat - 0.3, -90), lon + 0.3, min(lat + 0.3, 90)), 7)
    cells = np.random.default_rng(1).permutation(cells)[: max(20, len(cells) * 3 // 4)]  # any order, with holes
    found = h3_neighbours(cells)
    assert proper(found)
    place_of = {int(c): i for i, c in enumerate(cells)}
    for i, cell in enumerate(cells):
        ring = h3.grid_ring(h3.int_to_str(int(cell)), 1)
        expected = {place_of[h3.str_to_int(c)] for c in ring if h3.str_to_int(c) in place_of}
        assert set(found[[i]].indices) == expected


def test_a_pentagon_has_five():
    pentagon = h3.get_pentagons(6)[0]
    cells = np.array([h3.str_to_int(c) for c in h3.grid_disk(pentagon, 2)], dtype=np.uint64)
    found = h3_neighbours(cells)
    assert proper(found)
    assert np.diff(found.indptr)[list(cells).index(h3.str_to_int(pentagon))] == 5


def test_cells_that_cannot_have_neighbours_are_refused():
    one, other = (h3.str_to_int(h3.latlng_to_cell(34, -118, r)) for r in (7, 8))
    with pytest.raises(ValueError, match="several resolutions"):
        h3_neighbours([one, other])
    with pytest.raises(ValueError, match="twice"):
        h3_neighbours([one, one])
    with pytest.raises(ValueError, match="squares or hexagons"):
        neighbours_of(h3_grid(np.array([one], dtype=np.uint64)), distance=500)


def test_islands_are_rows_without_entries():
    cells = [h3.str_to_int(h3.latlng_to_cell(lat, -118, 8)) for lat in (33, 34, 35)]
    found = h3_neighbours(cells)
    assert found.shape == (3, 3)
    assert islands(found).all()
    assert islands(within_distance([0, 1, 50], [0, 0, 0], 2)).tolist() == [False, False, True]
    assert neighbours_of(areas_grid([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)], ["a", "b"])).nnz == 0


def test_no_cells_at_all():
    for found in (
        h3_neighbours([]),
        within_distance([], [], 5),
        touching([]),
        square_neighbours(*np.empty((2, 0), int)),
    ):
        assert found.shape == (0, 0)


@given(st.integers(0, 10_000), st.floats(1, 40))
@settings(max_examples=30, deadline=None)
def test_within_a_distance_is_within_it(seed, distance):
    x, y = np.random.default_rng(seed).random((2, 40)) * 100
    found = within_distance(x, y, distance)
    assert np.array_equal(
        found.toarray() > 0, (cdist(*[np.column_stack([x, y])] * 2) <= distance) & ~np.eye(40, dtype=bool)
    )
    assert proper(found)


def test_nonsense_distances_are_refused():
    for distance in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match="above zero"):
            within_distance([0], [0], distance)
    with pytest.raises(ValueError, match="no centre"):
        within_distance([0, np.nan], [0, 1], 5)


def test_areas_touch_at_sides_and_corners_and_across_a_gap_if_told():
    shapes = [shapely.box(i, j, i + 1, j + 1) for j in range(2) for i in range(3)]
    assert np.diff(touching(shapes).indptr).tolist() == [3, 5, 3, 3, 5, 3]
    apart = [shapely.box(0, 0, 1, 1), shapely.box(1.001, 0, 2, 1)]
    assert touching(apart).nnz == 0
    assert touching(apart, gap=0.01).nnz == 2


@pytest.mark.oracle
def test_touching_areas_are_libpysals_queen():
    import geopandas as gpd
    from libpysal.graph import Graph

    points = np.random.default_rng(3).random((150, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    theirs = Graph.build_contiguity(gpd.GeoSeries(cells), rook=False).sparse
    found = touching(cells)
    assert proper(found)
    assert (found != (theirs > 0)).nnz == 0
