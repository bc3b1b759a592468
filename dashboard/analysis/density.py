"""How dense are the records around a place? Kernel density at cell centres. Pure numbers.

A kernel spreads each record over its surroundings; the bandwidth says how far. Nothing is corrected
at the edge of the study area: a centre near it has less around it to see, and its density is low.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Kernel = Literal["quartic", "gaussian"]
GAUSSIAN_REACH = 5.0  # bandwidths; beyond lies 4 millionths of a Gaussian's weight
PAIRS_AT_ONCE = 2_000_000  # about 100 MB while they are being added up
_M2_PER_KM2 = 1e6

_KERNELS: dict[str, tuple[float, Callable[[np.ndarray], np.ndarray], float]] = {
    # how far it reaches (bandwidths), its value at (distance / bandwidth)^2, and its volume (bandwidth^2)
    "quartic": (1.0, lambda u: np.maximum(1.0 - u, 0.0) ** 2, np.pi / 3.0),
    "gaussian": (GAUSSIAN_REACH, lambda u: np.exp(-0.5 * u), 2.0 * np.pi),
}


@dataclass(frozen=True)
class Density:
    """Density of records at each centre.

    plain : (n,) sum of the kernel, 1 at its peak: (1 - (d / bandwidth)^2)^2 for the quartic, what sfhotspot shows.
    per_km2 : (n,) records per square kilometre: `plain` times one constant.
    bandwidth : metres. reason : why this bandwidth, a sentence. warning : a sentence, or "".
    records : the sum of the weights, wherever they lie.
    """

    plain: np.ndarray
    per_km2: np.ndarray
    kernel: Kernel
    bandwidth: float
    reason: str
    warning: str
    records: float


def density(
    points: npt.ArrayLike,
    centres: npt.ArrayLike,
    bandwidth: float | None = None,
    kernel: Kernel = "quartic",
    weights: npt.ArrayLike | None = None,
    cell_size: float | None = None,
) -> Density:
    """Kernel density of points at centres.

    points : (m, 2) and centres : (n, 2), metres in one projection. Equal points are folded first.
    bandwidth : metres, above 0; None takes `bandwidth_rule`.
    weights : (m,) records that each point stands for, at least 0; None is 1 each.
    cell_size : metres; a bandwidth below it gets a warning.

    No points give a density of 0 everywhere, if the bandwidth is given.
    Raises ValueError for coordinates or weights that are missing, a weight below 0, a kernel that is
    not known, or a bandwidth that is not above 0 or that the rule cannot choose.

    Silverman (1986), Density Estimation, section 4.2 (the quartic is his eq. 4.5).
    """
    points, weights = checked_points(points, weights)
    reason = "The bandwidth was given."
    if bandwidth is None:
        bandwidth = bandwidth_rule(points, weights)
        reason = (
            f"The bandwidth, {bandwidth:,.0f} m, follows Silverman's rule in the form for maps that is robust to "
            "outliers: the smaller of the standard distance and the scaled median distance from the mean centre, and "
            "the more records there are, the smaller."
        )
    plain = kernel_sums(points, centres, bandwidth, kernel, weights)[:, 0]
    warning = ""
    if cell_size is not None and bandwidth < cell_size:
        warning = (
            f"The bandwidth ({bandwidth:,.0f} m) is smaller than a cell ({cell_size:,.0f} m): records between two "
            "centres may be seen by neither. Choose a larger bandwidth or smaller cells."
        )
    per_km2 = plain * (_M2_PER_KM2 / (_KERNELS[kernel][2] * bandwidth**2))
    return Density(plain, per_km2, kernel, float(bandwidth), reason, warning, float(weights.sum()))


def bandwidth_rule(points: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """A bandwidth in metres: 0.9 min(SD, sqrt(1 / ln 2) D) N^(-1/5).

    SD is the standard distance of the points from their mean centre, D the median of their distances
    from it, N the number of records (all weighted): Silverman's rule of thumb (1986, eq. 3.31) carried
    to the plane, which ArcGIS uses as its default search radius. A few far points do not stretch it.

    Raises ValueError if there are no records or they all lie at one place.
    """
    points, weights = checked_points(points, weights)
    total = weights.sum()
    if total <= 0:
        raise ValueError("Without located records no bandwidth can be chosen: give one.")
    middle = weights @ points / total
    distance = np.hypot(*(points - middle).T)
    standard = np.sqrt(weights @ distance**2 / total)
    median = _weighted_median(distance, weights)
    # More than half of the records at the mean centre: the median says nothing about the rest.
    spread = min(standard, np.sqrt(1 / np.log(2)) * median) if median > 0 else standard
    if spread <= 1e-9 * max(1.0, float(np.abs(middle).max())):
        raise ValueError("All records lie at one place, so no bandwidth can be chosen: give one.")
    return float(0.9 * spread * total**-0.2)


def kernel_sums(
    points: npt.ArrayLike,
    centres: npt.ArrayLike,
    bandwidth: float,
    kernel: Kernel = "quartic",
    weights: npt.ArrayLike | None = None,
    powers: tuple[int, ...] = (1,),
) -> np.ndarray:
    """Sum over the points of weight x kernel^power at each centre, (n, len(powers)).

    Arguments and errors as in `density`. Memory stays bounded: pairs are found by trees, a few
    million at a time.
    """
    if kernel not in _KERNELS:
        raise ValueError(f"The kernel must be one of {', '.join(_KERNELS)}.")
    if not np.isfinite(bandwidth) or bandwidth <= 0:
        raise ValueError("The bandwidth must be a length above 0, in metres.")
    points, weights = _folded(*checked_points(points, weights))
    centres, _ = checked_points(centres, None, "centres")
    sums = np.zeros((len(centres), len(powers)))
    if not len(points) or not len(centres):
        return sums
    from scipy.spatial import cKDTree  # slow to import, and most pages draw no density

    reach, value, _ = _KERNELS[kernel]
    radius = reach * bandwidth
    tree = cKDTree(centres)
    # Neighbouring points in one chunk make compact trees, which is what the search is fast on.
    order = np.lexsort((points[:, 1], np.floor(points[:, 0] / (4 * radius))))
    points, weights = points[order], weights[order]
    seen = tree.query_ball_point(points[:: max(1, len(points) // 500)], radius, return_length=True).mean()
    step = int(np.clip(PAIRS_AT_ONCE / max(seen, 1.0), 1, len(points)))
    for start in range(0, len(points), step):
        chunk = slice(start, start + step)
        pairs = cKDTree(points[chunk]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        heights = value((pairs["v"] / bandwidth) ** 2)
        at, by = pairs["j"], weights[chunk][pairs["i"]]
        for column, power in enumerate(powers):
            sums[:, column] += np.bincount(at, by * heights**power, minlength=len(centres))
    return sums


def checked_points(
    points: npt.ArrayLike, weights: npt.ArrayLike | None, name: str = "points"
) -> tuple[np.ndarray, np.ndarray]:
    """Points as (m, 2) and weights as (m,) floats, or a ValueError that says what is wrong with them."""
    points = np.asarray(points, dtype=float)
    points = points.reshape(0, 2) if points.size == 0 else points
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"The {name} must be two columns, x and y in metres.")
    weights = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    if weights.shape != (len(points),):
        raise ValueError(f"There must be one weight for each of the {name}.")
    if not np.isfinite(points).all() or not np.isfinite(weights).all():
        raise ValueError(f"Some {name} lack a coordinate or a weight: leave them out and say how many.")
    if (weights < 0).any():
        raise ValueError("A weight is below zero.")
    return points, weights


def _folded(points: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each place once, its weights added up: addresses and block midpoints come again and again."""
    places, at = np.unique(np.ascontiguousarray(points).view(np.complex128).ravel(), return_inverse=True)
    return np.column_stack([places.real, places.imag]), np.bincount(at.ravel(), weights, minlength=len(places))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The middle value if each came as often as its weight says; between two middles, their mean."""
    order = np.argsort(values)
    values, reached = values[order], np.cumsum(weights[order])
    half = reached[-1] / 2
    low = np.searchsorted(reached, half * (1 - 1e-12))
    high = min(np.searchsorted(reached, half * (1 + 1e-12), side="right"), len(values) - 1)
    return float((values[low] + values[high]) / 2)
