"""The steward's page in a real browser: hostile ids run nothing, a download arrives and is in the log."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from dashboard import audit, sessions
from tests.browser.conftest import serving, visits
from tests.browser.hostile import HOSTILE
from tests.make_warehouse import make_warehouse

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose people, agencies and sign-ins are named by hostile texts."""
    folder = tmp_path_factory.mktemp("steward")
    make_warehouse(folder, 200)
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for text in HOSTILE]
    lines = [f'[agencies."{text}"]\nowns = []' for text in quoted]
    lines += [f'[groups."{text}"]\nrole = "partner"\nagency = "{text}"' for text in quoted]
    (folder / "people.toml").write_text("\n".join(lines), encoding="utf-8")
    for i, text in enumerate(HOSTILE):
        sessions.seen(folder, f"s{i}", text, 1.7e9, 1.7e9 + i)
        audit.record(folder, audit.Who(text, text, text), "view", page=text)
    return folder


@pytest.fixture(scope="module")
def steward_server(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    env = {"LAMPLIGHT_DATA": str(kept), "LAMPLIGHT_TIER": "restricted"}
    with serving("app.py", env, tmp_path_factory.mktemp("log") / "log.txt") as address:
        yield address


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_hostile_runs_and_nothing_is_wider_than_the_screen(
    browser: Any, steward_server: str, width: int
) -> None:
    with visits(browser, steward_server) as visit:
        seen = visit("/steward", width=width)
        seen.page.get_by_role("heading", name="Audit log").wait_for()
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert seen.broken() is None and not seen.elsewhere and not seen.problems


def test_a_download_of_the_log_arrives_and_is_in_the_log(browser: Any, steward_server: str, kept: Path) -> None:
    with visits(browser, steward_server) as visit:
        seen = visit("/steward")
        with seen.page.expect_download() as waited:
            seen.page.get_by_text("Download as csv").click()
        rows = Path(waited.value.path()).read_text(encoding="utf-8-sig").splitlines()
    newest = audit.entries(kept).rows[0]
    assert (newest.what, newest.page, newest.rows) == ("export", "steward", len(rows) - 1)
    assert audit.verify(kept).holds


def test_ending_sign_ins_takes_two_clicks(browser: Any, steward_server: str, kept: Path) -> None:
    before = sum(s.ended_at is None for s in sessions.listed(kept))
    with visits(browser, steward_server) as visit:
        seen = visit("/steward")
        choice = seen.page.get_by_label("End all sign-ins of")
        for _ in range(10):  # the list closes when a table above it arrives and moves it
            choice.click()
            with suppress(TimeoutError):
                seen.page.get_by_role("option").first.click(timeout=2000)
                break
        seen.page.get_by_role("button", name="End them now").click()
        seen.page.get_by_text("is asked to sign in again").wait_for()
        assert not seen.problems
    assert sum(s.ended_at is None for s in sessions.listed(kept)) == before - 1
    assert len(audit.entries(kept, what="revoke").rows) == 1
