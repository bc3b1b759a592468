"""FBI Crime Data Explorer: human trafficking offences by agency and year, as returned under UCR."""

from etl.schema import Form, Published, Source, Table

SOURCE = Source(
    name="fbi_ht",
    title="FBI: trafficking by agency and year",
    publisher="Federal Bureau of Investigation",
    kind="published",
    url="https://cde.ucr.cjis.gov/LATEST/webapp/#/pages/downloads",
    fetch_url="https://cde.ucr.cjis.gov/LATEST/s3/human-trafficking/HT_2013-2020.csv",
    licence="US government work, public domain",
    unit="offences",
    forms=(
        Form(
            "agency and year",
            {
                "figures": Table(
                    {
                        "year": "DATA_YEAR",
                        "place_code": "ORI",
                        "place_name": "PUB_AGENCY_NAME",
                        "state": "STATE_ABBR",
                        "exploitation": "OFFENSE_SUBCAT_ID",
                        "exploitation_text": "OFFENSE_SUBCAT_NAME",
                        "reported": "ACTUAL_COUNT",
                        "unfounded": "UNFOUNDED_COUNT",
                        "cleared": "CLEARED_COUNT",
                    }
                )
            },
        ),
    ),
    published=Published(
        geo_level="agency",
        counts={"reported": "offences", "unfounded": "offences", "cleared": "offences"},
        exploitations={"81": ("sex", "COMMERCIAL SEX ACTS"), "82": ("forced_labour", "INVOLUNTARY SERVITUDE")},
        allow_negative=True,
    ),
    known_problems=(
        "Counts of offences by agency and year, not incidents: never added to incident counts.",
        "Identical rows are repeated returns of one agency and are summed, as the publisher does.",
        "A count below zero corrects an earlier return.",
        "States that do not appear (California among them) did not send these figures: not collected, not zero.",
        "An agency may lie in several counties: figures are placed by state only.",
    ),
    verdict="Shows which agencies report at all; too uneven to compare places.",
)
