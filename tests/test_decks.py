"""Briefings: filled for a meeting from the figures, changed by hand, and filled anew from the next release."""

import shutil
from pathlib import Path

import pytest

from dashboard import decks
from dashboard.decks.store import DeckError
from dashboard.filters import default
from dashboard.view_context import Context
from tests.make_public import RELEASE, make_public
from tests.small_decks import NEXT, ROOM, made, newest, next_release, shown


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    make_public(folder, "year", "district", 1200)
    return folder


@pytest.fixture
def public(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "public"))


@pytest.mark.parametrize("meeting", [key for key in decks.MEETINGS if key != "empty"])
def test_a_meeting_is_filled_from_the_figures(public: Path, meeting: str) -> None:
    deck = made(public, meeting)
    assert deck.release == RELEASE and len(deck.items) >= 3
    for slide in shown(public, deck):
        assert slide.title and "{" not in slide.title + slide.sentence and not slide.note
        assert slide.figure is not None or slide.points
    assert decks.get(public, deck.id, ROOM) == deck


def test_the_texts_are_what_the_page_says(public: Path) -> None:
    from dashboard import told

    catalogue = newest(public).catalogue
    ctx = Context(newest(public), default(catalogue), catalogue)
    first = next(s for s in shown(public, made(public)) if s.figure)
    assert first.title == told.headline(ctx)
    assert first.figure is not None and first.figure.table.equals(told.figures(ctx, "overview")[0].table)


def test_slides_are_ordered_and_taken_out(public: Path) -> None:
    deck = made(public)
    ids = [item.id for item in deck.items]
    moved = decks.update(public, ROOM, decks.move(deck, ids[2], -1))
    assert [i.id for i in moved.items] == [ids[0], ids[2], ids[1], *ids[3:]]
    assert decks.move(deck, ids[0], -1) == deck and decks.move(deck, ids[-1], 1) == deck
    kept = decks.update(public, ROOM, decks.remove(moved, ids[0]))
    assert ids[0] not in [i.id for i in kept.items]
    assert decks.get(public, deck.id, ROOM) == kept


def test_a_view_is_added_with_its_figure_and_filters(public: Path) -> None:
    query = {"group": ["Exploitation"], "exploitation": ["Forced labour"], "name": ["Jane Doe"]}
    deck = decks.add_view(public, newest(public), ROOM, made(public), "trends", query, "trend")
    slide = shown(public, deck)[-1]
    assert slide.figure is not None and "forced labour only" in slide.figure.subtitle
    assert slide.title == slide.figure.title
    assert "Jane" not in str(deck.items)
    with pytest.raises(DeckError, match="does not have this figure"):
        decks.add_view(public, newest(public), ROOM, deck, "trends", {}, "nothing")


def test_what_a_link_lost_stands_on_its_slide(public: Path) -> None:
    deck = decks.add_view(
        public, newest(public), ROOM, made(public), "trends", {"premise": ["Hotel or motel"]}, "trend"
    )
    assert "without: kind of place" in shown(public, deck)[-1].note


def test_a_refresh_fills_the_texts_anew_and_lists_them(public: Path) -> None:
    deck = made(public)
    before = {item.id: item.title for item in deck.items}
    assert decks.refresh(public, newest(public), ROOM, deck).changes == ()
    next_release(public)
    done = decks.refresh(public, newest(public), ROOM, deck)
    assert done.deck.release == NEXT and done.flags == ()
    changed = {change.before: change.after for change in done.changes}
    trend = next(i for i in done.deck.items if i.figure == "trend" and i.page == "overview")
    assert changed[before[trend.id]] == trend.title != before[trend.id]
    again = decks.get(public, deck.id, ROOM)
    assert again is not None and [c["after"] for c in again.changes] == list(changed.values())
