"""Is a difference more than noise: against another implementation, by hand, and by what it must never do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dashboard.analysis.change import clustering, compare, uneven

counts = st.integers(0, 5000)


@given(counts, counts)
def test_interval_is_the_exact_binomial_one(before, after):
    """scipy's Clopper-Pearson interval, transformed to a ratio, is the same interval."""
    if before + after == 0:
        return
    found = compare(before, after)
    exact = stats.binomtest(after, before + after).proportion_ci(0.95, method="exact")
    for ours, p in ((found.low, exact.low), (found.high, exact.high)):
        theirs = math.inf if p == 1 else p / (1 - p)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_by_hand():
    """None after ten: the upper bound p solves (1 - p)^10 = 0.025, so the ratio is p / (1 - p) = 0.4461."""
    found = compare(10, 0)
    p = 1 - 0.025 ** (1 / 10)
    assert (found.low, found.ratio) == (0, 0)
    assert found.high == pytest.approx(p / (1 - p))
    assert found.high == pytest.approx(0.4461, abs=1e-4)
    assert found.verdict == "fell"


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(12, 11, "same"), (398, 412, "same"), (12, 22, "same"), (300, 412, "rose"), (30, 12, "fell"), (0, 0, "same")],
)
def test_verdicts(before, after, verdict):
    assert compare(before, after).verdict == verdict


def test_nothing_before_and_nothing_at_all():
    assert compare(0, 9).ratio == math.inf
    assert compare(0, 9).high == math.inf
    assert compare(0, 9).verdict == "rose"
    assert math.isnan(compare(0, 0).ratio)


@given(counts, counts)
def test_turning_the_two_around_turns_the_verdict_around(before, after):
    turned = {"rose": "fell", "fell": "rose", "same": "same"}
    assert compare(after, before).verdict == turned[compare(before, after).verdict]


def test_a_longer_period_is_not_a_rise():
    assert compare(100, 200).verdict == "rose"
    assert compare(100, 200, time_before=1, time_after=2).verdict == "same"
    assert compare(100, 200, time_before=1, time_after=2).ratio == pytest.approx(1)


def test_false_alarms_stay_below_five_percent():
    """Two years of the same rate are called different in at most 5 % of cases (the interval is exact, so fewer)."""
    rng = np.random.default_rng(7)
    pairs = rng.poisson(40, (4000, 2))
    alarms = sum(compare(a, b).verdict != "same" for a, b in pairs)
    assert 0.02 * 4000 < alarms < 0.05 * 4000


def test_people_who_come_together_are_not_independent():
    """Ten incidents of ten people each hold the evidence of ten, not of a hundred."""
    effect = clustering(np.full(10, 10))
    assert effect == 10
    assert compare(100, 150).verdict == "rose"
    assert compare(100, 150, design_effect=effect).verdict == "same"
    assert clustering(np.zeros(3)) == 1


def test_clustered_counts_keep_their_error_rate():
    """Victims per incident vary; with the design effect the alarms stay rare, without it they do not."""
    rng = np.random.default_rng(3)
    sizes = [rng.choice([1, 1, 1, 6], rng.poisson(60)) for _ in range(3000)]
    totals, effects = [s.sum() for s in sizes], [clustering(s) for s in sizes]
    pairs = list(zip(totals[::2], totals[1::2], effects[::2], strict=True))
    naive = sum(compare(a, b).verdict != "same" for a, b, _ in pairs)
    honest = sum(compare(a, b, design_effect=e).verdict != "same" for a, b, e in pairs)
    assert naive > 0.1 * len(pairs)
    assert honest < 0.07 * len(pairs)


@pytest.mark.parametrize("bad", [(-1, 2, 1, 1, 1), (1, -2, 1, 1, 1), (1, 1, 0, 1, 1), (1, 1, 1, 1, 0.5)])
def test_refuses_nonsense(bad):
    with pytest.raises(ValueError):
        compare(*bad)


def test_uneven_is_pearsons_chi_square():
    seen = np.array([30, 40, 20, 50])
    assert uneven(seen, np.ones(4)) == pytest.approx(stats.chisquare(seen).pvalue)
    days = np.array([31, 28, 31, 30])
    assert uneven(seen, days) == pytest.approx(stats.chisquare(seen, seen.sum() * days / days.sum()).pvalue)
    assert math.isnan(uneven(np.array([3, 4]), np.ones(2)))
    assert math.isnan(uneven(np.array([30]), np.ones(1)))
