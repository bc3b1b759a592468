"""What was planted in undeclared columns is in no page, no message of the server, no download and no log of it."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import serving
from tests.test_canaries import holds, load_all

pytestmark = pytest.mark.browser


def test_no_page_message_or_download_holds_a_canary(browser: Any, tmp_path: Path) -> None:
    """HTML of every page, every message that the server sends, every download, and the server's own log."""
    frames: list[Any] = []
    store, _ = load_all(tmp_path)
    env = {"LAMPLIGHT_DATA": str(store.data), "LAMPLIGHT_TIER": "restricted"}
    log = tmp_path / "log.txt"
    with serving("app.py", env, log) as server:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.on("websocket", lambda ws: ws.on("framereceived", lambda f: frames.append(f)))
        for path in ("/", "/map", "/trends", "/data"):
            page.goto(server + path)
            page.wait_for_selector("[data-testid='stHeading']")
            page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", state="attached")
            assert not holds(page.content().encode()), path
        buttons = page.get_by_role("button", name="Download", exact=True)
        for i in range(min(buttons.count(), 3)):
            with page.expect_download() as waiting:
                buttons.nth(i).click()
            assert not holds(Path(waiting.value.path()).read_bytes())
        page.close()
    received = b"".join(f if isinstance(f, bytes) else str(f).encode() for f in frames)
    assert len(received) > 50_000 and re.search(rb"incidents", received), "the messages must have been seen"
    assert not holds(received)
    assert not holds(log.read_bytes())
