"""One cube, rounded: every confidential source by itself, closed periods as they were."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from dashboard.analysis.small_counts import ROUNDED, Rounded, compared, round_small
from etl import codes
from etl.release.facts import WHOLE
from etl.release.guard import MINOR_BANDS, PERIOD, Grid
from etl.release.policy import Policy

# Every label that a dimension can have: a cell that nobody is in may be published as K, so that K says nothing of
# whether there is anybody. Labels of summaries of several people are no label of a person.
_LABELS = {
    "exploitation": tuple(codes.EXPLOITATION),
    "minor": ("minor", "adult", codes.UNKNOWN),
    "age_band": tuple(k for k in codes.AGE_BAND if k not in ("multiple", codes.UNMAPPED)),
    "sex": tuple(k for k in codes.SEX if k not in ("multiple", codes.UNMAPPED)),
    "premise": tuple(codes.PREMISE),
    "relationship": tuple(codes.RELATIONSHIP),
}
Time = tuple[str, int]  # source, first month of the period


@dataclass(frozen=True)
class Cube:
    """A rounded cube. basis : its columns, `n`, rounded, basis and kept: restricted, and what the next release starts
    from. errors : exact, per order of table, for the steward."""

    grid: Grid
    basis: pd.DataFrame
    errors: pd.DataFrame

    def published(self) -> pd.DataFrame:
        """The columns of the grid and n, without the cells that are 0."""
        return Rounded(self.basis, tuple(self.grid.columns), self.errors).published().rename(columns={ROUNDED: "n"})

    def typical_errors(self) -> pd.DataFrame:
        """order, median, p95: rounded up to whole people."""
        return Rounded(self.basis, tuple(self.grid.columns), self.errors).typical_errors()


def rounded(
    cells: pd.DataFrame,
    grid: Grid,
    policy: Policy,
    *,
    unit: str,
    seed: bytes,
    times: set[tuple[str, int]],
    earlier: pd.DataFrame | None,
    stands: Collection[Time] = (),
    over: Callable[[pd.DataFrame], np.ndarray] | None = None,
) -> Cube:
    """Rounds a cube. cells : the grid's columns and n. times : (source, first month of the period) that were collected.

    earlier : `basis` of the release before, on the same grid. Whoever holds the exact records of a source, an open one
    or her own, knows which of its cells were rounded up. Cells that are rounded together answer to each other's
    errors, so that would tell her the small counts of the others: each confidential source is rounded by itself.
    stands : times whose published figures stay whatever is known now. over : for rows with period and source, whether
    the release before had that time, be it as nothing.
    """
    held = set(cells["source"]) | {s for s, _ in times} | (set() if earlier is None else set(earlier["source"]))
    is_open = held & set(policy.published_elsewhere)
    parts = []
    for name, group in [("open", is_open), *((f"source {s}", {s}) for s in sorted(held - is_open))]:
        if not group:
            continue
        mine = cells[cells["source"].isin(group)]
        before = None if earlier is None else earlier[earlier["source"].isin(group)]
        here = {(s, p) for s, p in times if s in group}
        parts.append(_one(mine, grid, policy, _seed(seed, unit, name), here, before, stands, over))
    columns = [*grid.columns, "n", ROUNDED, "basis", "kept"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    # Against the counts when each value was set: an error that moved with late records would tell of them.
    return Cube(grid, table[columns], compared(table, grid.columns, "basis"))


def _one(
    cells: pd.DataFrame,
    grid: Grid,
    policy: Policy,
    seed: int,
    times: set[tuple[str, int]],
    earlier: pd.DataFrame | None,
    stands: Collection[Time],
    over: Callable[[pd.DataFrame], np.ndarray] | None,
) -> pd.DataFrame:
    if earlier is None:
        return round_small(cells, grid.columns, seed=seed, base=policy.base, zeros=_empty(grid, times)).table
    standing = among(earlier, {*stands, *below(earlier, policy.base)})
    aside, old = earlier[standing], earlier[~standing]
    gone = set(times_of(aside))
    cells = cells[~among(cells, gone)]
    empty = _empty(grid, times - gone)
    old = pd.concat([old, _published_as_none(pd.concat([cells, empty]), old, policy, over)], ignore_index=True)
    found = round_small(cells, grid.columns, seed=seed, base=policy.base, zeros=empty, earlier=old).table
    return pd.concat([aside[found.columns], found], ignore_index=True)


def below(earlier: pd.DataFrame, base: int) -> set[Time]:
    """The times that were published with a smaller K: they keep their figures, which a larger one would not have."""
    return set(times_of(earlier[(earlier[ROUNDED] > 0) & (earlier[ROUNDED] < base)]))


def among(rows: pd.DataFrame, times: Collection[Time]) -> np.ndarray:
    """Whether each row is of one of the times, (rows,)."""
    return np.array([time in times for time in times_of(rows)], dtype=bool)


def times_of(rows: pd.DataFrame) -> list[Time]:
    """The time of each row."""
    return [(str(s), int(p)) for s, p in zip(rows["source"], rows[PERIOD], strict=True)]


def _published_as_none(
    cells: pd.DataFrame, old: pd.DataFrame, policy: Policy, over: Callable[[pd.DataFrame], np.ndarray] | None
) -> pd.DataFrame:
    """Cells that came up since, in periods in which nothing was shown for them: they are earlier cells of 0.

    Also those of a source's whole period, if it was over then or has fewer than K: one late record must not draw a
    closed period. cells : with n, NaN for those that nobody is in.
    """
    columns = [c for c in old.columns if c not in ("n", ROUNDED, "basis", "kept")]
    newest = old.groupby("source")[PERIOD].max()
    few = cells.groupby(["source", PERIOD])["n"].transform("sum") < policy.base
    was = among(cells, set(times_of(old)))
    was |= (few & (cells[PERIOD] <= cells["source"].map(newest).fillna(-1))).to_numpy(dtype=bool)
    was |= over(cells) if over else False
    late = cells.loc[was, columns].drop_duplicates().merge(old[columns], how="left", indicator=True)
    late = late.loc[late["_merge"] == "left_only", columns]
    return late.assign(n=0, **{ROUNDED: 0, "basis": 0, "kept": True})


def _empty(grid: Grid, times: set[tuple[str, int]]) -> pd.DataFrame:
    """Every cell without area of the periods that were collected: they may be published as K though nobody is there."""
    labels = [_LABELS[name] for name in grid.dimensions]
    rows = [(period, source, *values, WHOLE) for source, period in sorted(times) for values in product(*labels)]
    table = pd.DataFrame(rows, columns=grid.columns)
    if {"minor", "age_band"} <= set(grid.dimensions):
        young = table["age_band"].isin(MINOR_BANDS)
        known = table["age_band"] != codes.UNKNOWN
        table = table[~known | (table["minor"] == young.map({True: "minor", False: "adult"}))]
    return table.astype({PERIOD: "int64"})


def _seed(seed: bytes, *of: str) -> int:
    return int.from_bytes(hashlib.sha256(seed + "\x1f".join(of).encode()).digest()[:16], "big")


def coarser(basis: pd.DataFrame, columns: list[str], relabel: Mapping[str, pd.Series]) -> pd.DataFrame:
    """An earlier basis on a coarser grid: its cells added up, so every sum is still of published cells."""
    table = basis.assign(**relabel)
    sums = table.groupby(columns, as_index=False)[["n", ROUNDED, "basis"]].sum()
    return sums.assign(kept=True)
