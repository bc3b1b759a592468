"""How many of the next period's incidents fell in this period's hotspots? Pure numbers.

With n of N incidents in hotspots that cover the area a of A:
    hit rate  n / N
    PAI       (n / N) / (a / A), the prediction accuracy index: 1 is no better than any area of that size
              (Chainey, Tompson and Uhlig, 2008, Security Journal 21).
    PEI*      PAI / the highest PAI that an area of the same size could have had = n / n*, where n* is the
              number of incidents in the places with most incidents per area, taken until a is used up, in
              hindsight: 1 is the best possible (White, Hunt and Green, 2023, Security Journal; Hunt's PEI
              (2016) lets the best area have another size).
Held against two baselines: places chosen at random, and simply the places with the highest counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

LEAST = 30  # incidents in the next period; below, every measure is nan: too few to tell
DRAWS = 999
LEVEL = 0.95


@dataclass(frozen=True)
class Backtest:
    """What hotspots caught, over one next period or several pooled. nan: too few to tell, or no hotspot.

    hits, total : incidents in hotspots, and all. area_share : share of the area that the hotspots cover
        (pooled: weighted by the incidents of each period).
    periods : next periods tested. without : those in which there was no hotspot at all.
    hit_rate, low, high : n / N with its exact binomial interval. pai, pei_star : as above.
    random_low, random_high : interval of the hit rate of as much area chosen at random, whose mean is
        area_share. p : one-sided, how often such a choice catches as many.
    naive_hit_rate, naive_pai : of the places with the highest counts of the same period, as much area;
        places that tie share what is left of it.
    """

    hits: float
    total: float
    area_share: float
    periods: int = 1
    without: int = 0
    hit_rate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    pai: float = float("nan")
    pei_star: float = float("nan")
    random_low: float = float("nan")
    random_high: float = float("nan")
    p: float = float("nan")
    naive_hit_rate: float = float("nan")
    naive_pai: float = float("nan")


@dataclass(frozen=True)
class Rolling:
    """Back-tests over rolling periods: `starts` are the columns at which each next period begins."""

    starts: tuple[int, ...]
    tests: tuple[Backtest, ...]
    pooled: Backtest


@dataclass(frozen=True)
class _Tally:
    total: float
    hits: float
    share: float
    best: float
    naive: float
    random: np.ndarray


def backtest(
    hot: npt.ArrayLike,
    counts_now: npt.ArrayLike,
    counts_next: npt.ArrayLike,
    area: npt.ArrayLike | None = None,
    seed: int = 0,
    draws: int = DRAWS,
    least: int = LEAST,
) -> Backtest:
    """Test one set of hotspots on the next period.

    hot : (n,) bool, found in this period. counts_now, counts_next : (n,) incidents of this and the next.
    area : (n,) above 0, any unit; None if the cells are equal. least : incidents needed in the next period.

    Raises ValueError for different lengths, a negative or missing count, or an area not above 0.
    """
    tally = _tally(hot, counts_now, counts_next, area, np.random.default_rng(seed), draws)
    return _measures([tally], least)


def rolling_backtest(
    counts: npt.ArrayLike,
    find: Callable[[np.ndarray], np.ndarray],
    window: int = 12,
    ahead: int = 1,
    area: npt.ArrayLike | None = None,
    seed: int = 0,
    draws: int = DRAWS,
    least: int = LEAST,
) -> Rolling:
    """Find hotspots in `window` periods, test them on the next `ahead`, move on by `ahead`, and pool.

    counts : (n, periods) incidents. find : from the (n,) counts of a window to (n,) bool hotspots.
    No incident is tested twice. Single periods below `least` are nan but take part in the pool.

    Raises ValueError as `backtest` does, or if there are not window + ahead periods.
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or window < 1 or ahead < 1 or table.shape[1] < window + ahead:
        raise ValueError(f"A back-test needs {window + ahead} periods or more: {window} to look at and {ahead} ahead.")
    rng = np.random.default_rng(seed)
    starts = tuple(range(window, table.shape[1] - ahead + 1, ahead))
    tallies = []
    for start in starts:
        now = table[:, start - window : start].sum(axis=1)
        tallies.append(_tally(find(now), now, table[:, start : start + ahead].sum(axis=1), area, rng, draws))
    return Rolling(starts, tuple(_measures([t], least) for t in tallies), _measures(tallies, least))


