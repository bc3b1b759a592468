"""Grids in metres: sfhotspot's own, cells that meet the study area, and every point in the cell that holds it."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis import lattice
from dashboard.analysis.grids import (
    Grid,
    areas_grid,
    given_square_cells,
    h3_grid,
    hexagon_grid,
    sfhotspot_area,
    square_grid,
)
from dashboard.analysis.h3_cells import h3_cells_over
from tests.reference import recorded

AREA = shapely.Polygon([(0, 0), (900, 100), (1000, 900), (300, 1000)])


def holding(grid: Grid, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(points, cells) whether a cell's outline meets a point, by shapely."""
    return shapely.intersects(grid.shapes[None, :], shapely.points(x, y)[:, None])


def test_the_grid_over_points_is_sfhotspots():
    """Cells, their order and the counts in them, from the points alone."""
    points, theirs = recorded("memphis_robberies_2019.csv"), recorded("gistar_500m_bw1000.csv")
    grid = square_grid(500, sfhotspot_area(points["x"], points["y"], 500))
    assert len(grid) == len(theirs) == 3301
    assert np.abs(grid.x - theirs["x"]).max() < 1e-6
    assert np.abs(grid.y - theirs["y"]).max() < 1e-6
    assert np.array_equal(grid.counts(points["x"], points["y"]), theirs["n"])


def test_given_cells_are_taken_as_they_are():
    points, theirs = (
        recorded("memphis_robberies_2019.csv"),
        recorded("gistar_500m_bw1000.csv").sample(frac=1, random_state=1),
    )
    grid = given_square_cells(theirs["x"], theirs["y"])
    assert grid.cell_size == pytest.approx(500, abs=1e-9)
    assert np.array_equal(grid.x, theirs["x"])
    assert np.array_equal(grid.counts(points["x"], points["y"]), theirs["n"])


@pytest.mark.parametrize(
    ("x", "y", "size"),
    [
        ([0, 250, 500], [7, 7, 7], 250),
        ([5, 5], [100, 300], 200),
        ([0, 0.333333, 0.666667, 1000 / 3], [0, 0, 0, 0], 1 / 3),
        ([0, 2000], [0, 1000], 1000),
    ],
)
def test_the_size_of_given_cells_is_found(x, y, size):
    assert given_square_cells(x, y).cell_size == pytest.approx(size, rel=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([3], [4], "One cell alone"),
        ([0, 0, 500], [0, 0, 0], "same place"),
        ([0, 500, 740], [0, 0, 0], "square lattice"),
        ([0, 500, np.nan], [0, 0, 0], "centre"),
        ([], [], "centre"),
    ],
)
def test_given_cells_that_are_no_squares_are_refused(x, y, said):
    with pytest.raises(ValueError, match=said):
        given_square_cells(x, y)
    if said == "One cell alone":
        assert given_square_cells(x, y, cell_size=500).counts([3.0, 900], [4.0, 4]).tolist() == [1]


@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
@pytest.mark.parametrize("origin", [None, (-333.0, 77.7)])
def test_cells_cover_the_study_area_and_only_it(lay, origin):
    grid = lay(90, AREA, origin=origin)
    assert shapely.intersects(grid.shapes, AREA).all()
    assert shapely.area(shapely.difference(AREA, shapely.union_all(grid.shapes, grid_size=1e-6))) < 1e-2
    across = 90**2 if lay is square_grid else 90**2 * np.sqrt(3) / 2
    assert shapely.area(grid.shapes) == pytest.approx(across)
    assert shapely.area(grid.shapes).sum() == pytest.approx(shapely.area(shapely.union_all(grid.shapes)))
    assert (shapely.get_x(shapely.centroid(grid.shapes)) == pytest.approx(grid.x)) is True


@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
def test_every_point_is_in_the_cell_that_holds_it(lay):
    grid = lay(70, AREA, origin=(13.0, -5.0))
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-200, 1200, (2, 3000))
    found, by_shape = grid.assign(x, y), holding(grid, x, y)
    assert np.array_equal(found >= 0, by_shape.any(axis=1))
    inside = np.flatnonzero(found >= 0)
    assert by_shape[inside, found[inside]].all()
    assert (found >= 0)[shapely.contains_xy(AREA, x, y)].all()  # nothing in the study area is lost


@settings(max_examples=40, deadline=None)
@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7), st.floats(1, 1e5))
def test_centres_are_in_their_own_cells(x0, y0, size):
    area = shapely.box(x0, y0, x0 + 6 * size, y0 + 4 * size)
    for lay in (square_grid, hexagon_grid):
        grid = lay(size, area)
        assert np.array_equal(grid.assign(grid.x, grid.y), np.arange(len(grid)))


