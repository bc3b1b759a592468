"""Other grids, other periods: the runs are what they say, and a place owes its share to them."""

import time
from typing import Any

import h3.api.basic_int
import numpy as np
import pytest
import shapely

from dashboard.analysis.gistar import gi_star
from dashboard.analysis.grids import Grid, areas_grid, h3_cells_over, h3_grid, hexagon_grid, square_grid
from dashboard.analysis.neighbours import neighbours_of
from dashboard.analysis.stability import SHIFTS, SIZES, Stability, share_of_periods, stability

AREA: Any = shapely.box(0, 0, 20_000, 20_000)
DEGREES = shapely.box(-90.1, 35.0, -89.9, 35.2)


@pytest.fixture(scope="module")
def points() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise over 20 km, one strong cluster all year, and one in the last month only. x, y, month 0-11."""
    rng = np.random.default_rng(8)
    noise, always, once = rng.uniform(0, 20_000, (600, 2)), rng.normal(6_000, 400, (150, 2)), (14_500, 14_500)
    brief = rng.normal(once, 200, (70, 2))
    month = np.concatenate([rng.integers(0, 12, 750), np.full(70, 11)])
    return *np.vstack([noise, always, brief]).T, month


def cell_at(grid: Grid, x: float, y: float) -> int:
    return int(grid.assign([x], [y])[0])


def test_a_strong_place_stays_and_noise_does_not(points: tuple[np.ndarray, ...]) -> None:
    grid = square_grid(1000, AREA)
    found = stability(grid, points[0], points[1], AREA, points[2])
    assert len(found.runs) == len(SIZES) * len(SHIFTS) + 12 == 30
    assert found.share[cell_at(grid, 6_000, 6_000)] == 1
    assert np.median(found.share) == 0
    assert ((found.share >= 0) & (found.share <= 1)).all()


def test_a_place_that_one_month_made_falls_without_it(points: tuple[np.ndarray, ...]) -> None:
    grid = square_grid(1000, AREA)
    found = stability(grid, points[0], points[1], AREA, points[2], sizes=(1.0,), shifts=((0, 0),))
    brief = found.hot[:, cell_at(grid, 14_500, 14_500)]
    assert [run.changes for run in found.runs] == ["none"] + ["period"] * 12
    assert brief.tolist() == [1] * 12 + [0]
    assert found.runs[12].says == "without period 12 of 12"
    assert found.share_by_change()["period"][cell_at(grid, 14_500, 14_500)] == pytest.approx(11 / 12)


def test_a_run_is_gi_star_on_the_grid_that_it_names(points: tuple[np.ndarray, ...]) -> None:
    """Cells of 1.5 km begun half a cell further east, worked out apart from the module."""
    grid = square_grid(1000, AREA)
    found = stability(grid, points[0], points[1], AREA, sizes=(1.5,), shifts=((0.5, 0.0),))
    (run,) = found.runs
    assert (run.changes, run.says) == ("cell size", "cells of 1,500 m, begun 50% of a cell further east and 0% north")
    other = square_grid(1500, AREA, origin=(750, 0))
    gi = gi_star(other.counts(points[0], points[1]), neighbours_of(other))
    hot = (gi.z > 0) & (gi.q < 0.05)
    assert found.hot[0].tolist() == hot[other.assign(grid.x, grid.y)].astype(float).tolist()
    assert hot.any() and not hot.all()


def test_a_period_left_out_is_the_map_of_the_other_points(points: tuple[np.ndarray, ...]) -> None:
    x, y, month = points
    grid = hexagon_grid(1200, AREA)
    found = stability(grid, x, y, AREA, month, sizes=(1.0,), shifts=((0, 0),))
    for left_out in (0, 11):
        kept = month != left_out
        gi = gi_star(grid.counts(x[kept], y[kept]), neighbours_of(grid))
        assert found.hot[1 + left_out].tolist() == ((gi.z > 0) & (gi.q < 0.05)).astype(float).tolist()


def test_weights_stand_for_points(points: tuple[np.ndarray, ...]) -> None:
    x, y, month = points
    grid = square_grid(1000, AREA)
    twice = stability(grid, np.repeat(x, 2), np.repeat(y, 2), AREA, np.repeat(month, 2))
    assert np.array_equal(twice.hot, stability(grid, x, y, AREA, month, weights=np.full(len(x), 2.0)).hot)


def test_points_of_an_unknown_period_stay_in_every_run(points: tuple[np.ndarray, ...]) -> None:
    x, y, month = points
    grid = square_grid(1000, AREA)
    unknown = np.where(month == 11, -1, month)
    found = stability(grid, x, y, AREA, unknown, sizes=(1.0,), shifts=((0, 0),))
    assert len(found.runs) == 12 and found.hot[:, cell_at(grid, 14_500, 14_500)].all()


def test_h3_cells_are_read_one_resolution_up_and_down(points: tuple[np.ndarray, ...]) -> None:
    lon, lat = -90.1 + points[0] / 100_000, 35.0 + points[1] / 100_000
    grid = h3_grid(h3_cells_over(DEGREES, 8))
    found = stability(grid, lon, lat, period=points[2])
    said = [run.says for run in found.runs[:3]]
    assert said == ["as on the map", "H3 cells of resolution 7", "H3 cells of resolution 9"]
    assert len(found.runs) == 3 + 12 and not np.isnan(found.hot).any()
    assert found.hot[:, cell_at(grid, -90.04, 35.06)][[0, 2, 3]].all()
    # The finer run by itself: a cell is read at the child that holds its centre.
    finer = h3_grid(
        np.sort(np.concatenate([h3.api.basic_int.cell_to_children(int(cell)) for cell in grid.ids]).astype(np.uint64))
    )
    gi = gi_star(finer.counts(lon, lat), neighbours_of(finer))
    hot = ((gi.z > 0) & (gi.q < 0.05))[finer.assign(grid.x, grid.y)]
    assert found.hot[2].tolist() == hot.astype(float).tolist()


def test_h3_cells_with_too_few_parents_are_not_told_by_them(points: tuple[np.ndarray, ...]) -> None:
    lon, lat = -90.1 + points[0] / 100_000, 35.0 + points[1] / 100_000
    grid = h3_grid(h3_cells_over(DEGREES, 7))
    found = stability(grid, lon, lat)
    assert 30 < len(grid) < 7 * 30
    assert np.isnan(found.hot[1]).all() and not np.isnan(found.hot[[0, 2]]).any()


def test_areas_are_tested_by_period_only(points: tuple[np.ndarray, ...]) -> None:
    squares = square_grid(3000, AREA)
    grid = areas_grid(squares.shapes, squares.ids, None)
    found = stability(grid, points[0], points[1], period=points[2])
    assert [run.changes for run in found.runs] == ["none"] + ["period"] * 12
    gi = gi_star(grid.counts(points[0], points[1]), neighbours_of(grid))
    assert found.hot[0].tolist() == ((gi.z > 0) & (gi.q < 0.05)).astype(float).tolist()


def test_too_few_points_or_cells_tell_nothing() -> None:
    few = np.random.default_rng(1).uniform(0, 20_000, (29, 2))
    found = stability(square_grid(1000, AREA), few[:, 0], few[:, 1], AREA)
    assert np.isnan(found.share).all() and len(found.runs) == 18
    many = np.repeat(few, 9, axis=0)
    coarse = stability(square_grid(5000, AREA), many[:, 0], many[:, 1], AREA)
    assert len(square_grid(5000, AREA)) == 16
    told = ~np.isnan(coarse.hot).all(axis=1)
    assert [run.says.startswith("cells of 3,750 m") for run in coarse.runs] == told.tolist()


def test_squares_without_an_area_are_refused(points: tuple[np.ndarray, ...]) -> None:
    with pytest.raises(ValueError, match="Give its outline"):
        stability(square_grid(1000, AREA), points[0], points[1])


def test_the_share_of_periods_by_hand() -> None:
    nan = np.nan
    z = np.array([[3.0, 3, -3, 3], [3, nan, 0, 0], [nan] * 4])
    p = np.array([[0.01, 0.06, 0.01, 0.049], [0.01, nan, 1, 1], [nan] * 4])
    assert share_of_periods(z, p) == pytest.approx([0.5, 1 / 3, nan], nan_ok=True)


def test_shares_leave_out_runs_that_cannot_tell() -> None:
    found = Stability(np.array([[1, np.nan], [np.nan, np.nan], [0, np.nan]]), ())
    assert found.share == pytest.approx([0.5, np.nan], nan_ok=True)


def test_thirty_runs_on_2000_cells_take_less_than_a_second(points: tuple[np.ndarray, ...]) -> None:
    grid = square_grid(447, AREA)
    assert 1950 < len(grid) < 2100
    stability(grid, points[0], points[1], AREA, points[2])
    start = time.perf_counter()
    found = stability(grid, points[0], points[1], AREA, points[2])
    assert time.perf_counter() - start < 1 and len(found.runs) == 30
