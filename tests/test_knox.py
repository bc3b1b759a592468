"""The near-repeat table: against pointpats and brute force, by hand, and what must never change."""

from itertools import permutations as orders_of

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.knox import knox
from tests.reference import recorded

RECORDS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 30)), min_size=2, max_size=30)


def brute(points, times, far, long):
    """Every pair, one at a time."""
    table = np.zeros((len(far), len(long)), int)
    for i in range(len(points)):
        for j in range(i):
            a = np.searchsorted(far, np.hypot(*(points[i] - points[j])))
            b = np.searchsorted(long, abs(times[i] - times[j]))
            if a < len(far) and b < len(long):
                table[a, b] += 1
    return table


@pytest.fixture(scope="module")
def robberies():
    table = recorded("memphis_robberies_2019.csv")
    days = (pd.to_datetime(table["date"]) - pd.Timestamp("2019-01-01")) / pd.Timedelta(days=1)
    return table[["x", "y"]].to_numpy(), days.to_numpy()


@pytest.fixture(scope="module")
def scattered():
    rng = np.random.default_rng(9)
    return rng.uniform(0, 3000, (500, 2)), rng.uniform(0, 200, 500)


@pytest.mark.oracle
@pytest.mark.parametrize("which", ["robberies", "scattered"])
def test_counts_expectation_and_p_are_pointpats(which, request):
    from pointpats import Knox

    points, times = request.getfixturevalue(which)
    found = knox(points, times, (300.0,), (14.0,), permutations=199)
    np.random.seed(3)
    theirs = Knox(points, times[:, None], delta=300, tau=14, permutations=19, keep=True)
    assert found.observed[0, 0] == theirs.nst
    assert found.expected[0, 0] == pytest.approx(theirs.expected[0, 0], rel=1e-12)
    # Their 19 shuffles and our 199 are draws of one distribution: as wide, around the same mean.
    spread = theirs.sim.std(ddof=1)
    assert abs(theirs.sim.mean() - found.expected[0, 0]) < 4 * spread / np.sqrt(19)
    assert abs(found.p[0, 0] - theirs.p_sim) < 0.2


@pytest.mark.oracle
def test_p_is_pointpats_to_the_noise_of_shuffling():
    """Sixty records that come in pairs and sixty that do not: 1,999 shuffles on either side."""
    from pointpats import Knox

    rng = np.random.default_rng(4)
    for near in (0, 4):
        points, times = rng.uniform(0, 1000, (60, 2)), rng.uniform(0, 100, 60)
        points[:near], times[:near] = points[near : 2 * near] + 5, times[near : 2 * near] + 1
        found = knox(points, times, (150.0,), (10.0,), permutations=1999)
        np.random.seed(3)
        theirs = Knox(points, times[:, None], delta=150, tau=10, permutations=1999)
        assert found.observed[0, 0] == theirs.nst
        assert found.p[0, 0] == pytest.approx(theirs.p_sim, abs=0.04)


def test_robberies_repeat_near_and_soon(robberies):
    """What the literature finds, on real records: most at the same place within a week, then nothing."""
    found = knox(*robberies)
    assert found.observed.sum(axis=1).argmin() <= 1
    assert found.ratio[0, 0] > 1.4 and found.p[0, 0] < 0.02
    assert found.p[-1, -2] > 0.05


def test_by_hand():
    """Four records in a row at 0, 10, 20, 500 m on days 0, 2, 20, 21.

    Within 10 m: 0-10 (2 days), 10-20 (18 days). From 10 to 25 m: 0-20 (20 days). Of the six pairs two
    are within 2 days (0-2, 20-21) and two more within 19 (2-20, 2-21): expected 2 x 2 / 6 and so on.
    """
    points = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [500.0, 0.0]])
    found = knox(points, [0, 2, 20, 21], (10.0, 25.0), (2.0, 19.0), permutations=4999)
    assert found.observed.tolist() == [[1, 1], [0, 0]]
    assert found.expected == pytest.approx(np.array([[4, 4], [2, 2]]) / 6)
    assert found.ratio == pytest.approx(np.array([[1.5, 1.5], [0, 0]]))
    # All 24 orders of the days: in which of them is a link of the row 0-10-20 at most 2 days?
    orders = [np.abs(np.diff(o[:3])) for o in orders_of([0, 2, 20, 21])]
    assert found.p[0, 0] == pytest.approx(np.mean([(gaps <= 2).any() for gaps in orders]), abs=0.03)
    assert found.p[1].tolist() == [1, 1]


