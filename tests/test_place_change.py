"""Change at many places: against sfhotspot, the scalar version and scipy, by hand, and what must never happen."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dashboard.analysis.change import compare
from dashboard.analysis.place_change import place_change
from tests.reference import recorded

PAIRS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=12)
LENGTHS = st.floats(0.2, 5)


def counted(points, cells, size):
    """Points per given square cell; a point on a border would belong to the cell above or right of it."""
    corner = cells[["x", "y"]].min().to_numpy() - size / 2
    keys = pd.MultiIndex.from_arrays(np.round((cells[["x", "y"]].to_numpy() - corner) // size).astype(int).T)
    at = keys.get_indexer(pd.MultiIndex.from_arrays(((points - corner) // size).astype(int).T))
    assert (at >= 0).all()
    return np.bincount(at, minlength=len(cells))


def test_counts_and_difference_are_sfhotspots():
    """No robbery lies on a border (the nearest is 1 cm away), so whose a border is makes no difference here."""
    points, cells = recorded("memphis_robberies_2019.csv"), recorded("change_500m_2019-07-01.csv")
    later = pd.to_datetime(points["date"]).ge("2019-07-01").to_numpy()
    xy = points[["x", "y"]].to_numpy()
    before, after = counted(xy[~later], cells, 500), counted(xy[later], cells, 500)
    found = place_change(before, after, 181, 184)
    np.testing.assert_array_equal(found.before, cells["n_before"])
    np.testing.assert_array_equal(found.after, cells["n_after"])
    np.testing.assert_array_equal(found.difference, cells["change"])
    assert np.isnan(found.own.p).sum() == ((before + after) == 0).sum()


@given(pairs=PAIRS, time_before=LENGTHS, time_after=LENGTHS)
@settings(max_examples=60)
def test_each_place_is_compared_as_one_alone_would_be(pairs, time_before, time_after):
    before, after = np.array(pairs).T
    found = place_change(before, after, time_before, time_after).own
    for i, (x, y) in enumerate(pairs):
        one = compare(x, y, time_before, time_after)
        for ours, theirs in ((found.ratio[i], one.ratio), (found.low[i], one.low), (found.high[i], one.high)):
            assert ours == pytest.approx(theirs, rel=1e-9, nan_ok=True)


@given(pairs=PAIRS, time_after=LENGTHS)
@settings(max_examples=60)
def test_p_is_the_exact_binomial_one(pairs, time_after):
    """Twice the smaller tail of scipy's binomial, which is what the interval inverts."""
    before, after = np.array(pairs).T
    p = place_change(before, after, 1, time_after).own.p
    share, total = time_after / (1 + time_after), before + after
    tails = np.minimum(stats.binom.cdf(after, total, share), stats.binom.sf(after - 1, total, share))
    expected = np.where(total > 0, np.minimum(1, 2 * tails), np.nan)
    np.testing.assert_allclose(p, expected, rtol=1e-9)


@given(pairs=PAIRS)
@settings(max_examples=60)
def test_interval_and_p_agree(pairs):
    found = place_change(*np.array(pairs).T).own
    outside = (found.low > 1) | (found.high < 1)
    near = np.isclose(found.p, 0.05, rtol=1e-6)
    np.testing.assert_array_equal(outside[~near], (found.p < 0.05)[~near])
    assert (found.smallest_p <= found.p + 1e-12)[~np.isnan(found.p)].all()


def test_by_hand():
    """0 then 6: p = 2 x (1/2)^6 = 1/32. 1 then 4: p = 2 x (1 + 5) / 32 = 0.375. Nothing: cannot be told."""
    found = place_change([0, 1, 0], [6, 4, 0])
    assert found.own.p == pytest.approx([1 / 32, 0.375, np.nan], nan_ok=True)
    assert found.own.ratio == pytest.approx([np.inf, 4, np.nan], nan_ok=True)
    assert found.difference.tolist() == [6, 3, 0]
    assert (found.own.low[2], found.own.high[2]) == (0, np.inf)


def test_relative_to_the_whole_by_hand():
    """The whole doubled (10 to 20), so 2 then 4 is no change; 0 then 3 has p = 2 x (2/3)^3, 5 then 0 2 x (1/3)^5."""
    found = place_change([2, 0, 5, 3], [4, 3, 0, 13])
    assert found.relative.ratio == pytest.approx([1, np.inf, 0, 13 / 6])
    assert found.relative.p[:3] == pytest.approx([1, 2 * (2 / 3) ** 3, 2 * (1 / 3) ** 5])
    given_whole = place_change([2], [4], whole=(100, 200))
    assert given_whole.relative.ratio == pytest.approx([1])
    assert given_whole.own.ratio == pytest.approx([2])


def test_longer_periods_are_no_change():
    found = place_change([10, 100], [20, 200], 1, 2)
    assert found.own.ratio == pytest.approx([1, 1])
    assert found.rate_difference == pytest.approx([0, 0])
    assert found.difference.tolist() == [10, 100]


def test_the_smallest_p_is_that_of_all_in_the_shorter_period():
    """A quarter of the time before: three incidents, all of them then, have p = 2 x (1/4)^3, and no split has less."""
    found = place_change([3, 0, 1], [0, 3, 2], 1, 3).own
    assert found.smallest_p == pytest.approx(2 / 64)
    assert found.p[0] == pytest.approx(2 / 64) and found.p.min() == found.p[0]


def test_verdicts_tell_few_from_unclear():
    """Five at a place cannot reach 0.05 (2 / 32 is above), six can."""
    found = place_change([0, 0, 0, 3, 60, 30], [0, 5, 6, 4, 30, 60]).own
    assert found.verdicts().tolist() == ["none", "too few to tell", "rose", "not significant", "fell", "rose"]
    adjusted = np.array([np.nan, 0.2, 0.2, 1, 0.01, 0.2])
    assert found.verdicts(adjusted).tolist() == [
        "none", "too few to tell", "not significant", "not significant", "fell", "not significant",
    ]  # fmt: skip


@given(pairs=PAIRS, time=LENGTHS)
@settings(max_examples=40)
def test_order_does_not_matter_and_turning_time_around_inverts(pairs, time):
    before, after = np.array(pairs).T
    found, turned = place_change(before, after, 1, time), place_change(after, before, time, 1)
    assert turned.own.p == pytest.approx(found.own.p, nan_ok=True)
    with np.errstate(divide="ignore"):
        assert turned.own.low == pytest.approx(1 / found.own.high, rel=1e-6)
    assert turned.relative.p == pytest.approx(found.relative.p, nan_ok=True)
    back = place_change(before[::-1], after[::-1], 1, time)
    assert back.relative.p[::-1] == pytest.approx(found.relative.p, nan_ok=True)


def test_false_alarms_stay_below_five_percent():
    rng = np.random.default_rng(7)
    p = place_change(rng.poisson(15, 5000), rng.poisson(15, 5000)).own.p
    assert 0.015 < (p < 0.05).mean() < 0.05


def test_a_whole_that_stood_still_at_nothing_cannot_be_told_from():
    found = place_change([0, 0], [3, 4])
    assert np.isnan(found.relative.p).all() and np.isnan(found.relative.ratio).all()
    assert place_change([], []).own.p.shape == (0,)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (([1], [1, 2]), "one count before"),
        (([-1], [1]), "below zero"),
        (([1], [np.nan]), "missing"),
        (([1], [1], 0, 1), "no length"),
        (([1], [1], 1, np.inf), "no length"),
    ],
)
def test_refuses_nonsense(values, says):
    with pytest.raises(ValueError, match=says):
        place_change(*values)
