"""The denominator, packed into numbers, says what grouping the rows says."""

import datetime as dt
from collections import Counter
from typing import Any

import h3
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import denominator
from etl.denominator import SCHEMA, Denominator

CELLS = [None, *(h3.str_to_int(h3.latlng_to_cell(lat, lon, 9)) for lat, lon in ((0, 0), (34, -118), (-89.9, 179.9)))]
ROW = st.tuples(
    st.sampled_from(["", "CA", None]),
    st.dates(dt.date(1800, 1, 1), dt.date(2140, 12, 31)).map(lambda d: d.replace(day=1)),
    st.sampled_from(CELLS),
    st.sampled_from([None, "A1", "07", ""]),
    st.sampled_from([1, 1, 1, 0, 7]),
)


def rows(taken: list[tuple]) -> pa.Table:
    columns: list[Any] = list(zip(*taken, strict=True)) or [[]] * len(SCHEMA)
    return pa.table([pa.array(c, t) for c, t in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


def grouped(taken: list[tuple]) -> list[tuple]:
    found: Counter[tuple] = Counter()
    for *place, n in taken:
        found[tuple(place)] += n
    return sorted(((*place, n) for place, n in found.items()), key=repr)


def listed(table: pa.Table) -> list[tuple]:
    return sorted(zip(*(table[name].to_pylist() for name in SCHEMA.names), strict=True), key=repr)


@given(st.lists(st.lists(ROW, max_size=8), max_size=6))
def test_it_counts_what_grouping_counts(chunks: list[list[tuple]]) -> None:
    counted = Denominator()
    for chunk in chunks:
        counted.add(rows(chunk))
    assert listed(counted.table()) == grouped([row for chunk in chunks for row in chunk])


def test_folding_on_the_way_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [("", dt.date(2024, 1 + i % 3, 1), CELLS[i % 4], "A", 1) for i in range(50)]
    monkeypatch.setattr(denominator, "FOLD_AT", 10)
    counted = Denominator()
    for i in range(0, 50, 7):
        counted.add(rows(taken[i : i + 7]))
    assert listed(counted.table()) == grouped(taken)


def test_more_pairs_than_fit_are_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denominator, "_MOST_PAIRS", 3)
    taken = [("", dt.date(2024, 1, 1), None, f"A{i}", 1) for i in range(8)]
    counted = Denominator()
    for row in taken:
        counted.add(rows([row]))
    assert listed(counted.table()) == grouped(taken)


def test_what_is_taken_away_leaves_no_row() -> None:
    counted = Denominator()
    row = ("", dt.date(2024, 1, 1), CELLS[2], "A", 1)
    counted.add(rows([row, row, (*row[:3], "B", 1)]))
    counted.add(rows([(*row[:3], "B", 1), row]), sign=-1)
    assert listed(counted.table()) == [row]


def test_rows_come_by_month_and_a_month_without_a_calendar_is_refused() -> None:
    counted = Denominator()
    counted.add(rows([("", dt.date(year, 1, 1), None, "A", 1) for year in (2024, 1999, 2010)]))
    assert [d.year for d in counted.table()["month"].to_pylist()] == [1999, 2010, 2024]
    with pytest.raises(ValueError, match="1800 to 2140"):
        Denominator().add(rows([("", dt.date(1700, 1, 1), None, "A", 1)]))
