"""Is a difference between two counts more than noise? Pure numbers.

Two counts are compared by their rate ratio. Given their sum, the later one is binomial (Przyborowski
and Wilenski, 1940, Biometrika 31), so the exact interval for the ratio is Clopper and Pearson's for
that binomial, transformed. Nothing is assumed about how large the counts are.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Verdict = Literal["rose", "fell", "same"]
LEVEL = 0.95


@dataclass(frozen=True)
class Change:
    """A later count beside an earlier one, and what they support.

    ratio : later rate / earlier rate; nan if both are 0, inf if only the earlier is.
    low, high : interval for the ratio at `level`; low may be 0 and high inf.
    """

    before: float
    after: float
    ratio: float
    low: float
    high: float
    level: float = LEVEL

    @property
    def verdict(self) -> Verdict:
        """`rose` or `fell` only if the interval excludes 1."""
        if self.low > 1:
            return "rose"
        return "fell" if self.high < 1 else "same"


def compare(
    before: float,
    after: float,
    time_before: float = 1.0,
    time_after: float = 1.0,
    design_effect: float = 1.0,
    level: float = LEVEL,
) -> Change:
    """Rate ratio of two counts with its exact conditional interval.

    before, after : counts, at least 0.
    time_before, time_after : lengths of the two periods in one unit, above 0.
    design_effect : how many times wider than Poisson the variance is, at least 1. People who come
        several to an incident are not independent: see `clustering`. Counts are divided by it.

    Raises ValueError for a negative count, a period of no length, or a design effect below 1.
    """
    from scipy.special import betaincinv  # slow to import, and pages without a comparison do not need it

    if before < 0 or after < 0:
        raise ValueError("A count is below zero.")
    if time_before <= 0 or time_after <= 0:
        raise ValueError("A period has no length.")
    if design_effect < 1:
        raise ValueError("The design effect is below 1.")
    x, y = after / design_effect, before / design_effect
    tail = (1 - level) / 2
    low_p = 0.0 if x == 0 else float(betaincinv(x, y + 1, tail))
    high_p = 1.0 if y == 0 else float(betaincinv(x + 1, y, 1 - tail))
    per_time = time_before / time_after
    ratio = after / before * per_time if before else float("inf" if after else "nan")
    return Change(before, after, ratio, _odds(low_p) * per_time, _odds(high_p) * per_time, level)


def _odds(p: float) -> float:
    return float("inf") if p >= 1 else p / (1 - p)


def clustering(people_per_incident: np.ndarray) -> float:
    """Design effect of people who come in incidents: sum(k^2) / sum(k), at least 1.

    people_per_incident : (incidents,) people in each, 0 allowed.

    If incidents are Poisson and the numbers in them independent, the variance of the number of
    people is this many times the Poisson one (a compound Poisson sum). 1 if there is nobody.
    """
    k = np.asarray(people_per_incident, dtype=float)
    total = k.sum()
    return max(1.0, float((k**2).sum() / total)) if total > 0 else 1.0


def uneven(counts: np.ndarray, weights: np.ndarray) -> float:
    """p-value of Pearson's chi-square: do the counts differ more than their weights and chance explain?

    counts : (n,) at least 0. weights : (n,) above 0, such as days at risk.
    nan if fewer than two classes or an expected count below 5 (the approximation fails there).
    """
    from scipy.special import chdtrc

    x, w = np.asarray(counts, dtype=float), np.asarray(weights, dtype=float)
    if len(x) < 2 or x.sum() == 0:
        return float("nan")
    expected = x.sum() * w / w.sum()
    if expected.min() < 5:
        return float("nan")
    return float(chdtrc(len(x) - 1, ((x - expected) ** 2 / expected).sum()))
