"""Does a series rise or fall overall? The Mann-Kendall test and Sen's slope, for many series at once."""

from dataclasses import dataclass

import numpy as np

MIN_PERIODS = 4  # below it, no order of the values could reach p < 0.05
_PAIRS_AT_ONCE = 4_000_000  # slopes held in memory together: 32 MB


@dataclass(frozen=True)
class Trend:
    """What Mann-Kendall says of each series, all (cells,); nan where fewer than 4 periods have a value.

    s : later-minus-earlier signs over all pairs of periods. z : s in standard deviations. p : two-sided.
    slope : Sen's slope, in the series' unit per period.
    """

    s: np.ndarray
    z: np.ndarray
    p: np.ndarray
    slope: np.ndarray


def mann_kendall(values: np.ndarray, continuity: bool = True, slopes: bool = True) -> Trend:
    """Mann-Kendall trend of each row, its variance corrected for ties, and Sen's slope.

    values : (cells, periods) in the order of time, one column per equal step; nan is a period without a value.
    continuity : bring s one nearer to 0 before it is divided, as is usual for this test.
    slopes : work out Sen's slope, which takes nearly all of the time for many periods; else it is nan.

    A series that never changes has z = 0 and p = 1: it has no trend. Raises ValueError if `values` is not a matrix.

    Mann (1945), Econometrica 13; Kendall (1975), Rank Correlation Methods; Sen (1968), JASA 63;
    the correction for ties and continuity as in Hirsch, Slack and Smith (1982), Water Resources Research 18.
    """
    from scipy.special import ndtr  # slow to import, and pages without a trend do not need it

    x = np.asarray(values, dtype=float)
    if x.ndim != 2:
        raise ValueError("Mann-Kendall needs a matrix: one row per cell, one column per period.")
    s, equal = _signs_and_ties(x)
    known = ~np.isnan(x)
    n = known.sum(axis=1)
    # Summed over the members of a tie, (t - 1)(2t + 5) is the tie's t(t - 1)(2t + 5).
    ties = np.where(known, (equal - 1) * (2 * equal + 5), 0.0).sum(axis=1)
    sd = np.sqrt(np.maximum(n * (n - 1) * (2 * n + 5) - ties, 0) / 18)
    nearer = np.sign(s) * np.maximum(np.abs(s) - 1, 0) if continuity else s
    z = np.divide(nearer, sd, out=np.zeros(len(x)), where=sd > 0)
    told = n >= MIN_PERIODS
    s, z, p = (np.where(told, v, np.nan) for v in (s, z, 2 * ndtr(-np.abs(z))))
    return Trend(s, z, p, _sen(x, told & slopes))


def _signs_and_ties(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum of signs per row, (cells,), and how many values of its row equal each value, itself included."""
    s = np.zeros(len(x))
    equal = np.ones(x.shape)
    for lag in range(1, x.shape[1]):
        later, earlier = x[:, lag:], x[:, :-lag]
        s += (later > earlier).sum(axis=1, dtype=float) - (later < earlier).sum(axis=1)
        same = later == earlier
        equal[:, lag:] += same
        equal[:, :-lag] += same
    return s, equal


def _sen(x: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Median slope over all pairs of periods, (cells,); nan where not `told`."""
    first, second = np.triu_indices(x.shape[1], k=1)
    out = np.full(len(x), np.nan)
    rows = np.flatnonzero(told)
    step = max(1, _PAIRS_AT_ONCE // max(1, len(first)))
    for part in (rows[at : at + step] for at in range(0, len(rows), step)):
        slopes = (x[part][:, second] - x[part][:, first]) / (second - first)
        out[part] = _median_of_known(slopes)
    return out


def _median_of_known(slopes: np.ndarray) -> np.ndarray:
    """Median of each row without its nans; every row has a value."""
    if not np.isnan(slopes).any():
        return np.median(slopes, axis=1)
    ordered = np.sort(slopes, axis=1)  # nans go last
    n = (~np.isnan(slopes)).sum(axis=1)
    row = np.arange(len(slopes))
    return (ordered[row, (n - 1) // 2] + ordered[row, n // 2]) / 2
