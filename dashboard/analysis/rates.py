"""How high is a count for what there is to count from? Rates, and how far to trust small ones. Pure numbers.

The exposure is what the count is held against: residents, or all other police reports. A rate from
little exposure swings with chance; empirical Bayes moves it towards the overall (or local) rate by as
much as its exposure is small. Where the exposure is 0 or missing a rate cannot be told: nan, and the
place takes no part in any overall rate.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse  # slow to import, and only a name here

LEVEL = 0.95


@dataclass(frozen=True)
class Rates:
    """Counts per exposure with their uncertainty; multiply by 1,000 or 100,000 to show them.

    rate : (n,) count / exposure. low, high : (n,) exact Poisson interval at `level`.
    overall : the rate of all places with an exposure together; nan if there is none.
    p_high : (n,) probability of a count at least so high if the place had the overall rate: one-sided,
        not adjusted for the number of places.
    left_out : incidents in places without an exposure. Every array is nan there.
    """

    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    overall: float
    p_high: np.ndarray
    left_out: float
    level: float = LEVEL


def rates(counts: npt.ArrayLike, exposure: npt.ArrayLike, level: float = LEVEL) -> Rates:
    """Rates, exact intervals, and how surprising a high one is.

    counts : (n,) incidents per place, at least 0. exposure : (n,) residents or other reports; 0 and nan
        mean that no rate can be told.

    Raises ValueError for different lengths, a negative or missing count, or a negative exposure.

    Garwood (1936), Biometrika 28, for the interval. The overall rate contains the place itself, which
    makes p_high slightly cautious for a place that dominates.
    """
    from scipy.special import gammainc, gammaincinv  # slow to import

    e, b, known = _checked(counts, exposure)
    overall = _overall(e, b, known)
    tail = (1 - level) / 2
    x, t = e[known], b[known]
    some = x > 0  # the functions are not defined at a shape of 0: none seen is 0 at least, and no surprise
    low, p_high = np.zeros(len(x)), np.ones(len(x))
    low[some] = gammaincinv(x[some], tail) / t[some]
    p_high[some] = gammainc(x[some], overall * t[some])
    high = gammaincinv(x + 1, 1 - tail) / t
    parts = (_spread(v, known) for v in (x / t, low, high, p_high))
    rate, low, high, p_high = parts
    return Rates(rate, low, high, overall, p_high, float(e[~known].sum()), level)


def smoothed(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> np.ndarray:
    """Rates moved towards the overall rate by empirical Bayes, (n,); nan without an exposure.

    Arguments and errors as in `rates`. If the rates vary no more than chance explains, every one is
    the overall rate (the variance between places is then taken as 0, as Marshall does).

    Marshall (1991), Applied Statistics 40(2).
    """
    e, b, known = _checked(counts, exposure)
    if not known.any():
        return np.full(len(e), np.nan)
    x, t = e[known], b[known]
    mean = x.sum() / t.sum()
    between = max(0.0, float((t * (x / t - mean) ** 2).sum() / t.sum() - mean / t.mean()))
    return _spread(_shrunk(x / t, t, mean, between), known)


def smoothed_locally(counts: npt.ArrayLike, exposure: npt.ArrayLike, neighbours: "sparse.csr_array") -> np.ndarray:
    """Rates moved towards the rate of the place and its neighbours together, (n,); nan without an exposure.

    neighbours : (n, n) binary, without self. A place without neighbours keeps its own rate.
    Neighbours without an exposure take no part. Other arguments and errors as in `rates`.

    Marshall (1991), Applied Statistics 40(2), on local rates.
    """
    e, b, known = _checked(counts, exposure)
    if neighbours.shape != (len(e), len(e)):
        raise ValueError("The neighbours must be a square matrix with a row for each place.")
    x, t = np.where(known, e, 0.0), np.where(known, b, 0.0)
    own = np.divide(x, t, out=np.zeros(len(x)), where=known)
    here = known.astype(float)

    def around(values: np.ndarray) -> np.ndarray:
        return values + neighbours @ values

    near, many = around(t), around(here)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = around(x) / near
        rows = np.repeat(np.arange(len(x)), np.diff(neighbours.indptr))
        far = t[neighbours.indices] * (own[neighbours.indices] - mean[rows]) ** 2
        squares = t * (own - mean) ** 2 + np.bincount(rows, far, minlength=len(x))
        between = np.maximum(0.0, squares / near - mean * many / near)
        return np.where(known, _shrunk(own, t, mean, between), np.nan)


def _shrunk(own: np.ndarray, exposure: np.ndarray, mean: np.ndarray | float, between: np.ndarray | float) -> np.ndarray:
    """The mean, and of the difference from it the share that is not chance."""
    noise = np.divide(mean, exposure)
    share = np.divide(between, between + noise, out=np.zeros(len(own)), where=between + noise > 0)
    return mean + share * (own - mean)


def _checked(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    e, b = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if e.ndim != 1 or e.shape != b.shape:
        raise ValueError("There must be one exposure for each count.")
    if not np.isfinite(e).all() or (e < 0).any():
        raise ValueError("A count is below zero or missing.")
    if (b < 0).any() or np.isinf(b).any():
        raise ValueError("An exposure is below zero or infinite.")
    return e, b, b > 0


def _overall(e: np.ndarray, b: np.ndarray, known: np.ndarray) -> float:
    return float(e[known].sum() / b[known].sum()) if known.any() else float("nan")


def _spread(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    full = np.full(len(known), np.nan)
    full[known] = values
    return full
