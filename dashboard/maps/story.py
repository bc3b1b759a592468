"""What a map shows, in a sentence. Counts in, plain text out; whoever shows it escapes it."""

from collections.abc import Sequence

import numpy as np

from dashboard import words
from dashboard.i18n import N_, _

NAMED_FROM = 30  # below, half of the records are too few to speak of a concentration


def concentration(counts: Sequence[int] | np.ndarray, noun: tuple[str, str], place: tuple[str, str], every: int) -> str:
    """How concentrated the records are: "Half of the 312 incidents on this map lie in 9 of 57 areas."

    counts : (n,) per place, zeros allowed. noun, place : one and many ("incident", "incidents").
    every : the number of places that could have had some; 0 when that is not a meaningful number (cells).
    """
    positive = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    positive = positive[positive > 0]
    total = int(positive.sum())
    put = {"n": words.number(total), "things": _(noun[1]), "thing": _(noun[0]), "places": _(place[1])}
    put |= {"every": words.exact(every), "place": _(place[0]), "with_any": words.exact(positive.size)}
    if total == 0:
        return _("None of the {things} can be shown in {places}.").format(**put)
    if positive.size == 1:
        put["where"] = (_("one of {every} {places}") if every else _("one {place}")).format(**put)
        said = (
            _("The only {thing} on this map lies in {where}.")
            if total == 1
            else _("All {n} {things} on this map lie in {where}.")
        )
        return said.format(**put)
    put["spread"] = (_("{with_any} of {every} {places}") if every else _("{with_any} {places}")).format(**put)
    if total < NAMED_FROM:
        return _("The {n} {things} on this map lie in {spread}: too few to say where they gather.").format(**put)
    if positive[0] == positive[-1]:
        put["each"] = words.count(int(positive[0]), *noun)
        return _("The {n} {things} on this map are spread evenly: {each} in each of {spread}.").format(**put)
    put["half"] = words.exact(int(np.searchsorted(np.cumsum(positive), total / 2) + 1))
    if every:
        return _("Half of the {n} {things} on this map lie in {half} of {every} {places}.").format(**put)
    return _("Half of the {n} {things} on this map lie in {half} of the {with_any} {places} with any.").format(**put)


def rank(counts: Sequence[int] | np.ndarray, n: int) -> tuple[int, int]:
    """The rank of a count (1 the largest; equals share it) and how many places have any."""
    values = np.asarray(counts, dtype=np.int64)
    return int((values > n).sum()) + 1, int((values > 0).sum())


def near(
    points: np.ndarray, names: Sequence[str], at: np.ndarray, furthest: float = 60.0, with_distance: bool = True
) -> list[str]:
    """Where each point is, by the nearest name: "5 km north-west of Wick", "in or near Wick", "" beyond `furthest`.

    points : (n, 2) and at : (m, 2), latitude and longitude in degrees. furthest : kilometres.
    """
    if not len(at) or not len(points):
        return [""] * len(points)
    east, north = _steps(points, at)
    distance = 6371.0 * np.hypot(east, north)
    nearest = distance.argmin(axis=1)
    rows = np.arange(len(points))
    bearing = np.degrees(np.arctan2(east[rows, nearest], north[rows, nearest])) % 360
    return [
        _near(float(distance[i, k]), float(bearing[i]), str(names[k]), furthest, with_distance)
        for i, k in zip(rows, nearest, strict=True)
    ]


def part(point: np.ndarray, name: str, middle: np.ndarray) -> str:
    """In which part of an area a point lies: `Ashburn, north-east`, or `Ashburn` close to its middle.

    point and middle : latitude and longitude in degrees.
    """
    east, north = (float(v[0, 0]) for v in _steps(point[None], middle[None]))
    if 6371.0 * np.hypot(east, north) < 0.35:
        return name
    point_of = _(_POINTS[round(np.degrees(np.arctan2(east, north)) % 360 / 45) % 8])
    return _("{name}, {direction}").format(name=name, direction=point_of)


def _steps(points: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north from each of `at` to each point, (n, m), in radians of a great circle."""
    radians, places = np.radians(points), np.radians(at)
    east = (radians[:, None, 1] - places[None, :, 1] + np.pi) % (2 * np.pi) - np.pi
    return east * np.cos(radians[:, None, 0]), radians[:, None, 0] - places[None, :, 0]


_POINTS = (
    *(N_("north"), N_("north-east"), N_("east"), N_("south-east")),
    *(N_("south"), N_("south-west"), N_("west"), N_("north-west")),
)
# A sentence for each direction: in Spanish it carries an article, `al oeste de`.
_FROM = (
    *(N_("{n} km north of {name}"), N_("{n} km north-east of {name}"), N_("{n} km east of {name}")),
    *(N_("{n} km south-east of {name}"), N_("{n} km south of {name}"), N_("{n} km south-west of {name}")),
    *(N_("{n} km west of {name}"), N_("{n} km north-west of {name}")),
)


def _near(distance: float, bearing: float, name: str, furthest: float, with_distance: bool) -> str:
    if distance > furthest:
        return ""
    if not with_distance:
        return _("near {name}").format(name=name)
    if distance < 0.35:
        return _("in or near {name}").format(name=name)
    # Small cells lie side by side: whole kilometres would give several the same name.
    away = words.decimal(distance, 1 if distance < 3 else 0)
    return _(_FROM[round(bearing / 45) % 8]).format(n=away, name=name)
