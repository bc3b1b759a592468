"""The keys, the panel of a first visit, and the words that say what they mean; nothing of it asks the server."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
PANEL, WELCOME, WORD = "dialog.lamplight-keys", ".lamplight-welcome", ".lamplight-term"


@pytest.fixture
def opened(visitor: Any) -> Any:
    """A function that opens a page and waits until its keys work."""

    def visit(path: str, **options: Any) -> Any:
        made = visitor(path, **options)
        made.page.wait_for_selector("html.lamplight-ready", state="attached")
        made.ready()  # a page that is still being drawn replaces what has the focus
        return made

    return visit


def focused(visit: Any, within: str) -> bool:
    return bool(visit.page.evaluate("(s) => document.activeElement.closest(s) !== null", within))


def label(visit: Any) -> str:
    return str(visit.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''"))


def meaning(visit: Any, word: Any) -> str:
    """The explanation of a word as it is drawn; empty while it is not."""
    return str(
        word.evaluate(
            """(e) => { const s = getComputedStyle(e, '::after');
            return s.display === 'none' || s.content === 'none' ? '' : s.content; }"""
        )
    )


@pytest.mark.parametrize("path", ["/", "/map", "/data"])
def test_a_slash_jumps_to_the_first_filter(opened: Any, path: str) -> None:
    visit = opened(path)
    visit.page.mouse.wheel(0, 1500)
    sent = visit.sent
    visit.page.keyboard.press("/")
    visit.page.wait_for_selector('[aria-label="From"]:focus')
    top, bottom = visit.page.evaluate(
        "(() => { const r = document.activeElement.getBoundingClientRect(); return [r.top, r.bottom]; })()"
    )
    assert top >= 60 and bottom <= 900, "it is in sight, below the bar at the top"
    assert visit.sent == sent


def test_a_question_mark_shows_the_keys_and_gives_the_focus_back(opened: Any) -> None:
    visit = opened("/")
    reset = visit.page.get_by_role("button", name="Reset")
    reset.focus()
    visit.page.keyboard.press("?")
    panel = visit.page.locator(PANEL)
    assert panel.is_visible() and focused(visit, PANEL)
    said = panel.inner_text()
    for part in ("Jump to the filters", "Zoom in, zoom out", "Play or pause", "put a corner"):
        assert part in said
    visit.page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert reset.evaluate("(e) => e === document.activeElement")
    visit.page.keyboard.press("?")
    visit.page.keyboard.press("?")
    assert not panel.is_visible(), "the same key hides it"


def test_the_way_out_stays_in_reach_of_an_open_panel(opened: Any) -> None:
    visit = opened("/", width=390, height=700)
    visit.page.keyboard.press("?")
    visit.page.locator("a.lamplight-leave").click(trial=True)
    box = visit.page.locator(PANEL).bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 700
    visit.page.keyboard.press("/")
    assert label(visit) == "From" and not visit.page.locator(PANEL).is_visible()


def test_nothing_jumps_while_somebody_types(opened: Any) -> None:
    visit = opened("/")
    field = visit.page.get_by_label("Source").first
    field.click()
    visit.page.keyboard.type("?/")
    assert not visit.page.locator(PANEL).is_visible()
    assert label(visit) != "From" and "?/" in field.input_value()


def test_a_command_of_the_browser_stays_one(opened: Any) -> None:
    visit = opened("/data")
    for keys in ("Control+/", "Alt+/", "Meta+/"):
        visit.page.keyboard.press(keys)
        assert label(visit) != "From", keys
    visit.page.keyboard.press("/")
    assert label(visit) == "From"


def test_the_single_keys_can_be_turned_off_for_good(opened: Any) -> None:
    visit = opened("/data")
    visit.page.get_by_role("button", name="Keys", exact=True).click()
    visit.page.get_by_label("Use the keys / and ?").uncheck()
    visit.page.get_by_role("button", name="Close", exact=True).click()
    for _ in range(2):
        visit.page.keyboard.press("?")
        visit.page.keyboard.press("/")
        assert not visit.page.locator(PANEL).is_visible() and label(visit) != "From"
        visit.page.reload()
        visit.ready()
        visit.page.wait_for_selector("html.lamplight-ready", state="attached")
    visit.page.get_by_role("button", name="Keys", exact=True).click()
    visit.page.get_by_label("Use the keys / and ?").check()
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("/")
    assert label(visit) == "From"


def test_the_panel_of_a_first_visit_goes_for_good_and_moves_nothing(opened: Any) -> None:
    visit = opened("/", first=True)
    visit.drawn()
    panel, heading = visit.page.locator(WELCOME), visit.page.locator("[data-testid='stHeading']").first
    panel.wait_for()
    said = panel.inner_text()
    for part in ("What this is.", "What it is not.", "not a tool to look for a person", "1-888-373-7888"):
        assert part in said
    before, sent = heading.bounding_box(), visit.sent
    visit.page.get_by_role("button", name="Understood").click()
    assert not panel.is_visible()
    assert heading.bounding_box() == before and visit.sent == sent
    kept = visit.page.evaluate("JSON.stringify(localStorage)")
    assert '"lamplight-seen":"yes"' in kept
    for path in ("/", "/trends"):
        visit.go(path)
        visit.page.wait_for_selector("html.lamplight-ready", state="attached")
        assert not panel.is_visible()
    assert visit.context.cookies() == [] or all("lamplight" not in c["name"] for c in visit.context.cookies())
    assert visit.elsewhere == [] and visit.problems == []


def test_the_panel_of_a_first_visit_is_dismissed_by_keyboard(opened: Any) -> None:
    visit = opened("/", first=True)
    visit.page.locator(WELCOME).wait_for()
    for _ in range(20):
        visit.page.keyboard.press("Tab")
        if focused(visit, WELCOME):
            break
    assert visit.page.evaluate("document.activeElement.textContent") == "Understood"
    visit.page.keyboard.press("Enter")
    assert not visit.page.locator(WELCOME).is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_of_a_first_visit_fits_a_phone_and_is_not_printed(opened: Any, scheme: str) -> None:
    visit = opened("/", width=390, height=844, first=True, color_scheme=scheme)
    panel = visit.page.locator(WELCOME)
    panel.wait_for()
    box = panel.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    visit.page.locator("a.lamplight-leave").click(trial=True)
    ink, paper = panel.evaluate(
        "(e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor].map((c) => "
        "c.match(/[0-9]+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0)); }"
    )
    assert (ink < paper) == (scheme == "light") and abs(ink - paper) > 450, "readable in this theme"
    visit.page.emulate_media(media="print")
    assert not panel.is_visible()


def test_where_nothing_can_be_stored_the_panel_still_goes(opened: Any) -> None:
    visit = opened("/data", first=True)
    visit.context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })")
    visit.go("/data")
    panel = visit.page.locator(WELCOME)
    panel.wait_for()
    visit.page.get_by_role("button", name="Understood").click()
    assert not panel.is_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_word_says_what_it_means_to_the_keyboard_and_to_a_finger(opened: Any, width: int) -> None:
    visit = opened("/data", width=width, has_touch=True)
    visit.drawn()
    word = visit.page.locator(WORD, has_text="set aside").first
    word.wait_for()
    assert meaning(visit, word) == ""
    word.focus()
    assert "never the value" in meaning(visit, word)
    assert "never the value" in word.get_attribute("aria-description")
    main = visit.page.get_by_test_id("stMain")
    assert main.evaluate("(m) => m.scrollWidth - m.clientWidth") <= 1, "the explanation is not wider than the page"
    visit.page.keyboard.press("Escape")
    assert meaning(visit, word) == ""
    word.evaluate("(e) => e.blur()")
    word.tap()
    assert "never the value" in meaning(visit, word)
    other = visit.page.locator(WORD, has_text="merged").first
    other.hover()
    assert "another row already describes" in meaning(visit, other)


@pytest.mark.parametrize(
    "path", ["/", "/data", *(pytest.param(p, marks=pytest.mark.full) for p in ("/map", "/trends", "/demographics"))]
)
def test_few_words_are_explained_and_no_text_of_the_data_becomes_one(opened: Any, path: str) -> None:
    """The titles of these sources try to break out, and stand in the captions right beside explained words."""
    visit = opened(path)
    visit.page.locator(WORD).first.wait_for()
    found = visit.page.locator(".lamplight-terms").evaluate_all(
        """(blocks) => blocks.map((b) => [b.querySelectorAll('.lamplight-term').length,
        b.querySelectorAll('.lamplight-caption *:not(.lamplight-term)').length,
        [...b.querySelectorAll('.lamplight-term')].map((w) => [...w.attributes].map((a) => a.name).sort().join())])"""
    )
    assert found and any(n for n, _, _ in found)
    for n, others, attributes in found:
        assert n <= 3 and others == 0
        assert set(attributes) <= {"aria-description,class,data-meaning,tabindex"}
    assert visit.broken() is None and visit.elsewhere == [] and visit.problems == []
