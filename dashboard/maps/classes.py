"""Counts -> a few classes with round limits, so that a legend can be read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.dates import exact
from dashboard.i18n import _

MOST = 5
_LADDER = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class Classes:
    """Lower limits of the classes, rising; the last class ends at `highest`."""

    lower: tuple[int, ...]
    highest: int

    def of(self, counts: np.ndarray) -> np.ndarray:
        """(n,) class of each count, 0 the lowest; -1 for a count below the first limit (zero: nothing reported)."""
        return np.searchsorted(np.asarray(self.lower), counts, side="right") - 1

    def labels(self) -> list[str]:
        """What each class holds, as "1", "2 to 4", "5 to 12"."""
        if not self.lower:
            return []
        upper = [*(limit - 1 for limit in self.lower[1:]), self.highest]
        return [
            exact(low) if low >= high else _("{low} to {high}").format(low=exact(low), high=exact(high))
            for low, high in zip(self.lower, upper, strict=True)
        ]


def classes(counts: Sequence[int] | np.ndarray, most: int = MOST) -> Classes:
    """At most `most` classes for the counts above zero.

    Few distinct counts get a class each, so that nothing is hidden in a range. Otherwise limits come from
    1, 2, 5, 10, 20 ..., and neighbours are joined where that mixes the fewest places.
    counts : (n,) whole numbers. No count above zero gives no class.
    """
    positive = np.asarray(counts, dtype=np.int64)
    positive = positive[positive > 0]
    if positive.size == 0:
        return Classes((), 0)
    distinct = np.unique(positive)
    highest = int(distinct[-1])
    if distinct.size <= most and highest - distinct[0] < most:
        return Classes(tuple(int(d) for d in distinct), highest)
    lowest = int(distinct[0])
    lower = [limit for limit in _LADDER if limit <= highest]
    start = max((i for i, limit in enumerate(lower) if limit <= lowest), default=0)
    return Classes(_join([lowest, *lower[start + 1 :]], positive, most), highest)


def _join(lower: list[int], counts: np.ndarray, most: int) -> tuple[int, ...]:
    while True:
        sizes = np.histogram(counts, bins=[*lower, np.inf])[0]
        pairs = sizes[:-1] + sizes[1:]
        # An empty class says nothing: joined even where the number of classes is small enough.
        if len(lower) <= most and (len(lower) == 1 or sizes.all()):
            return tuple(lower)
        del lower[int(np.argmin(np.where((sizes[:-1] == 0) | (sizes[1:] == 0), -1, pairs))) + 1]


def colours(count: int, ramp: Sequence[str]) -> list[str]:
    """`count` colours spread over a ramp from few to many; a single class takes the middle."""
    if count <= 1:
        return [ramp[len(ramp) // 2]] * count
    return [ramp[round(i * (len(ramp) - 1) / (count - 1))] for i in range(count)]
