"""The zip of a release: synthetic people, what every column means, how wrong they are, what not to do with them."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from etl import codes
from etl.synthetic.errors import Report
from etl.synthetic.fit import Measured
from etl.synthetic.people import Attribute, People
from etl.synthetic.texts import citation, error_report, readme

LABELS = {"exploitation": codes.EXPLOITATION, "age_band": codes.AGE_BAND, "minor": codes.MINOR, "sex": codes.SEX,
          "source_kind": codes.KIND}  # fmt: skip
SMALL = 11  # a measured count below it is said as that: with the noise it could be nobody
_THEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Content:
    """Everything that the zip is made of. made : people in each cell, one axis for each attribute."""

    release: str
    day: date
    people: People
    attributes: tuple[Attribute, ...]
    made: np.ndarray
    measured: Sequence[Measured]
    report: Report
    epsilon: float
    delta: float
    library: str


def write(content: Content, path: Path) -> None:
    """Writes the zip, with the hash of every file in it."""
    files = {
        "README.md": readme(content.release, content.day, content.people, content.report, content.epsilon,
                            content.delta, content.library),
        "synthetic.csv": _csv(columns(content.attributes), rows(content.attributes, content.made)),
        "codebook.csv": _csv(("column", "value", "meaning"), codebook(content.attributes, content.people)),
        "error-report.md": error_report(content.release, content.report),
        "error-report.csv": _csv(_ERRORS, _errors(content.report)),
        "single-attributes.csv": _csv(("column", "value", "measured_with_noise", "standard_deviation_of_noise",
                                       "synthetic"), singles(content)),
        "CITATION.txt": citation(content.release, content.day, content.people),
        "about.json": json.dumps(about(content), indent=1, ensure_ascii=False) + "\n",
    }  # fmt: skip
    packed = {name: text.encode() for name, text in files.items()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in packed.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in {**packed, "SHA256SUMS": sums.encode()}.items():
            out.writestr(zipfile.ZipInfo(name, _THEN), data, zipfile.ZIP_DEFLATED)


def columns(attributes: Sequence[Attribute]) -> tuple[str, ...]:
    """The columns of synthetic.csv."""
    return tuple(c for a in attributes for c in a.columns)


def rows(attributes: Sequence[Attribute], made: np.ndarray) -> Iterator[tuple[str, ...]]:
    """One row for each synthetic person, alike ones together."""
    for cell in np.argwhere(made > 0):
        person = tuple(v for a, i in zip(attributes, cell, strict=True) for v in a.values[i])
        for _ in range(int(made[tuple(cell)])):
            yield person


def codebook(attributes: Sequence[Attribute], people: People) -> Iterator[tuple[str, str, str]]:
    """Every value that each column can have, also those that nobody here has."""
    for attribute in attributes:
        for i, column in enumerate(attribute.columns):
            for value in dict.fromkeys(v[i] for v in attribute.values):
                yield column, value, _meaning(column, value, people)


def _meaning(column: str, value: str, people: People) -> str:
    if column == "period":
        return f"Counted in {value}" if value.isdigit() else f"Counted in the years {value.replace('-', ' to ')}"
    if column == "county":
        return people.counties.get(value, "County not recorded, or not told")
    return LABELS[column].get(value, value)


def singles(content: Content) -> Iterator[tuple[str, str, str, str, int]]:
    """Each single value: its count as it was measured, with noise, and among the synthetic people."""
    for m in content.measured:
        if len(m.ways) == 1:
            attribute = content.attributes[m.ways[0]]
            here = content.made.sum(axis=tuple(a for a in range(content.made.ndim) if a != m.ways[0]))
            for value, noisy, synthetic in zip(attribute.values, m.counts, here, strict=True):
                said = str(int(noisy)) if noisy >= SMALL else f"fewer than {SMALL}"
                yield " and ".join(attribute.columns), ", ".join(value), said, f"{m.scale:.1f}", int(synthetic)


_ERRORS = ("attributes_together", "combinations_here", "suppressed_percent", "suppressed_percent_of_people",
           "fabricated_percent", "error_median", "error_95th_percentile", "error_mean")  # fmt: skip


def _errors(report: Report) -> Iterator[tuple[str | int, ...]]:
    for line in (*report.lengths, report.together):
        shares = (round(100 * s) for s in (line.suppressed, line.unseen, line.fabricated))
        errors = (round(e) for e in (line.median, line.high, line.mean))
        yield line.length or "all", line.here, *shares, *errors


def about(content: Content) -> dict[str, object]:
    """The release for programs, and for the page that offers it."""
    few, true = content.report.met
    return {
        "release": content.release,
        "made_on": content.day.isoformat(),
        "rows": int(content.made.sum()),
        "columns": columns(content.attributes),
        "years": list(content.people.years),
        "sources": [s.name for s in content.people.sources],
        "epsilon": round(content.epsilon, 4),
        "delta": content.delta,
        "noise": content.library,
        "suppressed_goal_met": few,
        "fabricated_goal_met": true,
        "fictional": content.people.fictional,
    }


def _csv(header: Sequence[str], body: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(body)
    return out.getvalue()
