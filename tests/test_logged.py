"""Commands that change what is kept leave a row in the audit log; those that only look leave none."""

import shutil
from pathlib import Path

import pytest

from dashboard import audit
from etl.__main__ import main
from tests.make_warehouse import make_warehouse


def _rows(data: Path) -> list[str]:
    return [row.what for row in audit.entries(data, limit=100).rows][::-1]


def test_a_release_is_a_row_and_a_look_is_none(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    data = tmp_path / "data"
    make_warehouse(data, n_incidents=3000)
    for command in (["release", "--check"], ["release"], ["release", "--list"]):
        assert main([*command, "--data", str(data)]) == 0, capsys.readouterr().err
    assert _rows(data) == ["release"]
    assert audit.verify(data).holds


def test_a_command_that_was_refused_is_no_row(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    data = tmp_path / "data"
    make_warehouse(data, n_incidents=300)
    assert main(["load", "lapd", str(tmp_path / "none.csv"), "--data", str(data)]) == 1
    capsys.readouterr()
    assert not _rows(data)


def test_a_log_that_cannot_be_written_is_said_and_the_command_stays_done(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    data = tmp_path / "data"
    make_warehouse(data, n_incidents=3000)
    (data / "warehouse" / "state.sqlite").mkdir()
    assert main(["release", "--data", str(data)]) == 0
    said = capsys.readouterr()
    assert "the audit log has no row of it" in said.err
    assert (data / "public" / "current.json").exists()
    shutil.rmtree(data)
