"""The tables of the warehouse. Standard library only; anyone may import it.

Every fact row carries `n`, the count it stands for, and every measure is `sum(n)`. Columns named
`area_<layer>` are added to every fact table for each area layer that is loaded or declared.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Raised when the tables change, or what is read from the same file by the same declaration: it is part of each load's
# name, so that files are read anew. Loads of another format are not served together with new ones.
WAREHOUSE_FORMAT = 4
# Raised when the tables of the public file change, and for nothing else: releases are kept for good, and those of
# another format cannot be opened.
PUBLIC_FORMAT = 3
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
        # A service provider's totals, rounded on her machine before anybody else saw them. Never a client's row.
        "clients": {
            "source": "VARCHAR",
            "load": "VARCHAR",
            "provider": "VARCHAR",  # the name that she chose
            "standard": "VARCHAR",  # htcds or hmis: whose words the file used
            "period_start": "DATE",
            "period_end": "DATE",
            "dimension_1": "VARCHAR",  # client_codes.CLIENT_DIMENSION; NULL: all clients of the period
            "code_1": "VARCHAR",
            "dimension_2": "VARCHAR",
            "code_2": "VARCHAR",
            "n": "BIGINT",  # protected: 0 is left out, and none is 1 to 10
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

# -- the protected public file: the same names, fewer tables with rows -------------------------------------------------

# What the public file has beside the tables above: which cube each unit of count is, and how far its figures are off.
CUBE_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cubes": {
            "unit": "VARCHAR",
            "grain": "VARCHAR",  # codes.GRAIN
            "first": "DATE",  # first day of the first period
            "last": "DATE",  # first day of the last month of the last closed period
            "dimensions": "VARCHAR[]",  # columns of the unit's table, beside the period and the area
            "layer": "VARCHAR",  # NULL: no map
            "base": "INTEGER",  # K
            "altered": "DOUBLE",  # at most this share of the non-zero cells is changed by rounding
            "dropped": "VARCHAR[]",  # what was tried and given up, in words
        },
        # Absolute errors of the totals of one order (1: by one dimension), in people, rounded up. Never the largest.
        "errors": {"unit": "VARCHAR", "order": "INTEGER", "median": "INTEGER", "p95": "INTEGER"},
    }
)
PUBLIC_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType({**TABLES, **CUBE_TABLES})
