"""A release in a grid that is far too fine, ways to change what lies behind it, and what it holds."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.make import make_release
from etl.store import Store
from tests.made_once import made_once
from tests.make_warehouse import make_warehouse

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


def fine_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of 200 incidents a year in a grid that is far too fine, with one release; nobody may change it."""

    def make(data: Path) -> None:
        make_warehouse(data, 1200)
        (data / "policy.toml").write_text(FINE, encoding="utf-8")
        release(data)

    return made_once(tmp_path_factory, "fine_release", make)


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
