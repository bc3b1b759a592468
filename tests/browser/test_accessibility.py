"""Pages for everyone: axe-core finds nothing grave, figures speak, large type and phones cut nothing off, all is still.

The normal run sees every page once, on records, in light colours; --full adds dark colours and the public side.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from tests.browser import accessible
from tests.browser.conftest import serving, visits
from tests.browser.test_pages import PAGES, WIDER_THAN_SEEN, scrolls_down_only
from tests.make_public import make_public

pytestmark = pytest.mark.browser
PUBLIC = ("/", "/map", "/trends", "/demographics", "/export", "/saved", "/briefing", "/present", "/data", "/why")
OPENED = ('[class*="st-key-table_"] button', '[class*="st-key-reading_"] button')
FILTERS = ".st-key-more button"  # the same on every page
LARGE = {"width": 720, "height": 450, "device_scale_factor": 2}  # 1440 by 900 at 200 %
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def public_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("everyone")
    make_public(folder / "public", "year", "district", 700)
    env = {"LAMPLIGHT_DATA": str(folder / "public"), "LAMPLIGHT_TIER": "public"}
    with serving("app.py", env, folder / "log.txt") as address:
        yield address


@pytest.fixture
def public(browser: Any, public_address: str) -> Iterator[Any]:
    with visits(browser, public_address) as visit:
        yield visit


def settle(visit: Any, path: str) -> None:
    """Wait until everything of a page is drawn, and what access.js adds to it is there."""
    if path == "/map":
        visit.map()
    visit.ready()
    visit.page.wait_for_timeout(400)  # access.js looks a tenth of a second after the last change


def faults_by_axe(visit: Any, path: str) -> list[str]:
    """What axe-core finds in a page as it opens, and with its first table and explanation, and More filters, open."""
    source = accessible.axe_source()
    settle(visit, path)
    found = accessible.violations(visit, source)
    for opener in (*OPENED, *([FILTERS] if path == "/" else [])):
        button = visit.page.locator(opener)
        if button.count():
            button.first.click()
            visit.page.wait_for_selector("[data-testid='stPopoverBody']")
            settle(visit, "")
            found += accessible.violations(visit, source)
            visit.page.keyboard.press("Escape")
            visit.page.wait_for_selector("[data-testid='stPopoverBody']", state="detached")
    return sorted(set(found))


def too_wide(visit: Any) -> list[str]:
    """Text that is cut off, and by how much the page scrolls sideways."""
    with suppress(TimeoutError):
        scrolls_down_only(visit)
    sideways = visit.page.evaluate(WIDER_THAN_SEEN)
    return [*visit.page.evaluate(accessible.CUT), *([f"{sideways} pixels too wide"] if sideways > 1 else [])]


def left(visit: Any, script: str) -> Any:
    """What a script still finds when the page has had its time: levels of headings are set after they are drawn."""
    with suppress(TimeoutError):
        visit.page.wait_for_function(f"() => ({script})().length === 0")
    return visit.page.evaluate(script)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_fits_stays_still_and_axe_finds_nothing_serious(visitor: Any, path: str) -> None:
    """At 200 %, on a phone, then axe-core on the screen of a desk; without axe-core it is skipped after the rest."""
    visit = visitor(path, reduced_motion="reduce", bypass_csp=True, **LARGE)
    settle(visit, path)
    assert visit.page.evaluate(accessible.UNSPOKEN) == []
    assert left(visit, accessible.SKIPPED) == []
    assert visit.page.evaluate(accessible.MOVING) == 0
    assert too_wide(visit) == [], "at 200 %"
    visit.page.set_viewport_size(PHONE)
    settle(visit, path)
    assert too_wide(visit) == [], "on a phone"
    visit.page.set_viewport_size(DESK)
    assert faults_by_axe(visit, path) == []


@pytest.mark.full
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing_serious_on_a_public_page(public: Any, path: str, scheme: str) -> None:
    visit = public(path, color_scheme=scheme, bypass_csp=True)
    assert faults_by_axe(visit, path) == []
    assert visit.page.evaluate(accessible.UNSPOKEN) == []
    visit.page.set_viewport_size({"width": 720, "height": 450})
    settle(visit, path)
    assert too_wide(visit) == []


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious_in_the_dark(visitor: Any, path: str) -> None:
    assert faults_by_axe(visitor(path, color_scheme="dark", bypass_csp=True), path) == []


def test_what_measures_a_page_finds_what_is_wrong(visitor: Any) -> None:
    """A text cut off, a figure without words, a level skipped, a movement and a button without a name are found."""
    visit = visitor("/", bypass_csp=True)
    settle(visit, "/")
    visit.page.evaluate(
        """() => {
          const box = document.createElement('div');
          box.innerHTML = '<div style="width:40px;overflow:hidden;white-space:nowrap">much too long for this</div>'
            + '<div class="st-key-figure_x"><h3>A title</h3><img width="9" height="9" alt="else"></div>'
            + '<h4>Too deep</h4><h1>Up again</h1><h3>Skipped</h3><button></button>';
          document.querySelector('.stMain .block-container').append(box);
          document.querySelectorAll('.stMain h3, .stMain h4').forEach((h) => h.removeAttribute('aria-level'));
          box.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 5000 });
          return null;
        }"""
    )
    assert any("much too long" in fault for fault in visit.page.evaluate(accessible.CUT))
    assert any("A title" in fault for fault in visit.page.evaluate(accessible.UNSPOKEN))
    assert visit.page.evaluate(accessible.MOVING) == 1
    visit.page.evaluate(
        "document.querySelectorAll('.stMain [aria-level]').forEach((h) => h.removeAttribute('aria-level'))"
    )
    assert "Skipped" in visit.page.evaluate(accessible.SKIPPED)
    assert any("button-name" in fault for fault in accessible.violations(visit, accessible.axe_source()))