def test_a_point_between_two_squares_is_counted_once():
    grid = square_grid(10, shapely.box(0, 0, 30, 10))
    assert grid.assign([0.0, 10, 20, 30], [5.0] * 4).tolist() == [0, 1, 2, -1]


def test_points_without_coordinates_or_far_away_are_in_no_cell():
    grid = square_grid(10, shapely.box(0, 0, 30, 30))
    far = [np.nan, 1e300, -1e300, np.inf, 5]
    assert grid.assign(far, [5.0] * 5).tolist() == [-1, -1, -1, -1, 0]
    assert hexagon_grid(10, shapely.box(0, 0, 30, 30)).assign(far, [5.0] * 5)[:4].tolist() == [-1] * 4


def test_a_wide_sparse_grid_needs_no_table(monkeypatch):
    """Two towns far apart: found by searching, with the same answers."""
    area = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(5000, 5000, 5100, 5100))
    x, y = np.random.default_rng(1).uniform(-50, 5200, (2, 4000))
    with_table = square_grid(20, area).assign(x, y)
    monkeypatch.setattr(lattice, "TABLE_PLACES", 0)
    assert np.array_equal(square_grid(20, area).assign(x, y), with_table)
    with pytest.raises(ValueError, match="same place"):
        lattice.Lattice(np.array([1, 1]), np.array([2, 2]))


def test_counts_by_period_and_weight():
    grid = square_grid(10, shapely.box(0, 0, 20, 10))
    x, y, month = [1.0, 2, 11, 12, 13, 99], [5.0] * 6, [0, 2, 2, 5, -1, 0]
    assert grid.counts(x, y).tolist() == [2, 3]
    assert grid.counts(x, y, month, periods=3).tolist() == [[1, 0, 1], [0, 0, 1]]
    assert grid.counts(x, y, month).shape == (2, 6)
    assert grid.counts(x, y, weights=[5, 1, 1, 1, 1, 1]).tolist() == [6, 3]


def test_areas_count_what_lies_in_them():
    shapes = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(15, 0, 25, 10)]
    grid = areas_grid(shapes, ["a", "b", "c"])
    assert grid.counts([1.0, 5, 12, 16, 24, 99, np.nan], [5.0] * 7).tolist() == [2, 2, 1]
    assert shapely.contains_xy(grid.shapes, grid.x, grid.y).all()


def test_h3_cells_count_what_lies_in_them():
    grid = h3_grid(h3_cells_over(shapely.box(-118.3, 33.9, -118.2, 34), 8))
    assert (grid.resolution, grid.crs) == (8, "EPSG:4326")
    assert np.array_equal(grid.assign(grid.x, grid.y), np.arange(len(grid)))
    assert grid.counts([-118.25, -118.25, 0, np.nan], [33.95, 33.95, 0, 0]).max() == 2
    assert grid.counts([-118.25, 0], [33.95, 95]).sum() == 1
    assert shapely.contains_xy(grid.shapes, grid.x, grid.y).all()


@pytest.mark.parametrize(
    ("size", "area", "said"),
    [
        (0, AREA, "above zero"),
        (np.nan, AREA, "above zero"),
        (10, shapely.Polygon(), "empty"),
        (10, None, "empty"),
        (0.1, AREA, "Choose larger cells"),
    ],
)
def test_a_grid_that_cannot_be_laid_is_refused(size, area, said):
    for lay in (square_grid, hexagon_grid):
        with pytest.raises(ValueError, match=said):
            lay(size, area)
    with pytest.raises(ValueError, match="No point"):
        sfhotspot_area([np.nan], [1.0], 10)


def test_one_point_gets_a_grid():
    """sfhotspot's area of one point, or of points in a line, is a circle or a strip: a few cells."""
    assert square_grid(100, sfhotspot_area([5.0], [5.0], 100)).counts([5.0], [5.0]).sum() == 1
    line = np.arange(0, 1000, 100.0)
    assert square_grid(100, sfhotspot_area(line, line, 100)).counts(line, line).sum() == 10


def test_a_million_points_are_placed_once_each():
    grid = square_grid(250, shapely.box(0, 0, 100_000, 62_500))
    x, y = np.random.default_rng(1).uniform(0, 62_499, (2, 1_000_000))
    assert (len(grid), grid.counts(x, y).sum()) == (100_000, 1_000_000)
