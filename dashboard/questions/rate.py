"""Where are reports high for what to expect: for the residents, or for all police reports of the place?"""

import itertools

import numpy as np

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.rates import rates, smoothed, smoothed_locally
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.i18n import N_, _, ngettext
from dashboard.questions.answer import Answer, Setting, most_of_all, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import capital, count, digits, exact, number, numbered

RESIDENTS, REPORTS = N_("residents"), N_("police reports of all kinds")
LEVEL = 0.05
CLASSES = 4
PER = {RESIDENTS: 100_000, REPORTS: 10_000}
HIGH = N_("High beyond chance")


def choices(study: Study) -> list[str]:
    """What the counts of this study can be held against."""
    return ([RESIDENTS] if study.residents is not None else []) + ([REPORTS] if study.reports.sum() else [])


def rate(study: Study, against: str, noun: tuple[str, str], names: np.ndarray, local: bool = False) -> Answer:
    """Smoothed rates in shades, and which places are high beyond chance. local : shrink towards the neighbours."""
    exposure = study.residents if against == RESIDENTS else study.reports
    per, counts = PER[against], study.counts
    settings = _settings(against, per, local, len(study), len(study.months))
    if exposure is None:
        return refusal(
            _("How many residents these {cells} have is not known.").format(cells=_(study.words[1])),
            len(study),
            settings,
        )
    if counts.sum() < LEAST_INCIDENTS:
        return refusal(
            _(
                "Too few to tell: {counted} in {places}; rates need at least {least_incidents}. Choose a "
                "longer period or fewer filters."
            ).format(
                counted=count(float(counts.sum()), *noun),
                places=count(len(study), *study.words),
                least_incidents=LEAST_INCIDENTS,
            ),
            len(study),
            settings,
        )
    if against == REPORTS:
        # The denominator is incidents: a place with more of these than reports of any kind has no rate to tell.
        exposure = np.where(exposure >= counts, exposure, 0)
    found = rates(counts, exposure)
    if not np.isfinite(found.overall):
        return refusal(
            _("How many {against} there are here is not known.").format(against=_(against)), len(study), settings
        )
    if not found.overall:
        return refusal(
            _("All {n} {things} lie where the number of {against} is not known.").format(
                n=number(float(counts.sum())), things=_(noun[1]), against=_(against)
            ),
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
    labels = (*labels, _(HIGH), _("No rate can be told"))
    sentence = _found(int(high.sum()), study, noun, against)
    if high.any():
        at = int(np.nanargmax(np.where(high, even, -1)))
        sentence = _("{sentence} ({rate} per {per}; {overall} overall)").format(
            sentence=most_of_all(int(high.sum()), sentence, names[at]),
            rate=number(found.rate[at] * per),
            per=exact(per),
            overall=number(found.overall * per),
        )
    columns = {
        capital(_(against)): np.where(known, exposure, np.nan),
        _("Per {n}").format(n=exact(per)): np.round(found.rate * per, 1),
        _("Low"): np.round(found.low * per, 1),
        _("High"): np.round(found.high * per, 1),
        _("Smoothed"): np.round(even * per, 1),
        "q": np.round(q, 4),
    }
    caveats = [
        _(
            "Rates of small places are moved towards their neighbours: a few reports more or less would otherwise make "
            "the highest and the lowest."
        )
        if local
        else _(
            "Rates of small places are moved towards the overall rate: a few reports more or less would otherwise make "
            "the highest and the lowest."
        )
    ]
    if found.left_out:
        said = ngettext(
            "{counted} lies where no rate can be told.", "{counted} lie where no rate can be told.", found.left_out
        )
        caveats.append(said.format(counted=count(found.left_out, *noun)))
    if against == RESIDENTS:
        caveats.append(_("Where people work, travel or are exploited is not always where they live."))
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
        _("{things} per {per} {against}, smoothed").format(
            things=capital(_(noun[1])), per=exact(per), against=_(against)
        ),
        hot=high,
    )


def _classes(value: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Quartiles with limits that can be read aloud; fewer classes where values repeat."""
    quantiles = np.quantile(value[known], np.linspace(0, 1, CLASSES + 1)).tolist()
    limits = np.unique([float(f"{v:.3g}") for v in quantiles])
    if len(limits) < 2:
        return np.where(known, 0, -1).astype(np.int64), (f"{number(float(limits[0]))}",)
    cls = np.clip(np.searchsorted(limits, np.nan_to_num(value), side="right") - 1, 0, len(limits) - 2)
    labels = tuple(
        _("{a} to {b}").format(a=number(float(a)), b=number(float(b))) for a, b in itertools.pairwise(limits)
    )
    return np.where(known, cls, -1).astype(np.int64), labels


def _settings(against: str, per: int, local: bool, places: int, months: int) -> list[Setting]:
    return [
        Setting(
            _("Held against"), _(against), _("a count alone is high wherever there are many people or many police")
        ),
        Setting(
            _("Shown"),
            (
                _("per {per}, smoothed by empirical Bayes (neighbours)")
                if local
                else _("per {per}, smoothed by empirical Bayes (overall)")
            ).format(per=exact(per)),
            _("small places jump by chance (Marshall, 1991)"),
        ),
        Setting(_("Over"), count(months, "month"), _("the whole period that was chosen, not a year")),
        Setting(
            _("High beyond chance"),
            _("q below {level}").format(level=digits(LEVEL)),
            _("Poisson, corrected for {places} places (Benjamini-Hochberg)").format(places=exact(places)),
        ),
    ]


def _tip(rate: float, even: float, n: float, per: int, against: str, noun: tuple[str, str]) -> str:
    if not np.isfinite(rate):
        return _("{counted}; no rate can be told").format(counted=numbered(n, *noun))
    return _("{counted}, {rate} per {per} {against}; smoothed {even}").format(
        counted=numbered(n, *noun), rate=number(rate * per), per=exact(per), against=_(against), even=number(even * per)
    )


def _found(high: int, study: Study, noun: tuple[str, str], against: str) -> str:
    put = {"found": of(high, len(study), study.words), "things": _(noun[1]), "against": _(against)}
    said = (
        _("{found} has more {things} than chance explains for its number of {against}")
        if high <= 1
        else _("{found} have more {things} than chance explains for their number of {against}")
    )
    return said.format(**put)
