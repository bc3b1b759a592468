"""Where are hotspots growing or fading? Classes over time, in four plain words."""

import numpy as np

from dashboard.analysis.emerging import KINDS, USUAL_PERIODS, emerging_hot_spots
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.space_time import classify_periods
from dashboard.analysis.sufficiency import LEAST_CELLS, LEAST_INCIDENTS, sufficient
from dashboard.i18n import _, ngettext, pair
from dashboard.questions.answer import Answer, Setting, of, refusal, tips, together, too_few
from dashboard.questions.clustered import NEIGHBOURS, Grain, finest, first_test
from dashboard.questions.study import Study
from dashboard.words import count, listed, lower_first, month, number, numbered

NONE = 4
INDEX = {word: i for i, word in enumerate(WORDS)}
_COURSES = {
    "steady": pair("{n} steady", "{n} steady"),
    "growing": pair("{n} growing", "{n} growing"),
    "fading": pair("{n} fading", "{n} fading"),
    "new": pair("{n} new", "{n} new"),
}
_SEEN = ("steady", "growing", "fading", "new")


def trend(study: Study, noun: tuple[str, str]) -> Answer:
    """ArcGIS's and sfhotspot's classes; the map shows the plain word of the former."""
    enough = sufficient(study.counts)
    if not enough.enough:
        return refusal(too_few(enough, LEAST_INCIDENTS, LEAST_CELLS, noun, study.words), len(study))
    first, nothing = first_test(study, noun)
    if nothing:
        return refusal(nothing, len(study), [first])
    grain = finest(study, USUAL_PERIODS)
    if grain is None:
        return refusal(
            _(
                "Too few to tell: hotspots over time need at least {usual_periods} complete months, quarters "
                "or years in a row with about {least_incidents} {things} each. Choose a longer period or fewer "
                "filters."
            ).format(usual_periods=USUAL_PERIODS, least_incidents=LEAST_INCIDENTS, things=_(noun[1])),
            len(study),
            [first],
        )
    try:
        found = emerging_hot_spots(grain.counts, study.neighbours)
    except ValueError as error:
        return refusal(
            _("Too few to tell: {error}").format(error=lower_first(_(str(error)))),
            len(study),
            [first, *_settings(study, grain)],
        )
    words = plain(found.classes, found.trend)
    cls = np.array([INDEX.get(word, NONE) for word in words.tolist()], dtype=np.int64)
    ever = int(((found.q < 0.1) & (found.z > 0)).any(axis=1).sum())
    other = classify_periods(grain.counts, study.neighbours)
    parts = [(int((cls == INDEX[w]).sum()), w) for w in _SEEN if (cls == INDEX[w]).any()]
    sentence = _said(int((cls != NONE).sum()), ever, parts, study)
    columns = {
        _("In a word"): np.array([_(w) if w else "–" for w in words.tolist()], dtype=object),
        _("ArcGIS's class"): np.array([_(c) for c in found.classes.tolist()], dtype=object),
        _("sfhotspot's class"): np.array([_(c) for c in other.classes.tolist()], dtype=object),
        _("Trend of z"): np.round(found.trend.z, 2),
        _("p of the trend"): np.round(found.trend.p, 4),
    }
    return Answer(
        sentence,
        "trend",
        cls,
        tips(lambda name, n: f"{_(name)}, {numbered(n, *noun)}", found.classes, study.counts),
        columns,
        np.where(cls != NONE, 1e3, 0) + np.nan_to_num(found.trend.z),
        [first, *_settings(study, grain)],
        (
            _("Growing and fading are meant beside the other places: a place grows when it stands out more and more."),
            *together(study.filters.unit, noun),
        ),
        legend=_("Hotspots over time"),
        hot=cls != NONE,
    )


def _said(named: int, ever: int, parts: list[tuple[int, str]], study: Study) -> str:
    """How many places are hotspots with a clear course, of which kinds, and how many were hot without one."""
    found = of(named, len(study), study.words)
    kinds = listed([ngettext(*_COURSES[word], n).format(n=number(n)) for n, word in parts])
    if parts:
        said = (
            _("{found} is a hotspot with a clear course: {kinds}.")
            if named <= 1
            else _("{found} are hotspots with a clear course: {kinds}.")
        ).format(found=found, kinds=kinds)
    else:
        said = _("{found} is a hotspot with a clear course.").format(found=found)
    if not (rest := ever - named):
        return said
    if named:
        more = ngettext(
            "{n} more was one at some time, without a clear course.",
            "{n} more were hot at some time, without a clear course.",
            rest,
        )
    else:
        more = ngettext(
            "{n} was one at some time, without a clear course.",
            "{n} were hot at some time, without a clear course.",
            rest,
        )
    return f"{said} {more.format(n=number(rest))}"


def _settings(study: Study, grain: Grain) -> list[Setting]:
    first, last = (
        month(m.astype("datetime64[D]").item()) for m in (grain.starts[0], grain.starts[-1] + grain.months - 1)
    )
    near = _(NEIGHBOURS[bool(study.resolution)])
    return [
        Setting(
            _("Periods"),
            _("{counted}, {first} to {last}").format(
                counted=count(len(grain.starts), *grain.word), first=first, last=last
            ),
            _("the finest whose typical one holds {least_incidents}; those still filling up are left out").format(
                least_incidents=LEAST_INCIDENTS
            ),
        ),
        Setting(
            _("Neighbourhood"),
            _("{near}, and the place itself, in the period and the one before").format(near=near),
            _("as ArcGIS usually has it"),
        ),
        Setting(_("Correction"), "Benjamini-Hochberg", _("every place in every period is tested")),
        Setting(
            _("Trend"), _("Mann-Kendall on the z of each period"), _("a steady course up or down, whatever its shape")
        ),
        Setting(
            _("Classes"),
            _("{n} of ArcGIS's, in four words on the map").format(n=len(KINDS) * 2),
            _("the table has both vocabularies"),
        ),
    ]
