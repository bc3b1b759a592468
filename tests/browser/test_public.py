"""The protected view in a browser: it fits, says few or none, prints its reasons; the restricted side leads there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.browser.conftest import serving, visits
from tests.browser.test_pages import scrolls_down_only
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

pytestmark = pytest.mark.browser
PAGES = ("/", "/map", "/trends", "/demographics", "/data", "/why")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real-looking records (the frame is on), and a release beside them."""
    folder = tmp_path_factory.mktemp("both")
    with duckdb.connect(str(make_warehouse(folder, 400))) as con:
        con.execute("UPDATE meta SET value = 'false' WHERE key = 'fictional'")
    make_public(folder / "public", "year", "district", 700)
    return folder


@pytest.fixture(scope="module")
def public_server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    env = {"LAMPLIGHT_DATA": str(data / "public"), "LAMPLIGHT_TIER": "public"}
    with serving("app.py", env, tmp_path_factory.mktemp("public") / "log.txt") as address:
        yield address


@pytest.fixture
def public(browser: Any, public_server: str) -> Iterator[Any]:
    with visits(browser, public_server) as visit:
        yield visit


@pytest.fixture
def restricted(browser: Any, data: Path, public_server: str, tmp_path: Path) -> Iterator[Any]:
    env = {"LAMPLIGHT_DATA": str(data), "LAMPLIGHT_TIER": "restricted", "LAMPLIGHT_PUBLIC_URL": public_server}
    with serving("app.py", env, tmp_path / "log.txt") as address, visits(browser, address) as visit:
        yield visit


@pytest.mark.parametrize("path", PAGES)
def test_a_protected_page_draws_fits_a_phone_and_asks_no_other_host(public: Any, path: str) -> None:
    visit = public(path)
    if path == "/map":
        visit.map()
    visit.page.mouse.wheel(0, 4000)
    visit.ready()
    assert visit.page.locator("[data-testid='stException']").count() == 0
    assert "RESTRICTED" not in visit.text()
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.ready()
    scrolls_down_only(visit)
    assert visit.elsewhere == []
    assert visit.problems == []


def test_the_map_hatches_few_or_none_and_a_tooltip_never_says_zero(public: Any) -> None:
    visit = public("/map")
    frame = visit.map()
    assert frame.locator("path[fill^='url(']").count() >= 1
    said = []
    for shape in frame.locator("path.leaflet-interactive").all():
        shape.hover(force=True)
        said += frame.locator(".leaflet-tooltip").all_inner_texts()
    assert any("few, none or place not shown" in text for text in said)
    assert not any(re.search(r"\b([0-9]|10) incidents", text) for text in said), said


def test_a_change_of_unit_keeps_the_period_and_the_link(public: Any) -> None:
    visit = public("/?from=2022&to=2023&premise=Hotel")
    assert "without: kind of place" in visit.text()
    assert "premise" not in visit.page.url
    visit = public("/?from=2022-05&to=2023-02&unit=Victims")
    assert "widened to whole published periods" in visit.text()
    assert "from January 2022 to December 2023" in visit.text()
    assert "from=2022&" in visit.page.url + "&"


def test_why_prints_on_one_page(public: Any) -> None:
    visit = public("/why")
    # access.js has measured how much the sheet has to shrink the page.
    visit.page.wait_for_selector(".lamplight-printed-link:not(:empty)", state="attached")
    visit.page.wait_for_timeout(400)
    made = visit.page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "12mm"))
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", made)) == 1


def test_the_restricted_side_wears_its_frame_and_leads_to_the_same_question(restricted: Any) -> None:
    visit = restricted("/trends?premise=Hotel+or+motel&area=Airport&area=Tract+101&date=Date+occurred&from=2022-03")
    assert "RESTRICTED: do not share this screen" in visit.text()
    visit.page.emulate_media(media="print")
    marked = "getComputedStyle(document.querySelector('[class*=st-key-figure_trend]'), '::before').content"
    assert "RESTRICTED" in visit.page.evaluate(marked)
    visit.page.emulate_media(media="screen")
    visit.page.get_by_role("button", name="Open this question on the public side").click()
    link = visit.page.get_by_role("link", name="Open it there")
    link.wait_for()
    said = visit.text()
    for dropped in ("kind of place", "the date of the event", "widened to whole published periods"):
        assert dropped in said
    address = str(link.get_attribute("href"))
    assert "/trends?" in address
    assert "premise" not in address
    assert "from=2022" in address
    visit.page.goto(address)
    visit.ready()
    assert "RESTRICTED" not in visit.text()
    assert "in Airport" in visit.text()
    assert "from January 2022" in visit.text()
