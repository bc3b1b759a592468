"""`python -m dashboard.hotspots` as researchers run it: against sfhotspot, with files as people have them, refusing."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dashboard.hotspots.__main__ import main, parser
from tests.conftest import ROOT
from tests.reference import recorded, reference_folder

UTM = ("--x", "x", "--y", "y", "--crs", "EPSG:32616", "--cell-size", "500")
BASIC = ["x", "y", "n", "kde", "gistar", "p", "q", "class"]
OVER_TIME = ["share_hot", "sfhotspot", "arcgis", "word", "trend_z", "trend_p"]
CHANGE = ["n_before", "n_after", "change", "change_ratio", "change_low", "change_high"]
CHANGE += ["change_p", "change_q", "change_class"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capfd.readouterr()
        return code, said.out, said.err

    return command


def made_up(rows: int = 400) -> pd.DataFrame:
    """Points around a fictional town in UTM 16: noise and one cluster, a date in 2021 each."""
    rng = np.random.default_rng(2)
    place = np.vstack([rng.uniform(0, 10_000, (rows - rows // 4, 2)), rng.normal(3_200, 250, (rows // 4, 2))])
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 365, rows), unit="D")
    table = pd.DataFrame({"x": 300_000 + place[:, 0], "y": 4_000_000 + place[:, 1], "day": days.strftime("%Y-%m-%d")})
    return table.assign(note="rape of Jane Doe")  # no message may ever show such a column


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    made_up().to_csv(path, index=False)
    return path


def test_end_to_end_it_is_sfhotspot_on_its_own_data(tmp_path: Path) -> None:
    """n exactly, kde within 1e-6 relative, z, p and q within 1e-9, change exactly, and every class over time."""
    folder, out = reference_folder() / "hotspots", tmp_path / "cells.csv"
    command = [
        sys.executable,
        "-m",
        "dashboard.hotspots",
        folder / "memphis_robberies_2019.csv",
        "--x",
        "x",
        "--y",
        "y",
    ]
    command += ["--crs", "EPSG:2843", "--cell-size", 500, "--bandwidth", 1000, "--time", "date"]
    command += ["--grid", folder / "gistar_500m_bw1000.csv", "--boundary", "2019-07-01", "--out", out]
    done = subprocess.run([str(c) for c in command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "276 of 3,301 cells are significant hotspots and 0 are cold spots" in done.stdout
    table, gistar = pd.read_csv(out, keep_default_na=False, na_values=[""]), recorded("gistar_500m_bw1000.csv")
    assert list(table) == [*BASIC, *OVER_TIME, *CHANGE]
    assert np.abs(table[["x", "y"]] - gistar[["x", "y"]]).to_numpy().max() < 1e-6
    assert (table["n"] == gistar["n"]).all()
    assert np.abs(table["kde"] / gistar["kde"] - 1).where(gistar["kde"] != 0, table["kde"]).max() < 1e-6
    assert np.abs(table["gistar"] - gistar["gistar"]).max() < 1e-9
    assert np.abs(table["p"] - gistar["pvalue"]).max() < 1e-9
    assert np.abs(table["q"] - stats.false_discovery_control(gistar["pvalue"], method="bh")).max() < 1e-9
    assert (table["sfhotspot"] == recorded("classify_500m_monthly.csv")["hotspot_category"]).all()
    change = recorded("change_500m_2019-07-01.csv")
    assert (table[["n_before", "n_after", "change"]] == change[["n_before", "n_after", "change"]]).all(axis=None)


def test_sfhotspots_own_correction_is_there_for_comparison(run: Run, tmp_path: Path) -> None:
    """It calls p times (neighbours + 2) Benjamini-Hochberg: more cells are hot than the maps here call hot."""
    folder, out = reference_folder() / "hotspots", tmp_path / "cells.csv"
    place = ("--x", "x", "--y", "y", "--crs", "EPSG:2843", "--cell-size", 500, "--correction", "neighbourhood")
    grid = folder / "gistar_500m_bh.csv"
    code, said, _ = run(folder / "memphis_robberies_2019.csv", *place, "--grid", grid, "--out", out)
    table, theirs = pd.read_csv(out), recorded("gistar_500m_bh.csv")
    assert code == 0 and "as sfhotspot does; q below 0.05" in said
    assert np.abs(table["q"] - theirs["pvalue"]).max() < 1e-9
    assert ((table["class"] == "hot") == (theirs["pvalue"] < 0.05) & (theirs["gistar"] > 0)).all()


def test_without_a_grid_the_cells_are_sfhotspots(run: Run, tmp_path: Path) -> None:
    folder, out = reference_folder() / "hotspots", tmp_path / "cells.csv"
    points = folder / "memphis_robberies_2019.csv"
    place = ("--x", "x", "--y", "y", "--crs", "EPSG:2843", "--cell-size", 500)
    assert run(points, *place, "--out", out)[0] == 0
    table, gistar = pd.read_csv(out), recorded("gistar_500m_bw1000.csv")
    assert np.abs(table[["x", "y"]] - gistar[["x", "y"]]).to_numpy().max() < 1e-6
    assert np.abs(table["gistar"] - gistar["gistar"]).max() < 1e-9 and (table["n"] == gistar["n"]).all()


def test_longitude_and_latitude_in_the_given_projection_are_the_same(run: Run, tmp_path: Path) -> None:
    """The reference's degrees are rounded to a metre or so: nearly every point stays in its cell."""
    folder, out = reference_folder() / "hotspots", tmp_path / "cells.csv"
    place = ("--x", "lon", "--y", "lat", "--crs", "EPSG:4326", "--work-crs", "EPSG:2843", "--cell-size", 500)
    grid = folder / "gistar_500m_bw1000.csv"
    code, said, _ = run(folder / "memphis_robberies_2019.csv", *place, "--grid", grid, "--out", out)
    table = pd.read_csv(out)
    assert code == 0 and "x and y of the cells are in EPSG:2843" in said
    assert list(table) == [*BASIC, "lon", "lat"]
    assert np.abs(table["n"] - recorded("gistar_500m_bw1000.csv")["n"]).sum() <= 4
    assert table["lon"].between(-90.4, -89.5).all() and table["lat"].between(34.9, 35.4).all()


