"""A query is compiled once for a form, kept for the next process, and never taken for another's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl import compiled, expressions, normalise
from etl.schema import Table
from tests.conftest import ROOT
from tests.loader_files import LAPD, SEX, csv_file, lapd_row
from tests.test_imports import imported
from tests.test_normalise import JOB

ALL = (compiled.in_parts, compiled.facts, compiled.people, compiled.identity, compiled.whole_light)
PEOPLE = replace(JOB, fields=(*JOB.fields, "person_id", "age"))
OTHERS = (
    replace(JOB, today=JOB.today.replace(year=JOB.today.year + 1)),
    replace(JOB, fields=tuple(f for f in JOB.fields if f != "status")),
    replace(JOB, source=replace(JOB.source, missing=("nothing known",))),
    replace(JOB, form=replace(JOB.form, date_formats=("%Y",))),
    replace(JOB, declared=Table({**JOB.declared.columns, "premise": "another"})),
    replace(JOB, declared=replace(JOB.declared, rows_are="offence")),
)


def _forget() -> None:
    for query in ALL:
        query.cache_clear()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where queries are kept; what this process has compiled before is forgotten."""
    monkeypatch.setattr(compiled, "_folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    _forget()
    yield tmp_path / "kept"
    _forget()


@pytest.mark.parametrize("query", ALL)
def test_the_second_file_of_a_form_compiles_nothing(query: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = query(PEOPLE)
    monkeypatch.setattr(compiled, "_query", None)
    assert query(replace(PEOPLE, fields=tuple(PEOPLE.fields))) is first


@pytest.mark.parametrize("query", ALL)
def test_another_process_compiles_nothing_on_another_day(query: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    query(PEOPLE)
    other = replace(PEOPLE, today=PEOPLE.today.replace(year=PEOPLE.today.year + 1))
    monkeypatch.setattr(compiled, "_compile", None)
    _forget()
    kept = query(other)
    monkeypatch.undo()
    _forget()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert query(other) == kept
    assert query(PEOPLE) != kept or query in (compiled.identity, compiled.people), "the day is in it"


def test_what_differs_is_compiled_for_itself() -> None:
    assert len({JOB, *OTHERS}) == len(OTHERS) + 1
    for other in (JOB, *OTHERS):
        assert compiled.facts(other) == expressions.compile_sql(normalise.facts(other))
        assert compiled.in_parts(other).rows == expressions.compile_sql(normalise.in_parts(other).rows)
        assert [sql for _, sql in compiled.in_parts(other).groups] == [
            expressions.compile_sql(stages) for _, stages in normalise.in_parts(other).groups
        ]


def test_an_equal_declaration_is_not_the_same_one() -> None:
    assert replace(JOB, source=replace(JOB.source)) != JOB, "telling two long declarations apart would cost more"
    assert JOB != "a job"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff", b'{"of": "another", "query": "select 1"}'])
def test_what_is_kept_and_cannot_be_used_is_compiled_again(folder: Path, damage: bytes) -> None:
    good = compiled.facts(JOB)
    (path,) = folder.iterdir()
    path.write_bytes(damage)
    _forget()
    assert compiled.facts(JOB) == good
    assert path.read_bytes() != damage


def test_nothing_is_kept_where_python_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled.facts(JOB)
    assert not folder.exists()
    assert not compiled.any_kept()


def test_a_folder_that_cannot_be_written_to_changes_nothing(folder: Path) -> None:
    folder.write_text("a file, where the folder would be")
    assert compiled.facts(JOB) == expressions.compile_sql(normalise.facts(JOB))


def test_what_another_version_kept_goes(folder: Path) -> None:
    folder.mkdir()
    (folder / "queries.0123456789ab.0.json").write_text("{}")
    (folder / "normalise.cpython-311.pyc").write_bytes(b"")
    assert not compiled.any_kept()
    compiled.facts(JOB)
    assert compiled.any_kept()
    assert sorted(path.name.split(".")[0] for path in folder.iterdir()) == ["normalise", "queries"]
    assert not (folder / "queries.0123456789ab.0.json").exists()


def test_nothing_is_kept_of_code_that_changed_under_the_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_version", lambda: "changed")
    assert compiled.facts(JOB)
    assert not folder.exists()


def test_where_the_code_cannot_be_read_nothing_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_MODULES", ("codes", "not_there"))
    assert compiled._version() == ""
    monkeypatch.setattr(compiled, "_VERSION", "")
    assert compiled.facts(JOB) == expressions.compile_sql(normalise.facts(JOB))
    assert not folder.exists()


def test_a_file_that_cannot_be_removed_or_put_in_its_place_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where another process has it open."""

    def refuse(*_: object) -> None:
        raise PermissionError

    (folder / "queries.0123456789ab.0.json").mkdir(parents=True)
    compiled.facts(JOB)
    assert compiled.any_kept(), "another file's trouble is not ours"
    for path in folder.glob("*.json"):
        path.rmdir() if path.is_dir() else path.unlink()
    _forget()
    monkeypatch.setattr(Path, "replace", refuse)
    compiled.facts(JOB)
    assert not compiled.any_kept()
    assert list(folder.iterdir()) == []


def test_a_set_in_a_declaration_has_one_order() -> None:
    table = Table({"a": "A", "b": "B"}, frozenset({"b", "a", "c"}))
    assert "['a', 'b', 'c']" in repr(compiled._in_order((table, {"x": table})))


def test_every_module_that_makes_queries_is_part_of_the_version() -> None:
    found: set[str] = set()
    new = {"compiled"}
    while new:
        found |= new
        near = {m.split(".")[1] for name in new for m in imported(f"etl/{name}.py") if m.startswith("etl.")}
        new = near - found
    assert found == set(compiled._MODULES)


def test_a_load_whose_queries_are_kept_never_imports_what_compiles_them(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "lapd.csv", LAPD, [lapd_row(n, f"2023-0{n}-03", SEX) for n in range(1, 6)])
    program = f"""
import sys
from pathlib import Path
from etl.load import load_files
from etl.registry import source_named
from etl.store import Store
load_files(Store(Path(sys.argv[1])), [(source_named("lapd"), Path({str(file)!r}))])
print("ibis" in sys.modules)"""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = str(tmp_path / "cache")
    said = []
    for data in ("first", "second"):
        command = [sys.executable, "-c", program, str(tmp_path / data)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        said.append(done.stdout.strip())
    assert said == ["True", "False"]
