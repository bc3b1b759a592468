"""An id that stands in several rows of one file, in one table or in several: one report, and every row accounted for.

All rows are invented.
"""

import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.load import load_files
from etl.repeats import Identities
from etl.schema import Form, Offence, Source, Table
from etl.store import Store

TODAY = dt.date(2026, 1, 31)
COLUMNS = {"incident_id": "Case", "reported_on": "Reported", "updated_on": "Changed", "offence_code": "Code"}
COLUMNS |= {"offence_text": "Offence", "area_code": "Beat"}
TEXTS = {"822": "Trafficking", "921": "Servitude", "510": "Theft"}


def make_source(rows_are: str = "incident") -> Source:
    """A police source whose files are csv or zips of them."""
    return Source(
        *("wick", "Reports", "Wick County", "police", "https://example.org", "none"),
        forms=(Form("one", {"reports": Table(COLUMNS, frozenset({"updated_on"}), rows_are=rows_are)}, ("%Y-%m-%d",)),),
        offences={"822": Offence("sex", "TRAFFICKING"), "921": Offence("forced_labour", "SERVITUDE")},
        area_layer="wick_beats",
    )


@dataclass(frozen=True)
class Row:
    case: str
    month: int
    code: str = "510"
    changed: int = 0  # day of January 2022; 0: not known
    beat: str = "1"

    @property
    def text(self) -> str:
        changed = f"2022-01-{self.changed:02d}" if self.changed else ""
        return f"{self.case},2021-{self.month:02d}-05,{changed},{self.code},{TEXTS[self.code]},{self.beat}"


@contextmanager
def served(folder: Path, *tables: Sequence[Row], source: Source | None = None) -> Iterator[Any]:
    """The warehouse that the tables become: one is a csv, more are the members of a zip."""
    texts = ["\n".join([",".join(COLUMNS.values()), *(row.text for row in rows)]) + "\n" for rows in tables]
    path = folder / ("a.csv" if len(texts) == 1 else "a.zip")
    if len(texts) == 1:
        path.write_text(texts[0])
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for i, text in enumerate(texts):
                archive.writestr(f"{i}.csv", text)
    store = Store(folder / "data")
    read_by = source or make_source()
    with patch("etl.build.all_sources", lambda: {read_by.name: read_by}):
        load_files(store, [(read_by, path)], today=TODAY)
    pointer = store.current()
    assert pointer is not None
    with duckdb.connect(str(store.root / str(pointer["restricted"])), read_only=True) as connection:
        yield connection


def exposure(connection: Any) -> dict[tuple[int, str | None], int]:
    rows = connection.execute("select month(month), area_wick_beats, sum(n)::int from exposure group by all").fetchall()
    return {(month, beat): n for month, beat, n in rows}


def equation(connection: Any) -> list[tuple[int, ...]]:
    sql = "select rows_read, loaded, merged, not_relevant, quarantined from load_tables order by input_table"
    return connection.execute(sql).fetchall()


def incidents(connection: Any) -> list[tuple[str, str]]:
    return connection.execute("select incident_id, exploitation from incidents order by all").fetchall()


def test_what_was_updated_last_counts_wherever_it_stands(tmp_path: Path) -> None:
    rows = [Row("K1", 3, "921", changed=9, beat="7"), Row("K1", 1, "822", changed=2), Row("K1", 2, "822")]
    with served(tmp_path, rows) as found:
        assert incidents(found) == [("K1", "forced_labour")]
        assert exposure(found) == {(3, "7"): 1}
        assert equation(found) == [(3, 1, 2, 0, 0)]


def test_without_a_day_of_update_the_later_row_counts(tmp_path: Path) -> None:
    with served(tmp_path, [Row("K1", 1, "822"), Row("K2", 1), Row("K1", 2, "921")]) as found:
        assert incidents(found) == [("K1", "forced_labour")]
        assert equation(found) == [(3, 1, 1, 1, 0)]


def test_a_report_that_is_no_longer_of_trafficking_does_not_count(tmp_path: Path) -> None:
    with served(tmp_path, [Row("K1", 1, "822", 3), Row("K1", 2, "510", 4), Row("K2", 1, "822")]) as found:
        assert incidents(found) == [("K2", "sex")]
        assert exposure(found) == {(1, "1"): 1, (2, "1"): 1}
        assert equation(found) == [(3, 1, 1, 1, 0)]


def test_a_row_that_is_set_aside_displaces_nothing(tmp_path: Path) -> None:
    with served(tmp_path, [Row("K1", 1, "822"), Row("K1", 13, "822")]) as found:
        assert incidents(found) == [("K1", "sex")] and equation(found) == [(2, 1, 0, 0, 1)]


