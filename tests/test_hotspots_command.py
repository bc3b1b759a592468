"""`python -m dashboard.hotspots` on sfhotspot's own data: sfhotspot's results."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from tests.conftest import ROOT
from tests.hotspots_run import BASIC, CHANGE, OVER_TIME, Run, run
from tests.reference import recorded, reference_folder

__all__ = ["run"]


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
