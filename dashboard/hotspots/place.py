"""Where the points lie: from the coordinate reference system of the file to metres, and back for the output."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.analysis.projection import DEGREES, projected_crs, to_degrees, to_metres
from dashboard.hotspots.points import InputError


@dataclass(frozen=True)
class Place:
    """How coordinates of the file become metres.

    source : CRS of the file. work : projected CRS in which cells are laid and written. metres : a unit of `work`.
    """

    source: Any
    work: Any

    @cached_property
    def metres(self) -> float:
        return float(self.work.axis_info[0].unit_conversion_factor)

    @property
    def moved(self) -> bool:
        """Whether the cells are in another CRS than the points."""
        return not self.source.equals(self.work, ignore_axis_order=True)

    @property
    def name(self) -> str:
        """The CRS of the output, as one would give it to another program."""
        code = self.work.to_authority(min_confidence=100)
        return ":".join(code) if code else str(self.work.srs)

    def to_work(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points of the file in metres; nan where the projection has no place for them."""
        if self.moved:
            x, y = to_metres(*to_degrees(x, y, self.source), self.work)
        return x * self.metres, y * self.metres

    def stretch(self, x: np.ndarray, y: np.ndarray) -> float:
        """Metres of `work` to one on the ground, at the middle of the cells: 1 is true."""
        from pyproj import Proj

        lon, lat = self.degrees(np.array([x.mean()]), np.array([y.mean()]))
        return float(np.sqrt(Proj(self.work).get_factors(lon[0], lat[0]).areal_scale))

    def degrees(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(lon, lat) of points in the units of `work`."""
        return to_degrees(x, y, self.work)


def place_of(crs: str, work: str | None, x: np.ndarray, y: np.ndarray) -> Place:
    """The CRS of the file, and one in metres: `work`, or the file's own where it is projected, or one that suits.

    x, y : (n,) coordinates of the file. Raises InputError for a CRS that is not known or does not fit them.
    """
    source = _known(crs, "--crs")
    if work is not None:
        target = _known(work, "--work-crs")
        if not target.is_projected:
            raise InputError(f"--work-crs {work} is not projected, but cells are laid in metres. Give one that is.")
        return Place(source, target)
    if source.is_projected:
        if len(x) and (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all():
            raise InputError(f"The coordinates look like degrees, but --crs {crs} is not. Try --crs {DEGREES}.")
        return Place(source, source)
    if not source.is_geographic:
        raise InputError(f"--crs {crs} has neither degrees nor metres on a map. Give the one of the coordinates.")
    if len(x) and ((np.abs(y) > 90).any() or (np.abs(x) > 360).any()):
        raise InputError(
            f"Some coordinates are no degrees, but --crs {crs} is in degrees. Give the right --crs, and the longitude "
            "as --x."
        )
    lon, lat = to_degrees(x, y, source)
    return Place(source, _known(projected_crs(lon, lat), "--crs") if len(x) else source)


def _known(text: str, option: str) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_user_input(text)
    except CRSError:
        raise InputError(
            f"{option} {text} is not a coordinate reference system that is known. Give a code such as {DEGREES} "
            "(longitude and latitude) or EPSG:32616 (a UTM zone)."
        ) from None
    return found
