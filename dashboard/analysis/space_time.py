"""Hotspots that stay, come or go: the classes of the R package sfhotspot.

sfhotspot 1.0.0, `hotspot_classify()` (Ashby, MIT licence). Followed to the letter, also where it may surprise:
a cell's p-values are corrected over its own periods by Holm's method (R's default when no method is named), not
over the cells; and the period before the recent ones is counted among the recent and among the older ones.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.analysis.gistar import gi_star

if TYPE_CHECKING:
    from scipy import sparse

NO_PATTERN = "no pattern"
MIXED = "mixed hot/coldspot"
KINDS = ("persistent", "emerging", "former", "intermittent")  # the first that fits


@dataclass(frozen=True)
class Rules:
    """sfhotspot's parameters, by its names and with its defaults; each between 0 and 1.

    hotspot_prop : least share of periods for a class of any kind. persistent_prop : for `persistent`.
    recent_prop : share of the periods that is recent. critical_p : p below it is significant.
    """

    hotspot_prop: float = 0.1
    persistent_prop: float = 0.8
    recent_prop: float = 0.2
    critical_p: float = 0.05

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 < value < 1:
                raise ValueError(f"{name} must lie between 0 and 1.")


DEFAULT = Rules()


@dataclass(frozen=True)
class SpaceTime:
    """Gi* of every cell in every period, and the class that follows.

    z, p : (n, periods) each period by itself; nan in a period whose counts are all equal, so also in an empty one.
    p_adjusted : (n, periods) by Holm over the periods of a cell.
    classes : (n,) "persistent hotspot", "emerging coldspot" ..., "mixed hot/coldspot" or "no pattern".
    """

    z: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    classes: np.ndarray


def classify_periods(counts: np.ndarray, neighbours: "sparse.csr_array", rules: Rules = DEFAULT) -> SpaceTime:
    """sfhotspot's class of every cell, from its counts in consecutive periods.

    counts : (n, periods) in the order of time; zeros are data. neighbours : (n, n) without self, such as the cells
    within the cell size times the square root of 2.

    Raises ValueError for fewer than two periods. Where no period has counts that differ, no cell has a pattern.
    """
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2 or counts.shape[1] < 2:
        raise ValueError("Classes over time need at least two periods. Choose a shorter period.")
    found = gi_star(counts, neighbours)
    adjusted = holm(found.p)
    return SpaceTime(found.z, found.p, adjusted, classify(found.z, adjusted, rules))


def holm(p: np.ndarray) -> np.ndarray:
    """p-values corrected within each row by Holm's method, (rows, tests); nan stays nan and counts as no test.

    Holm (1979), Scandinavian Journal of Statistics 6.
    """
    order = np.argsort(p, axis=1)  # nans go last
    tests = (~np.isnan(p)).sum(axis=1, keepdims=True)
    times = np.maximum(tests - np.arange(p.shape[1]), 1)
    stepped = np.minimum(1, np.maximum.accumulate(np.take_along_axis(p, order, axis=1) * times, axis=1))
    out = np.empty_like(stepped)
    np.put_along_axis(out, order, stepped, axis=1)
    return out


def classify(z: np.ndarray, p: np.ndarray, rules: Rules = DEFAULT) -> np.ndarray:
    """sfhotspot's class of every cell, (n,) str, from z and corrected p of its periods, each (n, periods)."""
    significant = p < rules.critical_p  # nan: not significant, but the period still counts in every share
    hot = _kind(significant & (z > 0), rules)
    cold = _kind(significant & (z <= 0), rules)
    none = len(KINDS)
    names = [*(f"{k} hotspot" for k in KINDS), *(f"{k} coldspot" for k in KINDS), NO_PATTERN, MIXED]
    number = np.where(hot < none, hot, np.where(cold < none, none + cold, 2 * none))
    return np.array(names)[np.where((hot < none) & (cold < none), 2 * none + 1, number)]


def _kind(yes: np.ndarray, rules: Rules) -> np.ndarray:
    """Index in KINDS of every row of `yes` (n, periods), or len(KINDS)."""
    periods = yes.shape[1]
    recent = max(math.floor(rules.recent_prop * periods), 1)
    older = periods - recent
    share = yes.sum(axis=1) / periods
    # One period more than is divided by: as sfhotspot does.
    share_recent = yes[:, older - 1 :].sum(axis=1) / recent
    share_older = yes[:, :older].sum(axis=1) / older
    kinds = [
        share >= rules.persistent_prop,
        (share_older < rules.hotspot_prop) & (share_recent >= rules.recent_prop),
        (share_older >= rules.hotspot_prop) & (share_recent < rules.hotspot_prop),
        share >= rules.hotspot_prop,
    ]
    return np.select(kinds, range(len(KINDS)), default=len(KINDS))
