"""Tables to layers: what the map draws and asks for, without a browser."""

import json
import re

import pandas as pd
import pytest
import shapely
from streamlit_folium import _get_feature_group_string, generate_leaflet_string

from dashboard.maps import classes, layers, picture, shapes, small
from dashboard.palette import DARK, LIGHT
from tests.map_squares import JINJA, NOUN, background, drawn, places


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


def test_cells_without_a_record_are_left_out_and_areas_keep_their_outline() -> None:
    table = places([3, 0])
    assert "Place 1" not in drawn(layers.Paint(table, classes.classes([3]), NOUN))
    assert "Place 1" in drawn(layers.Paint(table, classes.classes([3]), NOUN, draws_empty=True))


def test_tiles_are_asked_for_only_with_the_switch() -> None:
    picture = layers.Paint(places([3]), classes.classes([3]), NOUN)
    assert "openstreetmap" not in drawn(picture)
    assert "https://tile.openstreetmap.org/" in drawn(picture, street_map=True)


def test_nothing_to_draw_is_an_empty_group() -> None:
    assert "lamplight.places" not in drawn(layers.Paint(places([0]), classes.classes([0]), NOUN))


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
