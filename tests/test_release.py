"""What is published stays: the same inputs give the same rows, and a closed period is never drawn again."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.release.archive import Archive
from etl.release.make import make_release
from etl.store import Store
from tests.fine_release import FINE, basis, change, cube, fine_release, late, release, reseeded, unreleased
from tests.make_warehouse import POLICE, SHERIFF


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fine_release(tmp_path_factory)


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


# -- the same inputs, the same rows ------------------------------------------------------------------------------------


def digest(data: Path) -> str:
    return str(Archive(data).about(release(data))["rows_sha256"])


def test_the_order_of_the_rows_in_the_restricted_file_is_nothing(made: Path, tmp_path: Path) -> None:
    mixed = unreleased(made, tmp_path, "mixed")
    for table in ("incidents", "victims", "suspects", "areas", "coverage", "sources", "loads"):
        change(mixed, f"create table mixed as from {table} order by hash({table}::varchar)", f"drop table {table}",
               f"create table {table} as from mixed", "drop table mixed")  # fmt: skip
    assert digest(mixed) == Archive(made).about("2026-01-05-1")["rows_sha256"]


def test_another_seed_rounds_otherwise(made: Path, tmp_path: Path) -> None:
    found: list[str] = []
    for digits in ("a", "b", "a"):
        data = unreleased(made, tmp_path, f"seed-{len(found)}")
        reseeded(data, digits)
        found.append(digest(data))
    assert found[0] == found[2] != found[1]


def test_the_rows_are_those_of_the_grid_and_no_number_is_small(made: Path) -> None:
    for unit in ("incidents", "victims"):
        n = cube(made, "2026-01-05-1", unit)
        assert n.min() >= 11 and not n.index.has_duplicates
    assert cube(made, "2026-01-05-1").index.names == ["source", "counted_on", "exploitation", "area_district"] or cube(
        made, "2026-01-05-1"
    ).index.names == ["source", "counted_on", "exploitation", "area_tract"]


def test_the_sources_are_rounded_apart_so_one_does_not_move_the_other(made: Path, tmp_path: Path) -> None:
    """Whoever knows her own records sees nothing of another's in how hers were rounded."""
    data = unreleased(made, tmp_path, "less")
    change(data, f"delete from incidents where source = '{SHERIFF}' and hash(incident_id) % 3 = 0")
    old, new = cube(made, "2026-01-05-1"), cube(data, release(data))
    theirs = old.index.get_level_values("source") == POLICE
    pd.testing.assert_series_equal(new[new.index.get_level_values("source") == POLICE], old[theirs])
    assert not new.equals(old)


# -- closed periods ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"exploitation": "'unmapped'"},
        {"exploitation": "'organ_removal'"},
        {"counted_on": "date '2020-02-03'", "source": f"'{SHERIFF}'"},  # years before that source began
        {"counted_on": "date '2014-02-03'"},
        {"lat": "NULL", "lon": "NULL", "area_district": "NULL", "area_tract": "NULL"},
    ],
)
def test_one_record_more_moves_no_number_of_a_closed_period(data: Path, columns: dict[str, str]) -> None:
    change(data, late("incidents", 1, "year(counted_on) = 2022", **columns))
    assert make_release(Store(data), today=date(2026, 1, 5)).already


def test_ten_victims_more_move_no_number_of_a_closed_period(data: Path) -> None:
    change(data, late("victims", 10, "year(counted_on) = 2022", person_id="'L' || i"))
    assert make_release(Store(data), today=date(2026, 1, 5)).already


def test_a_cell_that_moved_by_k_is_drawn_again_and_no_other(data: Path) -> None:
    old = cube(data, "2026-01-05-1")
    large = basis(data, "2026-01-05-1").query("n >= 11 and area == ''").iloc[0]
    year, half = divmod(int(large["period"]), 12)
    where = (
        f"source = '{large['source']}' and exploitation = '{large['exploitation']}' and year(counted_on) = {year} "
        f"and month(counted_on) between {half + 1} and {half + 6} and offence_group = 'trafficking' "
        "and status = 'open' and lat is null"
    )
    change(data, late("incidents", 10, where))
    assert make_release(Store(data), today=date(2026, 1, 5)).already
    change(data, late("incidents", 1, where, tag="M"))
    new = cube(data, release(data))
    moved = new.compare(old.reindex(new.index, fill_value=0))
    assert len(new) == len(old) and len(moved) == 1
    assert moved.iloc[0]["self"] == large["n"] + 11 and moved.iloc[0]["other"] == large["n"]


