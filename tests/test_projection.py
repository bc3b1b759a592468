"""A projection in metres for the place: the zone that a map of it has, distances that hold, no seam."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from dashboard.analysis.projection import area_to_metres, middle, projected_crs, to_degrees, to_metres


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        ([-90.2, -89.7], [35.0, 35.3], "EPSG:32616"),  # Memphis lies on the edge of two zones
        ([-118.5, -118.1], [33.7, 34.3], "EPSG:32611"),
        ([151.0, 151.3], [-33.9, -33.7], "EPSG:32756"),
        ([179.9, -179.9, -179.8], [-16.5, -16.6, -16.7], "EPSG:32701"),  # Fiji, on both sides of 180
        ([179.9, -179.95], [52, 52], "EPSG:32660"),
        ([0, 90, 180, -90], [88.0] * 4, "EPSG:5041"),
        ([10.0, 11], [-85.0, -85], "EPSG:5042"),
        ([180.0], [10.0], "EPSG:32601"),
        ([-180.0], [10.0], "EPSG:32601"),
    ],
)
def test_the_projection_of_a_place(lon, lat, crs):
    assert projected_crs(lon, lat) == crs


@pytest.mark.parametrize(
    ("lon0", "lat0"), [(-118, 34), (179.99, 52), (-179.99, -17), (0, 89.9), (123, -89.5), (10, 84.1)]
)
def test_a_kilometre_is_a_kilometre(lon0, lat0):
    """Within 1 %, in every direction, also across the antimeridian and beside the poles."""
    lon, lat, _ = Geod(ellps="WGS84").fwd(
        np.full(12, lon0), np.full(12, lat0), np.arange(0, 360, 30), np.full(12, 1000)
    )
    crs = projected_crs(lon, lat)
    x, y = to_metres(lon, lat, crs)
    (x0,), (y0,) = to_metres([lon0], [lat0], crs)
    assert np.hypot(x - x0, y - y0) == pytest.approx(np.full(12, 1000), rel=0.01)
    back_lon, back_lat = to_degrees(x, y, crs)
    assert back_lat == pytest.approx(lat, abs=1e-8)
    assert (back_lon - lon + 180) % 360 - 180 == pytest.approx(np.zeros(12), abs=1e-6)


def test_a_place_too_wide_for_a_zone_keeps_its_areas():
    """Texas: areas within 0.1 % of those on the ellipsoid."""
    corners = shapely.segmentize(shapely.box(-106, 26, -94, 36), 0.1)
    lon, lat = shapely.get_coordinates(corners).T
    crs = projected_crs(lon, lat)
    assert "laea" in crs
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(corners)[0])
    assert shapely.area(area_to_metres(corners, crs)) == pytest.approx(true, rel=1e-3)


def test_an_area_cut_at_the_antimeridian_becomes_one():
    cut = shapely.MultiPolygon([shapely.box(179.5, 50, 180, 51), shapely.box(-180, 50, -179.5, 51)])
    moved = area_to_metres(cut, projected_crs([179.5, -179.5], [50, 51]))
    west, _, east, _ = shapely.bounds(moved)
    assert east - west < 80_000
    assert shapely.area(moved) == pytest.approx(71_000 * 111_000, rel=0.02)
    assert len(shapely.get_parts(shapely.union_all(shapely.buffer(shapely.get_parts(moved), 1)))) == 1


def test_points_without_coordinates_stay_so():
    x, y = to_metres([np.nan, -118.0], [34.0, 34.0], "EPSG:32611")
    assert np.isnan([x[0], y[0]]).all()
    assert np.isfinite([x[1], y[1]]).all()
    assert projected_crs([np.nan, -118.0], [34.0, 34.0]) == "EPSG:32611"
    with pytest.raises(ValueError, match="No point has coordinates"):
        projected_crs([np.nan], [1.0])


def test_points_all_around_the_globe_have_no_middle():
    assert middle([0, 180], [0, 0])[2] == 180
    assert "laea" in projected_crs([0, 180], [0, 0])
