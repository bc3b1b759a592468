"""Where did reports change between two periods, beyond chance?"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.place_change import Ratio, place_change
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.filters import add_months
from dashboard.i18n import N_, _
from dashboard.measures.collected import NO, YES, collected_months, months_since_1970
from dashboard.questions.answer import Answer, Setting, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import capital, count, decimal, exact, listed, month, number, span

ROSE, FELL, SAME, FEW = range(4)
VERDICTS = {"rose": ROSE, "fell": FELL, "not significant": SAME, "too few to tell": FEW, "none": -1}
LEVEL = 0.05
SPANS = {N_("12 months"): 12, N_("6 months"): 6, N_("3 months"): 3}
YEAR_BEFORE = N_("The same months a year before")
JUST_BEFORE = N_("The months just before")


@dataclass(frozen=True)
class Periods:
    """Two periods: first and last month of each."""

    before: tuple[date, date]
    after: tuple[date, date]

    @property
    def words(self) -> tuple[str, str]:
        """Both as words."""
        return tuple(span(a, b) for a, b in (self.before, self.after))  # type: ignore[return-value]


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
        return refusal(
            _("There are no {things} with a place in either period.").format(things=_(noun[1])), len(study), settings
        )
    total = float(before.sum() + after.sum())
    if total < LEAST_INCIDENTS:
        return refusal(
            _(
                "Too few to tell: {counted} with a place in the two periods together; to compare places it "
                "takes at least {least_incidents}. Choose longer periods or fewer filters."
            ).format(counted=count(total, *noun), least_incidents=LEAST_INCIDENTS),
            len(study),
            settings,
        )
    missing, partly = _gaps(study, which)
    if missing:
        return refusal(
            _(
                "Nothing was collected here in {missing}, so these two periods cannot be compared. Choose "
                "another pair, or a later end of the period."
            ).format(missing=missing),
            len(study),
            settings,
        )
    if relative and not (before.sum() and after.sum()):
        return refusal(
            _("One of the two periods has no {things} at all, so there is no common change to compare with.").format(
                things=_(noun[1])
            ),
            len(study),
            settings,
        )
    found = place_change(before, after, days(which.before), days(which.after))
    ratio: Ratio = found.relative if relative else found.own
    q = benjamini_hochberg(ratio.p)
    cls = np.array([VERDICTS[v] for v in ratio.verdicts(q, LEVEL).tolist()], dtype=np.int64)
    rose, fell = int((cls == ROSE).sum()), int((cls == FELL).sum())
    sentence = _went(study, rose, fell, noun, relative)
    total_went = _("Over the whole study area they went from {before} to {after}.")
    sentence = f"{sentence} {total_went.format(before=number(before.sum()), after=number(after.sum()))}"
    columns = {
        _("Before"): before.astype("int64"),
        _("After"): after.astype("int64"),
        _("Difference"): found.difference.astype("int64"),
        _("Ratio"): _shown(ratio.ratio),
        _("Ratio, low"): _shown(ratio.low),
        _("Ratio, high"): _shown(ratio.high),
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
            _("Too few to tell: even if all of them lay in one of the two periods, chance could explain it."),
            *together(study.filters.unit, noun),
        ),
        legend=_("{later}, compared with {earlier}").format(later=which.words[1], earlier=which.words[0]),
        hot=certain,
    )


def _went(study: Study, rose: int, fell: int, noun: tuple[str, str], relative: bool) -> str:
    """In how many places they rose and fell."""
    put = {"things": _(noun[1]), "Things": capital(_(noun[1])), "places": count(len(study), *study.words)}
    put |= {"rose": of(rose, len(study), study.words).lower(), "fell": number(fell)}
    if not rose and not fell:
        if relative:
            said = _(
                "Held against the change of the whole, {things} changed in none of {places} by more than chance "
                "explains."
            )
            return said.format(**put)
        return _("{Things} changed in none of {places} by more than chance explains.").format(**put)
    if relative:
        said = (
            _(
                "Held against the change of the whole, {things} rose in {rose} and fell in {fell}, by more than "
                "chance explains."
            )
            if fell
            else _(
                "Held against the change of the whole, {things} rose in {rose} and fell in none, by more than chance "
                "explains."
            )
        )
    else:
        said = (
            _("{Things} rose in {rose} and fell in {fell}, by more than chance explains.")
            if fell
            else _("{Things} rose in {rose} and fell in none, by more than chance explains.")
        )
    return said.format(**put)


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
    none = [month(pd.Timestamp(m).date()) for m in months[status == NO].astype("datetime64[M]")]
    some = int(((status != YES) & (status != NO)).sum())
    caveat = _(
        "In {some} of the {months} months not everything was collected: a rise or fall may come from that."
    ).format(some=some, months=len(months))
    return listed(none, most=2), (caveat,) if some else ()


def _settings(study: Study, which: Periods, relative: bool) -> list[Setting]:
    against = (
        (_("the change of the whole study area"), _("where did it change otherwise than elsewhere?"))
        if relative
        else (_("no change"), _("did reports here become more or fewer?"))
    )
    return [
        Setting(
            _("Periods"),
            _("{later} with {earlier}").format(later=which.words[1], earlier=which.words[0]),
            _("the last months that are complete"),
        ),
        Setting(_("Compared with"), *against),
        Setting(
            _("Test"), _("conditional binomial, exact interval of the ratio at 95%"), _("right for small counts too")
        ),
        Setting(
            _("Correction"),
            _("Benjamini-Hochberg, q below 0.05"),
            _("{study} places are compared").format(study=exact(len(study))),
        ),
    ]


def _tip(before: float, after: float, ratio: float, low: float, high: float) -> str:
    numbers = _("{before} before, {after} after").format(before=number(before), after=number(after))
    if not np.isfinite(ratio):
        return numbers
    top = f"{high:.2f}" if np.isfinite(high) else "∞"
    return _("{numbers}; {ratio} times (95% interval {low} to {top})").format(
        numbers=numbers, ratio=decimal(ratio, 2), low=decimal(low, 2), top=top
    )


def _shown(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(np.isfinite(values), np.round(values, 2), np.nan))
