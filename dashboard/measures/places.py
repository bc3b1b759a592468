"""Where: cells, areas, the strip of what could be placed, and one place in detail."""

from dataclasses import dataclass

import pandas as pd

from dashboard.filters import Filters
from dashboard.warehouse import Warehouse


@dataclass(frozen=True)
class PlaceStrip:
    """What became of the records of a view on a map. The three add up to the total."""

    mapped: int  # has a point
    area_only: int  # no point, but at least one area
    unmapped: int  # neither


@dataclass(frozen=True)
class PlaceDetail:
    """One place within the view. n = 0 is possible; the frames are then empty or zero."""

    n: int
    trend: pd.DataFrame  # as by_period, by month
    exploitation: pd.DataFrame  # as by_group
    premise: pd.DataFrame
    hours: pd.DataFrame  # hour (0-23), n; known times only
    known_hours: int


def by_cell(warehouse: Warehouse, filters: Filters, resolution: int = 8) -> pd.DataFrame:
    """Counts by H3 cell: columns cell (str, hexadecimal), n (Int64), largest first. resolution 4-9.

    Records without a point are not here: see `place_strip`. Raises ValueError for another resolution or a
    published unit.
    """
    raise NotImplementedError


def by_area(warehouse: Warehouse, filters: Filters, layer: str) -> pd.DataFrame:
    """Counts for every area of a layer, zeros too: layer, area_id, name, label, population (Int64), n (Int64).

    Largest first. Records in no area of the layer are left out. Raises ValueError for an unknown layer.
    """
    raise NotImplementedError


def area_shapes(warehouse: Warehouse, layer: str | None = None, role: str = "areas") -> pd.DataFrame:
    """Outlines for drawing: layer, area_id, name, label, lat, lon, wkb (bytes, WGS 84; None when unknown).

    role : areas, outline (background lines) or places (labels). layer=None: every layer of that role.
    """
    raise NotImplementedError


def place_strip(warehouse: Warehouse, filters: Filters) -> PlaceStrip:
    """How many records of the view are mapped, known by area only, or nowhere."""
    raise NotImplementedError


def place_detail(warehouse: Warehouse, filters: Filters, place: str | tuple[str, str]) -> PlaceDetail:
    """The view narrowed to one place: an H3 cell (hexadecimal, resolution 4-9) or (layer, area_id).

    Raises ValueError when the cell is not one, or the layer is unknown.
    """
    raise NotImplementedError


def reports_by_place(
    warehouse: Warehouse, filters: Filters, *, layer: str | None = None, resolution: int | None = None
) -> pd.DataFrame:
    """All police reports (the denominator) of the view's period and sources, by area or by cell: place, reports."""
    raise NotImplementedError
