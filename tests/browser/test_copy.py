"""A figure leaves the page as a picture: copied with its words in one click, or as a file; each time it is recorded."""

import base64
from pathlib import Path
from typing import Any

import pytest

from dashboard import audit
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
CLIPBOARD = """async () => {
  const [item] = await navigator.clipboard.read();
  const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
  return [btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')),
          await (await item.getType('text/plain')).text()];
}"""
REFUSED = "() => { navigator.clipboard.write = () => Promise.reject(new Error('no')) }"


def opened(visit: Visit) -> Any:
    """The panel of the chart's picture, open."""
    visit.page.click(".st-key-picture_trend button")
    panel = visit.page.locator(".st-key-picture_panel_trend")
    panel.get_by_role("button", name="Copy figure and caption").wait_for()
    return panel


def exports(data: Path) -> list[str]:
    return [row.format for row in audit.entries(data, what="export", limit=100).rows]


def test_one_click_copies_the_picture_and_its_words(visitor: Any, data_dir: Path) -> None:
    visit = visitor("/trends", permissions=["clipboard-read", "clipboard-write"])
    assert visit.page.locator(".lamplight-copy").count() == 0
    panel, before = opened(visit), exports(data_dir)
    panel.get_by_role("button", name="Copy figure and caption").click()
    panel.get_by_text("Copied").wait_for()
    picture, words = visit.page.evaluate(CLIPBOARD)
    png = base64.b64decode(picture)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 1600
    title = visit.page.inner_text(".st-key-figure_trend h3")
    assert title in words.splitlines()
    assert words.splitlines()[-1].startswith(f"{visit.server}/trends")
    assert exports(data_dir) == ["png", *before]
    panel.get_by_role("button", name="Copy figure and caption").click()
    panel.locator(".lamplight-copy[data-made='2']").wait_for()
    assert exports(data_dir) == ["png", "png", *before]
    assert visit.problems == []
    assert visit.elsewhere == []
    assert visit.broken() is None


def test_a_browser_that_refuses_says_what_to_do_and_shows_the_picture(visitor: Any) -> None:
    visit = visitor("/trends")
    panel = opened(visit)
    visit.page.evaluate(REFUSED)
    panel.get_by_role("button", name="Copy figure and caption").click()
    panel.get_by_text("did not let the page copy").wait_for()
    assert panel.locator(".lamplight-copy img").is_visible()
    assert panel.locator("[role='status']").inner_text().startswith("This browser did not let")
    assert visit.problems == []


def test_files_are_of_the_chosen_kind_and_are_recorded(visitor: Any, data_dir: Path) -> None:
    visit = visitor("/trends", accept_downloads=True)
    panel, before = opened(visit), exports(data_dir)
    for form, begins in (("PNG", b"\x89PNG"), ("SVG", b"<?xml")):
        with visit.page.expect_download() as download:
            panel.get_by_role("button", name=f"Slide as {form}").click()
        assert download.value.suggested_filename == f"lamplight-trend-slide.{form.lower()}"
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(begins)
        if form == "PNG":
            assert int.from_bytes(content[16:20], "big") == 1920
    assert exports(data_dir) == ["svg", "png", *before]
    assert visit.problems == []
