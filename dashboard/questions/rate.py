"""Where are reports high for what to expect: for the residents, or for all police reports of the place?"""

import itertools

import numpy as np

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.rates import rates, smoothed, smoothed_locally
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.questions.answer import Answer, Setting, most_of_all, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import count, number

RESIDENTS, REPORTS = "residents", "police reports of all kinds"
LEVEL = 0.05
CLASSES = 4
PER = {RESIDENTS: 100_000, REPORTS: 10_000}
HIGH = "High beyond chance"


def choices(study: Study) -> list[str]:
    """What the counts of this study can be held against."""
    return ([RESIDENTS] if study.residents is not None else []) + ([REPORTS] if study.reports.sum() else [])


def rate(study: Study, against: str, noun: tuple[str, str], names: np.ndarray, local: bool = False) -> Answer:
    """Smoothed rates in shades, and which places are high beyond chance. local : shrink towards the neighbours."""
    exposure = study.residents if against == RESIDENTS else study.reports
    per, counts = PER[against], study.counts
    settings = _settings(against, per, local, len(study), len(study.months))
    if exposure is None:
        return refusal(f"How many residents these {study.words[1]} have is not known.", len(study), settings)
    if counts.sum() < LEAST_INCIDENTS:
        return refusal(
            f"Too few to tell: {count(float(counts.sum()), *noun)} in {count(len(study), *study.words)}; rates need at "
            f"least {LEAST_INCIDENTS}. Choose a longer period or fewer filters.",
            len(study),
            settings,
        )
    if against == REPORTS:
        # The denominator is incidents: a place with more of these than reports of any kind has no rate to tell.
        exposure = np.where(exposure >= counts, exposure, 0)
    found = rates(counts, exposure)
    if not np.isfinite(found.overall):
        return refusal(f"How many {against} there are here is not known.", len(study), settings)
    if not found.overall:
        return refusal(
            f"All {number(float(counts.sum()))} {noun[1]} lie where the number of {against} is not known.",
            len(study),
            settings,
        )
    even = smoothed_locally(counts, exposure, study.neighbours) if local else smoothed(counts, exposure)
    q = benjamini_hochberg(found.p_high)
    high = q < LEVEL
    known = np.isfinite(even)
    cls, labels = _classes(even * per, known)
    cls[high & known] = len(labels)
    cls[~known] = len(labels) + 1
    labels = (*labels, HIGH, "No rate can be told")
    have = "has" if high.sum() <= 1 else "have"
    sentence = f"{of(int(high.sum()), len(study), study.words)} {have} more {noun[1]} than chance explains for "
    sentence += f"{'its' if high.sum() <= 1 else 'their'} number of {against}"
    if high.any():
        at = int(np.nanargmax(np.where(high, even, -1)))
        sentence += f"{most_of_all(int(high.sum()), names[at])} "
        sentence += f"({number(found.rate[at] * per)} per {per:,}; {number(found.overall * per)} overall)"
    columns = {
        against.capitalize(): np.where(known, exposure, np.nan),
        f"Per {per:,}": np.round(found.rate * per, 1),
        "Low": np.round(found.low * per, 1),
        "High": np.round(found.high * per, 1),
        "Smoothed": np.round(even * per, 1),
        "q": np.round(q, 4),
    }
    caveats = [
        f"Rates of small places are moved towards {'their neighbours' if local else 'the overall rate'}: a few "
        "reports more or less would otherwise make the highest and the lowest."
    ]
    if found.left_out:
        lie = "lies" if found.left_out == 1 else "lie"
        caveats.append(f"{count(found.left_out, *noun)} {lie} where no rate can be told.")
    if against == RESIDENTS:
        caveats.append("Where people work, travel or are exploited is not always where they live.")
    caveats += together(study.filters.unit, noun)
    return Answer(
        sentence + ".",
        "rates",
        cls,
        tips(lambda r, e, n: _tip(r, e, n, per, against, noun), found.rate, even, counts),
        columns,
        np.where(high, 1e9, 0) + np.nan_to_num(even),
        settings,
        caveats,
        labels,
        f"{noun[1].capitalize()} per {per:,} {against}, smoothed",
        hot=high,
    )


def _classes(value: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Quartiles with limits that can be read aloud; fewer classes where values repeat."""
    quantiles = np.quantile(value[known], np.linspace(0, 1, CLASSES + 1)).tolist()
    limits = np.unique([float(f"{v:.3g}") for v in quantiles])
    if len(limits) < 2:
        return np.where(known, 0, -1).astype(np.int64), (f"{number(float(limits[0]))}",)
    cls = np.clip(np.searchsorted(limits, np.nan_to_num(value), side="right") - 1, 0, len(limits) - 2)
    labels = tuple(f"{number(float(a))} to {number(float(b))}" for a, b in itertools.pairwise(limits))
    return np.where(known, cls, -1).astype(np.int64), labels


def _settings(against: str, per: int, local: bool, places: int, months: int) -> list[Setting]:
    return [
        Setting("Held against", against, "a count alone is high wherever there are many people or many police"),
        Setting(
            "Shown",
            f"per {per:,}, smoothed by empirical Bayes ({'neighbours' if local else 'overall'})",
            "small places jump by chance (Marshall, 1991)",
        ),
        Setting("Over", count(months, "month"), "the whole period that was chosen, not a year"),
        Setting("High beyond chance", "q below 0.05", f"Poisson, corrected for {places:,} places (Benjamini-Hochberg)"),
    ]


def _tip(rate: float, even: float, n: float, per: int, against: str, noun: tuple[str, str]) -> str:
    if not np.isfinite(rate):
        return f"{number(n)} {noun[0 if n == 1 else 1]}; no rate can be told"
    return (
        f"{number(n)} {noun[0 if n == 1 else 1]}, {number(rate * per)} per {per:,} {against}; "
        f"smoothed {number(even * per)}"
    )
