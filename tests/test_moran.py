"""Moran's I, global and local: by hand, against esda, and in the cases that cannot be told."""

import numpy as np
import pytest
from scipy import sparse, stats

from dashboard.analysis.gistar import gi_star_permuted
from dashboard.analysis.grids import given_square_cells
from dashboard.analysis.moran import global_moran, local_moran
from dashboard.analysis.neighbours import neighbours_of, square_neighbours, within_distance
from tests.reference import recorded


def square(columns: int, rows: int) -> sparse.csr_array:
    across, up = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows)))
    return square_neighbours(across, up)


CASES = ("real", "scattered", "fractions")


def case(name: str) -> tuple[np.ndarray, sparse.csr_array]:
    """Counts and neighbours: the real grid, scattered places with islands, a lattice with fractions."""
    rng = np.random.default_rng(5)
    if name == "real":
        table = recorded("gistar_500m_bw1000.csv")
        return table["n"].to_numpy(dtype=float), neighbours_of(given_square_cells(table["x"], table["y"]))
    if name == "scattered":
        return rng.poisson(0.7, 400).astype(float), within_distance(rng.random(400), rng.random(400), 0.07)
    return rng.random(90), square(9, 10)


def test_by_hand():
    """0 1 2 3 4 in a row: values less mean -2 -1 0 1 2, of square sum 10. Means of the neighbours: -1 -1 0 1 1.
    The products sum to 2 + 1 + 0 + 1 + 2 = 6, so I = 6 / 10; and locally I_i = 4/5 * product / variance 2."""
    row = square(5, 1)
    assert global_moran(np.arange(5), row).statistic == pytest.approx(0.6)
    assert global_moran(np.arange(5), row).expected == -0.25
    found = local_moran(np.arange(5), row)
    assert found.statistic == pytest.approx([0.8, 0.4, 0, 0.4, 0.8])
    assert list(found.quadrant) == ["LL", "LL", "LL", "HH", "HH"]
    # The last cell's one neighbour is one of the others, 0 1 2 3: mean 1.5, variance 1.25.
    assert found.z[4] == pytest.approx((3 - 1.5) / np.sqrt(1.25))


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_global_is_esdas(name):
    import esda
    from libpysal.graph import Graph

    counts, neighbours = case(name)
    ours, theirs = (
        global_moran(counts, neighbours),
        esda.Moran(counts, Graph.from_sparse(neighbours), permutations=0),
    )
    assert ours.statistic == pytest.approx(theirs.I, abs=1e-9)
    assert ours.expected == pytest.approx(theirs.EI, abs=1e-12)
    assert (ours.z_normality, ours.z_randomisation) == pytest.approx((theirs.z_norm, theirs.z_rand), abs=1e-9)
    assert (ours.p_normality, ours.p_randomisation) == pytest.approx((theirs.p_norm, theirs.p_rand), abs=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_local_is_esdas(name):
    """Its moments too. It takes them for z * lag, which is n / (n - 1) times its statistic; ours are of one thing."""
    import esda
    from libpysal.graph import Graph

    counts, neighbours = case(name)
    ours = local_moran(counts, neighbours)
    theirs = esda.Moran_Local(counts, Graph.from_sparse(neighbours), permutations=0)
    there = np.diff(neighbours.indptr) > 0
    n = len(counts)
    assert np.abs(ours.statistic - theirs.Is)[there].max() < 1e-9
    z = (theirs.Is[there] * n / (n - 1) - theirs.EIc[there]) / np.sqrt(theirs.VIc[there])
    assert np.abs((ours.z * np.sign(counts - counts.mean()))[there] - z).max() < 1e-9
    assert list(ours.quadrant[there]) == [("", "HH", "LH", "LL", "HL")[q] for q in theirs.q[there]]
    assert np.isnan(ours.statistic[~there]).all()
    assert (ours.quadrant[~there] == "").all()


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning", "ignore::RuntimeWarning")
def test_permutation_p_is_esdas_within_chance_where_nothing_ties():
    """esda gives the smaller side; both of ours are from 9,999 other arrangements."""
    import esda
    from libpysal.graph import Graph

    values, neighbours = case("fractions")
    ours = local_moran(values, neighbours, permutations=9999, seed=2)
    theirs = esda.Moran_Local(values, Graph.from_sparse(neighbours), permutations=9999, seed=3)
    assert np.abs(ours.p_permuted / 2 - theirs.p_sim).max() < 0.025


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning", "ignore::RuntimeWarning")
def test_a_sum_that_half_of_the_arrangements_equal_is_no_evidence():
    """Most counts are 0, so neighbours that are all 0 are common. esda counts ties on one side only, and rounding
    decides which sums tie: a cell of 1 among zeros can get its smallest p of all. Ours counts ties on both sides."""
    import esda
    from libpysal.graph import Graph

    counts = (np.random.default_rng(8).random(100) < 0.1).astype(float)
    neighbours = square(10, 10)
    ours = local_moran(counts, neighbours, permutations=999, seed=1).p_permuted
    theirs = esda.Moran_Local(counts, Graph.from_sparse(neighbours), permutations=999, seed=1).p_sim
    alone = (neighbours @ counts == 0) & (counts == 1)
    assert alone.sum() > 2
    assert theirs[alone].min() == pytest.approx(0.001)
    exact = np.minimum(1, 2 * stats.hypergeom.cdf(0, 99, counts.sum() - 1, np.diff(neighbours.indptr)[alone]))
    assert exact.min() > 0.5
    assert ours[alone] == pytest.approx(exact, abs=0.1)


def test_permuted_p_is_the_one_of_gi_star():
    """Given the cell, both rise with the sum of its neighbours."""
    counts = np.random.default_rng(1).poisson(1, 100).astype(float)
    found = local_moran(counts, square(10, 10), permutations=199, seed=4)
    assert np.array_equal(found.p_permuted, gi_star_permuted(counts, square(10, 10), 199, 4))


def test_a_cluster_and_an_outlier_are_found_and_named():
    counts = np.zeros((20, 20))
    counts[3:6, 3:6] = 9
    counts[14:17, 14:17] = 9
    counts[15, 15] = 0
    found = local_moran(counts.ravel(), square(20, 20)).clusters().reshape(20, 20)
    assert found[4, 4] == "HH"
    assert found[15, 15] == "LH"
    assert found[10, 5] == "not significant"


def test_global_permutation_agrees_with_theory_and_keeps_its_seed():
    counts = np.random.default_rng(4).poisson(2, 225)
    found = global_moran(counts, square(15, 15), permutations=4999, seed=1)
    assert found.p_permuted == pytest.approx(found.p_randomisation, abs=0.05)
    assert found == global_moran(counts, square(15, 15), permutations=4999, seed=1)
    assert found.p_permuted != global_moran(counts, square(15, 15), permutations=4999, seed=2).p_permuted
    slope = np.add.outer(np.arange(15), np.arange(15)).ravel()
    assert global_moran(slope, square(15, 15), permutations=999, seed=1).p_permuted == 2 / 1000


def test_false_alarms_of_the_global_test_are_rare():
    rng = np.random.default_rng(11)
    p = [global_moran(rng.poisson(0.4, 400), square(20, 20)).p_randomisation for _ in range(400)]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.085


@pytest.mark.parametrize(
    ("counts", "neighbours"),
    [
        (np.full(9, 4), square(3, 3)),
        (np.array([0.1 + 0.2] * 4 + [0.3] * 5), square(3, 3)),
        (np.arange(9), sparse.csr_array((9, 9))),
        (np.array([1, 2]), square(2, 1)),
        (np.array([5]), sparse.csr_array((1, 1))),
        (np.array([]), sparse.csr_array((0, 0))),
    ],
)
def test_what_cannot_be_told(counts, neighbours):
    assert np.isnan(global_moran(counts, neighbours, permutations=9).statistic)
    assert np.isnan(global_moran(counts, neighbours).p_randomisation)
    if len(counts) != 2:
        found = local_moran(counts, neighbours, permutations=9)
        assert np.isnan(found.statistic).all()
        assert np.isnan(found.p_permuted).all()
        assert set(found.clusters()) <= {"too few to tell"}


def test_one_period_at_a_time():
    with pytest.raises(ValueError, match="one period"):
        global_moran(np.ones((9, 2)), square(3, 3))
