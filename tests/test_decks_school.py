"""Briefings: a school sees signs and help, and no map and nothing by race."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dashboard import decks
from dashboard.decks import meetings, texts
from dashboard.decks.store import DeckError
from dashboard.figures import Figure, MapPicture
from tests.make_public import make_public
from tests.small_decks import ROOM, made, newest, shown


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    make_public(folder, "year", "district", 1200)
    return folder


@pytest.fixture
def public(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "public"))


RACES = Figure("victims_race", "By race", "", None, pd.DataFrame({"Race": ["a"], "Victims": [20]}))
A_MAP = Figure("where", "Where", "", MapPicture(pd.DataFrame(), ()), pd.DataFrame({"Area": ["a"]}))


def test_a_school_sees_signs_and_help_and_no_map_or_race(public: Path) -> None:
    slides = shown(public, made(public, "school"))
    said = " ".join([*(s.title + s.sentence for s in slides), *(p for s in slides for p in s.points)])
    assert "1-888-373-7888" in said and "233733" in said and "911" in said and "National Human" in said
    assert not re.search(r"\b(race|ethnic|black|white|hispanic|asian)\b", said, re.IGNORECASE)
    for slide in slides:
        assert slide.figure is None or not isinstance(slide.figure.drawn, MapPicture)
        assert slide.figure is None or "area" not in " ".join(map(str, slide.figure.table.columns)).lower()


@pytest.mark.parametrize(
    ("page", "query", "figure"),
    [
        ("map", {}, None), ("overview", {}, A_MAP), ("demographics", {}, RACES),
        ("trends", {"group": ["Race"]}, None), ("trends", {"group": ["victim_ethnicity"]}, None),
        ("trends", {}, replace(RACES, key="pair")), ("trends", {"group": ["Raza"]}, None),
    ],
)  # fmt: skip
def test_a_school_is_refused_maps_and_race_whoever_adds_them(
    page: str, query: dict[str, list[str]], figure: Figure | None
) -> None:
    assert meetings.refused("school", page, query, figure)
    assert not meetings.refused("task_force", page, query, figure)


def test_a_map_is_not_added_to_a_school_and_not_shown_if_a_file_has_one(public: Path) -> None:
    school, other = made(public, "school"), made(public, "task_force")
    with pytest.raises(DeckError, match="no maps"):
        decks.add_view(public, newest(public), ROOM, school, "map", {}, "map")
    a_map = next(i for i in other.items if i.page == "map")
    smuggled = decks.update(public, ROOM, replace(school, items=(*school.items, a_map)))
    last = shown(public, smuggled)[-1]
    assert last.figure is None and "no maps" in last.note


def test_trafficking_is_not_mistaken_for_race(public: Path) -> None:
    fine = Figure("trend", "Traces of trafficking embraced", "", None, pd.DataFrame({"Period": [1]}))
    assert not meetings.refused("school", "trends", {"group": ["Source"]}, fine)


def test_services_are_shown_where_a_directory_is_loaded(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts.services(newest(public)) == ()
    monkeypatch.setattr(texts, "services", lambda _w: (texts.Service("Harbour House", "shelter", "555 0100"),))
    slides = shown(public, made(public, "school"))
    assert any("Harbour House, shelter, 555 0100" in s.points for s in slides)


def test_the_crisis_line_is_the_deployment_s(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_CRISIS_LINE", "call 0800 121 700")
    assert any("0800 121 700" in point for point in texts.help_points())
