"""Synthetic people: who is in them, each once in a table, who is refused, and which values they can have."""

from pathlib import Path

import duckdb
import pytest

from etl.schema import SourceError
from etl.store import Store
from etl.synthetic.make import Asked, choose, folder_of, make
from etl.synthetic.people import Attribute, People, grid, periods, table
from tests.conftest import ROOT
from tests.synthetic_people import TODAY, data, large, ordinary_noise, people_of

__all__ = ["data", "large", "ordinary_noise"]


def change(data: Path, sql: str) -> None:
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb")))) as connection:
        connection.execute(sql)


def test_people_of_closed_years_count_once_and_the_rest_not_at_all(data: Path) -> None:
    people = people_of(data)
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb"))), read_only=True) as connection:
        (expected,) = connection.execute(
            "select count(*) from victims where offence_group = 'trafficking' and status not in "
            "('unfounded', 'duplicate') and counted_on between '2020-01-01' and '2024-12-31'"
        ).fetchone() or (0,)
    assert people.n == expected > 5_000 and people.years == (2020, 2024)
    for width in (1, 2, 5):
        assert table(people, grid(people, width, False), width).sum() == expected


def test_below_five_thousand_people_are_refused(data: Path, ordinary_noise: list[float]) -> None:
    change(data, f"delete from victims where hash(person_id) % 100 >= {int(100 * 4_900 / people_of(data).n)}")
    with pytest.raises(SourceError, match="at least 5,000 people in closed years, and there are fewer here") as refused:
        make(Store(data), Asked(), TODAY)
    assert not [w for w in str(refused.value).split() if w.strip(",.").isdigit()]  # how many there are is not said
    assert not ordinary_noise and not folder_of(data).exists()


def test_a_source_that_the_policy_leaves_out_is_not_in_it(data: Path) -> None:
    text = (ROOT / "etl" / "release" / "policy.toml").read_text().replace("left_out = []", 'left_out = ["wick_police"]')
    (data / "policy.toml").write_text(text)
    with pytest.raises(SourceError):
        people_of(data)


@pytest.mark.parametrize("kind", ["provider", "published"])
def test_totals_of_providers_and_printed_figures_never_enter(data: Path, kind: str) -> None:
    change(data, f"update sources set kind = '{kind}' where source = 'wick_police'")
    with pytest.raises(SourceError, match="nobody to make synthetic records of"):
        people_of(data)


def test_a_row_that_stands_for_several_people_is_refused(data: Path) -> None:
    change(data, "update victims set n = 2 where person_id = (select min(person_id) from victims where "
                 "offence_group = 'trafficking' and status = 'open' and counted_on < '2024-01-01')")  # fmt: skip
    with pytest.raises(SourceError, match="stands for more than one person"):
        people_of(data)


def test_values_are_those_of_the_code_lists_whatever_the_records_hold(data: Path) -> None:
    before = grid(people_of(data), 1, False)
    change(data, "update victims set sex = 'a name', exploitation = 'a name', age_band = 'a name', minor = 'x' "
                 "where hash(person_id) % 50 = 0")  # fmt: skip
    people = people_of(data)
    assert grid(people, 1, False) == before
    assert {g.sex for g in people.groups} <= {"female", "male", "other", "unknown"}
    assert {g.age for g in people.groups} <= set(before[2].values)


def test_counties_are_told_only_where_each_has_the_residents(data: Path) -> None:
    change(data, "alter table victims add column area_us_counties varchar")
    change(data, "update victims set area_us_counties = case when area_district < 'D4' then '01001' else '01003' end")
    change(data, "insert into areas (layer, area_id, name, role, population) values "
                 "('us_counties', '01001', 'One', 'areas', 50000), ('us_counties', '01003', 'Two', 'areas', 70000), "
                 "('us_counties', '01005', 'Few', 'areas', 400)")  # fmt: skip
    people = people_of(data)
    assert people.counties == {"01001": "One", "01003": "Two"}
    assert grid(people, 1, True)[-1] == Attribute(("county",), (("01001",), ("01003",), ("unknown",)))
    assert "tract" not in str(grid(people, 1, True)) and "district" not in str(grid(people, 1, True))


def test_periods_end_with_the_newest_year() -> None:
    assert periods((2016, 2020), 1) == ["2016", "2017", "2018", "2019", "2020"]
    assert periods((2016, 2020), 2) == ["2016", "2017-2018", "2019-2020"]
    assert periods((2016, 2020), 5) == ["2016-2020"] and periods((2016, 2020), 9) == ["2016-2020"]


def test_the_grid_depends_on_the_noisy_number_of_people_only(data: Path) -> None:
    people = people_of(data)
    assert [choose(people, n, None)[0] for n in (5_000, 6_700, 50_000)] == [2, 1, 1]
    assert choose(people, 100, None)[0] == 5 and choose(people, 50_000, 3)[0] == 3
    fewer = People(people.groups[:3], people.sources, people.years, {}, True)
    assert choose(fewer, 6_700, None) == choose(people, 6_700, None)
