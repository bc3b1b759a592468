"""`python -m dashboard.hotspots` run in this process, on points that are made up."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.hotspots.__main__ import main

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
