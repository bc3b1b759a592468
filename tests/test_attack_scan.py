"""The last look before a file is public finds what is planted in it: in every number of every table but those reviewed,
and in every column that names a person or a place."""

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.areas import quoted
from etl.release.check import REVIEWED, require_clean, small_counts
from etl.schema import SourceError
from etl.tables import FACTS, PUBLIC_TABLES
from tests.attack.worlds import World, make_world

K = 11
NUMBERS = ("BIGINT", "INTEGER", "TINYINT", "DOUBLE", "UBIGINT")
KINDS = ("UTINYINT", "USMALLINT", "UINTEGER", "UHUGEINT", "HUGEINT", "REAL", "DECIMAL(9, 2)", "INTEGER[]",
         "STRUCT(a INTEGER)")  # fmt: skip
NAMES_SOMEBODY = [
    (table, column)
    for table in FACTS
    for column in PUBLIC_TABLES[table]
    if column in ("incident_id", "person_id", "lat", "lon", "load", "race", "ethnicity", "occurred_on", "h3_9", "h3_5")
]


def numeric() -> list[tuple[str, str]]:
    return [(t, c) for t, columns in PUBLIC_TABLES.items() for c, kind in columns.items() if kind in NUMBERS]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make_world(tmp_path_factory.mktemp("world"), 400)
    made.release()
    return made


@pytest.fixture
def file(world: World, tmp_path: Path) -> Path:
    """A copy of the newest public file, to plant in."""
    return Path(shutil.copy(world.archive.file(world.archive.ids()[-1]), tmp_path / "public.duckdb"))


def planted(file: Path, table: str, column: str, value: object) -> list[str]:
    """What the last look says of a value that is put into a row of its own."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"insert into {quoted(table)} ({quoted(column)}) values (?)", [value])
    return small_counts(file, K)


def test_a_release_is_clean(file: Path) -> None:
    assert small_counts(file, K) == []


@pytest.mark.parametrize(("table", "column"), [x for x in numeric() if x not in REVIEWED])
@pytest.mark.parametrize("value", [1, K - 1])
def test_a_small_count_in_any_number_of_any_table_is_found(file: Path, table: str, column: str, value: int) -> None:
    assert f"small counts in {table}.{column}" in planted(file, table, column, value)
    with pytest.raises(SourceError, match="Nothing was published"):
        require_clean(file, K)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_of_any_kind_is_looked_at(file: Path, kind: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"alter table sources add column extra {kind}")
        value = "[7]" if kind.endswith("[]") else "{'a': 7}" if kind.startswith("STRUCT") else "7"
        connection.execute(f"update sources set extra = {value}")
    assert any("sources.extra" in said for said in small_counts(file, K))


@pytest.mark.parametrize(("table", "column"), NAMES_SOMEBODY)
def test_an_id_a_point_or_an_attribute_of_a_person_is_found(file: Path, table: str, column: str) -> None:
    kind = PUBLIC_TABLES[table][column]
    value = "2024-05-06" if kind == "DATE" else 40.123456 if kind == "DOUBLE" else 2**59 if kind == "UBIGINT" else "X1"
    assert f"values in {table}.{column}" in planted(file, table, column, value)


def test_a_table_that_no_public_file_has_is_found(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table more (name varchar)")
    assert small_counts(file, K) == ["a table more that no public file has"]


def test_every_reviewed_number_is_one_that_there_is() -> None:
    assert set(REVIEWED) <= set(numeric())
