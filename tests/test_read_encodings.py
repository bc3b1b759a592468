"""Encodings, byte-order marks and delimiters are found out and told."""

import codecs
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reading import text_encoding
from etl.reading.limits import Limits
from etl.schema import Form, Table
from tests.reading import COLUMNS, HEADER, make_source, read, write

NAMES = ["Café Ñandú", "Straße", "plain"]
BODY = HEADER + "\n" + "".join(f"K{i},822,calm,{name}\n" for i, name in enumerate(NAMES))


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (BODY.encode(), "encoding: UTF-8"),
        (codecs.BOM_UTF8 + BODY.encode(), "encoding: UTF-8 with byte-order mark"),
        (codecs.BOM_UTF16_LE + BODY.encode("utf-16-le"), "UTF-16 (little-endian) with byte-order mark"),
        (codecs.BOM_UTF16_BE + BODY.encode("utf-16-be"), "UTF-16 (big-endian) with byte-order mark"),
        (BODY.encode("utf-16-le"), "encoding: UTF-16 (little-endian)"),
        (BODY.encode("latin-1"), "encoding: Latin-1"),
        (BODY.encode("latin-1").replace(b"plain", b"\x93plain\x94"), "encoding: Windows-1252"),
        (BODY.replace("\n", "\r").encode(), "encoding: UTF-8"),
        (BODY.replace("\n", "\r\n").encode("latin-1"), "encoding: Latin-1"),
    ],
)
def test_encoding_is_found_and_told(tmp_path: Path, content: bytes, note: str) -> None:
    got = read(write(tmp_path / "a.csv", content))
    assert note in got.notes
    names = [n.replace("plain", "“plain”") if b"\x93" in content and "1252" in note else n for n in NAMES]
    assert got.column("premise") == names
    assert got.column("incident_id") == ["K0", "K1", "K2"]


def test_byte_order_mark_is_no_part_of_a_quoted_name(tmp_path: Path) -> None:
    text = '"Case","Code","Note","Place"\nK0,822,calm,Pier\n'
    assert read(write(tmp_path / "a.csv", codecs.BOM_UTF8 + text.encode())).column("incident_id") == ["K0"]


def test_a_latin_1_byte_far_behind_plain_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoding, "SAMPLE", 1000)
    monkeypatch.setattr(text_encoding, "BLOCK", 1000)
    lines = [f"K{i},822,calm,Harbour\n" for i in range(5000)] + ["K5000,822,calm,Café\n"]
    got = read(write(tmp_path / "a.csv", (HEADER + "\n" + "".join(lines)).encode("latin-1")))
    assert "encoding: Latin-1" in got.notes
    assert got.column("premise")[-1] == "Café"
    assert len(got.rows) == 5001


def test_one_stray_byte_does_not_turn_a_utf_8_file_into_latin_1(tmp_path: Path) -> None:
    content = BODY.encode() + b"K9,822,calm,Caf\xe9 \x80\n"
    got = read(write(tmp_path / "a.csv", content))
    assert "UTF-8 with some bytes of Windows-1252" in got.notes
    assert got.column("premise") == [*NAMES, "Café €"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_characters_across_block_borders(encoding: str, block: int) -> None:
    class Slow:
        def __init__(self, data: bytes):
            self.data = data

        def read(self, size: int = -1, /) -> bytes:
            size = min(size, block) if size >= 0 else block
            out, self.data = self.data[:size], self.data[size:]
            return out

    body = "Place\n" + "naïve – café €\n" * 20
    data = body.encode(encoding)
    text = text_encoding.scan(Slow(data), Limits(), "a.csv")
    stream = text_encoding.Utf8.of(Slow(data), text)
    blocks = list(iter(lambda: stream.read(50), b""))
    assert b"".join(blocks).decode() == body
    assert max(map(len, blocks)) <= 50
    assert text.lines == 21


@pytest.mark.parametrize("block", [3, 10, 1 << 20])
@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize(
    ("line", "odd"), [('a,"b,c', True), ('"a","b"', False), ('"a",5" x', True), ('"', True), ('a""b', False)]
)
def test_a_line_with_an_odd_number_of_quotation_marks_is_found(block: int, dense: bool, line: str, odd: bool) -> None:
    filler = '"a","b"\n' if dense else "a,b and much more without any mark\n" * 10 + '"a",b\n'
    for data in (line + "\n" + filler * 9, filler * 9 + line + "\n" + filler * 9, filler * 9 + line):
        lines = text_encoding._Lines(b"\n")
        for i in range(0, len(data), block):
            lines.feed(data[i : i + block].encode())
        lines.feed(b"\n")
        assert lines.odd is odd
        assert lines.lines == data.count("\n") + 1


@given(st.lists(st.text('ab,"\n\r*\x02', max_size=12)), st.sampled_from(["\n", "\r"]), st.sampled_from([1, 5, 1 << 20]))
def test_marks_and_line_ends_are_counted_as_by_lines(blocks: list[str], end: str, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_encoding, "BLOCK", at_once)
        lines = text_encoding._Lines(end.encode())
        for block in blocks:
            lines.feed(block.encode())
        text, counted = "".join(blocks), lines.lines
        lines.feed(end.encode())
    assert (counted, lines.odd) == (text.count(end), any(line.count('"') % 2 for line in text.split(end)))


@pytest.mark.parametrize("limit", [5, 20, 50])
@pytest.mark.parametrize("length", [4, 19, 20, 21, 49, 52, 300])
def test_a_long_line_is_never_overlooked(limit: int, length: int) -> None:
    data = b"Place\n" + b"ab\n" * 30 + b"x" * length + b"\n" + b"ab\n" * 30
    found = text_encoding.scan(io.BytesIO(data), Limits(row_bytes=limit), "a.csv").long_line
    assert found or length + 1 <= limit or limit < 6
    assert not (found and max(length + 1, 6) < limit)


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_delimiter_is_found_and_told(tmp_path: Path, delimiter: str, name: str) -> None:
    text = f'{HEADER}\nK0,822,calm,Pier\nK1,822,"a{delimiter}b",xy\n'.replace(",", delimiter)
    got = read(write(tmp_path / "a.csv", text))
    assert f"delimiter: {name}" in got.notes
    assert got.column("premise") == ["Pier", "xy"]


def test_header_below_title_lines_and_a_printed_total(tmp_path: Path) -> None:
    source = make_source(Form("titled", {"reports": Table(COLUMNS)}, printed_total=r"Total of\s+([\d,]+)"))
    text = f'Wick County,,,\n"Total of  1,234 reports",,,\n\n{HEADER}\nK0,822,calm,Pier\nK1\n'
    got = read(write(tmp_path / "a.csv", text), source)
    assert got.printed_total == 1234
    assert (got.records, got.bad) == ([2], [(3, "field_count")])
    assert "header found below 2 other lines" in got.notes


def test_a_missing_printed_total_is_told(tmp_path: Path) -> None:
    source = make_source(Form("titled", {"reports": Table(COLUMNS)}, printed_total=r"Total of\s+([\d,]+)"))
    got = read(write(tmp_path / "a.csv", f"{HEADER}\nK0,822,calm,Pier\n"), source)
    assert got.printed_total is None
    assert "total was not found" in got.notes


def test_declared_trailing_blank_and_unnamed_column_matter(tmp_path: Path) -> None:
    source = make_source(columns={"incident_id": "Case", "point": "Location "})
    path = write(tmp_path / "a.csv", ',Case,Location ,Location\n0,K1,"(1, 2)",no\n')
    assert read(path, source).rows == [{"incident_id": "K1", "point": "(1, 2)", "record": 2}]
