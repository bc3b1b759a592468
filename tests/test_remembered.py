"""Results are kept while there is room for them; what they weigh is told about right."""

import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from dashboard.remembered import Remembered, weight


@dataclass(frozen=True)
class Holds:
    """A result of several parts."""

    table: np.ndarray
    more: tuple[Any, ...]


def asked(kept: Remembered, *keys: Any, size: int = 1_000) -> list[Any]:
    """Ask each; those that had to be computed."""
    computed: list[Any] = []
    for key in keys:

        def compute(key: Any = key) -> np.ndarray:
            computed.append(key)
            return np.zeros(size // 8)

        kept.get(key, compute)
    return computed


def test_a_question_is_computed_once_and_the_same_object_comes_back() -> None:
    kept = Remembered()
    assert kept.get("a", lambda: [1]) is kept.get("a", lambda: [2])


def test_the_oldest_is_forgotten_when_there_are_too_many() -> None:
    kept = Remembered(most=3)
    assert asked(kept, 1, 2, 3, 1, 4) == [1, 2, 3, 4]
    assert asked(kept, 1, 3, 4) == [], "2 was asked longest ago"
    assert asked(kept, 2) == [2]
    assert len(kept) == 3


def test_the_oldest_are_forgotten_when_they_weigh_too_much() -> None:
    kept = Remembered(most_bytes=10_000)
    asked(kept, *range(100))
    assert len(kept) == 10
    asked(kept, "large", size=9_000)
    assert len(kept) == 2
    assert asked(kept, 99) == []
    asked(kept, "larger than all", size=20_000)
    assert len(kept) == 1
    assert asked(kept, "larger than all") == []
    asked(kept, *range(20))
    assert len(kept) == 10, "what was dropped no longer weighs"


def test_what_is_forgotten_on_request_no_longer_weighs() -> None:
    kept = Remembered(most_bytes=10_000)
    asked(kept, *[("x", i) for i in range(10)])
    kept.forget(lambda key: key[1] >= 2)
    assert len(kept) == 2
    asked(kept, *[("y", i) for i in range(8)])
    assert len(kept) == 10


def test_an_error_is_not_remembered() -> None:
    kept = Remembered()

    def fail() -> Any:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("a", fail)
    assert kept.get("a", lambda: 7) == 7


N = 20_000
MAKE: dict[str, Any] = {
    "numbers": lambda: np.zeros(N),
    "a dataclass": lambda: Holds(np.zeros((N, 3)), (np.ones(N), "x")),
    "texts": lambda: np.array([f"place number {i}" for i in range(N)], dtype=object),
    "a table of texts": lambda: pd.DataFrame({"a": pd.Series([f"place {i}" for i in range(N)], dtype=object), "n": 1}),
    "a sparse array": lambda: sparse.eye_array(N, format="csr"),
    "a list of arrays": lambda: [np.zeros(N), {"b": np.zeros(N)}],
}


@pytest.mark.parametrize("name", MAKE)
def test_what_a_result_weighs_is_about_what_it_takes(name: str) -> None:
    MAKE[name]()  # what is imported on the way is no part of it
    tracemalloc.start()
    held = MAKE[name]()
    took = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert weight(held) == pytest.approx(took, rel=0.35), name


def test_strings_of_a_table_weigh_what_they_say() -> None:
    texts = [f"place {i}" for i in range(N)]
    table = pd.DataFrame({"a": pd.Series(texts, dtype="str")})
    assert sum(map(len, texts)) < weight(table) < 3 * sum(map(len, texts))


def test_what_is_no_table_weighs_something_and_never_fails() -> None:
    for value in (None, 3, "text", object(), int, {1, 2}, (), pd.DataFrame(), np.empty(0, dtype=object)):
        assert weight(value) >= 0
