"""Where are hotspots growing or fading? Classes over time, in four plain words."""

import numpy as np

from dashboard.analysis.emerging import KINDS, USUAL_PERIODS, emerging_hot_spots
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.space_time import classify_periods
from dashboard.analysis.sufficiency import sufficient
from dashboard.questions.answer import Answer, Setting, of, refusal
from dashboard.questions.clustered import Grain, finest, first_test
from dashboard.questions.study import Study
from dashboard.words import listed, number

NONE = 4
INDEX = {word: i for i, word in enumerate(WORDS)}
_SEEN = ("steady", "growing", "fading", "new")


def trend(study: Study, noun: tuple[str, str]) -> Answer:
    """ArcGIS's and sfhotspot's classes; the map shows the plain word of the former."""
    enough = sufficient(study.counts)
    if not enough.enough:
        return refusal(enough.sentence, len(study))
    first, nothing = first_test(study, noun)
    if nothing:
        return refusal(nothing, len(study), [first])
    grain = finest(study, USUAL_PERIODS)
    if grain is None:
        return refusal(
            f"Too few to tell: hotspots over time need at least {USUAL_PERIODS} complete months or quarters that hold "
            f"30 {noun[1]} each. Choose a longer period or fewer filters.",
            len(study),
        )
    try:
        found = emerging_hot_spots(grain.counts, study.neighbours)
    except ValueError as error:
        return refusal(f"Too few to tell: {error}", len(study), _settings(grain))
    words = plain(found.classes, found.trend)
    cls = np.array([INDEX.get(word, NONE) for word in words.tolist()], dtype=np.int64)
    ever = int(((found.q < 0.1) & (found.z > 0)).any(axis=1).sum())
    other = classify_periods(grain.counts, study.neighbours)
    parts = [f"{number(int((cls == INDEX[w]).sum()))} {w}" for w in _SEEN if (cls == INDEX[w]).any()]
    named = int((cls != NONE).sum())
    one = "is a hotspot with a clear course" if named <= 1 else "are hotspots with a clear course"
    sentence = f"{of(named, len(study), study.words)} {one}" + (f": {listed(parts)}." if parts else ".")
    if ever > named:
        sentence += f" {number(ever - named)} more were hot at some time, without a clear course."
    tips = np.array(
        [_tip(c, n, noun) for c, n in zip(found.classes.tolist(), study.counts.tolist(), strict=True)], dtype=object
    )
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
        tips,
        columns,
        np.where(cls != NONE, 1e3, 0) + np.nan_to_num(found.trend.z),
        _settings(grain),
        (
            "The course of a place is that of its Gi* in space and time: growing means more than elsewhere, and more "
            "than before.",
        ),
        legend="Hotspots over time",
        hot=cls != NONE,
    )


def _settings(grain: Grain) -> list[Setting]:
    first, last = (np.datetime_as_string(grain.starts[i], unit="M") for i in (0, -1))
    return [
        Setting(
            "Periods",
            f"{len(grain.starts)} {grain.word[1]}, {first} to {last}",
            "the finest whose typical one holds 30; those still filling up are left out",
        ),
        Setting("Neighbourhood", "the place, its neighbours, and the period before", "as ArcGIS has it by default"),
        Setting("Trend", "Mann-Kendall on the z of each period", "a steady course up or down, whatever its shape"),
        Setting(
            "Classes", f"{len(KINDS) * 2} of ArcGIS's, in four words on the map", "the table has both vocabularies"
        ),
    ]


def _tip(name: str, n: float, noun: tuple[str, str]) -> str:
    return f"{name}, {number(n)} {noun[0 if n == 1 else 1]}"
