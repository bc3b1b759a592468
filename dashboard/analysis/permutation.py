"""Conditional permutation: how often would chance put as much around a cell as is there?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dashboard.analysis.cell_counts import Floats, spread

if TYPE_CHECKING:
    from scipy import sparse

Integers = npt.NDArray[np.int64]

CHUNK = 2_000_000  # drawn places held at a time: 16 MB, and their counts and sums as much again


def neighbour_sum_p(counts: Floats, neighbours: "sparse.csr_array", permutations: int, seed: int) -> Floats:
    """Two-sided p of the sum over each cell's neighbours, given the count of the cell itself.

    counts : (n,) or (n, periods). neighbours : (n, n) 0/1 without self. seed : the same seed, the same p.

    p = min(1, 2 (1 + min(#at least, #at most)) / (1 + permutations)): equal sums count on both sides, so many
    zeros make p larger and never smaller than it should be. Gi*, and local Moran's I, of a cell rise with this
    sum when the cell's own count is held, so it is their p too. nan for a cell without neighbours, with all
    other cells as neighbours, with a missing count, or where all counts are equal.

    One deal of cards serves every cell, as in esda: k places drawn from all n without replacement; where the
    cell itself is among them, the next card replaces it. The sums of different cells are thus dependent, each
    cell's own p is exact. Time is of the order of permutations x neighbours + n log(permutations).

    Raises ValueError for weights other than 0/1 or without a permutation.

    Anselin (1995), Geographical Analysis 27(2); pseudo p after Davison and Hinkley (1997), ch. 4.
    """
    if permutations < 1:
        raise ValueError("At least one permutation is needed; 999 is usual.")
    if not (neighbours.data == 1).all():
        raise ValueError("Permutation needs neighbours that are yes or no: weights of 0 and 1.")
    if counts.ndim == 2:
        columns = [neighbour_sum_p(counts[:, j], neighbours, permutations, seed) for j in range(counts.shape[1])]
        return np.column_stack(columns) if columns else counts.copy()
    n = len(counts)
    degree = np.diff(neighbours.indptr).astype(np.int64)
    p = np.full(n, np.nan)
    tested = (degree > 0) & (degree < n - 1)
    if not tested.any() or not np.isfinite(spread(counts)):
        return p
    seen = neighbours @ counts
    # Sums of the same numbers in another order differ by rounding, and a tie must stay a tie.
    slack = 0.0 if (counts == np.rint(counts)).all() else 1e-12 * float(np.abs(counts).sum())
    least, most = _tails(counts, np.where(tested, degree, 0), seen, slack, permutations, seed)
    p[tested] = np.minimum(1.0, 2 * (1 + np.minimum(least, most)[tested]) / (1 + permutations))
    return p


def _tails(
    counts: Floats, degree: Integers, seen: Floats, slack: float, permutations: int, seed: int
) -> tuple[Integers, Integers]:
    """How many permuted sums are at least, and at most, the one seen; each (n,)."""
    least, most = np.zeros(len(counts), dtype=np.int64), np.zeros(len(counts), dtype=np.int64)
    members = {int(k): np.flatnonzero(degree == k) for k in np.unique(degree) if k > 0}
    for drawn in _deals(len(counts), max(members) + 1, permutations, np.random.default_rng(seed)):
        values = counts[drawn]
        sums = np.cumsum(values, axis=1)
        for k, cells in members.items():
            total = np.sort(sums[:, k - 1])
            least[cells] += len(total) - np.searchsorted(total, seen[cells] - slack, side="left")
            most[cells] += np.searchsorted(total, seen[cells] + slack, side="right")
            # The deals that hold the cell itself were counted with its own count: take back, put right.
            itself, at = drawn[:, :k].ravel(), np.repeat(np.arange(len(drawn)), k)
            mine = degree[itself] == k
            itself, at = itself[mine], at[mine]
            wrong, right = sums[at, k - 1], sums[at, k] - counts[itself]
            for tally, sign, bound in ((least, 1, seen[itself] - slack), (most, -1, seen[itself] + slack)):
                change = (sign * right >= sign * bound).astype(np.int64) - (sign * wrong >= sign * bound)
                np.add.at(tally, itself, change)
    return least, most


def _deals(n: int, width: int, permutations: int, rng: "np.random.Generator") -> Iterator[Integers]:
    """Chunks of (rows, width) places drawn without replacement from n, `permutations` rows in all."""
    whole = width * 4 > n  # then shuffling all is quicker than drawing again what came twice
    rows = max(1, CHUNK // (n if whole else width))
    for start in range(0, permutations, rows):
        many = min(rows, permutations - start)
        if whole:
            yield rng.permuted(np.tile(np.arange(n), (many, 1)), axis=1)[:, :width]
            continue
        drawn = np.empty((many, width), dtype=np.int64)
        for j in range(width):
            again = np.arange(many)
            while len(again):
                drawn[again, j] = rng.integers(0, n, len(again))
                twice = (drawn[again, :j] == drawn[again, j : j + 1]).any(axis=1)
                again = again[twice]
        yield drawn
