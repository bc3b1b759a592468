"""Sign-ins: each has an id of its own, and one that ended has ended for good."""

from pathlib import Path

import pytest

from dashboard import people, sessions
from dashboard.sessions import Facts
from tests.people_file import FILE, NOW, claims


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
