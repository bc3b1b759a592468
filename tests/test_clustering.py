"""Do points cluster at all: Clark and Evans by hand, against pointpats, and its error rate."""

import numpy as np
import pytest
import shapely

from dashboard.analysis.clustering import nearest_neighbour

UNIT = shapely.box(0, 0, 1000, 1000)


def test_by_hand():
    """Four corners of a square of 1 km: nearest neighbour 1000 m; chance gives 0.5 / sqrt(4 / 1e6) = 250 m."""
    found = nearest_neighbour([0, 0, 1000, 1000], [0, 1000, 0, 1000], UNIT, edges=False)
    assert (found.observed, found.expected, found.ratio) == (1000, 250, 4)
    assert found.z == pytest.approx(750 / (0.26136 / np.sqrt(16 / 1e6)), rel=1e-4)
    assert found.points == 4


def test_edges_by_hand():
    """Donnelly adds (0.0514 + 0.041 / 2) * 4000 / 4 = 71.9 m to the 250 m, and has another standard error."""
    found = nearest_neighbour([0, 0, 1000, 1000], [0, 1000, 0, 1000], UNIT)
    assert found.expected == pytest.approx(250 + 71.9)
    assert found.z == pytest.approx((1000 - 321.9) / np.sqrt(0.0703 * 1e6 / 16 + 0.037 * 4000 * np.sqrt(1e6 / 4**5)))


@pytest.mark.oracle
def test_mean_distance_is_pointpats():
    from pointpats import PointPattern

    points = np.random.default_rng(1).random((300, 2)) * 1000
    assert nearest_neighbour(points[:, 0], points[:, 1], UNIT).observed == pytest.approx(PointPattern(points).mean_nnd)


def test_random_points_are_called_neither_clustered_nor_dispersed():
    """With the border's correction 5 % are; without it, random points look dispersed."""
    rng = np.random.default_rng(3)
    drawn = [rng.random((2, 40)) * 1000 for _ in range(800)]
    with_edges = [nearest_neighbour(x, y, UNIT) for x, y in drawn]
    without = [nearest_neighbour(x, y, UNIT, edges=False) for x, y in drawn]
    assert 0.02 < np.mean([f.p < 0.05 for f in with_edges]) < 0.08
    assert np.mean([f.ratio for f in with_edges]) == pytest.approx(1, abs=0.01)
    assert np.mean([f.ratio for f in without]) > 1.06


def test_clusters_and_repeated_places_are_seen():
    rng = np.random.default_rng(2)
    x, y = (np.repeat(rng.random(20) * 900, 10) + rng.random(200) * 20 for _ in "xy")
    found = nearest_neighbour(x, y, UNIT)
    assert found.ratio < 0.5
    assert found.p < 1e-6
    assert found.repeated == 0
    assert nearest_neighbour([1, 1, 500, 900], [1, 1, 500, 900], UNIT).repeated == 0.5


def test_points_outside_or_without_a_place_are_left_out():
    found = nearest_neighbour([100, 900, np.nan, 5000], [100, 100, 100, 100], UNIT)
    assert (found.points, found.observed) == (2, 800)


@pytest.mark.parametrize("points", [0, 1])
def test_fewer_than_two_points_cannot_be_told(points):
    found = nearest_neighbour(np.full(points, 5.0), np.full(points, 5.0), UNIT)
    assert np.isnan([found.z, found.p, found.ratio]).all()
    with pytest.raises(ValueError, match="no extent"):
        nearest_neighbour([1.0, 2], [1.0, 2], shapely.LineString([(0, 0), (1, 1)]))
