"""The steward's page: who sees it, what stands on it, what its buttons do, and what the app records of its readers."""

import csv
import hashlib
import io
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from dashboard import access, audit, health, sessions, state
from dashboard.access import Access, Denied
from dashboard.components import figure, gate, notices, recorded, steward_audit, steward_health, taken_away
from dashboard.filters import NAMES
from dashboard.state import StateError
from tests.make_warehouse import make_warehouse
from tests.page_text import captions

PEOPLE = """
[agencies.wick_police]
owns = ["wick_police"]
[people."ana@wick.example"]
role = "partner"
agency = "wick_police"
[people."rui@university.example"]
role = "researcher"
agreement = "MOU-4"
sources = ["wick_police"]
ends = 2020-01-01
[people."sam@county.example"]
role = "steward"
"""
SAM = Access("steward", person="sam@county.example", session="s" * 32)
ANA = Access("partner", person="ana@wick.example", session="a" * 32, agency="wick_police")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steward")
    make_warehouse(folder, 300)
    return folder


@pytest.fixture
def data(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The warehouse, with nothing saved beside it yet."""
    for path in (made / "warehouse").glob("state.sqlite*"):
        path.unlink()
    for path in (made / "warehouse" / "audit").glob("*"):
        path.unlink()
    (made / "people.toml").unlink(missing_ok=True)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    return made


@pytest.fixture
def come_as(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a reader in, as the door would have decided."""

    def come(reader: Access | Denied) -> None:
        monkeypatch.setattr(gate, "decide", lambda note=True: reader)

    return come


def start(root: Path, page: str = "overview", **query: str) -> AppTest:
    app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    if page != "overview":
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.title, *app.subheader, *app.markdown, *app.error, *app.warning, *app.success]
    # Without escapes, and without the mark that keeps an address from becoming a link.
    return " ".join([*(str(p.value) for p in parts), *captions(app)]).replace("\\", "").replace("\u2060", "")


def tables(app: AppTest) -> str:
    return " ".join(d.value.to_csv() for d in app.dataframe)


def log_of(app: AppTest) -> Any:
    """The table of the log as it is drawn."""
    (found,) = [d.value for d in app.dataframe if "What" in d.value]
    return found


def claims_of(email: str) -> dict[str, Any]:
    """What a sign-in of five seconds ago says."""
    claims = {"is_logged_in": True, "email": email, "email_verified": True, "sub": "1"}
    return claims | {"iss": "https://id.example", "iat": time.time() - 5, "nonce": "n1"}


def full(*_: object, **__: object) -> None:
    raise StateError("The disk is full, so nothing can be saved.", "Free some space and try again.")


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


def test_taking_the_log_away_is_a_row_of_it(data: Path) -> None:
    audit.record(data, audit.Who("ana@wick.example", "partner"), "export", export=audit.Export("csv", 7, "ab" * 32))
    content = taken_away.on_click(lambda: steward_audit._file(data, "", "", None))()
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    newest = audit.entries(data).rows[0]
    assert row["number"] == "1" and row["rows"] == "7"
    assert (newest.what, newest.rows, newest.sha256) == ("export", 1, hashlib.sha256(content).hexdigest())


def test_a_file_is_not_made_for_a_sign_in_that_ended_meanwhile(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "people.toml").write_text(PEOPLE)
    claims = claims_of("sam@county.example")
    reader = gate._decide(claims, True)
    assert isinstance(reader, Access)
    monkeypatch.setattr(gate, "current", lambda: reader)
    monkeypatch.setattr(streamlit, "user", SimpleNamespace(to_dict=lambda: claims))
    made = taken_away.on_click(lambda: (b"a,b\n1,2\n", 1))
    assert made() == b"a,b\n1,2\n"
    assert taken_away.on_click(lambda: (b"", 0), only=lambda r: r.role == "partner")().startswith(b"This file was not")
    with monkeypatch.context() as disk:
        disk.setattr(audit, "record", full)
        assert b"could not be recorded" in made() and b"1,2" not in made()
    sessions.end_all(data, "sam@county.example", time.time())
    assert b"sign-in has ended" in made()
    (row,) = audit.entries(data, what="export").rows
    assert (row.person, row.role, row.rows) == ("sam@county.example", "steward", 1)


def test_a_download_of_a_figure_says_the_page_and_its_filters(
    data: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Callable[[], bytes]] = []
    keep = taken_away.on_click

    def kept(*given: Any, **named: Any) -> Callable[[], bytes]:
        made.append(keep(*given, **named))
        return made[-1]

    monkeypatch.setattr(figure, "on_click", kept)
    start(root, "trends", source="Wick Police")
    content = made[-1]()
    row = audit.entries(data).rows[0]
    assert (row.what, row.page, row.format) == ("export", "trends", "csv") and "source=wick_police" in row.filters
    assert row.sha256 == hashlib.sha256(content).hexdigest() and row.rows == content.count(b"\n") - 1


