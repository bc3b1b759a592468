"""Classes of any kind as colours and patterns: told apart in grey, seen on the map, named in the legend."""

import base64
import re

import pytest

from dashboard.components import legend
from dashboard.maps import layers, picture, styles
from dashboard.palette import DARK, LIGHT, Palette
from tests.map_squares import JINJA, NOUN, drawn, places


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
