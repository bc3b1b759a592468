"""Does one incident raise the chance of another soon and nearby? The near-repeat (Knox) table. Pure numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DISTANCES = (0.0, 100.0, 200.0, 300.0, 400.0)  # metres: the same address, then steps of a city block
DAYS = (7.0, 14.0, 21.0, 28.0)
PERMUTATIONS = 999
MOST_PAIRS = 10_000_000  # pairs of near records that are kept: about 240 MB while the table is made
_AT_ONCE = 250_000  # pairs compared at once: what fits in a processor's cache


@dataclass(frozen=True)
class Knox:
    """Pairs of incidents by distance and time between them, beside what chance gives.

    distances : (d,) and times : (t,) upper limits of the bands, themselves included; a first limit of 0
        holds the pairs at one place or moment.
    observed : (d, t) pairs. expected : (d, t) if the times were shuffled among the places (exact mean).
    ratio : (d, t) observed / expected; nan where no pair is expected.
    p : (d, t) one-sided: how often shuffled times give as many; nan where no pair is expected. Not
        adjusted for the number of bands.
    records, permutations, seed : what it was made from.
    """

    distances: np.ndarray
    times: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    ratio: np.ndarray
    p: np.ndarray
    records: int
    permutations: int
    seed: int


def knox(
    points: npt.ArrayLike,
    times: npt.ArrayLike,
    distances: tuple[float, ...] = DISTANCES,
    time_limits: tuple[float, ...] = DAYS,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Knox:
    """The near-repeat table with p-values from shuffled times.

    points : (n, 2) metres in one projection. times : (n,) numbers in the unit of the limits (days).
    distances, time_limits : upper limits of the bands, rising, at least 0.

    Records at one default address or with one default date make near repeats of their own: leave them
    out. Raises ValueError for fewer than two records, missing values, limits that do not rise, or more
    than 10 million near pairs.

    Knox (1964), Applied Statistics 13; Johnson et al. (2007), Journal of Quantitative Criminology 23.
    """
    points, times = np.asarray(points, dtype=float), np.asarray(times, dtype=float)
    far, long = _limits(distances), _limits(time_limits)
    if points.ndim != 2 or points.shape[1:] != (2,) or times.shape != (len(points),):
        raise ValueError("There must be one time for each point, and two coordinates.")
    if len(points) < 2:
        raise ValueError("A near repeat needs at least two records.")
    if not np.isfinite(points).all() or not np.isfinite(times).all():
        raise ValueError("Some records lack a place or a time: leave them out and say how many.")
    if permutations < 1:
        raise ValueError("p-values need at least one permutation.")
    blocks = _near_pairs(points, far)
    observed = _table(blocks, times, len(far), long)
    n = len(points)
    of_distance = np.zeros(len(far))
    for band, first, _ in blocks:
        of_distance[band] += len(first)
    expected = np.outer(of_distance, _pairs_in_time(times, long)) / (n * (n - 1) / 2)
    rng = np.random.default_rng(seed)
    as_many = np.ones((len(far), len(long)), dtype=np.int64)
    for _ in range(permutations):
        as_many += _table(blocks, rng.permutation(times), len(far), long) >= observed
    some = expected > 0
    ratio = np.divide(observed, expected, out=np.full(expected.shape, np.nan), where=some)
    p = np.where(some, as_many / (1 + permutations), np.nan)
    return Knox(far, long, observed, expected, ratio, p, n, permutations, seed)


Block = tuple[int, np.ndarray, np.ndarray]  # band of distance, and the two records of each pair


def _near_pairs(points: np.ndarray, far: np.ndarray) -> list[Block]:
    """All pairs within the last distance, in blocks of one band each."""
    from scipy.spatial import cKDTree  # slow to import

    tree = cKDTree(points)
    near = (int(tree.count_neighbors(tree, far[-1])) - len(points)) // 2
    if near > MOST_PAIRS:
        raise ValueError(f"{near:,} pairs lie within {far[-1]:,.0f} m: choose shorter distances or a shorter period.")
    pairs = tree.query_pairs(far[-1], output_type="ndarray").astype(np.int32)
    first, second = pairs[:, 0], pairs[:, 1]
    distance = np.hypot(*(points[first] - points[second]).T)
    band = np.minimum(np.searchsorted(far, distance), len(far) - 1)
    blocks: list[Block] = []
    for b in range(len(far)):
        rows = np.flatnonzero(band == b)
        rows = rows[np.argsort(first[rows], kind="stable")]
        for start in range(0, len(rows), _AT_ONCE):
            chunk = rows[start : start + _AT_ONCE]
            blocks.append((b, first[chunk], second[chunk]))
    return blocks


def _table(blocks: list[Block], times: np.ndarray, bands: int, long: np.ndarray) -> np.ndarray:
    """Pairs by band of distance and of time, (bands, t)."""
    within = np.zeros((bands, len(long)), dtype=np.int64)
    for band, first, second in blocks:
        apart = np.abs(times[first] - times[second])
        within[band] += [np.count_nonzero(apart <= limit) for limit in long]
    return np.diff(within, axis=1, prepend=0)


def _pairs_in_time(times: np.ndarray, long: np.ndarray) -> np.ndarray:
    """All pairs by band of time, wherever they lie, (t,)."""
    ordered = np.sort(times)
    own = np.arange(len(ordered)) + 1
    within = [(np.searchsorted(ordered, ordered + limit, side="right") - own).sum() for limit in long]
    return np.diff(within, prepend=0)


def _limits(values: tuple[float, ...]) -> np.ndarray:
    limits = np.asarray(values, dtype=float)
    if limits.ndim != 1 or not len(limits) or not np.isfinite(limits).all() or limits[0] < 0:
        raise ValueError("The limits of the bands must be numbers of at least 0.")
    if (np.diff(limits) <= 0).any():
        raise ValueError("The limits of the bands must rise.")
    return limits
