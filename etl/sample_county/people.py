"""The invented people: ages, sexes, race and how victim and suspect knew each other.

Race and ethnicity are drawn from one table for everybody, whatever the offence and the role, so that nobody can
read anything into them. Ages and sexes are guesses: women and girls are most of the victims of sexual exploitation,
men of forced labour, and children are among both.
"""

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np

T = TypeVar("T")
RACES = (
    ("white", 0.40),
    ("hispanic", 0.24),
    ("black", 0.14),
    ("asian", 0.08),
    ("native", 0.02),
    ("pacific", 0.02),
    ("unknown", 0.10),
)
RELATIONSHIPS = {
    "sex": (("RU", 0.30), ("AQ", 0.20), ("BG", 0.17), ("ST", 0.13), ("OK", 0.10), ("OF", 0.06), ("PA", 0.04)),
    "forced_labour": (("EE", 0.55), ("RU", 0.15), ("OK", 0.12), ("AQ", 0.10), ("OF", 0.08)),
    "": (("RU", 0.40), ("ST", 0.30), ("AQ", 0.20), ("SE", 0.10)),
}


@dataclass(frozen=True)
class Person:
    """Age None and sex "unknown" mean that the record does not say."""

    age: int | None
    sex: str
    race: str


class Choice(Generic[T]):
    """Draws one of several values by share, far faster than numpy's `choice` does."""

    def __init__(self, values: Iterable[T], shares: Iterable[float]) -> None:
        self.values = tuple(values)
        total = tuple(accumulate(shares))
        self._edges = [edge / total[-1] for edge in total]

    def draw(self, rng: np.random.Generator) -> T:
        # The last edge may round to just below one.
        return self.values[min(bisect(self._edges, rng.random()), len(self.values) - 1)]


@cache
def _choice(choices: tuple[tuple[Any, float], ...]) -> Choice[Any]:
    return Choice((value for value, _ in choices), (share for _, share in choices))


def pick(rng: np.random.Generator, choices: tuple[tuple[T, float], ...]) -> T:
    """One of several, by share."""
    chosen: T = _choice(choices).draw(rng)
    return chosen


def victim(exploitation: str, rng: np.random.Generator) -> Person:
    """Of trafficking for sex, of forced labour, or ("") of any other crime."""
    if exploitation == "sex":
        minor = rng.uniform() < 0.27
        age = rng.triangular(11, 16.5, 18) if minor else 18 + rng.gamma(1.5, 6.0)
        sex = pick(rng, (("female", 0.87), ("male", 0.09), ("unknown", 0.04)))
    elif exploitation == "forced_labour":
        age = rng.triangular(14, 17, 18) if rng.uniform() < 0.06 else rng.triangular(18, 27, 62)
        sex = pick(rng, (("male", 0.60), ("female", 0.35), ("unknown", 0.05)))
    else:
        age = 5 + rng.gamma(3.2, 10.5)
        sex = pick(rng, (("male", 0.50), ("female", 0.46), ("unknown", 0.04)))
    silent = 0.16 if exploitation else 0.20
    return Person(None if rng.uniform() < silent else min(int(age), 96), sex, pick(rng, RACES))


def suspect(exploitation: str, rng: np.random.Generator) -> Person:
    """Some are children, who were often victims first and are recorded as offenders."""
    minor = rng.uniform() < (0.07 if exploitation == "sex" else 0.01)
    age = rng.triangular(14, 16.5, 18) if minor else 18 + rng.gamma(2.0, 7.0)
    female = 0.22 if exploitation == "sex" else 0.30
    sex = pick(rng, (("male", 0.95 - female), ("female", female), ("unknown", 0.05)))
    return Person(None if rng.uniform() < 0.18 else min(int(age), 85), sex, pick(rng, RACES))
