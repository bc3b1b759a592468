"""Where are reports dense? Kernel density, by itself or held against all police reports or the residents."""

import numpy as np

from dashboard.analysis.density import bandwidth_rule, density
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.projection import projected_crs, to_metres
from dashboard.analysis.relative_risk import relative_risk
from dashboard.analysis.sufficiency import LEAST_INCIDENTS
from dashboard.questions.answer import Answer, Setting, located, most_of_all, of, refusal, tips, together
from dashboard.questions.study import Study
from dashboard.words import number

STEPS = (0.8, 0.6, 0.4, 0.2, 0.05)  # of the highest density
LEVEL = 0.05
HIGHER, LOWER, SAME, THIN = range(4)
REPORTS, RESIDENTS = "reports", "residents"
OTHERS = {REPORTS: "all police reports", RESIDENTS: "the residents"}
LABELS = ("More than {} suggest", "Fewer than {} suggest", "About what they suggest", "Too few to tell")


def dense(study: Study, bandwidth: float | None, relative: str, noun: tuple[str, str], names: np.ndarray) -> Answer:
    """bandwidth : metres, or None for the rule. relative : "", or a key of OTHERS to hold the density against."""
    lon, lat, n, _ = study.points
    total = float(n.sum())
    if total < LEAST_INCIDENTS:
        return refusal(
            f"Too few to tell: {number(total)} {noun[0 if total == 1 else 1]} with a point; a density needs at least "
            f"{LEAST_INCIDENTS}. Choose a longer period or fewer filters.",
            len(study),
        )
    if len(study) == 1:
        return refusal(
            f"Too few to tell: the study area is a single {study.words[0]}, which has no other to be denser than.",
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
            f"All {number(total)} {noun[1]} lie at one place, so their density has nothing to show.", len(study)
        )
    why = "chosen by you" if bandwidth else _why(width, across)
    settings = [
        Setting("Kernel", "quartic", "the usual one for crime maps: a report counts less the further away, and ends"),
        Setting("Bandwidth", f"{width:,.0f} m", why),
        Setting("Projection", crs, "distances in metres are true there"),
    ]
    if relative:
        return _relative(study, points, n, centres, width, settings, noun, names, relative)
    found = density(points, centres, width, weights=n, cell_size=across)
    value = found.per_km2
    top = float(value.max())
    if not top:
        return refusal(
            f"With a bandwidth of {width:,.0f} m no place has any of the {number(total)} {noun[1]} near its middle. "
            "Choose a larger bandwidth.",
            len(study),
            settings,
        )
    limits = np.array(sorted(_round(step * top) for step in STEPS))
    cls = np.searchsorted(limits, value, side="right") - 1
    at = int(np.argmax(value))
    times = top / (total / _area_km2(study)) if total else 0.0
    # Where most of a kernel lies beyond the places of the study, even the densest is below their average.
    than = f", {times:.1f} times the average of the study area" if times >= 1 else ""
    sentence = f"{noun[1].capitalize()} are densest {located(names[at])}: {number(top)} per km²{than}."
    upper = [*limits[1:], top]
    labels = tuple(f"{number(a)} to {number(b)}" for a, b in zip(limits, upper, strict=True))
    caveats = [found.warning] if found.warning else []
    caveats.append(
        f"A density smooths: it shows where {noun[1]} lie close together, not whether chance alone would put them so."
    )
    return Answer(
        sentence,
        "values",
        cls,
        tips(lambda v: f"{_said(v)} per km²", value),
        {"Per km²": np.array([float(f"{v:.3g}") for v in value.tolist()])},
        value,
        settings,
        caveats,
        labels,
        f"{noun[1].capitalize()} per km²",
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
    found, others = _others(study, centres, against), OTHERS[against]
    if found is None:
        unknown = "residents live here" if against == RESIDENTS else "police reports of all kinds come from here"
        return refusal(f"How many {unknown} is not known.", len(study), settings)
    risk = relative_risk(points, found[0], centres, width, n, found[1])
    q = benjamini_hochberg(risk.p)
    cls = np.full(len(study), SAME)
    cls[(q < LEVEL) & (risk.z > 0)] = HIGHER
    cls[(q < LEVEL) & (risk.z < 0)] = LOWER
    cls[risk.thin | np.isnan(risk.ratio) | np.isnan(risk.p)] = THIN
    high, few = cls == HIGHER, cls == THIN
    if few.all():
        return refusal(
            f"Too few to tell: with a bandwidth of {width:,.0f} m no place has enough {noun[1]} near it to be held "
            f"against {others}. Choose a larger bandwidth, a longer period or fewer filters.",
            len(study),
            settings,
        )
    ratio = np.where(few, np.nan, risk.ratio)
    best = int(np.argmax(np.where(high, ratio, -1))) if high.any() else -1
    have = "has" if high.sum() <= 1 else "have"
    sentence = f"{of(int(high.sum()), len(study), study.words)} {have} more {noun[1]} than {others} suggest"
    most = most_of_all(int(high.sum()), names[best])
    sentence += f"{most} ({ratio[best]:.1f} times as many)" if best >= 0 else ""
    sentence += f"; for {number(int(few.sum()))} there are too few to tell." if few.any() else "."
    settings = [
        *settings,
        Setting("Held against", others, _BECAUSE[against]),
        Setting(
            "Significance",
            f"q below {LEVEL}",
            "random labelling, corrected for the number of places (Benjamini-Hochberg)",
        ),
    ]
    return Answer(
        sentence,
        "relative",
        cls,
        tips(
            lambda r: "too few to tell" if np.isnan(r) else f"{r:.2f} times as many as {others} suggest",
            np.round(ratio, 2),
        ),
        {f"Times {others}": np.round(ratio, 2), "q": np.round(q, 4)},
        np.where(high, 1e6, 0) + np.nan_to_num(ratio, nan=-1),
        settings,
        (
            f"All police reports are counted by {study.words[0]} and stand at its middle."
            if against == REPORTS
            else "Residents are known by area and stand at its middle; where people live is not where they always are.",
            *together(study.filters.unit, noun),
        ),
        tuple(label.format(others) for label in LABELS),
        f"{noun[1].capitalize()} beside {others}",
        hot=high,
    )


_BECAUSE = {
    REPORTS: "where more is reported of any kind, more is reported of this",
    RESIDENTS: "where more people live, more is reported",
}


def _others(study: Study, centres: np.ndarray, against: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Places in metres and how many others stand at each; None where that is not known."""
    if against == REPORTS:
        return (centres, study.reports) if study.reports.sum() else None
    if study.people is None:
        return None
    lon, lat, residents = study.people
    return np.column_stack(to_metres(lon, lat, projected_crs(study.grid.x, study.grid.y))), residents


def _why(width: float, across: float) -> str:
    if width <= across:
        return "the width of a cell, because the rule's would be narrower than what the map can show"
    return "Silverman's rule of thumb as ArcGIS has it: the fewer the reports and the wider apart, the larger"


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
    return "less than 0.001" if 0 < value < 0.001 else number(value)
