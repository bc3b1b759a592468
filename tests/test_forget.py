"""What must go goes: from every load, version and backup, and what is damaged or lost does not hide it."""

import io
import json
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etl import erasing
from etl.__main__ import main
from etl.backup import backup
from etl.forget import Forgotten, forget, withdraw
from etl.load import rebuild, remove, undo
from etl.restore import in_backup, restore
from etl.schema import SourceError
from etl.store import Store
from tests.forgotten_record import DAYS, SECRET, _rows, _told
from tests.loader_files import LAPD, ask, csv_file, equation, load, nibrs_zip, tree
from tests.traces import traces


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots that hold the record, a third without it, and a state's archive; the second was removed."""
    folder = tmp_path_factory.mktemp("forget")
    store = Store(folder / "data")
    load(store, "lapd", csv_file(folder / "one.csv", LAPD, _rows(9)))
    (two,) = load(store, "lapd", csv_file(folder / "two.csv", LAPD, _rows(12)))
    load(store, "nibrs", nibrs_zip(folder / "ZZ.zip", "ZZ", 100, DAYS))
    remove(store, two.load)
    load(store, "lapd", csv_file(folder / "three.csv", LAPD, _rows(6, secret=False, first=40)))
    return folder


@pytest.fixture
def store(prepared: Path, tmp_path: Path) -> Store:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return Store(tmp_path / "data")


def test_no_trace_of_the_record_is_left_anywhere(store: Store) -> None:
    assert len(traces(store.data, [str(SECRET)])) > 6  # two loads of several files, two databases: the scan bites
    done = forget(store, "lapd", [str(SECRET)])
    assert done.loads == 2 and done.left == 0
    assert traces(store.data, [str(SECRET)]) == []
    assert len(store.databases()) == 1
    equation(store)
    rebuild(store)
    assert traces(store.data, [str(SECRET)]) == []


def test_undo_goes_back_without_it(store: Store) -> None:
    forget(store, "lapd", [str(SECRET)])
    assert undo(store) == "load lapd"
    assert undo(store).startswith("remove lapd-")
    assert len(ask(store, "select * from incidents where source = 'lapd'")) == 6
    assert undo(store) == "load nibrs" and undo(store) == "load lapd" and undo(store) == "load lapd"
    assert traces(store.data, [str(SECRET)]) == []


def test_a_record_of_a_state_s_archive(store: Store) -> None:
    rows = ask(store, "select sum(n) from exposure where source = 'nibrs'")[0][0]
    assert traces(store.data, ["102"])
    before = _told(store)
    assert forget(store, "nibrs", ["102"]).loads == 1
    after = _told(store)
    assert [len(before[t]) - len(after[t]) for t in ("incidents", "victims", "suspects")] == [1, 1, 1]
    assert ask(store, "select sum(n) from exposure where source = 'nibrs'") == [(rows - 1,)]
    for table in ("incidents", "victims", "suspects"):
        assert ask(store, f"select count(*) from {table} where incident_id = '102'") == [(0,)]
    equation(store)


def test_the_log_names_the_act_and_never_the_record(store: Store) -> None:
    forget(store, "lapd", [str(SECRET)])
    withdraw(store, "nibrs")
    entries = erasing.log(store)
    assert [(e["act"], e["source"], e["loads"]) for e in entries] == [("forget", "lapd", 2), ("withdraw", "nibrs", 1)]
    assert all(len(e["day"]) == 10 for e in entries)


@pytest.mark.skipif(sys.platform == "win32", reason="no such permission bits")
def test_the_key_and_the_list_are_their_owner_s(store: Store) -> None:
    forget(store, "lapd", [str(SECRET)])
    for name in ("key", "forgotten.json"):
        assert stat.S_IMODE((store.root / name).stat().st_mode) == 0o600
    listed = json.loads((store.root / "forgotten.json").read_text())
    assert all(len(mark) == 64 for marks in listed["records"].values() for mark in marks)


def test_without_its_key_the_list_is_no_list(store: Store, tmp_path: Path) -> None:
    """A load that could not consult it would bring the record back."""
    forget(store, "lapd", [str(SECRET)])
    key = (store.root / "key").read_text()
    for damage in ("0" * 64, None, "no key"):
        (store.root / "key").unlink() if damage is None else (store.root / "key").write_text(damage)
        with pytest.raises(SourceError, match="backup"):
            load(store, "lapd", csv_file(tmp_path / "new.csv", LAPD, _rows(20)))
    (store.root / "key").write_text(key)
    load(store, "lapd", tmp_path / "new.csv")
    assert traces(store.data, [str(SECRET)]) == []