def _tally(
    hot: npt.ArrayLike,
    counts_now: npt.ArrayLike,
    counts_next: npt.ArrayLike,
    area: npt.ArrayLike | None,
    rng: np.random.Generator,
    draws: int,
) -> _Tally:
    chosen = np.asarray(hot, dtype=bool)
    now, later = np.asarray(counts_now, dtype=float), np.asarray(counts_next, dtype=float)
    size = np.ones(len(chosen)) if area is None else np.asarray(area, dtype=float)
    if len({chosen.shape, now.shape, later.shape, size.shape}) > 1 or chosen.ndim != 1 or not len(chosen):
        raise ValueError("Hotspots, counts and areas must have one value for each place.")
    for values in (now, later):
        if not np.isfinite(values).all() or (values < 0).any():
            raise ValueError("A count is below zero or missing.")
    if not np.isfinite(size).all() or (size <= 0).any():
        raise ValueError("A place has no area.")
    budget = float(size[chosen].sum())
    return _Tally(
        float(later.sum()),
        float(later[chosen].sum()),
        budget / float(size.sum()),
        _caught(later / size, later, size, budget),
        _caught(now / size, later, size, budget),
        _random(later, size, int(chosen.sum()), budget, rng, draws),
    )


def _caught(order_by: np.ndarray, worth: np.ndarray, size: np.ndarray, budget: float) -> float:
    """Worth of the first places, highest first, until their size is used up; ties share what is left."""
    order = np.argsort(-order_by, kind="stable")
    falling = order_by[order]
    # Counts per area that differ by rounding alone are a tie, or the unit of area would break it.
    group = np.concatenate([[0], np.cumsum(-np.diff(falling) > 1e-9 * falling[0])])
    sizes, worths = np.bincount(group, size[order]), np.bincount(group, worth[order])
    room = np.clip(budget - (np.cumsum(sizes) - sizes), 0, sizes)
    return float(worths @ (room / sizes))


def _random(
    worth: np.ndarray, size: np.ndarray, number: int, budget: float, rng: np.random.Generator, draws: int
) -> np.ndarray:
    """Worth of as much size chosen at random, (draws,)."""
    if (size == size[0]).all():
        values, places = np.unique(worth, return_counts=True)
        return rng.multivariate_hypergeometric(places, number, size=draws, method="marginals") @ values
    found = np.empty(draws)
    for i in range(draws):
        order = rng.permutation(len(size))
        sizes = size[order]
        room = np.clip(budget - (np.cumsum(sizes) - sizes), 0, sizes)
        found[i] = worth[order] @ (room / sizes)
    return found


def _measures(tallies: Sequence[_Tally], least: int) -> Backtest:
    total, hits = sum(t.total for t in tallies), sum(t.hits for t in tallies)
    without = sum(t.share == 0 for t in tallies)
    expected, best, naive = (sum(v) for v in zip(*((t.share * t.total, t.best, t.naive) for t in tallies), strict=True))
    share = expected / total if total else sum(t.share for t in tallies) / len(tallies)
    known = Backtest(hits, total, share, len(tallies), without)
    if total < least or without == len(tallies):
        return known
    random = np.sum([t.random for t in tallies], axis=0)
    tail = (1 - LEVEL) / 2
    low, high = _binomial(hits, total, tail)
    random_low, random_high = np.quantile(random / total, [tail, 1 - tail])
    return replace(
        known,
        hit_rate=hits / total,
        low=low,
        high=high,
        pai=_per(hits, expected),
        pei_star=_per(hits, best),
        random_low=float(random_low),
        random_high=float(random_high),
        p=float((1 + (random >= hits - 1e-9).sum()) / (1 + len(random))),
        naive_hit_rate=naive / total,
        naive_pai=_per(naive, expected),
    )


def _binomial(hits: float, total: float, tail: float) -> tuple[float, float]:
    """Clopper and Pearson's interval for a share."""
    from scipy.special import betaincinv  # slow to import

    low = float(betaincinv(hits, total - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, total - hits, 1 - tail)) if hits < total else 1.0
    return low, high


def _per(a: float, b: float) -> float:
    return a / b if b > 0 else float("nan")
