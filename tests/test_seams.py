"""Where maps end: cities on the antimeridian and beside the poles get the same answer as any other."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from dashboard.analysis.gistar import gi_star
from dashboard.analysis.grids import h3_grid, hexagon_grid, projected_crs, sfhotspot_area, square_grid
from dashboard.analysis.h3_cells import h3_cells_over
from dashboard.analysis.neighbours import neighbours_of
from dashboard.analysis.projection import to_metres

PLACES = {
    "inland": (-90.0, 35.1),
    "antimeridian": (180.0, -16.8),
    "north pole": (0.0, 90.0),
    "south pole": (0.0, -90.0),
}
N = 4000


def reports(place: str) -> tuple[np.ndarray, np.ndarray]:
    """(lon, lat) of a quarter of the reports within 1 km of a city's middle, the others within 12 km."""
    lon0, lat0 = PLACES[place]
    rng = np.random.default_rng(1)
    reach = np.where(np.arange(N) < N // 4, 1000, 12_000) * np.sqrt(rng.random(N))
    lon, lat, _ = Geod(ellps="WGS84").fwd(np.full(N, lon0), np.full(N, lat0), rng.uniform(0, 360, N), reach)
    return lon, lat


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("lay", [square_grid, hexagon_grid])
def test_a_grid_in_metres(place, lay):
    lon, lat = reports(place)
    crs = projected_crs(lon, lat)
    x, y = to_metres(lon, lat, crs)
    grid = lay(1000, sfhotspot_area(x, y, 1000), crs)
    counts = grid.counts(x, y)
    assert counts.sum() == N
    assert 480 < len(grid) < 640  # 452 km2 and the cells on its border
    found = gi_star(counts, neighbours_of(grid))
    (middle_x,), (middle_y,) = to_metres([PLACES[place][0]], [PLACES[place][1]], crs)
    busiest = np.argmax(found.z)
    assert np.hypot(grid.x[busiest] - middle_x, grid.y[busiest] - middle_y) < 1000
    assert (found.q < 0.05).sum() < 40


@pytest.mark.parametrize("place", PLACES)
def test_cells_of_h3(place):
    lon, lat = reports(place)
    lon0, lat0 = PLACES[place]
    ring_lon, ring_lat, _ = Geod(ellps="WGS84").fwd(
        np.full(36, lon0), np.full(36, lat0), np.arange(0, 360, 10), np.full(36, 14_000)
    )
    order = np.argsort(ring_lon) if abs(lat0) == 90 else np.arange(36)
    grid = h3_grid(h3_cells_over(shapely.Polygon(np.column_stack([ring_lon, ring_lat])[order]), 8))
    counts = grid.counts(lon, lat)
    assert counts.sum() == N
    found = gi_star(counts, neighbours_of(grid))
    away = Geod(ellps="WGS84").inv(grid.x, grid.y, np.full(len(grid), lon0), np.full(len(grid), lat0))[2]
    assert away[np.argmax(found.z)] < 1000
    assert away.max() < 14_500
