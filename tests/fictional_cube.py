"""Invented cubes of people in the shape of a public release, and what their errors are held against."""

import numpy as np
import pandas as pd

DIMENSIONS = ["area", "period", "exploitation", "age", "sex"]
K = 11
# Median, 95th percentile and maximum of PLSrounding's absolute errors per order of table, on the reference cube.
PLSROUNDING = {1: (4, 10.1, 12), 2: (5, 12, 18), 3: (4, 11, 26)}
_AGES = ["0-17", "18-24", "25-34", "35+"]
_SEXES = ["female", "male", "other"]


def fictional_cube(people: int, seed: int = 0, periods: int = 8) -> pd.DataFrame:
    """`people` invented people over 12 areas x periods x 3 x 4 x 3 cells, most of them few; the non-empty cells."""
    random = np.random.default_rng(seed)
    drawn = {
        "area": random.choice([f"A{i:02}" for i in range(1, 13)], people, p=_shares(12, 0.8)),
        "period": random.choice([f"{2021 + i // 2}-H{i % 2 + 1}" for i in range(periods)], people),
        "exploitation": random.choice(["sex", "labour", "other"], people, p=[0.6, 0.3, 0.1]),
        "age": random.choice(_AGES, people, p=[0.25, 0.3, 0.25, 0.2]),
        "sex": random.choice(_SEXES, people, p=[0.7, 0.27, 0.03]),
    }
    return pd.DataFrame(drawn).groupby(DIMENSIONS, as_index=False).size().rename(columns={"size": "n"})


def _shares(many: int, steepness: float) -> np.ndarray:
    """Few busy areas and many quiet ones, as 1 / rank^steepness."""
    share = 1 / np.arange(1, many + 1) ** steepness
    return share / share.sum()


def line(*counts: int) -> pd.DataFrame:
    """A cube of one dimension: a, b, c ..."""
    return pd.DataFrame({"area": list("abcdefgh"[: len(counts)]), "n": counts})


def assert_within(found: pd.DataFrame, typical: float, worst: float) -> None:
    """Not more than these multiples of PLSrounding's typical and greatest errors."""
    errors = found.set_index("order")
    for order, (median, p95, most) in PLSROUNDING.items():
        assert errors.loc[order, "median"] <= typical * median, order
        assert errors.loc[order, "p95"] <= typical * p95, order
        assert errors.loc[order, "worst"] <= worst * most, order
