"""The form of every answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from dashboard.analysis.sufficiency import Sufficiency
from dashboard.i18n import _, ngettext
from dashboard.words import capital, count, exact, number, rate

Noun = tuple[str, str]
Look = Literal["hot", "change", "trend", "relative", "values", "rates"]


@dataclass(frozen=True)
class Setting:
    """One choice that shaped the answer, and why it was made so."""

    name: str
    value: str
    why: str


@dataclass(frozen=True)
class Answer:
    """What one question found.

    sentence : the answer, plain text. Where nothing may be painted, `refused` is true and it says why.
    look : which set of styles `cls` counts in; labels : names of the classes where the look is "values".
    cls : (n,) class of each place of the study, -1 for none. tips : (n,) text behind its name.
    columns : more columns of the table twin, each (n,). order : (n,) what comes first in it has the highest.
    settings, caveats : sentences beside and below the map.
    """

    sentence: str
    look: Look
    cls: np.ndarray
    tips: np.ndarray
    columns: dict[str, Any]
    order: np.ndarray
    settings: Sequence[Setting]
    caveats: Sequence[str] = ()
    labels: tuple[str, ...] = ()
    legend: str = ""
    refused: bool = False
    hot: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))

    def table(self, named: pd.DataFrame, counts: np.ndarray, many: str) -> pd.DataFrame:
        """The twin of the map: every place that was counted or stands out, the most important first."""
        rows = pd.DataFrame({_("Place"): named["label"].to_numpy(), many: counts.astype("int64"), **self.columns})
        shown = (counts > 0) | (self.hot if len(self.hot) else np.zeros(len(counts), dtype=bool))
        by = self.ranked(named, counts)
        return rows.iloc[by[shown[by]]].reset_index(drop=True)

    def ranked(self, named: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
        """(n,) rows of the places, the most important first."""
        return np.lexsort((named["label"].to_numpy().astype(str), -counts, -np.nan_to_num(self.order, nan=-np.inf)))


def refusal(sentence: str, size: int, settings: Sequence[Setting] = (), caveats: Sequence[str] = ()) -> Answer:
    """No map, but the reason."""
    return Answer(
        sentence,
        "hot",
        np.full(size, -1),
        np.full(size, "", dtype=object),
        {},
        np.zeros(size),
        settings,
        caveats,
        refused=True,
    )


def too_few(found: Sufficiency, least_incidents: int, least_cells: int, noun: Noun, place: Noun) -> str:
    """Why nothing is painted, in the reader's language; empty where there is enough."""
    put = {"thing": _(noun[0]), "n": found.cells, "cell": _(place[0]), "cells": _(place[1]), "least": least_incidents}
    put |= {"said": count(found.incidents, *noun), "places": exact(found.cells), "least_cells": least_cells}
    if found.reason == "no points":
        said = _("Too few to tell: no {thing} in this selection has a usable location. Choose a longer period.")
    elif found.reason == "few incidents":
        said = ngettext(
            "Too few to tell: only {said} has a usable location; hotspots need at least {least}. Choose a longer "
            "period or fewer filters.",
            "Too few to tell: only {said} have a usable location; hotspots need at least {least}. Choose a longer "
            "period or fewer filters.",
            found.incidents,
        )
    elif found.reason == "one cell":
        said = _(
            "Too few to tell: the study area is a single {cell}, so its {said} have nothing to be compared with. "
            "Choose smaller {cells}."
        )
    elif found.reason == "few cells":
        said = _(
            "Too few to tell: the study area has only {n} {cells}; hotspots need at least {least_cells}. Choose "
            "smaller {cells} or a larger area."
        )
    elif found.reason == "equal counts" and found.cells:
        put["each"] = number(found.incidents / found.cells)
        said = _("Too few to tell: all {places} {cells} have the same count ({each}), so none stands out.")
    else:
        return ""
    return said.format(**put)


def of(n: int, every: int, place: tuple[str, str]) -> str:
    """`4 of 212 cells`, `None of 212 cells`."""
    said = _("{n} of {counted}") if n else _("None of {counted}")
    return said.format(n=number(n), counted=count(every, *place))


def tips(say: Callable[..., str], *columns: np.ndarray) -> np.ndarray:
    """(n,) what is said of each place; of places alike it is worked out once, because a city has thousands."""
    said = cache(say)
    return np.array([said(*row) for row in zip(*(c.tolist() for c in columns), strict=True)], dtype=object)


def share(part: float) -> str:
    """A share in words: `37 %`, and never 0% of something or 100% of not quite all."""
    said = f"{100 * part:.0f}"
    if said == "0" and part > 0:
        return _("less than 1%")
    return _("more than 99%") if said == "100" and part < 1 else rate(100 * part)


def inline(name: str) -> str:
    """A place in the middle of a sentence: `near Wick`, but `Ashburn, north-east`."""
    return name[:1].lower() + name[1:] if name.startswith((*_beside(), _("Cell {cell}").format(cell=""))) else name


def located(name: str) -> str:
    """Where something is: `in Ashburn, north-east`, `2 km west of Wick`, `near Wick`."""
    if name[:1].isdigit() or name.startswith(_beside()):
        return inline(name)
    return _("in {place}").format(place=inline(name))


def _beside() -> tuple[str, str]:
    """How the names of places begin that lie beside a named one."""
    return capital(_("in or near {name}").format(name="")), capital(_("near {name}").format(name=""))


def most_of_all(places: int, sentence: str, name: str) -> str:
    """A sentence about so many places, with the highest of them, or the only one."""
    if places == 1:
        return _("{sentence}: {place}").format(sentence=sentence, place=inline(name))
    return _("{sentence}, most of all {where}").format(sentence=sentence, where=located(name))


def together(unit: str, noun: tuple[str, str]) -> tuple[str, ...]:
    """What is counted person by person does not come one by one, as every test supposes."""
    if unit == "incidents":
        return ()
    said = _("One incident can have several {things}: a few of those can make a place stand out.")
    return (said.format(things=_(noun[1])),)
