"""What a reader of the public view can see: every filter state's figures, each with the cells that it is the sum of.

The cells that a figure claims to be about are found here by pandas, from the filters; the figure comes from the
measures that the pages use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from dashboard import measures
from dashboard.cubes import Cube
from dashboard.filters import Filters
from dashboard.measures import protected
from dashboard.measures.protected import cube_of
from dashboard.warehouse import Warehouse
from etl import codes

FIELDS = {"source": "sources", "exploitation": "exploitation", "age_band": "victim_age", "sex": "victim_sex",
          "premise": "premise"}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One number of the public view. mask : (cells,) which cells it is about."""

    where: str
    mask: np.ndarray
    value: int


def single_choices(warehouse: Warehouse, cube: Cube, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Every single value of every filter that the public view offers, and every period, as changes of Filters."""
    found: list[dict[str, Any]] = [{}]
    for column in cube.dimensions:
        if column in FIELDS and (column not in ("age_band", "sex") or cube.unit == "victims"):
            found += [{FIELDS[column]: (value,)} for value in sorted(cells[column].unique())]
    if cube.layer:
        areas = sorted(set(cells["area"]) - {""})
        found += [{"areas": ((cube.layer, area),)} for area in areas]
    found += [{"date_from": p.first, "date_to": p.last} for p in cube.periods]
    return found


def states(warehouse: Warehouse, cube: Cube, cells: pd.DataFrame) -> Iterator[tuple[Filters, bool]]:
    """No filter, each single value, each filter with all values but one, and each pair of values of two filters.

    Each with whether all tables of it are worth collecting: those of a pair are parts of those of its halves.
    """
    choices = single_choices(warehouse, cube, cells)
    for change in choices:
        yield Filters(unit=cube.unit, **change), True
        for field, value in change.items():
            others = {v for other in choices for v in other.get(field, ())} if isinstance(value, tuple) else set()
            if len(others) > 2:
                yield _changed(Filters(unit=cube.unit), field, tuple(sorted(others - set(value)))), True
    for a, b in combinations(choices[1:], 2):
        if not set(a) & set(b):
            yield Filters(unit=cube.unit, **a, **b), False


def walk(warehouse: Warehouse, cube: Cube, cells: pd.DataFrame, steps: int, seed: int) -> Iterator[Filters]:
    """A reader who changes one filter after another: several values at a time, and any run of periods."""
    rng = Random(seed)
    now = Filters(unit=cube.unit)
    columns = [c for c in cube.dimensions if c in FIELDS and (c not in ("age_band", "sex") or cube.unit == "victims")]
    moves = [*columns, *(["area"] if cube.layer else []), "period"]
    for _ in range(steps):
        move = rng.choice(moves)
        if move == "period":
            i, j = sorted(rng.choices(range(len(cube.periods)), k=2))
            now = replace(now, date_from=cube.periods[i].first, date_to=cube.periods[j].last)
            now = replace(now, date_from=None, date_to=None) if rng.random() < 0.3 else now
        else:
            every = sorted(set(cells[move]) - {""})
            some = tuple(sorted(rng.sample(every, rng.randint(0, len(every)))))
            values = tuple((cube.layer, a) for a in some) if move == "area" else some
            now = _changed(now, FIELDS.get(move, "areas"), values)
        yield now


def mask_of(filters: Filters, cube: Cube, cells: pd.DataFrame) -> np.ndarray:
    """The cells of a filter state, (cells,) bool."""
    mask = np.ones(len(cells), dtype=bool)
    for column, field in FIELDS.items():
        if chosen := getattr(filters, field):
            mask &= cells[column].isin(chosen).to_numpy()
    if filters.areas:
        mask &= cells["area"].isin([a[1] for a in filters.areas if isinstance(a, tuple)]).to_numpy()
    for bound, over in ((filters.date_from, False), (filters.date_to, True)):
        if bound:
            month = bound.year * 12 + bound.month - 1
            mask &= (cells["period"] <= month if over else cells["period"] >= month).to_numpy()
    return mask


def collect(
    warehouse: Warehouse, filters: Filters, cube: Cube, cells: pd.DataFrame, full: bool = True
) -> Iterator[Figure]:
    """Every count that the measures give for one filter state; not `full`: its total, and those by period."""
    base = mask_of(filters, cube, cells)
    month = {p.words: p.first.year * 12 + p.first.month - 1 for p in cube.periods}
    yield Figure("total", base, protected.total(warehouse, filters))
    found = protected.by_cube_period(warehouse, filters)
    for label, n in found[["label", "n"]].itertuples(index=False):
        yield Figure("by period", base & (cells["period"] == month[label]).to_numpy(), _count(n))
    if not full:
        return
    yield Figure("total of all units", base, measures.total(warehouse, filters))
    shown = [*cube.dimensions, *([f"area_{cube.layer}"] if cube.layer else [])]
    for column in shown:
        yield from _by(warehouse, filters, column, base, cells, month)
    for a, b in combinations(shown, 2):
        for row in measures.pairs(warehouse, filters, a, b).itertuples():
            both = _having(cells, a, row.a) & _having(cells, b, row.b)
            yield Figure(f"{a} by {b}", base & both, _count(row.n))
    if cube.layer:
        for row in measures.by_area(warehouse, filters, cube.layer).itertuples():
            yield Figure("by area", base & (cells["area"] == row.area_id).to_numpy(), _count(row.n))


def _by(
    warehouse: Warehouse, filters: Filters, column: str, base: np.ndarray, cells: pd.DataFrame, month: dict[str, int]
) -> Iterator[Figure]:
    for row in measures.by_group(warehouse, filters, column).itertuples():
        yield Figure(f"by {column}", base & _having(cells, column, row.code), _count(row.n))
    for row in protected.by_cube_group(warehouse, filters, column).itertuples():
        yield Figure(f"cube by {column}", base & _having(cells, column, row.code), _count(row.n))
    for row in protected.by_cube_period(warehouse, filters, column).itertuples():
        here = _having(cells, column, row.group) & (cells["period"] == month[row.label]).to_numpy()
        yield Figure(f"period by {column}", base & here, _count(row.n))
    if column in ("source", "exploitation"):
        free = mask_of(_changed(filters, FIELDS[column], ()), cube_of(warehouse, filters), cells)
        for code, n in measures.option_counts(warehouse, filters, column).items():
            yield Figure(f"choice of {column}", free & _having(cells, column, code), n)


def _changed(filters: Filters, field: str, values: Any) -> Filters:
    change: dict[str, Any] = {field: values}
    return replace(filters, **change)


def _having(cells: pd.DataFrame, column: str, code: str) -> np.ndarray:
    name = "area" if column.startswith("area_") else column
    values = cells[name]
    if column.startswith("area_"):
        values = values.replace("", codes.UNKNOWN)
    return (values == code).to_numpy()


def _count(n: Any) -> int:
    """A figure as a number: not collected and none are both 0 here."""
    return 0 if pd.isna(n) else int(n)
