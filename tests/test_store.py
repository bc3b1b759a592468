"""What is damaged or gone in the folder of the warehouse: said in a sentence, and the way out that it names works."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl.load import load_files, rebuild, remove, undo
from etl.registry import source_named
from etl.retention import Retention
from etl.schema import SourceError
from etl.status import status
from etl.store import Store
from tests.loader_files import LAPD, SEX, contents, csv_file, lapd_row, load, served, tree

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")


@pytest.fixture(scope="module")
def two_loads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two loads, one after the other, and their files beside it."""
    folder = tmp_path_factory.mktemp("store")
    for name, first in (("a", 1), ("b", 10)):
        path = csv_file(folder / f"{name}.csv", LAPD, [lapd_row(first + i, d, SEX) for i, d in enumerate(DAYS)])
        load(Store(folder / "data"), "lapd", path)
    return folder


@pytest.fixture
def folder(two_loads: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(two_loads, tmp_path / "copy")
    yield tmp_path / "copy"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(folder / "data")


def _refused(said: str, run: Callable[[], object]) -> None:
    with pytest.raises(SourceError, match=said) as error:
        run()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "pointer",
    ["", "{", "[]", '"x"', "null", '{"version": "2"}', '{"version": 0, "restricted": "restricted-000001.duckdb"}',
     '{"version": 2}', '{"version": 2, "restricted": "../../elsewhere.duckdb"}', "\x00" * 40, "[" * 100_000],
)  # fmt: skip
def test_a_damaged_pointer_is_named_and_rebuilt(store: Store, folder: Path, pointer: str) -> None:
    before = contents(store)
    (store.root / "current.json").write_text(pointer)
    for run in (lambda: status(store), lambda: load(store, "lapd", folder / "a.csv"), lambda: undo(store)):
        _refused("current.json is damaged. `python -m etl rebuild`", run)
    rebuild(store)
    assert contents(store) == before
    assert undo(store) == "load lapd"


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"\0" * 400_000])
def test_a_missing_or_damaged_database_is_named_and_rebuilt(store: Store, content: bytes | None) -> None:
    before, path = contents(store), served(store)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    _refused(f"{path.name} is (missing|damaged).*`python -m etl rebuild`", lambda: status(store))
    rebuild(store)
    assert contents(store) == before and len(status(store)) == 2


def test_a_database_with_a_flipped_half_is_no_obstacle(store: Store) -> None:
    before, path = contents(store), served(store)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    _refused("rebuild", lambda: status(store))
    rebuild(store)
    assert contents(store) == before


def test_the_record_of_the_version_is_gone(store: Store, folder: Path) -> None:
    before = contents(store)
    (store.sets / "000002.json").write_text('{"version": 2}')
    _refused("000002.json is damaged or gone", lambda: load(store, "lapd", folder / "a.csv"))
    assert len(status(store)) == 2
    shutil.rmtree(store.sets)
    _refused("000002.json is damaged or gone", lambda: undo(store))
    rebuild(store)  # the database itself names its loads
    assert contents(store) == before
    _refused("nothing to undo", lambda: undo(store))


def test_nothing_says_what_was_served(store: Store) -> None:
    shutil.rmtree(store.sets)
    for path in store.databases():
        path.unlink()
    _refused("Move that folder away and load the files again", lambda: rebuild(store))


@pytest.mark.parametrize(
    ("part", "cut"),
    [("manifest.json", True), ("incidents.parquet", True), ("exposure.parquet", False), ("", False)],
)
def test_a_damaged_load_is_named_and_its_file_repairs_it(store: Store, folder: Path, part: str, cut: bool) -> None:
    before, loads = contents(store), store.current_loads()
    broken = store.loads / loads[0] / part
    if not part:
        shutil.rmtree(broken)
    elif cut:
        broken.write_bytes(broken.read_bytes()[:-3])
    else:
        broken.unlink()
    after = tree(store.root)
    new = csv_file(folder / "c.csv", LAPD, [lapd_row(77, DAYS[0], SEX)])
    for run in (lambda: load(store, "lapd", new), lambda: rebuild(store), lambda: remove(store, loads[1])):
        _refused(f"The load {loads[0]} cannot be read.*etl remove {loads[0]}", run)
    assert tree(store.root) == after and len(status(store)) == 2  # still served
    load(store, "lapd", folder / "a.csv")
    assert contents(store) == before and store.current_loads() == loads
    rebuild(store)
    assert contents(store) == before


