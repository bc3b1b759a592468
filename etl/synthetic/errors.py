"""How far the synthetic people are from the real ones, in sums that tell nothing of any combination.

The report looks at true counts, so it says only shares of all combinations of a length and rounded errors over all of
them: the median, the 95th percentile and the mean. Never an error of one figure, and never the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from etl.synthetic.people import Attribute

LONGEST = 3  # attributes in a combination
SUPPRESSED_BELOW, FABRICATED_BELOW = 0.10, 0.01


@dataclass(frozen=True)
class Length:
    """Combinations of so many attributes. Shares are of 1, errors in people.

    here : combinations that synthetic people have.
    suppressed : of the combinations that real people have, those missing here; unseen : of those people's combinations,
    counted once for each of them. fabricated : of the combinations here, those that no real person has.
    """

    length: int
    here: int
    suppressed: float
    unseen: float
    fabricated: float
    median: float
    high: float
    mean: float


@dataclass(frozen=True)
class Report:
    """One line for each length, and for all lengths together (length 0)."""

    lengths: tuple[Length, ...]
    together: Length

    @property
    def met(self) -> tuple[bool, bool]:
        """Whether few enough were suppressed, and few enough were fabricated."""
        return self.together.suppressed < SUPPRESSED_BELOW, self.together.fabricated < FABRICATED_BELOW


def compared(real: np.ndarray, made: np.ndarray, attributes: Sequence[Attribute]) -> Report:
    """The report. real, made : people in each cell, one axis for each attribute."""
    cells = np.argwhere((real > 0) | (made > 0))
    where = tuple(cells.T)
    before, after = real[where].astype(float), made[where].astype(float)
    columns = _columns(cells, attributes)
    pairs = {n: [_sums(c, before, after) for c in combinations(columns, n)] for n in range(1, LONGEST + 1)}
    lengths = [_length(n, *(np.concatenate(side) for side in zip(*found, strict=True))) for n, found in pairs.items()]
    everything = [np.concatenate(side) for side in zip(*chain.from_iterable(pairs.values()), strict=True)]
    return Report(tuple(lengths), _length(0, *everything))


def _columns(cells: np.ndarray, attributes: Sequence[Attribute]) -> list[np.ndarray]:
    """For each column of the file with more than one value, which value each cell has."""
    found = []
    for axis, attribute in enumerate(attributes):
        for i, _ in enumerate(attribute.columns):
            values = {v: k for k, v in enumerate(dict.fromkeys(value[i] for value in attribute.values))}
            if len(values) > 1:
                found.append(np.array([values[value[i]] for value in attribute.values])[cells[:, axis]])
    return found


def _sums(columns: Sequence[np.ndarray], before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    one = np.zeros(len(before), dtype=np.int64)
    for column in columns:
        one = one * (int(column.max(initial=0)) + 1) + column
    _, place = np.unique(one, return_inverse=True)
    return np.bincount(place, before), np.bincount(place, after)


def _length(n: int, before: np.ndarray, after: np.ndarray) -> Length:
    lost = (before > 0) & (after == 0)
    error = np.abs(before - after)
    return Length(
        length=n,
        here=int((after > 0).sum()),
        suppressed=float(lost.sum() / max((before > 0).sum(), 1)),
        unseen=float(before[lost].sum() / max(before.sum(), 1)),
        fabricated=float(((before == 0) & (after > 0)).sum() / max((after > 0).sum(), 1)),
        median=float(np.median(error)),
        high=float(np.quantile(error, 0.95)),
        mean=float(error.mean()),
    )


def percent(share: float) -> str:
    """In whole per cent: a finer figure could tell of one person."""
    if share == 0:
        return "0 %"
    return "under 1 %" if share < 0.01 else f"{round(100 * share)} %"


def verdict(report: Report) -> str:
    """The first sentence of the report."""
    few, true = report.met
    t = report.together
    figures = (
        f"of the combinations of up to {LONGEST} attributes that the records have, {percent(t.suppressed)} are missing "
        f"here (suppressed; the goal is under 10 %), and of those here {percent(t.fabricated)} are in no record "
        "(fabricated; the goal is under 1 %)."
    )
    if few and true:
        return f"Both goals were met: {figures}"
    if few or true:
        return f"Only the goal for {'suppressed' if few else 'fabricated'} combinations was met: {figures}"
    return f"Neither goal was met: {figures}"
