"""Degrees to metres and back, in a projection that suits the place."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DEGREES = "EPSG:4326"
UTM_SOUTH, UTM_NORTH = -80.0, 84.0  # beyond these UTM is not defined, and UPS takes over
WIDE = 6.0  # degrees on the ground from the middle at which UTM stretches lengths by half a percent


def projected_crs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> str:
    """A coordinate reference system in metres for a place: 'EPSG:32616', or a PROJ string for a very wide one.

    lon, lat : (n,) degrees of points or corners of the place; nan is left out.

    UTM by the mean direction of the points, which has no seam at the antimeridian; Universal Polar
    Stereographic beyond 84 north and 80 south; for places wider than UTM can carry, Lambert's azimuthal
    equal-area projection centred on them. Raises ValueError if there is no usable point.

    Snyder (1987), Map Projections: a Working Manual, USGS Professional Paper 1395.
    """
    lon0, lat0, reach = middle(lon, lat)
    if lat0 > UTM_NORTH:
        return "EPSG:5041"
    if lat0 < UTM_SOUTH:
        return "EPSG:5042"
    if reach > WIDE:
        return f"+proj=laea +lat_0={lat0:.4f} +lon_0={lon0:.4f} +datum=WGS84 +units=m +no_defs"
    zone = int((lon0 + 180) % 360 // 6) + 1
    return f"EPSG:{(32600 if lat0 >= 0 else 32700) + zone}"


def middle(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[float, float, float]:
    """(lon, lat, reach) in degrees: the mean direction of points on the sphere, and the farthest of them from it."""
    lam, phi = np.radians(np.asarray(lon, dtype=float).ravel()), np.radians(np.asarray(lat, dtype=float).ravel())
    usable = np.isfinite(lam) & np.isfinite(phi) & (np.abs(phi) <= np.pi / 2 + 1e-12)
    if not usable.any():
        raise ValueError("No point has coordinates, so no projection can be chosen. Check the coordinate columns.")
    lam, phi = lam[usable], phi[usable]
    directions = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    mean = directions.mean(axis=1)
    length = float(np.linalg.norm(mean))
    if length < 1e-9:  # points all around the globe have no middle
        return 0.0, 0.0, 180.0
    mean /= length
    reach = float(np.degrees(np.arccos(np.clip(mean @ directions, -1, 1).min())))
    return float(np.degrees(np.arctan2(mean[1], mean[0]))), float(np.degrees(np.arcsin(np.clip(mean[2], -1, 1)))), reach


def to_metres(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """(x, y) in the units of `crs` of points in degrees, each (n,); nan stays nan."""
    return _moved(lon, lat, DEGREES, crs)


def to_degrees(x: npt.ArrayLike, y: npt.ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """(lon, lat) of points in `crs`, each (n,); nan stays nan."""
    return _moved(x, y, crs, DEGREES)


def area_to_metres(area: Any, crs: str) -> Any:
    """A shapely polygon in degrees, in `crs`. Parts that were cut at the antimeridian become one again."""
    import shapely

    moved = shapely.transform(area, lambda c: np.column_stack(to_metres(c[:, 0], c[:, 1], crs)))
    return moved if shapely.is_valid(moved) else shapely.make_valid(moved)


def _moved(a: npt.ArrayLike, b: npt.ArrayLike, source: str, target: str) -> tuple[Floats, Floats]:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    known = np.isfinite(a) & np.isfinite(b)
    found = _transformer(source, target).transform(a[known], b[known])
    moved = []
    for values in found:
        full = np.full(a.shape, np.nan)
        full[known] = np.where(np.isfinite(values), values, np.nan)
        moved.append(full)
    return moved[0], moved[1]


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)
