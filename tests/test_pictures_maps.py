"""Maps as pictures: colour and pattern of each class, true lengths, true north, shapes as they are on the ground."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from dashboard import pictures
from dashboard.figures import MapPicture
from dashboard.maps import styles
from dashboard.palette import DARK, LIGHT
from dashboard.pictures import ground, maps, paint, presets
from dashboard.pictures.sheet import Sheet
from tests.picture_canvas import assert_readable, pixels
from tests.picture_figures import city, figure, square

GEOD = Geod(ellps="WGS84")
PLACES = [(41.8, -87.7), (0.0, 10.0), (-33.9, 151.2), (60.2, 24.9), (69.6, 18.9), (-16.8, 179.95), (51.5, -0.1)]


def map_axes(made: Sheet) -> Any:
    return made.canvas.axes[0]


def on_ground(made: Sheet, picture: MapPicture) -> ground.Ground:
    """The window that a canvas shows, in its own projection."""
    axes = map_axes(made)
    box = axes.get_position()
    place = maps.read(picture)
    assert place is not None
    found = ground.ground(place.bounds, box.width * made.width, box.height * made.height)
    assert (axes.get_xlim(), axes.get_ylim()) == (
        pytest.approx((found.left, found.right)),
        pytest.approx((found.bottom, found.top)),
    )
    return found


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_the_scale_bar_is_as_long_as_it_says(lat: float, lon: float) -> None:
    """Its ends, taken back to the earth, are as far apart as the label says, wherever on the earth that is."""
    picture = city(lat, lon)
    made = presets.laid_out(figure(picture), "slide")
    onto = on_ground(made, picture)
    (line,) = [a for a in map_axes(made).get_lines() if a.get_gid() == "scale"]
    ends = [onto.degrees(x, y) for x, y in zip(*line.get_data(), strict=True)]
    metres = GEOD.inv(*ends[0], *ends[1])[2]
    label = next(t.get_text() for t in made.texts if "miles" in t.get_text())
    amount, unit = label.split(" ")[:2]
    said = float(amount) * (1000 if unit == "km" else 1)
    assert metres == pytest.approx(said, rel=0.002)
    miles = float(label.split("(")[1].split(" ")[0])
    assert miles == pytest.approx(said / 1609.344, rel=0.06)


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_shapes_are_not_squeezed(lat: float, lon: float) -> None:
    """A kilometre east is as many pixels as a kilometre north, though a degree is not."""
    picture = city(lat, lon)
    made = presets.laid_out(figure(picture), "evidence")
    onto, axes = on_ground(made, picture), map_axes(made)
    at = onto.degrees((onto.left + onto.right) / 2, (onto.bottom + onto.top) / 2)
    lengths = []
    for azimuth in (0, 45, 90, 135):
        lon1, lat1, _back = GEOD.fwd(*at, azimuth, 5000)
        moved = onto.moved(np.array([shapely.Point(*at), shapely.Point(lon1, lat1)]))
        (a, b) = (axes.transData.transform((p.x, p.y)) for p in moved)
        lengths.append(math.dist(a, b))
    assert max(lengths) / min(lengths) < 1.005


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_the_arrow_points_north(lat: float, lon: float) -> None:
    onto = on_ground(presets.laid_out(figure(city(lat, lon)), "slide"), city(lat, lon))
    x, y = (onto.left + onto.right) / 2, (onto.bottom + onto.top) / 2
    right, up = ground.north(onto)
    azimuth, _back, _far = GEOD.inv(*onto.degrees(x, y), *onto.degrees(x + right * 1000, y + up * 1000))
    assert azimuth == pytest.approx(0, abs=0.05)


def test_each_class_has_its_colour_and_its_pattern() -> None:
    from matplotlib.colors import to_hex

    picture = city()
    made = presets.laid_out(figure(picture), "slide")
    drawn = {p.get_gid(): p for p in map_axes(made).patches if str(p.get_gid()).startswith("class-")}
    for i, look in enumerate(picture.looks):
        patch = drawn[f"class-{i}"]
        assert to_hex(patch.get_facecolor()).upper() == look.colour.upper()
        assert (patch.get_hatch() or "") == paint.MAP_HATCHES[look.pattern]
    assert to_hex(drawn["class--1"].get_facecolor(), keep_alpha=True) == "#00000000"
    assert set(paint.MAP_HATCHES) == set(styles.PATTERNS)
    assert len(set(paint.MAP_HATCHES.values())) == len(styles.PATTERNS)


def test_an_area_lies_where_it_is_on_the_ground() -> None:
    picture = city()
    made = presets.laid_out(figure(picture), "slide")
    onto = on_ground(made, picture)
    patch = next(p for p in map_axes(made).patches if p.get_gid() == "class-2")
    expected = onto.moved(np.array([square(-87.7 + 0.2, 41.8)]))[0]
    assert patch.get_path().get_extents().extents == pytest.approx(expected.bounds)


def test_a_hole_stays_open() -> None:
    whole = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    table = pd.DataFrame({"id": ["a"], "name": ["A"], "label": ["A"], "n": [3], "shape": [whole.wkb], "cls": [0]})
    picture = MapPicture(table, (styles.ClassStyle("All", "#44688A"),), (1,), "All")
    made = presets.laid_out(figure(picture), "slide")
    axes = map_axes(made)
    image = pixels(pictures.draw(figure(picture), "png", "slide"))
    onto = on_ground(made, picture)
    colours = []
    for lon, lat in ((0.5, 0.45), (0.2, 0.45)):
        point = onto.moved(np.array([shapely.Point(lon, lat)]))[0]
        x, y = axes.transData.transform((point.x, point.y))
        colours.append(tuple(image[round(made.height - y), round(x)]))
    assert colours[0] != colours[1]
    assert colours[1] == (0x44, 0x68, 0x8A)


@pytest.mark.parametrize("preset", pictures.PRESETS)
@pytest.mark.parametrize("cells", [False, True])
def test_a_map_says_what_it_shows(preset: pictures.Preset, cells: bool) -> None:
    picture = city(cells=cells)
    made = presets.laid_out(figure(picture, restricted=True), preset)
    assert_readable(made)
    said = [t.get_text() for t in made.texts]
    assert "Incidents per area" in said
    assert "Class rising (1)" in said
    assert "No incident" in said
    assert "N" in said
    assert "RESTRICTED: do not share" in said
    assert any("reports" in s for s in said)
    # Areas that are shaded are named, so the county has no room; cells have no names of their own.
    assert ("Area 4" in said, "Lantern County" in said) == (not cells, cells)


def test_cells_are_drawn_from_their_ids() -> None:
    picture = city(cells=True)
    found = maps.read(picture)
    assert found is not None
    assert len(found.table) == 9
    assert shapely.get_num_coordinates(found.table["shape"].to_numpy()).tolist() == [7] * 9


def test_places_far_away_are_counted_in_words() -> None:
    near = city()
    far = near.places.head(1).assign(id="far", shape=[square(-100, 30).wkb], n=1)
    picture = MapPicture(pd.concat([near.places, far], ignore_index=True), near.looks, near.counts, "Incidents")
    made = presets.laid_out(figure(picture), "evidence")
    assert "1 place lies outside this map." in " ".join(t.get_text() for t in made.texts)
    assert "outside" not in " ".join(t.get_text() for t in presets.laid_out(figure(near), "evidence").texts)


def test_nothing_to_draw_is_a_sentence() -> None:
    picture = MapPicture(city().places.head(0), city().looks)
    for preset in pictures.PRESETS:
        made = presets.laid_out(figure(picture), preset)
        assert any("Nothing of this view" in t.get_text() for t in made.texts)


def test_a_map_of_a_dark_page_is_printed_light() -> None:
    """What stands for the same class in both palettes is the same in print."""
    made = []
    for p in (LIGHT, DARK):
        looks = (*styles.hot_and_cold(p), *styles.values(["1", "2", "3"], p))
        made.append(pictures.draw_bare(figure(MapPicture(city().places, looks, (1,) * 7, "Classes")), "svg"))
    assert made[0] == made[1]


def test_a_map_names_no_other_host_and_no_point() -> None:
    svg = pictures.draw(figure(city()), "svg").decode()
    assert "tile" not in svg
    assert "<image" not in svg
    assert "<circle" not in svg
