"""The map in a real browser, with Leaflet really loaded: the view stays, clicks answer, text does nothing."""

import html
from typing import Any

import folium
import pytest
from streamlit_folium import _get_feature_group_string

from dashboard.escape import html_text
from dashboard.maps.layers import LocalMap
from tests.browser.hostile import HOSTILE

pytestmark = pytest.mark.browser

SETTLED = 600  # milliseconds: longer than streamlit-folium waits (250) before it would tell the server
VIEW = "[map.getZoom(), map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4)]"
COUNT = "document.querySelectorAll('path.leaflet-interactive').length"
TOOLTIP = ".leaflet-tooltip"
BUSIEST = """() => { const all = Object.values(map._layers).filter((l) => l.feature?.properties.id);
    const of = (l) => l.feature.properties.n;
    const top = all.sort((a, b) => of(b) - of(a))[0]; const p = map.latLngToContainerPoint(top.getCenter());
    return {x: p.x, y: p.y, id: top.feature.properties.id, text: top.feature.properties.t, n: of(top)}; }"""


def click_busiest(visit: Any, frame: Any) -> dict[str, Any]:
    """Click the place with most, where a person would. Returns its id, text and count."""
    found: dict[str, Any] = frame.evaluate(BUSIEST)
    frame.click(".leaflet-container", position={"x": found["x"], "y": found["y"]})
    return found


def choose(visit: Any, label: str, option: str) -> None:
    """Pick an option of a select box by typing, as a person at a keyboard."""
    box = visit.page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    visit.page.get_by_role("option", name=option).first.click()
    visit.page.keyboard.press("Escape")  # an open list hides the rest of the page from assistive technology


def test_zoom_and_pan_ask_the_server_nothing_and_a_filter_keeps_the_view(visitor: Any) -> None:
    visit = visitor("/map")
    frame = visit.map()
    before = frame.evaluate(COUNT)
    assert before > 0
    assert frame.evaluate("typeof L.version === 'string' && L.version") == "1.9.3"
    visit.ready()
    sent = visit.sent
    first = frame.evaluate(VIEW)
    frame.click(".leaflet-control-zoom-in")
    frame.wait_for_function(f"map.getZoom() > {first[0]} && !map._animatingZoom")
    frame.press(".leaflet-container", "ArrowRight")
    frame.wait_for_function(f"{VIEW}[2] !== '{first[2]}' && !map._panAnim?._inProgress")
    visit.page.wait_for_timeout(SETTLED)  # an absence can only be seen by giving it time to happen
    assert visit.sent == sent, "zooming and panning must not run the app"
    view = frame.evaluate(VIEW)
    choose(visit, "Exploitation", "Forced labour")
    frame.wait_for_function(f"{COUNT} < {before}")
    assert visit.sent > sent
    assert frame.evaluate(VIEW) == view
    choose(visit, "Count by", "Cells about 17 km across")
    visit.page.wait_for_url("**by=*")
    visit.ready()
    assert frame.evaluate(VIEW) == view, "a change of scale keeps the view too"


def test_a_click_shows_a_place_the_link_keeps_it_and_a_second_click_lets_it_go(visitor: Any) -> None:
    visit = visitor("/map")
    frame = visit.map()
    found = click_busiest(visit, frame)
    panel = visit.page.locator(".st-key-map_place")
    panel.get_by_text("Clear the place").wait_for()
    visit.ready()
    name = found["text"].split(":")[0]
    assert name in panel.inner_text()
    assert f"{found['n']:,} incidents" in panel.inner_text()
    assert "Kind of exploitation" in panel.inner_text()
    chosen = frame.wait_for_function("Object.values(map._layers).find((l) => l.feature?.properties.s)?.options.weight")
    assert chosen.json_value() >= 3
    assert visit.page.url != visit.server + "/map"

    other = visitor(visit.page.url.removeprefix(visit.server))
    other.map()
    assert other.page.locator(".st-key-map_place").inner_text() == panel.inner_text()
    other.page.reload()
    other.ready()
    assert name in other.page.locator(".st-key-map_place").inner_text()

    click_busiest(visit, frame)
    panel.get_by_text("Clear the place").wait_for(state="detached")
    click_busiest(visit, frame)
    panel.get_by_text("Clear the place").wait_for()
    visit.page.get_by_role("button", name="Clear the place").click()
    panel.get_by_text("Clear the place").wait_for(state="detached")
    click_busiest(visit, frame)
    panel.get_by_text("Clear the place").wait_for()


def test_back_returns_to_the_map_with_its_place(visitor: Any) -> None:
    visit = visitor("/map")
    frame = visit.map()
    found = click_busiest(visit, frame)
    visit.page.get_by_text("Clear the place").wait_for()
    visit.page.get_by_role("link", name="Trends").first.click()
    visit.page.wait_for_url("**/trends**")
    visit.ready()
    visit.page.go_back()
    visit.page.wait_for_url("**/map**")
    visit.map()
    visit.page.get_by_text("Clear the place").wait_for()
    assert found["text"].split(":")[0] in visit.page.locator(".st-key-map_place").inner_text()


