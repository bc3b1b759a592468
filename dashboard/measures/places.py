"""Where: cells, areas, the strip of what could be placed, and one place in detail."""

from dataclasses import dataclass, replace
from typing import Any

import ibis
import pandas as pd

from dashboard.catalogue import AreaGroup
from dashboard.filters import Filters, supported, table_of
from dashboard.measures.ask import Wheres, ask, by, measure, nothing_is_unknown, summed
from dashboard.measures.daily import monthly, within
from dashboard.measures.exposed import cell_parents, exposure_conditions
from dashboard.measures.groups import total
from dashboard.measures.labels import labelled
from dashboard.measures.periods import period_rows
from dashboard.warehouse import Warehouse
from etl import codes, tables

Place = str | frozenset[str] | tuple[str, str] | AreaGroup


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


@measure
def by_cell(warehouse: Warehouse, filters: Filters, resolution: int = 8) -> pd.DataFrame:
    """Counts by H3 cell: columns cell (str, hexadecimal), n (Int64), largest first. resolution 4-9.

    Records without a point are not here: see `place_strip`. Raises ValueError for another resolution or a
    published unit.
    """
    check_cells(filters, resolution)
    column = f"h3_{resolution}"
    found = ask(warehouse, filters, _by_cell, column)
    return _cells(found, column, "n")


@measure
def by_area(warehouse: Warehouse, filters: Filters, layer: str) -> pd.DataFrame:
    """Counts for every area of a layer, zeros too: layer, area_id, name, label, population (Int64), n (Int64).

    Largest first. Records in no area of the layer are left out. Raises ValueError for an unknown layer.
    """
    if f"area_{layer}" not in warehouse.schemas["incidents"] or "area" not in supported(filters.unit):
        raise ValueError(f"There is no layer of areas {layer} for this unit of count.")
    found = ask(warehouse, filters, by, f"area_{layer}").set_index(f"area_{layer}")["n"]
    areas = area_shapes(warehouse, layer)[["layer", "area_id", "name", "label", "population"]]
    areas = areas.assign(n=areas["area_id"].map(found).fillna(0).astype("Int64"))
    return areas.sort_values(["n", "label"], ascending=[False, True], ignore_index=True)


@measure
def area_shapes(warehouse: Warehouse, layer: str | None = None, role: str = "areas") -> pd.DataFrame:
    """Outlines for drawing: layer, area_id, name, label, population, lat, lon, wkb (bytes, WGS 84; None when unknown).

    role : areas, outline (background lines) or places (labels). layer=None: every layer of that role.
    """
    table = warehouse.table("areas")
    rows = table.filter(table.role == role, table.layer == layer) if layer else table.filter(table.role == role)
    columns = ["layer", "area_id", "name", "population", "lat", "lon"]
    found = warehouse.ask(rows.select(*columns, wkb=rows.outline.coalesce(rows.geometry)).order_by("layer", "area_id"))
    labels = {(a.layer, a.area_id): a.label for a in warehouse.catalogue.areas}
    names = found["name"].fillna(found["area_id"])
    keys = zip(found["layer"], found["area_id"], names, strict=True)
    found["label"] = pd.array([labels.get((x, i), name) for x, i, name in keys], dtype="str")
    found["wkb"] = [None if value is None or value is pd.NA else bytes(value) for value in found["wkb"].tolist()]
    found["population"] = found["population"].astype("Int64")
    return found[["layer", "area_id", "name", "label", "population", "lat", "lon", "wkb"]]


@measure
def place_strip(warehouse: Warehouse, filters: Filters) -> PlaceStrip:
    """How many records of the view are mapped, known by area only, or nowhere."""
    if "area" not in supported(filters.unit):
        return PlaceStrip(0, 0, total(warehouse, filters))
    found = ask(warehouse, filters, _strip, *warehouse.catalogue.layers).iloc[0]
    mapped, area_only = int(found["mapped"]), int(found["area_only"])
    return PlaceStrip(mapped, area_only, int(found["all"]) - mapped - area_only)


