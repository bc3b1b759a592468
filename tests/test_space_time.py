"""sfhotspot's classes over time: identical for every cell of its own data, by hand, and at the edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.grids import Grid, given_square_cells, sfhotspot_area, square_grid
from dashboard.analysis.mann_kendall import Trend
from dashboard.analysis.neighbours import neighbours_of
from dashboard.analysis.periods import calendar_periods
from dashboard.analysis.plain_classes import plain
from dashboard.analysis.space_time import KINDS, Rules, classify, classify_periods, holm
from tests.reference import recorded


def test_every_cell_has_sfhotspots_class() -> None:
    """2,245 robberies in twelve months on 3,301 cells; persistent, emerging, former, intermittent and none occur."""
    points, reference = recorded("memphis_robberies_2019.csv"), recorded("classify_500m_monthly.csv")
    grid = given_square_cells(reference["x"], reference["y"], 500)
    months = calendar_periods(pd.DatetimeIndex(points["date"]), "month")
    counts = grid.counts(points["x"], points["y"], months.index, len(months.starts))
    assert counts.shape == (3301, 12) and counts.sum() == 2245
    found = classify_periods(counts, neighbours_of(grid)).classes
    assert (found == reference["hotspot_category"].to_numpy()).all()
    assert set(found) == {"no pattern", *(f"{kind} hotspot" for kind in KINDS)}


def test_on_a_grid_of_our_own_the_cells_and_classes_are_sfhotspots() -> None:
    points, reference = recorded("memphis_robberies_2019.csv"), recorded("classify_500m_monthly.csv")
    grid = square_grid(500, sfhotspot_area(points["x"], points["y"], 500))
    assert np.abs(np.column_stack([grid.x, grid.y]) - reference[["x", "y"]].to_numpy()).max() < 1e-6
    months = calendar_periods(pd.DatetimeIndex(points["date"]), "month")
    counts = grid.counts(points["x"], points["y"], months.index, len(months.starts))
    assert (classify_periods(counts, neighbours_of(grid)).classes == reference["hotspot_category"].to_numpy()).all()


# A period each: h hot, c cold, . neither. Of 10 the last 2 are recent; the 8th counts among them and the older ones.
BY_HAND = [
    ("persistent hotspot", "hhhhhhhh.."),
    ("persistent hotspot", "..hhhhhhhh"),
    ("intermittent hotspot", "hhhhhh...h"),
    ("emerging hotspot", ".........h"),
    ("emerging hotspot", "........hh"),
    ("former hotspot", "h........."),
    ("former hotspot", "hhhhhhh..."),
    # Hot in the period that counts twice: 1 of 8 older ones is above 10 %, 1 of 2 recent ones too.
    ("intermittent hotspot", ".......h.."),
    ("intermittent hotspot", "h.......h."),
    ("no pattern", ".........."),
    ("mixed hot/coldspot", "h........c"),
    ("emerging coldspot", ".........c"),
    ("former coldspot", "ccc......."),
]


@pytest.mark.parametrize(("name", "marks"), BY_HAND, ids=[f"{m} {n}" for n, m in BY_HAND])
def test_by_hand(name: str, marks: str) -> None:
    z = np.array([[{"h": 3.0, "c": -3.0, ".": 1.0}[m] for m in marks]])
    p = np.where(np.abs(z) > 2, 0.001, 0.3)
    assert classify(z, p).tolist() == [name]
    missing = np.where(np.abs(z) > 2, z, np.nan)  # a period without a result counts as one that is not hot
    assert classify(missing, p).tolist() == [name]


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), min_size=1, max_size=12))
def test_holm_is_the_step_down_rule(p: list[float]) -> None:
    """The k-th smallest of m is multiplied by m - k + 1, and no later one is smaller."""
    known = sorted(v for v in p if not np.isnan(v))
    found = holm(np.array([p, p]))
    for row in found:
        for before, after in zip(p, row, strict=True):
            assert np.isnan(after) if np.isnan(before) else before <= after <= 1
        ordered = sorted(v for v in row if not np.isnan(v))
        running = [min(1.0, v * (len(known) - k)) for k, v in enumerate(known)]
        assert ordered == pytest.approx(np.maximum.accumulate(running) if running else [])


def test_holm_by_hand() -> None:
    """.01 .04 .03 of three: 3 x .01, then 2 x .03, then .04 which may not fall below .06."""
    assert holm(np.array([[0.01, 0.04, 0.03]]))[0] == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([[0.01, np.nan, 0.03]]))[0] == pytest.approx([0.02, np.nan, 0.03], nan_ok=True)


def squares(columns: int, rows: int) -> Grid:
    x, y = np.meshgrid(np.arange(columns) * 100.0, np.arange(rows) * 100.0)
    return given_square_cells(x.ravel(), y.ravel(), 100)


def test_a_month_without_points_and_cells_without_any() -> None:
    """They change no other month: an empty month is not significant, but it is a month."""
    grid = squares(20, 20)
    counts = np.zeros((400, 10))
    counts[210, [0, 1, 2, 4, 5, 6, 7, 8, 9]] = 30
    found = classify_periods(counts, neighbours_of(grid))
    assert np.isnan(found.z[:, 3]).all() and np.isnan(found.p_adjusted[:, 3]).all()
    assert found.classes[210] == "persistent hotspot" and found.classes[0] == "no pattern"
    full = np.delete(counts, 3, axis=1)
    assert np.array_equal(
        classify_periods(full, neighbours_of(grid)).p_adjusted, np.delete(found.p_adjusted, 3, axis=1)
    )


def test_where_nothing_ever_differs_there_is_no_pattern() -> None:
    found = classify_periods(np.ones((64, 12)), neighbours_of(squares(8, 8)))
    assert set(found.classes) == {"no pattern"}


def test_one_period_and_shares_outside_0_to_1_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two periods"):
        classify_periods(np.ones((64, 1)), neighbours_of(squares(8, 8)))
    with pytest.raises(ValueError, match="recent_prop must lie between 0 and 1"):
        Rules(recent_prop=1.0)


def test_plain_words() -> None:
    names = ["persistent hotspot", "emerging hotspot", "former hotspot", "consecutive hot spot", "new cold spot"]
    names += ["intermittent hotspot"] * 3 + ["no pattern", "mixed hot/coldspot", "historical hot spot"]
    words = ["steady", "new", "fading", "growing", "", "", "", "", "", "", "fading"]
    assert plain(np.array(names)).tolist() == words
    z = np.zeros(11)
    z[5:7] = 3, -3
    p = np.where(z == 0, 1.0, 0.001)
    words[5:7] = "growing", "fading"
    assert plain(np.array(names), Trend(z, z, p, z)).tolist() == words
