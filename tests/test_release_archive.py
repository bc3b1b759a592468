"""Releases are kept for good: nothing half made is served, nothing that is missing is made up for, nothing leaks."""

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
from etl.status import released
from etl.store import Store
from tests.loader_files import tree
from tests.make_warehouse import make_warehouse

DAY = date(2026, 1, 5)
Said = pytest.CaptureFixture[str]


def release(data: Path, **named: Any) -> str:
    return make_release(Store(data), today=DAY, **named).release


def more_records(data: Path) -> None:
    """Another year of the same county: a new period, so a new release."""
    with duckdb.connect(str(Store(data).database(1))) as connection:
        for table in ("incidents", "victims", "suspects"):
            connection.execute(
                f"insert into {table} select * replace (counted_on + interval 1 year as counted_on, "
                f"'X' || incident_id as incident_id) from {table} where year(counted_on) = 2024"
            )
        connection.execute("update loads set as_of = '2026-04-30'")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one release."""
    data = tmp_path_factory.mktemp("archive") / "data"
    make_warehouse(data, 600)
    assert release(data) == "2026-01-05-1"
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def unreleased(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(
        made / "warehouse", tmp_path / "new" / "warehouse", ignore=shutil.ignore_patterns("releases", "seed")
    )
    return tmp_path / "new"


def content(data: Path) -> dict[str, bytes]:
    """Every file and its bytes; without the audit log, which every command writes to."""
    files = {p.relative_to(data): p for p in sorted(data.rglob("*")) if p.is_file()}
    return {str(n): p.read_bytes() for n, p in files.items() if "audit" not in n.parts and "state.sqlite" not in n.name}


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


def test_status_names_the_newest_release_and_whether_data_have_changed(data: Path, unreleased: Path) -> None:
    def said(folder: Path) -> str:
        return released(Store(folder))

    assert "Nothing is public yet" in said(unreleased)
    assert "Newest release: 2026-01-05-1, of what is loaded now." in said(data)
    shutil.copy(Store(data).database(1), Store(data).database(2))
    (data / "warehouse" / "current.json").write_text('{"version": 2, "restricted": "restricted-000002.duckdb"}')
    assert "Newest release: 2026-01-05-1. What is loaded has changed since" in said(data)


@pytest.mark.parametrize("how", ["missing", "damaged", "of another version"])
def test_a_warehouse_that_cannot_be_read_is_named_with_the_remedy(unreleased: Path, how: str, capsys: Said) -> None:
    path = Store(unreleased).database(1)
    if how == "missing":
        path.unlink()
    elif how == "damaged":
        path.write_bytes(b"no database")
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("update meta set value = '1' where key = 'format'")
    assert main(["release", "--data", str(unreleased)]) == 1
    said = capsys.readouterr().err
    assert "python -m etl rebuild" in said and not (unreleased / "public").exists()


def test_a_trial_publishes_nothing_and_leaves_nothing(unreleased: Path, data: Path, capsys: Said) -> None:
    more_records(data)
    for folder in (unreleased, data):
        before, names = content(folder), set(tree(folder))
        assert main(["release", "--check", "--data", str(folder)]) == 0
        assert "nothing was published" in capsys.readouterr().out
        assert content(folder) == before
        new = set(tree(folder)) - names
        assert not [n for n in new if "audit" not in n and "state.sqlite" not in n]


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


def test_the_public_folder_holds_no_true_count_no_seed_and_no_path(data: Path) -> None:
    more_records(data)
    release(data)
    seed = (data / "warehouse" / "seed").read_text().strip()
    canaries = [seed, str(data), data.name + "/warehouse", "basis", "X1", "load-a", "load-b", "wick_december.csv"]
    canaries += [bytes.fromhex(seed).hex().upper(), str(Path.home())]
    for name, found in content(data / "public").items():
        assert not [c for c in canaries if c.encode() in found], name
    names = [p.name for p in (data / "public").rglob("*") if p.is_file()]
    assert set(names) == {"current.json", "release.json", "public.duckdb"}


def test_the_public_folder_is_enough_for_another_computer(data: Path, tmp_path: Path) -> None:
    from dashboard.warehouse import open_warehouse

    shutil.copytree(data / "public", tmp_path / "host")
    warehouse = open_warehouse(tmp_path / "host", tier="public")
    assert warehouse.catalogue.cubes["incidents"].base == 11
    warehouse.close()


def test_the_list_names_every_release_with_its_policy(data: Path, unreleased: Path, capsys: Said) -> None:
    assert main(["release", "--list", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("2026-01-05-1  policy 1, K 11  incidents by ")
    shutil.rmtree(data / "public")
    assert main(["release", "--list", "--data", str(data)]) == 0
    assert "no release yet" in capsys.readouterr().out


def test_open_says_what_was_published_and_whether_it_is_whole(data: Path, capsys: Said) -> None:
    assert main(["release", "--open", "2026-01-05-1", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "no count from 1 to 10" in said and "sha256" in said and "--release 2026-01-05-1" in said


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_open_refuses_a_damaged_file(data: Path, capsys: Said, harm: str) -> None:
    path = Archive(data).file("2026-01-05-1")
    if harm == "changed":
        with duckdb.connect(str(path)) as connection:
            connection.execute("update incidents set n = n + 1 where rowid = 0")
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.unlink()
    assert main(["release", "--open", "2026-01-05-1", "--data", str(data)]) == 1
    assert "damaged or missing. Restore it from a backup" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["2026-01-05-9", "../../warehouse", "", "2026-01-05-1/.."])
def test_only_ids_of_ours_are_opened(data: Path, capsys: Said, asked: str) -> None:
    code = main(["release", "--open", asked, "--data", str(data)])
    said = capsys.readouterr()
    assert code == 1 and "no release of that id" in said.err


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


def test_a_release_of_the_real_files_is_honest_where_nearly_nothing_can_be_said(
    real_files: Path, tmp_path: Path, capsys: Said
) -> None:
    """Three records of Los Angeles and seventeen of Chicago: totals of all years, no map, and what would help."""
    to = ["--data", str(tmp_path)]
    police = real_files / "police"
    assert main(["load", "lapd", str(police / "lapd" / "Crime_Data_from_2020_to_Present.csv"), *to]) == 0
    assert main(["load", "chicago", str(police / "chicago" / "Crimes_-_2001_to_Present.csv"), *to]) == 0
    capsys.readouterr()
    assert main(["release", *to]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "no map" in said and "more months, or more sources, do" in said
    (one,) = Archive(tmp_path).ids()
    for unit, cube in Archive(tmp_path).about(one)["units"].items():
        assert cube["layer"] is None, unit
    with duckdb.connect(str(Archive(tmp_path).file(one)), read_only=True) as connection:
        assert not connection.execute("select n from incidents where n < 11").fetchall()
        assert dict(connection.execute("from meta").fetchall())["published_elsewhere"] == "chicago,lapd"
