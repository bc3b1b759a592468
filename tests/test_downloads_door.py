"""Who gets no file: other computers and sites, forged cookies, sign-ins that have ended, people taken off the list."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard import downloads, exports, people, sessions
from dashboard.components import gate
from tests.download_site import BEN, DAN, EVE, HERE, cookie, data, exported, left_behind, made, site

__all__ = ["data", "made", "site"]  # the fixtures


def test_without_a_sign_in_service_this_computer_only(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "provider", lambda: "none")
    assert site.get("/download?kind=records").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via", "X-Forwarded-Proto", "CF-Connecting-IP"):
        answer = site.get("/download", headers={header: "192.0.2.7"})
        assert answer.status_code == 403 and "through a proxy" in answer.text
    with TestClient(site.app, HERE, client=("192.0.2.7", 5)) as elsewhere:
        assert elsewhere.get("/download").status_code == 403
    silent = downloads.Asked({"kind": ["records"]}, {}, {"host": "127.0.0.1"}, "127.0.0.1", "1.0")
    with pytest.raises(downloads.Answer, match="through a proxy"):  # one that was set up without a header
        downloads.who(silent)
    monkeypatch.setattr(gate, "provider", lambda: "unreadable")
    answer = site.get("/download")
    assert answer.status_code == 403 and "cannot be read" in answer.text


@pytest.mark.parametrize("tier", ["", "private", "RESTRICTED"])
def test_a_tier_that_is_none_gives_nothing(site: TestClient, monkeypatch: pytest.MonkeyPatch, tier: str) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", tier)
    assert site.get("/download").status_code == 401, "an empty one is restricted, and nobody has signed in"


def test_a_page_elsewhere_gets_nothing(site: TestClient, data: Path) -> None:
    mine, before = cookie(EVE), len(exported(data))
    for headers, said in (
        ({"Host": "evil.example"}, "does not answer to that name"),
        ({"Host": "127.0.0.1.evil.example"}, "does not answer to that name"),
        ({"Sec-Fetch-Site": "cross-site"}, "on this site only"),
        ({"Sec-Fetch-Site": "same-site"}, "on this site only"),
    ):
        answer = site.get("/download", headers={**mine, **headers})
        assert answer.status_code == 403 and said in answer.text
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        assert site.request(method, "/download", headers=mine).status_code == 405
    assert len(exported(data)) == before


def test_a_cookie_that_was_not_made_here_is_nobodys(site: TestClient) -> None:
    good = cookie(EVE)["Cookie"]
    for forged in (
        good[:-3] + "abc",
        "_streamlit_user=" + json.dumps({"email": EVE, "is_logged_in": True}),
        cookie(EVE, origin="https://elsewhere.example")["Cookie"],
        cookie(EVE, origin="")["Cookie"],
        cookie(EVE, is_logged_in=False)["Cookie"],
        cookie(EVE, is_logged_in="true")["Cookie"],
    ):
        assert site.get("/download", headers={"Cookie": forged}).status_code == 401
    assert site.get("/download", headers={"Cookie": good}).status_code == 200


def test_a_sign_in_that_has_ended_takes_nothing(site: TestClient, data: Path) -> None:
    now = time.time()
    kept = cookie(DAN, nonce="kept")
    assert site.get("/download?kind=records", headers=kept).status_code == 200
    sessions.end_all(data, DAN, now + 1)
    answer = site.get("/download?kind=records", headers=kept)
    assert answer.status_code == 403 and "data steward ended it" in answer.text
    for said, ago in (("30 minutes", 1900), ("12 hours", 13 * 3600)):
        answer = site.get("/download", headers=cookie(BEN, iat=now - ago))
        assert answer.status_code == 403 and said in answer.text
    assert "verified" in site.get("/download", headers=cookie(BEN, email_verified=False)).text


def test_whoever_is_taken_off_the_list_while_the_file_is_made_does_not_get_it(
    site: TestClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, write = (data / people.FILE).read_text(), exports.write

    def slow(*args: Any, **kwargs: Any) -> Any:
        done = write(*args, **kwargs)
        (data / people.FILE).write_text(listed.replace(EVE, "someone@wick.example"))
        return done

    monkeypatch.setattr(exports, "write", slow)
    before = len(exported(data))
    try:
        answer = site.get("/download", headers=cookie(EVE))
    finally:
        (data / people.FILE).write_text(listed)
    assert answer.status_code == 403 and len(exported(data)) == before and left_behind() == []
