"""A partner's warehouse: equal, question by question, to a file that never held the other agencies' records."""

import importlib
import inspect
import pkgutil
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import dashboard.measures
from dashboard.filters import Filters
from dashboard.pointer import WarehouseBroken
from dashboard.scoped import KEPT, MOST, RULES, ScopedWarehouse, scoped
from dashboard.warehouse import Warehouse, open_warehouse
from etl import tables
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse

MINE, THEIRS = "wick_police", "fenn_sheriff"
# Not questions: parts that questions are built from, which take a table of the same warehouse.
PARTS = {"exposure_conditions", "labelled", "ask", "place_column"}
ARGUMENTS: dict[str, Any] = {
    "filters": Filters(),
    "column": "exploitation",
    "a": "exploitation",
    "b": "premise",
    "name": "source",
    "layer": "district",
    "place": ("district", "D1"),
    "source": THEIRS,
    "load": "load-s",  # theirs
    "unit": "incidents",
    "months": np.arange(600, 670),
    "grain": "month",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("whole")
    make_warehouse(made, 1200)
    return made


@pytest.fixture(scope="module")
def whole(folder: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def emptied(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The same file with every row about the other agency deleted, by another way than the views go."""
    copy = tmp_path_factory.mktemp("emptied")
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    with duckdb.connect(str(copy / "warehouse" / "restricted-000001.duckdb")) as con:
        loads = [row[0] for row in con.execute("SELECT load FROM loads WHERE source = ?", [THEIRS]).fetchall()]
        assert loads
        for table, columns in tables.TABLES.items():
            if "source" in columns:
                con.execute(f"DELETE FROM {table} WHERE source = ?", [THEIRS])
            elif "load" in columns:
                con.execute(f"DELETE FROM {table} WHERE load IN (SELECT unnest(?))", [loads])
    opened = open_warehouse(copy)
    yield opened
    opened.close()


def questions() -> list[tuple[str, Callable[..., Any]]]:
    """Every public function of dashboard/measures that asks a warehouse."""
    found = {}
    for module in pkgutil.iter_modules(dashboard.measures.__path__):
        held = importlib.import_module(f"dashboard.measures.{module.name}")
        for name, function in inspect.getmembers(held, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), None)
            if first == "warehouse" and not name.startswith("_") and name not in PARTS:
                found[name] = function
    return sorted(found.items())


def ask(function: Callable[..., Any], warehouse: Warehouse, **given: Any) -> Any:
    """The answer, or the refusal: a question that one warehouse refuses the other has to refuse in the same words."""
    wanted = list(inspect.signature(function).parameters)[1:]
    try:
        return function(warehouse, **{name: v for name, v in (ARGUMENTS | given).items() if name in wanted})
    except (ValueError, KeyError) as error:
        return str(error)


def in_order(found: pd.DataFrame) -> pd.DataFrame:
    """The rows in an order that does not depend on how they were found: groups come in any."""
    return found.iloc[np.argsort([repr(row) for row in found.itertuples(index=False)])].reset_index(drop=True)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(in_order(a), in_order(b))
        return True
    if isinstance(a, pd.Series):
        return same(a.to_frame("v"), b.to_frame("v"))
    if isinstance(a, np.ndarray):
        return np.array_equal(np.sort(a, axis=None), np.sort(b, axis=None))
    if is_dataclass(a) and not isinstance(a, type):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b or (a != a and b != b))


@pytest.mark.parametrize("unit", ["incidents", "victims", "suspects"])
@pytest.mark.parametrize(("name", "function"), questions(), ids=[name for name, _ in questions()])
def test_no_question_hears_of_another_agencys_records(
    whole: Warehouse, emptied: Warehouse, name: str, function: Callable[..., Any], unit: str
) -> None:
    mine = scoped(whole, frozenset({MINE}))
    given = {"filters": Filters(unit=unit), "unit": unit}
    assert same(ask(function, mine, **given), ask(function, emptied, **given))


def test_the_questions_are_found_and_would_notice(whole: Warehouse) -> None:
    """Most answers differ between all and some sources, so equality above is no accident."""
    mine = scoped(whole, frozenset({MINE}))

    def differs(function: Callable[..., Any]) -> bool:
        try:
            return not same(ask(function, mine), ask(function, whole))
        except AssertionError:
            return True

    differing = {name for name, function in questions() if differs(function)}
    assert len(questions()) >= 30 and len(differing) >= 20
    assert {"total", "by_cell", "sources", "loads", "quarantine", "coverage", "by_period"} <= differing


def test_every_table_has_a_rule_and_one_without_a_rule_is_not_there(folder: Path, tmp_path: Path) -> None:
    assert set(RULES) == set(tables.TABLES)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with duckdb.connect(str(tmp_path / "warehouse" / "restricted-000001.duckdb")) as con:
        con.execute("CREATE TABLE notes AS SELECT 'fenn_sheriff' AS source")
    opened = open_warehouse(tmp_path)
    assert "notes" in opened.schemas
    mine = scoped(opened, frozenset({MINE}))
    assert "notes" not in mine.schemas
    with pytest.raises(duckdb.CatalogException):
        mine.ask_sql("SELECT * FROM notes")
    opened.close()


def test_no_source_no_records(whole: Warehouse) -> None:
    nothing = scoped(whole, frozenset())
    for table in (*tables.FACTS, "attributes", "exposure", "quarantine"):
        assert nothing.ask_sql(f"SELECT count(*) AS n FROM {table}")["n"][0] == 0, table
    assert {s.source for s in nothing.catalogue.sources} == {"fbi_counts", "hotline", "ctdc"}, "what is printed stays"


def test_a_source_is_a_value_and_never_a_piece_of_a_question(whole: Warehouse) -> None:
    odd = scoped(whole, frozenset({"x') OR true --", "'; DROP TABLE incidents; --"}))
    assert odd.ask_sql("SELECT count(*) AS n FROM incidents")["n"][0] == 0


def test_the_steward_gets_the_file_itself_and_a_scope_is_opened_once(whole: Warehouse) -> None:
    assert scoped(whole, None) is whole
    mine = scoped(whole, frozenset({MINE}))
    assert isinstance(mine, ScopedWarehouse) and scoped(whole, frozenset({MINE})) is mine
    assert mine.remember("k", lambda: 1) == 1 and whole.remember("k", lambda: 2) == 2, "answers are not shared"
    for i in range(MOST):
        scoped(whole, frozenset({f"s{i}"}))
    assert scoped(whole, frozenset({MINE})) is not mine, "the least recently used is given up"
    assert mine.ask_sql("SELECT 1 AS n")["n"][0] == 1, "whoever holds it can finish with it"


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '{path}' AS again",
        "COPY incidents TO '{path}.csv'",
        "SELECT * FROM read_text('{path}')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        f"INSERT INTO {KEPT}.main.incidents (source) VALUES ('x')",
    ],
)
def test_a_scope_reaches_no_file_and_changes_nothing(whole: Warehouse, sql: str) -> None:
    mine = scoped(whole, frozenset({MINE}))
    with pytest.raises(duckdb.Error):
        mine.ask_sql(sql.format(path=whole.path))
    assert mine.ask_sql("SELECT count(*) AS n FROM incidents")["n"][0] > 0


def test_no_question_of_ours_names_a_catalogue() -> None:
    """Views stand between a question and the file only while tables are called by their plain names."""
    qualified = re.compile(rf"""{KEPT}|\b(?:FROM|JOIN)\s+["\w]+\.["\w]+|\b(?:database|catalog|schema)=""")
    files = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    found = {
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files
        if file.name != "scoped.py"
        for line in file.read_text(encoding="utf-8").splitlines()
        # A batch of Arrow has a schema too; it names columns, no table.
        if not re.match(r"\s*(from|import)\s", line)
        and (match := qualified.search(line.partition("pa.record_batch")[0]))
    }
    # The one question about the file's own shape; it says whose (`current_database()`).
    assert {line for line in found if "information_schema.columns" not in line} == set()
    assert all(qualified.search(line) for line in ('t("x", schema="main")', "FROM kept.incidents"))


def test_a_file_that_went_is_said(whole: Warehouse, tmp_path: Path) -> None:
    copied = tmp_path / "restricted-000009.duckdb"
    shutil.copy(whole.path, copied)
    gone = Warehouse(copied, 9)
    gone.path.unlink()
    with pytest.raises(WarehouseBroken, match="cannot be read"):
        scoped(gone, frozenset({MINE}))
    gone.close()
