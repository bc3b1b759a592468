"""Protected totals that service providers made on their own machines, whatever standard their files follow."""

from etl.schema import Source

SOURCE = Source(
    name="provider_totals",
    title="Service providers' totals",
    publisher="Service providers",
    kind="nonprofit",
    url="https://www.law.cornell.edu/uscode/text/34/12291",
    licence="As agreed with each provider",
    unit="clients",
    totals=True,
    known_problems=(
        "Every number is rounded to protect people; 0 means 0 to 10.",
        "Clients of one provider may also be those of another: totals of two providers are never added up.",
    ),
    verdict="Who came for help and what they got, as far as it can be told without telling of anybody.",
)
