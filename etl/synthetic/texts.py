"""What the zip says in words."""

from datetime import date

from etl.synthetic.errors import FABRICATED_BELOW, LONGEST, SUPPRESSED_BELOW, Report, percent, verdict
from etl.synthetic.people import People

WARNING = (
    "Do not compute hotspots from it, do not map it, and do not count small groups in it: "
    "a figure under about 50 people is mostly noise."
)
_LENGTH = {1: "1 attribute", 2: "2 together", 3: "3 together", 0: f"all, 1 to {LONGEST}"}


def readme(release: str, day: date, people: People, report: Report, epsilon: float, delta: float, library: str) -> str:
    """README.md: the warning first."""
    first, last = people.years
    publishers = "\n".join(f"- {s.title}, {s.publisher}. Licence: {s.licence or 'as the publisher says'}"
                           for s in people.sources)  # fmt: skip
    open_ones = [s.title for s in people.sources if s.elsewhere]
    known = (
        f"\nAnybody can download the records of {', '.join(open_ones)} elsewhere: of those people this file promises "
        "nothing that their publisher has not already given away.\n"
        if open_ones
        else ""
    )
    invented = (
        "The warehouse that it was made from is itself FICTIONAL: a sample to try things with.\n\n" * people.fictional
    )
    return f"""# Synthetic people, release {release}

**{WARNING}**

{invented}No row is a person. Each row of synthetic.csv was drawn from a table of noisy counts, so that many rows
together look like the people recorded as victims of trafficking in {first} to {last}. Use it to learn the shape
of the data, to write and try code, to ask whether a question is worth an agreement. Figures that are published should
be the rounded ones of the dashboard, or come from records under an agreement.

{verdict(report)} See error-report.md.

## What is in it
- synthetic.csv: one row for each synthetic person. The number of rows is a noisy count too.
- codebook.csv: every value that each column can have. A value that nobody has is listed all the same.
- error-report.md, error-report.csv: how far the rows are from the records.
- single-attributes.csv: each single value as it was measured, with noise, and here.
- CITATION.txt, about.json, SHA256SUMS.

No place finer than a county, no date finer than a year, no citizenship, language, race or free text.

## What is promised
Differential privacy with epsilon {epsilon:.3g} and delta {delta:.3g}, for one row of one person more or less: whoever
sees this file learns almost the same whether or not that row was among the records, whatever else he knows. A person
who was reported several times has several rows, and is protected less. Counts of every combination of up to
{LONGEST} attributes got discrete Gaussian noise by {library}, drawn from the system's randomness; everything after
that uses the noisy counts alone. Outside of the promise: that there are at least 5,000 people, and the shares of the
error report, which are rounded for it. An epsilon of 12 is what CTDC's Global Synthetic Dataset has; it is a promise
against certainty, not against every guess. Keep the file as carefully as its publishers ask.
{known}
These are reports: they show where people look, and who is asked, as much as what happened.

## Sources
{publishers}

Made on {day} with Lamplight.
"""


def error_report(release: str, report: Report) -> str:
    """error-report.md: first of all, whether the goals were met."""
    lines = [
        f"| {_LENGTH[x.length]} | {x.here:,} | {percent(x.suppressed)} | {percent(x.unseen)} | {percent(x.fabricated)} "
        f"| {round(x.median)} | {round(x.high)} | {round(x.mean)} |"
        for x in (*report.lengths, report.together)
    ]
    body = "\n".join(lines)
    return f"""{verdict(report)}

# Error report of synthetic release {release}

| attributes | combinations here | suppressed | of people | fabricated | error, median | 95th percentile | mean |
|---|---|---|---|---|---|---|---|
{body}

- A combination is a value for each of so many columns, such as female and 9-17.
- Suppressed: combinations that somebody in the records has and nobody here has. Goal: under {SUPPRESSED_BELOW:.0%}.
- Of people: the same, each combination counted once for each person who has it. Rare ones go, so it is less.
- Fabricated: combinations that somebody here has and nobody in the records has. Goal: under {FABRICATED_BELOW:.0%}.
- Error: people here against people in the records, over all combinations that either has; in whole people.

Shares are rounded to whole per cent and errors to whole people, over all combinations together: the error of a single
figure would give the true figure away. {WARNING}
"""


def citation(release: str, day: date, people: People) -> str:
    """CITATION.txt"""
    publishers = "; ".join(dict.fromkeys(s.publisher for s in people.sources if s.publisher))
    return (
        f"{publishers} ({day.year}). Synthetic records of people reported as victims of human trafficking, "
        f"{people.years[0]} to {people.years[1]} [synthetic data set]. "
        f"Release {release}, made with Lamplight on {day}. Synthetic: no row is a person.\n"
    )
