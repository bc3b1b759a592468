"""The door in the app: every role on every page, and what closes it on any run."""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard import people, sessions
from dashboard.access import Access
from tests.people_file import FILE, claims, decide


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.make_warehouse import make_warehouse

    folder = tmp_path_factory.mktemp("access")
    make_warehouse(folder, 300)
    return folder


@pytest.fixture
def enter(made: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Open a page as somebody, with a sign-in service set up; None is nobody."""
    from streamlit.testing.v1 import AppTest

    from dashboard.components import gate

    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    monkeypatch.setattr(gate, "provider", lambda: ("default",))
    ends = date.today() + timedelta(days=30)
    text = FILE.replace("2026-11-21", f"{ends}").replace("2026-12-31", f"{ends}")
    (made / people.FILE).write_text(text)

    def open_page(email: str | None, **query: list[str]) -> AppTest:
        app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
        app.user = {"is_logged_in": False}
        if email is not None:
            app.user = {**claims(email, nonce=os.urandom(8).hex()), "iat": time.time(), "is_logged_in": True}
        app.query_params.update(query)
        app.run()
        assert not app.exception
        return app

    return open_page


# -- every role on every page ------------------------------------------------------------------------------------------

PAGES = sorted(page.stem for page in (Path(__file__).resolve().parent.parent / "pages").glob("*.py"))
SEES = {  # the sources whose records each of them may be shown, None: nothing at all
    None: None,
    "mallory@wick.example": None,
    "ana@wick.example": {"wick_police"},
    "ben@fenn.example": {"wick_police", "fenn_sheriff"},
    "cara@shelter.example": set(),
    "dan@uni.example": {"fenn_sheriff"},
    "eve@wick.example": {"wick_police", "fenn_sheriff"},
}
TITLES = {"wick_police": "Wick Police", "fenn_sheriff": "Fenn Sheriff"}


def sent(app: Any) -> bytes:
    """All that the page sent to the browser."""
    protos: list[Any] = [getattr(element, "proto", None) for element in app._tree]
    return b"".join(proto.SerializeToString() for proto in protos if hasattr(proto, "SerializeToString"))


STEWARD_ONLY = {"steward"}
UNFILTERED = {"present", "services"}  # briefings have filters of their own; totals know years only
EXPORTS_RECORDS = {"dan@uni.example"}


@pytest.mark.parametrize("email", SEES, ids=str)
def test_every_role_on_every_page(enter: Callable[..., Any], root: Path, email: str | None) -> None:
    """For each cell: which sources can be chosen, and that nothing sent to the browser speaks of another."""
    app, sees = enter(email), SEES[email]
    for page in PAGES:
        if page in STEWARD_ONLY and email != "eve@wick.example":
            with pytest.raises(ValueError, match="Could not find"):
                app.switch_page(f"../pages/{page}.py")
            continue
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception, page
        offered = [w for w in app.multiselect if w.key == "source"]
        drawn = sent(app)
        assert {s for s in TITLES if TITLES[s].encode() in drawn or s.encode() in drawn} <= (sees or set()), page
        if sees is None:
            assert not offered and not app.get("plotly_chart") and not app.get("arrow_data_frame"), page
            assert app.title[0].value == "Sign in" if email is None else "not on the list" in app.subheader[0].value
        elif page in STEWARD_ONLY:
            assert b"dan@uni.example" in drawn and not offered
        elif page in UNFILTERED:
            assert app.title and not offered, page
        else:
            assert {x for x in TITLES.values() if x in offered[0].options} == {TITLES[s] for s in sees}, page


@pytest.mark.parametrize("email", [None, "mallory@wick.example", "ana@wick.example", "dan@uni.example"], ids=str)
def test_the_stewards_page_says_nothing_to_others_even_run_by_itself(
    enter: Callable[..., Any], root: Path, email: str | None
) -> None:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(root / "pages" / "steward.py"), default_timeout=60)
    app.user = enter(email).user
    app.run()
    assert not app.exception and b"eve@" not in sent(app)


@pytest.mark.parametrize("email", [email for email in SEES if email], ids=str)
def test_every_role_and_the_export_of_records(email: str) -> None:
    found = decide(claims(email))
    assert (isinstance(found, Access) and found.may_export_records) == (email in EXPORTS_RECORDS)


# -- on every run ------------------------------------------------------------------------------------------------------


def shut(app: Any) -> str:
    """Why nothing is shown."""
    assert not [w for w in app.multiselect if w.key == "source"] and not app.get("plotly_chart")
    return str(app.subheader[0].value.replace("\\", ""))


def shown(app: Any) -> bool:
    return any(w.key == "source" for w in app.multiselect)


def test_removing_somebody_ends_the_session_at_the_next_click_and_for_good(
    enter: Callable[..., Any], made: Path
) -> None:
    app = enter("ana@wick.example")
    assert shown(app)
    file = made / people.FILE
    before = file.read_text()
    file.write_text(before.replace("Ana@", "Someone.else@"))
    assert "not on the list" in shut(app.run())
    file.write_text(before + "\n")
    assert "has ended" in shut(app.run())


def test_ended_by_the_steward_it_stops_at_the_next_click(enter: Callable[..., Any], made: Path) -> None:
    app = enter("ben@fenn.example")
    sessions.end_all(made, "ben@fenn.example", time.time() + 1)
    assert "has ended" in shut(app.run())
    for file in (made / "warehouse").glob("state.sqlite*"):
        file.unlink()


def test_an_idle_session_ends_and_a_click_does_not_wake_it(
    enter: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, real = enter("ana@wick.example"), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 29 * 60)
    assert shown(app.run())
    monkeypatch.setattr(time, "time", lambda: real() + 58 * 60)
    assert shown(app.run()), "counted from the last use"
    monkeypatch.setattr(time, "time", lambda: real() + 89 * 60)
    assert "30 minutes" in shut(app.run())
    monkeypatch.setattr(time, "time", real)
    assert "has ended" in shut(app.run())


def test_signing_out_makes_a_copy_of_the_cookie_worthless(enter: Callable[..., Any]) -> None:
    app = enter("ana@wick.example")
    copied = dict(app.user)
    app.button(key="sign_out").click().run()
    assert app.title[0].value == "Sign in" and not shown(app)
    again = enter(None)
    again.user = copied
    assert "has ended" in shut(again.run())


def test_a_button_of_a_session_that_ended_changes_nothing(enter: Callable[..., Any], made: Path) -> None:
    """Streamlit runs what a button changes before the script, and so before the door."""
    from dashboard import groups

    file = made / people.FILE
    for name, kept in (("North", 1), ("South", 1)):
        app = enter("ana@wick.example", area=["Harbour District", "Old Mill"])
        app.session_state["more"] = True
        app.run()
        app.text_input(key="group_name").input(name).run()
        if name == "South":
            file.write_text(file.read_text().replace("Ana@", "Someone.else@"))
        app.button(key="group_name_save").click().run()
        assert len(groups.list_groups(made)) == kept
    assert "not on the list" in shut(app)


def test_without_a_people_file_or_with_a_broken_one_nobody_gets_in(enter: Callable[..., Any], made: Path) -> None:
    app = enter("eve@wick.example")
    (made / people.FILE).write_text('[people."eve@wick.example"]\nrole = "boss"\n')
    assert "no role" in shut(app.run())
    (made / people.FILE).unlink()
    assert "Nobody is named yet" in shut(app.run())


def test_settings_of_sign_in_that_cannot_be_read_close_the_door(
    enter: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.components import gate

    monkeypatch.setattr(gate, "provider", lambda: "unreadable")
    assert "cannot be read" in shut(enter("eve@wick.example"))


def test_no_sign_in_and_another_address_shows_nothing(
    enter: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit

    from dashboard.components import gate

    monkeypatch.setattr(gate, "provider", lambda: "none")
    assert shown(enter(None))
    real = streamlit.get_option
    monkeypatch.setattr(streamlit, "get_option", lambda key: "0.0.0.0" if key == "server.address" else real(key))
    assert "open to other computers" in shut(enter(None))
    monkeypatch.setattr(streamlit, "get_option", real)
    monkeypatch.setattr(gate, "forwarded", lambda: True)
    assert "through a proxy" in shut(enter(None))


def test_no_fragment_and_no_change_goes_past_the_door() -> None:
    """`st.fragment` alone runs again without dashboard/main.py; the watch of the door itself is the exception."""
    from tests.conftest import ROOT

    files = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    bare = [f.name for f in files if "@st.fragment" in f.read_text(encoding="utf-8") and f.name != "gate.py"]
    assert bare == []
