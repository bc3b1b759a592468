"""H3 cells over a polygon: exactly those whose centre is inside, anywhere on the globe."""

from functools import lru_cache
from typing import Any

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.h3_cells import h3_cells_over, h3_centres, h3_shapes, positions

R = 4


@lru_cache
def every_cell() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All 288,122 cells of resolution 4 with their centres, by another library than ours."""
    ids = list(h3.uncompact_cells(h3.get_res0_cells(), R))
    centres = np.array([h3.cell_to_latlng(c) for c in ids])
    return np.array([h3.str_to_int(c) for c in ids], dtype=np.uint64), centres[:, 1], centres[:, 0]


def by_looking_at_all(polygon: Any, turns: tuple[int, ...] = (0,)) -> np.ndarray:
    ids, lon, lat = every_cell()
    shapely.prepare(polygon)
    return np.sort(ids[np.any([shapely.contains_xy(polygon, lon + turn, lat) for turn in turns], axis=0)])


@settings(max_examples=60, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0.5, 25), st.floats(0.5, 25))
def test_cells_of_any_box_are_those_whose_centre_is_inside(lon, lat, width, height):
    box = shapely.box(lon, max(lat - height, -90), lon + width, min(lat + height, 90))
    assert np.array_equal(h3_cells_over(box, R), by_looking_at_all(box, (0, 360)))


WAYS = {
    "cut at 180": shapely.MultiPolygon([shapely.box(178, 50, 180, 53), shapely.box(-180, 50, -178, 53)]),
    "past 180": shapely.box(178, 50, 182, 53),
    "past -180": shapely.box(-182, 50, -178, 53),
    "a side that jumps": shapely.Polygon([(178, 50), (-178, 50), (-178, 53), (178, 53)]),
    "a side that jumps, the other way round": shapely.Polygon([(-178, 53), (-178, 50), (178, 50), (178, 53)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_an_area_across_the_antimeridian(way):
    expected = by_looking_at_all(shapely.box(178, 50, 182, 53), (0, 360))
    assert len(expected) > 20
    assert np.array_equal(h3_cells_over(WAYS[way], R), expected)


@pytest.mark.parametrize("pole", [1, -1])
def test_areas_that_hold_a_pole(pole):
    """As a box around the whole map, and as a ring once around it."""
    south, north = sorted((80 * pole, 90 * pole))
    expected = by_looking_at_all(shapely.box(-180, south, 180, north))
    assert np.array_equal(h3_cells_over(shapely.box(-180, south, 180, north), R), expected)
    around = shapely.Polygon([(lon if lon <= 180 else lon - 360, 80 * pole) for lon in range(5, 365, 10)])
    assert np.array_equal(h3_cells_over(around, R), expected)


def test_holes_and_islands():
    ring = shapely.box(-120, 30, -110, 40).difference(shapely.box(-118, 32, -112, 38))
    parts = shapely.MultiPolygon([*shapely.get_parts(ring), shapely.box(-116, 34, -114, 36)])
    assert np.array_equal(h3_cells_over(parts, R), by_looking_at_all(parts))
    across = shapely.Polygon(
        [(170, -20), (-170, -20), (-170, -10), (170, -10)], [[(178, -17), (-178, -17), (-178, -13), (178, -13)]]
    )
    plain = shapely.box(170, -20, 190, -10).difference(shapely.box(178, -17, 182, -13))
    assert np.array_equal(h3_cells_over(across, R), by_looking_at_all(plain, (0, 360)))


@pytest.mark.parametrize("resolution", [7, 8, 9])
def test_cells_of_a_city_are_h3s_own(resolution):
    city = shapely.Polygon([(-118.6, 34.2), (-118.2, 34.35), (-118.15, 33.8), (-118.3, 33.7), (-118.35, 34.0)])
    theirs = h3.polygon_to_cells(h3.LatLngPoly([(lat, lon) for lon, lat in city.exterior.coords[:-1]]), resolution)
    assert h3_cells_over(city, resolution).tolist() == sorted(h3.str_to_int(c) for c in theirs)


def test_an_area_smaller_than_a_cell_may_hold_no_centre():
    assert len(h3_cells_over(shapely.box(-118.2501, 34.0, -118.25, 34.0001), 6)) == 0


def test_a_collection_counts_by_its_polygons():
    box, line = shapely.box(-120, 30, -110, 40), shapely.LineString([(0, 0), (5, 5)])
    both = shapely.GeometryCollection([line, shapely.MultiPolygon([box])])
    assert np.array_equal(h3_cells_over(both, R), by_looking_at_all(box))
    with pytest.raises(ValueError, match="no extent"):
        h3_cells_over(line, R)
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])  # crosses itself: two triangles
    assert np.array_equal(h3_cells_over(bow, R), by_looking_at_all(shapely.make_valid(bow)))


def test_what_has_no_cells_is_refused():
    for area in (shapely.Polygon(), None):
        with pytest.raises(ValueError, match="empty"):
            h3_cells_over(area, 8)
    with pytest.raises(ValueError, match="no resolution 16"):
        h3_cells_over(shapely.box(0, 0, 1, 1), 16)
    with pytest.raises(ValueError, match="coarser"):
        h3_cells_over(shapely.box(-120, 30, -100, 45), 10)


def test_outlines_are_whole_across_the_antimeridian():
    cells = h3_cells_over(shapely.box(179.9, 51, 180.1, 51.2), 7)
    bounds = shapely.bounds(h3_shapes(cells))
    assert (bounds[:, 2] - bounds[:, 0]).max() < 0.1
    assert h3_shapes(np.empty(0, dtype=np.uint64)).shape == h3_centres(np.empty(0, dtype=np.uint64))[0].shape == (0,)


def test_positions_in_any_order():
    cells = np.array([9, 3, 7], dtype=np.uint64)
    assert positions(cells, np.array([3, 8, 9, 10, 0], dtype=np.uint64)).tolist() == [1, -1, 0, -1, -1]
