"""Counts to classes, cells to shapes, tables to layers: what the map draws, without a browser."""

import base64
import json
import re
import zlib

import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streamlit_folium import _get_feature_group_string, generate_leaflet_string

from dashboard.components import legend
from dashboard.maps import classes, layers, picture, player, shapes, small, story, styles
from dashboard.palette import DARK, LIGHT, Palette

NOUN = ("incident", "incidents")
AREA, CELL = ("area", "areas"), ("cell", "cells")
JINJA = ("{{ 7 * 191 }}", "{% raise %}", "{# note #}", "{{'top'}}", "{{ ''.__class__ }}")


def places(counts: list[int], names: list[str] | None = None) -> pd.DataFrame:
    """A row of squares with these counts."""
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(len(counts))]
    names = names or [f"Place {i}" for i in range(len(counts))]
    ids = [f"id{i}" for i in range(len(counts))]
    middle = [(0.5, i + 0.5) for i in range(len(counts))]
    table = pd.DataFrame({"id": ids, "name": names, "n": pd.array(counts, dtype="Int64"), "shape": boxes})
    return table.assign(lat=[y for y, _ in middle], lon=[x for _, x in middle])


def background(table: pd.DataFrame) -> layers.Background:
    return layers.Background(table, table, table)


# -- classes


@given(st.lists(st.integers(0, 100_000), max_size=60))
def test_every_count_above_zero_is_in_the_class_whose_label_holds_it(counts: list[int]) -> None:
    found = classes.classes(counts)
    assert len(found.lower) <= classes.MOST
    assert list(found.lower) == sorted(set(found.lower))
    labels = found.labels()
    for n, c in zip(counts, found.of(np.array(counts, dtype="int64")), strict=True):
        if n == 0:
            assert c == -1
            continue
        ends = [int(part.replace(",", "")) for part in labels[c].split(" to ")]
        assert ends[0] <= n <= ends[-1]


def test_no_class_is_empty() -> None:
    counts = [1, 1, 2, 3, 900]
    used = set(classes.classes(counts).of(np.array(counts)).tolist())
    assert used == set(range(len(classes.classes(counts).lower)))


def test_few_or_equal_counts_are_named_one_by_one() -> None:
    assert classes.classes([7, 7, 7]).labels() == ["7"]
    assert classes.classes([1, 2, 4]).labels() == ["1", "2 to 3", "4"]
    assert classes.classes([0, 0]).labels() == []


def test_colours_span_the_ramp_and_a_single_class_is_visible() -> None:
    ramp = ("a", "b", "c", "d", "e")
    assert classes.colours(5, ramp) == list(ramp)
    assert classes.colours(2, ramp) == ["a", "e"]
    assert classes.colours(1, ramp) == ["c"]


# -- shapes


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


# -- sentences


@pytest.mark.parametrize(
    ("counts", "place", "every", "said"),
    [
        ([0], AREA, 3, "None of the incidents can be shown in areas."),
        ([1], CELL, 0, "The only incident on this map lies in one cell."),
        ([40], CELL, 0, "All 40 incidents on this map lie in one cell."),
        ([40, 0], AREA, 57, "All 40 incidents on this map lie in one of 57 areas."),
        ([3, 2], CELL, 0, "The 5 incidents on this map lie in 2 cells: too few to say where they gather."),
        ([20] * 4, AREA, 5, "The 80 incidents on this map are spread evenly: 20 incidents in each of 4 of 5 areas."),
        ([100, 50, 25, 25], AREA, 57, "Half of the 200 incidents on this map lie in 1 of 57 areas."),
        ([60, 50, 50, 40], CELL, 0, "Half of the 200 incidents on this map lie in 2 of the 4 cells with any."),
    ],
)
def test_the_answer_above_the_map(counts: list[int], place: tuple[str, str], every: int, said: str) -> None:
    assert story.concentration(counts, NOUN, place, every) == said


def test_equal_places_share_a_rank() -> None:
    assert story.rank([5, 3, 3, 1, 0], 3) == (2, 4)


def test_the_nearest_name_with_distance_and_direction() -> None:
    names, at = ["Wick", "Fenn"], np.array([[-40.0, -30.0], [-41.0, -30.0]])
    points = np.array([[-39.9, -30.0], [-40.001, -30.0], [-41.0, -30.2], [10.0, 10.0]])
    assert story.near(points, names, at) == ["11 km north of Wick", "in or near Wick", "17 km west of Fenn", ""]
    assert story.near(points, [], np.empty((0, 2))) == [""] * 4


