"""The view lives in the link: it survives a change of page, reload and Back, and the next person sees the same."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
EXIT = "https://www.weather.gov/"


def bar(visit: Any) -> str:
    """The line below the bar, once the script has come to rest."""
    visit.ready()
    return str(visit.page.locator(".st-key-filter_bar [data-testid='stCaptionContainer']").first.inner_text())


def wait_for_bar(visit: Any, text: str) -> str:
    """The line below the bar, once it says this."""
    visit.page.locator(".st-key-filter_bar [data-testid='stCaptionContainer']", has_text=text).first.wait_for()
    return bar(visit)


def test_a_view_survives_page_reload_and_back(visitor: Any) -> None:
    visit = visitor("/?area=harbour&exploitation=sex&from=2024-01")
    page = visit.page
    page.wait_for_url("**/?area=Harbour+District&exploitation=Sexual+exploitation&from=2024-01")
    first = bar(visit)
    assert "from January 2024 to December 2025 in Harbour District, sexual exploitation only" in first
    page.get_by_role("link", name="Trends").click()
    page.wait_for_url("**/trends?area=Harbour+District&exploitation=Sexual+exploitation&from=2024-01")
    assert wait_for_bar(visit, "Harbour District") == first
    page.reload()
    assert wait_for_bar(visit, "Harbour District") == first
    page.go_back()
    page.wait_for_url("**/?area=Harbour+District&exploitation=Sexual+exploitation&from=2024-01")
    assert wait_for_bar(visit, "Harbour District") == first
    assert page.title() == "Lamplight", "no data in the title"


def test_a_choice_writes_the_link_that_the_next_person_opens(visitor: Any) -> None:
    visit = visitor("/trends")
    page = visit.page
    page.get_by_role("combobox", name="Exploitation").click()
    page.get_by_role("option", name="Forced labour").click()
    mine = wait_for_bar(visit, "forced labour only")
    page.wait_for_url("**/trends?exploitation=Forced+labour")
    page.keyboard.press("Escape")
    theirs = visitor(page.url.removeprefix(visit.server))
    assert wait_for_bar(theirs, "forced labour only") == mine
    # The first click beside an open list only closes the list.
    page.locator(".st-key-filter_bar [data-testid='stCaptionContainer']").first.click()
    page.get_by_role("button", name="Reset").first.click()
    page.wait_for_url("**/trends")
    assert "forced labour" not in bar(visit)


def test_a_hostile_link_falls_back_with_a_notice(visitor: Any) -> None:
    visit = visitor("/?area=%3Cimg%20src%3Dx%20onerror%3D%22top.broken%3D1%22%3Emarmalade&from=2024-01")
    assert "from January 2024" in bar(visit)
    visit.page.get_by_text("Part of the link could not be read").wait_for()
    visit.page.wait_for_url("**/?from=2024-01")
    assert visit.broken() is None and "marmalade" not in visit.text()


def test_the_bar_is_one_row_on_a_laptop_and_fits_a_phone(visitor: Any) -> None:
    visit = visitor("/")
    row = visit.page.locator(".st-key-filter_row")
    assert row.bounding_box()["height"] < 90
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.ready()
    box = row.bounding_box()
    assert box["x"] + box["width"] <= 390 and box["height"] < 320


def test_quick_exit_leaves_nothing_to_go_back_to(visitor: Any) -> None:
    visit = visitor("/?from=2024-01")
    page = visit.page
    asked: list[dict[str, str]] = []

    def answer(route: Any) -> None:
        asked.append(route.request.headers)
        route.fulfill(status=200, content_type="text/html", body="<title>Weather</title>")

    page.context.route(f"{EXIT}**", answer)
    # wait_for_function would evaluate text again and again in the page, which the content policy forbids.
    for _ in range(200):
        if page.evaluate("window.lamplightLeave === true"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.lamplightLeave === true")
    before = page.evaluate("history.length")
    assert not asked, "nothing is asked of that host before the click"
    page.get_by_role("link", name="Quick exit").click()
    page.wait_for_url(EXIT)
    assert page.evaluate("history.length") == before, "it took the page's place"
    assert all("referer" not in headers for headers in asked)
