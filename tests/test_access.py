"""Who may see what: the decision on everybody who comes, named or not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import access, people
from dashboard.access import Access, Denied
from dashboard.sessions import Facts
from tests.people_file import FILE, NOW, claims, decide


def refused(found: Access | Denied) -> str:
    assert isinstance(found, Denied)
    assert found.message.endswith(".") and found.remedy.endswith(".")
    return found.message


def granted(found: Access | Denied) -> Access:
    assert isinstance(found, Access), found
    return found


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
