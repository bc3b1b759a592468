"""Where are reports dense? Kernel density, by itself or held against all police reports or the residents."""

import numpy as np

from dashboard.analysis.density import bandwidth_rule, density
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.projection import projected_crs, to_metres
from dashboard.analysis.relative_risk import relative_risk
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.i18n import N_, _
from dashboard.questions.answer import Answer, Setting, located, most_of_all, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import capital, decimal, digits, exact, number, numbered

STEPS = (0.8, 0.6, 0.4, 0.2, 0.05)  # of the highest density
LEVEL = 0.05
HIGHER, LOWER, SAME, THIN = range(4)
REPORTS, RESIDENTS = "reports", "residents"
OTHERS = {REPORTS: N_("all police reports"), RESIDENTS: N_("the residents")}
LABELS = {
    REPORTS: (
        N_("More than all police reports suggest"),
        N_("Fewer than all police reports suggest"),
        N_("About what they suggest"),
        N_("Too few to tell"),
    ),
    RESIDENTS: (
        N_("More than the residents suggest"),
        N_("Fewer than the residents suggest"),
        N_("About what they suggest"),
        N_("Too few to tell"),
    ),
}


def dense(study: Study, bandwidth: float | None, relative: str, noun: tuple[str, str], names: np.ndarray) -> Answer:
    """bandwidth : metres, or None for the rule. relative : "", or a key of OTHERS to hold the density against."""
    lon, lat, n, _month = study.points
    total = float(n.sum())
    if total < LEAST_INCIDENTS:
        return refusal(
            _(
                "Too few to tell: {counted} with a point; a density needs at least {least_incidents}. "
                "Choose a longer period or fewer filters."
            ).format(counted=numbered(total, *noun), least_incidents=LEAST_INCIDENTS),
            len(study),
        )
    if len(study) == 1:
        return refusal(
            _("Too few to tell: the study area is a single {cell}, which has no other to be denser than.").format(
                cell=_(study.words[0])
            ),
            1,
        )
    crs = projected_crs(study.grid.x, study.grid.y)
    points = np.column_stack(to_metres(lon, lat, crs))
    centres = np.column_stack(to_metres(study.grid.x, study.grid.y, crs))
    across = _across(study)
    try:
        width = bandwidth or max(bandwidth_rule(points, n), across)
    except ValueError:
        return refusal(
            _("All {total} {things} lie at one place, so their density has nothing to show.").format(
                total=number(total), things=_(noun[1])
            ),
            len(study),
        )
    why = _("chosen by you") if bandwidth else _why(width, across)
    settings = [
        Setting(
            _("Kernel"),
            _("quartic"),
            _("the usual one for crime maps: a report counts less the further away, and ends"),
        ),
        Setting(_("Bandwidth"), _("{n} m").format(n=exact(width)), why),
        Setting(_("Projection"), crs, _("distances in metres are true there")),
    ]
    if relative:
        return _relative(study, points, n, centres, width, settings, noun, names, relative)
    found = density(points, centres, width, weights=n, cell_size=across)
    value = found.per_km2
    top = float(value.max())
    if not top:
        return refusal(
            _(
                "With a bandwidth of {width} m no place has any of the {total} {things} near its middle. "
                "Choose a larger bandwidth."
            ).format(width=exact(width), total=number(total), things=_(noun[1])),
            len(study),
            settings,
        )
    limits = np.array(sorted(_round(step * top) for step in STEPS))
    cls = np.searchsorted(limits, value, side="right") - 1
    at = int(np.argmax(value))
    times = top / (total / _area_km2(study)) if total else 0.0
    # Where most of a kernel lies beyond the places of the study, even the densest is below their average.
    put = {"Things": capital(_(noun[1])), "where": located(names[at]), "top": number(top), "times": decimal(times, 1)}
    sentence = (
        _("{Things} are densest {where}: {top} per km², {times} times the average of the study area.")
        if times >= 1
        else _("{Things} are densest {where}: {top} per km².")
    ).format(**put)
    upper = [*limits[1:], top]
    labels = tuple(_("{a} to {b}").format(a=number(a), b=number(b)) for a, b in zip(limits, upper, strict=True))
    caveats = [_narrow(width, across)] if found.warning else []
    caveats.append(
        _(
            "A density smooths: it shows where {things} lie close together, not whether chance alone would put them so."
        ).format(things=_(noun[1]))
    )
    return Answer(
        sentence,
        "values",
        cls,
        tips(lambda v: _("{said} per km²").format(said=_said(v)), value),
        {_("Per km²"): np.array([float(f"{v:.3g}") for v in value.tolist()])},
        value,
        settings,
        caveats,
        labels,
        _("{things} per km²").format(things=capital(_(noun[1]))),
    )


