"""The grid is the finest that the counts bear, and what it cost is told."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.__main__ import main
from etl.release.archive import Archive
from etl.release.grid import TOLD, told
from etl.release.make import make_release
from etl.schema import SourceError
from etl.store import Store
from tests.make_warehouse import make_warehouse


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
