"""The page Map asked each of its questions, of much, of little and of nothing. What a browser adds is in browser/."""

import itertools
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import questions
from dashboard.questions import LABELS
from tests.make_warehouse import make_warehouse
from tests.map_asked import Run, answer, asked, full_folder, maps, opener, text

NO_POINT = ", ".join(f"{c} = NULL" for c in ("lat", "lon", *(f"h3_{r}" for r in range(4, 10))))
CHANGES = {
    "full": "",
    "empty": "",
    "no points": f"UPDATE incidents SET {NO_POINT}",
    "nowhere": f"UPDATE incidents SET {NO_POINT}, area_district = NULL, area_tract = NULL",
    "one cell": "DELETE FROM incidents WHERE h3_5 IS NULL OR h3_9 <> (SELECT mode(h3_9) FROM incidents)",
    "no layers": "DELETE FROM areas",
    "forty": "DELETE FROM incidents WHERE rowid >= 40",
    "no exposure": "DELETE FROM exposure",
    "no residents": "UPDATE areas SET population = NULL",
    "two months": "DELETE FROM incidents WHERE counted_on < DATE '2025-10-01'",
}
LINKS = {
    "full": {},
    "victims": {"unit": "Victims"},
    "suspects": {"unit": "Suspects"},
    "published": {"unit": "Signals to the hotline"},
    "an area": {"area": "Old Mill"},
    "a drawn area": {"area": "Drawn: Zone"},
    "no kind": {"exploitation": "Organ removal"},
    "by district": {"by": "Areas: District"},
    "by tract": {"by": "Areas: Tract"},
    "by the smallest cells": {"by": "Cells about 350 m across"},
    "by the largest cells": {"by": "Cells about 17 km across"},
    "a later year": {"from": "2025-01", "to": "2025-12"},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A warehouse for each state that the page can meet."""
    made = {"full": full_folder(tmp_path_factory)}
    for name, change in CHANGES.items():
        if name in made:
            continue
        made[name] = tmp_path_factory.mktemp("map")
        path = make_warehouse(made[name], 600, empty=name == "empty")
        if change:
            with duckdb.connect(str(path)) as con:
                con.execute(change)
    return made


@pytest.fixture
def run(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    return opener(folders, monkeypatch)


HEADINGS = {
    "Nothing loaded yet", "Nothing to draw at this scale", "Too few to tell", "Nothing clusters", "This cannot be told",
    "These figures have no points",
}  # fmt: skip


def refusal(app: AppTest) -> str:
    """The sentence that stands in the map's place."""
    for said in (m.value.replace("\\", "") for m in app.markdown):
        if not said.startswith(("Draw it", "**")):
            return str(said)
    return ""


def assert_a_clear_sentence(app: AppTest) -> None:
    """An answer that reads like a sentence and holds nothing that only a program says, with a map or without."""
    said = answer(app)
    if not maps(app):
        assert said in HEADINGS
        assert not refusal(app).startswith(said), "the heading is not said again"
        said = refusal(app)
    assert said.endswith("."), said
    assert said[0].isupper() or said[0].isdigit(), said
    for slip in ("nan", " 0 of 0", "None of the 0", " inf", "[", "{", "np.", " 1 cells", " 1 areas", "  ", ".."):
        assert slip not in said, (slip, said)


@pytest.mark.parametrize(("which", "data"), list(itertools.product(LABELS, [d for d in CHANGES if d != "full"])))
def test_a_question_of_any_data_is_answered_in_a_sentence(run: Run, which: str, data: str) -> None:
    app = asked(run, which, data)
    assert_a_clear_sentence(app)
    if data in ("empty", "nowhere"):
        assert maps(app) == 0


@pytest.mark.parametrize(("which", "view"), list(itertools.product(LABELS, LINKS)))
def test_a_question_of_any_view_is_answered_in_a_sentence(run: Run, which: str, view: str) -> None:
    app = asked(run, which, **LINKS[view])
    assert_a_clear_sentence(app)
    assert maps(app) == 0 or view != "published"
    if view == "full":
        assert maps(app) == 1


def test_a_refusal_shows_no_map_but_the_strip_the_settings_and_the_places(run: Run) -> None:
    app = asked(run, questions.CLUSTERED, "forty")
    assert maps(app) == 0
    assert answer(app) == "Too few to tell"
    assert refusal(app).startswith("Only 21 incidents have a usable location; hotspots need at least 30.")
    said = text(app)
    for part in ("21 with a point", "known by area only", "Settings: 21 in 278 cells", "Cells with most incidents"):
        assert part in said
    assert "Correction" in said and "Benjamini-Hochberg" in said
    assert "Click on the map" not in said and "table under the map" not in said, "there is neither"


def test_areas_are_called_areas_and_people_are_called_what_they_are(run: Run) -> None:
    few = asked(run, questions.CLUSTERED, by="Areas: District")
    assert refusal(few) == (
        "The study area has only 6 areas; hotspots need at least 30. Choose smaller areas or a larger area."
    )
    people = asked(run, questions.CLUSTERED, unit="Victims", exploitation="Organ removal")
    assert "victims have a usable location" in refusal(people)
