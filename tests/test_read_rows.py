"""Rows of delimited files: which are taken, which are set aside, and under which number."""

import csv
import io
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.read import Limits, open_file
from etl.reading import delimited, input_tables, row_guard
from etl.schema import SourceError
from tests.reading import HEADER, SMALL, SOURCE, make_source, read, write

GOOD = "K{0},822,calm,Harbour {0}\n"


def test_only_declared_columns_are_read_under_our_names_as_text(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", f"{HEADER}\n007,0822,secret,\n008,NULL,x,NA\n"))
    assert got.rows == [
        {"incident_id": "007", "offence_code": "0822", "premise": "", "record": 2},
        {"incident_id": "008", "offence_code": "NULL", "premise": "NA", "record": 3},
    ]
    assert "1 column not declared and not read: Note" in got.notes


@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_row_of_the_wrong_width_is_set_aside_under_its_number(tmp_path: Path, where: int) -> None:
    rows = [GOOD.format(i) for i in range(3)]
    rows.insert(where, "K,822,calm,too,many\n")
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(rows)))
    assert got.bad == [(where + 2, "field_count")]
    assert got.records == [r for r in (2, 3, 4, 5) if r != where + 2]
    assert got.rows_read == 4


def test_last_row_of_the_wrong_width_with_a_line_end_is_not_called_cut_off(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) + "K,8\n"))
    assert got.bad == [(3, "field_count")]


def test_numbers_stay_right_over_many_blocks_and_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    monkeypatch.setattr(input_tables, "CHUNK_ROWS", 700)
    lines, bad, blank = [], [], 0
    for record in range(2, 5002):
        if record % 97 == 0 or record in (2, 3, 5001) or 1000 < record < 1400:
            lines.append(f"K{record},short\n")
            bad.append(record)
        elif record % 11 == 0:
            lines.append(f'K{record},822,"two\nlines, ""quoted""",Pier\n')
        else:
            lines.append(f"K{record},822,calm,Harbour\n")
        if record % 50 == 0:
            lines.append("\n")
            blank += 1
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)), limits=SMALL)
    assert [record for record, _ in got.bad] == bad
    assert [f"K{record}" for record in got.records] == got.column("incident_id")
    assert got.rows_read == 5000 == len(got.rows) + len(bad)
    assert got.chunks > 5
    assert "line breaks inside quoted fields, or blank lines" in got.notes


field = st.text(st.sampled_from('ab ,"\n\r;\té€'), max_size=6)
row = st.lists(field, min_size=1, max_size=6).filter(lambda r: r != [""])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row, min_size=1, max_size=40), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_any_rows_are_read_or_set_aside_under_their_number(
    tmp_path: Path, rows: list[list[str]], end: str, ends: bool, data: st.DataObject
) -> None:
    # A row of the wrong width that spans lines is told apart by lines (its own test): here such rows are flat.
    rows = [r if len(r) == 4 else [f.replace("\n", " ").replace("\r", " ") for f in r] for r in rows]
    # Python's writer leaves a lone CR unquoted unless it quotes everything.
    everything = data.draw(st.booleans()) or any("\r" in f for r in rows for f in r)
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL).writerows(rows)
    text = HEADER + end + (out.getvalue() if ends else out.getvalue().removesuffix(end))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_BLOCK", data.draw(st.sampled_from([256, 1024, 1 << 20])))
        got = read(write(tmp_path / "any.csv", text), limits=Limits(row_bytes=256))
    good = {i: r for i, r in enumerate(rows, 2) if len(r) == 4}
    assert got.records == list(good)
    assert [(r["incident_id"], r["offence_code"], r["premise"]) for r in got.rows] == [
        (r[0], r[1], r[3]) for r in good.values()
    ]
    assert [record for record, _ in got.bad] == [i for i in range(2, len(rows) + 2) if i not in good]
    assert got.rows_read == len(rows)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from('ab,,,"\n\n\r\0é'), max_size=200))
def test_whatever_stands_below_the_header_is_counted(tmp_path: Path, body: str) -> None:
    path = write(tmp_path / "noise.csv", HEADER + "\nx,y,z,w\n" + body)
    got = read(path, limits=SMALL)
    assert got.rows_read == len(got.rows) + len(got.bad)
    numbers = sorted(got.records + [record for record, _ in got.bad])
    assert numbers == list(range(2, got.rows_read + 2))


def test_row_cut_off_at_the_end_of_the_file(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) + "K2,82"))
    assert (got.records, got.bad, got.rows_read) == ([2], [(3, "cut_off")], 2)