def test_a_later_chunk_that_holds_nothing_but_a_row_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an id that stands twice before: nothing of that chunk is left to compare."""
    monkeypatch.setattr("etl.reading.input_tables.CHUNK_ROWS", 2)
    with served(tmp_path, [Row("A", 3), Row("A", 4), Row("A", 13), Row("B", 5)]) as found:
        assert exposure(found) == {(4, "1"): 1, (5, "1"): 1}


def test_rows_without_an_id_are_no_repeats(tmp_path: Path) -> None:
    with served(tmp_path, [Row("", 1), Row("", 1), Row("K1", 1, "822")]) as found:
        assert exposure(found) == {(1, "1"): 3} and equation(found) == [(3, 1, 0, 2, 0)]


def test_a_file_of_which_every_row_stands_twice(tmp_path: Path) -> None:
    rows = [Row(f"K{i}", i % 12 + 1, "822" if i % 5 == 0 else "510") for i in range(3000)]
    with served(tmp_path, [*rows, *rows]) as found:
        assert equation(found) == [(6000, 600, 3000, 2400, 0)]
        assert sum(exposure(found).values()) == 3000


def test_two_tables_of_one_file(tmp_path: Path) -> None:
    """An id is one report in all tables of the file; the later table goes before the earlier."""
    first = [Row("K1", 1, "822"), Row("K2", 1, "822", changed=9), Row("K3", 1)]
    second = [Row("K1", 2, "921"), Row("K2", 2, "510", changed=4), Row("K4", 2, "822")]
    with served(tmp_path, first, second) as found:
        assert incidents(found) == [("K1", "forced_labour"), ("K2", "sex"), ("K4", "sex")]
        assert equation(found) == [(3, 1, 1, 1, 0), (3, 2, 1, 0, 0)]
        assert exposure(found) == {(1, "1"): 2, (2, "1"): 2}


def test_one_row_for_each_offence_counts_its_incident_once(tmp_path: Path) -> None:
    rows = [Row("K1", 1, "510"), Row("K1", 1, "822"), Row("K1", 1, "921"), Row("K2", 1)]
    with served(tmp_path, rows, source=make_source("offence")) as found:
        assert incidents(found) == [("K1", "multiple")]
        assert exposure(found) == {(1, "1"): 2}
        assert equation(found) == [(4, 2, 0, 2, 0)]


_ROW = st.builds(
    Row,
    st.sampled_from(["K1", "K2", "K3", "k3", "7", "7.0", ""]),
    st.sampled_from([1, 2, 3, 13]),  # the last is no month
    st.sampled_from(["822", "921", "510", "510"]),
    st.sampled_from([0, 0, 1, 2]),
    st.sampled_from(["1", "2"]),
)


def _is_set_aside(row: Row) -> bool:
    return row.month > 12 or (not row.case and row.code != "510")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(_ROW, min_size=1, max_size=8), min_size=1, max_size=2), st.sampled_from([2, 3, 1000]))
def test_as_a_person_would_count(tables: list[list[Row]], at_a_time: int) -> None:
    """Random rows and tables against the rule in plain Python: the last of each id by update, table and row."""
    tables = [[*tables[0], Row("K0", 1)], *tables[1:]]
    every = [(part, i, row) for part, rows in enumerate(tables) for i, row in enumerate(rows)]
    good = [(part, i, row) for part, i, row in every if not _is_set_aside(row)]
    last: dict[str, tuple[Any, ...]] = {}
    for part, i, row in good:
        key = row.case.upper().removesuffix(".0") or f"none {part} {i}"
        last[key] = max(last.get(key, (-1,)), (row.changed, part, i, row))
    with (
        TemporaryDirectory() as folder,
        patch("etl.reading.input_tables.CHUNK_ROWS", at_a_time),
        served(Path(folder), *tables) as found,
    ):
        kinds = {"822": "sex", "921": "forced_labour"}
        kept = {key: row for key, (*_, row) in last.items()}
        assert incidents(found) == sorted((key, kinds[r.code]) for key, r in kept.items() if r.code in kinds)
        assert exposure(found) == Counter((row.month, row.beat) for row in kept.values())
        expected = []
        for part, rows in enumerate(tables):
            mine = [row for _, p, _, row in last.values() if p == part]
            loaded = sum(row.code in kinds for row in mine)
            bad = sum(map(_is_set_aside, rows))
            expected.append((len(rows), loaded, len(rows) - bad - len(mine), len(mine) - loaded, bad))
        assert equation(found) == expected


def test_only_what_stands_twice_is_remembered() -> None:
    ids = Identities()
    ids.add(pa.chunked_array([pa.array([5, 9, None, 2, 2], pa.uint64())]))
    ids.add(pa.chunked_array([pa.array([9, 7, None, 9], pa.uint64())]))
    assert ids.repeated().tolist() == [2, 9]
    assert ids.repeated().tolist() == [] and ids.repeated().dtype == np.uint64


@pytest.mark.parametrize("same", [True, False])
def test_two_ids_of_one_hash_stay_two_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: bool) -> None:
    """Were every hash the same, the ids themselves would still tell the reports apart."""
    monkeypatch.setattr("etl.normalise.hashed", lambda text: text.isnull().ifelse(None, 1).cast("uint64"))
    rows = [Row("K1", 1, "822"), Row("K1" if same else "K2", 2, "822")]
    with served(tmp_path, rows) as found:
        assert equation(found) == [(2, 1, 1, 0, 0) if same else (2, 2, 0, 0, 0)]
