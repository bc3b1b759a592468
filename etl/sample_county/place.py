"""The island of Lantern County: coast, tracts, districts and named places. All of it is invented.

It lies in the South Atlantic near 36 S, 24 W, a thousand kilometres from the nearest island, so that nobody can
take it for a real place. Distances are kilometres east and north of the island's middle until they are written.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

SEED = 20251231
MIDDLE = (-24.0, -36.0)  # longitude, latitude
KM_PER_DEGREE = (89.95, 111.2)  # at 36 S
STATE = "99"  # no state has this FIPS code

CITY, PORT, SHERIFF = "city", "port", "sheriff"

# id, name, police, middle in km. An id is the code that its police print.
DISTRICTS = (
    ("1", "Lampwick Central", CITY, (12.6, 1.4)),
    ("2", "Harbour", CITY, (17.2, -2.2)),
    ("3", "Airport", CITY, (7.6, 5.6)),
    ("4", "Old Mill", CITY, (9.8, -6.6)),
    ("5", "Fairground", CITY, (13.8, 8.8)),
    ("6", "Tallow Hill", CITY, (19.0, 6.4)),
    ("7", "Farfield", CITY, (4.6, -2.6)),
    ("1P10", "Port Ember Quays", PORT, (-8.5, -18.2)),
    ("1P20", "Port Ember Hill", PORT, (-7.2, -14.6)),
    ("ZZ0010100", "Sheriff North", SHERIFF, (-6.0, 14.0)),
    ("ZZ0010200", "Sheriff West", SHERIFF, (-15.0, 0.0)),
    ("ZZ0010300", "Sheriff South", SHERIFF, (7.0, -16.0)),
)
PLACES = (
    ("Harbour", "harbour", (17.3, -1.0)),
    ("Old Mill", "landmark", (9.6, -6.0)),
    ("Lampwick Airport", "airport", (6.4, 6.4)),
    ("Theatre Row", "street", (13.2, 2.5)),
    ("Fairground", "landmark", (14.4, 9.6)),
    ("Lampwick", "city", (12.6, 1.2)),
    ("Port Ember", "town", (-8.0, -16.4)),
    ("Farfield Farms", "farms", (3.4, -3.6)),
    ("Wickside", "village", (-5.0, 13.0)),
    ("Westerlight", "village", (-15.5, 1.5)),
    ("Southglow", "village", (7.2, -15.0)),
    ("Beacon Point", "cape", (-17.0, 9.0)),
)


@dataclass(frozen=True)
class Area:
    """One polygon with its inhabitants, in degrees."""

    id: str
    name: str
    within: str  # the district of a tract, the police of a district
    population: int
    shape: BaseGeometry


def generator(part: int) -> np.random.Generator:
    """A stream of its own for each part, so that a change in one leaves the others as they are."""
    return np.random.Generator(np.random.PCG64([SEED, part]))


def degrees(x: float, y: float) -> tuple[float, float]:
    """Kilometres to (longitude, latitude), rounded to about a metre."""
    return round(MIDDLE[0] + x / KM_PER_DEGREE[0], 5), round(MIDDLE[1] + y / KM_PER_DEGREE[1], 5)


@cache
def _coast() -> Polygon:
    rng = generator(1)
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = np.full(angle.shape, 22.0)
    for wave in range(2, 60):
        size, phase = 2.6 / wave**1.05, rng.uniform(0, 2 * np.pi)
        radius += size * np.cos(wave * angle + phase)
    island = Polygon(np.round(np.c_[radius * np.cos(angle), radius * np.sin(angle)], 3))
    bay = shapely.affinity.rotate(shapely.affinity.scale(Point(24.2, 1.0).buffer(1), 6.4, 3.2), 12)
    shape = shapely.set_precision(island.difference(bay), 0.001)
    return max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)


def _police_seat(x: float, y: float) -> str:
    """Whose tract this is: the middle of the district that lies nearest, the county's being far wider."""
    reach = {CITY: 1.0, PORT: 1.0, SHERIFF: 2.4}
    near = [(np.hypot(x - mx, y - my) / reach[police], id_) for id_, _, police, (mx, my) in DISTRICTS]
    return min(near)[1]


