"""Whatever is drawn together can be told apart with any colour vision, and on paper from a grey printer."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from dashboard.maps import styles
from dashboard.palette import CATEGORIES, DARK, LIGHT, MARKS, Palette, colours, marks
from dashboard.pictures import paint
from etl import codes
from tests.vision import SIGHTS, distance, lab

ENOUGH = 10.0  # of CIE Lab: seen at a glance
PALETTES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
Look = tuple[str, str, str]  # name, colour, and what else sets it apart


def alike(looks: Sequence[Look]) -> list[tuple[str, str, str, float]]:
    """Pairs with the same mark that somebody takes for the same colour."""
    return [
        (a, b, sight, round(apart, 1))
        for (a, one, mark), (b, other, mark2) in itertools.combinations(looks, 2)
        if mark == mark2
        for sight in SIGHTS
        if (apart := distance(one, other, sight)) < ENOUGH
    ]


def of_map(looks: Sequence[styles.ClassStyle]) -> list[Look]:
    return [(look.label, look.colour, look.pattern) for look in looks]


def test_the_models_see_what_is_known() -> None:
    """White and grey stay what they are to everybody; red and green come close without one kind of cone."""
    for sight in SIGHTS:
        assert lab("#FFFFFF", sight) == pytest.approx([100, 0, 0], abs=0.05)
        assert lab("#777777", sight)[1:] == pytest.approx([0, 0], abs=0.05)
    red, green = "#C04000", "#6A7A00"
    assert distance(red, green) > 50
    assert distance(red, green, "deuteranopia") < 25
    assert distance("#0072B2", "#009E73", "tritanopia") < distance("#0072B2", "#009E73") / 2
    assert np.ptp(lab("#D55E00", "grey")[1:]) == pytest.approx(0, abs=0.01)


def test_the_check_finds_what_is_alike() -> None:
    assert alike([("orange", "#E69F00", ""), ("sky", "#56B4E9", "")])
    assert not alike([("orange", "#E69F00", "circle"), ("sky", "#56B4E9", "square")])


@pytest.mark.parametrize("p", PALETTES)
def test_kinds_of_exploitation_differ_by_colour_or_by_dot(p: Palette) -> None:
    kinds = list(codes.EXPLOITATION)
    paint_, dots = colours(kinds, "exploitation", p), marks(kinds, "exploitation", p)
    assert alike([(k, paint_[k], dots[k]) for k in kinds]) == []
    assert len(set(dots.values())) == len(kinds)


@pytest.mark.parametrize("p", PALETTES)
def test_other_groups_differ_by_colour_or_by_dot(p: Palette) -> None:
    groups = [*"abcdef", "unknown"]
    paint_, dots = colours(groups, "source", p), marks(groups, "source", p)
    assert alike([(g, paint_[g], dots[g]) for g in groups]) == []


@pytest.mark.parametrize("p", PALETTES)
def test_kinds_of_exploitation_differ_by_colour_alone_to_those_who_see_few(p: Palette) -> None:
    """With each of the three kinds of colour blindness; the unknown is hatched, and grey has the dots."""
    found = alike([(c, c, "") for c in CATEGORIES])
    assert {sight for _a, _b, sight, _d in found} <= {"grey"}


@pytest.mark.parametrize("p", PALETTES)
def test_shades_of_counts_differ_by_lightness(p: Palette) -> None:
    assert alike([(str(i), c, "") for i, c in enumerate(p.sequential)]) == []
    for sight in SIGHTS:
        light = [lab(c, sight)[0] for c in p.sequential]
        assert light == sorted(light, reverse=not p.dark)


@pytest.mark.parametrize("p", PALETTES)
def test_classes_of_maps_differ_by_colour_or_by_pattern(p: Palette) -> None:
    few = styles.ClassStyle("few or none", p.surface, "rising", p.quiet)  # the public map's
    together = [
        styles.hot_and_cold(p),
        styles.rose_and_fell(p),
        styles.growing_and_fading(p),
        styles.rates(list("12345hu"), p),
        styles.signed_values(list("abc"), "same", list("def"), p),
        *((*styles.values([str(i) for i in range(n)], p), few) for n in range(1, 6)),
    ]
    for looks in together:
        assert alike(of_map(looks)) == []


@pytest.mark.parametrize("p", PALETTES)
def test_strokes_of_patterns_are_seen_on_their_colour(p: Palette) -> None:
    for looks in (styles.hot_and_cold(p), styles.growing_and_fading(p), styles.rates(list("123hu"), p)):
        for look in looks:
            if look.pattern != "plain":
                assert all(distance(look.stroke, look.colour, sight) > 2 * ENOUGH for sight in SIGHTS), look.label


@pytest.mark.parametrize("p", PALETTES)
def test_states_of_collection_and_of_periods_differ_by_colour_or_by_hatching(p: Palette) -> None:
    assert (
        alike([("records", p.count, ""), ("zero", p.sequential[0], ""), ("none", p.band, "x"), ("bg", p.surface, "-")])
        == []
    )
    assert alike([("complete", p.count, ""), ("unfinished", p.count, "/"), ("unknown", p.unknown, "x")]) == []


def test_what_sets_classes_apart_on_the_page_does_so_in_a_picture() -> None:
    assert set(MARKS) < set(paint.DOTS)
    assert len(set(paint.DOTS.values())) == len(paint.DOTS)
    assert len(set(paint.HATCHES.values())) == len(paint.HATCHES)
