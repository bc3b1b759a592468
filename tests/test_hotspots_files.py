"""`python -m dashboard.hotspots` with files as people have them: degrees, feet, bad rows, encodings, local times."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.hotspots_run import UTM, Run, made_up, points, run

__all__ = ["points", "run"]


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