@pytest.mark.parametrize("cut", ['K2,822,"in the mid', 'K2,822,calm,"Harb', 'K2,822,"two\nlines'])
def test_row_cut_off_inside_quotes(tmp_path: Path, cut: str) -> None:
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) + cut))
    assert got.records == [2]
    assert got.bad[-1] == (got.rows_read + 1, "cut_off")


def test_a_last_row_without_line_end_that_is_complete_is_kept(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1).rstrip()))
    assert (got.records, got.bad) == ([2], [])


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_an_open_quotation_mark_costs_one_row_and_not_its_neighbours(tmp_path: Path, column: int) -> None:
    fields = ["K500", "822", "calm", "Harbour"]
    fields[column] = '"' + fields[column]
    lines = [GOOD.format(i) for i in range(3000)]
    lines[500] = ",".join(fields) + "\n"
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)), limits=SMALL)
    assert got.bad == [(502, "field_count")]
    assert len(got.rows) == 2999
    assert got.column("incident_id")[500] == "K501"
    assert "1 row with a quotation mark that is not closed" in got.notes


def test_an_open_quotation_mark_after_many_rows_were_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    monkeypatch.setattr(input_tables, "CHUNK_ROWS", 300)
    lines = [GOOD.format(i) for i in range(3000)]
    lines[7] = "K7,short\n"
    lines[2500] = 'K2500,822,"calm,Harbour\n'
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)), limits=SMALL)
    assert got.bad == [(9, "field_count"), (2502, "field_count")]
    assert got.column("incident_id") == [f"K{i}" for i in range(3000) if i not in (7, 2500)]
    assert got.records == [i + 2 for i in range(3000) if i not in (7, 2500)]


def test_a_quotation_mark_closed_by_a_later_one_frees_the_rows_between(tmp_path: Path) -> None:
    lines = [GOOD.format(i) for i in range(40)]
    lines[10] = 'K10,822,"calm,Harbour\n'
    lines[20] = 'K20,822,"calm, really",Harbour\n'
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)))
    assert got.bad == [(12, "field_count")]
    assert len(got.rows) == 39


@pytest.mark.parametrize("lines_between", [3, 3000])
def test_an_open_mark_that_fits_by_chance_is_found_out(tmp_path: Path, lines_between: int) -> None:
    """Closed by the next quoted field of the same column, the swallowed rows would make one row of the right width."""
    lines = [GOOD.format(i) for i in range(lines_between + 20)]
    lines[10] = 'K10,822,"calm,Harbour\n'
    lines[10 + lines_between] = f'K{10 + lines_between},822,"really",Harbour\n'
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)))
    assert got.bad == [(12, "field_count")]
    assert len(got.rows) == len(lines) - 1
    assert "1 row with a quotation mark that is not closed" in got.notes


@pytest.mark.parametrize(
    "spoilt",
    ['K3,"822,"calm, really",Harbour', '"K3,"822, or so",calm,Harbour', 'K3,822,"calm,"Harbour, east"'],
)
def test_an_open_mark_before_a_quoted_field_with_a_separator_is_found_out(tmp_path: Path, spoilt: str) -> None:
    """The separator that is swallowed and the one that comes free make one row of the right width."""
    assert len(next(csv.reader([spoilt]))) == len(HEADER.split(","))
    lines = [GOOD.format(i) for i in range(9)]
    lines[3] = spoilt + "\n"
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)))
    assert got.bad == [(5, "field_count")]
    assert got.column("incident_id") == [f"K{i}" for i in range(9) if i != 3]
    assert "1 row with a quotation mark that is not closed" in got.notes


@pytest.mark.parametrize("text", ["5'10\" tall", 'the "Plaza"', '"Plaza" hotel', '"a ""b"" c"', '"6"" nails"'])
def test_marks_inside_a_field_are_no_reason_to_set_it_aside(tmp_path: Path, text: str) -> None:
    lines = [GOOD.format(0), f"K1,822,calm,{text}\n", 'K2,822,"an odd ""mark",Harbour\n']
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)))
    assert got.bad == [] and got.column("incident_id") == ["K0", "K1", "K2"]


def test_fields_of_many_lines_are_kept(tmp_path: Path) -> None:
    lines = [f'K{i},"8\n\n22","a ""b"",\r\n\n,c",Pier\n' for i in range(500)]
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + "".join(lines)))
    assert (len(got.rows), got.bad) == (500, [])
    assert got.column("offence_code") == ["8\n\n22"] * 500


