"""Briefings: seen by those who see all that their maker saw, and never filled with anybody else's records."""

from pathlib import Path

import pytest

from dashboard import decks
from dashboard.decks.store import DeckError
from dashboard.saved import EVERYTHING, Reader
from dashboard.scoped import scoped
from dashboard.warehouse import current
from tests.make_warehouse import make_warehouse
from tests.small_decks import ALL, WICK


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    make_warehouse(folder, 400)
    return folder


def test_a_briefing_is_seen_by_those_who_see_all_that_its_maker_saw(records: Path) -> None:
    whole = decks.new(records, current(records), ALL, "All", "empty")
    own = decks.new(records, current(records), WICK, "Wick", "empty")
    fenn = Reader("bo@fenn.example", "fenn_sheriff", administers=False)
    for reader, names in ((ALL, {"All", "Wick"}), (WICK, {"Wick"}), (fenn, set())):
        assert {d.name for d in decks.listed(records, reader)} >= names
        assert (decks.get(records, whole.id, reader) is None) is (reader.scope != EVERYTHING)
    assert not {"All", "Wick"} & {d.name for d in decks.listed(records, fenn)}
    for change in (decks.delete, lambda d, r, i: decks.rename(d, r, i, "Mine")):
        with pytest.raises(DeckError):
            change(records, fenn, own.id)
    decks.delete(records, WICK, own.id)
    assert decks.get(records, own.id, WICK) is None
    decks.restore(records, WICK, own.id)
    assert decks.get(records, own.id, WICK) is not None


def test_a_steward_brings_no_other_agency_s_numbers_into_a_partner_s_briefing(records: Path) -> None:
    whole, own = current(records), scoped(current(records), frozenset({"wick_police"}))
    deck = decks.new(records, own, WICK, "Wick's month", "press")
    texts_before = [(i.title, i.sentence) for i in deck.items]
    assert [(i.title, i.sentence) for i in decks.new(records, whole, ALL, "All", "press").items] != texts_before
    for change in (
        lambda: decks.refresh(records, whole, ALL, deck),
        lambda: decks.add_view(records, whole, ALL, deck, "trends", {}, "trend"),
        lambda: decks.edit(records, whole, ALL, deck, deck.items[0], "", "", deck.items[0].figure),
    ):
        with pytest.raises(DeckError, match="other records"):
            change()
    again = decks.refresh(records, decks.own_data(deck, whole), ALL, deck)
    assert [(i.title, i.sentence) for i in again.deck.items] == texts_before


def test_records_make_a_briefing_that_says_it_is_restricted(records: Path) -> None:
    deck = decks.new(records, current(records), ALL, "Council", "council")
    made_of = decks.deck_of(records, current(records), ALL, deck)
    assert made_of.restricted and made_of.secret and made_of.release == ""
