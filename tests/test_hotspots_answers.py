"""What `python -m dashboard.hotspots` says and writes: classes, trends, change, too few to tell, every column."""

from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.hotspots.__main__ import parser
from tests.conftest import ROOT
from tests.hotspots_run import BASIC, CHANGE, OVER_TIME, UTM, Run, made_up, points, run

__all__ = ["points", "run"]


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


def test_the_documentation_names_every_column_and_option(points: Path, run: Run, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "hotspots.md").read_text(encoding="utf-8")
    assert (
        run(points, *UTM, "--time", "day", "--boundary", "2021-07-01", "--stability", "--out", tmp_path / "o.csv")[0]
        == 0
    )
    names = [*pd.read_csv(tmp_path / "o.csv", nrows=0), "lon", "lat"]
    names += [a.option_strings[-1] for a in parser()._actions if a.option_strings]
    assert [name for name in names if f"`{name}" not in text] == []
