"""The form of every answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from dashboard.words import count, number

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
        rows = pd.DataFrame({"Place": named["label"].to_numpy(), many: counts.astype("int64"), **self.columns})
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


def of(n: int, every: int, place: tuple[str, str]) -> str:
    """`4 of 212 cells`."""
    return f"{number(n) if n else 'None'} of {count(every, *place)}"


def tips(say: Callable[..., str], *columns: np.ndarray) -> np.ndarray:
    """(n,) what is said of each place; of places alike it is worked out once, because a city has thousands."""
    said = cache(say)
    return np.array([said(*row) for row in zip(*(c.tolist() for c in columns), strict=True)], dtype=object)


def share(part: float) -> str:
    """A share in words: `37 %`, and never 0% of something or 100% of not quite all."""
    said = f"{100 * part:.0f}"
    if said == "0" and part > 0:
        return "less than 1%"
    return "more than 99%" if said == "100" and part < 1 else f"{said}%"


def inline(name: str) -> str:
    """A place in the middle of a sentence: `near Wick`, but `Ashburn, north-east`."""
    return name[:1].lower() + name[1:] if name.startswith(("In or near ", "Near ", "Cell ")) else name


def located(name: str) -> str:
    """Where something is: `in Ashburn, north-east`, `2 km west of Wick`, `near Wick`."""
    return inline(name) if name[:1].isdigit() or name.startswith(("In or near ", "Near ")) else f"in {inline(name)}"


def most_of_all(places: int, name: str) -> str:
    """The end of a sentence about so many places: the highest of them, or the only one."""
    return f": {inline(name)}" if places == 1 else f", most of all {located(name)}"


def together(unit: str, noun: tuple[str, str]) -> tuple[str, ...]:
    """What is counted person by person does not come one by one, as every test supposes."""
    if unit == "incidents":
        return ()
    return (f"One incident can have several {noun[1]}: a few of those can make a place stand out.",)