def test_degrees_are_laid_in_a_utm_zone_and_say_so(run: Run, points: Path, tmp_path: Path) -> None:
    table = made_up()
    table["lon"], table["lat"] = -87 + (table["x"] - 305_000) / 91_000, 36 + (table["y"] - 4_005_000) / 111_000
    table.to_csv(points, index=False)
    out = tmp_path / "cells.csv"
    place = ("--x", "lon", "--y", "lat", "--crs", "EPSG:4326", "--cell-size", 500)
    code, said, err = run(points, *place, "--out", out)
    assert (code, err) == (0, "") and "x and y of the cells are in EPSG:32616; lon and lat are given as well." in said
    cells = pd.read_csv(out)
    assert cells["n"].sum() == 400 and (cells["class"] == "hot").sum() > 3
    hot = cells[cells["class"] == "hot"]
    assert (
        np.abs(hot["lon"] + 87 + 1_800 / 91_000).max() < 0.03 and np.abs(hot["lat"] - 36 + 1_800 / 111_000).max() < 0.03
    )


def test_a_grid_in_feet_is_a_grid_of_metres(run: Run, tmp_path: Path) -> None:
    """The same points and cells in US survey feet: the same z."""
    foot, table = 1200 / 3937, made_up()
    metres, feet = tmp_path / "m.csv", tmp_path / "ft.csv"
    table.to_csv(metres, index=False)
    table.assign(x=table["x"] / foot, y=table["y"] / foot).to_csv(feet, index=False)
    assert run(metres, *UTM, "--out", tmp_path / "m-cells.csv")[0] == 0
    place = ("--x", "x", "--y", "y", "--crs", "EPSG:2274", "--cell-size", 500)
    assert run(feet, *place, "--out", tmp_path / "ft-cells.csv")[0] == 0
    one, other = pd.read_csv(tmp_path / "m-cells.csv"), pd.read_csv(tmp_path / "ft-cells.csv")
    assert one["gistar"].to_numpy() == pytest.approx(other["gistar"].to_numpy(), abs=1e-9)
    assert one["x"].to_numpy() == pytest.approx(other["x"].to_numpy() * foot)


