"""What a map can do beside counts, in a real browser: patterns, the player, linked maps, several places, drawing."""

import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import serving, visits
from tests.browser.hostile import HOSTILE
from tests.browser.questions_visit import (
    FILLS,
    PLACES,
    SETTLED,
    SLIDER,
    VIEW,
    assert_nothing_broke,
    corners,
    maps,
    press,
    start_drawing,
    told,
    wait_until,
)

pytestmark = pytest.mark.browser

GROWTH = 1.1
FRAME_MILLISECONDS = 4


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of questions_page.py."""
    with serving("tests/browser/questions_app.py", {}, tmp_path_factory.mktemp("questions") / "log.txt") as address:
        yield address


@pytest.fixture
def visitor(browser: Any, questions: str) -> Iterator[Any]:
    with visits(browser, questions) as visit:
        yield visit


def test_each_class_has_its_colour_and_pattern_and_tips_are_text(visitor: Any) -> None:
    visit = visitor("/?show=classes")
    [frame] = maps(visit)
    fills = frame.evaluate(FILLS)
    assert len(fills) == 37
    assert len({fills[i] for i in range(4)}) == 4
    assert fills[4] == fills[0]
    assert sum("url(" in fill for fill in fills[:4]) == 3, "one class is plain"
    parts = "(e) => [...e.children].map((c) => c.tagName)"
    drawn = frame.evaluate(f"[...document.querySelectorAll('pattern')].map({parts})")
    assert drawn == [["rect", "path"]] * 3
    said = frame.evaluate("""() => lamplight.current().picture.list.map((l) => { l.openTooltip(l.getCenter());
        const e = l.getTooltip().getElement();
        const seen = [e.textContent, e.querySelectorAll('img, script, svg, a').length];
        l.closeTooltip(); return seen; })""")
    assert all(elements == 0 for _, elements in said)
    for i, text in enumerate(HOSTILE):
        assert said[i][0] == f"{text} {i}: class {i % 4} of {text}"
    assert_nothing_broke(visit)


def test_the_player_steps_by_keyboard_plays_on_request_and_asks_the_server_nothing(visitor: Any) -> None:
    visit = visitor("/?show=player")
    [frame] = maps(visit)
    frame.wait_for_selector(SLIDER)
    sent = visit.sent
    last = frame.get_attribute(SLIDER, "aria-valuetext")
    assert last == f"window 23 {HOSTILE[0]}: 23 hot", "it opens on the last frame"
    at_last = frame.evaluate(FILLS)
    visit.page.wait_for_timeout(SETTLED)
    assert frame.get_attribute(SLIDER, "aria-valuetext") == last, "and does not start by itself"
    view = frame.evaluate(VIEW)
    frame.press(SLIDER, "Home")
    first = frame.evaluate(FILLS)
    assert frame.get_attribute(SLIDER, "aria-valuetext").startswith("window 0 ")
    frame.press(SLIDER, "ArrowRight")
    second = frame.evaluate(FILLS)
    assert second[0] == first[1], "classes go round by one step"
    assert second != first
    frame.press(SLIDER, "End")
    assert frame.evaluate(FILLS) == at_last
    assert set(first) == set(at_last), "the same colours and patterns in every frame"
    frame.press(SLIDER, "Home")
    frame.press(SLIDER, " ")
    frame.wait_for_selector(".player button:text('Pause')")
    frame.wait_for_selector(".player .said:has-text('window 2 ')")
    frame.press(SLIDER, " ")
    frame.wait_for_selector(".player button:text('Play')")
    assert frame.evaluate(VIEW) == view
    frame.locator(PLACES).first.hover()
    assert "window" in frame.inner_text(".leaflet-tooltip")
    visit.page.wait_for_timeout(SETTLED)
    assert visit.sent == sent, "the server was told nothing"
    assert frame.locator(".player").get_by_role("slider", name="Period").count() == 1
    assert_nothing_broke(visit)


def test_the_player_keeps_its_frame_over_repaints(visitor: Any) -> None:
    visit = visitor("/?show=player")
    [frame] = maps(visit)
    frame.press(SLIDER, "Home")
    first = frame.evaluate(FILLS)
    visit.page.get_by_role("button", name="Again").click()
    wait_until(visit, "again", 1)
    visit.page.wait_for_timeout(SETTLED)
    assert frame.evaluate(FILLS)[0] == first[1], "other frames of the same periods"
    assert frame.get_attribute(SLIDER, "aria-valuetext").startswith("window 0 ")
    press(frame, 3)
    visit.page.wait_for_timeout(SETTLED)
    assert frame.get_attribute(SLIDER, "aria-valuetext").startswith("window 0 ")


def test_the_player_fits_a_phone(visitor: Any) -> None:
    visit = visitor("/?show=player", width=390, height=844)
    [frame] = maps(visit)
    box, room = frame.locator(".player").bounding_box(), visit.page.locator("iframe").first.bounding_box()
    assert box["x"] >= room["x"]
    assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
    assert frame.locator(SLIDER).bounding_box()["width"] >= 120


def test_a_frame_of_two_thousand_cells_takes_little_script(visitor: Any) -> None:
    visit = visitor("/?show=player&rings=25")
    [frame] = maps(visit)
    frame.wait_for_selector(SLIDER)
    assert frame.evaluate(f"document.querySelectorAll('{PLACES}').length") == 1951
    times = frame.evaluate("""() => { const slider = document.querySelector('.player input');
        return [...Array(48).keys()].map((k) => { slider.value = k % 24; const start = performance.now();
            slider.dispatchEvent(new Event('input')); return performance.now() - start; }); }""")
    # Every cell changes in every frame here, ten times what rolling windows do; a quarter for a machine that is busy.
    assert statistics.quantiles(times, n=4)[0] < FRAME_MILLISECONDS * 3, times


def test_two_maps_follow_each_other_without_the_server(visitor: Any) -> None:
    visit = visitor("/?show=pair")
    one, other = maps(visit)
    assert one.evaluate(VIEW) == other.evaluate(VIEW)
    sent = visit.sent
    zoom = one.evaluate("map.getZoom()")
    one.click(".leaflet-control-zoom-in")
    other.wait_for_function(f"map.getZoom() > {zoom}")
    one.wait_for_function("!map._animatingZoom")
    assert one.evaluate(VIEW) == other.evaluate(VIEW)
    before = one.evaluate(VIEW)
    other.press(".leaflet-container", "ArrowRight")
    one.wait_for_function(f"{VIEW}[2] !== '{before[2]}'")
    other.wait_for_function("!map._panAnim?._inProgress")
    visit.page.wait_for_timeout(SETTLED)
    assert one.evaluate(VIEW) == other.evaluate(VIEW)
    assert visit.sent == sent
    apart = visitor("/?show=pair")
    first, _ = maps(apart)
    assert first.evaluate(VIEW) != one.evaluate(VIEW), "another tab keeps its own view"
    press(other, 5)
    wait_until(visit, "adds", False)
    assert_nothing_broke(visit)


def test_ctrl_or_the_button_adds_places_and_a_plain_click_takes_one(visitor: Any) -> None:
    visit = visitor("/?show=several")
    [frame] = maps(visit)
    a = press(frame, 3)
    b = press(frame, 20, modifiers=["Control"])
    wait_until(visit, "chosen", [a, b])
    assert told(visit)["adds"] is True
    frame.wait_for_function("lamplight.current().picture.chosen.size === 2")
    button = frame.get_by_role("button", name="Add places")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    c = press(frame, 30)
    wait_until(visit, "chosen", [a, b, c])
    assert button.get_attribute("aria-pressed") == "true", "it stays pressed over the repaint"
    press(frame, 20)
    wait_until(visit, "chosen", [a, c])
    button.click()
    press(frame, 20)
    wait_until(visit, "chosen", [b])
    press(frame, 20)
    wait_until(visit, "chosen", [])
    assert_nothing_broke(visit)


def test_an_area_is_drawn_with_the_mouse_and_comes_back_as_an_outline(visitor: Any) -> None:
    visit = visitor("/?show=draw")
    [frame] = maps(visit)
    sent = visit.sent
    start_drawing(frame)
    corners(frame, (400, 120), (700, 140), (690, 420))
    assert "3 corners" in frame.inner_text(".drawing-bar")
    corners(frame, (380, 400))
    assert visit.sent == sent, "corners are the browser's own until the area is finished"
    assert told(visit)["chosen"] == [], "a corner chooses no place"
    corners(frame, (402, 122))
    frame.wait_for_selector("path.drawn-area", state="attached")
    ring = told(visit)["area"]
    assert len(ring) == 5
    wanted = frame.evaluate("""[[400, 120], [700, 140], [690, 420], [380, 400]].map((p) => {
        const at = map.containerPointToLatLng(p); return [at.lng, at.lat]; })""")
    assert [x for corner in ring[:4] for x in corner] == pytest.approx([x for c in wanted for x in c], abs=2e-3)
    assert frame.locator(".drawing-bar").count() == 0
    drawn = "document.querySelectorAll('.leaflet-sketch-pane path').length"
    assert frame.evaluate(drawn) == 2, "the outline on its plain line is above the places, and the sketch is gone"
    assert_nothing_broke(visit)


def test_an_area_is_drawn_with_the_keyboard_alone(visitor: Any) -> None:
    visit = visitor("/?show=draw")
    [frame] = maps(visit)
    frame.get_by_role("button", name="Draw an area").focus()
    visit.page.keyboard.press("Enter")
    frame.wait_for_selector(".drawing-bar")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press(key)
        visit.page.wait_for_timeout(400)  # Leaflet's pan
        frame.wait_for_function("!map._panAnim?._inProgress")
    visit.page.keyboard.press("Enter")
    assert "4 corners" in frame.inner_text(".drawing-bar")
    visit.page.keyboard.press("Enter")
    frame.wait_for_selector("path.drawn-area", state="attached")
    assert len(told(visit)["area"]) == 5


def test_edges_that_cross_are_refused_and_escape_cancels(visitor: Any) -> None:
    visit = visitor("/?show=draw")
    [frame] = maps(visit)
    sent = visit.sent
    start_drawing(frame)
    corners(frame, (400, 120), (700, 400), (700, 120), (400, 400))
    frame.get_by_role("button", name="Finish").click()
    assert "cross" in frame.inner_text(".drawing-bar")
    frame.get_by_role("button", name="Undo").click()
    assert "3 corners" in frame.inner_text(".drawing-bar")
    frame.press(".leaflet-container", "Escape")
    assert frame.locator(".drawing-bar").count() == 0
    visit.page.wait_for_timeout(SETTLED)
    assert visit.sent == sent
    press(frame, 3)
    frame.wait_for_function("lamplight.current().picture.chosen.size === 1")


@pytest.mark.full
@pytest.mark.parametrize("show", ["classes", "player"])
def test_a_hundred_repaints_leave_nothing_behind_in_the_browser(visitor: Any, show: str) -> None:
    visit = visitor(f"/?show={show}&rings=8")
    [frame] = maps(visit)
    session = visit.context.new_cdp_session(visit.page)
    session.send("Performance.enable")
    done = 0

    def repaint(times: int) -> dict[str, float]:
        nonlocal done
        for _ in range(times):
            done += 1
            visit.page.get_by_role("button", name="Again").click()
            visit.page.get_by_text(f'"again": {done},').wait_for()
        visit.page.wait_for_timeout(SETTLED)
        session.send("HeapProfiler.collectGarbage")
        found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return {name: found[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}

    before = repaint(15)
    paths = frame.evaluate("document.querySelectorAll('path').length")
    after = repaint(100)
    assert frame.evaluate("document.querySelectorAll('path').length") == paths
    assert frame.evaluate("window.feature_group.length") == 1
    assert all(after[name] < before[name] * GROWTH for name in before), (before, after)
