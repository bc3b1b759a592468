"""The declaration of a source: everything known about one dataset, as facts. Standard library only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Fields that a police table can declare. Everything else in a file is never read.
REPORT_FIELDS = (
    # a report, one row per incident or offence
    "incident_id",
    "reported_on",
    "occurred_on",
    "occurred_time",
    "updated_on",  # of several rows with one id the one that was updated last counts; else the later one
    "offence_code",
    "offence_text",
    "offence_detail",
    "status",
    "premise",
    "lat",
    "lon",
    "point",
    "area_code",
    "count",
    "area_name",
    "victim_age",
    "victim_sex",
    "victim_race",
)
PERSON_FIELDS = ("incident_id", "person_id", "age", "sex", "race", "ethnicity", "relationship")


class SourceError(Exception):
    """A file was refused and nothing changed. The message names columns, counts and lines, never a value."""


@dataclass(frozen=True)
class Offence:
    """One native code that we take: what it is, and the description it must stand beside."""

    exploitation: str
    text: str  # the publisher's description, compared without case and runs of spaces
    group: str = "trafficking"
    nibrs: str = ""


@dataclass(frozen=True)
class Table:
    """One input table of a form: which native column is which of our fields."""

    columns: Mapping[str, str]  # our field -> the column's exact name
    optional: frozenset[str] = frozenset()  # fields whose column may be missing
    member: str = ""  # zip member's file name, compared without case and folder
    rows_are: str = "incident"  # "offence": several rows may describe one incident


@dataclass(frozen=True)
class Form:
    """One shape in which a publisher's file has come, told apart by its header."""

    name: str
    tables: Mapping[str, Table]
    date_formats: tuple[str, ...] = ()  # of strptime; "serial": days as a spreadsheet counts them
    time_format: str = ""  # "hhmm" (225 is 02:25), "hour", or "" when the date holds the time
    offences: Mapping[str, Offence] = field(default_factory=dict)  # empty: the source's
    delivery: str = "snapshot"  # snapshot, period or delta
    printed_total: str = ""  # regular expression over the preamble; group 1 is the publisher's own total
    series: str = ""  # forms of different series hold different reports, even where their months overlap
    collected: bool = True  # False: this form has no trafficking category at all

    @property
    def has_ids(self) -> bool:
        """Whether rows carry the publisher's own identifier."""
        return any("incident_id" in t.columns for t in self.tables.values())


@dataclass(frozen=True)
class Source:
    """Everything known about one dataset, as facts."""

    name: str
    title: str
    publisher: str
    kind: str
    url: str
    licence: str
    forms: tuple[Form, ...] = ()
    unit: str = "incidents"
    offences: Mapping[str, Offence] = field(default_factory=dict)
    premises: Mapping[str, str] = field(default_factory=dict)  # native -> codes.PREMISE
    premise_patterns: tuple[tuple[str, str], ...] = ()  # (regular expression, code), first match, after `premises`
    statuses: Mapping[str, str] = field(default_factory=dict)
    sexes: Mapping[str, str] = field(default_factory=dict)
    races: Mapping[str, str] = field(default_factory=dict)
    ethnicities: Mapping[str, str] = field(default_factory=dict)
    relationships: Mapping[str, str] = field(default_factory=dict)
    infant_ages: tuple[str, ...] = ()  # codes for "under one year"
    missing: tuple[str, ...] = ()  # values that say nothing, beside the empty one
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field -> {wrong: right}
    default_times: tuple[str, ...] = ("00:00", "12:00")
    zero_age_unknown: bool = False
    region: tuple[float, float, float, float] | None = None  # west, south, east, north
    location_precision: str = "none"
    area_layer: str = ""  # the layer that `area_code` names
    area_width: int = 0  # pad codes with zeros to this width; 0: strip leading zeros
    victim_per_report: bool = False  # the report itself describes one victim
    first_day: str = "1990-01-01"  # an earlier date is an error of the file
    collected_from: Mapping[str, str] = field(default_factory=dict)  # coverage category -> first month
    known_problems: tuple[str, ...] = ()
    annotations: tuple[tuple[str, str, str], ...] = ()  # (date, kind, text)
    verdict: str = ""
    fetch_url: str = ""
    fictional: bool = False
    place: str = ""  # what the place is called on every page; empty: left to the user's own layers
    prepare: Callable[..., Any] | None = None  # joins the members of an archive into report tables
    boundary: "Boundary | None" = None
    published: "Published | None" = None
    clients: "Clients | None" = None
    totals: bool = False  # the file that `aggregate` wrote at a service provider's


@dataclass(frozen=True)
class Boundary:
    """A layer of polygons, lines or points."""

    layer: str
    id: str  # property holding the id
    name: str = ""
    population: str = ""
    valid_from: str = ""  # property, or a date
    valid_to: str = ""
    role: str = "areas"  # areas, outline or places
    id_width: int = 0


@dataclass(frozen=True)
class Published:
    """A table of figures that a publisher printed, or of cases that it published.

    The form's table declares the fields year, place_code, place_name, state, exploitation,
    exploitation_text, age_band, sex, the fields named in `counts` and those named in `flags`.
    """

    geo_level: str  # agency, state, country
    counts: Mapping[str, str] = field(
        default_factory=dict
    )  # field with a figure -> its unit; the field is the category
    one: str = ""  # each row is one of this unit; `counts` is empty
    exploitations: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # code -> (ours, description beside it)
    flags: Mapping[str, str] = field(default_factory=dict)  # field with 0/1 -> exploitation
    allow_negative: bool = False


@dataclass(frozen=True)
class Trait:
    """One thing that a case file says of a client: a dimension of a provider's totals."""

    table: str
    name: str  # the field of that table
    codes: Mapping[str, str] = field(default_factory=dict)  # native value -> code; of several answers the first listed
    several: bool = False  # a client has each of them; the values of a cell are separated by ;
    absent: str = "unknown"  # nobody answered
    multiple: str = ""  # the code of several answers that differ; empty: the one whose code is listed first
    age: bool = False  # the value is an age in years, to be put into a band


@dataclass(frozen=True)
class Clients:
    """A service provider's file about the people she serves. It is read on her machine only and leaves it as totals.

    Every table has the field `client`; `day` is the date of a row, which is answered for that year. `begins` is the
    table whose `day` begins a stay and `ends` the one whose `day` ends it, joined by `stay`; without them a client
    is counted in the years of her rows. `covers` is the table with the fields `first_day` and `last_day` of the export.
    """

    universe: str  # who is counted, in a sentence
    traits: Mapping[str, Trait]  # dimension (codes.CLIENT_DIMENSION) -> where it stands
    tables: tuple[tuple[str, ...], ...]  # dimensions of each table of totals, beside the year: two at most
    begins: str = ""
    ends: str = ""
    covers: str = ""
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field -> values of rows that do not count
    identifying: tuple[str, ...] = ()  # columns that must be empty, beside those that their names give away
    harmless: tuple[str, ...] = ()  # columns whose names only sound as if they identified somebody
    age: tuple[str, str, str] | None = None  # (column of birth, table with `day`, column to add) when stripping
