"""H3 cells over a polygon, their centres, outlines, and the points in them.

Polygons are in degrees and may cross the antimeridian in any of the ways in use: cut in two at 180, running
past 180, or with a side that jumps from one end of the map to the other. They may hold a pole.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from dashboard.analysis.lattice import Integers
from dashboard.analysis.projection import Floats

Cells = npt.NDArray[np.uint64]

FINEST = 15
MOST_CELLS = 2_000_000
# Average edge of a cell of resolution 0 in radians; each finer resolution is sqrt(7) times smaller.
EDGE_0 = 1281.256011 / 6371.007181
# No centre of a descendant lies farther from the centre of a cell than this many average edges of the cell.
# Its corner is at 1 edge, the largest cells are 1.3 times the average, descendants reach 15 % past the outline.
REACH = 2.0


def h3_cells_over(area: Any, resolution: int) -> Cells:
    """(n,) sorted H3 cells whose centre lies inside a polygon, uint64.

    area : shapely polygon or multipolygon in degrees. Sides are straight on the map (longitude, latitude), as
    H3's own are. resolution : 0-15.

    From the coarsest cells down, only those that can have a descendant inside are opened, so it is exact for
    every shape and place. Raises ValueError for an empty area, an unknown resolution, or above about
    2,000,000 cells.
    """
    import h3ronpy

    if not 0 <= resolution <= FINEST:
        raise ValueError(f"H3 has no resolution {resolution}; choose one from 0 to {FINEST}.")
    if area is None or shapely.is_empty(area):
        raise ValueError("The study area is empty, so no cell lies in it.")
    target = _laid_out(area)
    expected = _share_of_globe(target) * (2 + 120 * 7**resolution)
    if expected > MOST_CELLS:
        raise ValueError(f"There are about {expected:,.0f} cells in the area. Choose a coarser resolution.")
    shapely.prepare(target)
    cells = _coarsest()
    for level in range(resolution + 1):
        if level:
            cells = _numpy(h3ronpy.change_resolution(cells, level))
        if level < resolution:
            cells = cells[_may_reach_into(target, cells, level)]
    lon, lat = h3_centres(cells)
    inside = np.zeros(len(cells), dtype=bool)
    for turn in (-360, 0, 360):
        inside |= shapely.contains_xy(target, lon + turn, lat)
    return np.sort(cells[inside])


def h3_centres(cells: Cells) -> tuple[Floats, Floats]:
    """(lon, lat) of cell centres in degrees, each (n,)."""
    from h3ronpy.vector import cells_to_coordinates

    if len(cells) == 0:
        return np.empty(0), np.empty(0)
    table: Any = cells_to_coordinates(cells)
    return np.asarray(table.column("lng").to_numpy()), np.asarray(table.column("lat").to_numpy())


def h3_shapes(cells: Cells) -> npt.NDArray[np.object_]:
    """(n,) outlines in degrees. A cell on the antimeridian is whole, and runs past 180."""
    from h3ronpy.vector import cells_to_wkb_polygons

    if len(cells) == 0:
        return np.empty(0, dtype=object)
    shapes = np.asarray(shapely.from_wkb(np.asarray(cells_to_wkb_polygons(cells).to_pylist())), dtype=object)
    bounds = shapely.bounds(shapes)
    split = bounds[:, 2] - bounds[:, 0] > 180
    if split.any():
        shapes[split] = shapely.transform(
            shapes[split], lambda c: np.column_stack([np.where(c[:, 0] < 0, c[:, 0] + 360, c[:, 0]), c[:, 1]])
        )
    return shapes


def h3_assign(cells: Cells, lon: Floats, lat: Floats, resolution: int | None) -> Integers:
    """(m,) number of the cell in which each point lies, -1 in none of them. lon, lat : (m,) finite degrees."""
    from h3ronpy.vector import coordinates_to_cells

    found = np.full(len(lon), -1, dtype=np.int64)
    possible = np.abs(lat) <= 90
    if not possible.any() or resolution is None:
        return found
    lat, lon = np.ascontiguousarray(lat[possible]), np.ascontiguousarray((lon[possible] + 180) % 360 - 180)
    found[possible] = positions(cells, _numpy(coordinates_to_cells(lat, lon, resolution)))
    return found


def positions(cells: Cells, wanted: Cells) -> Integers:
    """(m,) place of each wanted cell among `cells`, -1 where it is none of them."""
    order = np.argsort(cells, kind="stable")
    in_order = cells[order]
    at = np.minimum(np.searchsorted(in_order, wanted), len(cells) - 1)
    return np.where(in_order[at] == wanted, order[at], -1)


def _coarsest() -> Cells:
    import h3

    return np.array(sorted(h3.str_to_int(c) for c in h3.get_res0_cells()), dtype=np.uint64)


def _numpy(array: Any) -> Cells:
    return np.asarray(array.to_numpy(), dtype=np.uint64)


def _share_of_globe(target: Any) -> float:
    """Area of a polygon as a share of the globe's, by Lambert's cylinder: height is the sine of latitude."""
    flat = shapely.transform(target, lambda c: np.column_stack([c[:, 0] / 360, np.sin(np.radians(c[:, 1])) / 2]))
    return float(shapely.area(flat))


def _may_reach_into(target: Any, cells: Cells, level: int) -> npt.NDArray[np.bool_]:
    """Whether the box around all descendants' centres meets the polygon, on either side of the antimeridian."""
    lon, lat = h3_centres(cells)
    reach = np.degrees(REACH * EDGE_0 / 7 ** (level / 2))
    south, north = np.maximum(lat - reach, -90), np.minimum(lat + reach, 90)
    polar = np.abs(lat) + reach >= 89.999
    # The widest longitude of a circle on the sphere: sin(width) = sin(radius) / cos(latitude).
    ratio = np.sin(np.radians(min(reach, 90.0))) / np.maximum(np.cos(np.radians(lat)), 1e-12)
    width = np.where(polar | (ratio >= 1), 180.0, np.degrees(np.arcsin(np.minimum(ratio, 1))))
    west, _, east, _ = shapely.bounds(target)
    meets = np.zeros(len(cells), dtype=bool)
    for turn in (-360, 0, 360):
        near = (lon + turn + width >= west) & (lon + turn - width <= east)
        if near.any():
            a, b = lon[near] + turn - width[near], lon[near] + turn + width[near]
            meets[near] |= shapely.intersects(target, shapely.box(a, south[near], b, north[near]))
    return meets


