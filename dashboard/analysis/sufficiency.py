"""Are there enough reports for a hotspot map? If not, the number is given and nothing is painted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

LEAST_INCIDENTS = 30
LEAST_CELLS = 30

Reason = Literal["enough", "no points", "few incidents", "one cell", "few cells", "equal counts"]


@dataclass(frozen=True)
class Sufficiency:
    """Whether hotspots can be told, and why not.

    incidents : located within the grid. cells : in the study area. sentence : for the reader, with the
    numbers; '' when there are enough.
    """

    enough: bool
    reason: Reason
    incidents: float
    cells: int
    sentence: str


def sufficient(
    counts: npt.ArrayLike,
    least_incidents: int = LEAST_INCIDENTS,
    least_cells: int = LEAST_CELLS,
    noun: tuple[str, str] = ("report", "reports"),
    place: tuple[str, str] = ("cell", "cells"),
) -> Sufficiency:
    """The verdict on the counts of one period.

    counts : (n,) incidents per cell, zeros included; nan is a cell without data and does not count.
    least_incidents, least_cells : below these the answer is "too few to tell".
    noun, place : what is counted and where, one and many, as the sentence is to call them.

    Raises ValueError for counts below zero or of several periods.
    """
    x = np.asarray(counts, dtype=float)
    if x.ndim != 1:
        raise ValueError("Give the counts of one period at a time.")
    known = x[~np.isnan(x)]
    if (known < 0).any():
        raise ValueError("A count is below zero.")
    incidents, cells = float(known.sum()), len(known)
    reason = _reason(known, incidents, cells, least_incidents, least_cells)
    sentence = _sentence(reason, known, least_incidents, least_cells, noun, place)
    return Sufficiency(reason == "enough", reason, incidents, cells, sentence)


def _reason(known: npt.NDArray[np.float64], incidents: float, cells: int, least: int, least_cells: int) -> Reason:
    if incidents == 0:
        return "no points"
    if incidents < least:
        return "few incidents"
    if cells == 1:
        return "one cell"
    if cells < least_cells:
        return "few cells"
    return "equal counts" if known.max() == known.min() else "enough"


def _sentence(
    reason: Reason,
    known: npt.NDArray[np.float64],
    least: int,
    least_cells: int,
    noun: tuple[str, str],
    place: tuple[str, str],
) -> str:
    incidents, cells = float(known.sum()), len(known)
    said = f"{_number(incidents)} {noun[incidents != 1]}"
    has = "has" if incidents == 1 else "have"
    return {
        "enough": "",
        "no points": f"Too few to tell: no {noun[0]} in this selection has a usable location. Choose a longer period.",
        "few incidents": f"Too few to tell: only {said} {has} a usable location; hotspots need at least {least}. "
        "Choose a longer period or fewer filters.",
        "one cell": f"Too few to tell: the study area is a single {place[0]}, so its {said} have nothing to be "
        f"compared with. Choose smaller {place[1]}.",
        "few cells": f"Too few to tell: the study area has only {cells} {place[1]}; hotspots need at least "
        f"{least_cells}. Choose smaller {place[1]} or a larger area.",
        "equal counts": f"Too few to tell: all {cells:,} {place[1]} have the same count"
        f"{f' ({_number(float(known[0]))})' if cells else ''}, so none stands out.",
    }[reason]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
