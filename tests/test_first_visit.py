"""What is sent to every page for the keys, the first visit and the words that explain themselves."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.components import first_visit, keys
from dashboard.glossary import explained, parse, terms
from tests.browser.hostile import HOSTILE
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse


class Reader(HTMLParser):
    """The text and the elements of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def words(text: str, most: int = 3) -> list[str]:
    """Which words of a text are explained."""
    return re.findall(r">([^<]+)</dfn>", explained(text, most))


def test_every_page_carries_the_keys_and_the_panel_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_warehouse(tmp_path, 60)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("LAMPLIGHT_CRISIS_LINE", "ring <b>the shelter</b>")
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=60).run()
    html = "".join(e.proto.body for e in app.get("html"))
    assert html.count('lamplight-welcome"') == html.count("<dialog") == html.count("/vendor/page/page.js?v=") == 1
    assert html.count('lamplight-keys-open" aria') == 1
    assert "<b>the shelter" not in html and "ring &#60;b&#62;the shelter" in html


def test_they_are_there_when_the_warehouse_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=60).run()
    html = "".join(e.proto.body for e in app.get("html"))
    assert "lamplight-welcome" in html and "<dialog" in html and "Quick exit" in html


def test_nothing_in_them_runs_or_points_elsewhere() -> None:
    made = Reader(first_visit.panel("Call.") + keys.panel() + keys.button())
    assert {tag for tag, _ in made.elements}.isdisjoint({"script", "a", "img", "iframe", "style"})
    assert not any(name.startswith("on") or name in ("href", "src") for _, attrs in made.elements for name in attrs)
    page = (ROOT / "dashboard" / "static" / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|eval|fetch\(|https?://|XMLHttpRequest|cookie", page)


def test_the_first_of_each_word_is_explained_and_few() -> None:
    assert words("Not collected is not zero. Not collected.") == ["Not collected"]
    assert words("3 incidents, 1 incident, 2 victims") == ["incidents", "victims"]
    assert words("Victims, incidents, coverage, hotspots, NIBRS", most=3) == ["Victims", "incidents", "coverage"]
    assert words("Gi* with q below 0.05") == ["Gi*", "q"]
    assert words("549 known by area only") == ["known by area only"]


@pytest.mark.parametrize(
    "text",
    [
        "Sources, areas and cases are everyday words",
        "coincidental",
        "victimless",
        "https://example.org/incident/nibrs.html",
        "incident-based",
        "",
    ],
)
def test_words_that_are_not_the_glossarys_stay_as_they_are(text: str) -> None:
    assert words(text) == []


def test_every_explanation_is_the_glossarys_own() -> None:
    own = {meaning for _, meaning in terms()}
    made = Reader(explained(" ".join(term for term, _ in terms()), most=99))
    told = [attrs["data-meaning"] for tag, attrs in made.elements if tag == "dfn"]
    assert len(told) > 15 and set(told) <= own
    assert ("Gi*", "The test") in [(term, text[:8]) for term, text in terms()]
    assert parse("**Gi***: stars\n**p**: chance\n**q:** corrected") == [
        ("Gi*", "stars"), ("p", "chance"), ("q", "corrected"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE, *(f"incidents {text} victims" for text in HOSTILE)])
def test_a_hostile_text_beside_a_word_stays_text(text: str) -> None:
    made = Reader(explained(text))
    assert made.words == text
    assert {tag for tag, _ in made.elements} <= {"dfn"}


@given(st.lists(st.sampled_from([*"<>&;#\"'*` ", "incident", "q", "Gi*", "&#39", "dfn", "victims"]), max_size=12))
def test_whatever_stands_around_a_word_is_shown_as_it_was(parts: list[str]) -> None:
    text = "".join(parts).strip()
    made = Reader(explained(text))
    assert made.words == text
    assert all(tag == "dfn" and set(attrs) == {"class", "tabindex", "data-meaning", "aria-description"}
               for tag, attrs in made.elements)  # fmt: skip
