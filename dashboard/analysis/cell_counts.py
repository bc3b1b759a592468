"""Counts of cells as the methods need them: fitting their neighbours, and different enough to tell anything."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float64]


def checked(counts: npt.ArrayLike, neighbours: "sparse.csr_array") -> Floats:
    """The counts as float64. Raises ValueError if they and the neighbours do not fit each other."""
    x = np.asarray(counts, dtype=float)
    if x.ndim not in (1, 2) or neighbours.shape != (len(x), len(x)):
        raise ValueError(f"There are counts of {len(x):,} cells but neighbours of {neighbours.shape[0]:,}.")
    if neighbours.nnz and neighbours.diagonal().any():
        raise ValueError(
            "A cell is listed among its own neighbours. Leave it out: the method adds it where it belongs."
        )
    return x


def spread(x: Floats) -> Any:
    """Standard deviation over the cells (divided by n), a number or (periods,); nan if the counts are all equal.

    Counts that differ by no more than rounding are equal: 0.1 + 0.2 beside 0.3 is no hotspot.
    """
    if len(x) == 0:
        return np.full(x.shape[1:], np.nan)[()]
    highest, lowest = x.max(axis=0), x.min(axis=0)
    size = np.maximum(np.abs(highest), np.abs(lowest))
    with np.errstate(invalid="ignore"):
        return np.where(highest - lowest > 1e-12 * size, x.std(axis=0), np.nan)[()]
