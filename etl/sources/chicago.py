"""Chicago Police Department: Crimes 2001 to present, from the portal or as the slim yearly file."""

from etl.schema import Form, Offence, Source, Table
from etl.sources.premises import PATTERNS

_PORTAL = {
    "incident_id": "ID",
    "occurred_on": "Date",
    "updated_on": "Updated On",
    "offence_code": "IUCR",
    "offence_text": "Primary Type",
    "offence_detail": "Description",
    "premise": "Location Description",
    "area_code": "Community Area",
    "lat": "Latitude",
    "lon": "Longitude",
}
# The slim file has no code, no id and no point: the publisher's own category is the code.
_SLIM = {
    "occurred_on": "Date",
    "offence_text": "Primary Type",
    "offence_detail": "Description",
    "premise": "Location Description",
    "area_code": "Community Area",
}
_CATEGORIES = {
    "1055": Offence("forced_labour", "HUMAN TRAFFICKING / INVOLUNTARY SERVITUDE", nibrs="64B"),
    "1056": Offence("sex", "HUMAN TRAFFICKING / COMMERCIAL SEX ACTS", nibrs="64A"),
    "1515": Offence("sex", "PROSTITUTION / PANDERING", "related", "40B"),
    "1520": Offence("sex", "PROSTITUTION / KEEP PLACE OF PROSTITUTION", "related", "40B"),
    "1525": Offence("sex", "PROSTITUTION / KEEP PLACE OF JUV PROSTITUTION", "related", "40B"),
    "1526": Offence("sex", "PROSTITUTION / PATRONIZE JUVENILE PROSTITUTE", "related", "40C"),
    "1530": Offence("sex", "PROSTITUTION / PIMPING", "related", "40B"),
    "1535": Offence("sex", "PROSTITUTION / JUVENILE PIMPING", "related", "40B"),
}

SOURCE = Source(
    name="chicago",
    title="Chicago crimes",
    publisher="Chicago Police Department",
    kind="police",
    url="https://data.cityofchicago.org/Public-Safety/Crimes-2001-to-Present/ijzp-q8t2",
    fetch_url="https://data.cityofchicago.org/api/views/ijzp-q8t2/rows.csv?accessType=DOWNLOAD",
    licence="City of Chicago data terms of use",
    forms=(
        Form("portal", {"reports": Table(_PORTAL)}, ("%m/%d/%Y %I:%M:%S %p",), offences=_CATEGORIES),
        Form(
            "slim",
            {"reports": Table(_SLIM)},
            ("%Y-%m-%d %H:%M:%S",),
            offences={o.text: o for o in _CATEGORIES.values()},
            delivery="period",
        ),
    ),
    premise_patterns=PATTERNS,
    region=(-88.0, 41.6, -87.4, 42.1),
    location_precision="block",
    area_layer="chicago_community_areas",
    first_day="2001-01-01",
    collected_from={"sex": "2013-01", "forced_labour": "2013-01", "related": "2001-01", "all": "2001-01"},
    known_problems=(
        "Dates are of occurrence; the date of the report is not published.",
        "The slim file has neither an id nor coordinates: its records are known by community area only.",
        "Midnight stands for an unknown time.",
        "Victims and suspects are not published.",
    ),
    verdict="Good for trends and for community areas; no victims; points only in the portal file.",
)
