"""Which grid fits the counts: from the coarsest, one refinement at a time, each kept only if the figures bear it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from etl import codes
from etl.release import periods
from etl.release.facts import WHOLE, Layer
from etl.release.guard import AREA, Grid, hidden, hide, placed
from etl.release.periods import Closed, Periods
from etl.release.policy import GRAINS, Policy

LABELS = {"exploitation": "kind of exploitation", "minor": "under 18 or adult", "age_band": "age", "sex": "sex",
          "premise": "kind of place", "relationship": "relationship", AREA: "area"}  # fmt: skip
TOLD = (0.05, 0.2, 0.5, 1.0)


@dataclass
class Choice:
    """The grid of one cube. dropped : what was tried and given up, each in words, with what it would have cost."""

    periods: Periods
    grid: Grid
    altered: float  # share of the non-zero cells that rounding changes
    shown: float  # share of the records that keep their area
    dropped: list[str] = field(default_factory=list)


def choose(raw: pd.DataFrame, unit: str, first: int, closed: Closed, policy: Policy, layers: list[Layer]) -> Choice:
    """The grid of a first release. raw : `facts` up to the last month that is settled, not empty. first : the month
    in which collecting began."""

    def tried(grain: str, dimensions: tuple[str, ...], layer: Layer | None) -> Choice:
        when = periods.layout(grain, first, closed.last)
        grid = Grid(dimensions, layer)
        altered, shown = cost(in_periods(raw, when, closed), grid, policy)
        return Choice(when, grid, altered, shown)

    best = tried("all", (), None)
    dropped: list[str] = []
    people = int(raw["n"].sum())
    most = policy.dimensions if people >= policy.few_people else policy.dimensions_if_few
    for step in policy.refine[unit]:
        options, said = _options(step, best, tried, layers, most)
        fitting = [o for o in options if o.altered <= policy.altered_at_most and _shows(o, policy)]
        if fitting:
            best = fitting[0]
        if not fitting or (step in GRAINS and fitting[0].periods.grain != step):
            dropped.append(said or _cost(step, options, policy))
    best.dropped = dropped
    return best


def _options(
    step: str, now: Choice, tried: Callable[..., Choice], layers: list[Layer], most: int
) -> tuple[list[Choice], str]:
    """What a step could mean, finest first; or why it is not tried."""
    grid = now.grid
    if step in GRAINS:
        finer = GRAINS[GRAINS.index(step) : GRAINS.index(now.periods.grain)]
        return [tried(grain, grid.dimensions, grid.layer) for grain in finer], ""
    if step == AREA and now.periods.months > codes.GRAIN_MONTHS["year"]:
        return [], "by area: the periods are longer than a year, and so few records make no map"
    if step == AREA:
        return [tried(now.periods.grain, grid.dimensions, layer) for layer in layers], "" if layers else (
            "by area: no loaded layer has residents. Declare the population of a layer to publish a map."
        )
    if len(grid.dimensions) >= most:
        return [], f"by {LABELS[step]}: the cube has {most} dimensions already"
    return [tried(now.periods.grain, (*grid.dimensions, step), grid.layer)], ""


def _shows(option: Choice, policy: Policy) -> bool:
    return option.grid.layer is None or option.shown >= policy.shown_at_least


def _cost(step: str, options: list[Choice], policy: Policy) -> str:
    what = f"by {codes.GRAIN[step].lower()}" if step in GRAINS else f"by {LABELS[step]}"
    if not options:
        return f"{what}: the periods are that fine already"
    showing = [o for o in options if _shows(o, policy)]
    if not showing:
        return f"{what}: places could be shown for too few of the records"
    return f"{what}: rounding would change {in_words(told(min(o.altered for o in showing)))} of the cells"


def in_words(share: float) -> str:
    """A share that was `told`."""
    return "more than half" if share == TOLD[-1] else f"at most {share:.0%}"


def told(share: float) -> float:
    """What is published of a share of cells: the next of a few steps. Exact, over the many grids that were tried, it
    counts the small cells, and whoever knows all the others counts one agency's: in months, often its very records."""
    return next(step for step in TOLD if share <= step)


def in_periods(raw: pd.DataFrame, when: Periods, closed: Closed) -> pd.DataFrame:
    """The records of periods that are over, with the period's first month in `period`."""
    begin = when.begin(raw["month"].to_numpy())
    return raw.assign(period=begin)[closed.holds(when, begin, raw["source"])]


def cost(rows: pd.DataFrame, grid: Grid, policy: Policy) -> tuple[float, float]:
    """(share of the non-zero cells that rounding changes, share of the records that keep their area)."""
    if rows.empty:
        return 1.0, 0.0
    cells = placed(rows, grid, policy, None)
    cells = hide(cells, grid, hidden(cells, grid, policy, None, frozenset()))
    small = (cells["n"] > 0) & (cells["n"] < policy.base)
    return float(small.sum() / (cells["n"] > 0).sum()), float(
        cells.loc[cells[AREA] != WHOLE, "n"].sum() / cells["n"].sum()
    )
