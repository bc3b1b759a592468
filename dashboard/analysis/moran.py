"""Moran's I: does a quantity cluster at all (global), and where are clusters and outliers (local)?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dashboard.analysis.cell_counts import Floats, checked, spread
from dashboard.analysis.gistar import LEVEL
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.permutation import CHUNK, neighbour_sum_p

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class GlobalMoran:
    """Moran's I of the whole study area; nan where it cannot be told.

    expected : without clustering, -1 / (n - 1). p_ : two-sided. _normality supposes normal values,
    _randomisation only that any arrangement of these values is as likely; counts want the second.
    p_permuted : from `permutations` random arrangements, nan if none were asked for.
    """

    statistic: float
    expected: float
    z_normality: float
    p_normality: float
    z_randomisation: float
    p_randomisation: float
    p_permuted: float = float("nan")
    permutations: int = 0


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran's I of each cell, each (n,); nan where it cannot be told.

    statistic : above 0 among its like, below 0 among its opposites.
    z, p : of the mean of the neighbours given the cell's own value; z above 0 when they are high. Two-sided.
    q : p after Benjamini and Hochberg. p_permuted : conditional permutation p, nan if not asked for.
    quadrant : 'HH', 'LL' (clusters), 'HL', 'LH' (outliers: first the cell, then its neighbours), '' if nan.
    """

    statistic: Floats
    z: Floats
    p: Floats
    q: Floats
    p_permuted: Floats
    quadrant: npt.NDArray[np.str_]

    def clusters(self, p: Floats | None = None, level: float = LEVEL) -> npt.NDArray[np.object_]:
        """The quadrant of each significant cell, 'not significant', or 'too few to tell'. p : q by default."""
        values = self.q if p is None else p
        found = np.where(values < level, self.quadrant, "not significant").astype(object)
        found[np.isnan(values) | (self.quadrant == "")] = "too few to tell"
        return found


def global_moran(
    counts: npt.ArrayLike, neighbours: "sparse.csr_array", permutations: int = 0, seed: int = 0
) -> GlobalMoran:
    """Global Moran's I with row-standardised weights.

    counts : (n,). neighbours : (n, n) without self. A cell without neighbours counts among the n but adds
    nothing, as in esda. nan for equal counts, a missing count, fewer than four cells, or no neighbours at all.

    Raises ValueError if the shapes do not fit.

    Cliff and Ord (1981), Spatial Processes, ch. 2; Moran (1950), Biometrika 37.
    """
    x = _one_period(counts, neighbours)
    n = len(x)
    weights = row_standardised(neighbours)
    s0 = float(weights.sum())
    if n < 4 or s0 == 0 or not np.isfinite(spread(x)):
        nan = float("nan")
        return GlobalMoran(nan, -1 / (n - 1) if n > 1 else nan, nan, nan, nan, nan)
    centred = x - x.mean()
    statistic = _statistic(centred, weights, s0)
    expected = -1 / (n - 1)
    normality, randomisation = _variances(centred, weights, s0)
    z = [(statistic - expected) / v**0.5 if v > 0 else float("nan") for v in (normality, randomisation)]
    p = [_two_sided(v) for v in z]
    permuted = _permuted_p(centred, weights, statistic * s0, permutations, seed) if permutations else float("nan")
    return GlobalMoran(statistic, expected, z[0], p[0], z[1], p[1], permuted, permutations)


