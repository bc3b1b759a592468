"""An independent tool looks at the public cube as if it were microdata: pyCANON, in an environment of its own.

It needs older versions of pandas than this project has, so it is never imported here.
"""

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.attack.worlds import make_world
from tests.conftest import ROOT

K = 11
REQUIREMENTS = ROOT / "requirements-pycanon.txt"
ASK = (
    "import sys, pandas as pd; from pycanon import anonymity; "
    "table = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False); "
    "print(anonymity.k_anonymity(table, list(table.columns)))"
)


@pytest.fixture(scope="module")
def pycanon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has pyCANON; skipped, saying so, where it cannot be installed."""
    folder = tmp_path_factory.mktemp("pycanon")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    if subprocess.run(command, capture_output=True, timeout=600).returncode:
        pytest.skip("pyCANON could not be installed")
    return python


def k_of(python: Path, table: pd.DataFrame, folder: Path) -> int:
    file = folder / "microdata.csv"
    table.to_csv(file, index=False)
    done = subprocess.run([str(python), "-c", ASK, str(file)], capture_output=True, text=True, check=True, timeout=300)
    return int(done.stdout.split()[-1])


@pytest.mark.full
@pytest.mark.parametrize("policy", ["", "altered_at_most = 1.0\nshown_at_least = 0.2"])
def test_each_person_of_the_public_cubes_looks_like_ten_others(pycanon: Path, tmp_path: Path, policy: str) -> None:
    world = make_world(tmp_path / "data", 3_000, policy=policy)
    release = world.release().release
    for unit in world.units(release):
        with duckdb.connect(str(world.archive.file(release)), read_only=True) as connection:
            rows = connection.execute(f"select * from {unit}").df()
        columns = [c for c in rows.columns if c != "n" and rows[c].notna().any()]
        people = rows.loc[rows.index.repeat(rows["n"]), columns].fillna("not shown").astype("str")
        assert len(people) == rows["n"].sum() > 0
        assert k_of(pycanon, people, tmp_path) >= K


@pytest.mark.full
def test_the_tool_finds_a_group_of_ten(pycanon: Path, tmp_path: Path) -> None:
    people = pd.DataFrame({"area": ["A"] * 12 + ["B"] * 10, "sex": ["female"] * 22})
    assert k_of(pycanon, people, tmp_path) == 10
