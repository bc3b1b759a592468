"""Los Angeles Police Department: Crime Data, one row per crime report (2010-2019 and 2020 onwards)."""

from etl.schema import Form, Offence, Source, Table
from etl.sources.premises import PATTERNS

_SINCE_2020 = {
    "incident_id": "DR_NO",
    "reported_on": "Date Rptd",
    "occurred_on": "DATE OCC",
    "occurred_time": "TIME OCC",
    "offence_code": "Crm Cd",
    "offence_text": "Crm Cd Desc",
    "status": "Status",
    "premise": "Premis Desc",
    "lat": "LAT",
    "lon": "LON",
    "area_code": "AREA",
    "victim_age": "Vict Age",
    "victim_sex": "Vict Sex",
    "victim_race": "Vict Descent",
}
_OLDER = {
    "incident_id": "DR Number",
    "reported_on": "Date Reported",
    "occurred_on": "Date Occurred",
    "occurred_time": "Time Occurred",
    "offence_code": "Crime Code",
    "offence_text": "Crime Code Description",
    "status": "Status Code",
    "premise": "Premise Description",
    "point": "Location ",  # the trailing space is the publisher's
    "area_code": "Area ID",
    "victim_age": "Victim Age",
    "victim_sex": "Victim Sex",
    "victim_race": "Victim Descent",
}
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S.%f")

SOURCE = Source(
    name="lapd",
    title="LAPD crime reports",
    publisher="Los Angeles Police Department",
    kind="police",
    url="https://data.lacity.org/Public-Safety/Crime-Data-from-2020-to-Present/2nrs-mtv8",
    fetch_url="https://data.lacity.org/api/views/2nrs-mtv8/rows.csv?accessType=DOWNLOAD",
    licence="CC0 1.0 (City of Los Angeles open data)",
    forms=(
        Form("since 2020", {"reports": Table(_SINCE_2020)}, _DATES, "hhmm"),
        # By year of occurrence: its late reports fall into months of the other file, and are not in it.
        Form("2010 to 2019", {"reports": Table(_OLDER)}, _DATES, "hhmm", series="2010 to 2019"),
    ),
    # 922 is child stealing and 821 sodomy: neighbours in the code book, not trafficking.
    offences={
        "822": Offence("sex", "HUMAN TRAFFICKING - COMMERCIAL SEX ACTS", nibrs="64A"),
        "921": Offence("forced_labour", "HUMAN TRAFFICKING - INVOLUNTARY SERVITUDE", nibrs="64B"),
        "805": Offence("sex", "PIMPING", "related", "40B"),
        "806": Offence("sex", "PANDERING", "related", "40B"),
    },
    premise_patterns=PATTERNS,
    statuses={"IC": "open", "AA": "cleared", "AO": "cleared", "JA": "cleared", "JO": "cleared", "CC": "unknown"},
    sexes={"F": "female", "M": "male", "X": "unknown", "H": "unknown", "N": "unknown", "-": "unknown"},
    races={
        **dict.fromkeys("ACDFJKLVZ", "asian"),
        **dict.fromkeys("GPSU", "pacific"),
        **{"W": "white", "B": "black", "H": "hispanic", "I": "native", "O": "other", "X": "unknown", "-": "unknown"},
    },
    default_times=("00:00", "00:01", "12:00"),
    zero_age_unknown=True,
    region=(-119.1, 33.3, -117.6, 34.9),
    location_precision="block",
    area_layer="lapd_divisions",
    victim_per_report=True,
    first_day="2010-01-01",
    collected_from={"sex": "2010-01", "forced_labour": "2010-01", "related": "2010-01", "all": "2010-01"},
    known_problems=(
        "From March 2024 reports moved to a NIBRS system bureau by bureau: falling counts are not falling crime.",
        "Only the first offence of a report is matched; trafficking filed beside a graver offence is not seen.",
        "A report names one victim at most; an age of 0 means unknown or no person.",
        "Addresses are rounded to the hundred block; coordinates are those of the block.",
    ),
    annotations=(("2024-03-07", "code_change", "Reports move to a NIBRS system, bureau by bureau"),),
    verdict="Good for trends until early 2024 and for maps at block scale; few victim details.",
)
