"""The attacker who knows the algorithm: which true counts could have been rounded to what was published?

She has the program and not the seed, so of equally good choices she must allow each.
"""

from collections import defaultdict
from itertools import product
from math import comb

import numpy as np

Outcome = tuple[int, ...]


def weights_between(codes: np.ndarray, margins: int = 3) -> np.ndarray:
    """(cells, cells): the cost of a rounding is e' W e, with e the error of each cell. codes : (dimensions, cells).

    The search makes small the sum over all totals of 2^(margins - order) times the squared error.
    """
    highest = min(margins, len(codes))
    shared = (codes[:, :, None] == codes[:, None, :]).sum(axis=0)
    by_shared = [sum(comb(s, o) << (margins - o) for o in range(highest + 1)) for s in range(len(codes) + 1)]
    return np.array(by_shared)[shared]


def possible_outcomes(
    codes: np.ndarray, true: np.ndarray, released: np.ndarray, together: np.ndarray, base: int = 11
) -> set[Outcome]:
    """Every outcome (1 for a cell that became `base`) that some seed could give.

    true, released, together : (cells,): the count, below base; in which release the cell was published; which cells
    were rounded as one group. Cells of earlier releases keep their value, and their errors still pull.
    """
    between = weights_between(codes)
    past: set[Outcome] = {(0,) * len(true)}
    for group in np.unique(together):
        for turn in np.unique(released):
            now = np.flatnonzero((together == group) & (released == turn))
            counted = np.flatnonzero((together == group) & (released <= turn))
            past = {found for was in past for found in _best(between, true, was, now, counted, base)}
    return past


def _best(
    between: np.ndarray, true: np.ndarray, was: Outcome, now: np.ndarray, counted: np.ndarray, base: int
) -> list[Outcome]:
    choices = np.tile(np.array(was), (1 << len(now), 1))
    choices[:, now] = np.array(list(product((0, 1), repeat=len(now))))
    error = (base * choices - true)[:, counted]
    cost = ((error @ between[np.ix_(counted, counted)]) * error).sum(axis=1)
    return [tuple(int(v) for v in row) for row in choices[cost == cost.min()]]


def recovered(
    codes: np.ndarray, released: np.ndarray, together: np.ndarray, known: dict[int, int], base: int = 11
) -> int:
    """How many combinations of unknown true counts give some of them away: a count from 1 to base - 1 of which, by the
    outcome and what she knows, only one value is possible. known : cell -> its count."""
    unknown = [i for i in range(codes.shape[1]) if i not in known]
    true = np.zeros(codes.shape[1], dtype=int)
    for cell, n in known.items():
        true[cell] = n
    explained: dict[Outcome, list[Outcome]] = defaultdict(list)
    for values in product(range(base), repeat=len(unknown)):
        true[unknown] = values
        for outcome in possible_outcomes(codes, true, released, together, base):
            explained[outcome].append(values)
    given: set[Outcome] = set()
    for candidates in explained.values():
        table = np.array(candidates)
        alone = (table == table[0]).all(axis=0) & (table[0] > 0)
        given |= set(candidates) if alone.any() else set()
    return len(given)
