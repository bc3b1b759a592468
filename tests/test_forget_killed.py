"""Killed at any moment of an erasure: what was served is served, or the erasure is done, and then nothing is left."""

import shutil
import sys
from pathlib import Path

import pytest

from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, csv_file, lapd_row, load
from tests.test_kill import LAST, Change, _kill_at, change
from tests.traces import traces

__all__ = ["change"]  # the fixture
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
GONE = "777123456"  # the record that goes
FORGET, WITHDRAW = f"forget lapd {GONE}", "forget lapd --withdraw --yes"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data` serves version 2 of two files; the second holds the record."""
    folder = tmp_path_factory.mktemp("kill")
    for name, many in (("z", 3), ("a", 30)):
        rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(many)]
        if name == "a":
            rows.append(lapd_row(int(GONE), DAYS[1], SEX))
        load(Store(folder / "data"), "lapd", csv_file(folder / f"{name}.csv", LAPD, rows))
    shutil.copy(folder / "a.csv", folder / "b.csv")
    return folder


def _nothing_is_left(prepared: Path, tmp_path: Path) -> None:
    """What the killed one left to do was done by the next change."""
    assert traces(tmp_path / "data", [GONE]) == [] and traces(prepared / "data", [GONE])


def test_killed_at_many_steps(prepared: Path, tmp_path: Path, change: Change) -> None:
    steps = [3, 20, 37]
    _kill_at(lambda n: [*steps, *range(n - 2 * LAST + 1, n + 1)], FORGET, prepared, tmp_path, change)
    _nothing_is_left(prepared, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("command", [FORGET, WITHDRAW], ids=["forget", "withdraw"])
def test_killed_at_every_step(
    prepared: Path,
    tmp_path: Path,
    change: Change,
    command: str,
) -> None:
    _kill_at(lambda n: list(range(1, n + 1)), command, prepared, tmp_path, change)
    _nothing_is_left(prepared, tmp_path)
