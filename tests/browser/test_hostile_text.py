"""A hostile text in every field of every source, on every page, everything opened: nothing runs, nothing is fetched."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import serving, visits
from tests.browser.hostile import MORE
from tests.conftest import ROOT
from tests.hostile_files import load_hostile

pytestmark = pytest.mark.browser
PAGES = sorted("/" if p.stem == "overview" else f"/{p.stem}" for p in (ROOT / "pages").glob("*.py"))
_VIEWS = ("", "?unit=victims", "?unit=published_cases", "?unit=offences", "?unit=signals")
_OTHERS = """[...document.querySelectorAll('script, style, link, iframe')].filter((e) =>
    (e.src || e.href || '').includes('other.example') ||
    /broken|other\\.example/.test(e.textContent + (e.srcdoc || '')))
    .map((e) => e.outerHTML.slice(0, 200))"""
MOST = 2  # panels of one kind that are opened on a page
PATIENCE = 60_000  # milliseconds: a page with everything open has much to draw
_STARTS = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    store = load_hostile(folder, MORE)
    env = {"LAMPLIGHT_DATA": str(store.data), "LAMPLIGHT_TIER": "restricted"}
    with serving("app.py", env, folder / "log.txt") as address:
        yield address


@pytest.fixture
def hostile_visit(browser: Any, hostile_server: str) -> Iterator[Any]:
    with visits(browser, hostile_server) as visit:
        yield visit


def _unharmed(visit: Any) -> None:
    assert visit.broken() is None
    assert visit.elsewhere == []
    assert visit.problems == []
    page = visit.page
    assert page.locator("[data-testid='stException']").count() == 0
    assert page.locator("[data-testid='stMain'] img[src^='http'], a[href^='javascript' i], iframe[srcdoc]").count() == 0
    assert page.evaluate(_OTHERS) == [], "a script or a style that is not ours"
    assert "broken" not in page.title() and "<" not in page.title()


def _open_everything(visit: Any) -> str:
    """Every quiet button and panel, one by one, and every list of choices; what they said."""
    page, said = visit.page, []
    for name in ("Table", "Link", "How to read it", "More"):
        for i in range(min(page.get_by_role("button", name=name, exact=True).count(), MOST)):
            page.get_by_role("button", name=name, exact=True).nth(i).click()
            body = page.get_by_test_id("stPopoverBody").first
            body.wait_for()
            visit.ready()
            said.append(body.text_content() or "")
            page.keyboard.press("Escape")
            body.wait_for(state="detached")
    for box in page.locator("[data-testid='stMultiSelect'] input, [data-testid='stSelectbox'] input").all()[:8]:
        if box.is_visible() and box.is_enabled():
            box.click()
            options = page.locator("[role='option'], [role='listbox']")
            if options.count():
                said.append(" ".join(options.all_text_contents()))
            page.keyboard.press("Escape")
    visit.drawn()
    for plot in page.locator(".js-plotly-plot").all()[:6]:
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        if box:
            for x, y in ((0.3, 0.5), (0.5, 0.4), (0.7, 0.6), (0.9, 0.8)):
                page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
                said += page.locator(".hoverlayer").all_text_contents()
    return " ".join(said)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_with_everything_open(hostile_visit: Any, path: str) -> None:
    visit = hostile_visit(path)
    visit.page.set_default_timeout(PATIENCE)
    if path == "/map":
        visit.map()
    seen = visit.text() + _open_everything(visit)
    _unharmed(visit)
    if path in ("/", "/map", "/data"):
        assert "broken" in seen, "the texts must have come to the page, or nothing is proven"


@pytest.mark.full
@pytest.mark.parametrize("view", _VIEWS)
def test_every_unit_of_count_on_the_pages_of_figures(hostile_visit: Any, view: str) -> None:
    for path in ("/", "/trends", "/demographics"):
        visit = hostile_visit(path + view)
        visit.page.mouse.wheel(0, 4000)
        visit.ready()
        _unharmed(visit)


def test_every_tip_and_label_of_the_map_is_opened(hostile_visit: Any) -> None:
    """Leaflet is loaded and each tooltip is open once: the texts are in it, as text."""
    visit = hostile_visit("/map?by=Areas:+Lapd+divisions")
    frame = visit.map()
    tips = frame.evaluate("""() => Object.values(map._layers).filter((l) => l.feature?.properties.id && l.getCenter)
        .map((l) => { l.openTooltip(l.getCenter()); const e = l.getTooltip()?.getElement();
            const seen = [e?.textContent ?? '', e?.querySelectorAll('img, script, svg, a, iframe, style').length ?? 0];
            l.closeTooltip(); return seen; })""")
    assert len(tips) >= 4 and all(elements == 0 for _, elements in tips)
    assert "broken" in " ".join(text for text, _ in tips)
    assert frame.evaluate("document.querySelectorAll('.label :is(img, script, svg, a, iframe)').length") == 0
    _unharmed(visit)


def test_downloads_hold_the_texts_and_no_formula(hostile_visit: Any, tmp_path: Path) -> None:
    import csv

    visit = hostile_visit("/map?by=Areas:+Lapd+divisions")
    visit.map()
    buttons = visit.page.get_by_role("button", name="Download", exact=True)
    held = ""
    for i in range(min(buttons.count(), 6)):
        with visit.page.expect_download() as waiting:
            buttons.nth(i).click()
        assert re.fullmatch(r"[\w.-]+\.csv", waiting.value.suggested_filename)
        path = tmp_path / f"{i}.csv"
        waiting.value.save_as(path)
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.reader(handle):
                held += " ".join(row)
                assert not [c for c in row if c.startswith(_STARTS) and not re.fullmatch(r"-?[\d.]+", c)]
    assert "broken" in held
    _unharmed(visit)
