"""Concentration: by hand, against the definition, and what chance alone gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.concentration import CURVE_POINTS, by_chance, concentration

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=60).filter(any)


def plain_gini(x):
    """Half the mean difference between all pairs, over the mean."""
    x = np.asarray(x, float)
    return np.abs(x[:, None] - x[None]).mean() / (2 * x.mean())


def test_by_hand():
    """5, 3, 1, 1, 0: half of the ten are in the first place, 1 of 5; sum of rank x count is 25 + 12 + 3 + 2."""
    found = concentration([1, 5, 0, 3, 1])
    assert (found.half_places, found.half_share) == (1, 0.2)
    assert found.places == pytest.approx([0, 0.2, 0.4, 0.8, 1])
    assert found.records == pytest.approx([0, 0.5, 0.8, 1, 1])
    assert found.gini == pytest.approx(2 * 42 / 50 - 6 / 5)
    assert (found.total, found.every) == (10, 5)


def test_fewer_records_than_places_by_hand():
    """Four records, each at a place of its own among 100: as even as can be, 0, though the plain one is 0.96.

    Two at one place, two alone: 2 (0.5 x 100 + 0.25 x 99 + 0.25 x 98) - 101 = 97.5; 97.5 / 4 - 25 + 1 = 0.375.
    All four at one place: 1 - 1/4.
    """
    apart, pair, all_at_one = np.zeros((3, 100))
    apart[:4], pair[:3], all_at_one[0] = 1, [2, 1, 1], 4
    assert concentration(apart).gini == pytest.approx(0.96)
    assert concentration(apart).gini_corrected == pytest.approx(0)
    assert concentration(pair).gini_corrected == pytest.approx(0.375)
    assert concentration(all_at_one).gini_corrected == pytest.approx(0.75)


@given(COUNTS)
def test_gini_is_the_mean_difference_of_pairs(counts):
    found = concentration(counts)
    assert found.gini == pytest.approx(plain_gini(counts), abs=1e-9)
    if found.total >= found.every:
        assert found.gini_corrected == found.gini
    assert 0 <= found.gini_corrected <= found.gini + 1e-9


@given(counts=COUNTS, seed=st.integers(0, 99))
def test_order_and_scale_do_not_matter(counts, seed):
    found = concentration(counts)
    shuffled = concentration(np.random.default_rng(seed).permutation(counts))
    scaled = concentration(np.array(counts) * 7)
    for other in (shuffled, scaled):
        assert (other.half_places, other.gini) == (found.half_places, pytest.approx(found.gini, abs=1e-12))
        assert other.records == pytest.approx(found.records)


@given(COUNTS)
def test_half_is_reached_and_no_earlier(counts):
    falling, found = np.sort(counts)[::-1], concentration(counts)
    assert falling[: found.half_places].sum() * 2 >= found.total
    assert falling[: found.half_places - 1].sum() * 2 < found.total


@given(COUNTS)
def test_the_curve_rises_and_bends_down(counts):
    found = concentration(counts)
    assert found.places[0] == found.records[0] == 0
    assert found.places[-1] == pytest.approx(1) and found.records[-1] == pytest.approx(1)
    slope = np.diff(found.records) / np.diff(found.places)
    assert (np.diff(slope) <= 1e-9).all()


def test_a_long_curve_is_thinned():
    found = concentration(np.arange(5000))
    assert len(found.places) <= CURVE_POINTS + 2
    assert np.interp(0.5, found.places, found.records) == pytest.approx(0.75, abs=1e-3)


def test_even_counts_are_not_concentrated():
    found = concentration(np.full(40, 3))
    assert found.gini == pytest.approx(0)
    assert found.half_share == 0.5


def test_no_records_is_nan():
    found = concentration([0, 0, 0])
    assert np.isnan([found.half_share, found.gini, found.gini_corrected]).all()
    assert found.half_places == 0


@pytest.mark.parametrize("counts", [[], [-1, 2], [np.nan, 1]])
def test_refuses_nonsense(counts):
    with pytest.raises(ValueError):
        concentration(counts)


def test_chance_alone_concentrates_few_records():
    """30 records on 1,000 places: half of them always lie in about 1.5 % of the places."""
    found = by_chance(1000, 30)
    assert found.half_share == pytest.approx(0.0145, abs=0.001)
    assert found.low <= found.half_share <= found.high
    assert found.gini_corrected < 0.05


def test_chance_gives_what_chance_gives():
    """Both ways of drawing (fewer records than places, and more) agree with counting by hand-made draws."""
    rng = np.random.default_rng(11)
    for places, records in ((200, 150), (200, 900)):
        draws = [concentration(np.bincount(rng.integers(0, places, records), minlength=places)) for _ in range(300)]
        found = by_chance(places, records)
        assert found.half_share == pytest.approx(np.mean([d.half_share for d in draws]), rel=0.02)
        assert found.gini_corrected == pytest.approx(np.mean([d.gini_corrected for d in draws]), rel=0.05)
    assert by_chance(200, 900, seed=4) == by_chance(200, 900, seed=4)
    assert by_chance(1, 5).half_share == 1


@pytest.mark.parametrize("values", [(0, 5), (5, 0), (5, 5, 0)])
def test_chance_needs_something_to_draw(values):
    with pytest.raises(ValueError):
        by_chance(*values)
