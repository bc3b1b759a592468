"""state.sqlite: what people saved outlives loads, several processes write it, and what is wrong is said in words."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard import groups, state
from dashboard.state import StateError
from tests.conftest import ROOT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def test_reading_creates_nothing(data: Path) -> None:
    assert groups.list_groups(data) == () and groups.get(data, "abc") is None
    assert list((data / "warehouse").iterdir()) == []


def test_the_file_says_its_step_and_keeps_a_log(data: Path) -> None:
    groups.save(data, "North", members=[("district", "D1")])
    with sqlite3.connect(state.path_of(data)) as con:
        assert con.execute("PRAGMA user_version").fetchone()[0] == len(state.STEPS)
        assert con.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    con.close()


def test_a_file_of_an_older_step_is_brought_up_to_date(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = groups.save(data, "North", members=[("district", "D1")])
    monkeypatch.setattr(state, "STEPS", (*state.STEPS, "CREATE TABLE views (id TEXT PRIMARY KEY);"))
    assert groups.list_groups(data) == (kept,), "read as it is"
    state.write(data, lambda con: con.execute("INSERT INTO views VALUES ('a')"))
    assert state.read(data, lambda con: con.execute("SELECT id FROM views").fetchone()[0], "") == "a"
    assert groups.list_groups(data) == (kept,)


def test_a_file_of_a_newer_lamplight_is_left_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups.save(data, "North", members=[("district", "D1")])
    monkeypatch.setattr(state, "STEPS", ())
    for ask in (lambda: groups.list_groups(data), lambda: groups.delete(data, "x")):
        with pytest.raises(StateError, match="newer version"):
            ask()


def test_a_change_that_fails_is_taken_back(data: Path) -> None:
    def half(con: sqlite3.Connection) -> None:
        con.execute("DELETE FROM groups")
        raise RuntimeError

    kept = groups.save(data, "North", members=[("district", "D1")])
    with pytest.raises(RuntimeError):
        state.write(data, half)
    assert groups.list_groups(data) == (kept,)


def test_a_damaged_file_says_what_to_do_and_is_not_overwritten(data: Path) -> None:
    state.path_of(data).write_bytes(b"marmalade " * 1000)
    for ask in (lambda: groups.list_groups(data), lambda: groups.save(data, "North", members=[("d", "1")])):
        with pytest.raises(StateError, match="damaged") as said:
            ask()
        assert str(data) not in str(said.value) and "Move" in said.value.remedy
    assert state.path_of(data).read_bytes().startswith(b"marmalade")


def test_without_a_warehouse_nothing_is_saved(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no warehouse"):
        groups.save(tmp_path, "North", members=[("district", "D1")])


def test_a_place_that_cannot_be_written_to_is_said(data: Path) -> None:
    # A folder of that name: no right to write is needed to see it fail, and the super-user fails too.
    state.path_of(data).mkdir()
    with pytest.raises(StateError, match="cannot be written to") as said:
        groups.save(data, "North", members=[("district", "D1")])
    assert str(data) not in str(said.value)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_is_read_only_is_read_and_not_written(data: Path) -> None:
    kept = groups.save(data, "North", members=[("district", "D1")])
    folder = data / "warehouse"
    state.path_of(data).chmod(0o444)
    folder.chmod(0o555)
    try:
        assert groups.list_groups(data) == (kept,)
        with pytest.raises(StateError, match="cannot be written to"):
            groups.delete(data, kept.id)
    finally:
        folder.chmod(0o755)


def test_threads_may_save_at_the_same_time(data: Path) -> None:
    def save(i: int) -> str:
        return groups.save(data, f"Group {i}", members=[("district", f"D{i}")]).id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(save, range(40)))
    listed = groups.list_groups(data)
    assert {g.id for g in listed} == set(ids) and len(listed) == 40
    assert all(len(g.members) == 1 for g in listed)


def test_processes_may_save_at_the_same_time_and_one_name_goes_to_one(data: Path) -> None:
    """Each begins on a file that is not there yet."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom dashboard import groups\n"
        "data, me = Path(sys.argv[1]), sys.argv[2]\n"
        "for i in range(10):\n    groups.save(data, f'{me} {i}', members=[('d', me)])\n"
        "try:\n    groups.save(data, 'The same', members=[('d', me)])\n    print('mine')\n"
        "except groups.NameTaken:\n    print('taken')\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(data), name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in ("a", "b", "c")
    ]
    said = [p.communicate(timeout=60)[0].strip() for p in started]
    assert sorted(said) == ["mine", "taken", "taken"]
    assert len(groups.list_groups(data)) == 31
