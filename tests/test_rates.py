"""Rates and their smoothing: against esda and scipy, by hand, and what must never happen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from dashboard.analysis.rates import rates, smoothed, smoothed_locally
from tests.reference import recorded

COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=30)


def chain(n, missing=()):
    """Each place beside the next, those in `missing` alone."""
    links = [(i, i + 1) for i in range(n - 1) if i not in missing and i + 1 not in missing]
    rows, columns = zip(*links, strict=True) if links else ((), ())
    half = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    return sparse.csr_array(half + half.T)


def esda_weights(neighbours):
    from libpysal.weights import W

    ends = neighbours.indptr
    lists = {i: neighbours.indices[ends[i] : ends[i + 1]].tolist() for i in range(neighbours.shape[0])}
    return W(lists, id_order=list(lists), silence_warnings=True)


@pytest.fixture(scope="module")
def random_places():
    rng = np.random.default_rng(5)
    exposure = rng.lognormal(7, 1, 400).round() + 1
    return rng.poisson(exposure * rng.gamma(2, 0.002, 400)).astype(float), exposure, chain(400, missing=(7, 8, 100))


@pytest.fixture(scope="module")
def memphis():
    """Robberies after the middle of 2019 per robbery before it, in the cells that had some: real, and small."""
    cells = recorded("change_500m_2019-07-01.csv")
    cells = cells[cells["n_before"] > 0]
    xy = cells[["x", "y"]].to_numpy()
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return (
        cells["n_after"].to_numpy(float),
        cells["n_before"].to_numpy(float),
        sparse.csr_array(((apart > 0) & (apart < 708)).astype(float)),
    )


@pytest.mark.oracle
@pytest.mark.parametrize("which", ["random_places", "memphis"])
def test_global_smoothing_is_esdas(which, request):
    from esda.smoothing import Empirical_Bayes

    counts, exposure, _ = request.getfixturevalue(which)
    theirs = Empirical_Bayes(counts, exposure).r.ravel()
    np.testing.assert_allclose(smoothed(counts, exposure), theirs, rtol=1e-9, atol=0)


@pytest.mark.oracle
@pytest.mark.parametrize("which", ["random_places", "memphis"])
def test_local_smoothing_is_esdas_islands_too(which, request):
    """Where nothing was counted in a whole neighbourhood esda divides 0 by 0; the rate there is 0."""
    from esda.smoothing import Spatial_Empirical_Bayes

    counts, exposure, neighbours = request.getfixturevalue(which)
    assert (np.diff(neighbours.indptr) == 0).any()
    with np.errstate(invalid="ignore"):
        theirs = Spatial_Empirical_Bayes(counts, exposure, esda_weights(neighbours)).r.ravel()
    ours = smoothed_locally(counts, exposure, neighbours)
    nothing = (counts + neighbours @ counts) == 0
    assert np.isnan(theirs[nothing]).all()
    assert (ours[nothing] == 0).all()
    np.testing.assert_allclose(ours[~nothing], theirs[~nothing], rtol=1e-9, atol=1e-15)


def test_smoothing_by_hand():
    """1 of 10 and 9 of 30: mean 0.25, variance (10 x 0.15^2 + 30 x 0.05^2) / 40 - 0.25 / 20 < 0, so all is chance.

    10 of 100 and 90 of 300: the same rates, variance 0.0075 - 0.25 / 200 = 0.00625; the share kept is
    0.00625 / (0.00625 + 0.25 / 100) = 5/7 and 0.00625 / (0.00625 + 0.25 / 300) = 15/17.
    """
    assert smoothed([1, 9], [10, 30]) == pytest.approx([0.25, 0.25])
    assert smoothed([10, 90], [100, 300]) == pytest.approx([0.25 - 0.15 * 5 / 7, 0.25 + 0.05 * 15 / 17])
    both = sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert smoothed_locally([10, 90], [100, 300], both) == pytest.approx(smoothed([10, 90], [100, 300]))


def test_local_smoothing_by_hand_looks_no_further_than_the_neighbours():
    """Three in a row; the first sees only the second: mean (10 + 90) / 400, as in the case above."""
    found = smoothed_locally([10, 90, 500], [100, 300, 100], chain(3))
    assert found[0] == pytest.approx(0.25 - 0.15 * 5 / 7)
    assert smoothed_locally([10, 90, 2], [100, 300, 100], chain(3))[0] == pytest.approx(found[0], rel=1e-15)


@given(counts=COUNTS, seed=st.integers(0, 99))
@settings(max_examples=60)
def test_smoothed_lies_between_the_raw_and_the_overall_rate(counts, seed):
    exposure = np.random.default_rng(seed).integers(1, 500, len(counts)).astype(float)
    found, raw = smoothed(counts, exposure), np.array(counts) / exposure
    overall = sum(counts) / exposure.sum()
    slack = 1e-12
    assert (found >= np.minimum(raw, overall) - slack).all()
    assert (found <= np.maximum(raw, overall) + slack).all()
    order = np.random.default_rng(seed + 1).permutation(len(counts))
    assert smoothed(np.array(counts)[order], exposure[order]) == pytest.approx(found[order])
    assert smoothed(counts, exposure * 1000) * 1000 == pytest.approx(found)


@given(counts=COUNTS, seed=st.integers(0, 99))
@settings(max_examples=60)
def test_locally_smoothed_lies_between_the_raw_and_the_local_rate(counts, seed):
    e = np.array(counts, float)
    b = np.random.default_rng(seed).integers(1, 500, len(e)).astype(float)
    neighbours = chain(len(e), missing=(3,))
    found, raw = smoothed_locally(e, b, neighbours), e / b
    local = (e + neighbours @ e) / (b + neighbours @ b)
    assert (found >= np.minimum(raw, local) - 1e-12).all()
    assert (found <= np.maximum(raw, local) + 1e-12).all()
    everyone = sparse.csr_array(np.ones((len(e), len(e))) - np.eye(len(e)))
    assert smoothed_locally(e, b, everyone) == pytest.approx(smoothed(e, b), abs=1e-12)


def test_less_exposure_is_moved_further():
    found = smoothed([4, 40, 400, 10, 900], [10, 100, 1000, 1000, 9000])
    assert 0.4 > found[2] > found[1] > found[0] > 0.1


def test_interval_is_the_exact_one():
    """scipy's chi-square form of Garwood's interval; for 0 of 10 the upper end is -ln(0.025) / 10."""
    found = rates([0, 1, 7, 300], [10, 10, 10, 10])
    x = np.array([0, 1, 7, 300])
    assert found.low[1:] == pytest.approx(stats.chi2.ppf(0.025, 2 * x[1:]) / 20)
    assert found.high == pytest.approx(stats.chi2.ppf(0.975, 2 * x + 2) / 20)
    assert found.low[0] == 0 and found.high[0] == pytest.approx(-np.log(0.025) / 10)
    assert found.rate == pytest.approx(x / 10)


def test_high_for_its_exposure_by_hand():
    """Overall 12 in 60: 2 are expected in 10. 4 or more come with 1 - e^-2 (1 + 2 + 2 + 4/3) = 0.1429, 0 always."""
    found = rates([4, 0, 8], [10, 10, 40])
    assert found.overall == pytest.approx(0.2)
    assert found.p_high[0] == pytest.approx(0.142877, abs=1e-6)
    assert found.p_high[1] == 1
    assert found.p_high[2] == pytest.approx(stats.poisson.sf(7, 8))


def test_no_exposure_is_no_rate():
    """A park without residents: its incidents are counted as left out and change nobody's rate."""
    counts, exposure = [10, 90, 7, 5], [100, 300, 0, np.nan]
    found = rates(counts, exposure)
    for values in (found.rate, found.low, found.high, found.p_high, smoothed(counts, exposure)):
        assert np.isnan(values[2:]).all() and np.isfinite(values[:2]).all()
    assert found.left_out == 12
    assert found.overall == pytest.approx(0.25)
    assert smoothed(counts, exposure)[:2] == pytest.approx(smoothed(counts[:2], exposure[:2]))
    ours = smoothed_locally(counts, exposure, chain(4))
    assert np.isnan(ours[2:]).all()
    assert ours[:2] == pytest.approx(smoothed_locally(counts[:2], exposure[:2], chain(2)))


def test_no_exposure_anywhere_and_no_incident_anywhere():
    assert np.isnan(rates([3, 4], [0, 0]).overall)
    assert np.isnan(smoothed([3, 4], [0, 0])).all()
    assert np.isnan(smoothed_locally([3, 4], [0, 0], chain(2))).all()
    assert smoothed([0, 0], [5, 6]).tolist() == [0, 0]
    assert smoothed_locally([0, 0], [5, 6], chain(2)).tolist() == [0, 0]
    assert rates([0, 0], [5, 6]).p_high.tolist() == [1, 1]
    assert rates([], []).rate.shape == (0,)


@pytest.mark.parametrize(
    ("counts", "exposure", "says"),
    [([1], [1, 2], "one exposure"), ([-1], [1], "count"), ([np.nan], [1], "count"), ([1], [-1], "exposure")],
)
def test_refuses_nonsense(counts, exposure, says):
    for function in (rates, smoothed, lambda e, b: smoothed_locally(e, b, chain(len(e)))):
        with pytest.raises(ValueError, match=says):
            function(counts, exposure)
    with pytest.raises(ValueError, match="square"):
        smoothed_locally([1, 2, 3], [1, 2, 3], chain(2))
