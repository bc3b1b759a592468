"""The example of the page "Why": a few smallest groups of this release side by side, as they are published."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.cubes import Cube
from dashboard.i18n import _
from dashboard.measures.labels import shown
from dashboard.view_context import Context
from etl import codes

FEWEST, MOST = 2, 7  # lines of the example


@dataclass(frozen=True)
class Example:
    """rows : names and published counts of smallest groups, 0 for few or none. total : their sum."""

    about: str
    rows: tuple[tuple[str, int], ...]
    base: int

    @property
    def teaches(self) -> tuple[int, int, int]:
        """What makes one example better than another: several numbers, different outcomes, small ones."""
        told = sum(n > 0 for _, n in self.rows)
        outcomes = {min(n, self.base + 1) for _, n in self.rows}
        return min(told, 2), len(outcomes), -self.total

    @property
    def total(self) -> int:
        """What the pages show of these groups together."""
        return sum(n for _, n in self.rows)


def example(ctx: Context, cube: Cube) -> Example | None:
    """The slice of the newest period that shows most kinds of outcome: few or none, exactly K, more than K.

    A slice has one value in every dimension but one. None where nothing is told apart or nothing is published.
    """
    columns = [*cube.dimensions, *([f"area_{cube.layer}"] if cube.layer else [])]
    cells = _cells(ctx, cube, columns)
    if cube.layer:
        # In an area, few or none could be records whose place is not shown; among those without a place it cannot.
        cells = cells[cells[f"area_{cube.layer}"].isna()]
    best: Example | None = None
    for column in cube.dimensions:
        others = [c for c in columns if c != column]
        every = sorted(set(cells[column].dropna()) - {codes.UNKNOWN})
        if not FEWEST <= len(every) <= MOST:
            continue
        for fixed, rows in cells.groupby(others, dropna=False) if others else [((), cells)]:
            found = _slice(ctx, cube, column, every, dict(zip(others, fixed, strict=True)), rows)
            if found.total and (best is None or found.teaches > best.teaches):
                best = found
    return best


def _cells(ctx: Context, cube: Cube, columns: list[str]) -> pd.DataFrame:
    if not cube.periods or not columns:
        return pd.DataFrame(columns=[*columns, "n"])
    table = ctx.warehouse.table(cube.unit)
    rows = table.filter(table.counted_on == cube.periods[-1].first)
    return ctx.warehouse.ask(rows.group_by(columns).agg(n=rows.n.sum().cast("int64")).order_by(columns))


def _slice(
    ctx: Context, cube: Cube, column: str, every: list[str], fixed: dict[str, Any], rows: pd.DataFrame
) -> Example:
    names = shown(ctx.warehouse, column)
    held = dict(zip(rows[column], rows["n"].astype(int), strict=True))
    lines = sorted(((names.get(code, code), held.get(code, 0)) for code in every), key=lambda line: -line[1])
    where = [
        _("no place shown") if pd.isna(code) else shown(ctx.warehouse, c).get(code, str(code))
        for c, code in fixed.items()
    ]
    return Example(", ".join([f"{_(codes.UNIT[cube.unit])} {cube.periods[-1].when}", *where]), tuple(lines), cube.base)
