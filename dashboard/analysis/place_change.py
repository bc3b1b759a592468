"""Which places changed, and by more than noise? Two counts at each of many places. Pure numbers.

The same comparison as `change.compare`, for all places at once: given the sum of the two counts the
later one is binomial (Przyborowski and Wilenski, 1940, Biometrika 31), so the interval is Clopper and
Pearson's, transformed to a ratio. p is not adjusted: there are as many tests as places with a p.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.analysis.change import LEVEL

CRITICAL = 0.05


@dataclass(frozen=True)
class Ratio:
    """Later rate over earlier rate at each place, (n,) each.

    ratio : nan if both counts are 0, inf if only the earlier is. low, high : exact interval; 0 and inf
        where nothing was counted. p : two-sided, of a ratio of 1; nan where nothing was counted.
    smallest_p : the smallest p that so few incidents could have given, had all fallen in one period.
    """

    ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    smallest_p: np.ndarray

    def verdicts(self, adjusted: npt.ArrayLike | None = None, critical: float = CRITICAL) -> np.ndarray:
        """`rose`, `fell`, `not significant`, `too few to tell` (no split of so few could) or `none` (no incident).

        adjusted : p adjusted for the number of places; None takes p as it is.
        """
        p = self.p if adjusted is None else np.asarray(adjusted, dtype=float)
        clear = p <= critical
        return np.select(
            [np.isnan(self.p), clear & (self.ratio > 1), clear, self.smallest_p > critical],
            ["none", "rose", "fell", "too few to tell"],
            "not significant",
        )


@dataclass(frozen=True)
class PlaceChange:
    """Two counts at each place and what they support.

    before, after : (n,) counts. difference : (n,) after - before, whatever the periods' lengths.
    rate_difference : (n,) after / its time - before / its time.
    own : is the place's rate another than before? relative : did it change otherwise than the whole
        did? (1: as the whole.) All nan if the whole has a count of 0 in either period.
    """

    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    rate_difference: np.ndarray
    own: Ratio
    relative: Ratio
    level: float = LEVEL


def place_change(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    time_before: float = 1.0,
    time_after: float = 1.0,
    whole: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> PlaceChange:
    """Compare two counts at every place.

    before, after : (n,) counts, at least 0. time_before, time_after : lengths of the periods in one
        unit, above 0. whole : counts of the whole before and after; None takes the sums. The whole's
        change is taken as known and contains the place, which makes `relative` slightly cautious.

    Raises ValueError for different lengths, a negative or missing count, or a period of no length.
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("There must be one count before and one after for each place.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()) or (x < 0).any() or (y < 0).any():
        raise ValueError("A count is below zero or missing.")
    if not (0 < time_before < np.inf and 0 < time_after < np.inf):
        raise ValueError("A period has no length.")
    own = _ratios(x, y, time_after / time_before, level)
    whole_before, whole_after = (x.sum(), y.sum()) if whole is None else whole
    if whole_before > 0 and whole_after > 0:
        relative = _ratios(x, y, whole_after / whole_before, level)
    else:
        relative = Ratio(*(np.full(len(x), np.nan) for _ in range(5)))
    return PlaceChange(x, y, y - x, y / time_after - x / time_before, own, relative, level)


def _ratios(x: np.ndarray, y: np.ndarray, expected: float, level: float) -> Ratio:
    """y / x over what it is expected to be, exact given x + y."""
    from scipy.special import betainc, betaincinv  # slow to import

    tail = (1 - level) / 2
    share = expected / (1 + expected)
    none, first, second = x + y == 0, y == 0, x == 0
    # The functions are not defined where a parameter is 0; the limits there are known.
    a, b = np.where(first, 1.0, y), np.where(second, 1.0, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = y / x / expected
        low = np.where(first, 0.0, _odds(betaincinv(a, x + 1, tail)) / expected)
        high = np.where(second, np.inf, _odds(betaincinv(y + 1, b, 1 - tail)) / expected)
    at_least = np.where(first, 1.0, betainc(a, x + 1, share))
    at_most = np.where(second, 1.0, betainc(b, y + 1, 1 - share))
    p = np.where(none, np.nan, np.minimum(1.0, 2 * np.minimum(at_least, at_most)))
    smallest = np.where(none, np.nan, np.minimum(1.0, 2 * np.minimum(share, 1 - share) ** (x + y)))
    return Ratio(ratio, low, high, p, smallest)


def _odds(p: np.ndarray) -> np.ndarray:
    return p / (1 - p)
