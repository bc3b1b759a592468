"""Where did reports change between two periods, beyond chance?"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.place_change import Ratio, place_change
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.filters import add_months
from dashboard.measures.collected import NO, YES, collected_months, months_since_1970
from dashboard.questions.answer import Answer, Setting, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import count, listed, number

ROSE, FELL, SAME, FEW = range(4)
VERDICTS = {"rose": ROSE, "fell": FELL, "not significant": SAME, "too few to tell": FEW, "none": -1}
LEVEL = 0.05
SPANS = {"12 months": 12, "6 months": 6, "3 months": 3}
YEAR_BEFORE = "The same months a year before"
JUST_BEFORE = "The months just before"


@dataclass(frozen=True)
class Periods:
    """Two periods: first and last month of each."""

    before: tuple[date, date]
    after: tuple[date, date]

    @property
    def words(self) -> tuple[str, str]:
        """Both as words."""
        return tuple(said(a, b) for a, b in (self.before, self.after))  # type: ignore[return-value]


def said(first: date, last: date) -> str:
    """`January 2024 to June 2024`."""
    return f"{first:%B %Y}" if first == last else f"{first:%B %Y} to {last:%B %Y}"


def periods(last: date, months: int, year_before: bool) -> Periods:
    """The last so many months up to `last`, and the ones just before or a year before."""
    first = add_months(last, 1 - months)
    back = 12 if year_before else months
    return Periods((add_months(first, -back), add_months(last, -back)), (first, last))


def days(span: tuple[date, date]) -> int:
    """Length of a period of whole months."""
    return (add_months(span[1], 1) - span[0]).days


def changed(
    study: Study, before: np.ndarray, after: np.ndarray, which: Periods, noun: tuple[str, str], relative: bool
) -> Answer:
    """before, after : (n,) counts. relative : against the change of the whole study area, not against none."""
    settings = _settings(study, which, relative)
    if before.sum() + after.sum() == 0:
        return refusal(f"There are no {noun[1]} with a place in either period.", len(study), settings)
    total = float(before.sum() + after.sum())
    if total < LEAST_INCIDENTS:
        return refusal(
            f"Too few to tell: {count(total, *noun)} with a place in the two periods together; to compare places it "
            f"takes at least {LEAST_INCIDENTS}. Choose longer periods or fewer filters.",
            len(study),
            settings,
        )
    missing, partly = _gaps(study, which)
    if missing:
        return refusal(
            f"Nothing was collected here in {missing}, so these two periods cannot be compared. Choose another pair, "
            "or a later end of the period.",
            len(study),
            settings,
        )
    if relative and not (before.sum() and after.sum()):
        return refusal(
            f"One of the two periods has no {noun[1]} at all, so there is no common change to compare with.",
            len(study),
            settings,
        )
    found = place_change(before, after, days(which.before), days(which.after))
    ratio: Ratio = found.relative if relative else found.own
    q = benjamini_hochberg(ratio.p)
    cls = np.array([VERDICTS[v] for v in ratio.verdicts(q, LEVEL).tolist()], dtype=np.int64)
    rose, fell = int((cls == ROSE).sum()), int((cls == FELL).sum())
    lead = f"Held against the change of the whole, {noun[1]}" if relative else noun[1].capitalize()
    if not rose and not fell:
        sentence = f"{lead} changed in none of {count(len(study), *study.words)} by more than chance explains."
    else:
        sentence = f"{lead} rose in {of(rose, len(study), study.words).lower()} and fell in "
        sentence += f"{number(fell) if fell else 'none'}, by more than chance explains."
    sentence += f" Over the whole study area they went from {number(before.sum())} to {number(after.sum())}."
    columns = {
        "Before": before.astype("int64"),
        "After": after.astype("int64"),
        "Difference": found.difference.astype("int64"),
        "Ratio": _shown(ratio.ratio),
        "Ratio, low": _shown(ratio.low),
        "Ratio, high": _shown(ratio.high),
        "q": np.round(q, 4),
    }
    certain = np.isin(cls, (ROSE, FELL))
    order = np.where(certain, 1e9, 0) + np.abs(found.difference)
    return Answer(
        sentence,
        "change",
        cls,
        tips(_tip, before, after, ratio.ratio, ratio.low, ratio.high),
        columns,
        order,
        settings,
        (
            *partly,
            "Too few to tell: even if all of them lay in one of the two periods, chance could explain it.",
            *together(study.filters.unit, noun),
        ),
        legend=f"{which.words[1]}, compared with {which.words[0]}",
        hot=certain,
    )


def in_months(study: Study, span: tuple[date, date], seen: pd.DataFrame) -> np.ndarray:
    """(n,) counts of a period from a table of place, month, n."""
    from dashboard.questions.study import place_of

    kept = seen[(seen["month"] >= pd.Timestamp(span[0])) & (seen["month"] <= pd.Timestamp(span[1]))]
    at = place_of(study.grid, kept["place"].to_numpy())
    n = kept["n"].to_numpy(dtype=float)
    return np.asarray(np.bincount(at[at >= 0], n[at >= 0], len(study)), dtype=float)


def _gaps(study: Study, which: Periods) -> tuple[str, tuple[str, ...]]:
    """Months of the two periods in which no source collected, in words, and a caveat where only some did."""
    spans = [months_since_1970([first, add_months(last, 1)]) for first, last in (which.before, which.after)]
    months = np.concatenate([np.arange(*span) for span in spans])
    status = collected_months(study.warehouse, replace(study.filters, sources=study.sources), months)
    none = [f"{pd.Timestamp(m):%B %Y}" for m in months[status == NO].astype("datetime64[M]")]
    some = int(((status != YES) & (status != NO)).sum())
    caveat = f"In {some} of the {len(months)} months not everything was collected: a rise or fall may come from that."
    return listed(none, most=2), (caveat,) if some else ()


def _settings(study: Study, which: Periods, relative: bool) -> list[Setting]:
    against = (
        ("the change of the whole study area", "where did it change otherwise than elsewhere?")
        if relative
        else ("no change", "did reports here become more or fewer?")
    )
    return [
        Setting("Periods", f"{which.words[1]} with {which.words[0]}", "the last months that are complete"),
        Setting("Compared with", *against),
        Setting("Test", "conditional binomial, exact interval of the ratio at 95%", "right for small counts too"),
        Setting("Correction", "Benjamini-Hochberg, q below 0.05", f"{len(study):,} places are compared"),
    ]


def _tip(before: float, after: float, ratio: float, low: float, high: float) -> str:
    numbers = f"{number(before)} before, {number(after)} after"
    if not np.isfinite(ratio):
        return numbers
    top = f"{high:.2f}" if np.isfinite(high) else "∞"
    return f"{numbers}; {ratio:.2f} times (95% interval {low:.2f} to {top})"


def _shown(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(np.isfinite(values), np.round(values, 2), np.nan))
