"""What `python -m dashboard.hotspots` refuses, in one sentence with the remedy, and that it spoils nothing then."""

import gzip
from pathlib import Path

import pytest

from dashboard.hotspots.__main__ import parser
from tests.hotspots_run import UTM, Run, made_up, points, run

__all__ = ["points", "run"]


WRONG = [
    (("--x", "lon"), "points.csv has no column lon. It has: x, y, day, note."),
    (("--time", "when"), "points.csv has no column when."),
    (("--x", "note"), "No row of points.csv has numbers in both note and y."),
    (("--crs", "EPSG:99999999"), "--crs EPSG:99999999 is not a coordinate reference system that is known."),
    (("--crs", "metres"), "--crs metres is not a coordinate reference system that is known."),
    (("--crs", "EPSG:4326"), "Some coordinates are no degrees, but --crs EPSG:4326 is in degrees."),
    (("--crs", "EPSG:4978"), "--crs EPSG:4978 has neither degrees nor metres on a map."),
    (("--work-crs", "EPSG:4326"), "--work-crs EPSG:4326 is not projected"),
    (("--cell-size", "0"), "--cell-size must be above 0. Give metres, such as 500."),
    (("--cell-size", "-5"), "--cell-size must be above 0."),
    (("--cell-size", "nan"), "--cell-size must be above 0."),
    (("--cell-size", "1"), "The grid would have"),
    (("--bandwidth", "0"), "--bandwidth must be above 0."),
    (("--neighbour-distance", "-1"), "--neighbour-distance must be above 0."),
    (("--level", "5"), "--level must lie between 0 and 1"),
    (("--boundary", "2021-07-01"), "--boundary and --time-format need --time"),
    (("--time", "day", "--boundary", "soon"), "--boundary must be a date such as 2019-07-01"),
    (("--time", "day", "--boundary", "1999-01-01"), "All dates lie on one side of --boundary."),
    (("--time", "note"), "No date in the column note could be read as year-month-day."),
    (("--time", "day", "--time-format", "%d.%m.%Y"), "No date in the column day could be read in the form of"),
    (("--grid", "nowhere.csv"), "There is no file nowhere.csv."),
    (("--grid", "{points}"), "The cells do not lie on a square lattice."),
    (("--out", "{points}"), "--out names a file that is read."),
    (("--out", "no/such/folder/out.csv"), "cannot be written. Check that its folder exists"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG, ids=[" ".join(o) for o, _ in WRONG])
def test_what_is_wrong_is_one_sentence_with_the_remedy(
    run: Run, points: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    out, before = tmp_path / "out.csv", points.read_bytes()
    changed = [o.format(points=points) for o in options]
    code, said, err = run(points, *UTM, "--out", out, *changed)
    assert (code, said) == (1, "") and sentence in err and err.count("\n") == 1
    assert not out.exists() and points.read_bytes() == before
    assert not list(tmp_path.glob(".*part")) and "Jane" not in err


BROKEN = {
    "empty": (b"", "points.csv is empty."),
    "blank": (b"\n\n  \n", "points.csv is empty."),
    "header only": (b"x,y,day\n", "points.csv has a header but no points."),
    "workbook": (b"PK\x03\x04\x00\x00\x08\x00", "points.csv is not a csv file."),
    "half a gzip": (gzip.compress(b"x,y\n" + b"1,2\n" * 9000)[:60], "points.csv cannot be read: it is damaged"),
    "two columns of one name": (b"x,y,x\n1,2,3\n", "points.csv has 2 columns named x. Rename all but one."),
    "endless quote": (b'x,y\n"' + b"1" * 200_000, "points.csv cannot be read: its rows are not comma-separated"),
    "degrees": (b"x,y\n-89.9,35.1\n-89.8,35.2\n", "The coordinates look like degrees"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_used_is_named(run: Run, tmp_path: Path, name: str) -> None:
    content, sentence = BROKEN[name]
    (tmp_path / "points.csv").write_bytes(content)
    code, said, err = run(tmp_path / "points.csv", *UTM, "--out", tmp_path / "out.csv")
    assert (code, said) == (1, "") and err.startswith(sentence) and err.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_a_folder_and_no_file_are_named(run: Run, tmp_path: Path) -> None:
    assert "it is a folder" in run(tmp_path, *UTM, "--out", tmp_path / "out.csv")[2]
    assert "There is no file" in run(tmp_path / "none.csv", *UTM, "--out", tmp_path / "out.csv")[2]


def test_a_stray_date_is_no_reason_to_fill_the_memory(run: Run, points: Path, tmp_path: Path) -> None:
    table = made_up()
    table.loc[0, "day"] = "9999-12-31"
    table.to_csv(points, index=False)
    code, _, err = run(points, *UTM, "--time", "day", "--period", "week", "--out", tmp_path / "out.csv")
    assert code == 1 and "weeks. Look for wrong dates" in err
    code, _, err = run(points, *UTM, "--neighbour-distance", 1e9, "--cell-size", 50, "--out", tmp_path / "out.csv")
    assert code == 1 and "Choose a shorter --neighbour-distance" in err


def test_a_wrong_option_is_one_line_and_help_shows_all(run: Run, points: Path) -> None:
    code, said, err = run(points, "--x", "x")
    assert (code, said) == (2, "") and err.count("\n") == 1 and "--y, --crs, --cell-size, --out" in err
    code, said, _ = run("--help")
    assert code == 0 and all(a.option_strings[-1] in said for a in parser()._actions if a.option_strings)
    assert "example:" in said and "--crs EPSG:4326" in said


def test_an_existing_table_is_replaced_whole_or_kept(run: Run, points: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert run(points, *UTM, "--bandwidth", "-1", "--out", out)[0] == 1 and out.read_text() == "old"
    assert run(points, *UTM, "--out", out)[0] == 0 and out.read_text().startswith("x,y,n,")
