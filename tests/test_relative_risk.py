"""Relative risk: by hand, against every labelling there is, and under chance."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.relative_risk import relative_risk

LINE = np.array([[0.0, 0.0], [5.0, 0.0], [8.0, 0.0], [30.0, 0.0], [33.0, 0.0], [60.0, 0.0], [90.0, 0.0]])


def test_by_hand():
    """Half of the cases and a tenth of the others lie at the centre, the rest out of reach: the ratio is 5."""
    at, away = [[0.0, 0.0]], [[500.0, 0.0]]
    found = relative_risk(np.array(at + away), np.array(at + away), np.array(at), 10, [20, 20], [10, 90])
    assert found.ratio == pytest.approx([5])
    assert found.log_ratio == pytest.approx([np.log(5)])
    assert found.z[0] > 3 and found.p[0] < 0.01
    assert not found.thin[0]


def test_z_is_that_of_all_labellings(monkeypatch):
    """Of seven records three are cases: the mean and variance over all 35 choices of three, by enumeration."""
    monkeypatch.setattr("dashboard.analysis.relative_risk.LEAST_EXPECTED", 0.0)
    centre, cases = np.array([[2.0, 0.0]]), [0, 1, 3]
    rest = [i for i in range(7) if i not in cases]
    found = relative_risk(LINE[cases], LINE[rest], centre, 40.0, least_below=0.1)
    heights = np.maximum(1 - (LINE[:, 0] - 2) ** 2 / 40**2, 0) ** 2
    sums = np.array([heights[list(some)].sum() for some in combinations(range(7), 3)])
    assert found.z == pytest.approx([(heights[cases].sum() - sums.mean()) / sums.std()])


def test_equal_layers_have_a_ratio_of_one_everywhere():
    rng = np.random.default_rng(2)
    points = rng.normal(0, 1000, (300, 2))
    found = relative_risk(points, points, points[:50], 700.0)
    assert found.thin.sum() < 10
    assert found.ratio[~found.thin] == pytest.approx(1)
    assert found.z[~found.thin] == pytest.approx(0, abs=1e-9)


def test_nothing_to_divide_by_is_not_a_ratio():
    """No others near: nan, not infinite. Others but no case: 0."""
    cases = np.zeros((40, 2))
    others = np.full((40, 2), 1000.0)
    found = relative_risk(cases, others, np.array([[0.0, 0.0], [1000.0, 1000.0]]), 100.0)
    assert found.thin.tolist() == [True, False]
    assert np.isnan(found.ratio[0]) and np.isnan(found.p[0])
    assert found.ratio[1] == 0 and found.log_ratio[1] == -np.inf


def test_residents_at_the_edge_of_the_kernel_are_too_little_to_divide_by():
    """One area's 4,000 residents, 99 m from the centre with a bandwidth of 100 m, weigh as 1.6 people would."""
    areas, residents = np.array([[0.0, 0.0], [400.0, 0.0]]), [4000, 4000]
    centres = np.array([[0.0, 0.0], [99.0, 0.0], [400.0, 0.0]])
    cases = np.repeat(centres, 10, axis=0)
    found = relative_risk(cases, areas, centres, 100.0, other_weights=residents)
    assert found.thin.tolist() == [False, True, False]
    assert np.isnan(found.ratio[1])
    dared = relative_risk(cases, areas, centres, 100.0, other_weights=residents, least_share=0)
    assert dared.ratio[1] > 1000


def test_few_cases_are_too_few_to_tell():
    rng = np.random.default_rng(2)
    others = rng.normal(0, 1000, (3000, 2))
    found = relative_risk(others[:4], others[4:], others[:20], 700.0)
    assert np.isnan(found.p).all()
    assert np.isfinite(found.ratio[~found.thin]).all()


def test_false_alarms_of_random_labels_are_five_percent():
    rng = np.random.default_rng(8)
    people = rng.normal(0, 1000, (4000, 2))
    alarms = []
    for _ in range(300):
        order = rng.permutation(len(people))
        found = relative_risk(people[order[:400]], people[order[400:]], np.array([[0.0, 0.0], [800.0, 500.0]]), 500.0)
        alarms += (found.p < 0.05).tolist()
    assert 0.02 < np.mean(alarms) < 0.08


def test_a_raised_risk_is_found():
    rng = np.random.default_rng(8)
    others = rng.uniform(0, 10_000, (5000, 2))
    cases = np.vstack([rng.uniform(0, 10_000, (400, 2)), rng.normal(3000, 300, (90, 2))])
    found = relative_risk(cases, others, np.array([[3000.0, 3000.0], [8000.0, 8000.0]]), 1000.0)
    assert found.ratio[0] > 3 and found.p[0] < 1e-6
    assert found.p[1] > 0.01


@given(seed=st.integers(0, 50), scale=st.integers(2, 9))
@settings(max_examples=20)
def test_weights_are_repeats_and_units_of_the_denominator_cancel(seed, scale):
    rng = np.random.default_rng(seed)
    cases, others = rng.uniform(0, 100, (30, 2)), rng.uniform(0, 100, (60, 2))
    weights = rng.integers(1, 4, 60)
    centres = rng.uniform(0, 100, (10, 2))
    once = relative_risk(cases, others, centres, 40.0, other_weights=weights)
    repeated = relative_risk(cases, np.repeat(others, weights, axis=0), centres, 40.0)
    assert repeated.ratio == pytest.approx(once.ratio, nan_ok=True)
    assert repeated.z == pytest.approx(once.z, nan_ok=True)
    more = relative_risk(cases, others, centres, 40.0, other_weights=weights * scale)
    assert more.ratio[~once.thin] == pytest.approx(once.ratio[~once.thin])


def test_one_layer_alone_is_refused():
    with pytest.raises(ValueError, match="both sides"):
        relative_risk(np.empty((0, 2)), np.zeros((4, 2)), np.zeros((1, 2)), 10.0)
