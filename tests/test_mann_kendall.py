"""Trends of many series: against scipy's Kendall tau, by hand, and by what they must never do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dashboard.analysis.mann_kendall import mann_kendall

series = st.lists(st.integers(0, 6), min_size=4, max_size=20)


@given(series)
def test_without_continuity_it_is_kendalls_tau_against_time(values: list[int]) -> None:
    """scipy's asymptotic p of Kendall's tau is the same normal approximation with the same correction for ties."""
    found = mann_kendall(np.array([values]), continuity=False)
    if len(set(values)) == 1:
        assert (found.s[0], found.z[0], found.p[0]) == (0, 0, 1)
        return
    theirs = stats.kendalltau(np.arange(len(values)), values, method="asymptotic")
    assert found.p[0] == pytest.approx(theirs.pvalue, abs=1e-12)
    assert np.sign(found.s[0]) == np.sign(round(theirs.statistic, 12))


@given(series)
def test_sens_slope_is_the_one_of_scipy(values: list[int]) -> None:
    found = mann_kendall(np.array([values])).slope[0]
    assert found == pytest.approx(stats.theilslopes(values, np.arange(len(values))).slope, abs=1e-12)


def test_by_hand() -> None:
    """1 3 2 2 5: pairs + + + +, - - +, 0 +, + make s = 7 - 2 = 5.

    Variance (5*4*15 - 2*1*9) / 18 = 282/18 for the one tie of two; z = (5 - 1) / sqrt(282/18) = 1.01058.
    Slopes 2, 1/2, 1/3, 1, -1, -1/2, 2/3, 0, 3/2, 3: the median is (1/2 + 2/3) / 2 = 7/12.
    """
    found = mann_kendall(np.array([[1, 3, 2, 2, 5]]))
    assert found.s[0] == 5
    assert found.z[0] == pytest.approx(4 / math.sqrt(282 / 18))
    assert found.z[0] == pytest.approx(1.01058, abs=1e-5)
    assert found.p[0] == pytest.approx(2 * (1 - stats.norm.cdf(1.01058)), abs=1e-5)
    assert found.slope[0] == pytest.approx(7 / 12)


@given(series)
def test_time_turned_round_turns_the_trend_round(values: list[int]) -> None:
    there, back = mann_kendall(np.array([values])), mann_kendall(np.array([values[::-1]]))
    assert there.z[0] == -back.z[0] and there.p[0] == back.p[0]
    assert there.slope[0] == pytest.approx(-back.slope[0])


def test_a_missing_period_leaves_the_pairs_of_the_others() -> None:
    """The test sees only the order of what is known; the slope knows how far apart the periods are."""
    gap = mann_kendall(np.array([[1, np.nan, 2, 7, 4]], dtype=float))
    closed = mann_kendall(np.array([[1, 2, 7, 4]], dtype=float))
    assert (gap.s[0], gap.z[0], gap.p[0]) == (closed.s[0], closed.z[0], closed.p[0])
    slopes = [1 / 2, 6 / 3, 3 / 4, 5 / 1, 2 / 2, -3 / 1]
    assert gap.slope[0] == pytest.approx(np.median(slopes))


def test_fewer_than_four_periods_cannot_be_told() -> None:
    three = mann_kendall(np.array([[1, 2, 3, np.nan, np.nan], [1, 2, 3, 4, np.nan]]))
    for values in (three.s, three.z, three.p, three.slope):
        assert np.isnan(values[0]) and not np.isnan(values[1])
    assert np.isnan(mann_kendall(np.ones((2, 3))).z).all()
    assert mann_kendall(np.ones((0, 12))).z.shape == (0,)


def test_cells_are_told_apart_from_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one call or one by one, and in memory-sized parts: the same."""
    values = np.random.default_rng(3).poisson(2, (50, 12)).astype(float)
    values[4, 3] = np.nan
    whole = mann_kendall(values)
    monkeypatch.setattr("dashboard.analysis.mann_kendall._PAIRS_AT_ONCE", 200)
    parts = mann_kendall(values)
    for row in range(50):
        alone = mann_kendall(values[row : row + 1])
        for name in ("s", "z", "p", "slope"):
            assert getattr(whole, name)[row] == getattr(alone, name)[0] == getattr(parts, name)[row]


def test_slopes_can_be_left_out() -> None:
    values = np.random.default_rng(3).poisson(2, (5, 12))
    without, whole = mann_kendall(values, slopes=False), mann_kendall(values)
    assert np.isnan(without.slope).all() and np.array_equal(without.p, whole.p)


def test_one_series_must_come_as_a_row() -> None:
    with pytest.raises(ValueError, match="one row per cell"):
        mann_kendall(np.arange(5))
