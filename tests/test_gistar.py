"""Getis-Ord Gi* and its corrected p: by hand, against sfhotspot and esda, and in the cases that cannot be told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from dashboard.analysis.gistar import classes, gi_star, gi_star_permuted
from dashboard.analysis.grids import given_square_cells
from dashboard.analysis.multiple_testing import adjusted_by_neighbourhood, benjamini_hochberg
from dashboard.analysis.neighbours import neighbours_of, square_neighbours, within_distance
from tests.reference import recorded


def square(columns: int, rows: int) -> sparse.csr_array:
    across, up = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows)))
    return square_neighbours(across, up)


def chain(n: int) -> sparse.csr_array:
    return square(n, 1)


def test_by_hand():
    """Counts 0 1 2 3 4 in a row: mean 2, sd sqrt(2). The last cell's neighbourhood holds 3 + 4 = 7 of an expected 4;
    its scale is sqrt((5 * 2 - 4) / 4) = sqrt(1.5), so z = 3 / sqrt(2 * 1.5) = sqrt(3). The middle one holds 6 of 6."""
    found = gi_star(np.arange(5), chain(5))
    third = 3 / np.sqrt(2 * (5 * 3 - 9) / 4)
    assert found.z == pytest.approx([-np.sqrt(3), -third, 0, third, np.sqrt(3)], abs=1e-12)
    assert found.p[4] == pytest.approx(0.08326451666)
    assert found.p[2] == pytest.approx(1)


def test_z_and_p_are_sfhotspots():
    for name in ("gistar_500m_bw1000", "gistar_500m_bh"):
        table = recorded(f"{name}.csv")
        found = gi_star(table["n"].to_numpy(), neighbours_of(given_square_cells(table["x"], table["y"])))
        assert np.abs(found.z - table["gistar"]).max() < 1e-9
        if name.endswith("bw1000"):
            assert np.abs(found.p - table["pvalue"]).max() < 1e-9
            assert np.abs(found.p / table["pvalue"] - 1).max() < 1e-9  # the smallest, 5e-53, to nine digits too


def test_sfhotspots_adjusted_p_is_matched_and_is_not_benjamini_and_hochbergs():
    """It multiplies each p by (neighbours + 2), whatever the number of cells: fewer cells are significant for us."""
    table = recorded("gistar_500m_bh.csv")
    neighbours = neighbours_of(given_square_cells(table["x"], table["y"]))
    found = gi_star(table["n"].to_numpy(), neighbours)
    theirs = table["pvalue"].to_numpy()
    assert np.abs(adjusted_by_neighbourhood(found.p, neighbours) - theirs).max() < 1e-9
    assert np.abs(found.q - stats.false_discovery_control(found.p, method="bh")).max() < 1e-12
    assert np.abs(found.q - theirs).max() > 0.5
    cells = np.flatnonzero(found.p == found.p.min())
    assert theirs[cells] == pytest.approx(found.p[cells] * 10)
    assert found.q[cells] == pytest.approx(found.p[cells] * len(table))


def test_distances_that_tie_need_room_for_rounding():
    """Diagonal neighbours lie at exactly cell * sqrt(2). A limit a hair below loses them, and z is another."""
    table = recorded("gistar_500m_bw1000.csv")
    x, y = table["x"].to_numpy(), table["y"].to_numpy()
    limit = 500 * np.sqrt(2)
    lattice = neighbours_of(given_square_cells(x, y))
    assert (within_distance(x, y, limit) != lattice).nnz == 0
    assert (within_distance(x / 3, y / 3, limit / 3) != lattice).nnz == 0
    short = gi_star(table["n"].to_numpy(), within_distance(x, y, limit * (1 - 1e-6)))
    assert np.abs(short.z - table["gistar"]).max() > 1


def case(name: str) -> tuple[np.ndarray, sparse.csr_array]:
    """Counts and neighbours: the real grid, scattered places with islands, a lattice with fractions."""
    rng = np.random.default_rng(5)
    if name == "real":
        table = recorded("gistar_500m_bw1000.csv")
        return table["n"].to_numpy(dtype=float), neighbours_of(given_square_cells(table["x"], table["y"]))
    if name == "scattered":
        return rng.poisson(0.3, 400).astype(float), within_distance(rng.random(400), rng.random(400), 0.07)
    return rng.random(90), square(9, 10)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["real", "scattered", "fractions"])
def test_z_is_esdas(name):
    import esda
    from libpysal.graph import Graph

    counts, neighbours = case(name)
    assert (np.diff(neighbours.indptr) == 0).any() == (name == "scattered")  # islands
    theirs = esda.G_Local(counts, Graph.from_sparse(neighbours), transform="B", star=True, permutations=0)
    assert np.abs(gi_star(counts, neighbours).z - theirs.Zs).max() < 1e-9


def test_an_island_is_tested_by_itself():
    """Without neighbours Gi* is the cell's own standard score."""
    counts = np.array([0, 0, 0, 10, 0, 0])
    neighbours = sparse.csr_array((6, 6))
    found = gi_star(counts, neighbours)
    assert found.z == pytest.approx((counts - counts.mean()) / counts.std())
    assert np.isnan(gi_star_permuted(counts, neighbours, 99, 1)).all()


