"""What a warehouse holds that can be chosen from: sources, areas, months, values. Plain data, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from dashboard.cubes import Cube
from etl import codes


@dataclass(frozen=True)
class SourceInfo:
    """One dataset, as readers meet it."""

    source: str
    title: str
    publisher: str
    kind: str  # codes.KIND
    unit: str  # codes.UNIT
    has_victims: bool
    has_suspects: bool
    has_points: bool
    dated_by: str = "reported"  # or occurred, where no report date is published; "" for figures and boundaries
    as_of: date | None = None  # the latest day that its newest load can know


@dataclass(frozen=True)
class Area:
    """One named area; `label` is unique among all areas of the warehouse, and is what links carry."""

    layer: str
    area_id: str
    name: str
    label: str
    population: int | None


@dataclass(frozen=True)
class AreaGroup:
    """A named group of areas, or one drawn area, as a filter: it holds its members, so an edited group is another one.

    members : (layer, area_id) pairs that this warehouse has. polygon : WKB in WGS 84, of a drawn area only.
    """

    id: str
    name: str
    members: tuple[tuple[str, str], ...] = ()
    polygon: bytes = b""

    @property
    def label(self) -> str:
        """What the area filter shows, and links carry."""
        return f"{'Drawn' if self.polygon else 'Group'}: {self.name}"


@dataclass(frozen=True)
class Catalogue:
    """The choices that a warehouse offers.

    months : every month from the first record (by either date) to the last reported one, first days, in order.
    first_month, last_month : of the date reported; None when there is no record.
    as_of : the latest day that any load with incidents can know.
    present : filter name (exploitation, age, sex, premise) -> the codes that occur, in the order of the code list.
    groups : named groups of areas and drawn areas; not of the version, so `groups.offer` puts the present ones in.
    has_points : whether records have coordinates, so that a drawn area can be told.
    units : units of count with at least one row, in the order of codes.UNIT.
    cubes : of the public file, what is published of each unit; none of the restricted one.
    unit : of the public file, the unit whose cube decides what can be chosen (see `of`); "" for the first.
    """

    version: int = 0
    sources: tuple[SourceInfo, ...] = ()
    areas: tuple[Area, ...] = ()
    layers: tuple[str, ...] = ()
    groups: tuple[AreaGroup, ...] = ()
    has_points: bool = True
    months: tuple[date, ...] = ()
    first_month: date | None = None
    last_month: date | None = None
    as_of: date | None = None
    units: tuple[str, ...] = ("incidents",)
    present: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    cubes: Mapping[str, Cube] = field(default_factory=dict)
    unit: str = ""

    @property
    def public(self) -> bool:
        """Whether this is the protected public file."""
        return self.meta.get("tier") == "public"

    @property
    def published_elsewhere(self) -> frozenset[str]:
        """Sources that anybody can download record by record: rounded here too, and not called protected."""
        return frozenset(self.meta.get("published_elsewhere", "").replace(",", " ").split())

    @property
    def cube(self) -> Cube | None:
        """What is published of the unit in question; None in the restricted file, or where nothing is published."""
        return self.cubes.get(self.unit or (self.units[0] if self.units else ""))

    def of(self, unit: str) -> "Catalogue":
        """What can be chosen for one unit of count: in the public file each has periods and areas of its own."""
        return replace(self, unit=unit) if self.public and unit in self.cubes else self

    @property
    def fictional(self) -> bool:
        """Whether every record is invented."""
        return self.meta.get("fictional", "").lower() == "true"

    @property
    def empty(self) -> bool:
        """No record of any unit."""
        return self.last_month is None and not any(u in codes.PUBLISHED_UNITS for u in self.units)

    def area(self, layer: str, area_id: str) -> Area | None:
        """The area with this layer and id, or None."""
        return next((a for a in self.areas if a.layer == layer and a.area_id == area_id), None)

    def source_title(self, source: str) -> str:
        """The title readers know; the code itself when the source is not described."""
        return next((s.title for s in self.sources if s.source == source), source)