def _laid_out(area: Any) -> Any:
    """The area with rings that jump across the map joined up, past 180 degrees where needed."""
    flat = shapely.get_parts(shapely.get_parts(area))  # a collection may hold multipolygons, and lines of no area
    parts = [_unwound(part) for part in flat if shapely.get_type_id(part) == shapely.GeometryType.POLYGON]
    if not parts:
        raise ValueError("The study area has no extent, so no cell lies in it.")
    joined = shapely.union_all(np.array(parts, dtype=object))
    return joined if shapely.is_valid(joined) else shapely.make_valid(joined)


def _unwound(polygon: Any) -> Any:
    rings = [np.asarray(ring.coords)[:, :2] for ring in (polygon.exterior, *polygon.interiors)]
    if not any(_jumps(ring) for ring in rings):
        return polygon if shapely.is_valid(polygon) else shapely.make_valid(polygon)
    middle = None
    straight = []
    for ring in rings:
        lon = np.unwrap(ring[:, 0], period=360)
        if middle is None:
            middle = (lon.min() + lon.max()) / 2
        lon = lon + 360 * np.rint((middle - (lon.min() + lon.max()) / 2) / 360)  # holes beside their outline
        ring = np.column_stack([lon, ring[:, 1]])
        if abs(lon[-1] - lon[0]) > 180:  # once around the pole: closed along it
            pole = 90.0 if ring[:, 1].mean() > 0 else -90.0
            ring = np.vstack([ring, (lon[-1], pole), (lon[0], pole), ring[0]])
        straight.append(ring)
    made = shapely.Polygon(straight[0], straight[1:])
    return made if shapely.is_valid(made) else shapely.make_valid(made)


def _jumps(ring: npt.NDArray[np.float64]) -> bool:
    """A side longer than half the globe is short the other way round; one all around it is the map's own edge."""
    step = np.abs(np.diff(ring[:, 0]))
    return bool(((step > 180) & (step < 360 - 1e-9)).any())
