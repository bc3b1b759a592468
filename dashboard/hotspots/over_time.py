"""Columns about time: classes over the periods, trends, and the change at a date."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dashboard.analysis.emerging import USUAL_PERIODS, emerging_hot_spots
from dashboard.analysis.gistar import gi_star
from dashboard.analysis.mann_kendall import MIN_PERIODS
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.periods import calendar_periods
from dashboard.analysis.place_change import place_change
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.space_time import NO_PATTERN, classify_periods
from dashboard.analysis.stability import share_of_periods

if TYPE_CHECKING:
    from scipy import sparse

TOO_FEW = "too few to tell"
MOST_BINS = 20_000_000  # cells x periods; about 2 GB while they are worked on
Columns = dict[str, Any]


def time_columns(
    cell: np.ndarray,
    dates: pd.DatetimeIndex,
    cells: int,
    neighbours: "sparse.csr_array",
    unit: str,
    enough: bool,
) -> tuple[Columns, list[str]]:
    """share_hot, sfhotspot, arcgis, word, trend_z and trend_p, each (cells,), and what they say in words.

    cell : (m,) cell of each point, -1 outside. dates : (m,), NaT where unknown: left out here.
    """
    periods = calendar_periods(dates, unit)
    number = len(periods.starts)
    missing = np.full(cells, np.nan)
    columns: Columns = {"share_hot": missing, "sfhotspot": TOO_FEW, "arcgis": TOO_FEW, "word": TOO_FEW}
    columns |= {"trend_z": missing, "trend_p": missing}
    if not enough:
        return columns, []
    if number < 2:
        return columns, [
            f"All dates lie in one {unit}: classes over time need at least two. Choose a shorter --period."
        ]
    if number * cells > MOST_BINS:
        raise ValueError(
            f"From the first date to the last there are {number:,} {unit}s. Look for wrong dates, or choose a longer "
            "--period or larger cells."
        )
    counts = _matrix(cell, periods.index, cells, number)
    months = gi_star(counts, neighbours)
    columns["share_hot"] = share_of_periods(months.z, months.q)
    columns["sfhotspot"] = classify_periods(counts, neighbours).classes
    columns["word"] = plain(columns["sfhotspot"])
    said = [_spans(periods.starts, unit, counts), _tally("sfhotspot's classes", columns["sfhotspot"])]
    if number < MIN_PERIODS:
        return columns, [*said, f"ArcGIS's classes and trends need at least {MIN_PERIODS} periods."]
    if not counts.max() > counts.min():
        return columns, said
    found = emerging_hot_spots(counts, neighbours)
    columns |= {"arcgis": found.classes, "trend_z": found.trend.z, "trend_p": found.trend.p}
    columns["word"] = plain(found.classes, found.trend)
    few = f" ArcGIS itself asks for at least {USUAL_PERIODS} periods." if number < USUAL_PERIODS else ""
    said.append(_tally("ArcGIS's classes", found.classes) + few)
    said.append("In plain words: " + _listed(columns["word"], WORDS) + ".")
    return columns, said


def change_columns(
    cell: np.ndarray, dates: pd.DatetimeIndex, cells: int, boundary: pd.Timestamp, level: float, enough: bool
) -> tuple[Columns, list[str]]:
    """n_before, n_after, change, ratio with its interval, p, q and class, each (cells,), and what they say.

    Raises ValueError if all dates lie on one side of the boundary.
    """
    known = dates.notna()
    first, last = dates[known].min(), dates[known].max()
    if not known.any() or not first < boundary <= last:
        raise ValueError("All dates lie on one side of --boundary. Choose one between the first and the last of them.")
    later = np.where(known, (dates >= boundary).astype(np.int64), -1)
    before, after = _matrix(cell, later, cells, 2).T
    days_before = (boundary - first.normalize()).total_seconds() / 86400
    days_after = (last.normalize() + pd.Timedelta(days=1) - boundary).total_seconds() / 86400
    found = place_change(before, after, days_before, days_after)
    q = benjamini_hochberg(found.own.p)
    verdicts = found.own.verdicts(q, level) if enough else np.full(cells, TOO_FEW)
    columns = {
        "n_before": before.astype(np.int64),
        "n_after": after.astype(np.int64),
        "change": found.difference.astype(np.int64),
        "change_ratio": found.own.ratio,
        "change_low": found.own.low,
        "change_high": found.own.high,
        "change_p": found.own.p,
        "change_q": q,
        "change_class": verdicts,
    }
    rose, fell = ((verdicts == name).sum() for name in ("rose", "fell"))
    said = (
        f"{before.sum():,.0f} points in the {days_before:,.0f} days before {boundary:%Y-%m-%d} and {after.sum():,.0f} "
        f"in the {days_after:,.0f} days from it: {rose:,} cells rose and {fell:,} fell by more than chance explains."
    )
    return columns, [said]


def _matrix(cell: np.ndarray, period: np.ndarray, cells: int, periods: int) -> np.ndarray:
    """(cells, periods) points of each cell in each period; a negative cell or period is left out."""
    use = (cell >= 0) & (period >= 0)
    flat = np.bincount(cell[use] * periods + period[use], minlength=cells * periods)
    return flat.reshape(cells, periods).astype(float)


def _spans(starts: pd.DatetimeIndex, unit: str, counts: np.ndarray) -> str:
    empty = int((counts.sum(axis=0) == 0).sum())
    none = f", {empty} of them without a point" if empty else ""
    return (
        f"{len(starts)} {unit}s, the first begins {starts[0]:%Y-%m-%d} and the last {starts[-1]:%Y-%m-%d}{none}. "
        f"The first and the last may be incomplete."
    )


def _tally(title: str, classes: np.ndarray) -> str:
    names = [str(name) for name in np.unique(classes) if name != NO_PATTERN]
    return f"{title}: {_listed(classes, names)}{'; ' if names else ''}{(classes == NO_PATTERN).sum():,} {NO_PATTERN}."


def _listed(values: np.ndarray, names: Any) -> str:
    return ", ".join(f"{(values == name).sum():,} {name}" for name in names)
