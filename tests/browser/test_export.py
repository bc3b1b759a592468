"""The Export page in a browser: a click brings the file, on a laptop and a phone, from records and from the release."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import audit
from tests.browser.conftest import serving, visits
from tests.browser.test_pages import scrolls_down_only
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    make_warehouse(folder, 400)
    make_public(folder / "public")
    return folder


@pytest.fixture
def open_on(browser: Any, data: Path, tmp_path: Path) -> Iterator[Any]:
    def run(tier: str) -> Any:
        env = {"LAMPLIGHT_DATA": str(data / "public" if tier == "public" else data), "LAMPLIGHT_TIER": tier}
        return serving("app.py", env, tmp_path / "log.txt")

    yield run


def download(visit: Any) -> tuple[str, Path]:
    """Click the button; the file may come in a tab of its own."""
    found: list[Any] = []

    def keep(file: Any) -> None:
        found.append(file)

    visit.page.context.on("page", lambda tab: tab.on("download", keep))
    visit.page.on("download", keep)
    visit.page.get_by_role("link", name="Download").click()
    for _ in range(100):
        if found:
            break
        visit.page.wait_for_timeout(100)
    (file,) = found
    return file.suggested_filename, Path(file.path())


@pytest.mark.parametrize("tier", ["restricted", "public"])
def test_a_click_brings_the_file_that_the_page_describes(browser: Any, data: Path, open_on: Any, tier: str) -> None:
    with open_on(tier) as address, visits(browser, address) as go:
        visit = go("/export?kind=Records" if tier == "restricted" else "/export")
        said = int(visit.page.locator("h3").first.inner_text().split()[0].replace(",", ""))
        name, path = download(visit)
        assert name.endswith(".csv") and name.startswith("RESTRICTED-") == (tier == "restricted")
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file))) == said + 1
        visit.page.set_viewport_size({"width": 390, "height": 844})
        visit.ready()
        scrolls_down_only(visit)
    if tier == "restricted":
        rows = audit.entries(data, what="export").rows
        assert [(row.rows, row.subject, row.page) for row in rows] == [(said, "records", "export")]
