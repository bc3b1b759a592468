"""Who is counted in a release: everybody once, and only those who may be."""

from pathlib import Path

import duckdb
import pytest

from etl.store import Store
from tests.fine_release import ONE, basis, fine_release, release
from tests.make_warehouse import POLICE, make_warehouse


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fine_release(tmp_path_factory)


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
