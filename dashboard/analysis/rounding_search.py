"""Which small cells become K and which 0, so that the totals stay close: a tabu search over all of them together."""

import hashlib
from collections import deque
from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np

_STEPS = 15_000  # flips tried after the first descent: 0.3 s for 3,500 cells, and more gained nothing
_STEPS_PER_CELL = 50  # a small cube is searched to the end long before that
_TENURE, _TENURE_SPREAD = 5, 5  # flips during which a cell may not flip back: 5 to 9
_FEW = 12  # cells; all of their choices are tried, for the search can walk in circles in so small a space
_REMEMBERED = 200_000_000  # bytes of rows of the margin product that are kept


def margin_groups(codes: np.ndarray, margins: int) -> Iterator[tuple[int, np.ndarray, int]]:
    """Every table of totals: its order (0 is the grand total), the total that each cell adds to, how many totals.

    codes : (dimensions, cells) whole numbers from 0, the label of each cell in each dimension.
    margins : the highest order wanted; 3 gives one-, two- and three-way tables.
    """
    size = codes.max(axis=1, initial=0) + 1
    for order in range(min(margins, len(codes)) + 1):
        for chosen in combinations(range(len(codes)), order):
            place = np.zeros(codes.shape[1], dtype=np.int64)
            for i in chosen:
                place = place * size[i] + codes[i]
            totals, group = np.unique(place, return_inverse=True)
            yield order, group, len(totals)


def choose_up(
    codes: np.ndarray, error: np.ndarray, free: np.ndarray, ties: np.ndarray, *, base: int, margins: int, seed: bytes
) -> np.ndarray:
    """The free cells that become `base`; the other free cells become 0.

    codes : (dimensions, cells), see margin_groups.
    error : (cells,) whole numbers: published minus true count of each cell while every free cell is 0.
    free : (cells,) bool, the cells to choose for. ties : (cells,) numbers; of equally good flips the cell with the
    lowest is taken. seed : decides how long a flipped cell stays as it is.

    Returns (cells,) bool. The sum of the squared errors of all totals is made small, where an error in a table of
    order o counts 2^(margins - o): a total that more people read, and that has fewer companions, weighs more.

    As in Langsrud and Heldal (2018) each step takes the cell whose totals match the remaining error best. Theirs
    stops there, but for a few steps back and forth at the end; ours goes on as a tabu search (Glover 1989, ORSA
    Journal on Computing 1(3)): it takes the best flip even where that is a loss, does not undo it for some steps,
    and returns the best choice that it met. All of it is in whole numbers, so no machine rounds differently.
    """
    at = np.flatnonzero(free)
    at = at[np.argsort(ties[at], kind="stable")]
    chosen = np.zeros(len(free), dtype=bool)
    if len(at):
        weight = [1 << (margins - order) for order in range(min(margins, len(codes)) + 1)]
        pull = np.zeros(len(free), dtype=np.int64)
        for order, group, _ in margin_groups(codes, margins):
            pull += weight[order] * _summed(error, group)[group]
        # Two cells that share s labels meet in C(s, o) tables of order o.
        shared = [sum(w * comb(s, order) for order, w in enumerate(weight)) for s in range(len(codes) + 1)]
        added = base * np.array(shared, dtype=np.int64)
        few = len(at) <= _FEW
        chosen[at] = (
            _best_of_all(codes[:, at], pull[at], added) if few else _tabu(codes[:, at], pull[at], base, added, seed)
        )
    return chosen


def _summed(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sum of `values` per group, in whole numbers (bincount would weigh in floats)."""
    out = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(out, group, values)
    return out


def _best_of_all(codes: np.ndarray, pull: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """The best of every choice, (cells,) bool; of equally good ones the first. Arguments as for _tabu."""
    cells = len(pull)
    choices = (np.arange(1 << cells)[:, None] >> np.arange(cells)) & 1
    between = shared[(codes[:, :, None] == codes[:, None, :]).sum(axis=0)]
    cost = 2 * choices @ pull + ((choices @ between) * choices).sum(axis=1)
    return choices[cost.argmin()].astype(bool)


def _in_common(codes: np.ndarray, cell: int) -> np.ndarray:
    """How many labels each cell shares with one of them, (cells,). Dimension by dimension: a third of the time."""
    out = np.zeros(codes.shape[1], dtype=np.uint8)
    for code in codes:
        out += code == code[cell]
    return out


def _tabu(codes: np.ndarray, pull: np.ndarray, base: int, shared: np.ndarray, seed: bytes) -> np.ndarray:
    """The best choice met, (cells,) bool; the cells stand in the order in which ties are broken.

    pull : weighted sum of the errors of each cell's totals, (cells,). shared : by the number of labels in common,
    what one more `base` in one cell adds to the pull of another. A flip by d changes the sum of weighted squares by
    2 d pull + d^2 shared[all] / base, and every cell has the same second part.
    """
    cells = len(pull)
    tenure, spread = min(_TENURE, cells // 3), min(_TENURE_SPREAD, cells // 3 + 1)
    # The first descent takes about one step per `base` people that are missing from the grand total.
    steps = min(_STEPS, _STEPS_PER_CELL * cells) + cells // base
    stays = np.frombuffer(hashlib.shake_256(seed).digest(steps), dtype=np.uint8) % spread + tenure
    up, sign, pull = np.zeros(cells, dtype=bool), np.ones(cells, dtype=np.int64), pull.copy()
    codes = np.ascontiguousarray(codes, dtype=np.int32)
    best, cost, lowest = up.copy(), 0, 0
    waiting: deque[int] = deque()
    rows: dict[int, np.ndarray] = {}
    room = _REMEMBERED // (8 * cells)
    for stay in stays.tolist():
        gain = sign * pull
        while len(waiting) > stay:
            waiting.popleft()
        for cell in waiting:
            gain[cell] = np.iinfo(np.int64).max
        j = int(gain.argmin())
        cost += 2 * int(gain[j]) + int(shared[-1])  # in units of `base`
        row = rows.get(j)
        if row is None:
            row = shared.take(_in_common(codes, j))
            if len(rows) < room:
                rows[j] = row
        if up[j]:
            pull -= row
        else:
            pull += row
        up[j], sign[j] = not up[j], -sign[j]
        waiting.append(j)
        if cost < lowest:
            best, lowest = up.copy(), cost
    return best
