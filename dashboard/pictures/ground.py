"""The ground of a map: its projection, its window, how long a kilometre is on it and where north is."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from dashboard.analysis.projection import middle, projected_crs, to_degrees, to_metres
from dashboard.dates import digits, exact
from dashboard.i18n import _

MILE = 1609.344
_NICE = (1, 2, 5)


@dataclass(frozen=True)
class Ground:
    """A window onto the earth. crs : in metres. left, bottom, right, top : of the window, in it."""

    crs: str
    left: float
    bottom: float
    right: float
    top: float

    def moved(self, shapes: Any) -> Any:
        """(n,) geometries in degrees, in metres of this ground."""
        return shapely.transform(shapes, lambda c: np.column_stack(to_metres(c[:, 0], c[:, 1], self.crs)))

    def frame(self, around: float = 0.1) -> Any:
        """The window in degrees as a box, with some room around it."""
        w, h = (self.right - self.left) * around, (self.top - self.bottom) * around
        x = np.linspace(self.left - w, self.right + w, 9)
        y = np.linspace(self.bottom - h, self.top + h, 9)
        xx, yy = np.meshgrid(x, y)
        lon, lat = to_degrees(xx.ravel(), yy.ravel(), self.crs)
        return shapely.box(np.nanmin(lon), np.nanmin(lat), np.nanmax(lon), np.nanmax(lat))

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a point of the window."""
        lon, lat = to_degrees([x], [y], self.crs)
        return float(lon[0]), float(lat[0])


@dataclass(frozen=True)
class Bar:
    """A scale bar. metres : on the ground, measured on the ellipsoid. length : in the window's own metres."""

    metres: float
    length: float

    @property
    def label(self) -> str:
        """`5 km (3.1 miles)`, `500 m (0.3 miles)`."""
        metric = f"{exact(self.metres / 1000)} km" if self.metres >= 1000 else f"{exact(self.metres)} m"
        miles = self.metres / MILE
        return _("{metric} ({n} miles)").format(metric=metric, n=exact(miles) if miles >= 10 else digits(miles, 2))


def ground(bounds: tuple[float, float, float, float], width: float, height: float) -> Ground:
    """The window that holds the bounds (west, south, east, north, in degrees) in a picture of this shape.

    It has the same scale in both directions; wider or higher than it must be, never stretched.
    """
    west, south, east, north = bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    lon0, lat0, reach = middle(lon, lat)
    # Conformal for a city, so that shapes are as seen from above; equal areas where a country is drawn.
    wide = f"+proj=laea +lat_0={lat0:.4f} +lon_0={lon0:.4f} +datum=WGS84 +units=m +no_defs"
    crs = wide if reach > 2 else projected_crs(lon, lat)
    x, y = to_metres(lon.ravel(), lat.ravel(), crs)
    per_pixel = max(np.ptp(x) / width, np.ptp(y) / height, 1e-6) * 1.06
    mx, my = (float(np.max(v) + np.min(v)) / 2 for v in (x, y))
    half = per_pixel * width / 2, per_pixel * height / 2
    return Ground(crs, mx - half[0], my - half[1], mx + half[0], my + half[1])


def bar(onto: Ground, x: float, y: float, share: float = 0.2) -> Bar:
    """A bar of round length that begins at a point of the window and takes at most `share` of its width.

    Its length is measured on the ellipsoid, there: neither the projection nor the latitude makes it false.
    """
    from pyproj import Geod

    geod = Geod(ellps="WGS84")

    def metres(length: float) -> float:
        return float(geod.inv(*onto.degrees(x, y), *onto.degrees(x + length, y))[2])

    most = (onto.right - onto.left) * share
    there = metres(most)
    power = 10.0 ** math.floor(math.log10(there))
    nice = max(m * power for m in _NICE if m * power <= there)
    length = most * nice / there
    return Bar(nice, length * nice / metres(length))


def north(onto: Ground) -> tuple[float, float]:
    """Which way true north is in the middle of the window: a unit vector, right and up."""
    x, y = (onto.left + onto.right) / 2, (onto.bottom + onto.top) / 2
    lon, lat = onto.degrees(x, y)
    (x1,), (y1,) = to_metres([lon], [min(lat + 0.01, 90.0)], onto.crs)
    far = math.hypot(x1 - x, y1 - y)
    return (x1 - x) / far, (y1 - y) / far
