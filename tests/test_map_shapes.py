"""Cells and areas as shapes: where they lie, how they are packed, and on what the map opens."""

import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from dashboard.maps import shapes
from tests.map_squares import places


@pytest.mark.parametrize("resolution", range(4, 10))
def test_cells_are_drawn_where_h3_says(resolution: int) -> None:
    cell = h3.latlng_to_cell(-40.0, -30.0, resolution)
    drawn = shapes.cell_shapes([h3.str_to_int(cell)])[0]
    wanted = shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)])
    assert drawn.symmetric_difference(wanted).area / wanted.area < 1e-6


def test_a_cell_on_the_antimeridian_stays_whole() -> None:
    cell = h3.str_to_int(h3.latlng_to_cell(-17.0, 179.9999, 5))
    west, _, east, _ = shapes.cell_shapes([cell])[0].bounds
    assert east - west < 1
    assert west < 180 < east


def test_no_cells_no_shapes() -> None:
    assert len(shapes.cell_shapes([])) == 0


def test_shapes_are_packed_as_whole_steps_of_about_a_metre() -> None:
    hole = [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.2)]
    square = shapely.Polygon([(0, 0), (1.000004, 0), (1, 1), (0, 0)], [hole])
    outer = [0, 0, 100_000, 0, 0, 100_000, -100_000, -100_000]
    inner = [20_000, 20_000, 20_000, 0, 0, 20_000, -20_000, -20_000]
    assert shapes.packed(square) == ["Polygon", [outer, inner]]
    assert shapes.packed(shapely.MultiPolygon([square])) == ["MultiPolygon", [[outer, inner]]]
    assert shapes.packed(shapely.LineString([(0, 0), (0, -1)])) == ["LineString", [0, 0, 0, -100_000]]
    mixed = shapely.GeometryCollection([square, shapely.Point(0, 0)])
    assert shapes.packed(mixed) == ["MultiPolygon", [[outer, inner]]]


def test_sizes_in_words_are_those_of_h3() -> None:
    for resolution, km in shapes.ACROSS_KM.items():
        across = np.sqrt(3) * h3.average_hexagon_edge_length(resolution, unit="km")
        assert abs(across - km) / across < 0.1
    assert shapes.across(8) == "about 1 km across"
    assert shapes.across(9) == "about 350 m across"


def test_only_a_cell_of_the_resolution_is_read_from_a_link() -> None:
    cell = h3.latlng_to_cell(-40.0, -30.0, 7)
    assert shapes.parse_cell(cell, 7) == h3.str_to_int(cell)
    assert shapes.parse_cell(cell, 8) is None
    assert shapes.parse_cell("nonsense", 7) is None
    assert shapes.parse_cell("", 7) is None


def test_a_map_opens_on_the_busiest_city_and_not_on_a_continent() -> None:
    table = places([5, 90, 1])
    table["shape"] = [
        shapely.box(-95, 29, -94, 30),
        shapely.box(-118.5, 34, -118, 34.5),
        shapely.box(-118, 34, -117, 35),
    ]
    assert shapes.main_bounds(table) == (-118.5, 34.0, -117.0, 35.0)
    assert shapes.elsewhere(table) == 1
    assert shapes.main_bounds(table.iloc[:0]) is None
    assert shapes.elsewhere(table.iloc[:0]) == 0


def test_a_single_small_place_opens_with_its_surroundings() -> None:
    table = places([1])
    table["shape"] = [shapely.box(-30.001, -40.001, -30, -40)]
    west, south, east, north = shapes.main_bounds(table) or (0, 0, 0, 0)
    assert east - west == pytest.approx(shapes.LEAST_SPAN)
    assert north - south == pytest.approx(shapes.LEAST_SPAN)
    assert west < -30.001 < -30 < east


def test_a_background_is_thinned_to_a_bound() -> None:
    circle = shapely.Point(0, 0).buffer(1, quad_segs=5000)
    assert shapely.get_num_coordinates(shapes.thinned(np.array([circle]), 500)).sum() <= 500


def test_stored_shapes_are_read_and_missing_ones_stay_missing() -> None:
    found = shapes.stored_shapes([shapely.Point(1, 2).wkb, None, pd.NA])
    assert found[0] == shapely.Point(1, 2)
    assert found[1] is None
    assert found[2] is None
