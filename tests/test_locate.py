"""Points, cells and areas: against the h3 package and geopandas, and by what must always hold."""

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import locate
from etl.tables import H3_RESOLUTIONS

CITY = (-119.1, 33.3, -117.6, 34.9)
FIJI = (177.0, -20.0, -178.0, -16.0)  # across the 180th meridian: west is greater than east
NAN = float("nan")

latitudes = st.floats(-89.9, 89.9)
longitudes = st.floats(-179.9, 179.9)
anything = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.just(0.0), latitudes)


def _issues(lat: list[float], lon: list[float], region: tuple[float, float, float, float] | None) -> list[str]:
    points = locate.check_points(np.array(lat), np.array(lon), region)
    return [locate.POINT_ISSUES[i] for i in points.issue]


def test_each_kind_of_nonsense_by_hand() -> None:
    lat = np.array([34.01, 0.0, -118.2, 40.7, NAN, 34.01, 0.0, float("inf"), 34.9])
    lon = np.array([-118.2, 0.0, 34.01, -74.0, -118.2, NAN, -118.2, -118.2, -117.6])
    points = locate.check_points(lat, lon, CITY)
    names = [locate.POINT_ISSUES[i] for i in points.issue]
    assert names == ["ok", "zero", "swapped", "outside", "missing", "missing", "outside", "missing", "ok"]
    np.testing.assert_array_equal(points.lat, [34.01, NAN, 34.01, NAN, NAN, NAN, NAN, NAN, 34.9])
    np.testing.assert_array_equal(points.lon, [-118.2, NAN, -118.2, NAN, NAN, NAN, NAN, NAN, -117.6])
    np.testing.assert_array_equal(lat[:3], [34.01, 0.0, -118.2])  # the caller's numbers stay


def test_without_a_region_only_the_impossible_goes() -> None:
    assert _issues([34.0, 91.0, 0.0, -118.0], [-118.0, 10.0, 0.0, 34.0], None) == ["ok", "outside", "zero", "outside"]


def test_a_region_across_the_180th_meridian() -> None:
    assert _issues([-18, -18, -18, 179.5], [179.5, -179.0, 0.5, -18], FIJI) == ["ok", "ok", "outside", "swapped"]


@given(st.lists(st.tuples(anything, anything), max_size=20), st.sampled_from([None, CITY, FIJI]))
def test_a_point_is_the_files_own_or_none(pairs: list[tuple[float, float]], region: tuple | None) -> None:
    """No record ever gets a place that it did not name: its pair, the pair turned round, or nothing."""
    lat, lon = (np.array([p[i] for p in pairs], dtype=float) for i in (0, 1))
    points = locate.check_points(lat, lon, region)
    for i, (given_lat, given_lon) in enumerate(pairs):
        found = (points.lat[i], points.lon[i])
        if np.isnan(found[0]):
            assert np.isnan(found[1]) and points.issue[i] in (locate.MISSING, locate.ZERO, locate.OUTSIDE)
            continue
        swapped = points.issue[i] == locate.SWAPPED
        assert found == ((given_lon, given_lat) if swapped else (given_lat, given_lon))
        assert abs(found[0]) <= 90 and abs(found[1]) <= 180
        if region:
            west, south, east, north = region
            across = west <= found[1] <= east if west <= east else found[1] >= west or found[1] <= east
            assert south <= found[0] <= north and across


@given(st.lists(st.tuples(anything, anything), max_size=10))
def test_checking_twice_changes_nothing(pairs: list[tuple[float, float]]) -> None:
    lat, lon = (np.array([p[i] for p in pairs], dtype=float) for i in (0, 1))
    once = locate.check_points(lat, lon, CITY)
    twice = locate.check_points(once.lat, once.lon, CITY)
    np.testing.assert_array_equal(once.lat, twice.lat)
    np.testing.assert_array_equal(once.lon, twice.lon)


@given(st.integers(-8999, 8999), st.integers(-17999, 17999))
def test_two_decimals_are_coarse(lat: int, lon: int) -> None:
    assert locate.is_coarse(np.array([lat / 100]), np.array([lon / 100]))[0]
    assert not locate.is_coarse(np.array([lat / 100 + 0.0004]), np.array([lon / 100]))[0]
    assert not locate.is_coarse(np.array([lat / 100]), np.array([lon / 100 - 0.00005]))[0]


