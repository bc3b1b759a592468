"""Which months are still filling up, from what earlier loads knew."""

import numpy as np
import pandas as pd
import pytest

from dashboard.analysis.delay import ages, chain_ladder, delays


def looks(rows):
    return pd.DataFrame(
        [(pd.Timestamp(a), pd.Timestamp(m), c) for a, m, c in rows], columns=["as_of", "month", "count"]
    )


def load_months(curve, months=30, size=1000, source="wick", loads=12):
    """Monthly loads of a source that knows share curve[age] of each month's reports."""
    rows = []
    for load in range(months - loads, months):
        as_of = pd.Timestamp("2020-01-01") + pd.DateOffset(months=load + 1) - pd.Timedelta(days=1)
        for m in range(load + 1):
            age = load + 1 - m
            share = curve[min(age, len(curve)) - 1]
            rows.append(
                (f"load{load}", source, as_of, pd.Timestamp("2020-01-01") + pd.DateOffset(months=m), size, share)
            )
    table = pd.DataFrame(rows, columns=["load", "source", "as_of", "month", "reports", "share"])
    table["reports"] = (table["reports"] * table["share"]).round()
    table["incidents"] = 0
    return table


def test_by_hand():
    """Two months seen at age 1 (80 and 120) and at age 2 (100 and 150): 250 / 200, so 80 % is known at age 1."""
    found = chain_ladder(
        looks([
            ("2024-01-31", "2024-01-01", 80), ("2024-02-29", "2024-01-01", 100),
            ("2024-02-29", "2024-02-01", 120), ("2024-03-31", "2024-02-01", 150),
        ])
    )  # fmt: skip
    assert found.loc[1] == pytest.approx(0.8)


def test_finds_the_curve_it_was_made_with():
    curve = [0.6, 0.8, 0.9, 0.97, 1.0]
    found = delays(load_months(curve))["wick"]
    assert found.basis == "reports"
    np.testing.assert_allclose(found.completeness.loc[1:5], curve, atol=0.005)
    assert found.settled_age == 4
    months = pd.date_range("2022-01-01", "2022-07-01", freq="MS")
    assert list(found.status(months)) == ["complete"] * 3 + ["filling"] * 3 + ["beyond"]


def test_looks_far_apart_share_their_growth():
    """From 64 to 100 over two months is a quarter more in each."""
    found = chain_ladder(looks([("2024-01-31", "2024-01-01", 64), ("2024-03-31", "2024-01-01", 100)]))
    np.testing.assert_allclose(found.loc[1:2], [0.64, 0.8])


def test_one_load_says_nothing_about_delay():
    table = load_months([0.5, 1.0], loads=1)
    found = delays(table)["wick"]
    assert not found.known
    assert found.basis == ""
    month = pd.DatetimeIndex([found.as_of.replace(day=1)])
    assert list(found.status(month)) == ["complete"]


def test_the_month_in_which_the_file_ends_is_partial():
    table = pd.DataFrame(
        {
            "load": ["a"],
            "source": ["s"],
            "as_of": ["2024-05-12"],
            "month": ["2024-05-01"],
            "reports": [4],
            "incidents": [1],
        }
    )
    found = delays(table)["s"]
    assert list(found.status(pd.DatetimeIndex(["2024-04-01", "2024-05-01", "2024-06-01"]))) == [
        "complete", "partial", "beyond",
    ]  # fmt: skip


def test_withdrawn_records_are_not_completeness():
    found = chain_ladder(looks([("2024-01-31", "2024-01-01", 100), ("2024-02-29", "2024-01-01", 90)]))
    assert found.max() <= 1


def test_incidents_speak_for_themselves_once_there_are_enough():
    table = load_months([0.5, 1.0])
    table["incidents"] = np.where(table["share"] < 1, 5, 10)
    assert delays(table)["wick"].basis == "incidents"


def test_sources_are_kept_apart_and_the_same_day_is_one_look():
    twice = load_months([0.6, 0.9, 1.0])
    again = twice.assign(load=twice["load"] + "b")
    other = load_months([1.0], source="fenn")
    found = delays(pd.concat([twice, again, other]))
    assert set(found) == {"wick", "fenn"}
    assert found["wick"].completeness.loc[1] == pytest.approx(0.6, abs=0.01)
    assert found["fenn"].settled_age == 1


def test_nothing_in_nothing_out():
    empty = pd.DataFrame(columns=["load", "source", "as_of", "month", "reports", "incidents"])
    assert delays(empty) == {}
    assert chain_ladder(looks([])).empty


def test_age_counts_from_the_day_after_the_last_known_one():
    months = pd.DatetimeIndex(["2024-01-01", "2024-02-01"])
    assert list(ages(months, pd.Timestamp("2024-01-31"))) == [1, 0]
    assert list(ages(months, pd.Timestamp("2024-01-30"))) == [0, -1]
