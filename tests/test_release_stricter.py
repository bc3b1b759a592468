"""A policy that has become stricter: what was published is added up or left, and never rounded again."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.__main__ import main
from etl.release.archive import Archive
from etl.release.make import make_release
from etl.store import Store
from tests.fine_release import basis, change, cube, fine_release, late, release
from tests.make_warehouse import SHERIFF


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fine_release(tmp_path_factory)


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def stricter(data: Path, old: str, new: str) -> tuple[pd.Series, pd.Series, str]:
    """The cube before and after, and the new release."""
    text = (data / "policy.toml").read_text(encoding="utf-8")
    assert old in text
    text = text.replace('version = "1"', 'version = "2"').replace(old, new)
    (data / "policy.toml").write_text(text, encoding="utf-8")
    before = cube(data, Archive(data).ids()[-1])
    now = release(data)
    return before, cube(data, now), now


def added_up(n: pd.Series, names: list[str]) -> pd.Series:
    return n.groupby(level=names).sum().sort_index()


def test_figures_of_a_dropped_dimension_are_only_added_up(data: Path) -> None:
    before, after, now = stricter(data, '"exploitation", "area"', '"area"')
    assert "exploitation" not in after.index.names
    pd.testing.assert_series_equal(after, added_up(before, list(after.index.names)))
    assert (
        "by kind of exploitation: the policy no longer allows it"
        in Archive(data).about(now)["units"]["incidents"]["dropped"]
    )


def test_what_the_finer_grid_kept_off_the_map_stays_off_it(data: Path) -> None:
    """Forty more of one kind in one area: on the finer grid never shown there, so a coarser one must not show them."""
    held = basis(data, "2026-01-05-1")
    layer = Archive(data).about("2026-01-05-1")["units"]["incidents"]["layer"]
    shown = held[held["area"] != ""].iloc[0]
    place = f"area_{layer} = '{shown['area']}' and source = '{shown['source']}' and lat is not null"
    year, half = divmod(int(shown["period"]), 12)
    change(data, late("incidents", 40, place, exploitation="'organ_removal'", offence_group="'trafficking'",
                      status="'open'", counted_on=f"make_date({year}, {half + 1}, 3)"))  # fmt: skip
    release(data)
    before, after, _ = stricter(data, '"exploitation", "area"', '"area"')
    pd.testing.assert_series_equal(after, added_up(before, list(after.index.names)))
    assert make_release(Store(data), today=date(2026, 1, 5)).already


def test_figures_of_a_dropped_map_are_only_added_up(data: Path) -> None:
    before, after, _ = stricter(data, '"exploitation", "area"', '"exploitation"')
    assert not [n for n in after.index.names if n.startswith("area")]
    pd.testing.assert_series_equal(after, added_up(before, list(after.index.names)))


@pytest.mark.parametrize("how", ["no residents", "other areas"])
def test_a_layer_that_is_gone_or_was_replaced_takes_the_map_along(data: Path, how: str) -> None:
    before = cube(data, "2026-01-05-1")
    if how == "no residents":
        change(data, "update areas set population = null")
    else:
        new = ", ".join(f"area_{x} = 'new-' || area_{x}" for x in ("tract", "district"))
        change(data, "update areas set area_id = 'new-' || area_id where role = 'areas'", f"update incidents set {new}")
    after = cube(data, release(data))
    pd.testing.assert_series_equal(after, added_up(before, list(after.index.names)))


def test_a_source_that_is_left_out_takes_its_figures_along_and_no_other(data: Path) -> None:
    before, after, _ = stricter(data, "left_out = []", f'left_out = ["{SHERIFF}"]')
    pd.testing.assert_series_equal(after, before[before.index.get_level_values("source") != SHERIFF])


def test_a_larger_k_holds_for_new_periods_and_leaves_the_old_ones(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, _ = stricter(data, "base = 11 ", "base = 30 ")
    pd.testing.assert_series_equal(after, before)
    more = "insert into incidents select * replace (counted_on + interval 1 year as counted_on, 'N' || incident_id as "
    more += "incident_id) from incidents where counted_on between date '2024-07-01' and date '2025-06-30'"
    change(data, more, "update loads set as_of = '2026-09-30'")
    newest = cube(data, release(data))
    new = newest.index.get_level_values("counted_on") > before.index.get_level_values("counted_on").max()
    pd.testing.assert_series_equal(newest[~new], before)
    assert newest[new].min() == 30
    assert main(["release", "--open", Archive(data).ids()[-1], "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "no count from 1 to 10; 0 means 0 to 29" in said and "the smallest can be 11" in said


def test_a_unit_that_comes_back_is_not_rounded_again(data: Path) -> None:
    text = (data / "policy.toml").read_text()
    before = cube(data, "2026-01-05-1", "victims")
    less = text.replace('version = "1"', 'version = "2"')
    (data / "policy.toml").write_text(less[: less.index("[units.victims]")])
    now = release(data)
    with duckdb.connect(str(Archive(data).file(now)), read_only=True) as connection:
        assert connection.execute("select count(*) from victims").fetchall() == [(0,)]
    change(data, late("victims", 5, "year(counted_on) = 2022", person_id="'L' || i"))
    (data / "policy.toml").write_text(text)
    pd.testing.assert_series_equal(cube(data, release(data), "victims"), before)
