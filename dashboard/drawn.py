"""Whether a record lies in a drawn area: an Ibis boolean over the columns lat and lon."""

from functools import lru_cache, reduce
from math import isqrt
from operator import add, or_
from typing import Any

import ibis
import numpy as np
import shapely


def inside(table: Any, polygon: bytes) -> Any:
    """Whether the point (lon, lat) of a row is in a polygon; NULL for a row without a point.

    polygon : WKB, WGS 84, valid; holes and several parts are well. A straight edge is straight in degrees.

    The even-odd rule: a ray to the east crosses an odd number of edges. A point on a southern or western edge is in
    and one on a northern or eastern edge is not, so of two areas that share an edge it is in exactly one.
    """
    shape = shapely.from_wkb(polygon)
    west, south, east, north = (float(x) for x in shapely.bounds(shape))
    # The box comes first: it is cheap, and few records are in it.
    box = table.lat.between(south, north) & table.lon.between(west, east)
    return box & reduce(or_, [_in_band(table, *band) for band in _bands(polygon)])


def _in_band(table: Any, low: float, high: float, edges: np.ndarray) -> Any:
    return (table.lat >= low) & (table.lat < high) & (_sum([_crosses(table, *e) for e in edges.tolist()]) % 2 == 1)


def _crosses(table: Any, x: float, low: float, slope: float, high: float) -> Any:
    """1 where the ray to the east crosses the edge that leaves (x, low) upwards, else 0."""
    on_its_height = (table.lat >= low) & (table.lat < high)
    return (on_its_height & (table.lon - (table.lat - low) * slope < x)).cast("int32")


@lru_cache(maxsize=64)
def _bands(polygon: bytes) -> list[tuple[float, float, np.ndarray]]:
    """(low, high, edges) from south to north; each edge that reaches into the band as x, low, slope, high.

    A record is held against the edges of its own band only: about the square root of their number.
    """
    edges = _edges(shapely.from_wkb(polygon))
    heights = np.unique(edges[:, [1, 3]])
    cuts = heights[:: max(isqrt(len(heights)), 1)]
    cuts = np.append(cuts, heights[-1]) if cuts[-1] != heights[-1] else cuts
    bands = []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        bands.append((low, high, edges[(edges[:, 1] < high) & (edges[:, 3] > low)]))
    return bands


def _edges(shape: Any) -> np.ndarray:
    """(n, 4) of x, low, slope, high: each edge upwards from (x, low), x growing by slope; level ones never cross."""
    ends = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = shapely.get_coordinates(ring)
        ends.append(np.hstack([corners[:-1], corners[1:]]))
    edges = np.vstack(ends)
    edges = edges[edges[:, 1] != edges[:, 3]]
    down = edges[:, 1] > edges[:, 3]
    edges[down] = edges[down][:, [2, 3, 0, 1]]
    x, low, x_high, high = edges.T
    return np.column_stack([x, low, (x_high - x) / (high - low), high])


def _sum(terms: list[Any]) -> Any:
    """Their sum as a balanced tree: two hundred terms in a row would be nested two hundred deep."""
    while len(terms) > 1:
        terms = [reduce(add, terms[i : i + 2]) for i in range(0, len(terms), 2)]
    return terms[0] if terms else ibis.literal(0)
