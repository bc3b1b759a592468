"""Each publisher's format, with its quirks, becomes exactly the tables that a person has read."""

from pathlib import Path

import duckdb
import pytest

from etl.registry import all_sources
from etl.schema import FILTER_COLUMNS
from tests.golden.cases import Case, all_cases, tables_of

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_tables_are_those_that_were_read(case: Case, tmp_path: Path) -> None:
    database = case.load(tmp_path)
    found, expected = tables_of(database), case.expected
    assert list(found) and sorted(found) == sorted(expected)
    for table, text in expected.items():
        assert found[table].splitlines() == text.splitlines(), table
    _check_people_repeat_their_incident(database)


def _check_people_repeat_their_incident(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        layers = [
            name
            for (name,) in connection.execute(
                "select column_name from duckdb_columns() where table_name = 'incidents' and column_name like 'area_%'"
            ).fetchall()
        ]
        same = " and ".join(f'p."{c}" is not distinct from i."{c}"' for c in [*FILTER_COLUMNS, *layers])
        for people, counted in (("victims", "n_victims"), ("suspects", "n_suspects")):
            alone = f"from {people} p where not exists (from incidents i where {same})"
            assert connection.execute(f"select count(*) {alone}").fetchone() == (0,)
            sums = f"select (select sum({counted}) from incidents), (select count(*) from {people})"
            printed, rows = connection.execute(sums).fetchone() or (None, None)
            assert (printed or 0) == rows


def test_every_form_of_every_source_has_a_case() -> None:
    """A declaration without a golden file is a guess. The fictional county's sources are those of real publishers."""
    covered = set()
    for case in CASES:
        forms = case.expected["loads"].splitlines()[1:]
        covered |= {(line.split(",")[1], line.split(",")[2]) for line in forms}
    declared = {(s.name, form.name) for s in all_sources().values() if not s.fictional for form in s.forms}
    assert declared <= covered, declared - covered
