"""What is chosen on the page Map: the choices of a question, places, the table, the player and the reasons."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import questions
from dashboard.questions import LABELS
from tests.map_asked import R8, Run, answer, asked, full_folder, maps, opener, settled, text
from tests.page_text import captions


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Run:
    return opener({"full": full_folder(tmp_path_factory)}, monkeypatch)


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
