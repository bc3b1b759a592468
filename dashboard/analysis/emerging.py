"""Hotspots that stay, come or go: the classes of ArcGIS's Emerging Hot Spot Analysis.

Esri, "How Emerging Hot Spot Analysis works" (ArcGIS Pro). Gi* is worked out in bins of space and time, corrected for
the number of bins by Benjamini-Hochberg; the trend of a cell is that of Mann-Kendall on its z. Of the periods, at

- new: hot in the last one and in none before
- consecutive: one run of at least two hot ones at the end, none before it, less than 90 % hot
- intensifying, persistent, diminishing: at least 90 % hot, the last one too; z rises, has no trend, falls
- sporadic: hot in the last one, off and on before, less than 90 % hot, never cold
- oscillating: hot in the last one, less than 90 % hot, cold in one before
- historical: at least 90 % hot, but not the last one

and the same for cold, where a falling z is intensifying. What the definitions leave open is settled thus: a cell that
was cold before is oscillating, not new or consecutive (so does the R package sfdep).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.analysis.mann_kendall import MIN_PERIODS, Trend, mann_kendall
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.space_time import NO_PATTERN

if TYPE_CHECKING:
    from scipy import sparse

LEVEL = 0.1  # ArcGIS's least level: 90 % confidence, for the bins and for the trend
USUAL_PERIODS = 10  # ArcGIS makes no space-time cube of fewer
KINDS = (*("new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical"),)


@dataclass(frozen=True)
class Emerging:
    """Gi* in space and time of every bin, and each cell's trend and class.

    z, p, q : (n, periods). trend : Mann-Kendall on z, (n,), without slopes.
    classes : (n,) "new hot spot" ... "historical cold spot" or "no pattern".
    """

    z: np.ndarray
    p: np.ndarray
    q: np.ndarray
    trend: Trend
    classes: np.ndarray


def emerging_hot_spots(
    counts: np.ndarray, neighbours: "sparse.csr_array", steps: int = 1, level: float = LEVEL
) -> Emerging:
    """ArcGIS's class of every cell, from its counts in consecutive periods of equal length.

    counts : (n, periods) in the order of time; zeros are data (as with ArcGIS's analysis mask).
    neighbours : (n, n) without self. steps : periods before a bin that belong to its neighbourhood.

    Raises ValueError for fewer than 4 periods (ArcGIS itself asks for 10), for a negative `steps`, or where z is
    undefined: every bin alike, or a neighbourhood that is everything.
    """
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2 or counts.shape[1] < MIN_PERIODS:
        raise ValueError(f"A trend needs at least {MIN_PERIODS} periods. Choose a shorter period.")
    z, p = space_time_gi_star(counts, neighbours, steps)
    q = benjamini_hochberg(p.ravel()).reshape(p.shape)
    trend = mann_kendall(z, slopes=False)
    significant = q < level
    classes = classify(significant & (z > 0), significant & (z < 0), trend, level)
    return Emerging(z, p, q, trend, classes)


def space_time_gi_star(
    counts: np.ndarray, neighbours: "sparse.csr_array", steps: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(z, p) of Gi* of every bin against all bins, each (n, periods).

    A bin's neighbourhood is the cell and its neighbours in the bin's period and in the `steps` periods before it;
    the first periods have fewer before them. Raises ValueError as `emerging_hot_spots` does.

    Ord and Getis (1995), Geographical Analysis 27(4), eq. 14*, with bins in place of cells.
    """
    from scipy.special import ndtr

    if steps < 0:
        raise ValueError("The number of earlier periods in a neighbourhood is below zero.")
    cells, periods = counts.shape
    total = np.hstack([np.zeros((cells, 1)), np.cumsum(neighbours @ counts + counts, axis=1)])
    first = np.maximum(np.arange(periods) - steps, 0)
    near = total[:, 1:] - total[:, first]
    size = (neighbours.sum(axis=1) + 1)[:, None] * (np.arange(periods) - first + 1)
    bins = counts.size
    spread = counts.std() * np.sqrt(np.maximum(bins * size - size**2, 0) / (bins - 1))
    if not spread.min() > 0:
        raise ValueError("Every count is equal, or a neighbourhood is the whole grid: nothing can stand out.")
    z = (near - counts.mean() * size) / spread
    return z, 2 * ndtr(-np.abs(z))


def classify(hot: np.ndarray, cold: np.ndarray, trend: Trend, level: float = LEVEL) -> np.ndarray:
    """ArcGIS's class of every cell, (n,) str.

    hot, cold : (n, periods) bool, significantly so; never both. trend : of z, (n,). level : of the trend.
    """
    rising = np.where(trend.p < level, np.sign(trend.z), 0)
    kind_hot, kind_cold = _kind(hot, cold, rising), _kind(cold, hot, -rising)
    names = np.array([*(f"{k} hot spot" for k in KINDS), *(f"{k} cold spot" for k in KINDS), NO_PATTERN])
    none = len(KINDS)
    # 90 % of one leaves no room for 90 % of the other, and only one can be last: at most one fits, or the last and
    # a long history (hot in 90 %, cold in the last), where the last period is what the map is read for.
    both = (kind_hot < none) & (kind_cold < none)
    first_hot = np.where(both, hot[:, -1], kind_hot < none)
    return names[np.where(first_hot, kind_hot, np.where(kind_cold < none, none + kind_cold, 2 * none))]


def _kind(yes: np.ndarray, opposite: np.ndarray, stronger: np.ndarray) -> np.ndarray:
    """Index in KINDS of every row of `yes` (n, periods), or len(KINDS)."""
    periods = yes.shape[1]
    times = yes.sum(axis=1)
    mostly = 10 * times >= 9 * periods  # in whole numbers, so that 9 of 10 is 90 %
    last = yes[:, -1]
    run = np.where(yes.all(axis=1), periods, np.argmin(yes[:, ::-1], axis=1))  # length of the run at the end
    lately, turned = last & ~mostly, opposite.any(axis=1)
    kinds = {
        "historical": mostly & ~last,
        "intensifying": mostly & (stronger > 0),
        "diminishing": mostly & (stronger < 0),
        "persistent": mostly,
        "oscillating": lately & turned,
        "new": lately & (times == 1),
        "consecutive": lately & (times == run),
        "sporadic": lately,
    }
    return np.select(list(kinds.values()), [KINDS.index(k) for k in kinds], default=len(KINDS))
