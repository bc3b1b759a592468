"""Coordinates -> believable points, H3 cells and areas. numpy and shapely only: no files, no database.

A point that cannot be right is taken away and counted; no record ever gets a default point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import h3ronpy
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy.vector import coordinates_to_cells

from etl.tables import H3_RESOLUTIONS

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.uint64]

NO_CELL = np.uint64(0)
# Why a record has no point, or another one than the file says.
POINT_ISSUES = ("ok", "missing", "zero", "swapped", "outside", "confidential")
OK, MISSING, ZERO, SWAPPED, OUTSIDE, CONFIDENTIAL = range(6)
EARTH_RADIUS_M = 6_371_008.8
_METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180

# About a kilometre: the finest cells that a coordinate of two decimals may enter (edge 1.2 km).
COARSE_RESOLUTION = 7


@dataclass(frozen=True)
class Points:
    """Checked coordinates. lat, lon: (n,) degrees, NaN where there is no usable point; issue: (n,) POINT_ISSUES."""

    lat: Floats
    lon: Floats
    issue: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Confidential:
    """Circles in which no point is kept. lat, lon: (k,) degrees; radius: (k,) metres."""

    lat: Floats
    lon: Floats
    radius: Floats

    def hides(self, lat: Floats, lon: Floats) -> npt.NDArray[np.bool_]:
        """Whether each point, (n,) degrees, lies in one of the circles. NaN does not."""
        found = np.zeros(lat.shape, dtype=bool)
        order = np.argsort(lat)  # NaN comes last
        north = lat[order]
        for place_lat, place_lon, radius in zip(self.lat, self.lon, self.radius, strict=True):
            reach = radius / _METRES_PER_DEGREE * (1 + 1e-9)
            near = order[np.searchsorted(north, place_lat - reach) : np.searchsorted(north, place_lat + reach, "right")]
            found[near] |= metres_between(lat[near], lon[near], place_lat, place_lon) <= radius
        return found

    def touches(self, cell: Cells) -> npt.NDArray[np.bool_]:
        """Whether each cell, (n,), has ground in common with one of the circles."""
        found = np.zeros(cell.shape, dtype=bool)
        if not len(cell) or not len(self.lat):
            return found
        lat, lon = cell_centres(cell)
        for place_lat, place_lon, radius in zip(self.lat, self.lon, self.radius, strict=True):
            near = np.flatnonzero(metres_between(lat, lon, place_lat, place_lon) <= radius + _CELL_REACH_M)
            if len(near):
                shapes = _around(_outlines(cell[near]), place_lat, place_lon)
                found[near] |= shapely.distance(shapes, shapely.Point(0, 0)) <= radius
        return found


def metres_between(lat: Floats, lon: Floats, to_lat: float, to_lon: float) -> Floats:
    """Great-circle distance of each point, (n,) degrees, from one. Haversine formula, mean radius of the earth."""
    phi, theta = np.radians(lat), np.radians(to_lat)
    half = np.sin((phi - theta) / 2) ** 2
    half += np.cos(phi) * np.cos(theta) * np.sin(np.radians(lon - to_lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


# No cell of the resolution of the denominator reaches further from its centre than this (edge 0.2 km on average).
_CELL_REACH_M = 400.0


def _outlines(cell: Cells) -> Any:
    from h3ronpy.vector import cells_to_wkb_polygons

    return shapely.from_wkb(pa.array(cells_to_wkb_polygons(cell)).to_pylist())


def _around(shapes: Any, lat: float, lon: float) -> Any:
    """Shapes of a few hundred metres in metres east and north of a point."""
    east = _METRES_PER_DEGREE * np.cos(np.radians(lat))

    def metres(at: Floats) -> Floats:
        turned = (at[:, 0] - lon + 180) % 360 - 180
        return np.column_stack([turned * east, (at[:, 1] - lat) * _METRES_PER_DEGREE])

    return shapely.transform(shapes, metres)


def check_points(
    lat: Floats,
    lon: Floats,
    region: tuple[float, float, float, float] | None,
    confidential: Confidential | None = None,
) -> Points:
    """Takes away nonsense: (0, 0), out of range, outside the declared region; turns round a swapped pair.

    lat, lon : (n,) degrees, NaN for missing. region : west, south, east, north in degrees, or None.
    A pair counts as swapped only when a region is declared and the turned pair lies inside it.
    confidential : places whose points are taken away too.
    """
    lat, lon = np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64)
    issue = np.full(lat.shape, OK, dtype=np.int8)
    missing = ~(np.isfinite(lat) & np.isfinite(lon))
    zero = ~missing & (np.abs(lat) < 1e-6) & (np.abs(lon) < 1e-6)
    # A zero in one axis alone is a lost value too, unless the region lies on the equator or the meridian.
    inside = _inside(lat, lon, region)
    swapped = ~missing & ~zero & ~inside & (_inside(lon, lat, region) if region else False)
    lat[swapped], lon[swapped] = lon[swapped], lat[swapped]
    outside = ~missing & ~zero & ~swapped & ~inside
    for mask, name in ((missing, MISSING), (zero, ZERO), (swapped, SWAPPED), (outside, OUTSIDE)):
        issue[mask] = name
    gone = missing | zero | outside
    if confidential is not None:
        hidden = ~gone & confidential.hides(lat, lon)
        issue[hidden] = CONFIDENTIAL
        gone |= hidden
    lat[gone] = np.nan
    lon[gone] = np.nan
    return Points(lat, lon, issue)


def _inside(lat: Floats, lon: Floats, region: tuple[float, float, float, float] | None) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        if region is None:
            return (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
        west, south, east, north = region
        across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        across &= np.abs(lon) <= 180
        return (lat >= south) & (lat <= north) & across


def is_coarse(lat: Floats, lon: Floats) -> npt.NDArray[np.bool_]:
    """Whether both coordinates carry two decimals at most: cut by the publisher to about a kilometre."""
    with np.errstate(invalid="ignore"):
        return (np.abs(lat * 100 - np.round(lat * 100)) < 1e-7) & (np.abs(lon * 100 - np.round(lon * 100)) < 1e-7)


def cells(lat: Floats, lon: Floats, resolution: int) -> Cells:
    """H3 cell of each point, (n,), 0 where there is none."""
    result = np.zeros(lat.shape, dtype=np.uint64)
    known = np.isfinite(lat) & np.isfinite(lon)
    if known.any():
        found = coordinates_to_cells(np.ascontiguousarray(lat[known]), np.ascontiguousarray(lon[known]), resolution)
        result[known] = np.asarray(found.to_numpy(), dtype=np.uint64)
    return result


def all_cells(lat: Floats, lon: Floats) -> dict[int, Cells]:
    """Resolution -> cells, each the ancestor of the finer one; 0 where the point is missing or too coarse."""
    finest = cells(lat, lon, H3_RESOLUTIONS[-1])
    coarse = is_coarse(lat, lon)
    result = {}
    for resolution in H3_RESOLUTIONS:
        level = _parents(finest, resolution)
        if resolution > COARSE_RESOLUTION:
            level = np.where(coarse, NO_CELL, level)
        result[resolution] = level
    return result


def _parents(finest: Cells, resolution: int) -> Cells:
    result = np.zeros(finest.shape, dtype=np.uint64)
    known = finest != NO_CELL
    if known.any():
        result[known] = np.asarray(h3ronpy.change_resolution(finest[known], resolution).to_numpy(), dtype=np.uint64)
    return result


def cell_centres(cell: Cells) -> tuple[Floats, Floats]:
    """(lat, lon) of each cell's centre, degrees."""
    from h3ronpy.vector import cells_to_coordinates

    table: Any = cells_to_coordinates(cell)
    return (
        np.asarray(table.column("lat").to_numpy(), dtype=np.float64),
        np.asarray(table.column("lng").to_numpy(), dtype=np.float64),
    )


