"""Rolling windows of twelve months for the map's player: monthly counts of a place are noise in motion."""

import numpy as np
import pandas as pd

from dashboard.analysis import gistar
from dashboard.analysis.gistar import gi_star
from dashboard.analysis.sufficiency import sufficient
from dashboard.i18n import N_, _
from dashboard.maps.classes import Classes, classes
from dashboard.maps.player import Frames
from dashboard.questions import clustered
from dashboard.questions.study import Study
from dashboard.words import count, month

WINDOW = 12
TOO_FEW = N_("There are not yet two windows of twelve complete months to play.")
MOST = 60  # frames; of a longer period every second or third window


def windows(study: Study) -> tuple[np.ndarray, list[str]]:
    """((n, frames) counts of twelve months each, what they are), of months that were collected throughout."""
    months, known = len(study.months), study.known
    sums = np.concatenate([np.zeros((len(study), 1)), np.cumsum(study.monthly, axis=1)], axis=1)
    ends = np.array([e for e in range(WINDOW, months + 1) if known[e - WINDOW : e].all()], dtype=np.int64)
    ends = ends[:: -max(-(-len(ends) // MOST), 1)][::-1]
    if not len(ends):
        return np.empty((len(study), 0)), []
    return sums[:, ends] - sums[:, ends - WINDOW], [_said(study.months[e - WINDOW], study.months[e - 1]) for e in ends]


def counted(study: Study) -> tuple[Classes, Frames] | None:
    """Counts in shades that are the same in every window; None for fewer than two windows."""
    counts, labels = windows(study)
    if len(labels) < 2:
        return None
    found = classes(counts.astype("int64").ravel())
    shades = found.of(counts.astype("int64").ravel()).reshape(counts.shape)
    notes = [count(float(n), "report") for n in counts.sum(axis=0)]
    return found, Frames(labels, shades, counts.astype("int64"), notes, _("Twelve months"))


def hot_and_cold(study: Study) -> Frames | None:
    """Gi* of each window by itself; None for fewer than two windows."""
    counts, labels = windows(study)
    if len(labels) < 2:
        return None
    found = gi_star(counts, study.neighbours)
    enough = np.array([sufficient(column).enough for column in counts.T])
    named = gistar.classes(found.z, found.q, counts, enough)
    cls = np.vectorize(clustered.CLASSES.__getitem__, otypes=[np.int64])(named)
    if study.resolution:
        # A cell where nothing happened is left out, as on the map at rest.
        cls[(counts == 0) & (cls >= clustered.NOT)] = -1
    hot = (named == "hot").sum(axis=0)
    notes = [
        count(int(n), "hot spot") if told else _("too few to tell")
        for n, told in zip(hot, enough.tolist(), strict=True)
    ]
    return Frames(labels, cls, counts.astype("int64"), notes, _("Twelve months"))


def _said(first: np.datetime64, last: np.datetime64) -> str:
    return _("{first} to {last}").format(first=month(pd.Timestamp(first)), last=month(pd.Timestamp(last)))
