"""What comes back from a map or an upload: clicks, drawn areas and files, all of which may be anything."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dashboard.maps import clicks, drawn
from dashboard.maps.drawn import AreaError, polygon_from_click, polygon_from_upload

SQUARE = shapely.box(-30.2, -40.1, -30.1, -40.0)
SECRET = "n17marmalade"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features", "properties", "id"]), inner)
    ),
    max_leaves=20,
)


def drawing(shape: Any, **properties: Any) -> dict[str, Any]:
    """What the map sends for a finished drawing."""
    return {"type": "Feature", "properties": {"drawn": 1} | properties, "geometry": shapely.geometry.mapping(shape)}


def refused(content: bytes, name: str = "area.geojson") -> str:
    """Why an upload is refused; nothing of its content or name is in the sentence."""
    with pytest.raises(AreaError) as error:
        polygon_from_upload(content, name)
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    return str(error.value)


def collection(*shapes: Any) -> bytes:
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(s)} for s in shapes]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


# -- clicks


def test_a_click_names_its_place_and_what_is_then_chosen() -> None:
    sent = {"properties": {"id": "a", "add": 1, "chosen": ["b", "a", "b"]}}
    assert clicks.clicked(sent) == "a"
    assert clicks.adds(sent)
    assert clicks.chosen(sent) == ("b", "a")
    assert not clicks.adds({"properties": {"id": "a"}})
    assert clicks.chosen({"properties": {"id": "a"}}) == ()


@given(json_values)
def test_whatever_a_browser_sends_is_a_choice_or_nothing(value: Any) -> None:
    for sent in (value, {"properties": value}, {"properties": {"id": value, "add": value, "chosen": value}}):
        assert isinstance(clicks.clicked(sent), str)
        assert all(isinstance(key, str) for key in clicks.chosen(sent))
        assert clicks.adds(sent) in (True, False)


def test_a_choice_is_bounded() -> None:
    assert len(clicks.chosen({"properties": {"chosen": [str(i) for i in range(10_000)]}})) == clicks.MOST_CHOSEN
    assert clicks.clicked({"properties": {"id": "x" * 1000}}) == ""


# -- drawn


def test_a_drawing_is_its_polygon_and_a_click_is_none() -> None:
    assert shapely.equals(polygon_from_click(drawing(SQUARE)), SQUARE)
    assert polygon_from_click(drawing(SQUARE) | {"properties": {"id": "a"}}) is None
    assert polygon_from_click(None) is None


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "cross"),
        (shapely.Point(0, 0).buffer(1, quad_segs=40), "not one area"),
        (shapely.box(0, 0, 1e-7, 1e-7), "smaller"),
        (shapely.box(-170, -80, 170, 80), "larger"),
        (shapely.box(0, 80, 1, 91), "not longitude and latitude"),
        (shapely.box(179, 0, 181, 1), "crosses 180 degrees"),
        (shapely.Point(0, 0), "not one area"),
    ],
)
def test_a_drawing_that_is_no_usable_area_says_why(shape: Any, why: str) -> None:
    with pytest.raises(AreaError, match=why):
        polygon_from_click(drawing(shape))


def test_a_drawing_on_the_other_side_of_180_degrees_is_where_it_is() -> None:
    found = polygon_from_click(drawing(shapely.box(329.8, -40.1, 329.9, -40.0)))
    assert found is not None
    assert found.bounds == pytest.approx(SQUARE.bounds)


@given(json_values)
def test_a_drawing_of_anything_is_refused_in_a_sentence(value: Any) -> None:
    for geometry in (value, {"type": "Polygon", "coordinates": value}, {"type": "Polygon", "coordinates": [value]}):
        with pytest.raises(AreaError):
            polygon_from_click({"properties": {"drawn": 1}, "geometry": geometry})


# -- uploaded


@pytest.mark.parametrize("name", ["a.geojson", "A.JSON"])
def test_polygons_of_geojson_are_one_area(name: str) -> None:
    other = shapely.box(-30.1, -40.1, -30.0, -40.0)
    assert polygon_from_upload(collection(SQUARE, other), name).equals(shapely.box(-30.2, -40.1, -30.0, -40.0))
    far = shapely.MultiPolygon([SQUARE, shapely.box(10, 10, 10.1, 10.1)])
    assert polygon_from_upload(json.dumps(shapely.geometry.mapping(far)).encode(), name).equals(far)
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(shapely.force_3d(SQUARE, 17))}
    assert polygon_from_upload(b"\xef\xbb\xbf" + json.dumps(feature).encode(), name).equals(SQUARE)


def test_points_and_lines_beside_an_area_are_left_out() -> None:
    assert polygon_from_upload(collection(shapely.Point(1, 1), SQUARE), "a.geojson").equals(SQUARE)


def test_an_outline_that_crosses_itself_is_mended() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert polygon_from_upload(collection(bow), "a.geojson").area == pytest.approx(0.5)


def test_a_zipped_shapefile_in_metres_becomes_degrees(tmp_path: Path) -> None:
    table = geopandas.GeoDataFrame({"note": [SECRET]}, geometry=[SQUARE], crs=4326).to_crs(3857)
    table.to_file(tmp_path / f"{SECRET}.shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(tmp_path.iterdir()):
            archive.write(path, f"folder/{path.name}")
        archive.writestr("folder/readme.txt", "nothing")
    assert polygon_from_upload(packed.getvalue(), "beat.zip").bounds == pytest.approx(SQUARE.bounds)
    lame = io.BytesIO()
    with zipfile.ZipFile(lame, "w") as archive:
        for path in sorted(tmp_path.iterdir()):
            if path.suffix != ".prj":
                archive.write(path, path.name)
    assert "does not say what its coordinates are" in refused(lame.getvalue(), "a.zip")


def test_a_geopackage_is_read(tmp_path: Path) -> None:
    geopandas.GeoDataFrame(geometry=[SQUARE], crs=4326).to_file(tmp_path / "a.gpkg")
    assert polygon_from_upload((tmp_path / "a.gpkg").read_bytes(), "a.gpkg").equals(SQUARE)


def test_what_is_not_longitude_and_latitude_is_refused_with_the_remedy() -> None:
    feet = shapely.box(6_400_000, 1_800_000, 6_500_000, 1_900_000)
    assert "EPSG:4326" in refused(collection(feet))
    named = json.loads(collection(SQUARE)) | {"crs": {"type": "name", "properties": {"name": f"EPSG:2229 {SECRET}"}}}
    assert "EPSG:4326" in refused(json.dumps(named).encode())
    usual = json.loads(collection(SQUARE)) | {"crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    assert polygon_from_upload(json.dumps(usual).encode(), "a.json").equals(SQUARE)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.geojson", "empty"),
        (SECRET.encode(), "a.geojson", "not GeoJSON"),
        (b"[" * 100_000, "a.geojson", "not GeoJSON"),
        (b"\xff\xfe", "a.geojson", "not GeoJSON"),
        (b'{"type": "Polygon", "coordinates": [[["n17marmalade", 2], [3, 4]]]}', "a.geojson", "incomplete"),
        (b'{"type": "Polygon", "coordinates": [[[1e999, 2], [3, 4], [5, 6], [1, 2]]]}', "a.geojson", "missing"),
        (b'{"type": "Point", "coordinates": [1, 2]}', "a.geojson", "holds no area"),
        (b'{"type": "Polygon", "coordinates": []}', "a.geojson", "holds no area"),
        (SECRET.encode(), f"{SECRET}.exe", "kind of file"),
        (SECRET.encode(), "a.zip", "cannot be opened"),
        (SECRET.encode(), "a.gpkg", "not a GeoPackage"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", "a.gpkg", "not a GeoPackage"),
        (b" " * (drawn.MOST_BYTES + 1), "a.geojson", "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_area_is_refused_in_a_sentence(content: bytes, name: str, why: str) -> None:
    assert why in refused(content, name)


def test_too_many_corners_and_a_zip_that_unpacks_to_too_much_are_refused() -> None:
    assert "corners" in refused(collection(shapely.Point(0, 0).buffer(1, quad_segs=6000)))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * (drawn.MOST_UNPACKED + 1))
    assert "too large" in refused(bomb.getvalue(), "a.zip")
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.shp", b"")
        archive.writestr("b.shp", b"")
    assert "exactly one" in refused(two.getvalue(), "a.zip")


@given(json_values)
def test_geojson_of_anything_is_an_area_or_a_sentence(value: Any) -> None:
    for content in (value, {"type": "FeatureCollection", "features": value}, {"type": "Polygon", "coordinates": value}):
        with pytest.raises(AreaError):
            polygon_from_upload(json.dumps(content).encode(), "a.geojson")
