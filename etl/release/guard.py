"""Which records keep their area: enough records, distinct locations and residents, no single place behind them, and
no small group in which all are alike. Everything else is counted with its place not shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl import codes
from etl.release.facts import NO_POINT, WHOLE, Layer
from etl.release.policy import Policy

AREA, PERIOD = "area", "period"
MINOR_BANDS = ("0-8", "9-17")


@dataclass(frozen=True)
class Grid:
    """What a cube is made of: the columns beside period and source, and the layer (None: no map)."""

    dimensions: tuple[str, ...]
    layer: Layer | None

    @property
    def columns(self) -> list[str]:
        """The dimensions of the cube, the area among them, in one order."""
        return [PERIOD, "source", *self.dimensions, AREA]


def placed(raw: pd.DataFrame, grid: Grid, policy: Policy, frozen: pd.DataFrame | None) -> pd.DataFrame:
    """The cells of a cube: its columns and `n`, the true counts, with the area of those that may show it.

    raw : `facts`, with a column period. frozen : cells of an earlier release that show an area or, with their period
    and source, decide that others of that time do not: what was once decided for a period stays decided.
    """
    columns = grid.columns
    rows = raw.assign(area=raw[grid.layer.column] if grid.layer else WHOLE)
    if grid.layer:
        rows = rows.assign(area=rows["area"].where(_may_show(rows, grid, columns, policy, frozen), WHOLE))
    return rows.groupby(columns, as_index=False)["n"].sum()


def _may_show(
    rows: pd.DataFrame, grid: Grid, columns: Sequence[str], policy: Policy, frozen: pd.DataFrame | None
) -> pd.Series:
    names = list(columns)
    cells = _cells(rows, names)
    assert grid.layer is not None
    residents = cells[AREA].map(grid.layer.residents).fillna(0).to_numpy()
    good = (cells[AREA] != WHOLE) & (residents >= policy.residents) & (cells["n"] >= policy.base)
    good &= (cells["locations"] >= policy.locations) & (cells["most"] <= policy.one_point_at_most * cells["n"])
    good &= ~_alike(cells, grid, policy)
    decided = np.zeros(len(cells), dtype=bool)
    if frozen is not None and len(frozen):
        times = set(zip(frozen[PERIOD], frozen["source"], strict=True))
        decided = np.array([pair in times for pair in zip(cells[PERIOD], cells["source"], strict=True)], dtype=bool)
        shown = set(frozen.loc[frozen[AREA] != WHOLE, names].itertuples(index=False, name=None))
        was = np.array([cell in shown for cell in cells[names].itertuples(index=False, name=None)], dtype=bool)
        good = pd.Series(np.where(decided, was, good), index=cells.index)
    good = _whole_rest(cells, names, good, policy, decided)
    keys = cells.loc[good, names].assign(_ok=True)
    return rows[names].merge(keys, on=names, how="left")["_ok"].notna().set_axis(rows.index)


def _whole_rest(
    cells: pd.DataFrame, names: list[str], good: pd.Series, policy: Policy, decided: np.ndarray
) -> pd.Series:
    """Where what keeps no area would be a small count, the smallest area of the same kind is counted with it."""
    kind = [name for name in names if name != AREA]
    rest = cells["n"].where(~good, 0).groupby([cells[k] for k in kind]).transform("sum")
    small = good & (rest > 0) & (rest < policy.base) & ~decided
    first = cells[small].sort_values(["n", AREA]).drop_duplicates(kind).index
    return good & ~good.index.isin(first)


def _cells(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Per cell: n, distinct known locations, and the most records at one of them. Records without a point are
    nobody's proof of anything: they may all be from one place, so they count as one unknown place."""
    by_point = rows.groupby([*names, "point"], as_index=False)["n"].sum()
    by_point["known"] = by_point["point"] != NO_POINT
    return by_point.groupby(names, as_index=False).agg(n=("n", "sum"), locations=("known", "sum"), most=("n", "max"))


def _alike(cells: pd.DataFrame, grid: Grid, policy: Policy) -> pd.Series:
    """Cells of small groups (period, source, area) in which all known values of an attribute are one value, though
    the cube has others."""
    found = pd.Series(False, index=cells.index)
    group = [PERIOD, "source", AREA]
    size = cells.groupby(group)["n"].transform("sum")
    for name in sorted(set(policy.attributes) & set(grid.dimensions)):
        value = _attribute(cells, name)
        one = value.groupby([cells[g] for g in group]).transform("nunique") == 1  # unknown is no value
        if value.nunique() > 1:
            found |= one & (size < policy.below) & value.notna()
    return found


def _attribute(cells: pd.DataFrame, name: str) -> pd.Series:
    """The known values of an attribute, NaN where unknown. Bands of age that are all under 18 are one value: `minor`
    could be told from them, and is in the public file."""
    value = cells[name].where(cells[name] != codes.UNKNOWN)
    return value.replace(dict.fromkeys(MINOR_BANDS, "minor")) if name == "age_band" else value


Hidden = frozenset[tuple[int, str, str]]  # (period, source, attribute)


def hidden(cells: pd.DataFrame, grid: Grid, policy: Policy, frozen: pd.DataFrame | None, before: Hidden) -> Hidden:
    """What must be hidden of a period of a source, because the figures without area would say it of each person there.

    before : what was hidden in the earlier release, whose cells are `frozen`: for its periods that stays so.
    """
    whole = cells[cells[AREA] == WHOLE]
    alike = _alike(whole, grid, policy)
    decided = set() if frozen is None else set(zip(frozen[PERIOD], frozen["source"], strict=True))
    found = set(before)
    for name in sorted(set(policy.attributes) & set(grid.dimensions)):
        one = _attribute(whole, name).groupby([whole[PERIOD], whole["source"]]).transform("nunique") == 1
        for key in whole.loc[alike & one, [PERIOD, "source"]].itertuples(index=False, name=None):
            if key not in decided:
                # What one of them says of age, the other says too.
                also = {"minor", "age_band"} & set(grid.dimensions) if name in ("minor", "age_band") else {name}
                found |= {(int(key[0]), str(key[1]), hiding) for hiding in also}
    return frozenset(found)


def hide(cells: pd.DataFrame, grid: Grid, what: Hidden) -> pd.DataFrame:
    """The cells with hidden attributes made `unknown` where no area is shown."""
    out = cells
    keys = list(zip(cells[PERIOD], cells["source"], strict=True))
    for name in grid.dimensions:
        times = {(period, source) for period, source, attribute in what if attribute == name}
        if times:
            here = np.array([key in times for key in keys]) & (cells[AREA] == WHOLE).to_numpy()
            out = out.assign(**{name: out[name].where(~here, codes.UNKNOWN)})
    return out.groupby(grid.columns, as_index=False)["n"].sum()
