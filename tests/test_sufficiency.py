"""Too few to tell: said with the number, never painted."""

import numpy as np
import pytest

from dashboard.analysis.sufficiency import sufficient


def spread_out(incidents: int, cells: int) -> np.ndarray:
    return np.bincount(np.arange(incidents) % max(1, cells - 1), minlength=cells)


@pytest.mark.parametrize(
    ("counts", "reason", "said"),
    [
        (spread_out(30, 30), "enough", ""),
        (spread_out(29, 30), "few incidents", "only 29 reports have"),
        (spread_out(1, 30), "few incidents", "only 1 report has"),
        (spread_out(30, 29), "few cells", "only 29 cells"),
        (np.array([40]), "one cell", "its 40 reports"),
        (np.zeros(50), "no points", "no report"),
        (np.array([]), "no points", "no report"),
        (np.full(1200, 2), "equal counts", "all 1,200 cells have the same count (2)"),
    ],
)
def test_the_verdict_and_its_sentence(counts, reason, said):
    found = sufficient(counts)
    assert found.reason == reason
    assert found.enough == (reason == "enough")
    assert said in found.sentence
    assert (found.incidents, found.cells) == (counts.sum(), len(counts))
    if not found.enough:
        assert found.sentence.startswith("Too few to tell: ")
        assert found.sentence.endswith(".")


def test_a_cell_without_data_is_not_a_cell_with_nothing():
    counts = np.append(spread_out(30, 29), np.nan)
    assert sufficient(counts).reason == "few cells"
    assert sufficient(counts).cells == 29


def test_the_limits_can_be_others_and_nonsense_is_refused():
    assert sufficient(spread_out(10, 9), least_incidents=5, least_cells=5).enough
    with pytest.raises(ValueError, match="below zero"):
        sufficient([-1, 40])
    with pytest.raises(ValueError, match="one period"):
        sufficient(np.ones((30, 2)))
