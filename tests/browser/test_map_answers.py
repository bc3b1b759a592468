"""The page Map asked its questions in a real browser: classes, places, player, linked maps, an area of one's own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboard import questions
from dashboard.questions import LABELS
from tests.browser.test_filter_bar import wait_for_bar
from tests.browser.test_map import VIEW, choose

pytestmark = pytest.mark.browser

SETTLED = 600  # milliseconds: longer than streamlit-folium waits (250) before it would tell the server
BY = "Cells about 1 km across"
PLACES = "path.leaflet-interactive"
FILLS = f"[...document.querySelectorAll('{PLACES}')].map((e) => getComputedStyle(e).fill)"
SLIDER = ".player input"
IDS = """() => Object.values(map._layers).filter((l) => l.feature?.properties.id)
    .sort((a, b) => b.feature.properties.n - a.feature.properties.n).map((l) => {
        const p = map.latLngToContainerPoint(l.getCenter()); return [l.feature.properties.id, p.x, p.y]; })"""
NEAR_THE_MIDDLE = (-30.15, -40.05, -29.9, -39.9)  # west, south, east, north: most of the invented county's points


@pytest.fixture(autouse=True)
def no_groups_left(data_dir: Path) -> Iterator[None]:
    yield
    for left in (data_dir / "warehouse").glob("state.sqlite*"):
        left.unlink()


def link(which: str, **more: str) -> str:
    """The page asked this. One source alone collected long enough for a course over time to be told."""
    given = {"ask": LABELS[which], "by": BY} | more
    if which == questions.TREND:
        given |= {"source": "Wick Police", "by": "Cells about 2.4 km across"}
    return f"/map?{urlencode(given)}"


WIDE = "Math.max(...['stMain', 'stApp'].map((n) => document.querySelector(`[data-testid=${n}]`).scrollWidth))"


def panel(visit: Any) -> Any:
    return visit.page.locator(".st-key-map_place")


def press(frame: Any, rank: int, **options: Any) -> str:
    """Click the place with the so many most, where a person would; returns its id."""
    key, x, y = frame.evaluate(IDS)[rank]
    frame.click(".leaflet-container", position={"x": x, "y": y}, **options)
    return str(key)


def assert_nothing_broke(visit: Any) -> None:
    assert visit.broken() is None
    assert visit.elsewhere == []
    assert visit.problems == []


@pytest.mark.parametrize("which", LABELS)
def test_a_question_paints_its_classes_and_has_one_legend(visitor: Any, which: str) -> None:
    visit = visitor(link(which))
    frame = visit.map()
    fills = set(frame.evaluate(FILLS))
    legend = visit.page.locator("[data-testid='stHtml'] div[role='group']")
    assert legend.count() == 1
    if which in (questions.COUNT, questions.DENSE):  # lightness alone tells these apart in print
        assert len(fills) >= 3
        assert not any("url(" in fill for fill in fills)
    else:
        swatches = legend.locator("img").count()
        assert swatches >= (3 if which == questions.RATE else 4)
        assert 1 <= len(fills) <= swatches
        if which in (questions.CLUSTERED, questions.CHANGED, questions.TREND):
            assert any("url(" in fill for fill in fills), "a class that has a pattern is on the map"
    assert visit.page.locator(".st-key-figure_map").get_by_role("button", name="Table").count() == 1
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.wait_for_function(f"() => {WIDE} <= 390")
    assert_nothing_broke(visit)


def test_two_places_are_added_up_and_the_link_back_and_reload_keep_them(visitor: Any) -> None:
    visit = visitor(link(questions.CLUSTERED))
    frame = visit.map()
    view = frame.evaluate(VIEW)
    press(frame, 0)
    panel(visit).get_by_text("Clear the place").wait_for()
    assert "On this map: hot spot" in panel(visit).inner_text()
    press(frame, 1, modifiers=["Shift"])
    panel(visit).get_by_role("heading", name="2 cells together").wait_for()
    visit.page.wait_for_url(lambda url: url.count("place=") == 2)
    visit.ready()
    said = panel(visit).inner_text()
    assert frame.evaluate(VIEW) == view, "a click repaints and moves nothing"

    visit.page.get_by_role("link", name="Trends").click()
    visit.page.wait_for_url("**/trends**")
    visit.ready()
    visit.page.go_back()
    visit.page.wait_for_url("**/map?**")
    panel(visit).get_by_role("heading", name="2 cells together").wait_for()
    visit.ready()
    assert panel(visit).inner_text() == said
    assert visit.page.get_by_role("combobox", name="Question").input_value() == LABELS[questions.CLUSTERED]

    visit.page.reload()
    visit.map()
    panel(visit).get_by_role("heading", name="2 cells together").wait_for()
    visit.ready()
    assert panel(visit).inner_text() == said
    assert_nothing_broke(visit)


def test_the_player_is_kept_going_by_keyboard_without_the_server(visitor: Any) -> None:
    visit = visitor(link(questions.CLUSTERED))
    visit.map()
    visit.page.get_by_text("Play over time", exact=True).click()
    visit.ready()
    frame = visit.map()
    frame.wait_for_selector(SLIDER)
    visit.page.wait_for_timeout(SETTLED)
    sent = visit.sent
    last, at_last = frame.get_attribute(SLIDER, "aria-valuetext"), frame.evaluate(FILLS)
    assert last.endswith(("hot spots", "hot spot"))
    frame.press(SLIDER, "Home")
    first = frame.get_attribute(SLIDER, "aria-valuetext")
    assert first != last
    assert frame.evaluate(FILLS) != at_last
    frame.press(SLIDER, " ")
    frame.wait_for_function(f"document.querySelector('{SLIDER}').value >= 3")
    frame.press(SLIDER, " ")
    frame.press(SLIDER, "End")
    assert frame.evaluate(FILLS) == at_last
    visit.page.wait_for_timeout(SETTLED)
    assert visit.sent == sent
    press(frame, 0)
    panel(visit).get_by_text("Clear the place").wait_for()
    visit.ready()
    visit.page.wait_for_timeout(SETTLED)
    assert sorted(frame.evaluate(FILLS)) == sorted(at_last), "a click paints the same frame again"
    assert_nothing_broke(visit)


def test_side_by_side_maps_move_together_and_share_a_legend(visitor: Any) -> None:
    visit = visitor(link(questions.CHANGED))
    visit.map()
    visit.page.get_by_text("Side by side", exact=True).click()
    visit.page.locator(".st-key-map_frame_right iframe").wait_for()
    visit.ready()
    frames = [
        visit.page.wait_for_selector(f".st-key-map_frame_{side} iframe").content_frame() for side in ("left", "right")
    ]
    for frame in frames:
        frame.wait_for_selector(PLACES, state="attached")
    visit.page.wait_for_timeout(SETTLED)
    left, right = frames
    assert left.evaluate(VIEW) == right.evaluate(VIEW)
    sent, zoom = visit.sent, left.evaluate("map.getZoom()")
    left.click(".leaflet-control-zoom-in")
    right.wait_for_function(f"map.getZoom() > {zoom}")
    left.wait_for_function("!map._animatingZoom")
    visit.page.wait_for_timeout(SETTLED)
    assert left.evaluate(VIEW) == right.evaluate(VIEW)
    assert visit.sent == sent
    assert visit.page.locator("[data-testid='stHtml'] div[role='group']").count() == 1
    assert_nothing_broke(visit)


def test_a_drawn_area_has_figures_and_becomes_a_filter_everywhere(visitor: Any) -> None:
    visit = visitor(link(questions.CLUSTERED))
    frame = visit.map()
    visit.page.wait_for_timeout(SETTLED)
    frame.get_by_role("button", name="Draw an area").click()
    frame.wait_for_selector(".drawing-bar")
    box = frame.locator(".leaflet-container").bounding_box()
    room = visit.page.locator("iframe[title*='streamlit_folium']").bounding_box()
    width, height = room["width"], min(box["height"], room["height"])
    for x, y in ((0.2, 0.2), (0.75, 0.25), (0.7, 0.8), (0.25, 0.75)):
        frame.click(".leaflet-container", position={"x": width * x, "y": height * y})
    frame.get_by_role("button", name="Finish").click()
    panel(visit).get_by_role("heading", name="Your area").wait_for()
    visit.ready()
    said = panel(visit).get_by_text("with a point in it.").inner_text()
    assert int(said.split(" ")[0].replace(",", "")) > 0

    field = panel(visit).get_by_label("Name of the area")
    field.fill("School zone")
    field.press("Enter")
    panel(visit).get_by_role("button", name="Use as filter everywhere").click()
    shown = wait_for_bar(visit, "in the drawn area School zone")
    assert shown.startswith(said.split(" ")[0] + " ")
    visit.page.get_by_role("link", name="Trends").click()
    visit.page.wait_for_url("**/trends?**area=Drawn**School**")
    assert wait_for_bar(visit, "in the drawn area School zone") == shown
    assert_nothing_broke(visit)


def outline(west: float, south: float, east: float, north: float) -> bytes:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": shape}).encode()


def upload(visit: Any, content: bytes, name: str = "zone.geojson") -> None:
    visit.page.get_by_role("button", name="Your own area").click()
    field = visit.page.locator("[data-testid='stFileUploader'] input[type='file']")
    field.set_input_files({"name": name, "mimeType": "application/json", "buffer": content})


def test_an_uploaded_outline_has_figures_and_a_bad_one_a_sentence(visitor: Any) -> None:
    visit = visitor(link(questions.COUNT))
    visit.map()
    upload(visit, outline(*NEAR_THE_MIDDLE))
    panel(visit).get_by_role("heading", name="Your area").wait_for()
    visit.ready()
    said = panel(visit).get_by_text("with a point in it.").inner_text()
    assert int(said.split(" ")[0].replace(",", "")) > 0
    panel(visit).get_by_role("button", name="Take the area away").click()
    panel(visit).get_by_role("heading", name="Your area").wait_for(state="detached")

    other = visitor(link(questions.COUNT))
    other.map()
    upload(other, b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [-30, -40]}}')
    warning = panel(other).locator("[data-testid='stAlert']")
    warning.wait_for()
    assert warning.inner_text().rstrip().endswith(".")
    assert panel(other).get_by_role("heading", name="Your area").count() == 0
    assert_nothing_broke(visit)
    assert_nothing_broke(other)


@pytest.mark.parametrize(
    "which", [pytest.param(q, marks=() if q == questions.CLUSTERED else pytest.mark.full) for q in LABELS]
)
def test_opened_on_a_phone_nothing_is_wider(visitor: Any, which: str) -> None:
    visit = visitor(link(which), width=390, height=844)
    visit.map()
    assert visit.page.evaluate(WIDE) <= 390
    assert_nothing_broke(visit)


def test_hostile_names_of_areas_do_nothing_in_any_answer(visitor: Any) -> None:
    visit = visitor(link(questions.RATE, by="Areas: Tract"))
    for which in (questions.RATE, questions.CHANGED, questions.DENSE):
        if which != questions.RATE:
            choose(visit, "Question", LABELS[which])
            visit.page.wait_for_function(
                "(asked) => location.search.includes(asked)", arg=urlencode({"ask": LABELS[which]})
            )
        visit.ready()
        frame = visit.map()
        press(frame, 0)
        panel(visit).get_by_text("Clear the place").wait_for()
        visit.ready()
        assert panel(visit).locator("img, script, a[href^='javascript']").count() == 0
        visit.page.get_by_role("button", name="Table").first.click()
        visit.page.locator("[data-testid='stDataFrame']").first.wait_for()
        visit.page.keyboard.press("Escape")
        panel(visit).get_by_text("Clear the place").click()
        # A choice made before the page has followed would be overtaken by it.
        visit.page.wait_for_function("() => !location.search.includes('place=')")
        panel(visit).get_by_text("Clear the place").wait_for(state="detached")
        visit.ready()
    assert_nothing_broke(visit)
