"""Briefings: filled for a meeting, refreshed with what changed and is no longer so; a school without maps or race."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dashboard import decks, saved, view_facts
from dashboard.decks import claims, meetings, texts
from dashboard.decks.decisions import drop, summary
from dashboard.decks.facts import LEAD, Facts, numbers_in
from dashboard.decks.filling import seen
from dashboard.decks.store import DeckError
from dashboard.figures import Figure, MapPicture
from dashboard.filters import default
from dashboard.saved import EVERYTHING, PUBLIC, Reader
from dashboard.scoped import scoped
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse, current
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse

ROOM = Reader("", PUBLIC)
NEXT = "2026-02-02-1"
ALL, WICK = Reader(), Reader("ana@wick.example", "wick_police", administers=False)


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


def newest(data: Path) -> Warehouse:
    return current(data, "public")


def made(data: Path, meeting: str = "task_force") -> decks.Stored:
    return decks.new(data, newest(data), ROOM, "Task force, May", meeting)


def shown(data: Path, deck: decks.Stored) -> tuple[decks.Shown, ...]:
    return decks.shown(data, newest(data), ROOM, deck)


def next_release(data: Path, per_year: int = 700) -> None:
    make_public(data, "year", "district", per_year, release=NEXT, seed=7)


# -- filled ------------------------------------------------------------------------------------------------------------


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


# -- the school --------------------------------------------------------------------------------------------------------

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


# -- refreshed ---------------------------------------------------------------------------------------------------------


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


# -- who sees it, and decisions ----------------------------------------------------------------------------------------


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
