"""Dates into calendar periods: by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.periods import UNITS, calendar_periods

DAYS = ["2020-02-29 23:59", None, "2019-12-30", "2020-03-01", "2019-12-29"]


@pytest.mark.parametrize(
    ("unit", "index", "first"),
    [
        ("month", [2, -1, 0, 3, 0], "2019-12-01"),
        ("quarter", [1, -1, 0, 1, 0], "2019-10-01"),
        ("year", [1, -1, 0, 1, 0], "2019-01-01"),
        # 29 December 2019 is a Sunday: the week before begins on the 23rd.
        ("week", [9, -1, 1, 9, 0], "2019-12-23"),
    ],
)
def test_by_hand(unit: str, index: list[int], first: str) -> None:
    found = calendar_periods(pd.DatetimeIndex(DAYS), unit)
    assert found.index.tolist() == index
    assert found.starts[0] == pd.Timestamp(first)
    assert len(found.starts) == max(index) + 1


def test_a_month_without_a_date_is_a_month() -> None:
    found = calendar_periods(pd.DatetimeIndex(["2021-01-05", "2021-04-01"]), "month")
    assert found.index.tolist() == [0, 3] and len(found.starts) == 4


@given(st.lists(st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2030-12-31").date()), min_size=1))
def test_every_date_lies_in_its_period(days: list) -> None:
    dates = pd.DatetimeIndex(days)
    for unit in UNITS:
        found = calendar_periods(dates, unit)
        ends = np.append(np.asarray(found.starts[1:]), np.datetime64("2100-01-01"))
        assert (found.starts[found.index] <= dates).all() and (dates < ends[found.index]).all()


def test_no_dates_and_no_such_unit() -> None:
    none = calendar_periods(pd.DatetimeIndex([None, None]), "month")
    assert none.index.tolist() == [-1, -1] and len(none.starts) == 0
    with pytest.raises(ValueError, match="Choose one of week, month"):
        calendar_periods(pd.DatetimeIndex(DAYS), "fortnight")
