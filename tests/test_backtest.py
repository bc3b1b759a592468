"""Back-test: one case by hand, every random choice counted, and what must never change."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.spatial import cKDTree

from dashboard.analysis.backtest import backtest, rolling_backtest
from dashboard.analysis.gistar import gi_star
from tests.reference import recorded

CELLS = st.lists(st.tuples(st.booleans(), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=30).filter(
    lambda cells: any(c[0] for c in cells) and sum(c[2] for c in cells) > 0
)


def columns(cells):
    hot, now, later = (np.array(v) for v in zip(*cells, strict=True))
    return hot, now, later


def test_by_hand():
    """Two of ten cells caught 30 of 60: hit rate 0.5, PAI 0.5 / 0.2 = 2.5. The best two held 40: PEI* 0.75.

    The two with the highest counts now (9 and 8) held 20 + 5 next: hit rate 25 / 60.
    """
    hot = np.arange(10) < 2
    now = [4, 9, 8, 1, 0, 0, 0, 0, 0, 0]
    later = [10, 20, 5, 20, 5, 0, 0, 0, 0, 0]
    found = backtest(hot, now, later)
    assert (found.hits, found.total, found.area_share) == (30, 60, 0.2)
    assert (found.hit_rate, found.pai, found.pei_star) == pytest.approx((0.5, 2.5, 0.75))
    assert (found.naive_hit_rate, found.naive_pai) == pytest.approx((25 / 60, 25 / 12))
    assert found.low < 0.5 < found.high


def test_random_baseline_is_that_of_every_choice():
    """All 120 ways to choose 3 of 10 cells: their mean, how many catch as many, and the middle 95 %."""
    later = np.array([10, 20, 5, 20, 5, 0, 1, 2, 3, 4])
    caught = np.array([later[list(some)].sum() for some in combinations(range(10), 3)])
    hot = np.isin(np.arange(10), [0, 1, 2])
    found = backtest(hot, later, later, draws=20_000)
    assert caught.mean() / later.sum() == pytest.approx(found.area_share)
    assert found.p == pytest.approx((caught >= 35).mean(), abs=0.01)
    assert (found.random_low, found.random_high) == pytest.approx(np.quantile(caught / 70, [0.025, 0.975]), abs=0.03)


def test_random_baseline_of_unequal_areas_has_the_area_share_as_its_mean():
    rng = np.random.default_rng(1)
    area, later = rng.uniform(0.5, 4, 60), rng.poisson(8, 60)
    hot = np.arange(60) < 12
    found = backtest(hot, later, later, area)
    assert found.area_share == pytest.approx(area[:12].sum() / area.sum())
    assert found.random_low < found.area_share < found.random_high
    nearly = backtest(hot, later, later, np.r_[np.ones(59), 1 + 1e-9])
    equal = backtest(hot, later, later)
    assert (nearly.random_low, nearly.random_high) == pytest.approx((equal.random_low, equal.random_high), abs=0.02)


@given(CELLS)
@settings(max_examples=50)
def test_everything_hot_is_worth_nothing(cells):
    _, now, later = columns(cells)
    found = backtest(np.ones(len(cells), bool), now, later, least=1, draws=9)
    assert (found.hit_rate, found.pai, found.pei_star, found.naive_pai) == pytest.approx((1, 1, 1, 1))
    assert found.p == 1


@given(cells=CELLS, seed=st.integers(0, 99), scale=st.floats(0.1, 1000))
@settings(max_examples=50)
def test_order_and_unit_of_area_do_not_matter_and_the_best_is_the_best(cells, seed, scale):
    hot, now, later = columns(cells)
    rng = np.random.default_rng(seed)
    area, order = rng.integers(1, 6, len(cells)).astype(float), rng.permutation(len(cells))
    found = backtest(hot, now, later, area, least=1, draws=9)
    moved = backtest(hot[order], now[order], later[order], area[order] * scale, least=1, draws=9)
    for name in ("hit_rate", "pai", "pei_star", "naive_hit_rate", "area_share"):
        assert getattr(moved, name) == pytest.approx(getattr(found, name), nan_ok=True), name
    best = later.max() > 0 and found.pei_star
    assert 0 <= best <= 1 + 1e-9
    assert found.naive_pai <= found.pai / found.pei_star + 1e-9 if found.hits else True


@given(CELLS)
@settings(max_examples=50)
def test_the_cells_that_turn_out_highest_have_a_pei_of_one(cells):
    hot, now, later = columns(cells)
    best = np.zeros(len(hot), bool)
    best[np.argsort(-later, kind="stable")[: hot.sum()]] = True
    assert backtest(best, now, later, least=1, draws=9).pei_star == pytest.approx(1)


def test_cells_that_tie_share_what_is_left():
    """One hot cell, four that tie for the highest count: the naive choice gets a quarter of what they hold."""
    found = backtest([True, False, False, False, False], [2, 2, 2, 2, 0], [40, 0, 0, 0, 60])
    assert found.naive_hit_rate == pytest.approx(0.1)


def test_hotspots_that_last_beat_chance_and_random_ones_do_not():
    rng = np.random.default_rng(3)
    level = np.where(np.arange(200) < 10, 12.0, 0.5)
    found = backtest(level > 1, rng.poisson(level), rng.poisson(level))
    assert found.pai > 8 and found.p < 0.01 and found.low > found.random_high
    p = [backtest(rng.permutation(level > 1), level, rng.poisson(level), seed=i, draws=199).p for i in range(200)]
    assert np.mean(np.array(p) <= 0.05) < 0.1


def test_few_incidents_and_no_hotspot_cannot_be_told():
    few = backtest([True, False], [20, 9], [20, 9])
    assert (few.hits, few.total) == (20, 29)
    assert np.isnan([few.hit_rate, few.low, few.pai, few.pei_star, few.p, few.naive_pai, few.random_low]).all()
    none = backtest([False, False], [20, 9], [20, 19])
    assert np.isnan([none.hit_rate, none.pai, none.p]).all()
    assert none.without == 1
    assert backtest([True, False], [20, 9], [20, 10]).hit_rate == pytest.approx(2 / 3)


def busiest(counts):
    return counts >= np.sort(counts)[-5]


def test_rolling_tests_each_next_period_once_and_pools():
    rng = np.random.default_rng(6)
    counts = rng.poisson(np.where(np.arange(50) < 5, 6, 0.4)[:, None], (50, 24))
    found = rolling_backtest(counts, busiest, window=12, ahead=3)
    assert found.starts == (12, 15, 18, 21)
    assert found.pooled.total == counts[:, 12:].sum()
    alone = backtest(busiest(counts[:, 3:15].sum(axis=1)), counts[:, 3:15].sum(axis=1), counts[:, 15:18].sum(axis=1))
    for name in ("hits", "total", "area_share", "hit_rate", "pai", "pei_star", "naive_pai"):
        assert getattr(found.tests[1], name) == pytest.approx(getattr(alone, name)), name
    assert found.pooled.hits == sum(t.hits for t in found.tests)
    assert found.pooled.hit_rate == pytest.approx(found.pooled.hits / found.pooled.total)
    assert found.pooled.pai == pytest.approx(found.pooled.hits / sum(t.total * t.area_share for t in found.tests))
    assert found.pooled.periods == 4 and found.pooled.p < 0.01


def test_hotspots_are_sought_in_the_window_and_nowhere_else():
    counts, seen = np.arange(24.0).reshape(2, 12) + 10, []

    def find(now):
        seen.append(now.tolist())
        return now > now.min()

    found = rolling_backtest(counts, find, window=4, ahead=4)
    assert seen == [counts[:, :4].sum(axis=1).tolist(), counts[:, 4:8].sum(axis=1).tolist()]
    assert [t.hits for t in found.tests] == [counts[1, 4:8].sum(), counts[1, 8:].sum()]


def test_months_too_small_alone_are_told_together():
    rng = np.random.default_rng(6)
    counts = rng.poisson(np.where(np.arange(50) < 5, 1.5, 0.1)[:, None], (50, 24))
    found = rolling_backtest(counts, busiest)
    assert all(np.isnan(t.pai) for t in found.tests if t.total < 30)
    assert sum(np.isnan(t.pai) for t in found.tests) > 6
    assert found.pooled.total > 100 and found.pooled.pai > 3


def test_a_period_without_hotspots_counts_against_them():
    counts = np.full((10, 3), 8)
    found = rolling_backtest(counts, lambda now: np.zeros(10, bool), window=1)
    assert found.pooled.without == 2 and np.isnan(found.pooled.pai)
    half = iter([np.arange(10) < 1, np.zeros(10, bool)])
    found = rolling_backtest(counts, lambda now: next(half), window=1)
    assert (found.pooled.without, found.pooled.hit_rate, found.pooled.area_share) == (1, 0.05, 0.05)
    assert found.pooled.pai == pytest.approx(1)


def test_on_real_robberies_hotspots_beat_chance_but_not_the_plain_counts():
    """Gi* on half a year, tested on the next month, six times over. The next month's hits are counted again by hand."""
    points, cells = recorded("memphis_robberies_2019.csv"), recorded("gistar_500m_bh.csv")
    corner = cells[["x", "y"]].min().to_numpy() - 250
    places = pd.MultiIndex.from_arrays(((cells[["x", "y"]].to_numpy() - corner) // 500).astype(int).T)
    at = places.get_indexer(pd.MultiIndex.from_arrays(((points[["x", "y"]].to_numpy() - corner) // 500).astype(int).T))
    month = pd.to_datetime(points["date"]).dt.month.to_numpy() - 1
    counts = np.zeros((len(cells), 12))
    np.add.at(counts, (at, month), 1)
    np.testing.assert_array_equal(counts.sum(axis=1), cells["n"])
    apart = cKDTree(cells[["x", "y"]].to_numpy()).sparse_distance_matrix(cKDTree(cells[["x", "y"]].to_numpy()), 708.0)
    neighbours = sparse.csr_array((apart.tocsr() > 0).astype(float))
    hot = []

    def find(now):
        found = gi_star(now, neighbours)
        hot.append((found.q < 0.05) & (found.z > 0))
        return hot[-1]

    found = rolling_backtest(counts, find, window=6)
    assert [t.hits for t in found.tests] == [h[at[month == 6 + i]].sum() for i, h in enumerate(hot)]
    assert found.pooled.total == (month >= 6).sum() == 1162
    assert found.pooled.p == 0.001 and found.pooled.low > found.pooled.random_high
    assert 4 < found.pooled.pai < found.pooled.naive_pai < 6


def test_the_seed_is_the_only_chance():
    rng = np.random.default_rng(2)
    hot, counts = rng.random(80) < 0.1, rng.poisson(2, 80)
    assert backtest(hot, counts, counts, seed=5) == backtest(hot, counts, counts, seed=5)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (([True], [1, 2], [1, 2]), "one value for each"),
        (([], [], []), "one value for each"),
        (([True], [-1], [1]), "below zero"),
        (([True], [1], [np.nan]), "missing"),
        (([True], [1], [1], [0]), "no area"),
    ],
)
def test_refuses_nonsense(values, says):
    with pytest.raises(ValueError, match=says):
        backtest(*values)
    with pytest.raises(ValueError, match="13 periods or more"):
        rolling_backtest(np.ones((4, 12)), busiest)
