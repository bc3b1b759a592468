"""From points in metres to a table of cells, and the sentences that go with it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard.analysis.density import density
from dashboard.analysis.gistar import LEVEL, classes, gi_star
from dashboard.analysis.grids import Grid
from dashboard.analysis.moran import global_moran
from dashboard.analysis.multiple_testing import adjusted_by_neighbourhood
from dashboard.analysis.neighbours import neighbours_of
from dashboard.analysis.stability import stability
from dashboard.analysis.sufficiency import LEAST_INCIDENTS, sufficient
from dashboard.hotspots.over_time import TOO_FEW, change_columns, time_columns

if TYPE_CHECKING:
    from scipy import sparse

# How p is corrected, in words.
CORRECTIONS = {
    "cells": "Benjamini-Hochberg over the cells",
    "neighbourhood": "p times the size of the neighbourhood plus one, as sfhotspot does",
}
OFTEN = 0.8
MANY_AT_ONE_PLACE = 0.05  # of the points
MOST_PAIRS = 100_000_000  # of neighbouring cells; about 2 GB


@dataclass(frozen=True)
class Settings:
    """What is asked.

    bandwidth, neighbour_distance : metres or None. correction : a key of CORRECTIONS. period : a key of
    `periods.UNITS`. boundary : compare before it with from it on. stability : test on other grids too.
    """

    bandwidth: float | None = None
    neighbour_distance: float | None = None
    level: float = LEVEL
    correction: str = "cells"
    period: str = "month"
    boundary: pd.Timestamp | None = None
    stability: bool = False


@dataclass(frozen=True)
class Answer:
    """A row per cell in the order of the grid, without coordinates, and what it says in words."""

    table: pd.DataFrame
    sentences: list[str] = field(default_factory=list)


def answer(grid: Grid, x: np.ndarray, y: np.ndarray, dates: pd.DatetimeIndex | None, settings: Settings) -> Answer:
    """Counts, density, Gi* and, with dates, classes over time.

    grid : squares in metres. x, y : (m,) points in metres, finite. dates : (m,), NaT where unknown, or None.

    Below 30 points in the cells or 30 cells, only the counts are given, and every class is "too few to tell".
    Raises ValueError for a bandwidth, a distance or a boundary that cannot be used.
    """
    counts = grid.counts(x, y)
    enough = sufficient(counts)
    table = pd.DataFrame({"n": counts.astype(np.int64)})
    for name in ("kde", "gistar", "p", "q"):
        table[name] = np.nan
    table["class"] = TOO_FEW
    if settings.stability:
        table["stable"] = np.nan
    said = [_repeated(x, y), enough.sentence]
    neighbours = _neighbours(grid, settings.neighbour_distance)
    if enough.enough:
        table["kde"], sentence = _kde(grid, x, y, settings.bandwidth)
        found = gi_star(counts, neighbours)
        q = found.q if settings.correction == "cells" else adjusted_by_neighbourhood(found.p, neighbours)
        table["gistar"], table["p"], table["q"] = found.z, found.p, q
        table["class"] = classes(found.z, q, counts, True, settings.level)
        said += [_global(counts, neighbours, settings.level), _hot_and_cold(table, grid, settings), sentence]
        if settings.stability:
            table["stable"], sentence = _stable(grid, x, y, (table["class"] == "hot").to_numpy(), settings.level)
            said.append(sentence)
    if dates is not None:
        cell = grid.assign(x, y)
        columns, more = time_columns(cell, dates, len(grid), neighbours, settings.period, enough.enough)
        table, said = table.assign(**columns), said + more
        if settings.boundary is not None:
            columns, more = change_columns(cell, dates, len(grid), settings.boundary, settings.level, enough.enough)
            table, said = table.assign(**columns), said + more
    return Answer(table, said)


def _repeated(x: np.ndarray, y: np.ndarray) -> str:
    """A midpoint or an address that stands for "unknown" makes a hotspot of its own."""
    if not len(x):
        return ""
    most = int(np.unique(x + 1j * y, return_counts=True)[1].max())
    if most / len(x) <= MANY_AT_ONE_PLACE or len(x) < LEAST_INCIDENTS:
        return ""
    return (
        f"{most:,} of the {len(x):,} points lie at one and the same place: find out whether it stands for something "
        "else, such as the middle of an area, before you trust a hotspot there."
    )


def _neighbours(grid: Grid, distance: float | None) -> "sparse.csr_array":
    around = min(np.pi * ((distance or 0) / (grid.cell_size or 1)) ** 2, len(grid))
    if around * len(grid) > MOST_PAIRS:
        raise ValueError(
            f"Within {distance:,.0f} m of a cell lie about {around:,.0f} others, which is too many. Choose a shorter "
            "--neighbour-distance or larger cells."
        )
    return neighbours_of(grid, distance)


def _stable(grid: Grid, x: np.ndarray, y: np.ndarray, hot: np.ndarray, level: float) -> tuple[np.ndarray, str]:
    """Share of other sizes and origins in which a cell is a hotspot, over the area of the grid's own cells."""
    import shapely

    found = stability(grid, x, y, shapely.union_all(grid.shapes), level=level)
    often = int((found.share[hot] >= OFTEN).sum())
    return found.share, (
        f"{often:,} of the {hot.sum():,} hotspots are so in at least {OFTEN:.0%} of {len(found.runs)} grids of several "
        "sizes and origins."
    )


def _kde(grid: Grid, x: np.ndarray, y: np.ndarray, bandwidth: float | None) -> tuple[np.ndarray, str]:
    centres = np.column_stack([grid.x, grid.y])
    try:
        found = density(np.column_stack([x, y]), centres, bandwidth, cell_size=grid.cell_size)
    except ValueError:
        if bandwidth is not None:
            raise
        return np.full(len(grid), np.nan), "The points lie at one place: no density is drawn. Give --bandwidth."
    said = f"{found.reason} {found.warning}".strip() if bandwidth is None else found.warning
    return found.plain, said


def _global(counts: np.ndarray, neighbours: "sparse.csr_array", level: float) -> str:
    found = global_moran(counts, neighbours)
    if not np.isfinite(found.p_randomisation):
        return ""
    p = "below 0.001" if found.p_randomisation < 0.001 else f"{found.p_randomisation:.3f}"
    numbers = f"global Moran's I {found.statistic:.3f}, p {p}"
    if found.p_randomisation < level and found.z_randomisation > 0:
        return f"Over the whole area the counts cluster ({numbers})."
    return f"Over the whole area the counts do not cluster ({numbers}): read single hotspots with care."


def _hot_and_cold(table: pd.DataFrame, grid: Grid, settings: Settings) -> str:
    hot, cold = ((table["class"] == name).sum() for name in ("hot", "cold"))
    reach = settings.neighbour_distance or (grid.cell_size or 0) * 2**0.5
    return (
        f"{hot:,} of {len(table):,} cells are significant hotspots and {cold:,} are cold spots (Gi* of a cell and its "
        f"neighbours within {reach:,.0f} m; {CORRECTIONS[settings.correction]}; q below {settings.level:g})."
    )