def test_on_the_public_side_a_download_is_a_file_and_nothing_else(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    monkeypatch.setattr(gate, "current", lambda: pytest.fail("nobody is asked who they are"))
    assert taken_away.on_click(lambda: (b"few or none", 1))() == b"few or none"
    assert not state.path_of(data).exists()


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


# -- what is recorded --------------------------------------------------------------------------------------------------


def rows(data: Path) -> list[tuple[str, str, str]]:
    return [(r.what, r.page, r.filters) for r in audit.entries(data).rows[::-1]]


def test_each_change_of_page_or_filters_is_one_row_and_a_rerun_is_none(data: Path, root: Path, come_as: Any) -> None:
    come_as(ANA)
    app = start(root)
    app.run()
    app.run()
    assert len(rows(data)) == 1
    app.switch_page("../pages/data.py").run()
    app.run()
    assert [page for _, page, _ in rows(data)] == ["overview", "data"]
    app.selectbox(key="to").select_index(3).run()
    app.run()
    assert [page for _, page, _ in rows(data)] == ["overview", "data", "data"]
    assert rows(data)[1][2] != rows(data)[2][2]
    row = audit.entries(data).rows[0]
    assert (row.person, row.role, row.agency) == ("ana@wick.example", "partner", "wick_police")


def test_a_view_of_the_map_says_its_question(data: Path, root: Path) -> None:
    start(root, "map", ask="Where are reports dense?")
    assert rows(data)[-1][1] == "map" and rows(data)[-1][2].endswith("ask=dense")


def test_a_named_reader_sees_nothing_that_could_not_be_recorded(
    data: Path, root: Path, come_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_as(ANA)
    monkeypatch.setattr(audit, "record", full)
    before = health.refused_runs.value
    app = start(root)
    assert "Nothing is shown, because it could not be recorded" in said(app) and "disk is full" in said(app)
    assert not app.get("plotly_chart") and not app.dataframe and not app.title
    assert health.refused_runs.value == before + 1


def test_on_this_computer_alone_a_notice_says_that_nothing_is_recorded(
    data: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "record", full)
    monkeypatch.setattr(notices, "fictional_or_restricted", lambda _: None)
    app = start(root, "steward")
    assert app.title and "is not being recorded" in app.warning[0].value
    assert not start(root).warning, "nothing of a fictional sample needs a record"


def test_the_public_process_records_nobody(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    monkeypatch.setattr(audit, "record", lambda *_, **__: pytest.fail("the public process has no log"))
    assert recorded.view("overview", None, access.PUBLIC)
    assert not state.path_of(data).exists()


def test_a_refusal_is_one_row_however_often_it_is_tried(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_refused", {})
    for _ in range(5):
        recorded.denied("eve@elsewhere.example", "not on the list")
    recorded.denied("", "not allowed")
    found = [(r.what, r.person, r.subject) for r in audit.entries(data).rows[::-1]]
    assert found == [("denied", "eve@elsewhere.example", "not-on-the-list"), ("denied", "unnamed", "not-allowed")]
    monkeypatch.setattr(audit, "record", full)
    recorded.denied("mallory@elsewhere.example", "idle")


@pytest.mark.parametrize(("offered", "why"), [("none", "nobody-signs-in"), ("unreadable", "settings-unreadable")])
def test_a_refusal_where_nobody_can_sign_in_is_a_row_too(
    data: Path, monkeypatch: pytest.MonkeyPatch, offered: str, why: str
) -> None:
    monkeypatch.setattr(recorded, "_refused", {})
    monkeypatch.setattr(gate, "provider", lambda: offered)
    monkeypatch.setattr(gate, "forwarded", lambda: True)
    for note in (False, True, True):
        assert isinstance(gate.decide(note), Denied)
    assert [(r.what, r.person, r.subject) for r in audit.entries(data).rows] == [("denied", "unnamed", why)]


def test_strangers_cannot_fill_the_disk(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_refused", {})
    monkeypatch.setattr(recorded, "_MOST_REFUSED", 5)
    for i in range(20):
        recorded.denied(f"eve{i}@elsewhere.example", "not on the list")
    assert audit.size(data) == 5


def test_signing_in_and_out_is_recorded(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "people.toml").write_text(PEOPLE)
    claims = claims_of("sam@county.example")
    for _ in range(3):
        assert isinstance(gate._decide(claims, True), Access)
    gate.end(claims)
    gate.end(claims)
    assert isinstance(gate._decide(claims, True), Denied)
    assert [(r.what, r.person, r.role) for r in audit.entries(data).rows[::-1]] == [
        ("login", "sam@county.example", "steward"),
        ("logout", "sam@county.example", ""),
        ("denied", "sam@county.example", ""),
    ]


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (75_600_000_000, "75.6 GB")]
)
def test_sizes_are_for_people(n: int, words: str) -> None:
    assert steward_health.size(n) == words