def test_rows_that_cannot_be_used_are_counted_and_not_shown(run: Run, points: Path, tmp_path: Path) -> None:
    table = made_up().astype(object)
    table.loc[0, "x"], table.loc[1, "y"], table.loc[2, ["x", "y"]] = "secret", None, (0, 0)
    table.loc[3, "day"], table.loc[4, "day"] = "31st of May", None
    text = table.to_csv(index=False).splitlines()
    points.write_text("\n".join([*text, "1,2", "1,2,3,4,5,6,7", "", ""]))
    out = tmp_path / "cells.csv"
    code, said, err = run(points, *UTM, "--time", "day", "--out", out)
    assert code == 0
    assert err.splitlines() == [
        "Of 402 rows, left out: 2 with another number of fields than the header, 3 with no usable coordinates.",
        "2 rows with no usable date are counted in n, but not over time.",
    ]
    assert pd.read_csv(out)["n"].sum() == 397
    assert "secret" not in said + err and "31st" not in said + err and "Jane" not in said + err


def test_points_outside_given_cells_are_counted(run: Run, points: Path, tmp_path: Path) -> None:
    x, y = np.meshgrid(300_250 + 500 * np.arange(8), 4_000_250 + 500 * np.arange(8))
    cells = pd.DataFrame({"name": "c", "y": y.ravel(), "x": x.ravel()}).sample(frac=1, random_state=1)
    cells.to_csv(tmp_path / "grid.csv", index=False)
    code, _, err = run(points, *UTM, "--grid", tmp_path / "grid.csv", "--out", tmp_path / "out.csv")
    out, table = pd.read_csv(tmp_path / "out.csv"), made_up()
    inside = table["x"].between(300_000, 304_000) & table["y"].between(4_000_000, 4_004_000)
    assert code == 0 and out["n"].sum() == inside.sum()
    assert err == f"Of 400 rows, left out: {(~inside).sum()} with a place outside the cells.\n"
    assert out[["x", "y"]].to_numpy().tolist() == cells[["x", "y"]].to_numpy().tolist()  # in the order given