def test_the_part_of_an_area_is_said_by_where_the_point_lies_from_its_middle() -> None:
    middle = np.array([41.75, -87.7])
    assert story.part(np.array([41.76, -87.7]), "Ashburn", middle) == "Ashburn, north"
    assert story.part(np.array([41.74, -87.713]), "Ashburn", middle) == "Ashburn, south-west"
    assert story.part(middle, "Ashburn", middle) == "Ashburn"


# -- layers


def script(table: pd.DataFrame, **options: object) -> str:
    """All JavaScript that the browser would get for a table."""
    picture = layers.Paint(table, classes.classes(table["n"].to_numpy(dtype="int64")), NOUN, labelled=True, **options)  # type: ignore[arg-type]
    made = layers.base_map(background(table), LIGHT)
    made.render()
    base = generate_leaflet_string(made)
    return base + str(_get_feature_group_string(layers.paint(picture, LIGHT), made))


@pytest.mark.parametrize("text", JINJA)
def test_a_name_is_never_computed_as_a_template(text: str) -> None:
    """folium renders what it has rendered once more: unsealed, a name would run on the server."""
    found = script(places([3, 1], [text, "Wick"]))
    assert str(7 * 191) not in found
    assert "{{" not in found.replace("${{", "")
    assert json.dumps(picture.sealed(text))[1:-1].replace("'", "\\u0027") in found


def test_hostile_names_end_no_script_and_no_string() -> None:
    found = script(places([3], ["</script><img onerror=x>'\"`${x}"]))
    assert "</script" not in found
    assert "<img" not in found
    assert "${x}" not in found


def test_scripts_and_styles_all_come_from_this_app() -> None:
    made = layers.base_map(background(places([1])), DARK)
    links = [href for _, href in (*made.default_js, *made.default_css)]
    assert links
    assert all(href.startswith("/vendor/") for href in links)
    assert "http" not in re.sub(r"http://www.w3.org\S+", "", script(places([3, 1])))


def test_the_base_is_the_same_whatever_the_figures_so_the_view_is_kept() -> None:
    first, second = (layers.base_map(background(places([1, 2])), LIGHT) for _ in range(2))
    first.render()
    second.render()
    assert generate_leaflet_string(first) == generate_leaflet_string(second)


def test_one_or_several_chosen_places_are_told_to_the_map() -> None:
    table = places([3, 2, 1])
    assert '"chosen":["id0"]' in drawn(layers.Paint(table, classes.classes([3, 2, 1]), NOUN, selected="id0"))
    several = layers.Paint(table, classes.classes([3, 2, 1]), NOUN, selected=("id0", "id2"), several=True)
    assert '"chosen":["id0","id2"]' in drawn(several)
    assert '"chosen":[]' in drawn(layers.Paint(table, classes.classes([3, 2, 1]), NOUN))


def test_places_travel_as_columns_and_a_text_that_repeats_travels_once() -> None:
    table = places([1200, 0], ["Old|Mill {1}", "Old|Mill {1}"]).assign(cls=[1, -1], tip=["rose", None])
    found = picture.packed_places(table)
    name = picture.sealed("Old|Mill {1}")
    assert "|" not in name
    assert "{" not in name
    assert found["ids"] == "id0|id1"
    assert found["names"] == [name, [0, 0]]
    assert found["tips"] == ["rose|", [0, 1]]
    assert found["n"] == [1200, 0]
    assert found["cls"] == "20"
    assert found["shapes"][0] == shapes.packed(table["shape"][0])[1][0], "a polygon of one ring is that ring"


# -- classes of any kind


def test_a_class_without_a_style_is_refused() -> None:
    table = places([3, 2]).assign(cls=[0, 4], tip="")
    with pytest.raises(ValueError, match="no style"):
        layers.ClassPaint(table, styles.hot_and_cold(LIGHT), NOUN)
    with pytest.raises(ValueError, match="at most"):
        layers.ClassPaint(table, styles.values(["x"] * 21, LIGHT), NOUN)
    with pytest.raises(ValueError, match="no pattern"):
        styles.ClassStyle("x", "#000000", "tartan")


def test_places_with_a_class_are_drawn_though_they_have_no_record() -> None:
    table = places([0, 0]).assign(cls=[1, -1], tip=["cold spot, none of 12 expected", ""])
    picture_ = layers.ClassPaint(table, styles.hot_and_cold(LIGHT), NOUN)
    found = drawn(picture_)
    assert "cold spot, none of 12 expected" in found
    assert "Place 0" in found
    assert "Place 1" not in found
    assert "lamplight.keepInView" in found


