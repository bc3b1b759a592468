"""Many cells tested at once: how many of the hotspots would be there by chance."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """q of each test: the smallest false discovery rate at which it would be called significant.

    p : (n,) p-values, or (n, periods), each period by itself. nan is a test that was not made: it stays
    nan and does not count. Returns q in the same shape, at most 1 and never below p.

    Raises ValueError for a value outside 0 to 1.

    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
    """
    values = np.asarray(p, dtype=float)
    if ((values < 0) | (values > 1)).any():
        raise ValueError("A p-value is outside 0 to 1.")
    if values.ndim == 1:
        return _adjusted(values)
    columns = [_adjusted(values[:, j]) for j in range(values.shape[1])]
    return np.column_stack(columns) if columns else values.copy()


def _adjusted(p: Floats) -> Floats:
    q = np.full(p.shape, np.nan)
    made = np.flatnonzero(~np.isnan(p))
    order = made[np.argsort(p[made])]
    stepped = p[order] * (len(order) / np.arange(1, len(order) + 1))
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return q


def adjusted_by_neighbourhood(p: npt.ArrayLike, neighbours: "sparse.csr_array") -> Floats:
    """What sfhotspot calls p adjusted by "BH": p times the size of the neighbourhood plus one, at most 1.

    p : (n,) or (n, periods). neighbours : (n, n) without self, as for `gi_star`.

    sfhotspot passes each p alone to R's spdep::p.adjustSP, which corrects for (neighbours + self + 1) tests and
    not for the number of cells; with one p, Benjamini and Hochberg's correction is Bonferroni's. It is here so
    that results can be held against sfhotspot's; `benjamini_hochberg` is what the maps use.

    Source: spdep 1.3 R/p.adjustSP.R; sfhotspot 1.0.0 R/gistar.R (nb with include_self).
    """
    values = np.asarray(p, dtype=float)
    tests = np.diff(neighbours.indptr) + 2.0
    return np.minimum(values * (tests if values.ndim == 1 else tests[:, None]), 1.0)
