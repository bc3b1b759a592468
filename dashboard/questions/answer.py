"""The form of every answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
        by = np.lexsort((named["label"].to_numpy().astype(str), -counts, -np.nan_to_num(self.order, nan=-np.inf)))
        return rows.iloc[by[shown[by]]].reset_index(drop=True)


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