def test_a_new_period_comes_beside_the_old_ones(data: Path) -> None:
    old = {unit: cube(data, "2026-01-05-1", unit) for unit in ("incidents", "victims")}
    more = [
        f"insert into {t} select * replace (counted_on + interval 1 year as counted_on, 'N' || incident_id as "
        f"incident_id) from {t} where counted_on between date '2024-07-01' and date '2025-06-30'"
        for t in ("incidents", "victims")
    ]
    change(data, *more, "update loads set as_of = '2026-09-30'")
    now = release(data)
    for unit, before in old.items():
        new = cube(data, now, unit)
        periods = new.index.get_level_values("counted_on")
        closed = before.index.get_level_values("counted_on").max()
        pd.testing.assert_series_equal(new[periods <= closed], before)
        assert (periods > closed).any()


def test_a_new_source_comes_beside_the_old_ones_in_an_old_period(data: Path) -> None:
    old = cube(data, "2026-01-05-1")
    for table in ("incidents", "sources", "loads"):
        copied = f"from {table} where source = '{POLICE}'"
        change(data, f"insert into {table} select * replace ('new_police' as source) {copied}")
    new = cube(data, release(data))
    theirs = new.index.get_level_values("source") == "new_police"
    pd.testing.assert_series_equal(new[~theirs], old)
    assert theirs.any() and new.min() >= 11


def test_a_source_is_in_no_period_that_its_files_do_not_cover(made: Path, tmp_path: Path) -> None:
    """Half of it would be published, and would stay so."""
    data = unreleased(made, tmp_path, "short")
    change(data, f"update loads set as_of = '2024-10-15' where source = '{SHERIFF}'",
           f"delete from incidents where source = '{SHERIFF}' and counted_on > '2024-10-15'")  # fmt: skip
    n = cube(data, release(data))
    newest = n.reset_index().groupby("source")["counted_on"].max()
    assert newest[SHERIFF] == "2024-01" and newest[POLICE] == "2025-01"
    with duckdb.connect(str(Archive(data).file("2026-01-05-1")), read_only=True) as connection:
        covered = connection.execute(
            "select source, max(month)::varchar from coverage where collected group by source"
        ).fetchall()
    assert dict(covered)[SHERIFF] == "2024-06-01" and dict(covered)[POLICE] == "2025-06-01"


@pytest.mark.parametrize("how", ["settle", "undone", "gone"])
def test_what_is_known_no_more_stays_as_it_was_published(data: Path, how: str) -> None:
    """Else exact cells would fall to 0 and rounded ones stay: that would tell which is which."""
    old = {unit: cube(data, "2026-01-05-1", unit) for unit in ("incidents", "victims")}
    if how == "settle":
        text = FINE.replace('version = "1"', 'version = "2"').replace("settle_months = 3", "settle_months = 30")
        (data / "policy.toml").write_text(text)
    elif how == "undone":
        change(data, "update loads set as_of = '2024-03-31'",
               *[f"delete from {t} where counted_on > '2024-03-31'" for t in ("incidents", "victims")])  # fmt: skip
    else:
        change(data, *[f"delete from {t} where source = '{SHERIFF}'" for t in ("incidents", "victims", "loads")])
    now = release(data)
    for unit, before in old.items():
        pd.testing.assert_series_equal(cube(data, now, unit), before)


def test_where_an_area_is_shown_and_what_is_hidden_stays_decided(data: Path) -> None:
    """Ten more locations and people in areas that were not shown: they are shown in new periods only."""
    held = basis(data, "2026-01-05-1")
    shown = set(held.loc[held["area"] != "", ["period", "source", "exploitation", "area"]].itertuples(index=False))
    more = "t.* replace (lat + i * 1e-5 as lat, 'A' || i || incident_id as incident_id)"
    change(data, f"insert into incidents select {more} from incidents t, range(5) r(i) where lat is not null")
    now = basis(data, release(data))
    again = now[now["area"] != ""]
    assert set(again[["period", "source", "exploitation", "area"]].itertuples(index=False)) == shown
