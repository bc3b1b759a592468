"""The audit log: rows are only added, the chain shows every change, several processes keep one."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import audit, state
from dashboard.audit import chain, head
from dashboard.audit.__main__ import main as command
from tests.audit_rows import ANA, NOON, broken, fill, tamper
from tests.conftest import ROOT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


# -- only added --------------------------------------------------------------------------------------------------------

CHANGES = (
    "UPDATE audit SET page = 'data' WHERE number = 2",
    "DELETE FROM audit WHERE number = 2",
    "DELETE FROM audit",
    "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2",
    "INSERT INTO audit SELECT 9, at, clock_back, person, role, agency, what, page, filters, left_out, subject, format, "
    "rows, sha256, previous, hash FROM audit WHERE number = 2",
    "UPDATE audit_segments SET hash = 'x'",
    "DELETE FROM audit_segments",
    "INSERT INTO audit_segments VALUES (7, 1, 99, 'x', 'x')",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_file_refuses_a_change(data: Path, statement: str) -> None:
    fill(data, 8, closed=3)
    statement = statement.replace("number = 2", "number = 6")
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"never|only when|at the end"),
        sqlite3.connect(state.path_of(data)) as con,
    ):
        con.execute(statement)
    con.close()
    assert audit.verify(data).holds


def test_a_clock_that_goes_back_keeps_the_order_and_is_noted(data: Path) -> None:
    for minutes in (0, 5, -600, -599, 7):
        audit.record(data, ANA, "view", now=NOON + timedelta(minutes=minutes))
    rows = audit.entries(data).rows[::-1]
    assert [r.number for r in rows] == [1, 2, 3, 4, 5]
    assert [r.clock_back for r in rows] == [0, 0, 1, 0, 0]
    assert audit.verify(data).holds


def write_at_once(data: Path, *programs: tuple[str, ...]) -> list[int]:
    """Real processes that all begin at the same moment. Returns their exit codes."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.audit_writer", str(data), *arguments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for arguments in programs
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in running:
        process.communicate("go\n", timeout=60)
    return [process.returncode for process in running]


def test_processes_that_write_at_once_keep_one_chain(data: Path) -> None:
    assert write_at_once(data, *((f"p{i}", "40") for i in range(3))) == [0, 0, 0]
    report = audit.verify(data)
    assert report.holds and report.rows == 120
    people = [r.person for r in audit.entries(data).rows]
    assert {p: people.count(p) for p in people} == {"p0": 40, "p1": 40, "p2": 40}
    kept = head.read(data)
    assert kept is not None and (kept.number, kept.hash) == (120, report.end.hash)


def test_a_process_that_dies_before_the_head_record_breaks_nothing(data: Path) -> None:
    assert write_at_once(data, ("p", "7", "die")) == [9]
    assert head.read(data) == replace(audit.verify(data).end, number=6, hash=audit.entries(data).rows[1].hash)
    assert audit.verify(data).holds
    audit.record(data, ANA, "view")
    assert head.read(data) == audit.verify(data).end


def test_recording_takes_less_than_five_milliseconds(data: Path) -> None:
    """On a computer that is busy with other things, about as long as two changes of the file that say nothing."""

    def quickest(act: Callable[[], object]) -> float:
        took = []
        for _ in range(60):
            began = time.perf_counter()
            act()
            took.append(time.perf_counter() - began)
        return min(took)

    audit.record(data, ANA, "view")
    state.write(data, lambda con: con.execute("CREATE TABLE plain (n INTEGER)"))
    plain = quickest(lambda: state.write(data, lambda con: con.execute("INSERT INTO plain VALUES (1)")))
    recorded = quickest(lambda: audit.record(data, ANA, "view", page="map", filters={"from": ["2024-01"]}))
    assert recorded < max(0.005, 5 * plain)


# -- a broken chain ----------------------------------------------------------------------------------------------------