@pytest.mark.parametrize("counts", [np.zeros(9), np.full(9, 7), np.full(9, 0.1), np.array([0.1 + 0.2] * 4 + [0.3] * 5)])
def test_equal_counts_cannot_be_told(counts):
    """Also when they are equal but for rounding."""
    found = gi_star(counts, square(3, 3))
    for values in (found.z, found.p, found.q):
        assert np.isnan(values).all()


def test_a_neighbourhood_that_is_the_whole_area_cannot_be_told():
    found = gi_star(np.arange(9), square(3, 3))
    assert np.isnan(found.z[4])
    assert np.isfinite(np.delete(found.z, 4)).all()
    assert np.isfinite(np.delete(found.q, 4)).all()


@pytest.mark.parametrize("n", [0, 1])
def test_no_cell_and_one_cell(n):
    found = gi_star(np.ones(n), sparse.csr_array((n, n)))
    assert found.z.shape == found.q.shape == (n,)
    assert np.isnan(found.z).all()


def test_periods_at_once_are_periods_one_by_one():
    rng = np.random.default_rng(2)
    counts = rng.poisson(1, (60, 5)).astype(float)
    counts[:, 3] = 2  # a month in which all is equal
    neighbours = square(10, 6)
    found, permuted = gi_star(counts, neighbours), gi_star_permuted(counts, neighbours, 99, 3)
    for j in range(5):
        one = gi_star(counts[:, j], neighbours)
        assert np.allclose(found.z[:, j], one.z, rtol=1e-12, atol=1e-12, equal_nan=True)
        assert np.allclose(found.q[:, j], one.q, rtol=1e-12, equal_nan=True)
        assert np.array_equal(permuted[:, j], gi_star_permuted(counts[:, j], neighbours, 99, 3), equal_nan=True)
    assert np.isnan(found.z[:, 3]).all()
    assert np.isfinite(np.delete(found.z, 3, axis=1)).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=12, max_size=12), st.integers(1, 9), st.integers(0, 1000))
def test_what_is_counted_in_does_not_matter(counts, factor, shift):
    """Tenfold counts, or as many more in every cell, are the same pattern."""
    x = np.array(counts, dtype=float)
    one, other = gi_star(x, square(4, 3)), gi_star(x * factor + shift, square(4, 3))
    assert np.allclose(one.z, other.z, atol=1e-7, equal_nan=True)
    assert np.nanmax(np.abs(one.z), initial=0) <= np.sqrt(12)


def test_large_counts_that_differ_little_keep_their_digits():
    x = np.arange(12.0)
    assert gi_star(x + 1e9, square(4, 3)).z == pytest.approx(gi_star(x, square(4, 3)).z, abs=1e-6)


def test_weights_that_are_not_yes_or_no():
    """Eq. 14*: half weights, by the formula written out."""
    x, neighbours = np.array([1.0, 5, 2, 8, 3]), chain(5) * 0.5
    full = neighbours.toarray() + np.eye(5)
    total, squares = full.sum(1), (full**2).sum(1)
    by_formula = (full @ x - x.mean() * total) / (x.std() * np.sqrt((5 * squares - total**2) / 4))
    assert gi_star(x, neighbours).z == pytest.approx(by_formula)
    with pytest.raises(ValueError, match="yes or no"):
        gi_star_permuted(x, neighbours, 9, 1)


def test_counts_and_neighbours_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="4 cells but neighbours of 5"):
        gi_star(np.arange(4), chain(5))
    with pytest.raises(ValueError, match="own neighbours"):
        gi_star(np.arange(5), sparse.csr_array(np.eye(5)))
    with pytest.raises(ValueError, match="permutation"):
        gi_star_permuted(np.arange(5), chain(5), 0, 1)


