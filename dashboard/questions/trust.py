"""How sure are we? Whether hotspots survive another grid and period, what they said about the next one, and how
concentrated reports are beside chance. Words first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from dashboard.analysis.backtest import Backtest, rolling_backtest
from dashboard.analysis.concentration import ByChance, Concentration, by_chance, concentration
from dashboard.analysis.gistar import LEVEL, gi_star
from dashboard.analysis.grids import hexagon_grid
from dashboard.analysis.projection import area_to_metres, projected_crs, to_metres
from dashboard.analysis.stability import Stability, stability
from dashboard.questions.clustered import OFTEN, finest
from dashboard.questions.study import CENTRES, Study
from dashboard.words import count, number

MOST_MONTHS = 60  # left out one by one
MOST_RECORDS = 200_000  # drawn by chance


@dataclass(frozen=True)
class Trust:
    """sentences : in words. runs : a row for each kind of other choice. stable : (n,) share of the choices."""

    sentences: tuple[str, ...]
    runs: pd.DataFrame
    stable: np.ndarray
    curve: Concentration
    chance: ByChance | None
    test: Backtest | None


def trust(study: Study, hot: np.ndarray) -> Trust:
    """hot : (n,) the hotspots of the map."""
    found = _stability(study)
    share = found.share
    curve = concentration(study.counts)
    chance = by_chance(len(study), int(curve.total)) if 0 < curve.total <= MOST_RECORDS else None
    test = _tested(study)
    said = (_stable(study, hot, found), _caught(test), _gathered(study, curve, chance))
    return Trust(tuple(s for s in said if s), _runs(found, hot), share, curve, chance, test)


def _stability(study: Study) -> Stability:
    """Other months on the map's own places; other sizes and origins on hexagons laid over the same ground."""
    lon, lat, n, month = study.points
    if len(study.months) > MOST_MONTHS:
        month = np.where(month >= 0, month * MOST_MONTHS // len(study.months), -1)
    own = stability(study.grid, lon, lat, period=month, weights=n)
    kept = [i for i, run in enumerate(own.runs) if run.changes in ("none", "period")]
    hot, runs = own.hot[kept], tuple(own.runs[i] for i in kept)
    if 0 < study.resolution < CENTRES:
        # At the finest size the points are the centres of the cells themselves: other cells would see a pattern.
        more = _laid_anew(study, lon, lat, n)
        hot, runs = np.vstack([hot, more.hot[1:]]), (*runs, *more.runs[1:])
    return Stability(hot, runs)


def _laid_anew(study: Study, lon: np.ndarray, lat: np.ndarray, n: np.ndarray) -> Stability:
    """H3 cells have one origin and a few sizes. Hexagons as large have any, and are read at the cells' centres."""
    crs = projected_crs(study.grid.x, study.grid.y)
    ground = area_to_metres(shapely.union_all(study.grid.shapes), crs)
    size = float(np.sqrt(shapely.area(ground) / len(study) * 2 / np.sqrt(3)))
    grid = hexagon_grid(size, ground, crs)
    found = stability(grid, *to_metres(lon, lat, crs), area=ground, weights=n)
    at = grid.assign(*to_metres(study.grid.x, study.grid.y, crs))
    read = np.where(at >= 0, found.hot[:, at], np.nan)
    order = sorted(range(len(found.runs)), key=lambda i: found.runs[i].changes != "none")
    return Stability(read[order], tuple(found.runs[i] for i in order))


def _stable(study: Study, hot: np.ndarray, found: Stability) -> str:
    if not hot.any():
        return f"No {study.words[0]} is a significant hotspot, so there is none whose stability could be judged."
    parts = []
    for kinds, of in ((("cell size", "origin"), "other cell sizes and origins"), (("period",), "months left out")):
        rows = found.hot[[run.changes in kinds for run in found.runs]]
        if not len(rows):
            continue
        told = np.isfinite(rows)
        share = np.divide(np.nansum(rows, axis=0), told.sum(axis=0), where=told.any(axis=0), out=np.zeros(len(hot)))
        lasting = int((share[hot] >= OFTEN).sum())
        parts.append(f"{number(lasting) if lasting else 'none'} in at least 80 % of {len(rows)} {of}")
    return f"Of {count(int(hot.sum()), 'hotspot')}, so many stay one: {' and '.join(parts)}."


def _caught(test: Backtest | None) -> str:
    if test is None or np.isnan(test.hit_rate):
        return "Whether hotspots say anything about the next period cannot be told: too few periods or records."
    periods = count(test.periods, "period")
    naive = (
        f" The same area of the busiest places would have caught {test.naive_hit_rate:.0%}."
        if (np.isfinite(test.naive_hit_rate))
        else ""
    )
    return (
        f"Hotspots of one stretch caught {test.hit_rate:.0%} of the next period's reports on {test.area_share:.0%} of "
        f"the area, {test.pai:.1f} times what chance would (PAI; {periods} tested).{naive}"
    ).replace("%", " %")


def _gathered(study: Study, curve: Concentration, chance: ByChance | None) -> str:
    if not curve.total:
        return ""
    share = f"{curve.half_share:.0%}".replace("%", " %")
    text = f"Half of the reports lie in {number(curve.half_places)} of {count(len(study), *study.words)} ({share})"
    if chance is not None:
        text += f"; by chance alone it would be {chance.half_share:.0%}".replace("%", " %")
    return text + "."


def _tested(study: Study) -> Backtest | None:
    grain = finest(study, 3)
    if grain is None:
        return None
    window = {1: 12, 3: 4, 12: 1}[grain.months]
    if grain.counts.shape[1] <= window:
        window = max(grain.counts.shape[1] // 2, 1)

    def find(counts: np.ndarray) -> np.ndarray:
        found = gi_star(counts, study.neighbours)
        return np.asarray((found.q < LEVEL) & (found.z > 0))

    return rolling_backtest(grain.counts, find, window=window).pooled


def _runs(found: Stability, hot: np.ndarray) -> pd.DataFrame:
    names = {"cell size": "Cell size", "origin": "Where cells begin", "period": "One month or more left out"}
    rows: list[dict[str, Any]] = []
    for kind, share in found.share_by_change().items():
        told = share[hot] if hot.any() else np.empty(0)
        told = told[np.isfinite(told)]
        rows.append(
            {
                "What was changed": names.get(kind, kind),
                "Choices": sum(run.changes == kind for run in found.runs),
                "Hotspots that stay in at least 80 %": int((told >= OFTEN).sum()),
                "of": len(told),
            }
        )
    return pd.DataFrame(rows, columns=["What was changed", "Choices", "Hotspots that stay in at least 80 %", "of"])
