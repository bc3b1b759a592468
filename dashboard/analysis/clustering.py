"""Do points cluster at all? Asked before a hotspot map is painted."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class NearestNeighbour:
    """Average distance to the nearest other point beside what chance gives; nan where it cannot be told.

    observed, expected : metres. ratio : observed / expected; below 1 clustered, above 1 dispersed.
    z : standard errors away from chance, below 0 when clustered. p : two-sided.
    points : number of points used. repeated : share of them that lie exactly where another one does.
    """

    observed: float
    expected: float
    ratio: float
    z: float
    p: float
    points: int
    repeated: float


def nearest_neighbour(x: npt.ArrayLike, y: npt.ArrayLike, area: Any, edges: bool = True) -> NearestNeighbour:
    """Clark and Evans' test of points within a study area.

    x, y : (n,) metres; points without coordinates or outside the area are left out. area : shapely polygon in
    the same metres. edges : with Donnelly's correction: points near the border have neighbours beyond it
    that nobody counted. Without it the test is the textbook's, which calls many a random pattern dispersed.

    Addresses that are rounded to a block put points on top of each other, which this test takes for
    clustering: see `repeated`, and prefer Moran's I where it is more than a few percent.

    nan for fewer than two points. Raises ValueError for an area without extent.

    Clark and Evans (1954), Ecology 35(4); Donnelly (1978), in Hodder, Simulation Studies in Archaeology.
    """
    import shapely
    from scipy.spatial import cKDTree
    from scipy.special import ndtr

    size, border = float(shapely.area(area)), float(shapely.length(area))
    if not size > 0:
        raise ValueError("The study area has no extent, so no density can be worked out.")
    points = np.column_stack([np.asarray(x, dtype=float).ravel(), np.asarray(y, dtype=float).ravel()])
    points = points[np.isfinite(points).all(axis=1)]
    shapely.prepare(area)
    points = points[shapely.intersects_xy(area, points[:, 0], points[:, 1])]
    n = len(points)
    if n < 2:
        nan = float("nan")
        return NearestNeighbour(nan, nan, nan, nan, nan, n, nan)
    distances = cKDTree(points).query(points, k=2)[0][:, 1]
    expected, error = _chance(n, size, border if edges else 0.0, edges)
    observed = float(distances.mean())
    z = (observed - expected) / error
    p = float(2 * ndtr(-abs(z)))
    return NearestNeighbour(observed, expected, observed / expected, z, p, n, float((distances == 0).mean()))


def _chance(n: int, size: float, border: float, edges: bool) -> tuple[float, float]:
    """Expected mean distance of n random points and its standard error."""
    if not edges:
        return 0.5 * (size / n) ** 0.5, ((4 - np.pi) / (4 * np.pi) * size) ** 0.5 / n
    expected = 0.5 * (size / n) ** 0.5 + (0.0514 + 0.041 / n**0.5) * border / n
    return expected, (0.0703 * size / n**2 + 0.037 * border * (size / n**5) ** 0.5) ** 0.5