def test_a_hostile_link_falls_back_with_a_notice(visitor: Any) -> None:
    visit = visitor("/map?by=<script>top.broken=17</script>&place=${top.broken=17}&source=n17&from=9917-99")
    visit.map()
    text = visit.text()
    assert "“by” and “place” could not be read" in text
    assert "“source”" in text
    assert "“from”" in text
    assert "broken=17" not in text, "a value of the link is not repeated"
    assert "n17" not in text
    assert visit.broken() is None
    assert visit.elsewhere == []


def test_hostile_names_are_text_in_tooltips_labels_and_panel(visitor: Any) -> None:
    """Leaflet is loaded, every tooltip is opened, every label is drawn; a page without them would pass falsely."""
    visit = visitor("/map?by=Areas:+Tract")
    frame = visit.map()
    frame.wait_for_function("document.querySelectorAll('.label > span').length > 10")
    names = frame.evaluate("""() => Object.values(map._layers).filter((l) => l.feature?.properties.id).map((l) => {
        l.openTooltip(l.getCenter()); const e = l.getTooltip().getElement();
        const seen = [e.textContent, e.querySelectorAll('img, script, svg, a').length];
        l.closeTooltip(); return seen; })""")
    assert len(names) == 24
    shown = " ".join(text for text, _ in names)
    for text in HOSTILE:
        assert " ".join(text.split()) in shown, "the hostile names must be on the map"
    assert all(elements == 0 for _, elements in names)
    assert frame.evaluate("document.querySelectorAll('.label img, .label script, .label svg, .label a').length") == 0
    assert any(
        "onerror" in t for t in frame.evaluate("[...document.querySelectorAll('.label')].map((e) => e.textContent)")
    )
    click_busiest(visit, frame)
    visit.page.get_by_text("Clear the place").wait_for()
    visit.ready()
    panel = visit.page.locator(".st-key-map_place")
    assert panel.locator("img, script, a[href^='javascript']").count() == 0
    visit.page.get_by_role("button", name="Table").first.click()
    visit.page.locator("[data-testid='stDataFrame']").first.wait_for()
    assert visit.broken() is None
    assert visit.elsewhere == []
    assert visit.problems == []


def test_the_street_map_asks_its_host_only_when_it_is_on(visitor: Any) -> None:
    visit = visitor("/map")
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    visit.context.route("https://tile.openstreetmap.org/**", answer)
    frame = visit.map()
    view = frame.evaluate(VIEW)
    assert asked == []
    visit.page.get_by_text("Street map (contacts openstreetmap.org)").click()
    frame.wait_for_selector(".leaflet-tile-pane img", state="attached")
    frame.wait_for_function(
        "document.querySelector('.leaflet-control-attribution').textContent.includes('OpenStreetMap')"
    )
    assert asked
    assert all(u.startswith("https://tile.openstreetmap.org/") for u in visit.elsewhere)
    assert frame.evaluate(VIEW) == view
    assert frame.evaluate("document.querySelector('.leaflet-tile-pane img').referrerPolicy") == "origin"
    visit.page.get_by_text("Street map (contacts openstreetmap.org)").click()
    frame.wait_for_function("document.querySelectorAll('.leaflet-tile-pane img').length === 0")


@pytest.mark.parametrize("safe", [True, False])
def test_the_escaping_function_makes_foliums_template_literals_harmless(visitor: Any, safe: bool) -> None:
    """Popup and tooltip really opened. Without the function the same texts do run, or this test would prove nothing."""
    visit = visitor("/map")
    frame = visit.map()
    texts = [html_text(text) if safe else text for text in HOSTILE]
    broken = []
    for text in texts:
        frame.evaluate(
            """(code) => { const map_div = window.map, $ = (text) => { // folium's popups ask jQuery for an element
                const t = document.createElement('template'); t.innerHTML = text.trim();
                return [t.content.firstChild]; };
            try { eval(code) } catch (e) { return }
            const marker = Object.values(map._layers).find((l) => l.getRadius);
            marker.openTooltip(); marker.openPopup(); }""",
            marker_code(text),
        )
        if safe:
            frame.wait_for_selector(".leaflet-popup-content")
            assert html.unescape(text).strip() == frame.evaluate(
                "document.querySelector('.leaflet-popup-content').textContent.trim()"
            )
            frame.evaluate("map.closePopup(); Object.values(map._layers).find((l) => l.getRadius).remove()")
            frame.wait_for_selector(".leaflet-popup-content", state="detached")  # it fades
        broken.append(visit.broken())
    assert (set(broken) == {None}) == safe
    assert not safe or visit.elsewhere == []


def marker_code(text: str) -> str:
    """The JavaScript that folium and streamlit-folium make of a marker with this text."""
    group = folium.FeatureGroup()
    folium.CircleMarker([-40, -30], popup=folium.Popup(text), tooltip=text).add_to(group)
    made = LocalMap(location=[0, 0], tiles=None)
    made.render()
    return str(_get_feature_group_string(group, made))
