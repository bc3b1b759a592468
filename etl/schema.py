"""The tables of the warehouse and the declaration of a source. Standard library only; anyone may import it.

Every fact row carries `n`, the count it stands for, and every measure is `sum(n)`. Columns named
`area_<layer>` are added to every fact table for each area layer that is loaded or declared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

WAREHOUSE_FORMAT = 1  # a warehouse written by another format is rebuilt from its loads
H3_RESOLUTIONS = (4, 5, 6, 7, 8, 9)
EXPOSURE_RESOLUTION = 9

_H3 = {f"h3_{r}": "UBIGINT" for r in H3_RESOLUTIONS}

# What every unit of count can be filtered by: carried by the fact itself, so no view joins.
FILTER_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "source": "VARCHAR",
        "incident_id": "VARCHAR",  # the publisher's, or hash of the row + occurrence number
        "load": "VARCHAR",  # loads.load it was read from
        "reported_on": "DATE",
        "reported_precision": "VARCHAR",  # codes.PRECISION
        "occurred_on": "DATE",
        "occurred_precision": "VARCHAR",
        "counted_on": "DATE",  # the day it is counted by: reported, or occurred where no report date is published
        "hour": "TINYINT",  # 0-23 of occurrence; NULL when unknown or a default time
        "exploitation": "VARCHAR",  # codes.EXPLOITATION
        "offence_group": "VARCHAR",  # codes.OFFENCE_GROUP
        "offence": "VARCHAR",  # the publisher's own code or category
        "nibrs_code": "VARCHAR",
        "status": "VARCHAR",  # codes.STATUS
        "premise": "VARCHAR",  # codes.PREMISE
        "location_precision": "VARCHAR",  # codes.LOCATION_PRECISION
        "lat": "DOUBLE",  # restricted file only; NULL unless the record has a usable point
        "lon": "DOUBLE",
        **_H3,
        "victim_age_band": "VARCHAR",  # codes.AGE_BAND; 'multiple' when victims differ
        "victim_minor": "VARCHAR",  # codes.MINOR
        "victim_sex": "VARCHAR",  # codes.SEX
    }
)

TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "incidents": {**FILTER_COLUMNS, "n_victims": "INTEGER", "n_suspects": "INTEGER", "n": "BIGINT"},
        "victims": {
            **FILTER_COLUMNS,
            "person_id": "VARCHAR",
            "age_band": "VARCHAR",
            "minor": "VARCHAR",
            "sex": "VARCHAR",
            "race": "VARCHAR",
            "ethnicity": "VARCHAR",
            "relationship": "VARCHAR",
            "n": "BIGINT",
        },
        "suspects": {
            **FILTER_COLUMNS,
            "person_id": "VARCHAR",
            "suspect_class": "VARCHAR",  # codes.SUSPECT_CLASS
            "age_band": "VARCHAR",
            "minor": "VARCHAR",
            "sex": "VARCHAR",
            "race": "VARCHAR",
            "ethnicity": "VARCHAR",
            "n": "BIGINT",
        },
        "attributes": {
            "source": "VARCHAR",
            "incident_id": "VARCHAR",
            "load": "VARCHAR",
            "domain": "VARCHAR",  # exploitation, means_of_control, ...
            "code": "VARCHAR",
            "n": "BIGINT",
        },
        "published_counts": {
            "source": "VARCHAR",
            "load": "VARCHAR",
            "unit": "VARCHAR",  # codes.PUBLISHED_UNITS
            "period_start": "DATE",
            "period_end": "DATE",
            "geo_level": "VARCHAR",  # agency, state, country
            "place_code": "VARCHAR",
            "place_name": "VARCHAR",
            "state": "VARCHAR",  # two letters, US only
            "exploitation": "VARCHAR",
            "age_band": "VARCHAR",
            "minor": "VARCHAR",
            "sex": "VARCHAR",
            "category": "VARCHAR",  # which of the publisher's figures: reported, unfounded, cleared ...
            "published_n": "BIGINT",
        },
        "exposure": {
            "source": "VARCHAR",
            "load": "VARCHAR",
            "month": "DATE",  # of the date reported, or occurred where the source has no other
            "h3_9": "UBIGINT",  # NULL: no usable point
            "n": "BIGINT",  # all police reports, trafficking or not
        },
        "coverage": {
            "source": "VARCHAR",
            "month": "DATE",
            "place": "VARCHAR",  # NULL: the whole source; else a state's two letters
            "category": "VARCHAR",  # codes.COVERAGE_CATEGORY
            "collected": "BOOLEAN",
            "reports": "BIGINT",  # all reports of that month; NULL where only yes or no is known
        },
        "areas": {
            "layer": "VARCHAR",
            "area_id": "VARCHAR",
            "name": "VARCHAR",
            "role": "VARCHAR",  # areas, outline (background) or places (labels)
            "population": "BIGINT",
            "valid_from": "DATE",
            "valid_to": "DATE",
            "lat": "DOUBLE",  # of a point inside
            "lon": "DOUBLE",
            "geometry": "BLOB",  # WKB, WGS 84; NULL when only the code is known
            "outline": "BLOB",  # the same, simplified for drawing, neighbours still touching
        },
        "annotations": {
            "source": "VARCHAR",
            "date": "DATE",
            "kind": "VARCHAR",  # codes.ANNOTATION
            "text": "VARCHAR",
        },
        "sources": {
            "source": "VARCHAR",
            "title": "VARCHAR",
            "publisher": "VARCHAR",
            "kind": "VARCHAR",  # codes.KIND
            "url": "VARCHAR",
            "licence": "VARCHAR",
            "unit": "VARCHAR",
            "has_victims": "BOOLEAN",
            "has_suspects": "BOOLEAN",
            "has_points": "BOOLEAN",
            "location_precision": "VARCHAR",
            "dated_by": "VARCHAR",  # reported, or occurred where no report date is published
            "verdict": "VARCHAR",  # the quality of this dataset in a sentence
            "known_problems": "VARCHAR[]",
            "fictional": "BOOLEAN",
        },
        "loads": {
            "load": "VARCHAR",
            "source": "VARCHAR",
            "form": "VARCHAR",
            "file": "VARCHAR",  # name only, no path
            "sha256": "VARCHAR",
            "bytes": "BIGINT",
            "loaded_at": "TIMESTAMP",  # UTC
            "as_of": "DATE",  # the latest date in the file: what it can know
            "first_month": "DATE",
            "last_month": "DATE",
            "notes": "VARCHAR[]",  # encoding, new columns, reconciliation, share at one point ...
        },
        "load_tables": {
            "load": "VARCHAR",
            "input_table": "VARCHAR",  # file, sheet or zip member
            "rows_read": "BIGINT",
            "loaded": "BIGINT",
            "merged": "BIGINT",
            "not_relevant": "BIGINT",
            "quarantined": "BIGINT",
        },
        # What each load knew of each month: the reporting delay is seen by comparing them.
        "load_months": {
            "load": "VARCHAR",
            "source": "VARCHAR",
            "as_of": "DATE",
            "month": "DATE",
            "reports": "BIGINT",
            "incidents": "BIGINT",
        },
        "quarantine": {
            "load": "VARCHAR",
            "source": "VARCHAR",
            "input_table": "VARCHAR",
            "record": "BIGINT",  # the header is 1
            "column_name": "VARCHAR",
            "reason": "VARCHAR",  # codes.REASON
        },
        "meta": {"key": "VARCHAR", "value": "VARCHAR"},  # format, version, built_at, fictional, place
    }
)
FACTS = ("incidents", "victims", "suspects")

# Fields that a police table can declare. Everything else in a file is never read.
REPORT_FIELDS = (
    # a report, one row per incident or offence
    "incident_id",
    "reported_on",
    "occurred_on",
    "occurred_time",
    "updated_on",
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
    refuse: str = ""  # why `load` will not take this source yet
    prepare: Callable[..., Any] | None = None  # joins the members of an archive into report tables
    boundary: "Boundary | None" = None
    published: "Published | None" = None


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
