"""The page Map asked each of its questions, of much, of little and of nothing. What a browser adds is in browser/."""

import itertools
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from dashboard import groups, questions
from dashboard.questions import LABELS
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse
from tests.page_text import captions, shown

Run = Callable[..., AppTest]
ZONE = shapely.box(-30.25, -40.1, -30.0, -39.85)
R7, R8 = "Cells about 2.4 km across", "Cells about 1 km across"
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
    made = {}
    for name, change in CHANGES.items():
        made[name] = tmp_path_factory.mktemp("map")
        path = make_warehouse(made[name], 3000 if name == "full" else 600, empty=name == "empty")
        if change:
            with duckdb.connect(str(path)) as con:
                con.execute(change)
    groups.save(made["full"], "Zone", polygon=ZONE)
    return made


@pytest.fixture
def run(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    def opened(data: str = "full", **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
        app = AppTest.from_file(str(ROOT / "pages" / "map.py"), default_timeout=60)
        for name, value in link.items():
            app.query_params[name] = value
        return settled(app)

    return opened


def settled(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def asked(run: Run, which: str, data: str = "full", **link: str | list[str]) -> AppTest:
    return run(data, ask=LABELS[which], **link)


def answer(app: AppTest) -> str:
    return str(app.subheader[0].value).replace("\\", "")


def text(app: AppTest) -> str:
    """Everything that the page says, without the escapes."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.get("html")]
    return " ".join(shown(p) for p in parts)


def maps(app: AppTest) -> int:
    return len(app.get("component_instance"))


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


# -- every question of every state


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


# -- the choices of a question

CHOICES = [
    (questions.DENSE, "beside", "beside all police reports"),
    (questions.DENSE, "bandwidth", "5 km"),
    (questions.CLUSTERED, "p", "99,999 permutations"),
    (questions.CHANGED, "span", "3 months"),
    (questions.CHANGED, "against", "The same months a year before"),
    (questions.CHANGED, "than", "the change of the whole area"),
    (questions.RATE, "per", "police reports of all kinds"),
    (questions.RATE, "towards", "the neighbours' rate"),
]


@pytest.mark.parametrize(("which", "name", "choice"), CHOICES)
def test_a_choice_changes_the_answer_and_a_link_opens_the_same(run: Run, which: str, name: str, choice: str) -> None:
    # By district both denominators of a rate are known; the shortest span differs only in its length.
    link = {"by": "Areas: District"} if which == questions.RATE else {"by": R8}
    if name == "against":
        link["span"] = "3 months"
    app = asked(run, which, **link)
    before = settings(app)
    app.selectbox(key=name).select(choice)
    settled(app)
    after = settings(app)
    assert after != before
    opened = asked(run, which, **link, **{name: choice})
    assert opened.selectbox(key=name).value == choice
    assert (answer(opened), settings(opened)) == (answer(app), after)
    assert "could not be read" not in text(opened)


def settings(app: AppTest) -> str:
    """The answer, and under the map what shaped it."""
    (found,) = [caption for caption in captions(app) if "Settings: " in caption]
    return answer(app) + found


@pytest.mark.parametrize(("which", "name"), [(which, name) for which, name, _ in CHOICES])
def test_a_choice_of_the_link_that_nobody_offers_is_left_out_and_said(run: Run, which: str, name: str) -> None:
    app = asked(run, which, by="Areas: District", **{name: "Atlantis"})
    assert f"The link's “{name}” could not be read and was left out." in text(app)
    assert "Atlantis" not in text(app)


def test_a_question_that_nobody_asks_is_left_out_and_said(run: Run) -> None:
    app = run(ask="Where is Atlantis?")
    assert "The link's “ask” could not be read and was left out." in text(app)
    assert app.selectbox(key="ask").value == LABELS[questions.COUNT]
    assert maps(app) == 1


def test_residents_asked_for_where_nobody_counted_them_is_said(run: Run) -> None:
    app = asked(run, questions.RATE, by=R8, per="residents")
    assert "The link's “per” could not be read and was left out." in text(app)
    assert app.selectbox(key="per").value == "police reports of all kinds"


# -- places


def test_several_places_add_up_to_the_sum_of_each(run: Run) -> None:
    names = ["Old Mill", "Saltmarsh"]
    each = []
    for name in names:
        app = asked(run, questions.RATE, by="Areas: District", place=name)
        said = text(app)
        assert f"On this map: {standing(said)} " in said, "the answer of this place"
        assert " among 6 areas with any." in said, "and its rank"
        each.append(standing(said))
    app = asked(run, questions.RATE, by="Areas: District", place=names)
    assert "2 areas together" in [s.value for s in app.subheader]
    both = [m.value for m in app.markdown if "of those on the map" in m.value]
    assert int(both[0].split(" ")[0].replace(",", "")) == sum(each)
    assert app.query_params["place"] == names


def standing(said: str) -> int:
    """`512 incidents, 17% of those on the map`."""
    before = said.split(" of those on the map")[0].split(" incidents, ")[-2]
    return int(before.split(" ")[-1].replace(",", ""))


def test_places_stay_when_another_question_is_asked(run: Run) -> None:
    app = asked(run, questions.RATE, by="Areas: District", place=["Old Mill", "Saltmarsh"])
    for which in LABELS:
        app.selectbox(key="ask").select(LABELS[which])
        settled(app)
        assert app.multiselect(key="place").value == ["D2", "D3"], which
        assert "2 areas together" in [s.value for s in app.subheader], which


def test_the_chosen_areas_become_the_filter_of_every_page(run: Run) -> None:
    app = asked(run, questions.CHANGED, by="Areas: District", place=["Old Mill", "Saltmarsh"])
    app.button(key="filter_by_places").click()
    settled(app)
    assert app.session_state["area"] == [("district", "D2"), ("district", "D3")]
    assert app.multiselect(key="place").value == []


# -- the table, the player, the reasons


@pytest.mark.parametrize("which", [w for w in LABELS if w != questions.COUNT])
def test_the_table_has_what_matters_most_first(run: Run, which: str) -> None:
    app = asked(run, which, by="Areas: District" if which == questions.RATE else R8)
    app.session_state["table_map"] = True
    settled(app)
    table = app.dataframe[0].value
    assert table.columns[0] == "Place"
    marks = {
        questions.DENSE: lambda t: t["Per km²"],
        questions.CLUSTERED: lambda t: (t["Class"] == "Hot spot") * 1e6 + t["z"],
        questions.CHANGED: lambda t: t["Difference"].abs(),
        questions.TREND: lambda t: (t["In a word"] != "–") * 1e6 + t["Trend of z"].fillna(0),
        questions.RATE: lambda t: t["Smoothed"],
    }
    mark = marks[which](table)
    assert mark.is_monotonic_decreasing
    assert mark.iloc[0] > mark.iloc[-1]


def test_playing_too_few_months_says_so(run: Run) -> None:
    for which in (questions.COUNT, questions.CLUSTERED):
        app = asked(run, which, by=R8, **{"from": "2025-01", "to": "2025-12"})
        app.toggle(key="play").set_value(True)
        settled(app)
        assert "not yet two windows of twelve complete months" in text(app), which
        assert maps(app) == 1


def test_playing_over_time_shows_the_player(run: Run) -> None:
    for which in (questions.COUNT, questions.CLUSTERED):
        app = asked(run, which, by=R8)
        still = app.get("component_instance")[0].proto.json_args
        app.toggle(key="play").set_value(True)
        settled(app)
        assert "not yet" not in text(app)
        assert app.get("component_instance")[0].proto.json_args != still


def test_side_by_side_draws_two_maps_of_one_legend(run: Run) -> None:
    app = asked(run, questions.CHANGED, by=R8)
    app.toggle(key="pair").set_value(True)
    settled(app)
    assert maps(app) == 2
    titles = [m.value for m in app.markdown if m.value.startswith("**") and " to " in m.value]
    assert len(titles) == 2
    assert text(app).count('role="group"') == 1


def test_how_sure_near_repeats_and_settings_say_words_first(run: Run) -> None:
    app = asked(run, questions.CLUSTERED, by=R8)
    hot = answer(app).split(" of ")[0]
    for key, words in (("map_sure", f"Of {hot} hotspots, "), ("map_knox", "Pairs ")):
        assert words not in text(app)
        app.session_state[key] = True
        settled(app)
        assert words in text(app)
    assert "Benjamini-Hochberg" in text(app)
    assert "Places without data are no zeros" in text(app)
