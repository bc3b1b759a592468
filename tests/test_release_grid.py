"""The grid fits the counts; which records keep their area and which attributes are hidden, on cubes worked by hand."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from etl import codes
from etl.__main__ import main
from etl.release import facts
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.facts import NO_POINT, WHOLE, Layer
from etl.release.grid import TOLD, told
from etl.release.guard import Grid, hidden, hide, placed
from etl.release.make import make_release
from etl.release.periods import Closed, Periods, layout
from etl.schema import SourceError
from etl.store import Store
from tests.make_warehouse import make_warehouse

POLICY = policies.parse(policies.DEFAULT.read_text(encoding="utf-8"))
LAYER = Layer("tract", {"A": 5000, "B": 5000, "C": 999})
MAP = Grid((), LAYER)
GRAINS = list(codes.GRAIN_MONTHS)


def month(year: int, number: int = 1) -> int:
    return year * 12 + number - 1


# -- periods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grain", "inside", "begins"),
    [
        ("month", month(2023, 8), month(2023, 8)),
        ("quarter", month(2023, 8), month(2023, 7)),
        ("half", month(2023, 8), month(2023, 7)),
        ("year", month(2023, 8), month(2023, 1)),
    ],
)
def test_periods_up_to_a_year_are_those_of_the_calendar(grain: str, inside: int, begins: int) -> None:
    assert layout(grain, month(2021, 5), month(2025, 2)).of(inside) == begins


@pytest.mark.parametrize(("grain", "newest"), [("years2", 2023), ("years3", 2022), ("years5", 2020)])
def test_several_years_end_with_the_last_full_year(grain: str, newest: int) -> None:
    """Data to February 2025: the last full year is 2024."""
    when = layout(grain, month(2014, 5), month(2025, 2))
    assert when.of(month(2024, 12)) == month(newest)
    assert when.last_month(month(newest)) == month(2024, 12)
    assert when.of(month(newest) - 1) == month(newest) - when.months


def test_all_years_together_are_one_period_and_the_next_is_as_long() -> None:
    when = layout("all", month(2020, 4), month(2024, 12))
    assert (when.of(month(2020, 4)), when.last_month(month(2020))) == (month(2020), month(2024, 12))
    assert when.of(month(2025)) == month(2025) and when.last_month(month(2025)) == month(2029, 12)


def test_less_than_a_year_of_data_still_has_a_layout() -> None:
    assert layout("all", month(2025, 3), month(2025, 9)).months == 12


def test_a_period_is_over_when_it_is_settled_and_its_source_knows_the_end_of_it() -> None:
    closed = Closed(month(2024, 9), {"now": month(2024, 12), "ended": month(2023, 6)})
    year, long = Periods("year", 12, 0), Periods("years3", 36, month(2021))

    def holds(when: Periods, begin: int, source: str) -> bool:
        return bool(closed.holds(when, [begin], [source])[0])

    assert holds(year, month(2023), "now") and not holds(year, month(2024), "now")  # 2024 is not settled
    assert holds(year, month(2022), "ended") and not holds(year, month(2023), "ended")  # half a year is no year
    assert not holds(year, month(2022), "never loaded")
    closed = Closed(month(2024, 12), {"ended": month(2022, 6), "too short": month(2021, 6)})
    assert holds(long, month(2021), "ended")  # a file that ends for good is in the years that it covers
    assert not holds(long, month(2021), "too short")


@pytest.mark.parametrize(
    ("as_of", "last"),
    [("2025-06-30", (2025, 3)), ("2025-06-28", (2025, 3)), ("2025-06-26", (2025, 2)), ("2025-06-01", (2025, 2))],
)
def test_settling_is_counted_from_the_last_whole_month(tmp_path: Path, as_of: str, last: tuple[int, int]) -> None:
    path = make_warehouse(tmp_path, 60)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"update loads set as_of = '{as_of}'")
        closed = facts.closed(connection, POLICY)
    assert closed is not None and closed.last == month(*last)


def test_only_sources_of_records_that_are_not_left_out_say_what_is_over(tmp_path: Path) -> None:
    """The agency counts of a whole year, loaded beside, must not close a month of the police."""
    path = make_warehouse(tmp_path, 60)
    strict = policies.parse(POLICY.text.replace("left_out = []", 'left_out = ["wick_police"]'))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update loads set as_of = '2030-12-31' where source = 'fbi_counts'")
        connection.execute("update loads set as_of = '2029-12-31' where source = 'wick_police'")
        closed = facts.closed(connection, strict)
    assert closed is not None and set(closed.known) == {"fenn_sheriff"} and closed.last == month(2025, 8)


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


# -- which grid fits ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[12, 60, 400, 3000])
def released(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, dict[str, Any], Path]:
    """A county of so many incidents a year, for six years, and what its first release says of itself."""
    data = tmp_path_factory.mktemp("grid") / "data"
    make_warehouse(data, request.param * 6)
    about = make_release(Store(data), today=date(2026, 1, 5)).about
    return request.param, about, data


FITS = {
    12: {"incidents": ("all", None), "victims": ("years5", None), "suspects": ("years5", None)},
    60: {"incidents": ("year", None), "victims": ("year", None), "suspects": ("year", None)},
    400: {"incidents": ("half", "tract"), "victims": ("year", "tract"), "suspects": ("year", None)},
    3000: {"incidents": ("month", "tract"), "victims": ("half", "tract"), "suspects": ("year", None)},
}


def test_the_grid_is_the_finest_that_the_counts_bear(released: tuple[int, dict[str, Any], Path]) -> None:
    a_year, about, _ = released
    found = {unit: (cube["grain"], cube["layer"]) for unit, cube in about["units"].items()}
    assert found == FITS[a_year]


def test_at_most_one_cell_in_twenty_is_altered_or_the_grid_is_the_coarsest(
    released: tuple[int, dict[str, Any], Path],
) -> None:
    """Counted anew from the true counts that the release kept."""
    _, about, data = released
    for unit, cube in about["units"].items():
        cells = Archive(data).cells(about["release"], unit)
        filled = cells[cells["n"] > 0]
        altered = float((filled["n"] != filled["rounded"]).mean())
        assert cube["altered"] >= altered
        coarsest = cube["grain"] == "all" and not cube["dimensions"] and not cube["layer"]
        assert altered <= 0.05 or coarsest


def test_what_it_cost_is_printed_and_kept(
    released: tuple[int, dict[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, about, data = released
    assert main(["release", "--open", about["release"], "--data", str(data)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for unit, cube in about["units"].items():
        assert f"{unit}: by " in said and f"rounding changes at most {cube['altered']:.0%} of the cells" in said
        assert cube["dropped"]
        for dropped in cube["dropped"]:
            assert f"not {dropped}" in said
    with duckdb.connect(str(Archive(data).file(about["release"])), read_only=True) as connection:
        kept = connection.execute("select unit, grain, altered, dropped from cubes").fetchall()
    assert {u: (g, a, d) for u, g, a, d in kept} == {
        u: (c["grain"], c["altered"], c["dropped"]) for u, c in about["units"].items()
    }


def test_a_release_takes_less_than_five_seconds(released: tuple[int, dict[str, Any], Path], tmp_path: Path) -> None:
    """Of processor time: how busy the computer is with others is not its fault."""
    a_year, _, _ = released
    make_warehouse(tmp_path, a_year * 6)
    begin = time.process_time()
    make_release(Store(tmp_path))
    assert time.process_time() - begin < 5


def test_a_small_county_has_no_map_and_is_told_why(
    released: tuple[int, dict[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    a_year, about, data = released
    assert main(["release", "--open", about["release"], "--data", str(data)]) == 0
    assert ("more months, or more sources, do" in capsys.readouterr().out) == (a_year == 12)
    for cube in about["units"].values():
        if cube["grain"] in ("all", "years2", "years3", "years5"):
            assert cube["layer"] is None
    assert a_year > 60 or not any(cube["layer"] for cube in about["units"].values())


def test_shares_are_told_in_steps_that_count_no_cells() -> None:
    assert [told(s) for s in (0, 0.05, 0.051, 0.33, 0.5, 0.51, 1)] == [0.05, 0.05, 0.2, 0.5, 0.5, 1, 1]
    assert set(TOLD) >= {told(i / 100) for i in range(101)}


def test_nothing_is_released_before_a_period_is_over(tmp_path: Path) -> None:
    path = make_warehouse(tmp_path, 100)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from incidents where counted_on < '2025-10-01'")
        connection.execute("delete from victims; delete from suspects; delete from coverage")
    with pytest.raises(SourceError, match="Load more months, or wait"):
        make_release(Store(tmp_path))
