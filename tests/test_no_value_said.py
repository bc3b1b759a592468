"""No value of a record reaches the screen, the quarantine or the manifest, whatever is wrong with it."""

import csv
import io
import itertools
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.registry import source_named
from etl.schema import Source
from etl.store import Store
from tests.golden.cases import Case, all_cases, write_input

# What a file's notes may name: its columns, its encoding, its sheets. Never what stands in a row.
_WRONG = ("{}", "{}/99/2021", "-{}", "{}.5.5", "2021-{}-01", "(34.0, {})", '"{}')
POLICE = [c for c in all_cases() if source_named(c.facts["files"][-1]["source"]).forms]


def _token(number: int) -> str:
    """A word that no program says by itself."""
    return f"zq{number:05d}xj"


def _spoil(text: str, header_at: int, columns: set[str]) -> tuple[str, int]:
    """Rows of nothing but tokens below the header, and rows in which one column alone is spoiled."""
    rows = list(csv.reader(io.StringIO(text)))
    header, body = rows[header_at], [r for r in rows[header_at + 1 :] if any(r)]
    counter = itertools.count()
    spoiled = [[_token(next(counter)) for _ in row] for row in body]
    for row in body[:2]:
        for i, name in enumerate(header[: len(row)]):
            if name in columns:
                spoiled += [[*row[:i], shape.format(_token(next(counter))), *row[i + 1 :]] for shape in _WRONG]
    spoiled.append([_token(next(counter))])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([*rows[: header_at + 1], *body, *spoiled])
    return out.getvalue(), next(counter)


def _declared(source: Source) -> set[str]:
    return {c for form in source.forms for table in form.tables.values() for c in table.columns.values()}


def _header_at(text: str, columns: set[str]) -> int:
    rows = list(csv.reader(io.StringIO(text)))
    return max(range(min(len(rows), 20)), key=lambda i: len(columns & set(rows[i])))


@pytest.mark.parametrize("case", POLICE, ids=lambda c: c.name)
def test_no_value_is_said(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = case.facts["files"][-1]
    source = source_named(said["source"])
    inputs = tmp_path / "input"
    shutil.copytree(case.folder / "input", inputs)
    columns = _declared(source)
    how = {"how": "xlsx", "from": Path(said["file"]).with_suffix(".csv").name} if said["file"].endswith(".xls") else {}
    spoiled = 0
    for path in inputs.rglob("*.csv"):
        text, tokens = _spoil(path.read_text(), _header_at(path.read_text(), columns), columns)
        path.write_text(text)
        spoiled += tokens
    assert spoiled > 20
    path = tmp_path / Path(said["file"]).name
    write_input({**said, **how}, inputs, path)
    data = ["--data", str(tmp_path / "data")]
    codes = [
        main(["load", said["source"], str(path), "--check", *data]),
        main(["load", said["source"], str(path), *data]),
    ]
    codes += [main(["status", *data]), main(["status", "--json", *data])]
    captured = capsys.readouterr()
    told = captured.out + captured.err
    store = Store(tmp_path / "data")
    pointer = store.current()
    if pointer is None:  # refused: the printed total, for example, cannot be right any more
        assert codes[:2] == [1, 1]
    else:
        assert codes == [0, 0, 0, 0]
        told += "".join(json.dumps(m) for m in store.manifests())
        with duckdb.connect(str(store.root / str(pointer["restricted"])), read_only=True) as connection:
            quarantine = connection.execute("select * from quarantine").fetchall()
            assert quarantine
            told += repr(quarantine) + repr(connection.execute("select * from loads").fetchall())
    assert told and "zq0" not in told