def test_a_withdrawn_source_is_gone_with_every_version(store: Store) -> None:
    kept = ask(store, "select incident_id, n from incidents where source = 'nibrs' order by 1")
    with pytest.raises(SourceError, match="No load of houston is kept"):
        withdraw(store, "houston")
    assert withdraw(store, "lapd").loads == 3
    assert traces(store.data, [str(SECRET), "Date Rptd", "one.csv", "three.csv"]) == []
    assert {r[0] for r in ask(store, "select distinct source from loads")} == {"nibrs"}
    assert not list(store.loads.glob("lapd-*")) and len(store.databases()) == 1
    assert ask(store, "select incident_id, n from incidents order by 1") == kept
    while store.set_of(store.version())["command"]:
        undo(store)
        assert traces(store.data, [str(SECRET)]) == []


def test_a_damaged_load_stops_it_and_nothing_has_changed(store: Store) -> None:
    first = next(load for load in store.current_loads() if load.startswith("lapd"))
    (store.loads / first / "incidents.parquet").write_bytes(b"cut")
    version = store.version()
    with pytest.raises(SourceError, match="cannot be read"):
        forget(store, "lapd", [str(SECRET)])
    assert store.version() == version and Forgotten(store).sources() == []


def test_a_damaged_load_that_is_only_kept_for_undo_goes(store: Store) -> None:
    (old,) = [p for p in store.loads.iterdir() if p.name not in store.current_loads()]
    (old / "manifest.json").write_text("{")
    forget(store, "lapd", [str(SECRET)])
    assert not old.exists() and traces(store.data, [str(SECRET)]) == []


@pytest.mark.parametrize("source", ["ctdc", "la_council_districts", "none"])
def test_sources_without_records(store: Store, source: str) -> None:
    with pytest.raises(SourceError):
        forget(store, source, ["1"])
    assert not (store.root / "key").exists()


def test_backups_that_are_named_are_changed(store: Store, tmp_path: Path) -> None:
    one, two = tmp_path / "one.backup", tmp_path / "two.backup"
    backup(store, one)
    shutil.copy(one, two)
    size = one.stat().st_size
    in_backup(one, lambda held: forget(held, "lapd", [str(SECRET)]))
    for archive, left in ((one, False), (two, True)):
        restore(archive, tmp_path / f"{archive.stem}-data")
        assert bool(traces(tmp_path / f"{archive.stem}-data", [str(SECRET)])) == left
    assert one.stat().st_size != size and not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_an_older_backup_does_not_bring_it_back_to_its_folder(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "old")
    forget(store, "lapd", [str(SECRET)])
    remove(store, *store.current_loads())
    restore(tmp_path / "old", store.data, force=True)
    assert traces(store.data, [str(SECRET)]) == []
    assert len(ask(store, "select * from incidents where source = 'lapd'")) == 3


def test_a_lost_key_comes_back_with_a_backup(store: Store, tmp_path: Path) -> None:
    forget(store, "lapd", ["41"])
    backup(store, tmp_path / "saved")
    forget(store, "lapd", [str(SECRET)])
    (store.root / "key").unlink()
    restore(tmp_path / "saved", store.data, force=True)
    assert traces(store.data, [str(SECRET)]) == []
    load(store, "lapd", csv_file(tmp_path / "new.csv", LAPD, _rows(20)))
    assert traces(store.data, [str(SECRET)]) == []


def test_a_backup_of_another_folder_does_not_replace_this_one(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    load(other, "lapd", tmp_path / "one.csv")
    for one in (store, other):
        forget(one, "lapd", ["41"])
    backup(other, tmp_path / "saved")
    before = tree(store.data)
    with pytest.raises(SourceError, match="of another folder"):
        restore(tmp_path / "saved", store.data, force=True)
    assert tree(store.data) == before


Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Say:
    def run(*arguments: object) -> tuple[int, str]:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def test_the_command_in_words(store: Store, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ["--data", store.data]
    code, said = say("forget", "lapd", SECRET, *data)
    assert code == 0 and "Erased from what is kept" in said and str(SECRET) not in said
    assert "No kept load holds it" in say("forget", "lapd", SECRET, *data)[1]
    for wrong in (["lapd"], ["lapd", "1", "--withdraw"]):
        assert "Name the records" in say("forget", *wrong, *data)[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    code, said = say("forget", "nibrs", "--withdraw", *data)
    assert code == 1 and "Type its name" in said and "Nothing was changed." in said
    monkeypatch.setattr("sys.stdin", io.StringIO("nibrs\n"))
    assert say("forget", "nibrs", "--withdraw", *data)[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("41\n43\n"))
    assert say("forget", "lapd", "-", *data)[0] == 0
    assert ask(store, "select incident_id from incidents") == [("45",)]
    assert say("forget", "lapd", "--withdraw", "--yes", *data)[0] == 0
    assert ask(store, "select count(*) from loads") == [(0,)]
