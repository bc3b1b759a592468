"""The audit log: rows are only added, the chain shows every change, several processes keep one, no text gets in."""

import gzip
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import audit, state
from dashboard.audit import chain, entry, head, segments
from dashboard.audit.__main__ import main as command
from dashboard.catalogue import AreaGroup
from dashboard.filters import DATE_BASIS, NAMES, Filters
from dashboard.questions import LABELS
from dashboard.state import StateError
from etl import backup
from etl.store import Store
from tests.conftest import ROOT

ANA = audit.Who("ana@wick.example", "partner", "wick_police")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def fill(data: Path, rows: int = 6, closed: int = 0) -> None:
    """Rows a minute apart, a segment closed after the first `closed` of them."""
    for i in range(rows):
        audit.record(data, ANA, "view", page="map", now=NOON + timedelta(minutes=i))
        if i + 1 == closed:
            audit.rotate(data, ANA, now=NOON + timedelta(minutes=i))


def tamper(data: Path, *statements: str) -> None:
    """What somebody does who can write to the file and knows SQL: the triggers are gone first."""
    with sqlite3.connect(state.path_of(data)) as con:
        for (name,) in con.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            con.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            con.execute(statement)
    con.close()


def broken(data: Path) -> list[tuple[int, str]]:
    return [(b.number, b.why) for b in audit.verify(data).breaks]


# -- what a row says ---------------------------------------------------------------------------------------------------


def test_a_row_says_who_when_what_and_which_view(data: Path) -> None:
    filters = Filters(date(2024, 1, 1), date(2025, 12, 1), sources=("wick_police",), areas=(("district", "D1"),))
    sha = "ab" * 32
    done = audit.Export("csv", 120, sha)
    audit.record(data, ANA, "export", page="map", filters=audit.link(filters, "dense"), export=done, now=NOON)
    (row,) = audit.entries(data).rows
    assert (row.number, row.at, row.clock_back) == (1, "2026-03-01T12:00:00.000Z", 0)
    assert (row.person, row.role, row.agency, row.what, row.page) == (
        *("ana@wick.example", "partner", "wick_police"),
        *("export", "map"),
    )
    said = "from=2024-01&to=2025-12&source=wick_police&area=district%3AD1&unit=incidents&date=reported&ask=dense"
    assert row.filters == said
    assert (row.format, row.rows, row.sha256, row.left_out) == ("csv", 120, sha, 0)


def test_the_grammar_covers_every_filter_and_every_question() -> None:
    assert list(entry.GRAMMAR) == [*NAMES, "ask"]
    assert all(entry.GRAMMAR["ask"](question) for question in LABELS)
    assert all(entry.GRAMMAR["date"](basis) for basis in DATE_BASIS)


def test_a_named_group_is_its_id_because_its_name_is_text(data: Path) -> None:
    group = AreaGroup(id="k3m9", name="Motel where Jane Doe was found", members=(("district", "D1"),))
    assert audit.link(Filters(areas=(group,)))["area"] == ["group:k3m9"]


HOSTILE = (
    "Jane Doe, 14",
    "<script>alert(1)</script>",
    "'; DROP TABLE audit; --",
    '=HYPERLINK("http://x")',
    "a\nb\x00c",
    "\u202e" + "x" * 400,
    "../../etc/passwd",
    "\ud800",
    "é" * 5000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_gets_into_no_field(data: Path, text: str) -> None:
    who = audit.Who(text, text, text)
    everything = {name: [text, text] for name in (*entry.GRAMMAR, text)}
    audit.record(data, who, "export", page=text, filters=everything, subject=text, export=audit.Export(text, 3, text))
    (row,) = audit.entries(data).rows
    assert re.fullmatch(r"sha256:[0-9a-f]{16}", row.person) or row.person == text.removeprefix("=") == text
    assert (row.role, row.page, row.filters, row.format, row.sha256) == ("", "", "", "", "")
    assert row.left_out >= 2 * len(entry.GRAMMAR)
    if text not in (row.person, row.agency):
        raw = b"".join(p.read_bytes() for p in (data / "warehouse").rglob("*") if p.is_file())
        assert text.encode("utf-8", "surrogatepass") not in raw
    assert audit.verify(data).holds


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*entry.GRAMMAR, "q", "sql"]), st.lists(st.text(max_size=80), max_size=4)))
def test_whatever_a_link_says_only_codes_are_kept(filters: dict[str, list[str]]) -> None:
    made = entry.declared(ANA, "view", "map", filters, "", None)
    assert re.fullmatch(r"[\w.%=&+-]*", made["filters"], flags=re.ASCII) and len(made["filters"]) <= entry.LONGEST_LINK
    assert made["filters"].count("=") + made["left_out"] == sum(map(len, filters.values()))


def test_a_long_choice_is_cut_and_the_cut_is_counted(data: Path) -> None:
    audit.record(data, ANA, "view", filters={"area": [f"tract:T{i}" for i in range(500)]})
    (row,) = audit.entries(data).rows
    assert row.filters.count("area=") + row.left_out == 500
    assert len(row.filters) <= entry.LONGEST_LINK


def test_what_is_not_declared_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="not declared"):
        audit.record(data, ANA, "peeked")
    assert audit.size(data) == 0


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


# -- segments ----------------------------------------------------------------------------------------------------------


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


# -- reading -----------------------------------------------------------------------------------------------------------


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
