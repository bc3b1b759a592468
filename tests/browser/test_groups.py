"""A group is made, carried by the link, deleted and brought back; who else shows it hears of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_filter_bar import bar, wait_for_bar

HOSTILE = (
    '<img src=x onerror="top.broken=1">',
    "${top.broken=2}`;top.broken=3;//",
    "{{'top'}}![x](http://a.example/x.png)",
)
pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def no_groups_left(data_dir: Path) -> Iterator[None]:
    yield
    for left in (data_dir / "warehouse").glob("state.sqlite*"):
        left.unlink()


def more(visit: Any) -> Any:
    """The open panel."""
    visit.ready()
    visit.page.get_by_role("button", name="More").first.click()
    panel = visit.page.get_by_test_id("stPopoverBody")
    panel.get_by_text("Groups of areas").wait_for()
    return panel


def name_it(visit: Any, name: str) -> None:
    panel = more(visit)
    field = panel.get_by_label("Name for the 2 areas chosen now")
    field.fill(name)
    field.press("Enter")
    panel.get_by_role("button", name="Save as a group").click()


def test_a_group_made_here_is_a_filter_for_the_next_person_and_can_be_undone(visitor: Any) -> None:
    mine = visitor("/?area=harbour&area=saltmarsh")
    mine.page.wait_for_url("**/?area=Harbour+District&area=Saltmarsh")
    name_it(mine, "Water front")
    said = wait_for_bar(mine, "in Water front (group of 2 areas)")
    mine.page.wait_for_url("**/?area=Group%3A+Water+front")
    theirs = visitor("/trends?area=water-front")
    theirs.page.wait_for_url("**/trends?area=Group%3A+Water+front")
    assert wait_for_bar(theirs, "in Water front") == said

    panel = mine.page.get_by_test_id("stPopoverBody")
    panel.get_by_role("combobox", name="Saved groups").click()
    mine.page.get_by_role("option", name="Water front").click()
    panel.get_by_role("button", name="Delete").click()
    panel.get_by_text("Water front was deleted.").wait_for()
    mine.page.wait_for_url(mine.server + "/")
    assert "Water front" not in bar(mine) and "could not be read" not in mine.text()

    theirs.page.get_by_role("combobox", name="Exploitation").click()
    theirs.page.get_by_role("option", name="Forced labour").click()
    theirs.page.get_by_text("Part of the link could not be read").wait_for()
    theirs.page.wait_for_url("**/trends?exploitation=Forced+labour")
    assert "Water front" not in wait_for_bar(theirs, "forced labour")

    panel.get_by_role("button", name="Undo").click()
    mine.page.wait_for_url("**/?area=Group%3A+Water+front")
    assert wait_for_bar(mine, "in Water front") == said


def test_a_group_with_a_hostile_name_is_text(visitor: Any) -> None:
    for i, text in enumerate(HOSTILE):
        visit = visitor("/?area=harbour&area=saltmarsh")
        name_it(visit, f"{i} {text}")
        visit.page.get_by_text("is now a filter on every page").wait_for()
        wait_for_bar(visit, "group of 2 areas")
        assert visit.broken() is None and not visit.elsewhere and not visit.problems
        visit.close()
