"""Segments of the audit log: closed, cut, edited, killed half way, backed up; no row is lost unseen."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import audit
from dashboard.audit import chain, segments
from dashboard.state import StateError
from etl import backup
from etl.store import Store
from tests.audit_rows import ANA, broken, fill, tamper


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def test_a_closed_segment_holds_the_rows_and_the_chain_goes_on(data: Path) -> None:
    fill(data, 5)
    path, rows = audit.rotate(data, ANA)
    assert (path.name, rows) == ("0001.jsonl.gz", 5)
    last = json.loads(gzip.decompress(path.read_bytes()).splitlines()[-1])
    fill(data, 2)
    second, rows = audit.rotate(data, ANA)
    assert (second.name, rows) == ("0002.jsonl.gz", 3)
    assert next(iter(segments.read(second)))["previous"] == last["hash"]
    report = audit.verify(data)
    assert report.holds and report.rows == audit.size(data) == 9
    found = audit.entries(data, closed=True)
    assert [r.number for r in found.rows] == list(range(9, 0, -1)) and not found.more
    assert [r.number for r in audit.entries(data).rows] == [9] and audit.entries(data).more


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def edit(path: Path) -> None:
    rows = list(segments.read(path))
    rows[1]["person"] = "bob"
    segments.write(path, rows)


@pytest.mark.parametrize("change", [Path.unlink, cut, edit], ids=["gone", "cut off", "edited"])
def test_a_segment_that_was_touched_is_found(data: Path, change: Callable[[Path], object]) -> None:
    fill(data, 6, closed=4)
    change(segments.path_of(data, 1))
    assert broken(data) == [(1, "segment")]


def test_an_edited_segment_is_found_although_its_checksum_was_edited_too(data: Path) -> None:
    fill(data, 6, closed=4)
    path = segments.path_of(data, 1)
    edit(path)
    tamper(data, f"UPDATE audit_segments SET file_sha256 = '{segments.sha256(path)}'")
    assert broken(data) == [(2, "changed")]


def test_a_segment_that_the_table_forgot_is_found(data: Path) -> None:
    fill(data, 6, closed=4)
    tamper(data, "DELETE FROM audit_segments")
    assert (1, "missing") in broken(data) and (1, "segment") in broken(data)


def test_a_rotation_that_is_killed_loses_no_row(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(data)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(chain, "append", dies)
        with pytest.raises(KeyboardInterrupt):
            audit.rotate(data, ANA)
    assert segments.numbers(data) == [1], "the file is there already, the rows are still in the table"
    assert audit.verify(data).holds
    audit.record(data, ANA, "view")
    assert audit.rotate(data, ANA)[1] == 7
    assert audit.verify(data).holds


def test_a_broken_chain_is_not_rotated_away(data: Path) -> None:
    fill(data)
    tamper(data, "UPDATE audit SET page = 'data' WHERE number = 3")
    with pytest.raises(StateError, match="broken at row 3"):
        audit.rotate(data, ANA)
    assert segments.numbers(data) == []


def test_a_backup_made_while_rows_are_added_holds(data: Path, tmp_path: Path) -> None:
    (data / "warehouse" / "current.json").write_text(
        json.dumps({"version": 1, "restricted": "restricted-000001.duckdb"})
    )
    staging, restored = tmp_path / "staging", tmp_path / "restored"
    staging.mkdir()
    fill(data, 5, closed=3)
    wanted = list(backup._wanted(Store(data), staging))
    fill(data, 4, closed=2)  # the archive is written meanwhile
    for name, path, _ in wanted:
        (restored / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, restored / name)
    report = audit.verify(restored)
    assert report.holds and report.rows == 6
    assert [r.number for r in audit.entries(restored, closed=True).rows] == [6, 5, 4, 3, 2, 1]