def test_a_missing_point_is_not_coarse() -> None:
    assert not locate.is_coarse(np.array([NAN]), np.array([NAN]))[0]


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=20))
def test_cells_are_those_of_the_h3_package(pairs: list[tuple[float, float]]) -> None:
    lat, lon = (np.array([p[i] for p in pairs], dtype=float) for i in (0, 1))
    for resolution in H3_RESOLUTIONS:
        expected = [h3.str_to_int(h3.latlng_to_cell(*pair, resolution)) for pair in pairs]
        assert locate.cells(lat, lon, resolution).tolist() == expected


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=20))
def test_coarser_cells_are_the_parents_of_finer_ones(pairs: list[tuple[float, float]]) -> None:
    lat, lon = (np.array([p[i] for p in pairs], dtype=float) for i in (0, 1))
    found = locate.all_cells(lat, lon)
    assert tuple(found) == H3_RESOLUTIONS
    for i, pair in enumerate(pairs):
        finest = h3.latlng_to_cell(*pair, 9)
        coarse = bool(locate.is_coarse(lat[i : i + 1], lon[i : i + 1])[0])
        for resolution in H3_RESOLUTIONS:
            hidden = coarse and resolution > locate.COARSE_RESOLUTION
            expected = 0 if hidden else h3.str_to_int(h3.cell_to_parent(finest, resolution))
            assert int(found[resolution][i]) == expected


def test_a_coarse_point_and_a_missing_one() -> None:
    found = locate.all_cells(np.array([34.05, NAN]), np.array([-118.25, -118.25]))
    assert [bool(found[r][0]) for r in H3_RESOLUTIONS] == [True, True, True, True, False, False]
    assert not any(found[r][1] for r in H3_RESOLUTIONS)


def test_centres_are_those_of_the_h3_package() -> None:
    cell = locate.cells(np.array([34.05111, -36.1]), np.array([-118.25, -24.0]), 9)
    lat, lon = locate.cell_centres(cell)
    for i in range(2):
        assert (lat[i], lon[i]) == pytest.approx(h3.cell_to_latlng(h3.int_to_str(int(cell[i]))))


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_areas_are_those_of_a_spatial_join(seed: int) -> None:
    generator = np.random.default_rng(seed)
    shapes = [
        shapely.box(x, y, x + generator.uniform(0.05, 0.2), y + generator.uniform(0.05, 0.2))
        for x, y in generator.uniform(0, 1, (8, 2))
    ]
    ids = [f"a{i}" for i in generator.permutation(8)]
    lat, lon = generator.uniform(0, 1.2, (2, 60))
    frame = gpd.GeoDataFrame({"id": ids}, geometry=shapes, crs=4326)
    points = gpd.GeoDataFrame(geometry=shapely.points(lon, lat), crs=4326)
    joined = points.sjoin(frame, predicate="intersects").groupby(level=0)["id"].min()
    expected = [joined.get(i) for i in range(60)]
    assert locate.areas_of(lat, lon, shapes, ids).tolist() == expected


def test_a_point_on_a_shared_edge_goes_to_the_first_id_in_any_order() -> None:
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    lat, lon = np.array([0.5, 0.5, 0.5, NAN, 5.0]), np.array([1.0, 0.5, 1.5, 1.0, 5.0])
    expected = ["B", "C", "B", None, None]
    assert locate.areas_of(lat, lon, [west, east], ["C", "B"]).tolist() == expected
    assert locate.areas_of(lat, lon, [east, west], ["B", "C"]).tolist() == expected


def test_nothing_in_nothing_out() -> None:
    none = np.array([], dtype=float)
    assert locate.check_points(none, none, CITY).issue.tolist() == []
    assert locate.cells(none, none, 9).tolist() == []
    assert all(len(cells) == 0 for cells in locate.all_cells(none, none).values())
    assert locate.areas_of(none, none, [shapely.box(0, 0, 1, 1)], ["a"]).tolist() == []
    assert locate.areas_of(np.array([0.5]), np.array([0.5]), [], []).tolist() == [None]
    assert locate.largest_point_share(none, none) == 0.0


def test_the_share_of_the_busiest_point() -> None:
    lat = np.array([1.0, 1.0, 1.0, 2.0, NAN])
    assert locate.largest_point_share(lat, np.array([1.0, 1.0, 2.0, 2.0, 1.0])) == 0.5
    assert locate.largest_point_share(np.array([NAN]), np.array([NAN])) == 0.0
