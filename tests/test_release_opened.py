"""The public folder: it leaks nothing, is enough by itself, and what is opened from it is whole or refused."""

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.release.archive import Archive
from tests.release_folder import content, data, made, more_records, release

Said = pytest.CaptureFixture[str]


__all__ = ["data", "made"]  # the fixtures


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
