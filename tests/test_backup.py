"""A backup is whole or refused, and becomes a folder in which everything works."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import audit
from dashboard.warehouse import open_warehouse
from etl import backup as packing
from etl.__main__ import main
from etl.backup import backup, examine
from etl.load import remove, undo
from etl.restore import restore
from etl.schema import SourceError
from etl.status import status
from etl.store import Store
from tests.data_folder import DAYS, made_with_backup
from tests.loader_files import LAPD, SEX, contents, csv_file, lapd_row, load, tree


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return made_with_backup(tmp_path_factory.mktemp("backup"))


def _same(one: Path, other: Path) -> None:
    left, right = ({k: v for k, v in tree(folder).items() if _saved(k)} for folder in (one, other))
    assert left == right
    assert contents(Store(one)) == contents(Store(other))


def _saved(name: str) -> bool:
    return not (name.startswith("downloads") or ".sqlite" in name or name.endswith("000001.duckdb"))


def test_restored_to_a_fresh_folder_it_is_the_same(made: tuple[Path, Path], tmp_path: Path) -> None:
    data, saved = made
    held = restore(saved, tmp_path / "new")
    _same(data, tmp_path / "new")
    assert held.version == 2 and held.files > 12
    store = Store(tmp_path / "new")
    assert len(status(store)) == len(store.current_loads()) == 2
    for room in (store.root, store.data / "public"):
        with sqlite3.connect(room / "state.sqlite") as state:
            assert state.execute("select name from saved").fetchall() == [("a view",)]
        state.close()
    assert not (store.data / "downloads").exists()
    assert undo(store) == "load lapd"  # what undo needs is in it


def test_pages_can_open_what_was_restored(made: tuple[Path, Path], tmp_path: Path) -> None:
    restore(made[1], tmp_path)  # an empty folder that is there
    found = open_warehouse(tmp_path)
    assert found is not None
    assert sorted(p.name for p in tmp_path.iterdir()) == ["places.csv", "public", "warehouse"]


def test_in_a_fresh_clone(made: tuple[Path, Path], tmp_path: Path, root: Path) -> None:
    """With nothing but the project's own files, in a process of its own."""
    clone = tmp_path / "clone"
    shutil.copytree(root / "etl", clone / "etl", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "dashboard", clone / "dashboard", ignore=shutil.ignore_patterns("__pycache__"))
    settings = {**os.environ, "PYTHONPATH": ""}
    for command in (["restore", str(made[1])], ["status"], ["rebuild"]):
        program = [sys.executable, "-W", "error", "-m", "etl", *command]
        done = subprocess.run(program, cwd=clone, env=settings, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert contents(Store(clone / "data")) == contents(Store(made[0]))


@pytest.mark.skipif(sys.platform == "win32", reason="no such permission bits")
def test_only_its_owner_may_read_it_and_its_secrets(made: tuple[Path, Path], tmp_path: Path) -> None:
    assert stat.S_IMODE(made[1].stat().st_mode) == 0o600
    restore(made[1], tmp_path / "new")
    for name in ("seed", "key"):
        assert stat.S_IMODE((tmp_path / "new" / "warehouse" / name).stat().st_mode) == 0o600


def test_a_damaged_backup_is_refused_wherever_the_damage_is(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Every part cut off, and a bit turned in many places: nothing is restored, no folder is left."""
    whole = made[1].read_bytes()
    spoiled = [whole[: len(whole) * i // 20] for i in range(20)] + [whole[:-1], b"", b"no backup"]
    for i in range(0, len(whole), max(len(whole) // 40, 1)):
        spoiled.append(whole[:i] + bytes([whole[i] ^ 0x10]) + whole[i + 1 :])
    refused = 0
    for content in spoiled:
        path = tmp_path / "spoiled"
        path.write_bytes(content)
        try:
            restore(path, tmp_path / "new")
        except SourceError as error:
            assert "damaged, or no backup" in str(error) or "newer Lamplight" in str(error)
            refused += 1
            assert not (tmp_path / "new").exists()
        else:  # a bit that means nothing: then all of it is there, exactly
            _same(made[0], tmp_path / "new")
            shutil.rmtree(tmp_path / "new")
    assert refused >= len(spoiled) - 3


def test_a_folder_that_holds_something_is_replaced_only_on_demand(made: tuple[Path, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    load(store, "lapd", csv_file(tmp_path / "x.csv", LAPD, [lapd_row(1, DAYS[0], SEX)]))
    (store.data / "downloads").mkdir()
    (store.data / "downloads" / "mine.csv").write_text("mine")
    before = tree(store.data)
    with pytest.raises(SourceError, match=r"not empty.*--force"):
        restore(made[1], store.data)
    with pytest.raises(SourceError, match="is a file"):
        restore(made[1], tmp_path / "x.csv")
    (tmp_path / "cut").write_bytes(made[1].read_bytes()[:-40])
    with pytest.raises(SourceError, match="damaged"):
        restore(tmp_path / "cut", store.data, force=True)
    assert tree(store.data) == before
    restore(made[1], store.data, force=True)
    _same(made[0], store.data)
    assert (store.data / "downloads" / "mine.csv").read_text() == "mine"
    assert not [p for p in store.data.iterdir() if p.name.startswith(".")]


def _published(data: Path, *ids: str) -> None:
    for release in ids:
        for room in ("public", "warehouse"):
            folder = data / room / "releases" / release
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "file").write_text(release)
    (data / "public" / "current.json").write_text(json.dumps({"releases": list(ids), "release": ids[-1]}))


def _released(files: dict[str, str]) -> dict[str, str]:
    """What was published, without what presenters saved beside it: that comes from the backup."""
    return {k: v for k, v in files.items() if ("release" in k or "public" in k) and "state.sqlite" not in k}


def test_an_older_backup_takes_no_release_back(made: tuple[Path, Path], tmp_path: Path) -> None:
    """What was published since is kept, with what the next release starts from; another history is refused."""
    store = Store(tmp_path / "data")
    shutil.copytree(made[0], store.data)
    _published(store.data, "2026-1")
    backup(store, tmp_path / "older")
    _published(store.data, "2026-1", "2026-2")
    after = tree(store.data)
    restore(tmp_path / "older", store.data, force=True)
    assert _released(tree(store.data)) == _released(after)
    _published(store.data, "2026-1", "2026-3")
    backup(store, tmp_path / "newer")
    _published(store.data, "2026-1", "2026-2")
    before = tree(store.data)
    with pytest.raises(SourceError, match="what is published stays"):
        restore(tmp_path / "newer", store.data, force=True)
    assert tree(store.data) == before


def _logged(data: Path) -> list[int]:
    report = audit.verify(data)
    assert report.holds
    return sorted(row.number for row in audit.entries(data, limit=100, closed=True).rows)


def test_an_older_backup_drops_no_row_of_the_audit_log(made: tuple[Path, Path], tmp_path: Path) -> None:
    """The folder's log goes on; a newer backup brings its own rows; a log of another history is not overwritten."""
    data = tmp_path / "data"
    shutil.copytree(made[0], data)
    (data / "warehouse" / "state.sqlite").unlink()
    for i in range(3):
        audit.record(data, audit.THIS_COMPUTER, "load", subject=f"s{i}")
    backup(Store(data), tmp_path / "older")
    audit.record(data, audit.THIS_COMPUTER, "verify")
    audit.rotate(data, audit.THIS_COMPUTER)  # the backup's last row is in a closed segment now
    audit.record(data, audit.THIS_COMPUTER, "verify")
    before = _logged(data)
    restore(tmp_path / "older", data, force=True)
    assert _logged(data) == before and len(before) == 6
    backup(Store(data), tmp_path / "newer")
    restore(tmp_path / "older", tmp_path / "elsewhere")
    assert _logged(tmp_path / "elsewhere") == [1, 2, 3]
    restore(tmp_path / "newer", tmp_path / "elsewhere", force=True)
    assert _logged(tmp_path / "elsewhere") == before
    restore(tmp_path / "older", tmp_path / "another")
    audit.record(tmp_path / "another", audit.THIS_COMPUTER, "forget")
    held = _logged(tmp_path / "another")
    with pytest.raises(SourceError, match="no row of it is dropped"):
        restore(tmp_path / "newer", tmp_path / "another", force=True)
    assert _logged(tmp_path / "another") == held == [1, 2, 3, 4]


def test_a_log_that_cannot_be_read_is_not_replaced_unseen(made: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(made[0], data)
    (data / "warehouse" / "state.sqlite").write_bytes(b"no database at all" * 99)
    with pytest.raises(SourceError, match="cannot be compared"):
        restore(made[1], data, force=True)
    assert (data / "warehouse" / "state.sqlite").read_bytes().startswith(b"no database")


def test_what_a_killed_restore_left_is_no_obstacle(made: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / ".lamplight-restoring-x" / "warehouse").mkdir(parents=True)
    restore(made[1], tmp_path)
    _same(made[0], tmp_path)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_no_backup_of_a_damaged_load_or_into_the_folder_itself(made: tuple[Path, Path], tmp_path: Path) -> None:
    data = tmp_path / "data"
    with pytest.raises(SourceError, match="Nothing is loaded"):
        backup(Store(tmp_path / "none"), tmp_path / "b")
    shutil.copytree(made[0], data)
    store = Store(data)
    for out, said in ((data / "b", "in another place"), (made[1], "is there")):
        with pytest.raises(SourceError, match=said):
            backup(store, out)
    (store.loads / store.current_loads()[0] / "exposure.parquet").write_bytes(b"cut")
    with pytest.raises(SourceError, match="cannot be read: damaged"):
        backup(store, tmp_path / "b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data"]


def test_a_full_disk_leaves_no_half_backup(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packing, "_add_text", full)
    assert main(["backup", "--data", str(made[0]), "--out", str(tmp_path / "b")]) == 1
    assert "The disk is full" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_again_is_no_backup(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes everything and gives back something else."""
    look = examine

    def spoiled(path: Path) -> object:
        content = path.read_bytes()
        path.write_bytes(content[:-50] + bytes(50))
        return look(path)

    monkeypatch.setattr(packing, "examine", spoiled)
    with pytest.raises(SourceError, match="damaged"):
        backup(Store(made[0]), tmp_path / "b")
    assert not list(tmp_path.iterdir())


def test_a_load_waits_outside_while_a_backup_runs(made: tuple[Path, Path], tmp_path: Path) -> None:
    store = Store(made[0])
    said: list[str] = []

    def meanwhile(_: str, __: float) -> None:
        if not said:
            with pytest.raises(SourceError) as error:
                remove(store, store.current_loads()[0])
            said.append(str(error.value))

    backup(store, tmp_path / "b", meanwhile)
    assert "Another load is running" in said[0]


def test_the_commands_in_words(made: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--data", str(made[0]), "--out", str(tmp_path / "b")]) == 0
    said = capfd.readouterr()
    assert "Saved version 2" in said.out and "RESTRICTED" in said.out and said.err == ""
    assert main(["restore", str(tmp_path / "b"), "--data", str(tmp_path / "new")]) == 0
    assert "serves version 2" in capfd.readouterr().out
    assert main(["restore", str(tmp_path / "none"), "--data", str(tmp_path / "n")]) == 1
    assert "is not a file" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs an administrator")
def test_a_disk_that_is_really_read_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], made: tuple[Path, Path]
) -> None:
    """Nothing can be changed and everything is said; what is served can be read all the same."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("cannot mount here")
    try:
        shutil.copytree(made[0], disk / "data")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        new = csv_file(tmp_path / "n.csv", LAPD, [lapd_row(1, DAYS[0], SEX)])
        for command in (["load", "lapd", str(new)], ["forget", "lapd", "1"], ["rebuild"], ["undo"]):
            assert main([*command, "--data", str(disk / "data")]) == 1
            assert "No permission to write in" in capfd.readouterr().err
        assert main(["status", "--data", str(disk / "data")]) == 0
        assert open_warehouse(disk / "data") is not None
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