def test_permutation_p_with_ties_is_the_exact_one():
    """Counts of 0 and 1: the number of ones among k neighbours is hypergeometric, which tells the p exactly."""
    rng = np.random.default_rng(8)
    n, deals = 80, 40_000
    x = (rng.random(n) < 0.2).astype(float)
    neighbours = square(10, 8)
    found = gi_star_permuted(x, neighbours, deals, 4)
    degree, seen = np.diff(neighbours.indptr), neighbours @ x
    others = x.sum() - x
    least, most = stats.hypergeom.sf(seen - 1, n - 1, others, degree), stats.hypergeom.cdf(seen, n - 1, others, degree)
    exact = np.minimum(1, 2 * np.minimum(least, most))
    assert np.abs(found - exact).max() < 6 * np.sqrt(0.25 / deals) * 2
    small = exact < 0.05
    assert small.any()
    assert found[small] == pytest.approx(exact[small], rel=0.3, abs=1e-3)


def test_sums_that_differ_by_rounding_are_ties():
    """Tenths do not add up exactly. In another order they are still the same sum, so p is the one of whole numbers."""
    rng = np.random.default_rng(9)
    whole = rng.integers(0, 4, 200).astype(float)
    neighbours = square(20, 10)
    assert np.array_equal(
        gi_star_permuted(whole, neighbours, 499, 5), gi_star_permuted(whole * 0.1, neighbours, 499, 5)
    )


def test_permutation_p_keeps_its_error_rate_and_its_seed():
    """No pattern: 5 % of cells at most are called significant, whatever the counts are."""
    rng = np.random.default_rng(6)
    neighbours = square(20, 20)
    shares = []
    for seed in range(20):
        x = rng.poisson(0.5, 400)
        p = gi_star_permuted(x, neighbours, 499, seed)
        assert np.array_equal(p, gi_star_permuted(x, neighbours, 499, seed))
        shares.append((p <= 0.05).mean())
    assert 0.005 < np.mean(shares) <= 0.05


def test_permutation_when_neighbours_are_most_of_the_area():
    """The other way of drawing, by shuffling all, is exact too."""
    x = np.array([0.0, 0, 1, 0, 0, 0, 1, 0, 0])
    found = gi_star_permuted(x, square(3, 3), 20_000, 1)
    assert np.isnan(found[4])  # all other cells are its neighbours: nothing to deal
    degree, seen = 3, np.array([0.0])
    exact = 2 * stats.hypergeom.cdf(seen, 8, 2, degree)
    assert found[0] == pytest.approx(min(1, exact[0]), abs=0.02)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=40))
def test_benjamini_and_hochberg_is_scipys_and_leaves_out_what_was_not_tested(p):
    values = np.array(p)
    made = ~np.isnan(values)
    q = benjamini_hochberg(values)
    assert np.isnan(q[~made]).all()
    if made.any():
        assert np.abs(q[made] - stats.false_discovery_control(values[made], method="bh")).max() < 1e-9
        assert (q[made] >= values[made] - 1e-15).all()


def test_benjamini_and_hochberg_by_hand():
    """Four tests at .01 .02 .03 .5: .01 * 4/1 = .04, .02 * 4/2 = .04, .03 * 4/3 = .04, .5."""
    assert benjamini_hochberg([0.5, 0.01, np.nan, 0.03, 0.02]) == pytest.approx(
        [0.5, 0.04, np.nan, 0.04, 0.04], nan_ok=True
    )
    assert benjamini_hochberg(np.array([])).shape == (0,)
    with pytest.raises(ValueError):
        benjamini_hochberg([0.5, 1.5])


def test_classes_tell_apart_not_significant_and_too_few():
    z, q = np.array([3.0, -3, 3, np.nan, 2]), np.array([0.01, 0.01, 0.05, np.nan, 0.001])
    counts = np.array([9, 0, 9, 0, np.nan])
    assert list(classes(z, q, counts)) == ["hot", "cold", "not significant", "too few to tell", "too few to tell"]
    assert set(classes(z, q, counts, enough=False)) == {"too few to tell"}
    assert list(classes(z, q, counts, level=0.005))[:2] == ["not significant"] * 2
    months = classes(np.full((2, 2), 3.0), np.zeros((2, 2)), np.ones((2, 2)), enough=np.array([True, False]))
    assert months.tolist() == [["hot", "too few to tell"]] * 2
