"""By what a reader may have totals split, in the file: periods, attributes and places, each with its finest grain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.access import Access
from dashboard.catalogue import Catalogue
from dashboard.i18n import _
from dashboard.links import slug
from dashboard.people import Grain
from dashboard.warehouse import Warehouse
from etl import codes

MOST = 4  # dimensions of one table of counts: with more it would be a list of records
TIMES: tuple[Grain, ...] = ("day", "month", "quarter", "year")
CELLS = (6, 7, 8)  # H3 resolutions that a table of counts can be split by
_OF_INCIDENTS = ("victim_age_band", "victim_minor", "victim_sex")
ATTRIBUTES = {
    "incidents": ("exploitation", "premise", "status", *_OF_INCIDENTS),
    "victims": ("exploitation", "premise", "status", "age_band", "minor", "sex", "race", "ethnicity", "relationship"),
    # Suspects' race and ethnicity are in no file that leaves.
    "suspects": ("exploitation", "premise", "status", "suspect_class", "age_band", "minor", "sex"),
    "offences": ("exploitation",),
    "signals": (),
    "cases": (),
    "published_cases": ("exploitation", "age_band", "sex"),
}
_CELL = re.compile(r"h3_[4-9]")


@dataclass(frozen=True)
class Dimension:
    """name : as in a link (`month`, `source`, `area_district`, `h3_7`, `period`, `area`). label : for people."""

    name: str
    label: str


@dataclass(frozen=True)
class Finest:
    """The finest place and time that may leave with rows for one reader.

    layers : of areas. cell : the finest H3 resolution, 0 for none. points : coordinates too. date : the finest grain.
    bounded : by an agreement, so filters may not be finer either.
    """

    layers: tuple[str, ...] = ()
    cell: int = 0
    points: bool = False
    date: Grain = "day"
    bounded: bool = False

    @property
    def times(self) -> tuple[Grain, ...]:
        """The grains of time that are no finer than that."""
        return TIMES[TIMES.index(self.date) :]


def finest(access: Access, catalogue: Catalogue) -> Finest:
    """What people.toml agreed for a researcher; for others what there is. A layer that is not there is none."""
    if access.role in ("local", "steward"):
        return Finest(catalogue.layers, 9, points=True)
    if access.role == "partner":
        return Finest(catalogue.layers, max(CELLS))
    place = access.finest_place or ""
    cell = int(place[3:]) if _CELL.fullmatch(place) else 0
    return Finest((place,) if place in catalogue.layers else (), cell, date=access.finest_date, bounded=True)


def dimensions(access: Access, warehouse: Warehouse, catalogue: Catalogue, unit: str) -> tuple[Dimension, ...]:
    """Every dimension that totals of a unit can be split by, for this reader, in the order of the file's columns."""
    if unit in codes.PUBLISHED_UNITS:
        names: list[str] = ["period", "source", "place", *ATTRIBUTES[unit]]
    elif catalogue.public:
        cube = catalogue.of(unit).cube
        names = ["period", *cube.dimensions, *(["area"] if cube.layer else [])] if cube else []
    else:
        bound = finest(access, catalogue)
        held = set(warehouse.schemas[unit].names)
        cells = [r for r in CELLS if r <= bound.cell] or ([bound.cell] if bound.cell else [])
        names = [*bound.times, "source", *ATTRIBUTES[unit]]
        names += [f"area_{layer}" for layer in bound.layers] + [f"h3_{r}" for r in cells]
        names = [n for n in names if n in held or n in TIMES]
    return tuple(Dimension(name, label(name, catalogue)) for name in names)


def named(offered: Sequence[Dimension], given: Sequence[str]) -> tuple[str, ...]:
    """The dimensions of a link, by name or by label; what is neither stays as it is, and `plan` refuses it."""
    names = {slug(d.label): d.name for d in offered} | {slug(d.name): d.name for d in offered}
    return tuple(dict.fromkeys(names.get(slug(text[:80]), text) for text in given if text))


def usual(offered: Sequence[Dimension], public: bool) -> tuple[str, ...]:
    """What a file is split by that nobody chose: all of the published cube; by month, source and kind otherwise."""
    names = [d.name for d in offered]
    if public:
        return tuple(names)
    time = next((t for t in TIMES[TIMES.index("month") :] if t in names), "period")
    return tuple(n for n in names if n in (time, "source", "exploitation"))


def label(name: str, catalogue: Catalogue) -> str:
    """A dimension as a reader calls it."""
    if name.startswith("area_"):
        return _("Area: {layer}").format(layer=name.removeprefix("area_").replace("_", " "))
    if name.startswith("h3_"):
        return _("Cell of the map (H3, resolution {n})").format(n=name[3:])
    cube = catalogue.cube
    words = {
        "period": _("Year") if cube is None or not cube.protected else _("Period"),
        "day": _("Day"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "year": _("Year"),
        "source": _("Source"),
        "place": _("Place that the publisher names"),
        "area": _("Area"),
        "exploitation": _("Kind of exploitation"),
        "premise": _("Kind of place"),
        "status": _("Status of the report"),
        "victim_age_band": _("Age of victims"),
        "victim_minor": _("Victims under 18"),
        "victim_sex": _("Sex of victims"),
        "age_band": _("Age"),
        "minor": _("Under 18 or adult"),
        "sex": _("Sex"),
        "race": _("Race"),
        "ethnicity": _("Ethnicity"),
        "relationship": _("Relationship to the offender"),
        "suspect_class": _("Suspect, or minor recorded as offender"),
    }
    return words.get(name, name.replace("_", " ").capitalize())
