"""The words: code lists and their labels, as HTCDS 2.0, NIBRS and CTDC use them.

Standard library only, and anyone may import it. A code is what is stored, a label is what a person
reads. `UNKNOWN` means the record says nothing; `UNMAPPED` means it says something that no list here
has a place for: both are counted and shown, never dropped.
"""

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN = "unknown"
UNMAPPED = "unmapped"


def _frozen(**labels: str) -> Mapping[str, str]:
    return MappingProxyType(labels)


# HTCDS 2.0 "type of exploitation", the level at which police and nonprofit data can be compared.
EXPLOITATION = _frozen(
    sex="Sexual exploitation",
    forced_labour="Forced labour",
    domestic_servitude="Domestic servitude",
    organ_removal="Organ removal",
    other="Other exploitation",
    multiple="Several kinds",
    unknown="Kind not recorded",
)

OFFENCE_GROUP = _frozen(trafficking="Human trafficking", related="Related offences")

# CTDC's bands. Minors are the first two.
AGE_BAND = MappingProxyType(
    {
        "0-8": "0 to 8",
        "9-17": "9 to 17",
        "18-20": "18 to 20",
        "21-23": "21 to 23",
        "24-26": "24 to 26",
        "27-29": "27 to 29",
        "30-38": "30 to 38",
        "39-47": "39 to 47",
        "48+": "48 and over",
        "multiple": "Victims of several ages",
        UNKNOWN: "Age not recorded",
        UNMAPPED: "Value with no mapping",
    }
)
AGE_BAND_FROM = MappingProxyType(
    {0: "0-8", 9: "9-17", 18: "18-20", 21: "21-23", 24: "24-26", 27: "27-29", 30: "30-38", 39: "39-47", 48: "48+"}
)
AGE_LAST = 110  # older than this is a code or an error, not an age

# How long a period of the public file is, finest first.
GRAIN = _frozen(
    month="Month",
    quarter="Quarter",
    half="Half-year",
    year="Year",
    years2="Two years",
    years3="Three years",
    years5="Five years",
    all="All years together",
)

# Months of each; `all` is as long as what was there first.
GRAIN_MONTHS = MappingProxyType(
    {"month": 1, "quarter": 3, "half": 6, "year": 12, "years2": 24, "years3": 36, "years5": 60}
)

MINOR = _frozen(minor="Under 18", adult="18 and over", multiple="Both", unknown="Age not recorded")

SEX = _frozen(
    female="Female",
    male="Male",
    other="Another sex or gender",
    multiple="Victims of several sexes",
    unknown="Sex not recorded",
    unmapped="Value with no mapping",
)

RACE = _frozen(
    white="White",
    black="Black or African American",
    asian="Asian",
    native="American Indian or Alaska Native",
    pacific="Native Hawaiian or Pacific Islander",
    hispanic="Hispanic or Latino (recorded as race)",
    other="Another or several races",
    unknown="Race not recorded",
    unmapped="Value with no mapping",
)

ETHNICITY = _frozen(
    hispanic="Hispanic or Latino",
    not_hispanic="Not Hispanic or Latino",
    unknown="Ethnicity not recorded",
)

RELATIONSHIP = _frozen(
    family="Family",
    partner="Partner or former partner",
    known="Known otherwise",
    employer="Employer or employee",
    stranger="Stranger",
    multiple="Several relationships",
    unknown="Relationship not recorded",
)

# NIBRS data element 9 (location type), folded to what a coalition can act on.
PREMISE = _frozen(
    residence="Home or residence",
    hotel="Hotel or motel",
    street="Street, road or sidewalk",
    vehicle="Vehicle or parking place",
    online="Online",
    massage="Massage, spa or salon",
    nightlife="Bar, club or adult venue",
    food="Restaurant or food service",
    shop="Shop or service business",
    office="Office or other business",
    industry="Farm, factory or building site",
    transport="Station, airport or transport",
    school="School or college",
    shelter="Shelter or group home",
    health="Hospital or clinic",
    public="Park or public building",
    justice="Police, court or jail",
    other="Another place",
    unknown="Place not recorded",
    unmapped="Value with no mapping",
)

STATUS = _frozen(
    open="Open",
    cleared="Cleared or closed",
    unfounded="Unfounded",
    duplicate="Duplicate report",
    unknown="Status not recorded",
)
# Counted and named, never in a figure unless asked for.
STATUS_EXCLUDED = ("unfounded", "duplicate")

# How far the coordinates of a record can be believed, finest first.
LOCATION_PRECISION = _frozen(
    address="Address",
    block="Street block",
    intersection="Intersection",
    neighbourhood="About a kilometre",
    area="Only an area",
    none="No place",
)

# The class of a person recorded as offender. A child recorded as offender is not called a suspect.
SUSPECT_CLASS = _frozen(
    suspect="Suspect",
    minor_recorded_as_offender="Minor recorded as offender",
)

# Unit of count: part of every figure's title; two of them never share an axis.
UNIT = _frozen(
    incidents="Incidents",
    victims="Victims",
    suspects="Suspects",
    offences="Offences (agency and year)",
    signals="Signals to the hotline",
    cases="Hotline cases",
    published_cases="Published cases",
)
RECORD_UNITS = ("incidents", "victims", "suspects")
PUBLISHED_UNITS = ("offences", "signals", "cases", "published_cases")

PRECISION = _frozen(day="Day", month="Month", year="Year")

KIND = _frozen(
    police="Police reports",
    nonprofit="Nonprofit data",
    published="Published figures",
    boundary="Boundaries",
    provider="Service-provider data",
)

ANNOTATION = _frozen(
    series_break="Break in the series",
    code_change="Change of codes",
    campaign="Campaign",
    operation="Police operation",
    decision="Decision",
)

COVERAGE_CATEGORY = _frozen(
    all="All police reports",
    sex="Sexual exploitation",
    forced_labour="Forced labour",
    related="Related offences",
)

# Why a row was set aside. The reason is a code and a column, never a value.
REASON = _frozen(
    field_count="The row has too many or too few fields",
    cut_off="The file ends in the middle of the row",
    row_too_long="The row is longer than the limit",
    nul_bytes="The row holds NUL bytes",
    no_id="The record has no identifier",
    id_unreadable="A spreadsheet has altered the identifier",
    date_missing="A date is missing",
    date_unreadable="A date is in none of the declared formats",
    date_impossible="A date lies in the future or before the source began",
    code_mismatch="The offence code and its description disagree",
    number_unreadable="A number cannot be read",
    number_negative="A count is below zero",
    geometry_invalid="The shape is empty or cannot be repaired",
    no_parent="The row refers to a record that is not in the file",
)

# The list that the values of a column are taken from, wherever the column stands.
OF_COLUMN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "exploitation": EXPLOITATION,
        "offence_group": OFFENCE_GROUP,
        "status": STATUS,
        "premise": PREMISE,
        "location_precision": LOCATION_PRECISION,
        "victim_age_band": AGE_BAND,
        "victim_minor": MINOR,
        "victim_sex": SEX,
        "age_band": AGE_BAND,
        "minor": MINOR,
        "sex": SEX,
        "race": RACE,
        "ethnicity": ETHNICITY,
        "relationship": RELATIONSHIP,
        "suspect_class": SUSPECT_CLASS,
        "reported_precision": PRECISION,
        "occurred_precision": PRECISION,
    }
)