TAMPERED: tuple[tuple[str, tuple[str, ...], list[tuple[int, str]]], ...] = (
    ("a field", ("UPDATE audit SET person = 'bob' WHERE number = 3",), [(3, "changed")]),
    ("the hash", (f"UPDATE audit SET hash = '{'0' * 64}' WHERE number = 3",), [(3, "changed"), (4, "unlinked")]),
    ("a type", ("UPDATE audit SET page = x'00ff' WHERE number = 3",), [(3, "changed")]),
    ("a row taken out", ("DELETE FROM audit WHERE number = 3",), [(3, "missing")]),
    ("the end cut off", ("DELETE FROM audit WHERE number > 4",), [(5, "head")]),
    ("everything", ("DELETE FROM audit",), [(1, "head")]),
    ("the table", ("DROP TABLE audit", "DROP TABLE audit_segments"), [(1, "missing")]),
)  # fmt: skip


@pytest.mark.parametrize(("change", "statements", "expected"), TAMPERED, ids=[t[0] for t in TAMPERED])
def test_what_was_changed_is_found_and_named_by_its_number(
    data: Path, capsys: pytest.CaptureFixture[str], change: str, statements: tuple[str, ...], expected: list[object]
) -> None:
    fill(data)
    assert audit.verify(data).holds
    tamper(data, *statements)
    assert broken(data) == expected
    capsys.readouterr()
    assert command(["verify", "--data", str(data)]) == 1
    said = capsys.readouterr()
    assert f"BROKEN at row {audit.verify(data).breaks[0].number}:" in said.err and said.out == ""
    assert "bob" not in said.err and "ana@" not in said.err and str(data) not in said.err


def test_a_row_rewritten_with_a_new_hash_is_found_at_the_next_one(data: Path) -> None:
    fill(data)
    row = dict(audit.entries(data).rows[3].__dict__) | {"person": "bob"}
    tamper(data, f"UPDATE audit SET person = 'bob', hash = '{chain.digest(row)}' WHERE number = 3")
    assert broken(data) == [(4, "unlinked")]


def test_a_chain_rewritten_to_its_end_is_found_by_the_head_record_and_by_a_head_noted_elsewhere(data: Path) -> None:
    fill(data)
    noted = audit.verify(data).end
    rewrite(data, "bob")
    assert broken(data) == [(6, "head")]
    audit.record(data, ANA, "view")
    assert broken(data) == [(6, "head")], "a new row does not hide it"
    head.write(data, audit.verify(data).end)
    assert audit.verify(data).holds, "whoever replaces everything is not seen from inside"
    assert [(b.number, b.why) for b in audit.verify(data, noted).breaks] == [(6, "known")]


def rewrite(data: Path, person: str) -> None:
    """Put somebody else into row 3 and make every hash from there on fit."""
    rows = [dict(r.__dict__) for r in audit.entries(data).rows[::-1]]
    statements, before = [], chain.GENESIS
    for row in rows:
        row |= {"previous": before} | ({"person": person} if row["number"] == 3 else {})
        row["hash"] = before = chain.digest(row)
        values = f"person = '{row['person']}', previous = '{row['previous']}', hash = '{row['hash']}'"
        statements.append(f"UPDATE audit SET {values} WHERE number = {row['number']}")
    tamper(data, *statements)


def test_a_head_record_that_is_gone_is_missed_and_not_made_again(data: Path) -> None:
    fill(data)
    (data / "warehouse" / "audit" / "head.json").unlink()
    audit.record(data, ANA, "view")
    assert broken(data) == [(7, "head")]
    (data / "warehouse" / "audit" / "head.json").write_text("{}")
    audit.record(data, ANA, "view")
    assert broken(data) == [(8, "head")]


def test_a_state_file_that_was_set_aside_leaves_a_trace(data: Path) -> None:
    fill(data)
    for path in (data / "warehouse").glob("state.sqlite*"):
        path.unlink()
    assert broken(data) == [(1, "missing")]
    audit.record(data, ANA, "view")
    assert broken(data) == [(2, "head")]


def test_an_accepted_break_stays_in_the_log_and_the_chain_goes_on(data: Path) -> None:
    fill(data)
    tamper(data, "UPDATE audit SET page = 'data' WHERE number = 3", "DELETE FROM audit WHERE number = 6")
    assert broken(data) == [(3, "changed"), (6, "head")]
    assert command(["accept", "--data", str(data)]) == 0
    report = audit.verify(data)
    assert report.holds and report.accepted == 1
    assert [r.subject for r in audit.entries(data, what="accept").rows] == ["row-6:head", "row-3:changed"]
    tamper(data, "UPDATE audit SET page = 'data' WHERE number = 4")
    assert broken(data) == [(4, "changed")], "another break is another"
