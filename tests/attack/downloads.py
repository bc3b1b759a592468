"""What a reader of the public view can take away: the files of a filter state, each row with the cells it is about."""

import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard import exports
from dashboard.access import PUBLIC
from dashboard.cubes import Cube
from dashboard.exports.dimensions import dimensions
from dashboard.exports.plan import Plan, plan
from dashboard.exports.policy import EVERY
from dashboard.filters import Filters
from dashboard.warehouse import Warehouse
from tests.attack.collector import Figure, mask_of


def taken(
    warehouse: Warehouse, filters: Filters, cube: Cube, cells: pd.DataFrame, full: bool = True
) -> Iterator[Figure]:
    """Every count of the csv files of one filter state: by everything, by every two and each dimension, and in all.

    Not `full`: of the file by everything only.
    """
    base = mask_of(filters, cube, cells)
    names = [d.name for d in dimensions(PUBLIC, warehouse, warehouse.catalogue, cube.unit)]
    splits: list[tuple[str, ...]] = [tuple(names)]
    if full:
        splits += [(EVERY,), *((name,) for name in names), *combinations(names, 2)]
    for by in dict.fromkeys(splits):
        table = read(warehouse, filters, cube, by)
        _interval_says_no_more_than_the_count(table)
        for row in table.to_dict("records"):
            mask = base & _about(row, [n for n in by if n != EVERY], cells)
            yield Figure(f"export by {', '.join(by)}", mask, 0 if pd.isna(row["n"]) else int(row["n"]))


def read(warehouse: Warehouse, filters: Filters, cube: Cube, by: tuple[str, ...]) -> pd.DataFrame:
    """One file as it leaves, read again."""
    made = plan(PUBLIC, warehouse, warehouse.catalogue.of(cube.unit), filters, "totals", by)
    assert isinstance(made, Plan), made
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "totals.csv"
        exports.write(made, warehouse, warehouse.catalogue, "csv", path)
        words: Any = {c.name: "str" for c in made.columns if c.type == "string"}
        return pd.read_csv(
            path, dtype=words, keep_default_na=False, na_values={c: [""] for c in ("n", "n_high", "n_low")}
        )


def _about(row: dict[Any, Any], by: list[str], cells: pd.DataFrame) -> np.ndarray:
    mask = np.ones(len(cells), dtype=bool)
    for name in by:
        if name == "period":
            day = pd.Timestamp(row["period_start"])
            mask &= (cells["period"] == day.year * 12 + day.month - 1).to_numpy()
        else:
            mask &= (cells[name] == row[name]).to_numpy()
    return mask


def _interval_says_no_more_than_the_count(table: pd.DataFrame) -> None:
    """An error of its own beside each figure would give the count away."""
    placed = table["area"] != "" if "area" in table else pd.Series(False, index=table.index)
    said = table.assign(placed=placed).groupby(["n", "state", "placed"], dropna=False)[["n_low", "n_high"]]
    assert (said.nunique(dropna=False) == 1).all().all()
