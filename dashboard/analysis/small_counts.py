"""Controlled small-count rounding of a cube that is published once and then frozen.

Every inner count of 1 to K-1 becomes 0 or K, a true 0 may become K too, larger counts stay exactly as they are.
The choices are made together, so that the totals of all one-, two- and three-way tables stay close to the truth.
Every total is then a sum of cells that are 0 or at least K: no total lies between 1 and K-1 either, and all tables
add up.

Langsrud and Heldal (2018), An Algorithm for Small Count Rounding of Tabular Data, Privacy in Statistical Databases,
Valencia; Heldal (2017), UNECE work session on statistical data confidentiality, Skopje. Their R package
SmallCountRounding (PLSrounding) is the reference; it rounds only the inner cells that published totals need, while
here every inner cell is published and rounded.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from dashboard.analysis.cube_cells import Cells, numbered
from dashboard.analysis.rounding_search import choose_up, margin_groups

ROUNDED, BASIS, KEPT = "rounded", "basis", "kept"
FEWEST_TOLD = 20  # totals; the typical error of fewer would come close to telling the error of one


@dataclass(frozen=True)
class Rounded:
    """A rounded cube.

    table : one row per cell, sorted by the dimensions: the true count under its own name, `rounded` (to publish),
        `basis` (the true count when that value was set) and `kept` (taken over from the earlier release). It holds
        true counts: it is restricted, and it is what the next release takes as `earlier`.
    exact_errors : for the steward and for tests: per order of table `cells` (how many totals), and `median`, `p95`
        and `worst` of their absolute errors, in people. Totals in which nobody is counted or published are left out.
    """

    table: pd.DataFrame
    dimensions: tuple[str, ...]
    exact_errors: pd.DataFrame

    def published(self) -> pd.DataFrame:
        """What readers get: the dimensions and `rounded`, without the cells that are 0.

        A cell of 0 is left out whether it was empty or not: a listed 0 beside a missing one would tell them apart.
        """
        shown = self.table.loc[self.table[ROUNDED] > 0, [*self.dimensions, ROUNDED]]
        return shown.reset_index(drop=True)

    def typical_errors(self) -> pd.DataFrame:
        """What readers are told: `order`, `median` and `p95` of the absolute error, rounded up to whole people.

        An order with fewer than 20 totals is left out. The grand total is one figure: its error would give the truth.
        """
        told = self.exact_errors[self.exact_errors["cells"] >= FEWEST_TOLD]
        up = np.ceil(told[["median", "p95"]].to_numpy(dtype=float)).astype(np.int64)
        return pd.DataFrame({"order": told["order"].to_numpy(), "median": up[:, 0], "p95": up[:, 1]})


def round_small(
    cube: pd.DataFrame,
    dimensions: Sequence[str],
    n: str = "n",
    *,
    seed: int,
    base: int = 11,
    margins: int = 3,
    zeros: pd.DataFrame | Literal["all"] | None = "all",
    earlier: pd.DataFrame | None = None,
    closed: Mapping[str, Collection[Any]] | None = None,
) -> Rounded:
    """Round the small counts of a cube, all together; the same inputs give the same result in any order of rows.

    cube : one row per cell: the dimensions and the true count `n`, a whole number. Cells that are missing hold 0.
    seed : secret, 0 or more and as long as you like (128 random bits). It breaks ties and steers the search.
    base : K. margins : highest order of the tables whose totals stay close.
    zeros : empty cells that may become K: "all" of the cross product of the labels, those listed (a table of the
        dimensions), or None.
    earlier : the `table` of the release before, all of its rows. A cell keeps its value unless its true count has
        moved by at least K since that value was set; then it moves by as much (see _moved). A cell not listed there
        counts as never published.
    closed : labels by dimension, {"period": ["2021"]}: their cells never change; those not in `earlier` stay at 0.

    Raises ValueError, without naming a value, where a count is no whole number of 0 or more, a cell is listed twice,
    a label is missing, an earlier value lies between 1 and K-1, or a closed label is unknown.
    """
    _check(seed, base, margins, zeros, earlier, closed)
    if {ROUNDED, BASIS, KEPT} & {n, *dimensions}:
        raise ValueError(f"The columns {ROUNDED}, {BASIS} and {KEPT} are made here: rename those of the cube.")
    cells = numbered(cube, dimensions, zeros, earlier)
    true = cells.column(cube, n)
    value, basis, kept, moved = _taken_over(cells, true, base, earlier, closed or {})
    may_rise = true > 0 if zeros is None else (true > 0) | cells.candidates
    fresh = ~kept & ~moved
    free = fresh & (true < base) & may_rise
    value = np.where(fresh, np.where(true < base, 0, true), value)
    key = hashlib.sha256(str(seed).encode()).digest()
    up = choose_up(cells.codes, value - true, free, cells.ties(key), base=base, margins=margins, seed=key)
    value = np.where(up, base, value)
    table = cells.frame().assign(**{n: true, ROUNDED: value, BASIS: np.where(kept, basis, true), KEPT: kept})
    return Rounded(table, tuple(dimensions), _errors(cells.codes, true, value, margins))


def compared(table: pd.DataFrame, dimensions: Sequence[str], n: str = "n", margins: int = 3) -> pd.DataFrame:
    """`Rounded.exact_errors` of cells that were rounded in several parts: one row per cell, with `n` and `rounded`."""
    if table.empty:
        return pd.DataFrame(columns=["order", "cells", "median", "p95", "worst"])
    codes = np.stack([pd.factorize(table[name], sort=True)[0] for name in dimensions])
    return _errors(codes, table[n].to_numpy(dtype=np.int64), table[ROUNDED].to_numpy(dtype=np.int64), margins)


def _check(seed: int, base: int, margins: int, zeros: Any, earlier: Any, closed: Any) -> None:
    if seed < 0:
        raise ValueError("The seed must be 0 or more.")
    if base < 2 or margins < 1:
        raise ValueError("The rounding base must be at least 2, and the order of the tables at least 1.")
    if isinstance(zeros, str) and zeros != "all":
        raise ValueError('Empty cells are "all", a table that lists them, or None.')
    if closed and earlier is None:
        raise ValueError("Closed periods keep what was published: give the table of the earlier release too.")


def _taken_over(
    cells: Cells, true: np.ndarray, base: int, earlier: pd.DataFrame | None, closed: Mapping[str, Collection[Any]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value, the true count it was set at, whether it is kept, whether it has moved; each (cells,).

    A cell of which neither is true is rounded as if it were new.
    """
    if earlier is None:
        nothing = np.zeros(len(true), dtype=np.int64)
        return nothing, nothing, np.zeros(len(true), dtype=bool), np.zeros(len(true), dtype=bool)
    value, basis = cells.column(earlier, ROUNDED), cells.column(earlier, BASIS)
    if ((value > 0) & (value < base)).any():
        raise ValueError(
            f"An earlier release holds values from 1 to {base - 1}. It was rounded to a smaller base: "
            "round this release to that base, or leave those periods out of it."
        )
    listed, shut = cells.listed(earlier), cells.having(closed)
    moved, again = _moved(true, value, basis, base)
    moved &= listed & ~shut
    return np.where(moved, value + true - basis, value), basis, shut | (listed & ~moved & ~again), moved


