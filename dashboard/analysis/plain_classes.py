"""The four plain words of the map, from either vocabulary of classes over time.

| word    | sfhotspot  | ArcGIS                   |
|---------|------------|--------------------------|
| new     | emerging   | new                      |
| growing |            | consecutive, intensifying |
| steady  | persistent | persistent               |
| fading  | former     | diminishing, historical  |

Intermittent, sporadic and oscillating hot spots come and go, which is none of the four: they are growing or fading
where the cell's own Mann-Kendall trend says so, and have no word where it does not. Cold spots have none either: few
reports are not a place that got better.
"""

import numpy as np

from dashboard.analysis.mann_kendall import Trend

WORDS = ("steady", "growing", "fading", "new")
SIMPLE = {
    "persistent hotspot": "steady",
    "emerging hotspot": "new",
    "former hotspot": "fading",
    "new hot spot": "new",
    "consecutive hot spot": "growing",
    "intensifying hot spot": "growing",
    "persistent hot spot": "steady",
    "diminishing hot spot": "fading",
    "historical hot spot": "fading",
}
COME_AND_GO = ("intermittent hotspot", "sporadic hot spot", "oscillating hot spot")


def plain(classes: np.ndarray, trend: Trend | None = None, level: float = 0.05) -> np.ndarray:
    """steady, growing, fading, new or '' for each cell, (n,) str.

    classes : (n,) of either vocabulary. trend : of each cell's z or counts, (n,), without which what comes and goes
    has no word. level : p below which a trend counts.
    """
    names, at = np.unique(np.asarray(classes, dtype=str), return_inverse=True)
    words = np.array([SIMPLE.get(name, "") for name in names], dtype="<U7")[at]
    if trend is not None:
        told = np.isin(classes, COME_AND_GO) & (trend.p < level)
        words[told & (trend.z > 0)] = "growing"
        words[told & (trend.z < 0)] = "fading"
    return words
