"""Files that are refused as a whole: one clear message each, with the remedy, and nothing is left open."""

import gzip
import os
from pathlib import Path

import pytest

from etl.read import open_file, same_bytes, sha256_of
from etl.reading.limits import Limits
from etl.schema import Form, SourceError, Table
from tests.reading import COLUMNS, HEADER, SOURCE, make_source, read, write

ROW = "K1,822,calm,Pier\n"
RICH = COLUMNS | {"status": "Status", "victim_age": "Age"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty. Download it again"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\r\n  \n", "is empty"),
        (b"\0" * 5000, "is empty"),
        (HEADER.encode(), "has a header and no rows"),
        (f"{HEADER}\n\n\r\n".encode(), "has a header and no rows"),
        (
            b"Year,State,Count\n2031,Wick,3\n",
            "does not look like a file of source 'wick'.*missing: 'Case', 'Code', 'Place'",
        ),
        (
            f"{HEADER}\n{ROW}".replace("Code", "code").encode(),
            "changed its shape: .* needs the column 'Code'.*'code' where",
        ),
        (f"{HEADER}\n{ROW}".replace("Place", "Place ").encode(), "needs the column 'Place'"),
        (f"{HEADER},Case\n{ROW}".encode(), "the column 'Case' 2 times"),
        (b"%PDF-1.7 Case,Code,Place", "is a PDF"),
        (b"<!DOCTYPE html><html>Case,Code,Note,Place</html>", "is a web page"),
        (b'{"error": "too many requests"}', "does not look like a file of source"),
        (bytes(range(256)) * 400, "is a binary file"),
        (os.urandom(200_000).replace(b"PK", b"xx"), "is a binary file|is a damaged|is an? "),
        ((f"{HEADER}\n" + "K1,822,calm,Pier,\n" * 30).encode(), "header names 4 columns and the rows have 5 fields"),
    ],
)
def test_refused_with_a_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        open_file(write(tmp_path / "wick.csv", content), SOURCE)
    said = str(refused.value)
    assert said.startswith("wick.csv ")
    assert said.endswith(".")
    assert str(tmp_path) not in said


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv does not exist. Check the path"):
        open_file(tmp_path / "none.csv", SOURCE)
    with pytest.raises(SourceError, match="is a folder"):
        open_file(tmp_path, SOURCE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match="not an ordinary file"):
        open_file(tmp_path / "pipe.csv", SOURCE)


def test_too_large(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"{HEADER}\n" + ROW * 100)
    with pytest.raises(SourceError, match=r"has 1\.7 kB, more than the limit of 1\.0 kB"):
        open_file(path, SOURCE, Limits(file_bytes=1024))


def test_one_long_line_is_no_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Case,Code,Place" + "x" * (5 << 20))
    with pytest.raises(SourceError, match="does not look like a file of source"):
        open_file(path, SOURCE)


def test_a_source_without_forms(tmp_path: Path) -> None:
    source = make_source()
    object.__setattr__(source, "forms", ())
    with pytest.raises(SourceError, match="declares no table"):
        open_file(write(tmp_path / "a.csv", f"{HEADER}\n{ROW}"), source)


def test_duplicate_of_an_undeclared_column_is_nobodys_trouble(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", f"{HEADER},Note,,\nK1,822,calm,Pier,x,,\n")).rows_read == 1


def test_optional_columns_may_be_missing(tmp_path: Path) -> None:
    source = make_source(columns=RICH, optional=frozenset({"status", "victim_age"}))
    rows = read(write(tmp_path / "a.csv", f"{HEADER},Age\nK1,822,calm,Pier,31\n"), source).rows
    assert rows == [{"incident_id": "K1", "offence_code": "822", "premise": "Pier", "victim_age": "31", "record": 2}]


def test_the_form_that_uses_most_of_the_file_wins(tmp_path: Path) -> None:
    poor, rich = Form("poor", {"reports": Table(COLUMNS)}), Form("rich", {"reports": Table(RICH)})
    other = Form("other", {"reports": Table({"incident_id": "DR_NO"})})
    source = make_source(poor, rich, other)
    small = write(tmp_path / "small.csv", f"{HEADER}\n{ROW}")
    large = write(tmp_path / "large.csv", f"{HEADER},Status,Age\nK1,822,calm,Pier,open,31\n")
    for path, name in ((small, "poor"), (large, "rich")):
        with open_file(path, source) as opened:
            assert opened.form.name == name


def test_the_nearest_form_is_named(tmp_path: Path) -> None:
    source = make_source(Form("far", {"reports": Table({"a": "A", "b": "B"})}), Form("near", {"reports": Table(RICH)}))
    with pytest.raises(SourceError, match="form 'near' of source 'wick' needs the columns 'Status', 'Age'"):
        open_file(write(tmp_path / "a.csv", f"{HEADER}\n{ROW}"), source)


@pytest.mark.parametrize("change", ["longer", "replaced", "touched", "gone"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, change: str) -> None:
    path = write(tmp_path / "a.csv", f"{HEADER}\n{ROW}")
    with open_file(path, SOURCE) as opened:
        opened.check_unchanged()
        if change == "longer":
            with path.open("a") as out:
                out.write(ROW)
        elif change == "replaced":
            write(tmp_path / "b.csv", f"{HEADER}\n{ROW}").replace(path)
        elif change == "touched":
            os.utime(path, (1, 1))
        else:
            path.unlink()
        with pytest.raises(SourceError, match=r"changed while it was read\. Wait until it is complete"):
            opened.check_unchanged()
        with pytest.raises(SourceError, match="changed while it was read"):
            list(opened.tables[0].chunks())


def test_nothing_stays_open_after_a_refusal(tmp_path: Path) -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list open files")
    path = write(tmp_path / "a.csv", "x,y\n1,2\n")
    before = len(list(folder.iterdir()))
    for _ in range(5):
        with pytest.raises(SourceError):
            open_file(path, SOURCE)
    assert len(list(folder.iterdir())) == before


@pytest.mark.parametrize("packed", [False, True])
def test_hash_size_and_progress(tmp_path: Path, packed: bool) -> None:
    text = (HEADER + "\n" + ROW * 200_000).encode()
    content = gzip.compress(text) if packed else text
    path = write(tmp_path / "a.csv", content)
    calls: list[tuple[int, int]] = []
    with open_file(path, SOURCE, progress=lambda *call: calls.append(call)) as opened:
        assert opened.sha256 == sha256_of(path)
        assert (opened.size, opened.file) == (len(content), "a.csv")
        assert sum(b.num_rows for b in opened.tables[0].chunks()) == 200_000
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1][0] == calls[-1][1]


def test_same_bytes(tmp_path: Path) -> None:
    one, same, other = (write(tmp_path / n, c) for n, c in (("1", "abc"), ("2", "abc"), ("3", "abd")))
    assert same_bytes(one, same)
    assert not same_bytes(one, other)
