"""A visit to questions_page.py: what the page was told, the frames of its maps, and clicks in them."""

import json
from typing import Any

SETTLED = 600  # milliseconds: longer than streamlit-folium waits (250) before it would tell the server
VIEW = "[map.getZoom(), map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4)]"
PLACES = "path.leaflet-interactive"
STYLED = "getComputedStyle(document.querySelector('.leaflet-container')).position === 'relative'"
SLIDER = ".player input"
FILLS = f"[...document.querySelectorAll('{PLACES}')].map((e) => getComputedStyle(e).fill)"


def told(visit: Any) -> dict[str, Any]:
    """What the page knows, once its script has come to rest."""
    visit.ready()
    return dict(json.loads(visit.page.locator("[data-testid='stText']").inner_text()))


def wait_until(visit: Any, key: str, value: Any) -> None:
    """Wait until the page has been told this."""
    for _ in range(100):
        if told(visit)[key] == value:
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError(f"{key} is {told(visit)[key]!r}, not {value!r}")


def maps(visit: Any) -> list[Any]:
    """The frames of all maps, each once it has drawn."""
    visit.map()
    found = [h.content_frame() for h in visit.page.query_selector_all("iframe[title*='streamlit_folium']")]
    for frame in found:
        frame.wait_for_selector(PLACES, state="attached")
        frame.wait_for_function(STYLED)
    visit.page.wait_for_timeout(SETTLED)  # the frame's width arrives late, and the map fits once more
    return found


def press(frame: Any, row: int, **options: Any) -> str:
    """Click a place where a person would; returns its id."""
    found = frame.evaluate(
        """(row) => { const l = lamplight.current().picture.list[row];
        const p = map.latLngToContainerPoint(l.getCenter()); return [l.feature.properties.id, p.x, p.y]; }""",
        row,
    )
    frame.click(".leaflet-container", position={"x": found[1], "y": found[2]}, **options)
    return str(found[0])


def assert_nothing_broke(visit: Any) -> None:
    assert visit.broken() is None
    assert visit.elsewhere == []
    assert visit.problems == []


def start_drawing(frame: Any) -> None:
    frame.get_by_role("button", name="Draw an area").click()
    frame.wait_for_selector(".drawing-bar")


def corners(frame: Any, *points: tuple[int, int]) -> None:
    for x, y in points:
        frame.click(".leaflet-container", position={"x": x, "y": y})
