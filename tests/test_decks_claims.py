"""Briefings: a sentence that somebody wrote is kept, and doubted where the figures no longer say it."""

import shutil
from pathlib import Path

import pytest

from dashboard import decks
from dashboard.decks import claims
from dashboard.decks.facts import LEAD, Facts, numbers_in
from dashboard.decks.filling import seen
from tests.make_public import make_public
from tests.small_decks import ROOM, made, newest, next_release


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    make_public(folder, "year", "district", 1200)
    return folder


@pytest.fixture
def public(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "public"))


def edited(data: Path, sentence: str) -> tuple[decks.Stored, decks.Item]:
    """The trend's slide with a sentence that somebody wrote."""
    deck = made(data)
    item = next(i for i in deck.items if i.figure == "trend" and i.page == "overview")
    deck = decks.edit(data, newest(data), ROOM, deck, item, item.title, sentence, item.figure)
    return deck, next(i for i in deck.items if i.id == item.id)


def cell(data: Path, item: decks.Item, row: int = -1) -> tuple[str, int]:
    figure = seen(newest(data), data, item).figure
    assert figure is not None
    return str(figure.table.iloc[row, 0]), int(figure.table.iloc[row, 1])


def test_a_sentence_that_somebody_wrote_is_kept_and_flagged_when_its_number_changed(public: Path) -> None:
    _deck, item = edited(public, "x")
    year, n = cell(public, item)
    deck, item = edited(public, f"Last year {n:,} reports reached us.")
    assert item.own == ("sentence",) and decks.flags(public, newest(public), deck) == ()
    next_release(public)
    _same, now = cell(public, item)
    assert now != n
    done = decks.refresh(public, newest(public), ROOM, deck)
    assert next(i for i in done.deck.items if i.id == item.id).sentence == f"Last year {n:,} reports reached us."
    (flag,) = done.flags
    assert flag.doubts[0].said == f"{n:,}" and f"{now:,}" in flag.doubts[0].why
    assert year


def test_a_sentence_with_a_number_that_no_figure_has_is_flagged_at_once(public: Path) -> None:
    deck, _item = edited(public, "We know of 987654 reports.")
    (flag,) = decks.flags(public, newest(public), deck)
    assert "cannot be checked" in flag.doubts[0].why


def test_a_sentence_that_was_emptied_is_filled_again(public: Path) -> None:
    deck, item = edited(public, "Mine.")
    deck = decks.edit(public, newest(public), ROOM, deck, item, "", "", item.figure)
    again = next(i for i in deck.items if i.id == item.id)
    assert again.own == () and again.title and "Mine" not in again.sentence


FACTS = Facts({}, {LEAD: (412.0, 398.0, 20.0), "2024: Incidents": (398.0,), "2025: Incidents": (412.0,)}, "rose")


@pytest.mark.parametrize(
    ("sentence", "now", "doubted"),
    [
        ("412 incidents, up on last year.", {}, []),
        ("412 incidents.", {LEAD: (430.0,), "2025: Incidents": (430.0,)}, ["412"]),
        ("412 incidents in 2025.", {LEAD: (430.0,)}, []),  # it names its period, whose figure stands
        ("412 incidents in 2025.", {LEAD: (430.0,), "2025: Incidents": (430.0,)}, ["412"]),
        ("In 2024 there were 398.", {"2024: Incidents": (401.0,), LEAD: (412.0, 401.0)}, ["398"]),
        ("Seen in 2025.", {LEAD: (1.0,)}, []),
        ("It rose by 20%.", {LEAD: (412.0, 398.0)}, ["20"]),
    ],
)
def test_a_number_is_held_to_what_it_rested_on(
    sentence: str, now: dict[str, tuple[float, ...]], doubted: list[str]
) -> None:
    rests = claims.rests_on(sentence, FACTS)
    after = Facts({}, {**FACTS.numbers, **now}, "rose")
    assert [d.said for d in claims.doubts(sentence, rests, after)] == doubted


@pytest.mark.parametrize(
    ("sentence", "direction", "true"),
    [
        ("Reports rose.", "rose", True), ("Reports rose.", "same", False), ("Reports fell again.", "rose", False),
        ("Reports did not rise.", "same", True), ("Reports did not rise.", "rose", False),
        ("About the same as before.", "same", True), ("About the same as before.", "fell", False),
        ("Los casos aumentaron.", "fell", False), ("Los casos bajaron.", "fell", True),
        ("Reports rose.", "", False), ("Nothing of the kind.", "fell", True),
    ],
)  # fmt: skip
def test_a_direction_is_held_to_the_figures(sentence: str, direction: str, true: bool) -> None:
    rests = claims.rests_on(sentence, FACTS)
    assert bool(claims.doubts(sentence, rests, Facts({}, {}, direction))) is not true


def test_numbers_are_read_as_people_write_them() -> None:
    assert numbers_in("1,284 of 12 345 in 2024, 4.5 a day; H1 and T101") == (1284.0, 12345.0, 4.5)
