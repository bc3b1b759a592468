"""Figures that publishers printed: each in its own unit of count, never added to records or to each other."""

from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.filters import Filters, published_conditions
from dashboard.measures.ask import measure
from dashboard.warehouse import Warehouse
from etl import codes


@measure
def published_by_year(warehouse: Warehouse, unit: str, filters: Filters | None = None) -> pd.DataFrame:
    """One row for each source, category and year: source, title, geo_level, category, year, n (Int64), places.

    Categories (reported, unfounded, cleared) are different figures: do not add them up. Filters narrow the years,
    sources and the attributes that the unit supports. Raises ValueError when unit is not in codes.PUBLISHED_UNITS.
    """
    rows = _figures(warehouse, unit, filters)
    year = rows.period_start.year().name("year")
    place = rows.place_code.fill_null(rows.place_name)
    found = rows.group_by(["source", "geo_level", "category", year]).agg(
        n=rows.published_n.sum().cast("int64"), places=place.nunique()
    )
    found = _titled(warehouse, warehouse.ask(found)).astype({"n": "Int64", "year": "int64", "places": "int64"})
    found = found.sort_values(["source", "geo_level", "category", "year"], ignore_index=True)
    return found[["source", "title", "geo_level", "category", "year", "n", "places"]]


@measure
def published_by_place(warehouse: Warehouse, unit: str, filters: Filters | None = None) -> pd.DataFrame:
    """As published_by_year, by place over the whole period: source, title, geo_level, place_code, place_name, state,
    category, first_year, last_year, n (Int64); largest first."""
    rows = _figures(warehouse, unit, filters)
    keys = ["source", "geo_level", "place_code", "place_name", "state", "category"]
    found = rows.group_by(keys).agg(
        n=rows.published_n.sum().cast("int64"),
        first_year=rows.period_start.year().min(),
        last_year=rows.period_end.year().max(),
    )
    found = _titled(warehouse, warehouse.ask(found)).astype({"n": "Int64"})
    found = found.sort_values(["n", "source", "place_code", "category"], ascending=[False, True, True, True])
    order = ["source", "title", *keys[1:], "first_year", "last_year", "n"]
    return found[order].reset_index(drop=True)


def _figures(warehouse: Warehouse, unit: str, filters: Filters | None) -> Any:
    if unit not in codes.PUBLISHED_UNITS:
        raise ValueError(f"{codes.UNIT.get(unit, 'This unit')} are not a unit of published figures.")
    table = warehouse.table("published_counts")
    # Every category, also those that the total leaves out: each is shown by itself.
    return table.filter(*published_conditions(replace(filters or Filters(), unit=unit), table))


def _titled(warehouse: Warehouse, found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(title=[warehouse.catalogue.source_title(source) for source in found["source"]])
