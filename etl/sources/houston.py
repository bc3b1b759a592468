"""Houston Police Department: monthly files, in the older form until May 2018 and by NIBRS class from June 2018."""

from etl.schema import Form, Offence, Source, Table
from etl.sources.premises import PATTERNS

_NIBRS = {
    "occurred_on": "Occurrence Date",
    "occurred_time": "Occurrence Hour",
    "offence_text": "NIBRS Description",
    "count": "Offense Count",
    "area_code": "Beat",
    "premise": "Premise",
}
_OLDER = {
    "occurred_on": "Date",
    "occurred_time": "Hour",
    "offence_text": "Offense Type",
    "count": "Offenses",
    "area_code": "Beat",
    "premise": "Premise",
}

SOURCE = Source(
    name="houston",
    title="Houston monthly crime data",
    publisher="Houston Police Department",
    kind="police",
    url="https://www.houstontx.gov/police/cs/Monthly_Crime_Data_by_Street_and_Police_Beat.htm",
    licence="Public record (City of Houston)",
    forms=(
        Form(
            "NIBRS",
            {"reports": Table(_NIBRS)},
            ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y"),
            "hour",
            offences={
                o.text: o
                for o in (
                    Offence("sex", "HUMAN TRAFFICKING/COMMERCIAL SEX ACT", nibrs="64A"),
                    Offence("forced_labour", "HUMAN TRAFFICKING/INVOLUNTARY SERVITUDE", nibrs="64B"),
                    Offence("sex", "ASSISTING OR PROMOTING PROSTITUTION", "related", "40B"),
                )
            },
            delivery="period",
            printed_total=r"Total of\s+([\d,]+)\s+NIBRS offenses reported",
        ),
        Form(
            "until May 2018",
            {"reports": Table(_OLDER)},
            ("%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"),
            "hour",
            delivery="period",
            collected=False,
        ),
    ),
    premise_patterns=PATTERNS,
    missing=("UNK", "-"),
    location_precision="area",
    area_layer="houston_beats",
    first_day="2005-01-01",
    collected_from={"sex": "2018-06", "forced_labour": "2018-06", "related": "2018-06", "all": "2005-01"},
    known_problems=(
        "Before June 2018 the files have no category for trafficking: nothing there means not collected, not zero.",
        "A row is a block, an hour and an offence; identical rows are different reports.",
        "Known by beat and block range only: no coordinates, no victims, no date of report.",
        "A monthly file also holds a few reports of earlier months.",
    ),
    annotations=(("2018-06-01", "series_break", "Houston changes to NIBRS: trafficking is counted from here on"),),
    verdict="Good for monthly counts by beat since June 2018; not for maps of points, not for people.",
)
