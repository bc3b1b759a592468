"""Distinct values are found for any fields, and what they mean is remembered from chunk to chunk."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import distinct
from etl.distinct import Light
from etl.side_by_side import in_order
from tests.test_normalise import JOB, light, light_in_parts

text = st.one_of(st.none(), st.text(max_size=3))


@settings(deadline=None)
@given(st.lists(st.tuples(text, text), max_size=30))
def test_each_row_finds_itself_again(rows: list[tuple[str | None, str | None]]) -> None:
    names = ["a", "b"]
    chunk = pa.RecordBatch.from_arrays([pa.array([r[i] for r in rows], pa.string()) for i in (0, 1)], names=names)
    for fields in (("a",), ("a", "b")):
        values, place = distinct.distinct(chunk, fields)
        assert values.take(place).to_pylist() == chunk.select(list(fields)).to_pylist()
        assert values.num_rows == len({tuple(r.values()) for r in values.to_pylist()})


def test_chunks_after_the_first_mean_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a memory for two values, so that it is filled, kept and begun anew."""
    monkeypatch.setattr(distinct, "REMEMBERED", 2)
    days = ["01/02/2021", "01/03/2021", "", "never", "01/02/2021", "01/04/2021", "\x1f", "01/03/2021"]
    rows = [{"reported_on": day, "offence_code": code} for day in days for code in ("901", "", "902")]
    for size in (1, 2, 3):
        for i in range(0, len(rows), size):
            assert light_in_parts(*rows[i : i + size]) == light(*rows[i : i + size])


def test_threads_share_what_they_know() -> None:
    read = Light(JOB)
    columns = {f: pa.array(["01/02/2021", "x"] * 50, pa.string()) for f in JOB.fields if f != "record"}
    chunk = pa.RecordBatch.from_pydict({**columns, "record": pa.array(range(2, 102), pa.int64())})
    with duckdb.connect() as connection:
        found = list(in_order(lambda c: read.run(connection.cursor(), c), [chunk] * 12, workers=3))
    assert all(table.equals(found[0]) for table in found)


def test_results_come_in_order_and_the_first_error_is_the_one_that_is_raised() -> None:
    assert list(in_order(lambda n: n * 2, range(20), workers=3)) == [n * 2 for n in range(20)]

    def fail(n: int) -> int:
        if n >= 2:
            raise ValueError(n)
        return n

    with pytest.raises(ValueError, match="2"):
        list(in_order(fail, range(20), workers=3))
