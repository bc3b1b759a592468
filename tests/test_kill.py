"""Killed at any moment: the previous version is served, whole, and the next change works and clears up."""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import audit
from etl.load import rebuild
from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, contents, csv_file, equation, lapd_row, load, tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
LAST = 10  # steps before the end of a change, in which the pointer moves: each is tried
Change = Callable[[Path, str, Path, int], tuple[int, int]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data` serves version 2 of two files; `b.csv` is the next snapshot of both."""
    folder = tmp_path_factory.mktemp("kill")
    for name, many in (("z", 3), ("a", 30), ("b", 40)):
        rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(many)]
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
    if (store.root / "state.sqlite").exists():  # a row that was killed half way is taken over by the next one
        audit.record(store.data, audit.THIS_COMPUTER, "verify")
        assert audit.verify(store.data).holds
    assert _clean(store) and contents(store) == after


@pytest.mark.parametrize("command", ["load", "remove"])
def test_killed_at_many_steps(prepared: Path, tmp_path: Path, change: Change, command: str) -> None:
    _kill_at(lambda n: [*range(2, n - LAST, 18), *range(n - LAST + 1, n + 1)], command, prepared, tmp_path, change)


@pytest.mark.full
@pytest.mark.parametrize("command", ["load", "remove", "undo", "rebuild"])
def test_killed_at_every_step(prepared: Path, tmp_path: Path, change: Change, command: str) -> None:
    _kill_at(lambda n: list(range(1, n + 1)), command, prepared, tmp_path, change)


def test_the_first_load_killed_leaves_nothing_served(prepared: Path, tmp_path: Path, change: Change) -> None:
    store = Store(tmp_path / "data")
    for step in (1, 5, 12, 30, 45):
        assert change(store.data, "load", prepared / "a.csv", step)[0] == 9
        assert store.current() is None
    load(store, "lapd", prepared / "a.csv")
    assert _clean(store) and len(contents(store)["loads"]) == 1


@dataclass(frozen=True)
class Program:
    """A command to be killed, and what readers are served by it: equal before and after, or the command has ended."""

    arguments: tuple[str, ...]  # "FILE" stands for a csv file of 6,000 reports
    served: Callable[[Store], Any]


def public_contents(store: Store) -> dict[str, list[str]] | None:
    """Every row of the public file that its pointer names, without what a clock writes; None before the first."""
    pointer = store.data / "public" / "current.json"
    if not pointer.exists():
        return None
    named = json.loads(pointer.read_text(encoding="utf-8"))["public"]
    with duckdb.connect(str(pointer.parent / named), read_only=True) as connection:
        names = [n for (n,) in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        return {n: sorted(map(repr, connection.execute(f'from "{n}"').fetchall())) for n in names if n != "meta"}


PROGRAMS = {
    "load": Program(("load", "lapd", "FILE"), contents),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.full)])
def test_killed_at_any_time(prepared: Path, tmp_path: Path, root: Path, name: str, kills: int) -> None:
    """SIGKILL from outside, at moments that nobody chose; then the same command once more."""
    rows = [lapd_row(i, DAYS[i % 3], SEX if i % 50 == 0 else OTHER) for i in range(6_000)]
    file = csv_file(tmp_path / "large.csv", LAPD, rows)
    program, store = PROGRAMS[name], Store(tmp_path / "data")
    arguments = [str(file) if a == "FILE" else a for a in program.arguments]
    command = [sys.executable, "-W", "error", "-m", "etl", *arguments, "--data", str(store.data)]

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)

    def anew() -> None:
        shutil.rmtree(store.data, ignore_errors=True)
        shutil.copytree(prepared / "data", store.data)

    anew()
    before, start = program.served(store), time.monotonic()
    assert begun().wait() == 0
    whole, after = time.monotonic() - start, program.served(store)
    assert after != before
    chance, moved = random.Random(kills), 0
    for i in range(kills):
        anew()
        with begun() as running:
            # One in each part of the time that it takes, at a random moment of it: the first third is imports.
            time.sleep(whole * (0.3 + 0.7 * (i + chance.random()) / kills))
            running.kill()
            running.wait()
        found = program.served(store)
        assert found in (before, after), f"kill {i}: what is served is neither the old version nor the new one"
        moved += found == after
        assert begun().wait() == 0, f"kill {i}: the same command failed afterwards"
        assert program.served(store) == after and _clean(store), f"kill {i}"
        if name == "load":
            assert equation(store)
    assert moved < kills, "no kill came before the end"
