"""Cells numbered by whole columns and rows: which of them is where, without a search tree."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SQRT3 = 3**0.5

# Above this many places in the bounding box a table of all of them costs more than a search (int32: 64 MB).
TABLE_PLACES = 16_000_000

# Steps to the cells that touch a cell, in the order in which a row-major numbering meets them.
QUEEN = ((-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1))
ROOK = ((0, -1), (-1, 0), (1, 0), (0, 1))
HEXAGON = ((0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1))  # axial coordinates

# Outlines around a centre at (0, 0) of cells of size 1.
SQUARE_OUTLINE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)])
_TURN = np.radians([30, 90, 150, 210, 270, 330, 30])  # a corner at the top: rows of cells run east
HEXAGON_OUTLINE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1) / SQRT3


class Lattice:
    """Finds cells by column and row. columns, rows : (n,) int64, no pair twice (ValueError)."""

    def __init__(self, columns: Integers, rows: Integers) -> None:
        self.columns, self.rows = columns, rows
        self.column0, self.row0 = (int(a.min()) if len(a) else 0 for a in (columns, rows))
        # One empty column on either side: a step to the left never lands in the row above.
        self.width = (int(columns.max()) - self.column0 if len(columns) else 0) + 3
        self.height = (int(rows.max()) - self.row0 if len(rows) else 0) + 3
        keys = self._keys(columns, rows)
        numbers = np.arange(len(keys), dtype=np.int64)
        self._table: npt.NDArray[np.int32] | None = None
        if self.width * self.height <= TABLE_PLACES:
            self._table = np.full(self.width * self.height, -1, dtype=np.int32)
            self._table[keys] = numbers
            twice = bool((self._table[keys] != numbers).any())
        else:
            self._order = np.argsort(keys, kind="stable")
            self._sorted = keys[self._order]
            twice = bool((self._sorted[1:] == self._sorted[:-1]).any())
        if twice:
            raise ValueError("Two cells lie in the same place. Give each cell once.")

    def find(self, columns: Integers, rows: Integers) -> Integers:
        """(m,) the number of the cell at each column and row, -1 where there is none."""
        inside = (columns >= self.column0) & (columns < self.column0 + self.width - 2)
        inside &= (rows >= self.row0) & (rows < self.row0 + self.height - 2)
        keys = np.where(inside, self._keys(columns, rows), 0)  # place 0 is in the empty border
        if self._table is not None:
            return self._table[keys].astype(np.int64)
        at = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
        return np.where(self._sorted[at] == keys, self._order[at], -1)

    def _keys(self, columns: Integers, rows: Integers) -> Integers:
        return (rows - self.row0 + 1) * self.width + (columns - self.column0 + 1)


def square_of(x: Floats, y: Floats, size: float, origin: tuple[float, float]) -> tuple[Integers, Integers]:
    """Column and row of the square of each point; a point on a side belongs to the right or upper one."""
    return _whole(np.floor((x - origin[0]) / size)), _whole(np.floor((y - origin[1]) / size))


def hexagon_of(x: Floats, y: Floats, size: float, origin: tuple[float, float]) -> tuple[Integers, Integers]:
    """Axial coordinates of the nearest centre: rounded as cubes are, the coordinate that is farthest off put right."""
    r = (y - origin[1]) / (size * SQRT3 / 2)
    q = (x - origin[0]) / size - r / 2
    s = -q - r
    whole_q, whole_r, whole_s = np.rint(q), np.rint(r), np.rint(s)
    off_q, off_r, off_s = np.abs(whole_q - q), np.abs(whole_r - r), np.abs(whole_s - s)
    fix_q = (off_q > off_r) & (off_q > off_s)
    fix_r = ~fix_q & (off_r > off_s)
    return (
        _whole(np.where(fix_q, -whole_r - whole_s, whole_q)),
        _whole(np.where(fix_r, -whole_q - whole_s, whole_r)),
    )


def _whole(values: Floats) -> Integers:
    return np.clip(values, -(2.0**40), 2.0**40).astype(np.int64)  # points far away stay outside instead of wrapping
