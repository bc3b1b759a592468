"""Who may see what: the people file, the decision, sign-ins that end for good, and every role on every page."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import access, people, sessions
from dashboard.access import Access, Denied
from dashboard.people import PeopleError
from dashboard.sessions import Facts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FILE = """
[agencies.wick]
owns = ["wick_police"]
[agencies.fenn]
owns = ["fenn_sheriff"]
sees = ["wick_police"]
[agencies.shelter]

[people."Ana@Wick.example"]
role = "partner"
agency = "wick"
[people."ben@fenn.example"]
role = "partner"
agency = "fenn"
ends = 2026-11-21
[people."cara@shelter.example"]
role = "partner"
agency = "shelter"
[people."dan@uni.example"]
role = "researcher"
agreement = "DUA-7"
sources = ["fenn_sheriff"]
ends = 2026-12-31
finest_place = "district"
finest_date = "quarter"
[people."eve@wick.example"]
role = "steward"
[groups."Task force"]
role = "partner"
agency = "fenn"
"""


def claims(email: str = "ana@wick.example", age: float = 60, **more: Any) -> dict[str, Any]:
    """What a provider says of somebody who signed in `age` seconds ago."""
    issued = NOW.timestamp() - age
    return {"sub": email, "email": email, "email_verified": True, "iat": issued, "nonce": "n", "iss": "i", **more}


def decide(said: Mapping[str, Any], session: Facts | None = None, text: str = FILE) -> Access | Denied:
    return access.decide(said, NOW, people.parse(text), session or Facts())


def refused(found: Access | Denied) -> str:
    assert isinstance(found, Denied)
    assert found.message.endswith(".") and found.remedy.endswith(".")
    return found.message


def granted(found: Access | Denied) -> Access:
    assert isinstance(found, Access), found
    return found


# -- the decision ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "role", "sources", "exports", "administers"),
    [
        ("ana@wick.example", "partner", {"wick_police"}, False, False),
        ("ANA@WICK.EXAMPLE ", "partner", {"wick_police"}, False, False),
        ("ben@fenn.example", "partner", {"wick_police", "fenn_sheriff"}, False, False),
        ("cara@shelter.example", "partner", set(), False, False),
        ("dan@uni.example", "researcher", {"fenn_sheriff"}, True, False),
        ("eve@wick.example", "steward", None, False, True),
    ],
)
def test_each_role_gets_what_it_may_see(
    email: str, role: str, sources: set[str] | None, exports: bool, administers: bool
) -> None:
    found = granted(decide(claims(email)))
    assert (found.role, found.sources) == (role, None if sources is None else frozenset(sources))
    assert (found.may_export_records, found.administers) == (exports, administers)
    assert found.may_open("steward") == administers and found.may_open("map")


def test_a_researcher_carries_the_terms_of_the_agreement() -> None:
    found = granted(decide(claims("dan@uni.example")))
    assert (found.agreement, found.ends) == ("DUA-7", date(2026, 12, 31))
    assert (found.finest_place, found.finest_date) == ("district", "quarter")


def test_whoever_is_not_named_is_refused() -> None:
    assert "not on the list" in refused(decide(claims("mallory@wick.example")))
    assert "not on the list" in refused(decide(claims(), text=""))
    assert "not on the list" in refused(decide(claims("x@y.example", groups=["Somebody else", 7, None])))


def test_a_group_of_the_providers_gives_its_role_and_ones_own_entry_comes_first() -> None:
    assert granted(decide(claims("new@fenn.example", groups=["Task force"]))).agency == "fenn"
    assert granted(decide(claims("new@fenn.example", groups="Task force"))).agency == "fenn"
    assert granted(decide(claims("ana@wick.example", groups=["Task force"]))).agency == "wick"
    ended = FILE.replace("2026-11-21", "2026-11-20")
    assert "has ended" in refused(decide(claims("ben@fenn.example", groups=["Task force"]), text=ended))


def test_an_agreement_lasts_through_its_last_day() -> None:
    assert granted(decide(claims("ben@fenn.example"))).ends == NOW.date()
    found = access.decide(claims("ben@fenn.example"), NOW + timedelta(days=1), people.parse(FILE), Facts())
    assert "has ended" in refused(found)


@pytest.mark.parametrize("said", [False, None, "false", "yes", 1, [], "absent"])
def test_an_address_that_the_provider_did_not_verify_is_nobodys(said: Any) -> None:
    given_by = {name: v for name, v in claims(email_verified=said).items() if (name, v) != ("email_verified", "absent")}
    assert "verified" in refused(decide(given_by))


def test_a_provider_of_ones_own_that_never_says_so_can_be_trusted_but_not_against_its_word() -> None:
    text = "sign_in.trust_unverified_email = true\n" + FILE
    silent = claims()
    del silent["email_verified"]
    assert granted(decide(silent, text=text))
    assert "verified" in refused(decide(claims(email_verified=False), text=text))


@pytest.mark.parametrize("email", [None, "", 7, ["ana@wick.example"], "ana"])
def test_a_sign_in_without_an_address_is_refused(email: Any) -> None:
    assert "without an e-mail address" in refused(decide(claims() | {"email": email}))


@pytest.mark.parametrize("issued", [None, "", "1795262400", True, [1]])
def test_a_sign_in_that_does_not_say_when_is_refused(issued: Any) -> None:
    assert "when it was made" in refused(decide(claims() | {"iat": issued}))


def test_a_sign_in_lasts_twelve_hours_from_its_issue_however_often_it_is_used() -> None:
    hours = 3600.0
    used = Facts(seen_at=NOW.timestamp() - 1)
    assert granted(decide(claims(age=12 * hours - 1), used))
    assert "12 hours" in refused(decide(claims(age=12 * hours + 1), used))
    assert "0.5 hours" in refused(decide(claims(age=0.51 * hours), used, "sign_in.hours = 0.5\n" + FILE))


def test_thirty_idle_minutes_end_it_counted_from_the_last_use_or_from_the_issue() -> None:
    assert granted(decide(claims(age=7200), Facts(seen_at=NOW.timestamp() - 1799)))
    found = decide(claims(age=7200), Facts(seen_at=NOW.timestamp() - 1801))
    assert "30 minutes" in refused(found) and isinstance(found, Denied) and found.ends == "idle"
    assert "30 minutes" in refused(decide(claims(age=1801))), "a cookie that somebody kept"


def test_a_clock_that_goes_backwards_lets_nobody_stay_for_ever() -> None:
    assert granted(decide(claims(age=-299)))
    assert "in the future" in refused(decide(claims(age=-301)))
    assert granted(decide(claims(), Facts(seen_at=NOW.timestamp() + 900)))


def test_what_has_ended_stays_ended() -> None:
    for why in ("signed out", "idle", "revoked"):
        assert "has ended" in refused(decide(claims(), Facts(NOW.timestamp(), why)))


@given(
    st.dictionaries(
        st.sampled_from(["email", "email_verified", "iat", "nonce", "sub", "groups", "is_logged_in"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(), max_size=3)),
    )
)
def test_no_odd_claims_open_the_door(said: dict[str, Any]) -> None:
    assert isinstance(decide(said), Denied)


def test_restricted_records_without_sign_in_stay_on_this_machine() -> None:
    for here in ("127.0.0.1", "localhost", "::1"):
        assert granted(access.without_provider(here, forwarded=False)) == access.LOCAL
        assert "through a proxy" in refused(access.without_provider(here, forwarded=True))
    elsewhere: tuple[str | None, ...] = (None, "", "0.0.0.0", "::", "192.0.2.7", "127.0.0.1.example.org")
    for host in elsewhere:
        assert "other computers" in refused(access.without_provider(host, forwarded=False))


# -- the people file ---------------------------------------------------------------------------------------------------

SECRET = "zoe@hidden.example"
WRONG = {
    "people = 3": "not a table",
    "[people": "not valid TOML",
    "a = 1\nb = = 2": "not valid TOML (line 2)",
    "[visitors]": "key that is not known (`visitors`)",
    f'["{SECRET}"]\nrole = "steward"': "key that is not known. Known",
    f'[people."{SECRET}"]': "no role",
    f'[people."{SECRET}"]\nrole = "admin"': "partner, researcher, steward",
    f'[people."{SECRET}"]\nrole = ["steward"]': "no role",
    '[people.zoe]\nrole = "steward"': "not named by an e-mail address",
    f'people."{SECRET}".role = "steward"\npeople."{SECRET.upper()}".role = "steward"': "person number 2 is named twice",
    f'[people."{SECRET}"]\nrole = "steward"\nrolle = 1': "person number 1 has a key that is not known (`rolle`)",
    f'[people."{SECRET}"]\nrole = "steward"\n"{SECRET}" = 1': "a key that is not known. Known",
    f'[people."{SECRET}"]\nrole = "steward"\nsources = ["a"]': "sees every source",
    f'[people."{SECRET}"]\nrole = "partner"': "lacks an agency",
    f'[people."{SECRET}"]\nrole = "partner"\nagency = "nobody"': "not one of `agencies`",
    f'[agencies.a]\nowns = ["b"]\n[people."{SECRET}"]\nrole = "partner"\nagency = "a"\nsources = ["c"]': "may not see",
    f'[people."{SECRET}"]\nrole = "researcher"\nsources = ["a"]\nends = 2027-01-01': "lacks agreement",
    f'[people."{SECRET}"]\nrole = "researcher"': "lacks agreement and ends and sources",
    f'[people."{SECRET}"]\nrole = "steward"\nends = "2027-01-01"': "not a day",
    f'[people."{SECRET}"]\nrole = "steward"\nends = 2027-01-01T00:00:00': "not a day",
    f'[people."{SECRET}"]\nrole = "steward"\nends = 2027-02-30': "not valid TOML",
    f'[people."{SECRET}"]\nrole = "steward"\nfinest_date = "second"': "not one of day, month",
    "[agencies.a]\nowns = 'b'": "not a list of sources",
    '[agencies.a]\nsees = ["b\'; drop"]': "not a list of sources",
    "[sign_in]\nhours = 0": "above 0 and at most 24",
    "[sign_in]\nhours = true": "above 0",
    "[sign_in]\nidle_minutes = nan": "above 0",
    "[sign_in]\nidle_minutes = 100000": "at most 240",
    "[sign_in]\ntrust_unverified_email = 1": "true or false",
    "[sign_in]\nemail_claim = ''": "not a text",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_what_is_wrong_is_said_in_a_sentence_that_names_nobody(text: str, said: str) -> None:
    with pytest.raises(PeopleError) as error:
        people.parse(text)
    assert said in error.value.message and error.value.remedy == people.REMEDY
    assert "zoe" not in str(error.value).lower() and "hidden" not in str(error.value).lower()


def test_a_partner_can_be_given_less_than_the_agency() -> None:
    text = FILE.replace("[people.", '[people."f@fenn.example"]\nrole="partner"\nagency="fenn"\nsources=[]\n[people.', 1)
    assert people.parse(text).people["f@fenn.example"].sources == frozenset()


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    with pytest.raises(PeopleError, match="Nobody is named yet"):
        people.read(tmp_path)
    (tmp_path / people.FILE).write_text(FILE)
    first = people.read(tmp_path)
    assert people.read(tmp_path) is first and "ana@wick.example" in first.people
    (tmp_path / people.FILE).write_text(FILE.replace("Ana@", "Zoe@"))
    assert "ana@wick.example" not in people.read(tmp_path).people
    (tmp_path / people.FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(PeopleError, match="cannot be read"):
        people.read(tmp_path)


# -- sign-ins ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    (tmp_path / people.FILE).write_text(FILE)
    return tmp_path


def test_each_sign_in_has_an_id_of_its_own_and_tabs_share_it() -> None:
    one = sessions.identify(claims())
    assert one == sessions.identify(claims() | {"is_logged_in": True, "tokens": {}, "name": "Ana"})
    assert len({one, *(sessions.identify(claims() | more) for more in ({"nonce": "m"}, {"iat": 1}, {"sub": "b"}))}) == 4
    assert "ana" not in one and len(one) == 32


def test_a_session_that_ended_is_not_brought_back_by_use(data: Path) -> None:
    at = NOW.timestamp()
    assert sessions.facts(data, "s", "a@b", at) == Facts()
    sessions.seen(data, "s", "a@b", at, at)
    assert sessions.facts(data, "s", "a@b", at) == Facts(at, None)
    sessions.end(data, "s", "a@b", at, "signed out", at + 5)
    sessions.seen(data, "s", "a@b", at, at + 10)
    sessions.end(data, "s", "a@b", at, "revoked", at + 15)
    assert sessions.facts(data, "s", "a@b", at) == Facts(at, "signed out")
    (row,) = sessions.listed(data)
    assert (row.person, row.ended_at, row.why) == ("a@b", at + 5, "signed out")


def test_ending_all_of_a_persons_sessions_reaches_cookies_that_were_never_used(data: Path) -> None:
    at = NOW.timestamp()
    for name in ("s1", "s2"):
        sessions.seen(data, name, "a@b", at, at)
    sessions.seen(data, "s3", "other@b", at, at)
    assert sessions.end_all(data, "a@b", at + 1) == 2
    assert sessions.facts(data, "s2", "a@b", at).ended == "revoked"
    assert sessions.facts(data, "kept cookie", "a@b", at).ended == "revoked"
    assert sessions.facts(data, "s3", "other@b", at).ended is None
    assert sessions.facts(data, "signed in again", "a@b", at + 2).ended is None


def test_a_use_that_was_noted_late_does_not_turn_the_clock_back(data: Path) -> None:
    sessions.seen(data, "s", "a@b", 1.0, 100.0)
    sessions.seen(data, "s", "a@b", 1.0, 90.0)
    assert sessions.facts(data, "s", "a@b", 1.0).seen_at == 100.0


def test_the_list_of_sessions_is_kept_for_a_while_only(data: Path) -> None:
    at = NOW.timestamp()
    sessions.seen(data, "old", "a@b", at, at)
    sessions.seen(data, "new", "a@b", at, at + (sessions.KEPT_DAYS + 1) * 86400)
    assert [row.id for row in sessions.listed(data)] == ["new"]


# -- every role on every page ------------------------------------------------------------------------------------------


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
