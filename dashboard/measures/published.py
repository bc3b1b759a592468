"""Figures that publishers printed: each in its own unit of count, never added to records or to each other."""

import pandas as pd

from dashboard.filters import Filters
from dashboard.warehouse import Warehouse


def published_by_year(warehouse: Warehouse, unit: str, filters: Filters | None = None) -> pd.DataFrame:
    """One row for each source, category and year: source, title, geo_level, category, year, n (Int64), places.

    Categories (reported, unfounded, cleared) are different figures: do not add them up. Filters narrow the years,
    sources and the attributes that the unit supports. Raises ValueError when unit is not in codes.PUBLISHED_UNITS.
    """
    raise NotImplementedError


def published_by_place(warehouse: Warehouse, unit: str, filters: Filters | None = None) -> pd.DataFrame:
    """As published_by_year, by place over the whole period: source, title, geo_level, place_code, place_name, state,
    category, first_year, last_year, n (Int64); largest first."""
    raise NotImplementedError