@given(records=RECORDS)
@settings(max_examples=50)
def test_equals_every_pair_looked_at(records):
    points, times = np.array(records, float)[:, :2], np.array(records, float)[:, 2]
    far, long = (0.0, 3.0, 5.0, 10.0), (0.0, 4.0, 9.0)
    found = knox(points, times, far, long, permutations=1)
    np.testing.assert_array_equal(found.observed, brute(points, times, far, long))


@given(records=RECORDS, seed=st.integers(0, 99))
@settings(max_examples=30)
def test_order_of_rows_moves_units_and_start_do_not_matter(records, seed):
    table = np.array(records, float)
    mixed = np.random.default_rng(seed).permutation(table)
    found = knox(table[:, :2], table[:, 2], (3.0, 8.0), (4.0, 9.0), permutations=1)
    other = knox(mixed[:, :2] * 100 + 7, mixed[:, 2] + 1000, (300.0, 800.0), (4.0, 9.0), permutations=1)
    np.testing.assert_array_equal(found.observed, other.observed)
    assert found.expected == pytest.approx(other.expected)


def test_the_expected_is_the_mean_of_shuffles(scattered):
    points, times = scattered
    rng = np.random.default_rng(1)
    tables = [knox(points, rng.permutation(times), (200.0, 400.0), (7.0, 30.0), 1).observed for _ in range(300)]
    found = knox(points, times, (200.0, 400.0), (7.0, 30.0), 1)
    error = np.std(tables, axis=0) / np.sqrt(300)
    assert (np.abs(np.mean(tables, axis=0) - found.expected) < 4 * error).all()


def test_chance_alone_gives_small_p_as_rarely_as_it_should():
    rng = np.random.default_rng(12)
    p = [
        knox(rng.uniform(0, 1000, (80, 2)), rng.uniform(0, 100, 80), (200.0,), (10.0,), 99, seed=i).p[0, 0]
        for i in range(200)
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.1
    assert 0.35 < np.mean(p) < 0.65


def test_pairs_at_one_place_are_a_band_of_their_own():
    found = knox([[0, 0], [0, 0], [0, 1]], [0, 1, 2], (0.0, 5.0), (1.0,))
    assert found.observed.tolist() == [[1], [1]]


def test_no_near_pair_is_nan_and_equal_times_are_no_repeat():
    far_apart = knox([[0, 0], [900, 0], [0, 900]], [0, 1, 2], (5.0,), (1.0,))
    assert far_apart.observed.tolist() == [[0]]
    assert np.isnan(far_apart.ratio).all() and np.isnan(far_apart.p).all()
    together = knox(np.zeros((20, 2)), np.zeros(20), (0.0,), (7.0,), 9)
    assert (together.observed[0, 0], together.ratio[0, 0], together.p[0, 0]) == (190, 1, 1)


def test_the_seed_is_the_only_chance(scattered):
    points, times = scattered
    first, again = (knox(points, times, permutations=19, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.p, again.p)


def test_too_many_pairs_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr("dashboard.analysis.knox.MOST_PAIRS", 100)
    with pytest.raises(ValueError, match="190 pairs lie within 5 m: choose shorter"):
        knox(np.zeros((20, 2)), np.arange(20), (5.0,))


def test_blocks_are_added_up(scattered, monkeypatch):
    points, times = scattered
    whole = knox(points, times, permutations=9)
    monkeypatch.setattr("dashboard.analysis.knox._AT_ONCE", 7)
    pieces = knox(points, times, permutations=9)
    np.testing.assert_array_equal(whole.observed, pieces.observed)
    np.testing.assert_array_equal(whole.expected, pieces.expected)
    np.testing.assert_array_equal(whole.p, pieces.p)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"points": [[0, 0]], "times": [1]}, "at least two"),
        ({"times": [1]}, "one time for each"),
        ({"times": [1, np.nan]}, "lack a place or a time"),
        ({"distances": (5.0, 5.0)}, "must rise"),
        ({"distances": ()}, "at least 0"),
        ({"time_limits": (-1.0,)}, "at least 0"),
        ({"permutations": 0}, "permutation"),
    ],
)
def test_refuses_nonsense(change, says):
    with pytest.raises(ValueError, match=says):
        knox(**{"points": [[0, 0], [1, 1]], "times": [1, 2], **change})