def local_moran(
    counts: npt.ArrayLike, neighbours: "sparse.csr_array", permutations: int = 0, seed: int = 0
) -> LocalMoran:
    """Local Moran's I with row-standardised weights: clusters and outliers.

    counts : (n,). neighbours : (n, n) 0/1 without self. z and p are of conditional randomisation: the count of
    the cell stays and all others change places. nan for a cell without neighbours (esda gives 0), and
    everywhere for equal or missing counts. A cell at the mean belongs to no quadrant's high side, as in esda.

    Raises ValueError if the shapes do not fit.

    Anselin (1995), Geographical Analysis 27(2); moments: Sokal, Oden and Thomson (1998), Geographical
    Analysis 30(4), eq. A7 and A8.
    """
    x = _one_period(counts, neighbours)
    n = len(x)
    deviation = spread(x)
    weights = row_standardised(neighbours)
    total, squares = np.asarray(weights.sum(axis=1)), np.asarray(weights.power(2).sum(axis=1))
    centred = x - x.mean() if n else x
    lag = weights @ centred
    lag[total == 0] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        value, around = centred / deviation, lag / deviation
        statistic = value * around * (n - 1) / n
        expected = -value * total / (n - 1)
        variance = n / (n - 2) * (squares - total**2 / (n - 1)) * (1 - value**2 / (n - 1))
        # No room to vary (all other cells are neighbours) is not certainty.
        z = (around - expected) / np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    p = np.array([]) if n == 0 else _two_sided_array(z)
    permuted = neighbour_sum_p(x, neighbours, permutations, seed) if permutations else np.full(n, np.nan)
    tie = 1e-12
    high, high_around = np.where(value > tie, "H", "L"), np.where(around > tie, "H", "L")
    quadrant = np.where(np.isnan(statistic), "", np.char.add(high, high_around))
    return LocalMoran(statistic, z, p, benjamini_hochberg(p), permuted, quadrant)


def row_standardised(neighbours: "sparse.csr_array") -> "sparse.csr_array":
    """Weights that sum to 1 over each cell's neighbours; a row without entries stays so."""
    from scipy import sparse

    rows = np.repeat(np.arange(neighbours.shape[0]), np.diff(neighbours.indptr))
    sums = np.asarray(neighbours.sum(axis=1))
    return sparse.csr_array((neighbours.data / sums[rows], neighbours.indices, neighbours.indptr), neighbours.shape)


def _one_period(counts: npt.ArrayLike, neighbours: "sparse.csr_array") -> Floats:
    x = checked(counts, neighbours)
    if x.ndim != 1:
        raise ValueError("Moran's I takes one period at a time.")
    return x


def _statistic(centred: Floats, weights: "sparse.csr_array", s0: float) -> float:
    return float(len(centred) / s0 * (centred @ (weights @ centred)) / (centred @ centred))


def _variances(centred: Floats, weights: "sparse.csr_array", s0: float) -> tuple[float, float]:
    """Variance of I under normality and under randomisation (Cliff and Ord 1981, p. 21)."""
    n = float(len(centred))
    # The sum of (w_ij + w_ji)^2 / 2, written out: the sum of two matrices is slow.
    s1 = float((weights.data**2).sum() + weights.multiply(weights.T.tocsr()).sum())
    s2 = float(((np.asarray(weights.sum(axis=0)) + np.asarray(weights.sum(axis=1))) ** 2).sum())
    expected2 = 1 / (n - 1) ** 2
    normality = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n - 1) * (n + 1) * s0**2) - expected2
    squared = centred**2
    kurtosis = float((squared**2).mean() / squared.mean() ** 2)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return normality, (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected2


def _permuted_p(centred: Floats, weights: "sparse.csr_array", seen: float, permutations: int, seed: int) -> float:
    """Two-sided: twice the smaller share of arrangements at least, or at most, as clustered. seen : I times s0."""
    rng = np.random.default_rng(seed)
    n, size = len(centred), float(centred @ centred)
    slack = 1e-12 * n
    least = most = 0
    columns = max(1, CHUNK // n)
    for start in range(0, permutations, columns):
        many = min(columns, permutations - start)
        dealt = rng.permuted(np.tile(centred, (many, 1)), axis=1).T
        drawn = n * np.einsum("ij,ij->j", dealt, weights @ dealt) / size
        least += int((drawn >= seen - slack).sum())
        most += int((drawn <= seen + slack).sum())
    return min(1.0, 2 * (1 + min(least, most)) / (1 + permutations))


def _two_sided(z: float) -> float:
    return float(_two_sided_array(np.array([z]))[0])


def _two_sided_array(z: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))
