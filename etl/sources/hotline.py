"""National Human Trafficking Hotline: calls and cases by state and year."""

from etl.schema import Form, Published, Source, Table

SOURCE = Source(
    name="hotline",
    title="National hotline, by state and year",
    publisher="National Human Trafficking Hotline (Polaris)",
    kind="nonprofit",
    url="https://humantraffickinghotline.org/en/statistics",
    licence="Published statistics, with attribution",
    unit="signals",
    forms=(
        Form(
            "state and year",
            {
                "figures": Table(
                    {
                        "year": "Year_Date",
                        "place_code": "postal",
                        "place_name": "State",
                        "state": "postal",
                        "signals": "Calls",
                        "cases": "Cases_Reported",
                    }
                )
            },
        ),
    ),
    published=Published(geo_level="state", counts={"signals": "signals", "cases": "cases"}),
    known_problems=(
        "A signal is a call or a message to the hotline, not a victim; several may concern one case.",
        "More signals can mean more people who know the number.",
    ),
    verdict="Shows who calls, by state; says nothing about places within it.",
)
