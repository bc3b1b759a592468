"""Where are hotspots growing or fading? Classes over time, in four plain words."""

import numpy as np

from dashboard.analysis.emerging import KINDS, USUAL_PERIODS, emerging_hot_spots
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.space_time import classify_periods
from dashboard.analysis.sufficiency import LEAST_INCIDENTS, sufficient
from dashboard.questions.answer import Answer, Setting, of, refusal, tips, together
from dashboard.questions.clustered import NEIGHBOURS, Grain, finest, first_test
from dashboard.questions.study import Study
from dashboard.words import listed, lower_first, month, number

NONE = 4
INDEX = {word: i for i, word in enumerate(WORDS)}
_SEEN = ("steady", "growing", "fading", "new")


def trend(study: Study, noun: tuple[str, str]) -> Answer:
    """ArcGIS's and sfhotspot's classes; the map shows the plain word of the former."""
    enough = sufficient(study.counts, noun=noun, place=study.words)
    if not enough.enough:
        return refusal(enough.sentence, len(study))
    first, nothing = first_test(study, noun)
    if nothing:
        return refusal(nothing, len(study), [first])
    grain = finest(study, USUAL_PERIODS)
    if grain is None:
        return refusal(
            f"Too few to tell: hotspots over time need at least {USUAL_PERIODS} complete months, quarters or years in "
            f"a row with about {LEAST_INCIDENTS} {noun[1]} each. Choose a longer period or fewer filters.",
            len(study),
            [first],
        )
    try:
        found = emerging_hot_spots(grain.counts, study.neighbours)
    except ValueError as error:
        return refusal(f"Too few to tell: {lower_first(str(error))}", len(study), [first, *_settings(study, grain)])
    words = plain(found.classes, found.trend)
    cls = np.array([INDEX.get(word, NONE) for word in words.tolist()], dtype=np.int64)
    ever = int(((found.q < 0.1) & (found.z > 0)).any(axis=1).sum())
    other = classify_periods(grain.counts, study.neighbours)
    parts = [f"{number(int((cls == INDEX[w]).sum()))} {w}" for w in _SEEN if (cls == INDEX[w]).any()]
    named = int((cls != NONE).sum())
    one = "is a hotspot with a clear course" if named <= 1 else "are hotspots with a clear course"
    sentence = f"{of(named, len(study), study.words)} {one}" + (f": {listed(parts)}." if parts else ".")
    if rest := ever - named:
        more = f"{number(rest)} more" if named else f"{number(rest)}"
        sentence += f" {more} {'was one' if rest == 1 else 'were hot'} at some time, without a clear course."
    columns = {
        "In a word": np.where(words == "", "–", words).astype(object),
        "ArcGIS's class": found.classes.astype(object),
        "sfhotspot's class": other.classes.astype(object),
        "Trend of z": np.round(found.trend.z, 2),
        "p of the trend": np.round(found.trend.p, 4),
    }
    return Answer(
        sentence,
        "trend",
        cls,
        tips(lambda name, n: f"{name}, {number(n)} {noun[0 if n == 1 else 1]}", found.classes, study.counts),
        columns,
        np.where(cls != NONE, 1e3, 0) + np.nan_to_num(found.trend.z),
        [first, *_settings(study, grain)],
        (
            "Growing and fading are meant beside the other places: a place grows when it stands out more and more.",
            *together(study.filters.unit, noun),
        ),
        legend="Hotspots over time",
        hot=cls != NONE,
    )


def _settings(study: Study, grain: Grain) -> list[Setting]:
    first, last = (
        month(m.astype("datetime64[D]").item()) for m in (grain.starts[0], grain.starts[-1] + grain.months - 1)
    )
    near = NEIGHBOURS[bool(study.resolution)]
    return [
        Setting(
            "Periods",
            f"{len(grain.starts)} {grain.word[1]}, {first} to {last}",
            f"the finest whose typical one holds {LEAST_INCIDENTS}; those still filling up are left out",
        ),
        Setting(
            "Neighbourhood",
            f"{near}, and the place itself, in the period and the one before",
            "as ArcGIS usually has it",
        ),
        Setting("Correction", "Benjamini-Hochberg", "every place in every period is tested"),
        Setting("Trend", "Mann-Kendall on the z of each period", "a steady course up or down, whatever its shape"),
        Setting(
            "Classes", f"{len(KINDS) * 2} of ArcGIS's, in four words on the map", "the table has both vocabularies"
        ),
    ]
