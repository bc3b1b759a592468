"""Kernel density: against sfhotspot's and brute force, one case by hand, and what must never change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis.density import PAIRS_AT_ONCE, bandwidth_rule, density, kernel_sums
from tests.reference import recorded

PLACES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=25)


def brute(points, centres, bandwidth, kernel, weights):
    u = ((centres[:, None] - points[None]) ** 2).sum(axis=-1) / bandwidth**2
    heights = np.where(u < 1, (1 - u) ** 2, 0) if kernel == "quartic" else np.exp(-u / 2)
    return heights @ weights


@pytest.mark.parametrize("file", ["kde_500m_bw1000.csv", "gistar_500m_bw1000.csv"])
def test_quartic_is_sfhotspots(file):
    points, cells = recorded("memphis_robberies_2019.csv"), recorded(file)
    found = density(points[["x", "y"]].to_numpy(), cells[["x", "y"]].to_numpy(), 1000.0, cell_size=500)
    np.testing.assert_allclose(found.plain, cells["kde"].to_numpy(), rtol=1e-8, atol=0)
    assert found.warning == ""


def test_by_hand():
    """Bandwidth 10: at 5 m the quartic is (1 - 1/4)^2 = 0.5625, at 10 m nothing; 3 / (pi h^2) makes it a density."""
    found = density(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 10.0]]), 10.0)
    assert found.plain == pytest.approx([1, 0.5625, 0])
    assert found.per_km2 == pytest.approx(np.array([1, 0.5625, 0]) * 3 / (np.pi * 100) * 1e6)
    gaussian = density(np.array([[0.0, 0.0]]), np.array([[0.0, 10.0]]), 10.0, "gaussian")
    assert gaussian.per_km2 == pytest.approx([np.exp(-0.5) / (2 * np.pi * 100) * 1e6])


@pytest.mark.parametrize(("kernel", "cutoff"), [("quartic", 1e-9), ("gaussian", 2e-5)])
@given(places=PLACES, bandwidth=st.floats(1, 30), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_equals_the_sum_over_all_pairs(kernel, cutoff, places, bandwidth, seed):
    """The Gaussian is cut at five bandwidths, where it is 4e-6 of its peak."""
    points = np.array(places, float)
    rng = np.random.default_rng(seed)
    weights, centres = rng.integers(0, 4, len(points)).astype(float), rng.uniform(-5, 45, (30, 2))
    found = density(points, centres, bandwidth, kernel, weights).plain
    np.testing.assert_allclose(found, brute(points, centres, bandwidth, kernel, weights), rtol=1e-9, atol=3 * cutoff)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_adds_up_to_the_records(kernel):
    """Over a fine grid the density is a whole: cell area x density = records."""
    side = np.arange(-600, 601, 10.0)
    grid = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    points = np.array([[0.0, 0.0], [33.0, -21.0]])
    found = density(points, grid, 100.0, kernel, np.array([2.0, 5.0]))
    assert found.per_km2.sum() * 100 / 1e6 == pytest.approx(7, rel=1e-3)
    assert found.records == 7


@given(places=PLACES, scale=st.floats(0.1, 50))
@settings(max_examples=30)
def test_weights_order_repeats_and_units_do_not_matter(places, scale):
    points = np.array(places, float)
    centres = np.array([[0.0, 0.0], [20.0, 20.0], [7.0, 31.0]])
    once = kernel_sums(points, centres, 15.0)[:, 0]
    assert kernel_sums(points, centres, 15.0, weights=np.full(len(points), scale))[:, 0] == pytest.approx(once * scale)
    assert kernel_sums(points[::-1], centres, 15.0)[:, 0] == pytest.approx(once)
    assert kernel_sums(np.repeat(points, 3, axis=0), centres, 15.0)[:, 0] == pytest.approx(once * 3)
    assert kernel_sums(points * scale, centres * scale, 15 * scale)[:, 0] == pytest.approx(once, abs=1e-6)


def test_rule_by_hand():
    """Four points at the ends of a cross: all lie 100 m from the middle, SD = D = 100; 0.9 x 100 x 4^(-1/5)."""
    cross = np.array([[100.0, 0.0], [-100.0, 0.0], [0.0, 100.0], [0.0, -100.0]])
    assert bandwidth_rule(cross) == pytest.approx(0.9 * 100 * 4**-0.2)
    assert bandwidth_rule(cross, np.full(4, 8.0)) == pytest.approx(0.9 * 100 * 32**-0.2)
    assert bandwidth_rule(np.repeat(cross, 8, axis=0)) == pytest.approx(bandwidth_rule(cross, np.full(4, 8.0)))
    assert bandwidth_rule(cross * 3 + 1e6) == pytest.approx(3 * bandwidth_rule(cross))


def test_rule_takes_the_median_where_it_is_the_smaller():
    """Two on either side at 10 m and two at 100 m, weights 3 and 1: D = 10, SD = sqrt((6 x 100 + 2 x 10^4) / 8)."""
    row = np.array([[10.0, 0.0], [-10.0, 0.0], [100.0, 0.0], [-100.0, 0.0]])
    assert bandwidth_rule(row, [3, 3, 1, 1]) == pytest.approx(0.9 * 10 / np.sqrt(np.log(2)) * 8**-0.2)
    # Equal weights: the median lies between 10 and 100, its 66 m below the standard distance of 71.
    assert bandwidth_rule(row) == pytest.approx(0.9 * 55 / np.sqrt(np.log(2)) * 4**-0.2)
    # Most records at the mean centre: a median of 0 says nothing, the standard distance does.
    piled = np.vstack([row, np.zeros((9, 2))])
    assert bandwidth_rule(piled) == pytest.approx(0.9 * np.sqrt(20_200 / 13) * 13**-0.2)


def test_rule_is_not_stretched_by_a_far_point():
    rng = np.random.default_rng(1)
    town = rng.normal(0, 1000, (500, 2))
    far = np.vstack([town, [[400_000.0, 0.0]]])
    assert far.std() > 5 * town.std()
    assert bandwidth_rule(far) == pytest.approx(bandwidth_rule(town), rel=0.25)


def test_the_rule_and_the_warning_are_said():
    town = np.random.default_rng(1).normal(0, 1000, (500, 2))
    found = density(town, town[:3], cell_size=2_000)
    assert found.bandwidth == pytest.approx(bandwidth_rule(town))
    assert "Silverman" in found.reason and f"{found.bandwidth:,.0f} m" in found.reason
    assert "smaller than a cell (2,000 m)" in found.warning
    assert density(town, town[:3], 2_000, cell_size=2_000).warning == ""
    assert density(town, town[:3], 2_000).reason == "The bandwidth was given."


def test_chunks_are_added_up():
    """More pairs than are held at once give what one pair at a time gives."""
    rng = np.random.default_rng(4)
    points, centres = rng.uniform(0, 100, (3000, 2)), rng.uniform(0, 100, (1500, 2))
    assert len(points) * len(centres) > 2 * PAIRS_AT_ONCE
    found = kernel_sums(points, centres, 300.0, powers=(1, 2))
    u = ((centres[:5, None] - points[None]) ** 2).sum(axis=-1) / 300**2
    np.testing.assert_allclose(found[:5, 0], ((1 - u) ** 2).sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(found[:5, 1], ((1 - u) ** 4).sum(axis=1), rtol=1e-10)


@pytest.mark.full
def test_a_million_points_on_a_hundred_thousand_cells_stay_within_memory():
    resource = pytest.importorskip("resource")  # not on Windows
    rng, side = np.random.default_rng(0), np.arange(316) * 500.0
    cells = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    points = rng.uniform(20_000, 130_000, (1_000_000, 2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = density(points, cells, 1000.0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert found.per_km2.sum() * 0.25 == pytest.approx(1_000_000, rel=0.01)
    assert grown < 600_000  # kilobytes


def test_no_records_and_no_cells():
    none = np.empty((0, 2))
    assert density(none, np.zeros((3, 2)), 10.0).plain.tolist() == [0, 0, 0]
    assert density(np.zeros((3, 2)), none, 10.0).plain.shape == (0,)
    with pytest.raises(ValueError, match="give one"):
        density(none, np.zeros((3, 2)))
    with pytest.raises(ValueError, match="one place"):
        density(np.full((9, 2), 250_000.3), np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"points": np.array([[0.0, np.nan]])}, "lack a coordinate"),
        ({"points": np.zeros((1, 3))}, "two columns"),
        ({"weights": np.array([-1.0])}, "below zero"),
        ({"weights": np.array([1.0, 1.0])}, "one weight for each"),
        ({"bandwidth": 0.0}, "above 0"),
        ({"bandwidth": np.nan}, "above 0"),
        ({"kernel": "cubic"}, "must be one of"),
        ({"centres": np.array([[np.inf, 0.0]])}, "centres lack"),
    ],
)
def test_refuses_nonsense(change, says):
    given_values = {"points": np.zeros((1, 2)), "centres": np.zeros((1, 2)), "bandwidth": 10.0, **change}
    with pytest.raises(ValueError, match=says):
        density(**given_values)
