"""The steward's page: who sees it, what stands on it, and what its buttons do."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, audit, sessions, state
from dashboard.access import Access
from dashboard.components import steward_audit, steward_health
from dashboard.filters import NAMES
from tests.make_warehouse import make_warehouse
from tests.steward_page import ANA, PEOPLE, SAM, come_as, data, said, start

__all__ = ["come_as", "data"]  # the fixtures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steward")
    make_warehouse(folder, 300)
    return folder


def tables(app: AppTest) -> str:
    return " ".join(d.value.to_csv() for d in app.dataframe)


def log_of(app: AppTest) -> Any:
    """The table of the log as it is drawn."""
    (found,) = [d.value for d in app.dataframe if "What" in d.value]
    return found


def tamper(data: Path) -> None:
    with sqlite3.connect(state.path_of(data)) as con:
        con.execute("DROP TRIGGER audit_not_changed")
        con.execute("UPDATE audit SET page = 'data' WHERE number = 1")
    con.close()


# -- who sees it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "sees"), [(access.LOCAL, True), (SAM, True), (ANA, False), (Access("researcher", session="r"), False)]
)
def test_only_stewards_and_this_computer_have_the_page(
    data: Path, root: Path, come_as: Any, reader: Access, sees: bool
) -> None:
    come_as(reader)
    app = AppTest.from_file(str(root / "pages" / "steward.py"), default_timeout=60).run()
    assert ("Steward" in [t.value for t in app.title]) is sees
    assert sees or not (app.dataframe or app.subheader or app.button)
    assert reader.may_open("steward") is sees and not access.PUBLIC.may_open("steward")


def test_it_says_who_may_see_what_and_what_was_loaded(data: Path, root: Path) -> None:
    (data / "people.toml").write_text(PEOPLE)
    app = start(root, "steward")
    text, held = said(app), tables(app)
    assert "Free disk space" in text and "Version 1" in text and "The chain holds" in text
    assert "ana@wick.example,partner,wick_police" in held and "2020-01-01 (over)" in held and "every source" in held
    assert "wick_december.csv" in held and "Every row is accounted for" in text
    assert "Nobody signs in here: these records are served to this computer only" in text
    assert not [s for s in app.selectbox if s.key in NAMES], "it has no filter bar"


def test_without_people_it_says_how_they_are_named(data: Path, root: Path) -> None:
    text = said(start(root, "steward"))
    assert "served to this computer only" in text and "people.toml" in text and "Nobody has signed in yet" in text


def test_a_people_file_that_is_wrong_is_said_without_a_name(data: Path, root: Path) -> None:
    (data / "people.toml").write_text('[people."ana@wick.example"]\nrole = "king"\n')
    text = said(start(root, "steward"))
    assert "person number 1" in text and "ana@" not in text


def test_it_is_there_when_the_warehouse_is_not(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "warehouse").mkdir()
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    text = said(start(root, "steward"))
    assert "cannot be opened" in text and "Audit log" in text


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (75_600_000_000, "75.6 GB")]
)
def test_sizes_are_for_people(n: int, words: str) -> None:
    assert steward_health.size(n) == words


# -- the chain ---------------------------------------------------------------------------------------------------------


def test_a_broken_chain_stands_at_the_top_with_what_to_do(data: Path, root: Path) -> None:
    audit.record(data, audit.THIS_COMPUTER, "view")
    tamper(data)
    app = start(root, "steward")
    (alarm,) = app.error
    assert "broken at row 1" in alarm.value.replace("\\", "") and ":red[" in alarm.value
    assert "`python -m dashboard.audit accept --data DIR`" in alarm.value
    assert "folder `warehouse` as it is" in alarm.value, "the spaces around a command stay"
    order = [e.type for e in app.main if e.type in ("title", "subheader")]
    assert order[0] == "title" and "BROKEN at row 1" in said(app)


def test_a_log_too_long_to_walk_shows_what_the_command_found(
    data: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record(data, audit.THIS_COMPUTER, "view")
    tamper(data)
    audit.verify(data)
    monkeypatch.setattr(steward_audit, "_SOON", 0)
    assert "broken at row 1" in start(root, "steward").error[0].value.replace("\\", "")


def test_the_log_is_found_by_person_and_deed(data: Path, root: Path) -> None:
    audit.record(data, audit.Who("ana@wick.example", "partner"), "export", export=audit.Export("csv", 7, "ab" * 32))
    audit.record(data, audit.Who("bo@fenn.example", "partner"), "view")
    app = start(root, "steward")
    app.selectbox(key="steward_person").select("ana@wick.example").run()
    log = log_of(app)
    assert log["Who"].tolist() == ["ana@wick.example"] and log["Of"].tolist() == ["csv, 7 rows, abababababab"]
    app.selectbox(key="steward_what").select("view").run()
    assert "No row is like that" in said(app)
    app.selectbox(key="steward_person").set_value(None).run()
    assert set(log_of(app)["What"]) == {"Looked at a page"}


def test_a_formula_in_a_row_that_somebody_forced_in_is_inert(data: Path) -> None:
    audit.record(data, audit.THIS_COMPUTER, "view")
    with sqlite3.connect(state.path_of(data)) as con:
        con.execute("DROP TRIGGER audit_not_changed")
        con.execute("UPDATE audit SET person = '=HYPERLINK(1)'")
    con.close()
    assert b"'=HYPERLINK(1)" in steward_audit._file(data, "", "", None)[0]


# -- ending sign-ins ---------------------------------------------------------------------------------------------------


def test_the_button_ends_all_sign_ins_of_a_person_and_says_so_in_the_log(data: Path, root: Path) -> None:
    now = time.time()
    for session in ("one", "two"):
        sessions.seen(data, session, "ana@wick.example", now - 60, now)
    app = start(root, "steward")
    assert "Sign-ins: 2 not ended" in said(app)
    app.selectbox(key="steward_whose").select("ana@wick.example").run()
    app.button(key="steward_end").click().run()
    assert "2 sign-ins of ana@wick.example ended" in said(app)
    assert {s.why for s in sessions.listed(data)} == {"revoked"}
    (row,) = audit.entries(data, what="revoke").rows
    assert (row.person, row.subject) == ("this computer", "ana@wick.example")


def test_the_button_does_nothing_for_who_may_not(data: Path, root: Path, come_as: Any) -> None:
    now = time.time()
    sessions.seen(data, "one", "ana@wick.example", now - 60, now)
    app = start(root, "steward")
    app.selectbox(key="steward_whose").select("ana@wick.example").run()
    come_as(ANA)
    app.button(key="steward_end").click().run()
    assert [s.ended_at for s in sessions.listed(data)] == [None]
    assert audit.entries(data, what="revoke").rows == ()