def areas_of(lat: Floats, lon: Floats, shapes: Sequence[Any], ids: Sequence[str]) -> npt.NDArray[np.object_]:
    """Id of the polygon that each point lies in, (n,), None outside all of them.

    A point on a shared edge goes to the polygon whose id sorts first, so that a rebuild repeats itself.
    """
    result: npt.NDArray[np.object_] = np.full(lat.shape, None, dtype=object)
    known = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon))
    if not len(known) or not len(shapes):
        return result
    order = sorted(range(len(ids)), key=lambda i: ids[i])
    tree = shapely.STRtree([shapes[i] for i in order])
    point, polygon = tree.query(shapely.points(lon[known], lat[known]), predicate="intersects")
    first = np.full(len(known), len(order), dtype=np.int64)
    np.minimum.at(first, point, polygon)
    hit = first < len(order)
    named = np.array([ids[i] for i in order], dtype=object)
    result[known[hit]] = named[first[hit]]
    return result


def largest_point_share(lat: Floats, lon: Floats) -> float:
    """Share of the located records at the one point that holds most of them; 0 when none is located."""
    known = np.isfinite(lat) & np.isfinite(lon)
    if not known.any():
        return 0.0
    _, count = np.unique(np.column_stack([lat[known], lon[known]]), axis=0, return_counts=True)
    return float(count.max() / count.sum())
