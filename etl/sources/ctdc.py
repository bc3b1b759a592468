"""Counter Trafficking Data Collaborative: k-anonymised cases, one row per published case."""

from etl.schema import Form, Published, Source, Table

SOURCE = Source(
    name="ctdc",
    title="CTDC global cases",
    publisher="Counter Trafficking Data Collaborative (IOM, Polaris and partners)",
    kind="nonprofit",
    url="https://www.ctdatacollaborative.org/page/global-k-anonymized-dataset",
    licence="CTDC terms of use, with attribution",
    unit="published_cases",
    forms=(
        Form(
            "2020",
            {
                "figures": Table(
                    {
                        "year": "yearOfRegistration",
                        "sex": "gender",
                        "age_band": "ageBroad",
                        "place_code": "CountryOfExploitation",
                        "sex_flag": "isSexualExploit",
                        "forced_labour_flag": "isForcedLabour",
                    }
                )
            },
        ),
        Form(
            "since 2021",
            {
                "figures": Table(
                    {
                        "year": "yearOfRegistration",
                        "sex": "gender",
                        "age_band": "ageBroad",
                        "place_code": "CountryOfExploitation",
                        "sex_flag": "isSexualExploit",
                        "forced_labour_flag": "isForcedLabour",
                        "other_flag": "isOtherExploit",
                    }
                )
            },
        ),
    ),
    # "NA" is Namibia here, not a missing value.
    missing=("-99", "-99.0", "00", "0", "Unknown"),
    sexes={
        "Female": "female",
        "Male": "male",
        "Woman": "female",
        "Man": "male",
        "Woman/Girl": "female",
        "Man/Boy": "male",
        "Transgender": "other",
        "Trans/Transgender/NonConforming": "other",
    },
    published=Published(
        geo_level="country",
        flags={"sex_flag": "sex", "forced_labour_flag": "forced_labour", "other_flag": "other"},
        one="published_cases",
    ),
    known_problems=(
        "Worldwide cases of organisations that assist people: not a sample, and not local.",
        "Rare combinations were left out by the publisher (k = 11): totals are too low, by an unknown amount.",
        "Citizenship is not read.",
    ),
    verdict="Context for who is identified worldwide; never added to local figures.",
)
