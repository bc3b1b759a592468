"""Counts to classes: every count in the one that its label names, none empty, in the colours of the ramp."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.maps import classes


@given(st.lists(st.integers(0, 100_000), max_size=60))
def test_every_count_above_zero_is_in_the_class_whose_label_holds_it(counts: list[int]) -> None:
    found = classes.classes(counts)
    assert len(found.lower) <= classes.MOST
    assert list(found.lower) == sorted(set(found.lower))
    labels = found.labels()
    for n, c in zip(counts, found.of(np.array(counts, dtype="int64")), strict=True):
        if n == 0:
            assert c == -1
            continue
        ends = [int(part.replace(",", "")) for part in labels[c].split(" to ")]
        assert ends[0] <= n <= ends[-1]


def test_no_class_is_empty() -> None:
    counts = [1, 1, 2, 3, 900]
    used = set(classes.classes(counts).of(np.array(counts)).tolist())
    assert used == set(range(len(classes.classes(counts).lower)))


def test_few_or_equal_counts_are_named_one_by_one() -> None:
    assert classes.classes([7, 7, 7]).labels() == ["7"]
    assert classes.classes([1, 2, 4]).labels() == ["1", "2 to 3", "4"]
    assert classes.classes([0, 0]).labels() == []


def test_colours_span_the_ramp_and_a_single_class_is_visible() -> None:
    ramp = ("a", "b", "c", "d", "e")
    assert classes.colours(5, ramp) == list(ramp)
    assert classes.colours(2, ramp) == ["a", "e"]
    assert classes.colours(1, ramp) == ["c"]
