"""What hotspots are computed from: counts by place and month, and the places that the data cover at all."""

from typing import Any

import numpy as np
import pandas as pd

from dashboard.filters import Filters, supported, table_of
from dashboard.measures.ask import ask, measure, summed
from dashboard.measures.exposed import cell_parents, exposure_conditions
from dashboard.measures.places import check_cells
from dashboard.warehouse import Warehouse

FINEST = 9


@measure
def by_place_and_month(
    warehouse: Warehouse, filters: Filters, *, layer: str | None = None, resolution: int | None = None
) -> pd.DataFrame:
    """Counts by place and month of the view's date: place (area id, or H3 cell as uint64), month (datetime64), n.

    Records without a date or without such a place are left out. Raises ValueError as `by_cell` and `by_area` do.
    """
    column = place_column(warehouse, filters, layer, resolution)
    found = ask(warehouse, filters, _by_place_and_month, column, filters.date_column)
    return found.rename(columns={column: "place"}).astype({"n": "int64", "month": "datetime64[s]"})


@measure
def covered(warehouse: Warehouse, source: str, layer: str | None = None, resolution: int = FINEST) -> np.ndarray:
    """Places from which any police report of a source came, at any time: (n,) H3 cells (uint64), or area ids (str)."""
    table = warehouse.table("exposure")
    column = f"area_{layer}" if layer else "h3_9"
    if column not in table.columns:
        return np.empty(0, dtype=object)
    rows = table.filter(table.source == source, table[column].notnull())
    found = warehouse.ask(rows.select(place=rows[column]).distinct())["place"]
    if layer:
        return np.sort(found.to_numpy(dtype=object))
    return np.unique(cell_parents(found.to_numpy().astype(np.uint64), resolution))


@measure
def covered_by_layer(warehouse: Warehouse, source: str, layer: str) -> float:
    """Share of a source's located police reports that lie in some area of a layer; nan when none is located."""
    table = warehouse.table("exposure")
    rows = table.filter(table.source == source, table.h3_9.notnull())
    column = f"area_{layer}"
    found = warehouse.ask(rows.agg(inside=summed(rows, rows[column].notnull()), all=summed(rows))).iloc[0]
    return float(found["inside"]) / float(found["all"]) if found["all"] else float("nan")


@measure
def other_reports(
    warehouse: Warehouse, filters: Filters, *, layer: str | None = None, resolution: int | None = None
) -> pd.DataFrame:
    """All police reports of the view's period, sources and areas: place (as `by_place_and_month`), reports."""
    table = warehouse.table("exposure")
    column = f"area_{layer}" if layer else "h3_9"
    rows = table.filter(table[column].notnull(), *exposure_conditions(warehouse, filters, table))
    found = warehouse.ask(rows.group_by(place=rows[column]).agg(reports=summed(rows)))
    if not layer:
        cells = cell_parents(found["place"].to_numpy().astype(np.uint64), int(resolution or FINEST))
        found = found.assign(place=cells).groupby("place", as_index=False)["reports"].sum()
    return found


def place_column(warehouse: Warehouse, filters: Filters, layer: str | None, resolution: int | None) -> str:
    """The column of a place; ValueError for a layer or a resolution that there is not."""
    if layer:
        if f"area_{layer}" not in warehouse.schemas["incidents"] or "area" not in supported(filters.unit):
            raise ValueError(f"There is no layer of areas {layer} for this unit of count.")
        return f"area_{layer}"
    check_cells(filters, int(resolution or 0))
    return f"h3_{resolution}"


def _by_place_and_month(rows: Any, place: str, day: str) -> Any:
    placed = rows.filter(rows[place].notnull(), rows[day].notnull())
    return placed.group_by(place, month=placed[day].truncate("M")).agg(n=summed(placed))


@measure
def located_days(warehouse: Warehouse, filters: Filters) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitude, latitude (degrees) and day (days since 1970) of each record with a point and a date, (k,) each.

    Empty where the file has no coordinates. A record that stands for several counts once: they are one place and day.
    """
    table = warehouse.schemas[table_of(filters.unit)]
    if "lat" not in table.names:
        return np.empty(0), np.empty(0), np.empty(0)
    found = ask(warehouse, filters, _located_days, filters.date_column)
    days = found["day"].to_numpy().astype("datetime64[D]").astype(float)
    return found["lon"].to_numpy(dtype=float), found["lat"].to_numpy(dtype=float), days


def _located_days(rows: Any, day: str) -> Any:
    placed = rows.filter(rows.lat.notnull(), rows[day].notnull())
    return placed.select("lat", "lon", day=placed[day])