def _relative(
    study: Study,
    points: np.ndarray,
    n: np.ndarray,
    centres: np.ndarray,
    width: float,
    settings: list[Setting],
    noun: tuple[str, str],
    names: np.ndarray,
    against: str,
) -> Answer:
    found, others = _others(study, centres, against), _(OTHERS[against])
    if found is None:
        unknown = (
            _("How many residents live here is not known.")
            if against == RESIDENTS
            else _("How many police reports of all kinds come from here is not known.")
        )
        return refusal(unknown, len(study), settings)
    risk = relative_risk(points, found[0], centres, width, n, found[1])
    q = benjamini_hochberg(risk.p)
    cls = np.full(len(study), SAME)
    cls[(q < LEVEL) & (risk.z > 0)] = HIGHER
    cls[(q < LEVEL) & (risk.z < 0)] = LOWER
    cls[risk.thin | np.isnan(risk.ratio) | np.isnan(risk.p)] = THIN
    high, few = cls == HIGHER, cls == THIN
    if few.all():
        return refusal(
            _(
                "Too few to tell: with a bandwidth of {width} m no place has enough {things} near it to be "
                "held against {others}. Choose a larger bandwidth, a longer period or fewer filters."
            ).format(width=exact(width), things=_(noun[1]), others=others),
            len(study),
            settings,
        )
    ratio = np.where(few, np.nan, risk.ratio)
    best = int(np.argmax(np.where(high, ratio, -1))) if high.any() else -1
    sentence = _found(int(high.sum()), study, noun, others)
    if best >= 0:
        sentence = most_of_all(int(high.sum()), sentence, names[best])
        times = decimal(float(ratio[best]), 1)
        sentence = _("{sentence} ({times} times as many)").format(sentence=sentence, times=times)
    few_left = int(few.sum())
    if few_left:
        sentence = _("{sentence}; for {n} there are too few to tell.").format(sentence=sentence, n=number(few_left))
    else:
        sentence += "."
    settings = [
        *settings,
        Setting(_("Held against"), others, _(_BECAUSE[against])),
        Setting(
            _("Significance"),
            _("q below {level}").format(level=digits(LEVEL)),
            _("random labelling, corrected for the number of places (Benjamini-Hochberg)"),
        ),
    ]
    return Answer(
        sentence,
        "relative",
        cls,
        tips(
            lambda r: (
                _("too few to tell")
                if np.isnan(r)
                else _("{r} times as many as {others} suggest").format(r=decimal(r, 2), others=others)
            ),
            np.round(ratio, 2),
        ),
        {_("Times {others}").format(others=others): np.round(ratio, 2), "q": np.round(q, 4)},
        np.where(high, 1e6, 0) + np.nan_to_num(ratio, nan=-1),
        settings,
        (
            _("All police reports are counted by {cell} and stand at its middle.").format(cell=_(study.words[0]))
            if against == REPORTS
            else _(
                "Residents are known by area and stand at its middle; where people live is not where they always are."
            ),
            *together(study.filters.unit, noun),
        ),
        tuple(_(label) for label in LABELS[against]),
        _("{things} beside {others}").format(things=capital(_(noun[1])), others=others),
        hot=high,
    )


def _found(high: int, study: Study, noun: tuple[str, str], others: str) -> str:
    put = {"found": of(high, len(study), study.words), "things": _(noun[1]), "others": others}
    said = (
        _("{found} has more {things} than {others} suggest")
        if high <= 1
        else _("{found} have more {things} than {others} suggest")
    )
    return said.format(**put)


_BECAUSE = {
    REPORTS: N_("where more is reported of any kind, more is reported of this"),
    RESIDENTS: N_("where more people live, more is reported"),
}


def _others(study: Study, centres: np.ndarray, against: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Places in metres and how many others stand at each; None where that is not known."""
    if against == REPORTS:
        return (centres, study.reports) if study.reports.sum() else None
    if study.people is None:
        return None
    lon, lat, residents = study.people
    return np.column_stack(to_metres(lon, lat, projected_crs(study.grid.x, study.grid.y))), residents


def _narrow(width: float, across: float) -> str:
    """The warning of `density`, in the reader's language."""
    return _(
        "The bandwidth ({width} m) is smaller than a cell ({across} m): records between two centres may be seen by "
        "neither. Choose a larger bandwidth or smaller cells."
    ).format(width=exact(width), across=exact(across))


def _why(width: float, across: float) -> str:
    if width <= across:
        return _("the width of a cell, because the rule's would be narrower than what the map can show")
    return _("Silverman's rule of thumb as ArcGIS has it: the fewer the reports and the wider apart, the larger")


def _across(study: Study) -> float:
    """Metres from side to side of a cell; of areas, of a square as large as the typical one."""
    if study.resolution:
        return float(350 * 7 ** ((9 - study.resolution) / 2))
    return float(np.sqrt(_area_km2(study) / len(study)) * 1000)


def _area_km2(study: Study) -> float:
    from dashboard.analysis.projection import area_to_metres

    crs = projected_crs(study.grid.x, study.grid.y)
    if study.resolution:
        from dashboard.analysis.h3_cells import h3_shapes

        sample = h3_shapes(study.grid.ids[:: max(len(study) // 20, 1)])
        return float(np.mean([area_to_metres(s, crs).area for s in sample]) / 1e6 * len(study))
    return float(sum(area_to_metres(s, crs).area for s in study.grid.shapes) / 1e6)


def _round(value: float) -> float:
    """Two significant digits, so that a limit can be read aloud."""
    if value <= 0:
        return 0.0
    digits = 1 - int(np.floor(np.log10(value)))
    return float(round(value, digits))


def _said(value: float) -> str:
    """A density in three digits."""
    return _("less than {n}").format(n=decimal(0.001, 3)) if 0 < value < 0.001 else number(value)