@cache
def _tract_seeds() -> np.ndarray:
    """Some sixty points: close together in the towns, far apart in the country."""
    rng, land = generator(2), _coast().buffer(-0.9)
    seeds: list[tuple[float, float]] = []
    while len(seeds) < 60:
        x, y = rng.uniform(-26, 26, 2)
        city, port = np.hypot(x - 12, y - 1) < 10.5, np.hypot(x + 8, y + 16.5) < 4.5
        apart = 2.35 if city else 2.4 if port else 5.6
        if not city and not port and sum(np.hypot(a - 12, b - 1) >= 10.5 for a, b in seeds) >= 22:
            continue
        if land.contains(Point(x, y)) and all(np.hypot(x - a, y - b) > apart for a, b in seeds):
            seeds.append((float(x), float(y)))
    return np.array(seeds)


def _roughen(line: np.ndarray, rng: np.random.Generator, depth: int = 2) -> np.ndarray:
    """Bend a straight border by moving the middle of each piece sideways."""
    for _ in range(depth):
        step = np.diff(line, axis=0)
        across = np.c_[-step[:, 1], step[:, 0]] * np.clip(rng.normal(0, 0.05, len(step)), -0.1, 0.1)[:, None]
        bent = np.empty((2 * len(line) - 1, 2))
        bent[::2], bent[1::2] = line, line[:-1] + step / 2 + across
        line = bent
    return line


@cache
def tracts() -> tuple[Area, ...]:
    """The tracts, tiling the land: neighbours share every vertex of their border."""
    rng, seeds, coast = generator(3), _tract_seeds(), _coast()
    cells = shapely.voronoi_polygons(shapely.MultiPoint(seeds), only_edges=True, extend_to=coast.buffer(5))
    edges = sorted(tuple(map(tuple, np.asarray(edge.coords).round(4))) for edge in cells.geoms)
    bent = [shapely.LineString(_roughen(np.array(edge), rng)) for edge in edges]
    lines = shapely.union_all([*bent, coast.exterior], grid_size=0.001)
    pieces = [p for p in shapely.polygonize(list(lines.geoms)).geoms if coast.contains(p.representative_point())]
    tree = shapely.STRtree([Point(*seed) for seed in seeds])
    whole: dict[int, list[Polygon]] = {}
    for piece in pieces:
        # A piece that the coast or a bend cut off belongs to the seed that lies nearest.
        inside = tree.query(piece, predicate="contains")
        whole.setdefault(int(inside[0] if len(inside) else tree.nearest(piece.centroid)), []).append(piece)
    return tuple(_tract(n, whole[n], rng) for n in sorted(whole))


def _tract(n: int, pieces: list[Polygon], rng: np.random.Generator) -> Area:
    shape = shapely.transform(shapely.union_all(pieces), lambda xy: np.array([degrees(*point) for point in xy]))
    seat = _tract_seeds()[n]
    district = _police_seat(*seat)
    police = next(police for id_, _, police, _ in DISTRICTS if id_ == district)
    low, high = {CITY: (2400, 6200), PORT: (1500, 3200), SHERIFF: (900, 2600)}[police]
    people = int(rng.integers(low, high))
    return Area(f"{STATE}001{100 * (n + 1):06d}", f"Tract {n + 1}", district, people, shapely.normalize(shape))


@cache
def districts() -> tuple[Area, ...]:
    """The police districts, each a union of whole tracts."""
    made = []
    for id_, name, police, _ in DISTRICTS:
        own = [t for t in tracts() if t.within == id_]
        shape = shapely.normalize(shapely.union_all([t.shape for t in own]))
        made.append(Area(id_, name, police, sum(t.population for t in own), shape))
    return tuple(made)


@cache
def land(police: str = "") -> BaseGeometry:
    """The whole island, or what one police force looks after."""
    return shapely.normalize(shapely.union_all([d.shape for d in districts() if not police or d.within == police]))
