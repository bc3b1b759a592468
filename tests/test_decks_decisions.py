"""Briefings: what was decided comes first next time, and is drawn on the charts of its own side."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dashboard import decks, saved, view_facts
from dashboard.decks.decisions import drop, summary
from dashboard.decks.store import DeckError
from dashboard.filters import default
from dashboard.saved import PUBLIC
from dashboard.scoped import scoped
from dashboard.view_context import Context
from dashboard.warehouse import current
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.small_decks import ROOM, WICK, made, shown


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    make_public(folder, "year", "district", 1200)
    return folder


@pytest.fixture
def public(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "public"))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    make_warehouse(folder, 400)
    return folder


def test_decisions_come_first_and_say_how_many_are_done(public: Path) -> None:
    deck = made(public)
    assert shown(public, deck)[0].kind == "figure", "nothing was decided yet"
    for text, due in (("Train two hotels", date(2026, 5, 3)), ("Print cards", None), ("Ask the clinic", None)):
        decks.decide(public, ROOM, deck.id, text, "County Health", due)
    first, *rest = decks.decisions(public, ROOM, deck.id)
    assert first.text == "Train two hotels" and first.due == date(2026, 5, 3)
    decks.done(public, ROOM, rest[0].id)
    slide = shown(public, deck)[0]
    assert slide.title == "Decided last time, 1 of 3 done"
    assert slide.points[0] == "Train two hotels (County Health, by 3 May 2026)"
    assert slide.points[-1].endswith(": done") and slide.done == (False, False, True)
    drop(public, ROOM, first.id)
    assert summary(decks.decisions(public, ROOM, deck.id)) == "Decided last time, 1 of 2 done"
    with pytest.raises(DeckError, match="what was decided"):
        decks.decide(public, ROOM, deck.id, "  ")


def test_a_decision_is_drawn_on_the_charts_of_its_own_side(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deck = decks.new(records, current(records), WICK, "Wick", "empty")
    decks.decide(records, WICK, deck.id, "Visit the truck stop")
    made_on = decks.decisions(records, WICK, deck.id)[0].made_on
    for sources, drawn in ((None, True), (frozenset({"wick_police"}), True), (frozenset({"fenn_sheriff"}), False)):
        opened = scoped(current(records), sources)
        filters = replace(default(opened.catalogue), date_to=made_on.replace(day=1))
        noted = [text for _day, text in view_facts.breaks(Context(opened, filters, opened.catalogue))]
        assert ("Decided: Visit the truck stop" in noted) is drawn
    assert saved.scope_of(None, public=True) == PUBLIC
