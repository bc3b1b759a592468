"""What the app records of its readers: views, files taken away, refusals, signing in and out."""

import csv
import hashlib
import io
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit

from dashboard import access, audit, health, sessions, state
from dashboard.access import Access, Denied
from dashboard.components import figure, gate, notices, recorded, steward_audit, taken_away
from dashboard.state import StateError
from tests.make_warehouse import make_warehouse
from tests.steward_page import ANA, PEOPLE, come_as, data, said, start

__all__ = ["come_as", "data"]  # the fixtures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    make_warehouse(folder, 300)
    return folder


def claims_of(email: str) -> dict[str, Any]:
    """What a sign-in of five seconds ago says."""
    claims = {"is_logged_in": True, "email": email, "email_verified": True, "sub": "1"}
    return claims | {"iss": "https://id.example", "iat": time.time() - 5, "nonce": "n1"}


def full(*_: object, **__: object) -> None:
    raise StateError("The disk is full, so nothing can be saved.", "Free some space and try again.")


# -- files taken away --------------------------------------------------------------------------------------------------


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


# -- views -------------------------------------------------------------------------------------------------------------


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


# -- the door ----------------------------------------------------------------------------------------------------------


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
