"""Getis-Ord Gi*: is a cell, with its neighbours, busier than the study area?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from dashboard.analysis.cell_counts import Floats, checked, spread
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.permutation import neighbour_sum_p

if TYPE_CHECKING:
    from scipy import sparse

HotspotClass = Literal["hot", "cold", "not significant", "too few to tell"]
LEVEL = 0.05


@dataclass(frozen=True)
class GiStar:
    """Gi* of each cell, in the shape of the counts; nan where it cannot be told.

    z : standard deviations above (below) what the study area gives. p : two-sided, normal approximation.
    q : p corrected for the number of cells by Benjamini and Hochberg, within each period.
    """

    z: Floats
    p: Floats
    q: Floats


def gi_star(counts: npt.ArrayLike, neighbours: "sparse.csr_array") -> GiStar:
    """Getis-Ord Gi* with its p and q.

    counts : (n,) incidents per cell, or (n, periods): all periods in one product. Zeros are data and must
        be present.
    neighbours : (n, n) weights without self, usually 0/1. Each cell is added as its own neighbour.

    nan where z is undefined: every count of a period is equal, a neighbourhood is the whole grid, or a count
    is missing (its whole period then is nan). A cell without neighbours is tested by itself.

    Raises ValueError if the shapes do not fit or the weights hold a cell itself.

    Ord and Getis (1995), Geographical Analysis 27(4), eq. 14 with the star.
    """
    from scipy.special import ndtr

    x = checked(counts, neighbours)
    n = len(x)
    weights, squares = _totals(neighbours)
    # Centred first: nothing is lost when all counts are large and nearly equal.
    mean = x.mean(axis=0) if n else np.zeros(x.shape[1:])
    centred = x - mean
    deviation = spread(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = (n * squares - weights**2) / (n - 1)
        # Above or below by rounding alone is no room either.
        room[room <= 1e-12 * n * squares] = np.nan
        scale = np.sqrt(room)
        z = neighbours @ centred + centred
        z /= scale if x.ndim == 1 else scale[:, None]
        z /= deviation
        p = 2 * ndtr(-np.abs(z))
    return GiStar(z, p, benjamini_hochberg(p))


def gi_star_permuted(counts: npt.ArrayLike, neighbours: "sparse.csr_array", permutations: int, seed: int) -> Floats:
    """Two-sided conditional permutation p of Gi*, in the shape of the counts: nothing is assumed normal.

    The count of the cell stays; those of all others are dealt out at random `permutations` times. nan for a
    cell without neighbours and for a period of equal counts. See `permutation.neighbour_sum_p`.
    """
    x = checked(counts, neighbours)
    return neighbour_sum_p(x, neighbours, permutations, seed)


def classes(
    z: npt.ArrayLike, q: npt.ArrayLike, counts: npt.ArrayLike, enough: Any = True, level: float = LEVEL
) -> npt.NDArray[np.object_]:
    """'hot', 'cold', 'not significant' or 'too few to tell' for each cell, in the shape of z.

    z, q : from `gi_star` (any corrected or plain p may stand for q). counts : the incidents, same shape.
    enough : whether the data suffice (`sufficiency.sufficient(...).enough`): one for all, or one for each
        period or cell, as numpy broadcasts.
    level : significant when q is below it.

    'too few to tell' where the data do not suffice and where z, q or the count is nan.
    """
    z, q, counts = (np.asarray(a, dtype=float) for a in (z, q, counts))
    told = np.isfinite(z) & np.isfinite(q) & np.isfinite(counts) & np.asarray(enough, dtype=bool)
    found = np.full(z.shape, "too few to tell", dtype=object)
    significant = told & (q < level)
    found[told] = "not significant"
    found[significant & (z > 0)] = "hot"
    found[significant & (z < 0)] = "cold"
    return found


def _totals(neighbours: "sparse.csr_array") -> tuple[Floats, Floats]:
    """Sum of the weights of each neighbourhood, and of their squares; the cell itself has weight 1."""
    if (neighbours.data == 1).all():
        degree = np.diff(neighbours.indptr) + 1.0
        return degree, degree
    squared = neighbours.copy()
    squared.data = squared.data**2
    return np.asarray(neighbours.sum(axis=1)) + 1.0, np.asarray(squared.sum(axis=1)) + 1.0
