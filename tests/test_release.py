"""What is published stays: the same inputs give the same rows, and a closed period is never drawn again."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from etl.__main__ import main
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.make import make_release
from etl.store import Store
from tests.make_warehouse import POLICE, SHERIFF, make_warehouse

DEFAULT = policies.DEFAULT.read_text(encoding="utf-8")
ONE = DEFAULT[: DEFAULT.index("[units.incidents]")]
# Two cubes of several dimensions on few records: most cells are rounded, so whatever moves is seen.
for old, new in (("altered_at_most = 0.05", "altered_at_most = 1"), ("few_people = 1000", "few_people = 0"),
                 ("shown_at_least = 0.5", "shown_at_least = 0")):  # fmt: skip
    assert old in ONE
    ONE = ONE.replace(old, new)
FINE = ONE + """
[units.incidents]
refine = ["year", "exploitation", "area", "half"]

[units.victims]
refine = ["year", "minor", "sex"]
"""  # fmt: skip
Change = Callable[[duckdb.DuckDBPyConnection], Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of 200 incidents a year in a grid that is far too fine, with one release."""
    data = tmp_path_factory.mktemp("release") / "data"
    make_warehouse(data, 1200)
    (data / "policy.toml").write_text(FINE, encoding="utf-8")
    release(data)
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def release(data: Path) -> str:
    return make_release(Store(data), today=date(2026, 1, 5)).release


def change(data: Path, *statements: str) -> None:
    with duckdb.connect(str(Store(data).database(1))) as connection:
        for statement in statements:
            connection.execute(statement)


def cube(data: Path, release: str, unit: str = "incidents") -> pd.Series:
    """n by every other column of a unit that holds a value."""
    with duckdb.connect(str(Archive(data).file(release)), read_only=True) as connection:
        table = connection.execute(f"from {unit}").df()
    table = table.dropna(axis="columns", how="all").drop(columns=["reported_on", "offence_group"])
    table = table.assign(counted_on=table["counted_on"].dt.strftime("%Y-%m"))
    return table.fillna("").set_index([c for c in table.columns if c != "n"])["n"].sort_index()


def basis(data: Path, release: str, unit: str = "incidents") -> pd.DataFrame:
    return Archive(data).cells(release, unit)


def late(table: str, n: int, where: str = "true", tag: str = "L", **columns: str) -> str:
    """n more records like one that is there."""
    replaced = {"incident_id": f"'{tag}' || i"} | columns
    body = ", ".join(f"{value} as {name}" for name, value in replaced.items())
    return (
        f"insert into {table} select t.* replace ({body}) from "
        f"(select * from {table} where {where} order by all limit 1) t, range({n}) r(i)"
    )


def reseeded(data: Path, digits: str) -> None:
    (data / "warehouse" / "seed").write_text(digits * 64)


def unreleased(made: Path, tmp_path: Path, name: str) -> Path:
    to = tmp_path / name
    shutil.copytree(made / "warehouse", to / "warehouse", ignore=shutil.ignore_patterns("releases"))
    shutil.copy(made / "policy.toml", to / "policy.toml")
    return to


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


# -- a policy that has become stricter ---------------------------------------------------------------------------------


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


def test_where_an_area_is_shown_and_what_is_hidden_stays_decided(data: Path) -> None:
    """Ten more locations and people in areas that were not shown: they are shown in new periods only."""
    held = basis(data, "2026-01-05-1")
    shown = set(held.loc[held["area"] != "", ["period", "source", "exploitation", "area"]].itertuples(index=False))
    more = "t.* replace (lat + i * 1e-5 as lat, 'A' || i || incident_id as incident_id)"
    change(data, f"insert into incidents select {more} from incidents t, range(5) r(i) where lat is not null")
    now = basis(data, release(data))
    again = now[now["area"] != ""]
    assert set(again[["period", "source", "exploitation", "area"]].itertuples(index=False)) == shown


def test_a_source_that_records_no_victims_is_given_none(made: Path) -> None:
    assert set(basis(made, "2026-01-05-1", "victims")["source"]) == {POLICE}


@pytest.mark.parametrize("unit", ["incidents", "victims"])
def test_everybody_is_counted_once_and_only_those_who_may_be(made: Path, unit: str) -> None:
    """Against a question of its own: the true counts behind the cube, by source and year."""
    held = basis(made, "2026-01-05-1", unit)
    held = held.assign(year=held["period"] // 12).groupby(["source", "year"])["n"].sum()
    with duckdb.connect(str(Store(made).database(1)), read_only=True) as connection:
        last = "2025-06-30" if unit == "incidents" else "2024-12-31"  # half-years, and years
        rows = connection.execute(
            f"select source, year(counted_on), count(*) from {unit} where offence_group = 'trafficking' "
            f"and status not in ('unfounded', 'duplicate') and counted_on <= '{last}' group by all"
        ).fetchall()
    assert {(s, y): n for s, y, n in rows} == held[held > 0].to_dict()


def test_a_child_recorded_as_an_offender_is_no_suspect(tmp_path: Path) -> None:
    make_warehouse(tmp_path, 1200)
    (tmp_path / "policy.toml").write_text(ONE + '[units.suspects]\nrefine = ["year", "sex"]\n')
    held = basis(tmp_path, release(tmp_path), "suspects")
    with duckdb.connect(str(Store(tmp_path).database(1)), read_only=True) as connection:
        (all_of_them, children) = connection.execute(
            "select count(*), count(*) filter (suspect_class = 'minor_recorded_as_offender') from suspects where "
            "offence_group = 'trafficking' and status not in ('unfounded', 'duplicate') and counted_on < '2025-01-01'"
        ).fetchall()[0]
    assert children > 0 and held["n"].sum() == all_of_them - children


def test_the_sources_are_rounded_apart_so_one_does_not_move_the_other(made: Path, tmp_path: Path) -> None:
    """Whoever knows her own records sees nothing of another's in how hers were rounded."""
    data = unreleased(made, tmp_path, "less")
    change(data, f"delete from incidents where source = '{SHERIFF}' and hash(incident_id) % 3 = 0")
    old, new = cube(made, "2026-01-05-1"), cube(data, release(data))
    theirs = old.index.get_level_values("source") == POLICE
    pd.testing.assert_series_equal(new[new.index.get_level_values("source") == POLICE], old[theirs])
    assert not new.equals(old)