def _moved(true: np.ndarray, value: np.ndarray, basis: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether an earlier value moves with its count, and whether it is to be rounded again; each (cells,).

    A value moves only when its count has moved by `base`, and by exactly as much. Were the true count published
    instead, whoever knows how many records came since, or that they come one by one, would subtract them and have
    the small count that the earlier value hid. So what is published later depends on the earlier values and on the
    movements alone, and a first error stays what it was.

    A count that falls below `base` is rounded again if it was published exactly and with 2 `base` or more. Below
    that the value stays: one that falls in steps of one would change at a known small count.
    """
    shifted = value + true - basis
    far = np.abs(true - basis) >= base
    again = far & (shifted < base) & (value == basis) & (value >= 2 * base)
    return far & (shifted >= base), again


def _errors(codes: np.ndarray, true: np.ndarray, value: np.ndarray, margins: int) -> pd.DataFrame:
    """Absolute errors per order of table; see Rounded."""
    found: dict[int, list[np.ndarray]] = {}
    for order, group, totals in margin_groups(codes, margins):
        # Sums stay far below 2^53, where floats are still whole numbers.
        was, is_now = (np.bincount(group, weights=v, minlength=totals) for v in (true, value))
        found.setdefault(order, []).append(np.abs(is_now - was)[(was > 0) | (is_now > 0)])
    columns = ["order", "cells", "median", "p95", "worst"]
    rows = []
    for order, parts in found.items():
        error = np.concatenate(parts)
        if len(error):
            rows.append((order, len(error), np.median(error), np.percentile(error, 95), error.max()))
    return pd.DataFrame(rows, columns=columns).astype({"order": np.int64, "cells": np.int64})
