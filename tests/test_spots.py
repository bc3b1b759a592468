"""Hotspots of two periods, worked by hand on a row of places one kilometre apart."""

import numpy as np
import pytest
from scipy import sparse

from dashboard.analysis.spots import EARTH_KM, Fate, Spot, fates, spots

KM = float(np.degrees(1 / EARTH_KM))  # of latitude


def row(n: int = 40) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, np.ndarray]:
    """Places from south to north, 1 km apart, each a circle of 1 km across; neighbours share a side."""
    beside = sparse.csr_array(sparse.diags_array([np.ones(n - 1), np.ones(n), np.ones(n - 1)], offsets=[-1, 0, 1]))
    return beside, np.full(n, -30.0), np.arange(n) * KM, np.full(n, np.pi / 4)


def of(*hot: int) -> list[Spot]:
    mask = np.zeros(40, dtype=bool)
    mask[list(hot)] = True
    return spots(mask, *row())


def test_hot_places_that_touch_are_one_hotspot_with_the_size_of_their_area() -> None:
    found = of(3, 4, 5, 6, 20)
    assert [s.members for s in found] == [(3, 4, 5, 6), (20,)]
    assert found[0].lat == pytest.approx(4.5 * KM)
    # Four circles of 1 km across have the area of one of 2 km.
    assert [s.across for s in found] == pytest.approx([2.0, 1.0])


def test_a_hotspot_that_moved_less_than_its_size_is_the_same() -> None:
    (found,) = fates(of(3, 4, 5, 6), of(4, 5, 6, 7))
    assert (found.kind, found.km) == ("same", pytest.approx(1.0))


def test_a_hotspot_that_moved_by_more_than_its_size_says_how_far_and_where_to() -> None:
    (found,) = fates(of(10), of(12))
    assert (found.kind, found.km, found.bearing) == ("moved", pytest.approx(2.0), pytest.approx(0.0))
    (back,) = fates(of(12), of(10))
    assert (back.kind, back.bearing) == ("moved", pytest.approx(180.0))


def test_beyond_three_times_its_size_one_is_gone_and_another_is_new() -> None:
    found = fates(of(10), of(14))
    assert [(f.kind, f.places) for f in found] == [("gone", (10,)), ("new", (14,))]


def test_the_nearest_pair_is_the_same_one() -> None:
    found = fates(of(10, 11, 30, 31), of(11, 12, 31, 32, 38))
    assert sorted((f.kind, f.places) for f in found) == [("new", (38,)), ("same", (10, 11, 12)), ("same", (30, 31, 32))]


def test_a_part_of_a_hotspot_that_fell_apart_is_not_new() -> None:
    found = fates(of(*range(5, 21)), of(5, 6, 7, 8, 9, 18, 19, 20))
    assert [f.kind for f in found] == ["same", "same"]
    assert all(f.before and f.before.members == tuple(range(5, 21)) for f in found)


def test_nothing_hot_in_either_period_is_nothing() -> None:
    assert fates([], []) == []
    assert [f.kind for f in fates([], of(1))] == ["new"]
    assert [f.kind for f in fates(of(1), [])] == ["gone"]


def test_distances_hold_across_the_date_line() -> None:
    a, b = Spot((0,), 179.99, 0.0, 1.0), Spot((1,), -179.99, 0.0, 1.0)
    assert Fate("moved", a, b).km == pytest.approx(EARTH_KM * np.radians(0.02), rel=1e-6)
    assert Fate("moved", a, b).bearing == pytest.approx(90.0)
