"""How concentrated are the records, and is that more than chance? Pure numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CURVE_POINTS = 200
LEVEL = 0.95


@dataclass(frozen=True)
class Concentration:
    """Places ordered from the one with most records to the one with least.

    places, records : (k,) points of the curve from (0, 0) to (1, 1): that share of the places holds this
        share of the records. At most about 200, those where the curve bends first.
    half_places : how many places it takes to hold half of the records; 0 without records.
    half_share : the same as a share of all places; nan without records.
    gini : 0 if every place has as many, near 1 if one has all. With fewer records than places it is high
        even if no two fell together; gini_corrected is 0 then. Both nan without records.
    total : records. every : places, those without a record as well.
    """

    places: np.ndarray
    records: np.ndarray
    half_places: int
    half_share: float
    gini: float
    gini_corrected: float
    total: float
    every: int


@dataclass(frozen=True)
class ByChance:
    """What the same number of records would show if each fell anywhere: mean and interval over the draws."""

    half_share: float
    low: float
    high: float
    gini_corrected: float
    draws: int


def concentration(counts: npt.ArrayLike) -> Concentration:
    """The concentration curve of counts per place.

    counts : (n,) at least 0; places without a record are part of the question and must be present.

    Raises ValueError if there are no places, or a count is below 0 or missing.

    Weisburd (2015), Criminology 53(2), for the share of places with half of the records; Bernasco and
    Steenbeek (2017), Journal of Quantitative Criminology 33, for the corrected Gini coefficient.
    """
    x = _checked(counts)
    n, total = len(x), float(x.sum())
    falling = np.sort(x)[::-1]
    if total == 0:
        line = np.array([0.0, 1.0])
        return Concentration(line, line, 0, float("nan"), float("nan"), float("nan"), 0.0, n)
    held = np.concatenate([[0.0], np.cumsum(falling)])
    half = int(np.searchsorted(held, total / 2 * (1 - 1e-12)))
    gini, corrected = _gini(falling, total)
    keep = _bends(falling)
    return Concentration(keep / n, held[keep] / total, half, half / n, gini, corrected, total, n)


def by_chance(places: int, records: int, draws: int = 199, seed: int = 0, level: float = LEVEL) -> ByChance:
    """The concentration that chance alone gives: records thrown on places, each as likely.

    With few records on many places a small share of places holds half of them whatever happens; a
    finding is one beyond this. Memory and time grow with records x draws, not with places.

    Raises ValueError if there are no places, no records or no draws.

    Levin, Rosenfeld and Deckard (2017), Journal of Quantitative Criminology 33.
    """
    if places < 1 or records < 1 or draws < 1:
        raise ValueError("Chance needs at least one place, one record and one draw.")
    rng = np.random.default_rng(seed)
    shares, ginis = np.empty(draws), np.empty(draws)
    for i in range(draws):
        if records < places:
            _, some = np.unique(rng.integers(0, places, records), return_counts=True)
            counts = np.zeros(places)
            counts[: len(some)] = some
        else:
            counts = rng.multinomial(records, np.full(places, 1 / places)).astype(float)
        falling = np.sort(counts)[::-1]
        shares[i] = (np.searchsorted(np.cumsum(falling), records / 2) + 1) / places
        ginis[i] = _gini(falling, float(records))[1]
    low, high = np.quantile(shares, [(1 - level) / 2, (1 + level) / 2])
    return ByChance(float(shares.mean()), float(low), float(high), float(ginis.mean()), draws)


def _gini(falling: np.ndarray, total: float) -> tuple[float, float]:
    """Gini coefficient and the one corrected for fewer records than places (Bernasco and Steenbeek's G')."""
    n = len(falling)
    ranks = np.arange(n, 0, -1)  # 1 the place with least
    weighed = 2 * float(ranks @ falling) / total - n - 1
    plain = weighed / n
    if total >= n:
        return plain, plain
    return plain, max(0.0, weighed / total - n / total + 1)


def _bends(falling: np.ndarray) -> np.ndarray:
    """Numbers of places at which to draw the curve: where a count ends, thinned evenly if they are many."""
    ends = np.flatnonzero(np.diff(falling)) + 1
    inner = ends if len(ends) <= CURVE_POINTS else ends[np.linspace(0, len(ends) - 1, CURVE_POINTS).astype(int)]
    return np.unique(np.concatenate([[0], inner, [len(falling)]])).astype(int)


def _checked(counts: npt.ArrayLike) -> np.ndarray:
    x = np.asarray(counts, dtype=float)
    if x.ndim != 1 or len(x) == 0:
        raise ValueError("There are no places to be concentrated in.")
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("A count is below zero or missing.")
    return x