def test_with_dates_there_are_classes_trends_and_change(run: Run, points: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    options = ("--time", "day", "--period", "quarter", "--boundary", "2021-07-01", "--stability")
    code, said, err = run(points, *UTM, *options, "--out", out)
    table = pd.read_csv(out, keep_default_na=False, na_values=[""])
    assert (code, err) == (0, "") and list(table) == [*BASIC, "stable", *OVER_TIME, *CHANGE]
    assert "4 quarters, the first begins 2021-01-01 and the last 2021-10-01." in said
    assert "ArcGIS itself asks for at least 10 periods." in said
    centre = table[(table["x"] - 303_200).abs() + (table["y"] - 4_003_200).abs() < 500].sort_values("n").iloc[-1]
    assert (centre["class"], centre["sfhotspot"], centre["arcgis"], centre["word"]) == (
        *("hot", "persistent hotspot", "persistent hot spot", "steady"),
    )
    assert centre["share_hot"] == 1 and centre["stable"] == 1 and 0 < centre["trend_p"] <= 1
    assert (table["n_before"] + table["n_after"] == table["n"]).all()
    assert set(table["change_class"]) <= {"rose", "fell", "not significant", "too few to tell", "none"}


def test_what_is_too_few_is_said_and_written(run: Run, points: Path, tmp_path: Path) -> None:
    made_up(29).to_csv(points, index=False)
    out = tmp_path / "cells.csv"
    code, said, err = run(points, *UTM, "--time", "day", "--boundary", "2021-07-01", "--stability", "--out", out)
    assert (code, err) == (0, "")
    assert "Too few to tell: only 29 reports have a usable location; hotspots need at least 30." in said
    table = pd.read_csv(out)
    assert table["n"].sum() == 29 and len(table) > 30
    assert table[["kde", "gistar", "p", "q", "stable", "share_hot", "trend_z", "trend_p"]].isna().all(axis=None)
    for column in ("class", "sfhotspot", "arcgis", "word", "change_class"):
        assert set(table[column]) == {"too few to tell"}, column


def test_too_few_cells_and_equal_counts_are_told_by_number(run: Run, points: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    _, said, _ = run(points, *UTM[:-1], 2500, "--out", out)
    assert "the study area has only" in said and set(pd.read_csv(out)["class"]) == {"too few to tell"}
    x, y = np.meshgrid(300_050 + 100 * np.arange(8), 4_000_050 + 100 * np.arange(8))
    pd.DataFrame({"x": x.ravel(), "y": y.ravel()}).to_csv(points, index=False)
    _, said, _ = run(points, *UTM[:-1], 100, "--grid", points, "--out", out)
    assert "all 64 cells have the same count (1)" in said


def test_one_place_that_holds_many_points_is_said(run: Run, points: Path, tmp_path: Path) -> None:
    table = made_up()
    assert "one and the same place" not in run(points, *UTM, "--out", tmp_path / "out.csv")[1]
    table.loc[:24, ["x", "y"]] = 305_000, 4_005_000
    table.to_csv(points, index=False)
    _, said, _ = run(points, *UTM, "--out", tmp_path / "out.csv")
    assert "25 of the 400 points lie at one and the same place" in said and "305" not in said


def test_one_period_and_three(run: Run, points: Path, tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    _, said, _ = run(points, *UTM, "--time", "day", "--period", "year", "--out", out)
    assert "All dates lie in one year: classes over time need at least two. Choose a shorter --period." in said
    assert set(pd.read_csv(out)["sfhotspot"]) == {"too few to tell"}
    table = made_up()
    table[table["day"] < "2021-10-01"].to_csv(points, index=False)
    _, said, _ = run(points, *UTM, "--time", "day", "--period", "quarter", "--out", out)
    assert "ArcGIS's classes and trends need at least 4 periods." in said
    cells = pd.read_csv(out)
    assert set(cells["arcgis"]) == {"too few to tell"} and cells["trend_z"].isna().all()
    assert "persistent hotspot" in set(cells["sfhotspot"]) and "steady" in set(cells["word"])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-8")])
def test_files_as_people_have_them(run: Run, tmp_path: Path, delimiter: str, encoding: str, packed: bool) -> None:
    """Three delimiters, a byte order mark, an old encoding, quotes around a line break, gzip, US dates."""
    table = made_up().assign(note='café\n"Ω"' if "utf" in encoding else "café")
    table["day"] = pd.to_datetime(table["day"]).dt.strftime("%m/%d/%Y %I:%M:%S %p")
    content = table.to_csv(index=False, sep=delimiter).encode(encoding)
    path = tmp_path / "points.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    times = ("--time", "day", "--time-format", "%m/%d/%Y %I:%M:%S %p")
    code, said, err = run(path, *UTM, *times, "--out", tmp_path / "out.csv")
    assert (code, err) == (0, "") and "12 months" in said


def test_local_times_keep_their_day(run: Run, tmp_path: Path) -> None:
    """An offset from UTC is no reason to move 11 pm on 31 December into another year."""
    table = made_up().assign(day="2020-12-31T23:00:00-06:00")
    table.loc[:199, "day"] = "2021-01-01T00:30:00Z"
    table.to_csv(tmp_path / "points.csv", index=False)
    options = ("--time", "day", "--boundary", "2021-01-01")
    code, said, err = run(tmp_path / "points.csv", *UTM, *options, "--out", tmp_path / "out.csv")
    assert (code, err) == (0, "") and "2 months, the first begins 2020-12-01 and the last 2021-01-01." in said
    assert "200 points in the 1 days before 2021-01-01 and 200 in" in said


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


def test_the_documentation_names_every_column_and_option(points: Path, run: Run, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "hotspots.md").read_text(encoding="utf-8")
    assert (
        run(points, *UTM, "--time", "day", "--boundary", "2021-07-01", "--stability", "--out", tmp_path / "o.csv")[0]
        == 0
    )
    names = [*pd.read_csv(tmp_path / "o.csv", nrows=0), "lon", "lat"]
    names += [a.option_strings[-1] for a in parser()._actions if a.option_strings]
    assert [name for name in names if f"`{name}" not in text] == []
