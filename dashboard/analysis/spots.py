"""Hotspots of two periods beside each other: which are the same, which moved, which are new or gone. Pure numbers."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

EARTH_KM = 6371.0
REACH = 3.0  # times its size: a hotspot further off than that is another one

Kind = Literal["same", "moved", "new", "gone"]


@dataclass(frozen=True)
class Spot:
    """One hotspot: places that are hot and lie beside each other.

    members : rows of the places, in order. lon, lat : its centre, degrees. across : kilometres, the diameter of a
    circle of the same area.
    """

    members: tuple[int, ...]
    lon: float
    lat: float
    across: float


@dataclass(frozen=True)
class Fate:
    """What became of one hotspot. before : None of a new one; after : None of one that is gone."""

    kind: Kind
    before: Spot | None
    after: Spot | None

    @cached_property
    def km(self) -> float:
        """How far its centre moved; 0 where there is only one."""
        return float(np.hypot(*self._steps))

    @property
    def bearing(self) -> float:
        """In which direction, degrees from north, clockwise."""
        east, north = self._steps
        return float(np.degrees(np.arctan2(east, north)) % 360)

    @property
    def places(self) -> tuple[int, ...]:
        """The rows of both periods' places, each once."""
        return tuple(sorted({m for spot in (self.before, self.after) if spot for m in spot.members}))

    @property
    def _steps(self) -> tuple[float, float]:
        return (0.0, 0.0) if self.before is None or self.after is None else _steps(self.before, self.after)


def spots(
    hot: np.ndarray, neighbours: "sparse.csr_array", lon: np.ndarray, lat: np.ndarray, km2: np.ndarray
) -> list[Spot]:
    """Hot places that touch, put together; the one with most places first.

    hot : (n,) bool. neighbours : (n, n), nonzero where two places lie beside each other. lon, lat : (n,) centres in
    degrees. km2 : (n,) areas.
    """
    from scipy.sparse.csgraph import connected_components

    rows = np.flatnonzero(hot)
    if not len(rows):
        return []
    count, which = connected_components(neighbours[rows][:, rows], directed=False)
    found = [_spot(rows[which == i], lon, lat, km2) for i in range(count)]
    return sorted(found, key=lambda spot: (-len(spot.members), spot.members))


def fates(before: list[Spot], after: list[Spot], reach: float = REACH) -> list[Fate]:
    """What became of each hotspot; each is paired with at most one, the nearest pairs first.

    The same: the centre moved by no more than the size of the larger of the two, or half of the smaller one's places
    are the other's. Moved: by more, and by at most `reach` times that size. What is left and shares a place with a
    hotspot of the other period is the same too: that one fell apart, or several grew together. The rest is new, or
    gone.
    """
    near = sorted((float(np.hypot(*_steps(b, a))), i, k) for i, b in enumerate(before) for k, a in enumerate(after))
    found: list[Fate] = []
    paired: set[int] = set()
    taken: set[int] = set()
    for km, i, k in near:
        size = max(before[i].across, after[k].across)
        if i not in paired and k not in taken and km <= reach * size:
            paired.add(i)
            taken.add(k)
            stayed = km <= size or _half_shared(before[i], after[k])
            found.append(Fate("same" if stayed else "moved", before[i], after[k]))
    found += [_alone(b, after, "gone") for i, b in enumerate(before) if i not in paired]
    found += [_alone(a, before, "new") for k, a in enumerate(after) if k not in taken]
    return found


def _alone(spot: Spot, others: list[Spot], kind: Literal["new", "gone"]) -> Fate:
    shared = next((o for o in others if set(o.members) & set(spot.members)), None)
    if shared is not None:
        return Fate("same", shared, spot) if kind == "new" else Fate("same", spot, shared)
    return Fate("new", None, spot) if kind == "new" else Fate("gone", spot, None)


def _half_shared(a: Spot, b: Spot) -> bool:
    return 2 * len(set(a.members) & set(b.members)) >= min(len(a.members), len(b.members))


def _spot(members: np.ndarray, lon: np.ndarray, lat: np.ndarray, km2: np.ndarray) -> Spot:
    # Longitudes from the first place, so that a hotspot on 180 degrees has its centre there.
    away = (lon[members] - lon[members[0]] + 180) % 360 - 180
    weight = km2[members] / km2[members].sum()
    east = float(lon[members[0]] + (away * weight).sum())
    across = 2 * float(np.sqrt(km2[members].sum() / np.pi))
    return Spot(tuple(members.tolist()), (east + 180) % 360 - 180, float((lat[members] * weight).sum()), across)


def _steps(a: Spot, b: Spot) -> tuple[float, float]:
    """Kilometres to the east and to the north from one centre to another; exact enough for a county."""
    middle = np.radians((a.lat + b.lat) / 2)
    east = np.radians((b.lon - a.lon + 180) % 360 - 180) * np.cos(middle)
    return float(EARTH_KM * east), float(EARTH_KM * np.radians(b.lat - a.lat))
