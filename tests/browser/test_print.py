"""Pages on paper: the view in words and whole figures, on white, with the frame of real records on every sheet."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_public import data, public, public_server, restricted  # noqa: F401  fixtures
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
BUTTONS = ("Quick exit", "Reset", "More", "Save this view", "Download", "How to read it", "Table")


def printed(visit: Visit, path: Path) -> list[str]:
    """The text of each sheet that the browser prints of a page."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext (poppler-utils)")
    # The last that access.js writes; it measures the page a moment after the last change.
    visit.page.wait_for_selector(".lamplight-printed-link:not(:empty)", state="attached")
    visit.page.wait_for_timeout(400)
    visit.page.pdf(path=str(path), format="A4")
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode().rstrip("\f").split("\f")


def darkest_paper(path: Path) -> float:
    """The share of pixels near white on the sheet that has fewest of them."""
    done = subprocess.run(["pdftoppm", "-r", "30", "-gray", str(path)], capture_output=True, check=True).stdout
    shares = []
    while done:
        found = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", done)
        assert found
        size = int(found[1]) * int(found[2])
        pixels = done[found.end() : found.end() + size]
        shares.append(sum(p > 240 for p in pixels) / size)
        done = done[found.end() + size :]
    return min(shares)


@pytest.mark.parametrize(
    "path", ["/", pytest.param("/trends", marks=pytest.mark.full), pytest.param("/data", marks=pytest.mark.full)]
)
def test_a_sheet_has_the_view_in_words_and_nothing_to_press(public: Any, tmp_path: Path, path: str) -> None:  # noqa: F811
    visit = public(f"{path}?from=2022&to=2024", color_scheme="dark")
    title = visit.page.locator(".stMain h3").first.inner_text()
    sheets = printed(visit, tmp_path / "page.pdf")
    whole = re.sub(r"\s+", " ", " ".join(sheets))
    assert "reported from January 2022 to December 2024" in whole, "the filters, in words"
    assert title in whole
    assert "This view: http://127.0.0.1" in whole
    assert "from=2022" in whole
    assert "1-888-373-7888" in whole
    assert not [name for name in BUTTONS if re.search(rf"(?m)^\s*{name}\s*$", "\n".join(sheets))]
    assert all(sheet.strip() for sheet in sheets), "no empty sheet"
    assert darkest_paper(tmp_path / "page.pdf") > 0.5, "white paper, from a dark screen too"


def test_every_sheet_of_records_wears_the_frame(restricted: Any, tmp_path: Path) -> None:  # noqa: F811
    sheets = printed(restricted("/"), tmp_path / "page.pdf")
    assert len(sheets) > 1
    assert all("RESTRICTED: do not share" in sheet for sheet in sheets)


def test_a_map_is_printed_with_its_places_and_without_its_buttons(public: Any, tmp_path: Path) -> None:  # noqa: F811
    visit = public("/map", color_scheme="dark")
    visit.map()
    sheets = printed(visit, tmp_path / "map.pdf")
    assert any("This view:" in sheet for sheet in sheets)
    assert not any("Draw an area" in sheet for sheet in sheets)
    assert darkest_paper(tmp_path / "map.pdf") > 0.5