@pytest.mark.parametrize("text", JINJA)
def test_a_tip_is_never_computed_as_a_template(text: str) -> None:
    table = places([3]).assign(cls=[0], tip=[text + "</script>`${x}"])
    found = drawn(layers.ClassPaint(table, styles.hot_and_cold(LIGHT), NOUN))
    assert str(7 * 191) not in found
    assert "{{" not in found
    assert "</script" not in found


SETS = {
    "hot": styles.hot_and_cold,
    "change": styles.rose_and_fell,
    "rates": lambda p: styles.rates(["0 to 2", "2 to 5", "5 to 9", "9 to 12", "high", "unknown"], p),
    "over time": styles.growing_and_fading,
    "values": lambda p: styles.values(["a", "b", "c", "d", "e"], p),
    "signed": lambda p: styles.signed_values(["a", "b"], "c", ["d", "e"], p),
}


@pytest.mark.parametrize("p", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", SETS)
def test_no_two_classes_look_alike_in_grey_and_every_pattern_can_be_seen(name: str, p: Palette) -> None:
    looks = SETS[name](p)
    for look in looks:
        if look.pattern != "plain":
            assert styles.contrast(look.colour, look.stroke) >= 2.2, look.label
    for i, one in enumerate(looks):
        for other in looks[:i]:
            apart = styles.contrast(one.colour, other.colour)
            assert one.pattern != other.pattern or apart >= 1.15, (one.label, other.label)


# -- the player


def unpacked(sent: dict) -> tuple[np.ndarray, np.ndarray]:
    """What player.js makes of the bytes."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(sent["packed"])), dtype=np.uint8)
    kinds, low, high = raw.reshape(3, sent["places"], sent["frames"]).astype(int)
    return kinds - 1, np.cumsum(low + 256 * high, axis=1) % 65_536


def test_frames_arrive_as_they_were() -> None:
    kinds = np.array([[0, -1, 3], [1, 1, 1]])
    counts = np.array([[700, 0, 70_000], [0, 1, 2]])
    found, told = unpacked(player.packed_frames(player.Frames(["a", "b", "c"], kinds, counts)))
    assert found.tolist() == kinds.tolist()
    assert told.tolist() == [[700, 0, 65_535], [0, 1, 2]]


def test_five_years_of_windows_over_two_thousand_cells_are_under_150_kilobytes() -> None:
    """Rolling sums of months, as they come, and the worst case: nothing like the frame before."""
    rng = np.random.default_rng(1)
    months = rng.poisson(rng.gamma(0.5, 2, (2_000, 1)), (2_000, 71))
    rolling = np.lib.stride_tricks.sliding_window_view(months, 12, axis=1).sum(axis=2)
    for counts, budget in ((rolling, 150), (rng.integers(0, 8, (2_000, 60)), 150)):
        kinds = classes.classes(counts.ravel()).of(counts)
        frames = player.Frames([f"Window {i}" for i in range(60)], kinds, counts)
        assert len(picture.packed_player(frames, np.full(2_000, True))["packed"]) < budget * 1000


def test_places_that_are_never_in_a_class_are_left_out_of_every_frame() -> None:
    table = places([5, 6, 7]).assign(cls=0)
    frames = player.Frames(["a {{ 7 * 191 }}", "b|c"], np.array([[0, 1], [-1, -1], [2, -1]]), np.zeros((3, 2), int))
    shown = layers.ClassPaint(table, styles.hot_and_cold(LIGHT), NOUN, frames=frames)
    assert shown.classed()["id"].tolist() == ["id0", "id2"]
    assert shown.classed()["cls"].tolist() == [1, -1], "the last frame is seen first"
    kept = unpacked(picture.packed_player(frames, frames.seen))[0]
    assert kept.tolist() == [[0, 1], [2, -1]]
    found = drawn(shown)
    assert "lamplight.player" in found
    assert "Place 1" not in found
    assert str(7 * 191) not in found


def test_frames_that_do_not_fit_are_refused() -> None:
    kinds = np.zeros((3, 2), int)
    with pytest.raises(ValueError, match="places x frames"):
        player.Frames(["a", "b"], kinds, np.zeros((2, 2)))
    with pytest.raises(ValueError, match="label"):
        player.Frames(["a"], kinds, kinds)
    with pytest.raises(ValueError, match="no style"):
        frames = player.Frames("ab", kinds + 9, kinds)
        layers.ClassPaint(places([1, 2, 3]).assign(cls=0), styles.hot_and_cold(LIGHT), NOUN, frames=frames)
    with pytest.raises(ValueError, match="row for each place"):
        frames = player.Frames("ab", kinds, kinds)
        layers.ClassPaint(places([1]).assign(cls=0), styles.hot_and_cold(LIGHT), NOUN, frames=frames)


# -- the tools and linked maps


def test_tools_come_only_when_asked_for_and_also_where_nothing_is_drawn() -> None:
    nothing = layers.Paint(places([0]), classes.classes([0]), NOUN, draws_areas=True, area=shapely.box(0, 0, 1, 1))
    found = drawn(nothing)
    assert '"draws":true' in found
    assert "drawn-area" in found
    assert '"draws":false' in drawn(layers.Paint(places([1]), classes.classes([1]), NOUN))


def test_the_maps_of_a_pair_know_its_name_and_show_the_same_part() -> None:
    base = layers.base_map(background(places([])), LIGHT, pair="periods")
    base.render()
    assert '"periods")' in generate_leaflet_string(base)
    table = places([3, 1])
    shown = layers.Paint(table, classes.classes([3, 1]), NOUN)
    made = layers.base_map(background(table.iloc[:0]), LIGHT)
    made.render()
    code = _get_feature_group_string(layers.paint(shown, LIGHT, bounds=(7, 8, 9, 10)), made)
    assert "keepInView([[8,7],[10,9]])" in code
    assert layers.main_bounds(shown) == shapes.main_bounds(table)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert styles.contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert styles.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_signed_values_are_strongest_at_both_ends() -> None:
    looks = styles.signed_values(["far below", "below"], "same", ["above", "far above"], LIGHT)
    assert [look.label for look in looks] == ["far below", "below", "same", "above", "far above"]
    assert looks[0].colour == LIGHT.diverging[0]
    assert looks[4].colour == LIGHT.diverging[2]
    assert [look.pattern for look in looks] == ["dots", "dots", "plain", "rising", "rising"]


def test_the_legend_names_each_class_and_shows_the_strokes_of_the_map() -> None:
    looks = styles.hot_and_cold(LIGHT)
    found = legend.categories(looks, "Clusters <of>", LIGHT, counts=[1200, 0, 3, 4], empty="no reports")
    assert "Clusters &#60;of&#62;" in found
    assert "Hot spot (1,200)" in found
    assert "Cold spot (0)" in found
    assert "no reports" in found
    images = [base64.b64decode(x).decode() for x in re.findall(r"base64,([A-Za-z0-9+/=]+)", found)]
    assert len(images) == 4
    for look, image in zip(looks, images, strict=True):
        assert look.colour in image
        assert ("<path" in image) == (look.pattern != "plain")
    assert styles.path("rising") in images[0]
    assert picture.packed_styles(looks)[0] == [looks[0].colour, styles.path("rising"), looks[0].stroke, 1.3]


def test_cells_without_a_record_are_left_out_and_areas_keep_their_outline() -> None:
    table = places([3, 0])
    assert "Place 1" not in drawn(layers.Paint(table, classes.classes([3]), NOUN))
    assert "Place 1" in drawn(layers.Paint(table, classes.classes([3]), NOUN, draws_empty=True))


def drawn(picture: layers.AnyPicture, street_map: bool = False) -> str:
    made = layers.base_map(background(picture.places.iloc[:0]), LIGHT)
    made.render()
    return str(_get_feature_group_string(layers.paint(picture, LIGHT, street_map), made))


def test_tiles_are_asked_for_only_with_the_switch() -> None:
    picture = layers.Paint(places([3]), classes.classes([3]), NOUN)
    assert "openstreetmap" not in drawn(picture)
    assert "https://tile.openstreetmap.org/" in drawn(picture, street_map=True)


def test_nothing_to_draw_is_an_empty_group() -> None:
    assert "lamplight.places" not in drawn(layers.Paint(places([0]), classes.classes([0]), NOUN))


# -- the small map


def test_the_small_map_is_an_svg_with_escaped_names() -> None:
    table = places([3, 1])
    found = small.small_map(table, table, table.assign(name="<b>${x}`"), LIGHT, 'Map "of" <incidents>')
    assert found.startswith("<svg ")
    assert found.count("<path") == 4
    assert "<b>" not in found
    assert "<incidents>" not in found
    assert "role=" in found


def test_the_small_map_of_nothing_is_nothing() -> None:
    assert small.small_map(places([0]), places([]), places([]), LIGHT, "") == ""
