"""Killed at any moment: the previous version is served, whole, and the next change works and clears up."""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl.load import rebuild
from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, contents, csv_file, equation, lapd_row, load, tree
from tests.traces import traces

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
GONE = "777123456"  # the record that `forget` erases
LAST = 10  # steps before the end of a change, in which the pointer moves: each is tried
Change = Callable[[Path, str, Path, int], tuple[int, int]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data` serves version 2 of two files; `b.csv` is the next snapshot of both."""
    folder = tmp_path_factory.mktemp("kill")
    for name, many in (("z", 3), ("a", 30), ("b", 40)):
        rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(many)]
        if name == "a":
            rows.append(lapd_row(int(GONE), DAYS[1], SEX))
        csv_file(folder / f"{name}.csv", LAPD, rows)
        if name != "b":
            load(Store(folder / "data"), "lapd", folder / f"{name}.csv")
    return folder


@pytest.fixture(scope="module")
def change(root: Path) -> Iterator[Change]:
    """Makes a change in a process that dies at the given step; returns its exit code and the steps it came to."""
    program = [sys.executable, "-W", "error", "-m", "tests.kill_program"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True) as running:

        def ask(data: Path, command: str, file: Path, at: int) -> tuple[int, int]:
            assert running.stdin is not None and running.stdout is not None
            order = {"data": str(data), "command": command, "file": str(file), "at": at}
            running.stdin.write(json.dumps(order) + "\n")
            running.stdin.flush()
            code, steps = running.stdout.readline().split()
            return int(code), int(steps)

        yield ask
        assert running.stdin is not None
        running.stdin.close()


def _clean(store: Store) -> bool:
    names = {p.name for p in store.loads.iterdir()}
    known = {load for v in store.versions() for load in store.set_of(v)["loads"]}
    rest = [p for p in tree(store.root) if "partial" in p or ".tmp" in p or "staging" in p]
    return names <= known and not rest


def _kill_at(steps: Callable[[int], list[int]], command: str, prepared: Path, tmp_path: Path, change: Change) -> None:
    shutil.copytree(prepared / "data", tmp_path / "whole")
    whole = Store(tmp_path / "whole")
    before, version = contents(whole), whole.version()
    code, last = change(whole.data, command, prepared / "b.csv", 0)
    assert code == 0 and last > LAST
    after = contents(whole)

    store = Store(tmp_path / "data")
    moved = True
    for step in steps(last):
        if moved:  # killed after the pointer moved: begin again. Else the next one finds what this one left behind
            shutil.rmtree(store.data, ignore_errors=True)
            shutil.copytree(prepared / "data", store.data)
        code, _ = change(store.data, command, prepared / "b.csv", step)
        assert code == 9
        moved = store.version() != version
        assert contents(store) == (after if moved else before)
    assert moved  # the last step is one of tidying
    rebuild(store)
    assert _clean(store) and contents(store) == after
    if command in ("forget", "withdraw"):  # what the killed one left to do was done by the next
        assert traces(store.data, [GONE]) == [] and traces(prepared, [GONE])


@pytest.mark.parametrize("command", ["load", "remove", "forget"])
def test_killed_at_many_steps(prepared: Path, tmp_path: Path, change: Change, command: str) -> None:
    _kill_at(lambda n: [*range(2, n - LAST, 18), *range(n - LAST + 1, n + 1)], command, prepared, tmp_path, change)


@pytest.mark.full
@pytest.mark.parametrize("command", ["load", "remove", "undo", "rebuild", "forget", "withdraw"])
def test_killed_at_every_step(prepared: Path, tmp_path: Path, change: Change, command: str) -> None:
    _kill_at(lambda n: list(range(1, n + 1)), command, prepared, tmp_path, change)


def test_the_first_load_killed_leaves_nothing_served(prepared: Path, tmp_path: Path, change: Change) -> None:
    store = Store(tmp_path / "data")
    for step in (1, 5, 12, 30, 45):
        assert change(store.data, "load", prepared / "a.csv", step)[0] == 9
        assert store.current() is None
    load(store, "lapd", prepared / "a.csv")
    assert _clean(store) and len(contents(store)["loads"]) == 1


def test_killed_at_any_time(prepared: Path, tmp_path: Path, root: Path) -> None:
    """SIGKILL from outside, at moments that nobody chose, while a file of 30,000 rows is loaded."""
    rows = [lapd_row(i, DAYS[i % 3], SEX if i % 50 == 0 else OTHER) for i in range(30_000)]
    file = csv_file(tmp_path / "large.csv", LAPD, rows)
    data = tmp_path / "data"
    shutil.copytree(prepared / "data", data)
    store = Store(data)
    before = contents(store)
    command = [sys.executable, "-m", "etl", "load", "lapd", str(file), "--data", str(data)]
    chance = random.Random(5)
    for _ in range(3):
        with subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL) as running:
            while running.poll() is None and not list(store.root.glob(".staging-*")):
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.9))  # a random moment is the point of this test
            running.kill()
            running.wait()
        if store.version() == 2:
            assert contents(store) == before
        else:
            assert len(contents(store)["incidents"]) == 600 and equation(store)
    load(store, "lapd", file)
    assert _clean(store) and len(contents(store)["incidents"]) == 600
