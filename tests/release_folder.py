"""A data folder with one release, another year of records for it, and the bytes of all that is in it."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.release.make import make_release
from etl.store import Store
from tests.made_once import made_once
from tests.make_warehouse import make_warehouse

DAY = date(2026, 1, 5)


def release(data: Path, **named: Any) -> str:
    return make_release(Store(data), today=DAY, **named).release


def more_records(data: Path) -> None:
    """Another year of the same county: a new period, so a new release."""
    with duckdb.connect(str(Store(data).database(1))) as connection:
        for table in ("incidents", "victims", "suspects"):
            connection.execute(
                f"insert into {table} select * replace (counted_on + interval 1 year as counted_on, "
                f"'X' || incident_id as incident_id) from {table} where year(counted_on) = 2024"
            )
        connection.execute("update loads set as_of = '2026-04-30'")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one release; whoever changes anything copies it first."""

    def make(folder: Path) -> None:
        make_warehouse(folder / "data", 600)
        assert release(folder / "data") == "2026-01-05-1"

    return made_once(tmp_path_factory, "release_archive", make) / "data"


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def unreleased(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(
        made / "warehouse", tmp_path / "new" / "warehouse", ignore=shutil.ignore_patterns("releases", "seed")
    )
    return tmp_path / "new"


def content(data: Path) -> dict[str, bytes]:
    """Every file and its bytes; without the audit log, which every command writes to."""
    files = {p.relative_to(data): p for p in sorted(data.rglob("*")) if p.is_file()}
    return {str(n): p.read_bytes() for n, p in files.items() if "audit" not in n.parts and "state.sqlite" not in n.name}
