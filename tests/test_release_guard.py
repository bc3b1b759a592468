"""Which records keep their area and which attributes are hidden, on cubes worked by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.release.facts import NO_POINT, WHOLE, Layer
from etl.release.guard import Grid, hidden, hide, placed
from tests.release_parts import POLICY, month

LAYER = Layer("tract", {"A": 5000, "B": 5000, "C": 999})
MAP = Grid((), LAYER)


# -- places ------------------------------------------------------------------------------------------------------------


def records(*rows: tuple[str, int, int], **named: Any) -> pd.DataFrame:
    """Each (area, point, n) of one period and source."""
    table = pd.DataFrame(rows, columns=["area_tract", "point", "n"])
    return table.assign(period=month(2024), source="s", month=month(2024), **named)


def spread(area: str, n: int, points: int = 6, first: int = 0) -> list[tuple[str, int, int]]:
    """n records at so many points, as evenly as can be."""
    return [(area, first + i, len(range(i, n, points))) for i in range(points)]


def by_area(cells: pd.DataFrame) -> dict[str, int]:
    return dict(zip(cells["area"], cells["n"], strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (spread("A", 11), {"A": 11}),  # K records, six points, enough residents
        (spread("A", 10), {WHOLE: 10}),  # one record too few
        (spread("A", 11, 5), {"A": 11}),
        (spread("A", 20, 4), {WHOLE: 20}),  # four locations
        (spread("C", 30), {WHOLE: 30}),  # 999 residents
        (spread("unknown to the layer", 30), {WHOLE: 30}),
        ([("A", 0, 15)], {WHOLE: 15}),  # fifteen incidents at one address
        ([("A", 0, 10), *spread("A", 10, 5, 1)], {"A": 20}),  # just one half at one point
        ([("A", 0, 11), *spread("A", 10, 5, 1)], {WHOLE: 21}),  # more than half
        ([("A", NO_POINT, 40)], {WHOLE: 40}),  # without points nobody knows whether it is one place
        ([("A", NO_POINT, 12), *spread("A", 11, 5)], {WHOLE: 23}),
        ([("A", NO_POINT, 5), *spread("A", 11, 5)], {"A": 16}),
    ],
)
def test_a_cell_shows_its_area_by_records_locations_residents_and_no_one_point(
    rows: list[tuple[str, int, int]], expected: dict[str, int]
) -> None:
    assert by_area(placed(records(*rows), MAP, POLICY, None)) == expected


def test_a_rest_that_would_be_small_is_counted_with_the_smallest_area() -> None:
    """A 40, B 12 and three records that show no area: alone they would be a small count, so B goes with them."""
    rows = [*spread("A", 40), *spread("B", 12, 6, 10), ("C", 99, 3)]
    assert by_area(placed(records(*rows), MAP, POLICY, None)) == {"A": 40, WHOLE: 15}


def test_a_rest_of_k_stays_by_itself() -> None:
    rows = [*spread("A", 40), *spread("B", 12, 6, 10), ("C", 99, 11)]
    assert by_area(placed(records(*rows), MAP, POLICY, None)) == {"A": 40, "B": 12, WHOLE: 11}


def test_what_was_decided_for_a_period_stays_so_and_a_new_period_is_decided_anew() -> None:
    rows = records(*spread("A", 40), *spread("B", 30, 6, 10))
    both = pd.concat([rows, rows.assign(period=month(2025))])
    frozen = pd.DataFrame({"period": [month(2024)] * 2, "source": ["s"] * 2, "area": ["B", WHOLE]})
    cells = placed(both, MAP, POLICY, frozen).set_index(["period", "area"])["n"].to_dict()
    assert cells == {(month(2024), "B"): 30, (month(2024), WHOLE): 40, (month(2025), "A"): 40, (month(2025), "B"): 30}


def test_placing_loses_and_doubles_nobody() -> None:
    rng = np.random.default_rng(3)
    rows = [(str(rng.choice(["A", "B", "C", WHOLE])), int(rng.integers(-1, 30)), int(rng.integers(1, 9)))
            for _ in range(300)]  # fmt: skip
    table = records(*rows).assign(sex=rng.choice(["female", "male", "unknown"], 300))
    cells = placed(table, Grid(("sex",), LAYER), POLICY, None)
    was, now = table.groupby("sex")["n"].sum(), cells.groupby("sex")["n"].sum()
    pd.testing.assert_series_equal(was, now)
    assert not cells.duplicated(["period", "source", "sex", "area"]).any()
    rest = cells[cells["area"] == WHOLE]["n"]
    assert ((rest == 0) | (rest >= 11)).all() and (cells[cells["area"] != WHOLE]["n"] >= 11).all()


# -- groups in which all are alike -------------------------------------------------------------------------------------


def people(*rows: tuple[int, str, int], name: str = "sex") -> pd.DataFrame:
    """Each (year, label, n) of one source without areas."""
    table = pd.DataFrame(rows, columns=["period", name, "n"])
    return table.assign(period=[month(int(y)) for y in table["period"]], source="s", area=WHOLE)


def after(cells: pd.DataFrame, *dimensions: str) -> dict[tuple[Any, ...], int]:
    grid = Grid(dimensions, None)
    found = hide(cells, grid, hidden(cells, grid, POLICY, None, frozenset()))
    return dict(zip(found[["period", *dimensions]].itertuples(index=False, name=None), found["n"], strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("female", 20)], {"unknown": 20}),  # each of twenty is a woman: hidden
        ([("female", 49)], {"unknown": 49}),
        ([("female", 50)], {"female": 50}),  # not a small group
        ([("female", 19), ("male", 1)], {"female": 19, "male": 1}),
        ([("female", 18), ("unknown", 2)], {"unknown": 20}),  # all of whom it is known
        ([("unknown", 20)], {"unknown": 20}),
    ],
)
def test_an_attribute_that_a_small_group_shares_is_hidden(
    rows: list[tuple[str, int]], expected: dict[str, int]
) -> None:
    cells = people(*[(2024, label, n) for label, n in rows], (2020, "male", 60), (2020, "female", 60))
    found = after(cells, "sex")
    assert {label: n for (period, label), n in found.items() if period == month(2024)} == expected
    assert found[(month(2020), "male")] == 60


def test_bands_of_age_that_are_all_under_18_are_hidden_with_what_is_told_from_them() -> None:
    cells = people((2024, "0-8", 15), (2024, "9-17", 15), (2020, "18-20", 60), (2020, "9-17", 60), name="age_band")
    assert after(cells, "age_band") == {
        (month(2024), "unknown"): 30, (month(2020), "18-20"): 60, (month(2020), "9-17"): 60
    }  # fmt: skip
    both = cells.assign(minor=cells["age_band"].map({"0-8": "minor", "9-17": "minor", "18-20": "adult"}))
    assert after(both, "minor", "age_band")[(month(2024), "unknown", "unknown")] == 30


def test_an_area_whose_small_group_is_all_alike_is_not_shown() -> None:
    grid = Grid(("sex",), LAYER)
    same = records(*spread("A", 30)).assign(sex="female")
    mixed = pd.concat([records(*spread("B", 20, 6, 10)).assign(sex=s) for s in ("female", "male")])
    large = records(*spread("A", 80)).assign(sex="female", source="large")
    cells = placed(pd.concat([same, mixed, large]), grid, POLICY, None)
    shown = set(cells[cells["area"] != WHOLE][["source", "area", "sex"]].itertuples(index=False, name=None))
    assert shown == {("s", "B", "female"), ("s", "B", "male"), ("large", "A", "female")}


def test_what_was_hidden_stays_hidden_and_what_was_shown_stays_shown() -> None:
    grid = Grid(("sex",), None)
    cells = people((2024, "female", 40), (2024, "male", 3), (2023, "female", 20), (2020, "male", 60))
    before = frozenset({(month(2024), "s", "sex")})
    frozen = cells[["period", "source", "area"]].drop_duplicates()
    assert hidden(cells, grid, POLICY, frozen, before) == before
