"""Releases are kept for good: nothing half made is served, and nothing that is missing is made up for."""

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.__main__ import main
from etl.release import archive as archives
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.make import make_release
from etl.release.public_file import digest_of
from etl.schema import SourceError
from etl.store import Store
from tests.loader_files import tree
from tests.release_folder import DAY, content, data, made, more_records, release, unreleased

Said = pytest.CaptureFixture[str]


__all__ = ["data", "made", "unreleased"]  # the fixtures


def test_ids_count_up_within_a_day_and_every_release_is_kept(data: Path) -> None:
    first = content(data / "public" / "releases")
    more_records(data)
    assert release(data) == "2026-01-05-2"
    archive = Archive(data)
    assert archive.ids() == ["2026-01-05-1", "2026-01-05-2"]
    assert archive.pointer()["public"] == "releases/2026-01-05-2/public.duckdb"
    now = content(data / "public" / "releases")
    assert {name: now[name] for name in first} == first
    assert archive.new_id("2026-01-05") == "2026-01-05-3" and archive.new_id("2026-01-06") == "2026-01-06-1"


def test_the_clock_may_go_backwards(data: Path) -> None:
    more_records(data)
    assert make_release(Store(data), today=date(2019, 3, 1)).release == "2019-03-01-1"
    assert Archive(data).ids() == ["2026-01-05-1", "2019-03-01-1"]
    assert make_release(Store(data), today=DAY).already


def test_nothing_changed_means_no_new_release(data: Path, capsys: Said) -> None:
    before = content(data)
    assert main(["release", "--data", str(data)]) == 0
    assert "Nothing has changed since release 2026-01-05-1" in capsys.readouterr().out
    assert content(data) == before


def test_a_refused_release_leaves_nothing(unreleased: Path) -> None:
    with duckdb.connect(str(Store(unreleased).database(1))) as connection:
        connection.execute("delete from incidents; delete from victims; delete from suspects")
    with pytest.raises(SourceError, match="nothing to release"):
        release(unreleased)
    assert not (unreleased / "public").exists() and not (unreleased / "warehouse" / "releases").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
def test_only_the_owner_reads_the_seed_and_it_is_made_once(data: Path) -> None:
    seed = data / "warehouse" / "seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    before = seed.read_bytes()
    more_records(data)
    release(data)
    assert seed.read_bytes() == before and len(before.strip()) == 64


@pytest.mark.parametrize(
    ("harm", "remedy"),
    [
        (lambda d: (d / "warehouse" / "seed").unlink(), "backup"),
        (lambda d: (d / "warehouse" / "seed").write_text("ab"), "backup"),
        (lambda d: (d / "warehouse" / "releases" / "2026-01-05-1" / "basis.json").unlink(), "backup"),
        (lambda d: (d / "warehouse" / "releases" / "2026-01-05-1" / "cells-victims.parquet").unlink(), "backup"),
        (lambda d: spoil(d / "warehouse" / "releases" / "2026-01-05-1" / "cells-incidents.parquet"), "backup"),
        (lambda d: shutil.rmtree(d / "warehouse" / "releases"), "backup"),
        (lambda d: shutil.rmtree(d / "public"), "backup"),
        (lambda d: (d / "public" / "releases" / "2026-01-05-1" / "release.json").write_text("{}"), "backup"),
        (lambda d: (d / "public" / "current.json").write_text("{"), "Delete it"),
    ],
)
def test_what_is_missing_is_never_made_up_for(data: Path, harm: Callable[[Path], Any], remedy: str) -> None:
    """Begun anew beside what is public, the same people would be rounded a second time."""
    more_records(data)
    harm(data)
    before = content(data)
    with pytest.raises(SourceError, match=remedy):
        release(data)
    assert content(data) == before


