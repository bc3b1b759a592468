"""Each page in another language: nothing outside the catalogues, no error, and links that are the same for all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard import i18n
from tests.i18n_pages import MARKED, data_words, loose, marked, run, texts
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

__all__ = ["marked"]
At = Callable[[str], Path]
Words = dict[str, re.Pattern[str]]
RECORDS = (
    "overview",
    "map",
    "trends",
    "demographics",
    "services",
    "data",
    "why",
    "export",
    "saved",
    "since",
    "steward",
)
PUBLIC = ("overview", "map", "trends", "demographics", "data", "why", "export", "saved", "briefing", "present", "since")
QUESTIONS = ("Where do they cluster beyond chance?", "Where did they change?", "Where are reports dense?")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp(name) for name in ("restricted", "public")}
    make_warehouse(made["restricted"], 3000)
    make_public(made["public"], "year", "district", 700)
    return made


@pytest.fixture(scope="module")
def words_of(folders: dict[str, Path]) -> dict[str, re.Pattern[str]]:
    """What is data on each side; read before a page holds the files."""
    return {name: data_words(folder) for name, folder in folders.items()}


@pytest.fixture
def at(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> At:
    def serve(side: str) -> Path:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[side]))
        monkeypatch.setenv("LAMPLIGHT_TIER", side)
        return folders[side]

    return serve


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    yield
    i18n.speak("en")


def pages() -> list[tuple[str, str]]:
    return [("restricted", page) for page in RECORDS] + [("public", page) for page in PUBLIC]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(("side", "page"), pages())
def test_a_page_says_nothing_outside_the_catalogues(words_of: Words, at: At, side: str, page: str) -> None:
    """Every message is between marks; what has letters outside them and is no data was never translated."""
    at(side)
    app = run(page, MARKED)
    assert sum("⟦" in text for text in texts(app)) > 5
    found = sorted({f"{rest!r} in {text[:160]!r}" for text in texts(app) if (rest := loose(text, words_of[side]))})
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_of_the_map_says_nothing_outside_the_catalogues(words_of: Words, at: At, question: str) -> None:
    at("restricted")
    app = run("map", MARKED, ask=question)
    found = sorted(
        {f"{rest!r} in {text[:160]!r}" for text in texts(app) if (rest := loose(text, words_of["restricted"]))}
    )
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("side", "page"), pages())
def test_a_page_is_drawn_in_spanish(at: At, side: str, page: str) -> None:
    at(side)
    i18n.speak("es")  # AppTest formats options in this thread
    app = run(page, "es")
    said = " ".join(texts(app))
    assert "Salida rápida" in said and "Teclas" in said
    assert not [t for t in texts(app) if "{" in t and "%{" not in t and "<style" not in t and "}" in t]


# -- the language of a reader ------------------------------------------------------------------------------------------


def test_without_a_choice_the_language_is_english_and_the_link_does_not_name_it(at: At) -> None:
    at("restricted")
    app = run("overview", "en")
    assert "lang" not in app.query_params and "Reset" in [b.label for b in app.button]


def test_a_language_that_is_not_there_is_dropped_from_the_link(at: At) -> None:
    at("restricted")
    app = run("overview", "xx")
    assert "lang" not in app.query_params and "Reset" in [b.label for b in app.button]


def test_the_button_at_the_foot_changes_the_language_and_keeps_the_view(at: At) -> None:
    at("restricted")
    app = run("trends", "en", exploitation="Forced labour", group="Kind of place")
    app.button(key="speak_es").click().run()
    i18n.speak("es")
    assert not app.exception
    assert app.query_params["lang"] == "es" and app.title[0].value == "Tendencias"
    assert app.multiselect(key="exploitation").value == ["forced_labour"]
    assert app.selectbox(key="group").value == "premise"


def test_the_choice_stays_on_the_next_page(at: At) -> None:
    at("restricted")
    i18n.speak("es")
    app = run("overview", "es")
    del app.query_params["lang"]  # as Streamlit does when the page changes
    app.switch_page("../pages/trends.py").run()
    assert app.title[0].value == "Tendencias" and app.query_params["lang"] == "es"


def test_an_english_link_opens_the_same_view_in_spanish(at: At) -> None:
    at("restricted")
    i18n.speak("es")
    app = run("trends", "es", exploitation="Forced labour", unit="Victims", group="Kind of place")
    assert app.multiselect(key="exploitation").value == ["forced_labour"]
    assert app.selectbox(key="unit").value == "victims" and app.selectbox(key="group").value == "premise"


def test_what_a_spanish_reader_chooses_stands_in_the_link_in_english(at: At) -> None:
    at("restricted")
    i18n.speak("es")
    app = run("trends", "es")
    assert app.selectbox(key="unit").options[1] == "Víctimas"
    app.multiselect(key="exploitation").set_value(["forced_labour"])
    app.selectbox(key="group").set_value("premise")
    app.run()
    assert dict(app.query_params) == {"lang": "es", "exploitation": "Forced labour", "group": "Kind of place"}
    link = {name: value for name, value in app.query_params.items() if name != "lang"}
    i18n.speak("en")
    same = run("trends", "en", **link)
    assert same.multiselect(key="exploitation").value == ["forced_labour"]
    assert same.selectbox(key="group").value == "premise"


def test_back_takes_a_spanish_choice_away_again(at: At) -> None:
    at("restricted")
    i18n.speak("es")
    app = run("trends", "es")
    app.multiselect(key="exploitation").set_value(["forced_labour"]).run()
    assert app.query_params["exploitation"] == "Forced labour"
    del app.query_params["exploitation"]  # the browser's Back
    app.run()
    assert app.multiselect(key="exploitation").value == [] and "exploitation" not in app.query_params


def test_a_link_in_spanish_words_is_understood(at: At) -> None:
    at("restricted")
    i18n.speak("es")
    app = run("overview", "es", exploitation="trabajo-forzoso")
    assert app.multiselect(key="exploitation").value == ["forced_labour"]
    assert app.query_params["exploitation"] == "Forced labour"