def test_one_very_long_line_is_set_aside_and_memory_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as out:
        out.write((HEADER + "\n" + GOOD.format(1) + "K2,822,").encode())
        for _ in range(100):
            out.write(b"x" * (1 << 20))
        out.write((",Pier\n" + GOOD.format(3)).encode())
    tracemalloc.start()
    got = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (got.records, got.bad, got.rows_read) == ([2, 4], [(3, "row_too_long")], 3)
    assert peak < 40 << 20


def test_a_file_that_is_one_long_line_at_its_end(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) + "y" * 10_000), limits=SMALL)
    assert got.bad == [(3, "row_too_long")]


def test_rows_with_nul_bytes_are_set_aside(tmp_path: Path) -> None:
    text = HEADER + "\n" + GOOD.format(1) + "K2,8\x0022,calm,Pier\n" + GOOD.format(3) + 'K4,822,"a\nb\0",Pier\n'
    got = read(write(tmp_path / "a.csv", text))
    assert got.bad == [(3, "nul_bytes"), (5, "nul_bytes")]
    assert got.records == [2, 4]


def test_a_file_that_ends_in_nul_bytes_keeps_its_rows(tmp_path: Path) -> None:
    text = HEADER + "\n" + "".join(GOOD.format(i) for i in range(100)) + "\0" * 50_000
    got = read(write(tmp_path / "a.csv", text), limits=SMALL)
    assert len(got.rows) == 100
    assert got.bad == [(102, "row_too_long")]


@pytest.mark.parametrize("content", ["x", "\0"])
def test_line_ends_of_two_bytes_across_every_block_border(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """A CR that ends a block and an LF alone in the next once looked like the end of the file to the parser."""
    monkeypatch.setattr(delimited, "_BLOCK", 64)
    monkeypatch.setattr(row_guard, "MB", 65)
    rows = "".join(f"K{i},822,{'x' * (i % 40)},Pier\r\n" for i in range(2000))
    got = read(write(tmp_path / "a.csv", f"{HEADER}\r\nK,1,{content},Quay\r\n{rows}"), limits=Limits(row_bytes=64))
    assert got.rows_read == 2001
    assert got.column("incident_id")[-2000:] == [f"K{i}" for i in range(2000)]


def test_a_file_of_one_column(tmp_path: Path) -> None:
    source = make_source(columns={"incident_id": "Case"})
    got = read(write(tmp_path / "a.csv", 'Case\nK1\n\nK2,x\n""\nK\0\nK5'), source)
    assert got.column("incident_id") == ["K1", "", "K5"]
    assert got.bad == [(3, "field_count"), (5, "nul_bytes")]


def test_identical_rows_are_all_kept(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) * 5)).rows) == 5


def test_chunks_can_be_read_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER + "\n" + GOOD.format(1) + "K2\n" + GOOD.format(3))
    with open_file(path, SOURCE) as opened:
        table = opened.tables[0]
        first = [b.to_pylist() for b in table.chunks()]
        assert [b.to_pylist() for b in table.chunks()] == first
        assert (table.rows_read, len(table.bad)) == (3, 1)


def test_an_error_while_reading_reaches_the_caller_after_the_chunks_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_tables, "CHUNK_ROWS", 10)
    monkeypatch.setattr(delimited, "_BLOCK", 256)
    path = write(tmp_path / "a.csv", HEADER + "\n" + "".join(GOOD.format(i) for i in range(100)))
    with open_file(path, SOURCE, Limits(rows=50, row_bytes=256)) as opened:
        rows = 0
        with pytest.raises(SourceError, match="more than 50 rows"):
            for chunk in opened.tables[0].chunks():
                rows += chunk.num_rows
    assert 10 <= rows <= 50


def test_a_caller_who_stops_early_leaves_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_tables, "CHUNK_ROWS", 10)
    path = write(tmp_path / "a.csv", HEADER + "\n" + "".join(GOOD.format(i) for i in range(1000)))
    with open_file(path, SOURCE) as opened:
        chunks = opened.tables[0].chunks()
        assert next(chunks).num_rows == 10
        chunks.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "reader"]


def test_too_many_rows_and_too_many_bad_rows_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER + "\n" + "".join(GOOD.format(i) for i in range(30)) + "x\n" * 30)
    with pytest.raises(SourceError, match="more than 10 rows"):
        read(path, limits=Limits(rows=10))
    with pytest.raises(SourceError, match="More than 5 rows do not have the 4 fields"):
        read(path, limits=Limits(bad_rows=5))