def spoil(path: Path) -> None:
    old = bytearray(path.read_bytes())
    old[len(old) // 2] ^= 1
    path.write_bytes(old)


def test_a_lost_pointer_is_made_again_from_the_releases(data: Path) -> None:
    more_records(data)
    release(data)
    pointer = json.loads((data / "public" / "current.json").read_text())
    (data / "public" / "current.json").unlink()
    assert make_release(Store(data), today=DAY).already
    assert json.loads((data / "public" / "current.json").read_text()) == pointer


class Stopped(BaseException):
    """Stands for the end of the process: no handler of the program knows it."""


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("first", [True, False])
def test_stopped_at_a_step_the_old_release_is_served(
    unreleased: Path, data: Path, monkeypatch: pytest.MonkeyPatch, first: bool, every: int
) -> None:
    """A rename, write or flush of the release is the last thing that the process does: each of the last twelve."""
    data = unreleased if first else data
    text = policies.DEFAULT.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    (data / "policy.toml").write_text(text[: text.index("[units.victims]")])  # one cube is enough, and faster
    if not first:
        more_records(data)
    start = Path(shutil.copytree(data, data.with_name("start")))
    old = Archive(start).ids()
    new = [*old, f"2026-01-05-{len(old) + 1}"]
    with monkeypatch.context() as patched:
        count = dying(patched, 1000)
        assert release(data) == new[-1]
    moved = []
    for step in [*range(1, count[0] - 12, every), *range(count[0] - 11, count[0] + 1)]:
        shutil.rmtree(data)
        shutil.copytree(start, data)
        with monkeypatch.context() as patched, pytest.raises(Stopped):
            dying(patched, step)
            release(data)
        now = Archive(data).ids()
        assert now in (old, new)
        for one in now:
            assert Archive(data).file(one).is_file() and Archive(data).about(one)
        moved.append(now == new)
        assert release(data) == new[-1]
        assert not [p for p in tree(data) if "/." in p or ".partial" in p]
        assert len(list((data / "public" / "releases").iterdir())) == len(new)
    assert not moved[0] and moved == sorted(moved)


STEPS: tuple[tuple[Any, str], ...] = (
    (os, "replace"),
    (Path, "rename"),
    (Path, "mkdir"),
    (Path, "write_text"),
    (archives, "flush"),
    (archives, "write_json"),
    (archives, "write_secret"),
    (shutil, "rmtree"),
    (duckdb, "connect"),
)


def dying(patched: pytest.MonkeyPatch, step: int) -> list[int]:
    count = [0]

    def at(inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            count[0] += 1
            if count[0] >= step:  # nothing after it is done either, as when the process is gone
                raise Stopped
            return inner(*args, **named)

        return call

    for module, name in STEPS:
        patched.setattr(module, name, at(getattr(module, name)))
    return count


def test_another_process_at_another_time_makes_the_same_rows(unreleased: Path, made: Path, root: Path) -> None:
    shutil.copy(made / "warehouse" / "seed", unreleased / "warehouse" / "seed")
    command = [sys.executable, "-W", "error", "-m", "etl", "release", "--data", str(unreleased)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    (one,), (other,) = Archive(made).ids(), Archive(unreleased).ids()
    assert one != other
    assert Archive(made).about(one)["rows_sha256"] == Archive(unreleased).about(other)["rows_sha256"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.full)])
def test_killed_at_any_time_a_whole_release_is_served(data: Path, root: Path, kills: int) -> None:
    """SIGKILL from outside, at moments that nobody chose; then the same command once more."""
    more_records(data)
    start = Path(shutil.copytree(data, data.with_name("start")))
    command = [sys.executable, "-W", "error", "-m", "etl", "release", "--data", str(data)]
    begin = time.monotonic()
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    whole, old, chance = time.monotonic() - begin, Archive(start).ids(), random.Random(kills)
    expected = {i: Archive(data).about(i)["rows_sha256"] for i in Archive(data).ids()}
    last = Archive(data).ids()[-1]
    served = 0
    for kill in range(kills):
        shutil.rmtree(data)
        shutil.copytree(start, data)
        with subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL) as running:
            time.sleep(whole * (0.3 + 0.7 * (kill + chance.random()) / kills))  # the first third is imports
            running.kill()
            running.wait()
        now = Archive(data).ids()
        assert now[: len(old)] == old and len(now) <= len(old) + 1, f"kill {kill}"
        for one in now:
            assert digest_of(Archive(data).file(one)) == Archive(data).about(one)["rows_sha256"], f"kill {kill}"
        served += now == old
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        assert Archive(data).about(Archive(data).ids()[-1])["rows_sha256"] == expected[last], f"kill {kill}"
        left = [n for n in tree(data) if Path(n).name.startswith((".2", ".staging")) or ".partial" in n]
        assert not left and len(list((data / "public" / "releases").iterdir())) == len(old) + 1, f"kill {kill}"
    assert served, "no kill came before the end"