def test_all_loads_are_gone(store: Store, folder: Path) -> None:
    before, loads = contents(store), store.current_loads()
    shutil.rmtree(store.loads)
    assert len(status(store)) == 2
    _refused(f"2 loads {loads[0]}, {loads[1]} cannot be read", lambda: load(store, "lapd", folder / "a.csv"))
    _refused("no longer kept", lambda: undo(store))
    _refused(f"etl remove {loads[0]} {loads[1]}`", lambda: remove(store, loads[0]))
    remove(store, *loads)
    assert status(store) == []
    load(store, "lapd", folder / "a.csv")
    load(store, "lapd", folder / "b.csv")
    assert contents(store) == before


def test_both_files_at_once_repair_both_loads(store: Store, folder: Path) -> None:
    before = contents(store)
    shutil.rmtree(store.loads)
    load(store, "lapd", folder / "b.csv", folder / "a.csv")
    assert contents(store) == before


def test_a_load_of_another_format_is_not_read_as_if_it_were_ours(store: Store) -> None:
    path = store.loads / store.current_loads()[0] / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    _refused("of another version", lambda: rebuild(store))


def test_old_versions_are_tidied_and_what_undo_needs_is_kept(store: Store) -> None:
    first = store.current_loads()[0]
    for _ in range(3):
        remove(store, first)
        undo(store)
    assert len(store.databases()) == Retention().versions
    assert {p.name for p in store.loads.iterdir()} == set(store.current_loads())
    remove(store, first)
    assert (store.loads / first).exists()
    for _ in range(Retention().undo):  # so many steps later nothing can bring it back, and it goes
        rebuild(store)
    assert not (store.loads / first).exists()
    _refused("no longer kept", lambda: undo(store))


def test_leftovers_of_killed_processes_are_cleared(store: Store) -> None:
    (store.root / ".staging-x" / "work-0").mkdir(parents=True)
    (store.root / "restricted-000003.partial.tmp").mkdir()
    left = [".current.json.123.tmp", "sets/.000003.json.9.tmp", "restricted-000003.partial"]
    for name in (*left, "restricted-000003.partial.wal"):
        (store.root / name).write_text("half")
    before = contents(store)
    rebuild(store)
    assert contents(store) == before
    assert not [p for p in tree(store.root) if "partial" in p or "tmp" in p or "staging" in p]


def test_a_damaged_record_of_an_older_version_stops_nothing(store: Store) -> None:
    (store.sets / "000001.json").write_text("{")
    remove(store, store.current_loads()[0])
    assert len(status(store)) == 1


_HOLD = """
import sys, time
from pathlib import Path
from etl.store import Store
with Store(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(600)
"""


def test_one_change_at_a_time_and_a_killed_one_is_no_obstacle(store: Store, folder: Path, root: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", _HOLD, str(store.data)], stdout=subprocess.PIPE, cwd=root)
    try:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        before = tree(store.root)
        for run in (lambda: load(store, "lapd", folder / "a.csv"), lambda: undo(store), lambda: rebuild(store)):
            _refused("Another load is running on this folder", run)
        assert tree(store.root) == before and len(status(store)) == 2
    finally:
        other.kill()
        other.communicate()
    rebuild(store)


def test_fictional_and_real_data_never_share_a_warehouse(store: Store, folder: Path) -> None:
    before = tree(store.root)
    sample, real = source_named("sample_city_pd"), source_named("lapd")
    _refused("holds real data, and the two are never mixed", lambda: load_files(store, [(sample, folder / "a.csv")]))
    assert tree(store.root) == before
    fresh = Store(folder / "fresh")
    both = [(real, folder / "a.csv"), (sample, folder / "b.csv")]
    _refused("never mixed", lambda: load_files(fresh, both))
    assert fresh.current() is None
