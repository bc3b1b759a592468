"""How many versions and undone loads are kept: one file decides, and what is served is never deleted."""

import os
import shutil
from pathlib import Path

import pytest

from etl.load import remove, undo
from etl.retention import Retention, retention
from etl.schema import SourceError
from etl.status import status
from etl.store import Store
from tests.data_folder import DAYS
from tests.loader_files import LAPD, SEX, contents, csv_file, lapd_row, load


def _versions(store: Store, file: Path, changes: int) -> None:
    (done,) = load(store, "lapd", file)
    for _ in range(changes):
        remove(store, done.load)
        undo(store)


def test_how_much_is_kept_is_one_file_s_decision(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.data.mkdir()
    (store.data / "retention.toml").write_text("versions = 4\nundo = 3\n")
    assert retention(store.data) == Retention(4, 3)
    _versions(store, csv_file(tmp_path / "a.csv", LAPD, [lapd_row(1, DAYS[0], SEX)]), 3)
    assert [int(p.stem[-6:]) for p in store.databases()] == [4, 5, 6, 7]
    remove(store, store.current_loads()[0])
    remains = [p.name for p in store.loads.iterdir()]
    for _ in range(3):
        load(store, "lapd", csv_file(tmp_path / f"{_}.csv", LAPD, [lapd_row(2 + _, DAYS[1], SEX)]))
    assert remains[0] not in [p.name for p in store.loads.iterdir()]


@pytest.mark.parametrize(
    ("text", "said"),
    [("versions = 0", "from 1 to 1000"), ("version = 2", "does not exist"), ("undo = true", "whole number"),
     ("versions = ", "cannot be read"), ("undo = 1.5", "whole number")],
)  # fmt: skip
def test_a_mistake_in_it_is_said_before_the_work(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "retention.toml").write_text(text)
    with pytest.raises(SourceError, match=said):
        load(Store(tmp_path / "data"), "lapd", csv_file(tmp_path / "a.csv", LAPD, [lapd_row(1, DAYS[0], SEX)]))
    assert retention(tmp_path) == Retention()


def test_a_clock_that_goes_backwards_deletes_nothing_newer(tmp_path: Path) -> None:
    """Old is what has a smaller number: here every newer file claims to be years older."""
    store = Store(tmp_path / "data")
    file = csv_file(tmp_path / "a.csv", LAPD, [lapd_row(1, DAYS[0], SEX)])
    (done,) = load(store, "lapd", file)
    for step in range(4):
        for path in store.root.rglob("*"):
            age = 2_000_000_000 - 50_000_000 * (store.version() + step)
            os.utime(path, (age, age))
        remove(store, done.load)
        undo(store)
    assert [int(p.stem[-6:]) for p in store.databases()] == [8, 9]
    assert store.version() == 9 and len(contents(store)["incidents"]) == 1


def test_a_stray_database_of_a_later_number_does_not_cost_the_served_one(tmp_path: Path) -> None:
    """Left by a process that was killed: what is served stays, whatever lies beside it."""
    store = Store(tmp_path / "data")
    load(store, "lapd", csv_file(tmp_path / "a.csv", LAPD, [lapd_row(1, DAYS[0], SEX)]))
    for version in (7, 8, 9):
        shutil.copy(store.database(1), store.database(version))
    store._tidy()
    assert store.database(1).exists() and len(status(store)) == 1
