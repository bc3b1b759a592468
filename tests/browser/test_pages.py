"""Every page in a real browser: it draws, asks no other host, fits a phone, and nothing on it runs."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.browser
PAGES = sorted("/" if p.stem == "overview" else f"/{p.stem}" for p in (ROOT / "pages").glob("*.py"))

WIDER_THAN_SEEN = """Math.max(...[document.documentElement, document.body,
    ...document.querySelectorAll('[data-testid="stMain"]')].map((e) => e.scrollWidth - e.clientWidth))"""


def scrolls_down_only(visit: Any) -> None:
    """On a phone. Charts take their new width after the page has, so it is waited for."""
    visit.page.wait_for_function(f"() => {WIDER_THAN_SEEN} <= 1")
    assert visit.page.evaluate(WIDER_THAN_SEEN) <= 1, "a phone must scroll down only"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_draws_fits_a_phone_and_asks_no_other_host(visitor: Any, path: str) -> None:
    visit = visitor(path)
    if path == "/map":
        visit.map()
    visit.page.mouse.wheel(0, 4000)
    visit.ready()
    assert visit.page.locator("[data-testid='stException']").count() == 0
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.ready()
    scrolls_down_only(visit)
    assert visit.elsewhere == []
    assert visit.problems == []
    assert visit.broken() is None
    assert visit.page.locator("main img[src^='http'], [data-testid='stMain'] img[src*='other.example']").count() == 0


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/component/streamlit_folium.st_folium/index.html"])
def test_responses_carry_the_headers(server: str, path: str) -> None:
    with urllib.request.urlopen(server + path) as answer:
        headers = {k.lower(): v for k, v in answer.headers.items()}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert ("unsafe-eval" in headers["content-security-policy"]) == path.startswith("/component/")


@pytest.mark.parametrize("path", ["interact", "mcp", "openapi.json"])
def test_no_setting_lets_programs_drive_the_app(server: str, path: str) -> None:
    asked = urllib.request.Request(f"{server}/_stcore/agent/{path}", method="GET" if "." in path else "POST")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(asked)


def test_the_policy_stops_what_it_should(visitor: Any) -> None:
    """Not only sent but obeyed: an image of another host and an inline handler do nothing."""
    visit = visitor("/")
    done = visit.page.evaluate(
        """async () => {
          const wait = (e) => new Promise((r) => { e.addEventListener('load', () => r('loaded'), true);
            e.addEventListener('error', () => r('refused'), true); });
          const image = new Image(); const seen = wait(image); image.src = 'http://other.example/x.png';
          const box = document.createElement('div'); box.setAttribute('onclick', 'window.inline = 1');
          document.body.append(box); box.click();
          const script = document.createElement('script'); script.textContent = 'window.inline = 2';
          document.body.append(script);
          return [await seen, window.inline ?? null];
        }"""
    )
    assert done == ["refused", None]


def test_the_filter_bar_is_reached_by_keyboard(visitor: Any) -> None:
    visit = visitor("/")
    left = ["From", "To", "Source", "Exploitation", "Area", "More", "Reset"]
    # On a busy machine the page would still put things in front of the focus.
    visit.page.get_by_role("button", name="Reset").wait_for()
    visit.page.wait_for_selector(".lamplight-printed-link:not(:empty)", state="attached")
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        named = visit.page.evaluate(
            "document.activeElement.closest('[class*=\"st-key-filter_bar\"]') "
            "? (document.activeElement.getAttribute('aria-label') || document.activeElement.innerText) : ''"
        )
        left = [label for label in left if label not in named]
        if not left:
            return
    raise AssertionError(f"{left} are not reached by Tab")