@measure
def place_detail(warehouse: Warehouse, filters: Filters, place: Place) -> PlaceDetail:
    """The view narrowed to one place: an H3 cell (hexadecimal, resolution 4-9), several of them, or (layer, area_id).

    A group or a drawn area takes the place of the areas that the filters hold.
    Raises ValueError when the cell is not one, or the layer is unknown.
    """
    if isinstance(place, AreaGroup):
        where: Wheres = ()
        filters = replace(filters, areas=(place,))
    else:
        where = _place_condition(warehouse, filters, place)
    trend = period_rows(warehouse, filters, "month", where=where)
    n = int(within(monthly(warehouse, filters, None, where), filters)["n"].sum())
    if "premise" not in warehouse.schemas[table_of(filters.unit)]:
        raise ValueError(f"{codes.UNIT[filters.unit]} have no places on a map.")
    # One question for all three: a place has a few thousand combinations at most.
    found = ask(warehouse, filters, by, "exploitation", "premise", "hour", where=where)
    found["hour"] = found["hour"].astype("Int64")
    hours = found.groupby("hour")["n"].sum().reindex(range(24), fill_value=0).astype("Int64")
    parts = nothing_is_unknown(found, "exploitation", "premise")
    return PlaceDetail(
        n=n,
        trend=trend,
        exploitation=_margin(warehouse, parts, "exploitation"),
        premise=_margin(warehouse, parts, "premise"),
        hours=pd.DataFrame({"hour": range(24), "n": hours.to_numpy()}).astype({"n": "Int64"}),
        known_hours=int(hours.sum()),
    )


@measure
def reports_by_place(
    warehouse: Warehouse, filters: Filters, *, layer: str | None = None, resolution: int | None = None
) -> pd.DataFrame:
    """All police reports (the denominator) of the view's period and sources, by area or by cell: place, reports."""
    if (layer is None) == (resolution is None):
        raise ValueError("Give either a layer of areas or a resolution of cells.")
    column = f"area_{layer}" if layer else "h3_9"
    if column not in warehouse.schemas["exposure"]:
        raise ValueError(f"There is no layer of areas {layer}.")
    table = warehouse.table("exposure")
    rows = table.filter(table[column].notnull(), *exposure_conditions(warehouse, filters, table))
    found = warehouse.ask(rows.group_by(column).agg(n=summed(rows)))
    if layer:
        found = found.rename(columns={column: "place", "n": "reports"})
    else:
        found[column] = cell_parents(found[column].to_numpy(), int(resolution or 0))
        found = _cells(found.groupby(column, as_index=False)["n"].sum(), column, "reports")
        found = found.rename(columns={"cell": "place"})
    found = found.astype({"reports": "Int64"})
    return found.sort_values(["reports", "place"], ascending=[False, True], ignore_index=True)


def check_cells(filters: Filters, resolution: int) -> None:
    """Raise ValueError where there are no cells."""
    if resolution not in tables.H3_RESOLUTIONS:
        raise ValueError(f"There are no cells of resolution {resolution}: choose 4 to 9.")
    if filters.unit not in codes.RECORD_UNITS:
        raise ValueError(f"{codes.UNIT[filters.unit]} have no points on a map.")


def _cells(found: pd.DataFrame, column: str, n: str) -> pd.DataFrame:
    found = found.sort_values(["n", column], ascending=[False, True], ignore_index=True)
    cells = pd.array([f"{cell:x}" for cell in found[column].tolist()], dtype="str")
    return pd.DataFrame({"cell": cells, n: found["n"].astype("Int64")})


def _place_condition(warehouse: Warehouse, filters: Filters, place: str | frozenset[str] | tuple[str, str]) -> Wheres:
    if isinstance(place, tuple):
        column = f"area_{place[0]}"
        if column not in warehouse.schemas["incidents"] or "area" not in supported(filters.unit):
            raise ValueError("There is no such layer of areas for this unit of count.")
        return ((column, place[1]),)
    if isinstance(place, frozenset):
        cells = [_cell(filters, one) for one in sorted(place)]
        if len({resolution for resolution, _ in cells}) != 1:
            raise ValueError("Give cells of one size.")
        return ((f"h3_{cells[0][0]}", tuple(cell for _, cell in cells)),)
    resolution, cell = _cell(filters, place)
    return ((f"h3_{resolution}", cell),)


def _cell(filters: Filters, text: str) -> tuple[int, int]:
    """(resolution, cell) of an H3 cell in hexadecimal."""
    try:
        cell = int(text, 16)
    except ValueError:
        raise ValueError("This is not an H3 cell.") from None
    resolution = cell >> 52 & 0xF
    if not 0 < cell < 1 << 60 or cell >> 59 != 1:
        raise ValueError("This is not an H3 cell.")
    check_cells(filters, resolution)
    return resolution, cell


def _by_cell(rows: Any, column: str) -> Any:
    placed = rows.filter(rows[column].notnull())
    return placed.group_by(column).agg(n=summed(placed))


def _strip(rows: Any, *layers: str) -> Any:
    point, area = rows.h3_9.notnull(), ibis.literal(False)
    for layer in layers:
        area = area | rows[f"area_{layer}"].notnull()
    return rows.agg(mapped=summed(rows, point), area_only=summed(rows, ~point & area), all=summed(rows))


def _margin(warehouse: Warehouse, parts: pd.DataFrame, column: str) -> pd.DataFrame:
    return labelled(
        warehouse, column, parts.groupby(column, as_index=False)["n"].sum().rename(columns={column: "code"})
    )
