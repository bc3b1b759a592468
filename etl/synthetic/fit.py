"""Noisy counts of combinations in, whole people out: the table of most entropy that agrees with what was measured.

Nothing here sees a record. Whatever is computed from noisy counts is as private as they are (post-processing), so this
may try as hard as it likes. A combination whose noisy count is not clearly above the noise becomes impossible: that is
what keeps invented combinations rare, and what loses the rare true ones.

McKenna, Miklau and Sheldon (2021), Winning the NIST contest: marginals, a model of most entropy, rows.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 60  # of proportional fitting; it settles in about twenty
# Of the combinations that one set of attributes keeps, at most this share is expected to be noise alone. Most of those
# become impossible where another set meets them: 0.1 to 0.9 % of what came out was invented, at 5,000 to 50,000 people.
# With more, fewer true ones are lost and the goal of under 1 % invented is missed; docs/synthetic.md has the figures.
INVENTED = 0.15
_QUANTILES = np.linspace(0.5, 6.0, 56)  # standard deviations that a count may have to stand out by

Ways = tuple[int, ...]  # the axes of the table that a set of counts keeps


@dataclass(frozen=True)
class Measured:
    """Noisy counts of every combination of some axes, and the standard deviation of their noise, in people."""

    ways: Ways
    counts: np.ndarray
    scale: float


def marginal(table: np.ndarray, ways: Ways) -> np.ndarray:
    """The sums of a table over all other axes."""
    return np.asarray(table.sum(axis=tuple(a for a in range(table.ndim) if a not in ways)))


def threshold(noisy: np.ndarray, scale: float, possible: np.ndarray) -> float:
    """The count below which a combination is taken for noise: the lowest at which few that are kept are expected to be.

    noisy, possible : the same shape; only where `possible` can anybody be.
    """
    among = noisy[possible]
    for z in _QUANTILES:
        kept = int((among >= z * scale).sum())
        noise = among.size * 0.5 * math.erfc(z / math.sqrt(2))
        if noise <= INVENTED * kept:
            break
    return float(max(z * scale, 1.0))


def fitted(measured: Sequence[Measured], possible: np.ndarray) -> np.ndarray:
    """Expected people of each cell of the whole table, zero where nobody can be.

    possible : boolean, the shape of the table.
    Longest combinations are fitted first and single attributes last, so that those agree best. Sums to the total that
    the single attributes give together, weighed by how exactly each was measured.
    """
    kept: dict[Ways, np.ndarray] = {}
    allowed = possible.copy()
    for m in measured:
        can = marginal(possible, m.ways) > 0
        kept[m.ways] = np.where(can & (m.counts >= threshold(m.counts, m.scale, can)), m.counts, 0.0)
        allowed &= _spread(kept[m.ways] > 0, m.ways, possible.ndim)
    total = total_of(measured)
    table = allowed.astype(float)
    if not table.any() or total <= 0:
        return np.zeros(possible.shape)
    order = sorted(measured, key=lambda m: -len(m.ways))
    goals = {m.ways: _within(kept[m.ways], allowed, m.ways, total) for m in measured}
    for _ in range(ROUNDS):
        for m in order:
            now = marginal(table, m.ways)
            factor = np.divide(goals[m.ways], now, out=np.zeros_like(now), where=now > 0)
            table = table * _spread(factor, m.ways, table.ndim)
    return np.asarray(table * (total / table.sum()))


def total_of(measured: Sequence[Measured]) -> float:
    """Everybody, from the sums of the shortest combinations: each is weighed by the noise that its cells add up to."""
    shortest = min(len(m.ways) for m in measured)
    sums = [(float(m.counts.sum()), m.counts.size * m.scale**2) for m in measured if len(m.ways) == shortest]
    weights = [1 / variance for _, variance in sums]
    return sum(s * w for (s, _), w in zip(sums, weights, strict=True)) / sum(weights)


def _within(counts: np.ndarray, allowed: np.ndarray, ways: Ways, total: float) -> np.ndarray:
    """Counts whose cells the other combinations left possible, brought to the total."""
    can = np.where(marginal(allowed, ways) > 0, counts, 0.0)
    return np.asarray(can * (total / can.sum())) if can.sum() else can


def _spread(values: np.ndarray, ways: Ways, axes: int) -> np.ndarray:
    shape = [1] * axes
    for axis, size in zip(ways, values.shape, strict=True):
        shape[axis] = size
    return values.reshape(shape)


def whole(expected: np.ndarray, offset: float) -> np.ndarray:
    """Whole people whose running sum stays within one of the expected one: cells of half a person get one in turn.

    offset : 0 to 1, drawn anew for each release.
    """
    edges = np.floor(np.cumsum(expected.ravel()) + offset)
    return np.diff(edges, prepend=math.floor(offset)).astype(int).reshape(expected.shape)


def shares(lengths: Sequence[int], budget: Mapping[int, float]) -> list[float]:
    """Each measurement's share of the privacy loss: a length's share is divided among the combinations of it."""
    spent = sum(budget[n] for n in set(lengths))
    return [budget[n] / spent / list(lengths).count(n) for n in lengths]
