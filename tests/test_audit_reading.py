"""The audit log is read by person, deed and day, and by a command that says what is wrong."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard import audit, state
from dashboard.audit.__main__ import main as command
from tests.audit_rows import ANA, NOON, fill, tamper


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def test_rows_are_found_by_person_by_deed_and_by_day(data: Path) -> None:
    bob = audit.Who("bob@fenn.example", "steward")
    for i, (who, what) in enumerate([(ANA, "view"), (bob, "view"), (bob, "export"), (ANA, "export")]):
        audit.record(data, who, what, now=NOON + timedelta(days=i))
    numbers = lambda **asked: [r.number for r in audit.entries(data, **asked).rows]  # noqa: E731
    assert numbers(person="bob@fenn.example") == [3, 2]
    assert numbers(what="export") == [4, 3]
    assert numbers(day=date(2026, 3, 2)) == [2]
    assert numbers(person="bob@fenn.example", what="export", day=date(2026, 3, 2)) == []
    assert numbers(limit=1) == [4] and audit.entries(data, limit=1).more
    assert audit.persons(data) == ("ana@wick.example", "bob@fenn.example")


def test_nothing_recorded_yet_is_no_break(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.entries(data).rows == () and audit.size(data) == 0 and audit.last_verified(data) is None
    assert command(["verify", "--data", str(data)]) == 0
    assert list((data / "warehouse").iterdir()) == [], "reading creates nothing"
    assert "0 rows" in capsys.readouterr().out


def test_a_file_from_before_the_log_is_read_as_an_empty_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(state, "STEPS", state.STEPS[:1])
        state.write(data, lambda con: None)
    assert audit.verify(data).holds and audit.entries(data).rows == ()
    fill(data, 1)
    assert audit.size(data) == 1


def test_the_last_result_is_kept(data: Path) -> None:
    fill(data)
    audit.verify(data, now=NOON)
    assert audit.last_verified(data) == audit.LastVerified("2026-03-01T12:00:00.000Z", 6, 0)
    tamper(data, "UPDATE audit SET page = 'data' WHERE number = 3")
    audit.verify(data)
    found = audit.last_verified(data)
    assert found is not None and found.broken_at == 3


def test_the_command_shows_rotates_and_holds_a_head_against_the_chain(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(data, 3)
    command(["verify", "--data", str(data)])
    noted = capsys.readouterr().out.split()[-1]
    assert command(["rotate", "--data", str(data)]) == 0
    assert command(["verify", "--data", str(data), "--known", noted]) == 0
    wrong = noted[:-1] + ("0" if noted[-1] != "0" else "1")
    assert command(["verify", "--data", str(data), "--known", wrong]) == 1
    capsys.readouterr()
    assert command(["show", "--data", str(data), "--limit", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["4", "3"]


def test_the_command_says_what_is_wrong_in_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["show", "--data", str(data / "elsewhere")]) == 1
    assert "no warehouse" in capsys.readouterr().err
    assert command(["rotate", "--data", str(data)]) == 1
    assert "no row" in capsys.readouterr().err
    state.path_of(data).write_bytes(b"marmalade " * 1000)
    assert command(["verify", "--data", str(data)]) == 1
    assert "damaged" in capsys.readouterr().err
    for wrong in (["verify", "--known", "x"], ["show", "--limit", "0"], ["show", "--day", "soon"]):
        with pytest.raises(SystemExit) as ended:
            command([*wrong, "--data", str(data)])
        assert ended.value.code == 2
