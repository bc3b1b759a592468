"""What changed since a meeting: months by hand, hotspots by hand, noise not told, releases beside each other."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from streamlit.testing.v1 import AppTest

from dashboard import decks, since, told
from dashboard.cubes import Cube
from dashboard.decks.meetings import SINCE
from dashboard.filters import default
from dashboard.saved import Reader
from dashboard.scoped import scoped
from dashboard.since import hotspots, published
from dashboard.since.parts import windows
from dashboard.view_context import Context
from dashboard.warehouse import current
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse
from tests.test_main import start, written

ALL = Reader()
KM = 1 / 111.19  # degrees of latitude


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("since")
    make_warehouse(folder, 2500)
    make_public(folder / "public", "year", "district", 1200)
    _dated(folder / "public", RELEASE, "2026-01-02")
    return folder


def _dated(public: Path, release: str, day: str) -> None:
    (public / "releases" / release / "release.json").write_text(json.dumps({"built_at": f"{day}T09:00:00+00:00"}))


def whole(data: Path, tier: str = "restricted") -> Context:
    warehouse = current(data, tier)
    return Context(warehouse, default(warehouse.catalogue), warehouse.catalogue.of("incidents"))


def part(told_: since.Since, key: str) -> since.Section:
    return next(s for s in told_.sections if s.key == key)


# -- months ------------------------------------------------------------------------------------------------------------


def test_the_months_since_a_day_are_whole_and_have_two_to_be_compared_with() -> None:
    when = windows(date(2025, 3, 12), date(2025, 6, 1))
    assert when is not None and when.months == 3
    assert when.after == (date(2025, 4, 1), date(2025, 6, 1))
    assert when.year == (date(2024, 4, 1), date(2024, 6, 1))
    assert when.before == (date(2025, 1, 1), date(2025, 3, 1))


def test_the_month_of_a_meeting_on_its_first_day_counts() -> None:
    when = windows(date(2025, 6, 1), date(2025, 6, 1))
    assert when is not None and when.after == (date(2025, 6, 1), date(2025, 6, 1))


def test_more_than_a_year_is_compared_with_whole_years_earlier_so_that_no_month_is_on_both_sides() -> None:
    when = windows(date(2024, 1, 1), date(2025, 6, 1))
    assert when is not None and when.year == (date(2022, 1, 1), date(2023, 6, 1))


def test_a_meeting_after_the_last_complete_month_leaves_nothing_to_compare() -> None:
    assert windows(date(2025, 6, 2), date(2025, 6, 1)) is None
    assert windows(date(2025, 6, 2), None) is None


# -- hotspots by hand --------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """Forty places of about a kilometre from south to north, with the counts of one period."""

    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def neighbours(self) -> Any:
        n = len(self.counts)
        return sparse.csr_array(sparse.diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1]))


def by_hand(then: dict[int, int], now: dict[int, int]) -> list[hotspots.Told]:
    """Hot places with their counts in both periods."""
    rows = [Row(np.array([float(held.get(i, 0)) for i in range(40)])) for held in (then, now)]
    hot = [row.counts > 10 for row in rows]
    lat = np.arange(40) * KM
    shapes = [shapely.box(-30 - KM / 2, y - KM / 2, -30 + KM / 2, y + KM / 2) for y in lat]
    named = pd.DataFrame({"name": [f"Mile {i}" for i in range(40)], "lon": -30.0, "lat": lat, "shape": shapes})
    return hotspots.compare(rows[0], rows[1], hot[0], hot[1], named)  # type: ignore[arg-type]


def test_a_hotspot_that_was_not_there_is_new_with_its_counts() -> None:
    (found,) = by_hand({}, {20: 60})
    assert hotspots.sentences([found], "incidents") == ["A new hotspot in Mile 20: 60 incidents, 0 a year earlier."]


def test_a_hotspot_that_left_is_gone() -> None:
    (found,) = by_hand({20: 60}, {20: 4})
    assert hotspots.sentences([found], "incidents") == ["A hotspot is gone in Mile 20: 4 incidents, 60 a year earlier."]


def test_what_stands_out_newly_by_noise_alone_is_not_called_new() -> None:
    (found,) = by_hand({20: 9}, {20: 14})
    (said,) = hotspots.sentences([found], "incidents")
    assert found.fate.kind == "new" and found.seen.verdict == "same"
    assert "new hotspot" not in said and "within chance about the same: 14 incidents, 9 then" in said


def test_a_hotspot_two_kilometres_further_north_moved_and_says_how_far() -> None:
    (found,) = by_hand({20: 60}, {22: 60})
    assert hotspots.sentences([found], "incidents") == ["The hotspot in Mile 22 moved about 2 km north."]


def test_a_hotspot_that_shifted_by_less_than_its_size_is_where_it_was() -> None:
    told_ = by_hand({20: 30, 21: 30, 22: 30}, {21: 30, 22: 30, 23: 30})
    assert hotspots.sentences(told_, "incidents") == ["1 hotspot is where it was: in Mile 21."]


def test_the_surest_change_comes_first_and_the_rest_is_counted() -> None:
    told_ = by_hand(dict.fromkeys(range(0, 40, 4), 60), {0: 60})
    lines = hotspots.sentences(told_, "incidents")
    assert len(lines) == hotspots.MOST + 2 and lines[-2:] == [
        "1 more is in the table.", "1 hotspot is where it was: in Mile 0.",
    ]  # fmt: skip


def test_distances_are_said_as_people_say_them() -> None:
    said = [hotspots.far(km) for km in (0.02, 0.78, 0.96, 1.2, 3.3)]
    assert said == ["100 m", "800 m", "1 km", "1 km", "3.5 km"]


# -- records -----------------------------------------------------------------------------------------------------------


def test_figures_since_a_day_are_those_of_their_months(records: Path) -> None:
    ctx = whole(records)
    found = since.tell(ctx, date(2024, 12, 20))
    row = part(found, "figures").figure.table.iloc[0]  # type: ignore[union-attr]
    asked = "/?from=2025-01&to=" + f"{_last(ctx):%Y-%m}"
    own, _page, _query = told.view(records, "restricted", asked)
    from dashboard import measures

    assert row.iloc[1] == measures.total(own.warehouse, own.filters)
    assert {s.key for s in found.sections} == {"figures", "groups", "hotspots"}


def _last(ctx: Context) -> date:
    from dashboard import view_facts
    from dashboard.since.parts import everlasting

    last = view_facts.last_complete(everlasting(ctx))
    assert last is not None
    return last


def test_months_that_are_still_filling_up_are_left_out_and_said(records: Path) -> None:
    ctx = whole(records)
    assert ctx.catalogue.last_month is not None
    found = since.tell(ctx, date(2025, 1, 1))
    if _last(ctx) < ctx.catalogue.last_month:
        assert "still coming in" in part(found, "figures").basis
    after = since.tell(ctx, ctx.catalogue.last_month.replace(day=28))
    assert "No whole month since" in after.nothing and not after.sections


def test_too_few_reports_are_refused_as_on_the_map(records: Path) -> None:
    make_warehouse(records, 60)
    (refused,) = part(since.tell(whole(records), date(2025, 6, 1)), "hotspots").sentences
    assert "Too few to tell" in refused and "hotspots need at least 30" in refused


def test_the_usual_day_leaves_months_to_compare(records: Path) -> None:
    ctx = whole(records)
    assert since.usual_day(ctx, date(2025, 3, 3), date(2026, 1, 9)) == date(2025, 3, 3)
    day = since.usual_day(ctx, None, date(2026, 11, 21))
    assert since.tell(ctx, day).nothing == ""


# -- the public side ---------------------------------------------------------------------------------------------------


def test_nothing_newer_is_said_as_it_is(public: Path) -> None:
    ctx = whole(public, "public")
    (said,) = part(since.tell(ctx, date(2026, 3, 1), public), "published").sentences
    assert said.startswith("Nothing new was published since 1 March 2026") and RELEASE in said
    (early,) = part(since.tell(ctx, date(2025, 3, 1), public), "published").sentences
    assert early == "Nothing was public on 1 March 2025 yet: the first release is of 2 January 2026."


def test_a_release_is_opened_by_its_name_while_it_is_being_served_as_the_newest(public: Path) -> None:
    assert current(public, "public", RELEASE) is current(public, "public")


def test_a_newer_release_says_what_was_revised(public: Path) -> None:
    before = whole(public, "public")
    was = before.warehouse.catalogue.cubes["incidents"]
    make_public(public, "year", "district", 700, release="2026-02-02-1", seed=7)
    _dated(public, "2026-02-02-1", "2026-02-02")
    found = part(since.tell(whole(public, "public"), date(2026, 1, 20), public), "published")
    assert found.sentences[0] == "No new period of incidents was published."
    assert sum("was revised" in s for s in found.sentences) == len(was.periods)
    assert RELEASE in found.basis


def test_an_area_is_new_or_gone_only_beyond_rounding_and_what_has_no_place() -> None:
    cube = Cube("incidents", "year", date(2024, 1, 1), date(2025, 12, 1), (), "d", 11, errors=((2, 2, 5),))
    both = (cube.periods[0], cube.periods[1])
    names = {"A": "Old Mill", "B": "Fenn", "C": "Wick"}

    def lines(a: int, b: int, unplaced: int = 0) -> list[str]:
        return published.area_lines(names, {"A": (a, b)}, unplaced, unplaced, cube, 2, both)

    assert lines(0, 60) == ["New: Old Mill, 60 in 2025, few or none in 2024."]
    assert lines(60, 0) == ["Gone: Old Mill, few or none in 2025, 60 in 2024."]
    assert lines(0, 20) == []  # each can be off by 10
    assert lines(0, 60, unplaced=45) == []  # they may all have lain there
    assert lines(100, 150) == ["More in Old Mill: 150 in 2025, 100 in 2024."]
    assert lines(100, 108) == []


def test_what_has_no_published_place_is_never_said_to_be_none(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_unplaced", lambda *_asked: 0)
    found = published.areas(whole(public, "public"))
    assert found is not None and found.basis.count("few or none") == 2 and " 0 " not in found.basis


# -- slides and the page -----------------------------------------------------------------------------------------------


def test_a_briefing_takes_the_parts_as_slides_and_a_school_no_places(records: Path) -> None:
    warehouse = scoped(current(records), None)
    day = date(2025, 1, 1)
    for meeting, kept in (("empty", {"figures", "groups", "hotspots"}), ("school", {"figures"})):
        deck = decks.new(records, warehouse, ALL, meeting, meeting)
        made_ = decks.add_since(records, warehouse, ALL, deck, {}, day)
        assert {i.figure for i in made_.items if i.kind == SINCE} == kept
        slides = [s for s in decks.shown(records, warehouse, ALL, made_) if s.kind == SINCE]
        assert slides[0].title == "Since 1 January 2025: the figures" and slides[0].points
        assert decks.deck_of(records, warehouse, ALL, made_).restricted


def test_a_reader_of_other_records_cannot_add_theirs(records: Path) -> None:
    warehouse = current(records)
    deck = decks.new(records, warehouse, ALL, "Mine", "empty")
    with pytest.raises(decks.DeckError, match="other records"):
        decks.add_since(records, scoped(warehouse, frozenset({"wick_police"})), ALL, deck, {}, date(2025, 1, 1))


def says(app: AppTest) -> str:
    return written(app, "title", "subheader", "markdown", "caption", "html", "success").replace("\\", "")


def test_the_page_says_it_and_puts_it_into_a_briefing(records: Path) -> None:
    deck = decks.new(records, current(records), ALL, "Task force", "empty")
    app = start(ROOT, "since")
    app.date_input(key="since_day").set_value(date(2025, 1, 1)).run()
    assert not app.exception
    assert "Which reports rose or fell" in says(app) and "Hotspots" in says(app)
    app.button(key="since_add_go").click().run()
    assert "slides since 1 January 2025" in says(app)
    kept = decks.get(records, deck.id, ALL)
    assert kept is not None and sum(i.kind == SINCE for i in kept.items) == 3


def test_the_public_page_says_what_was_published(public: Path) -> None:
    app = start(ROOT, "since")
    assert not app.exception
    assert "What was published since" in says(app) and "Where" in says(app)
