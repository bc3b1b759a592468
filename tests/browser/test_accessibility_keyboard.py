"""A reader who has only a keyboard: the focus is seen wherever it goes, nothing holds it, and all of it can be done."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
MOST = 90  # presses of Tab until something must have been reached
# What has the focus: its name, where it stands, and whether a ring is drawn around it or around its field.
FOCUSED = """() => {
  const e = document.activeElement;
  const ring = (x) => {
    const s = getComputedStyle(x);
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
  };
  const around = [e, e.closest('[role="group"]'), e.closest('label'), e.closest('[data-testid="stDataFrame"]'),
    e.closest('[data-baseweb]')];
  const text = e.matches('main, body') ? '' : e.innerText;
  return { name: e.getAttribute('aria-label') || text || e.title || '', tag: e.tagName,
    within: [...(e.closest('[class*="st-key-"]')?.classList || [])].join(' '),
    seen: e.matches('body, iframe') || around.some((x) => x && ring(x)) };
}"""


def tab_to(visit: Any, name: str, within: str = "") -> list[str]:
    """Press Tab until a control has the focus; returns the names passed. Each of them shows the focus."""
    passed: list[str] = []
    for _ in range(MOST):
        visit.page.keyboard.press("Tab")
        now = visit.page.evaluate(FOCUSED)
        assert now["seen"], f"the focus is not seen on {now}"
        passed.append(now["name"])
        if name in now["name"] and within in now["within"]:
            return passed
    raise AssertionError(f"{name} is not reached by Tab; passed: {passed}")


def opened(visitor: Any, path: str, **options: Any) -> Any:
    visit = visitor(path, **options)
    visit.page.wait_for_selector("html.lamplight-ready", state="attached")
    visit.ready()
    visit.page.wait_for_timeout(300)
    return visit


def test_the_first_stop_leads_past_the_navigation(visitor: Any) -> None:
    visit = opened(visitor, "/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate(FOCUSED)["name"] == "Skip to content"
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "stMain"
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate(FOCUSED)["name"] == "Quick exit"


def test_a_figures_table_is_opened_and_closed_and_the_tour_ends_where_it_began(visitor: Any) -> None:
    visit = opened(visitor, "/")
    tab_to(visit, "Table", within="table_trend")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("[data-testid='stPopoverBody'] canvas")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_selector("[data-testid='stPopoverBody']", state="detached")
    assert "Table" in visit.page.evaluate(FOCUSED)["name"], "the focus comes back to the button"
    tab_to(visit, "Keys")  # the foot of the page is reached: nothing holds the focus
    visit.page.keyboard.press("Shift+Tab")
    assert "Help: how" in visit.page.evaluate(FOCUSED)["name"]


def test_a_place_is_chosen_from_the_list_beside_the_map(visitor: Any) -> None:
    visit = opened(visitor, "/map")
    visit.map()
    tab_to(visit, "Places")
    visit.page.keyboard.press("ArrowDown")
    visit.page.wait_for_selector("[role='option']")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**place=**")
    visit.ready()


def test_a_file_is_taken_away(visitor: Any) -> None:
    visit = opened(visitor, "/")
    tab_to(visit, "Download", within="download_trend")
    with visit.page.expect_download() as download:
        visit.page.keyboard.press("Enter")
    assert download.value.suggested_filename == "lamplight-trend.csv"


@pytest.mark.parametrize("path", ["/export", "/briefing"])
def test_every_stop_of_a_page_shows_the_focus_and_lets_it_go(visitor: Any, path: str) -> None:
    visit = opened(visitor, path)
    tab_to(visit, "Keys")


def test_help_is_shown_again_and_gives_the_focus_back(visitor: Any) -> None:
    visit = opened(visitor, "/why")
    tab_to(visit, "Help: how")
    visit.page.keyboard.press("Enter")
    panel = visit.page.locator(".lamplight-welcome")
    panel.wait_for(state="visible")
    for words in ("What it is not", "How to read a hotspot map", "1-888-373-7888", "Quick exit"):
        assert words in panel.inner_text()
    assert visit.page.evaluate(FOCUSED)["name"] == "Understood"
    visit.page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert "Help: how" in visit.page.evaluate(FOCUSED)["name"]


def test_shift_three_times_leaves_and_capitals_do_not(visitor: Any) -> None:
    visit = opened(visitor, "/why")
    visit.context.route("https://www.weather.gov/**", lambda route: route.fulfill(body="weather"))
    for letter in "ABC":
        visit.page.keyboard.press(f"Shift+{letter}")
    visit.page.wait_for_timeout(200)
    assert "/why" in visit.page.url
    for _ in range(3):
        visit.page.keyboard.press("Shift")
    visit.page.wait_for_url("https://www.weather.gov/**")
