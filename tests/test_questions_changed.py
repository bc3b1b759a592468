"""Where incidents rose and fell between two periods: the periods, the numbers and the sentence."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import h3
import pandas as pd
import pytest

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.place_change import place_change
from dashboard.filters import Filters, add_months
from dashboard.measures.hotspots import by_place_and_month
from dashboard.questions import changed
from dashboard.questions.changed import Periods, periods
from dashboard.warehouse import Warehouse, open_warehouse
from tests.questions_asked import CENTRE, DISK, HALVES, compared, county_folder
from tests.small_city import FENN, WICK, City, look, names


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(county_folder(tmp_path_factory))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("last", "months", "year", "before", "after"),
    [
        (date(2024, 2, 1), 3, False, ("2023-09-01", "2023-11-01"), ("2023-12-01", "2024-02-01")),
        (date(2024, 2, 1), 3, True, ("2022-12-01", "2023-02-01"), ("2023-12-01", "2024-02-01")),
        (date(2024, 12, 1), 12, False, ("2023-01-01", "2023-12-01"), ("2024-01-01", "2024-12-01")),
        (date(2024, 12, 1), 12, True, ("2023-01-01", "2023-12-01"), ("2024-01-01", "2024-12-01")),
        (date(2025, 1, 1), 6, False, ("2024-02-01", "2024-07-01"), ("2024-08-01", "2025-01-01")),
        (date(2025, 1, 1), 1, True, ("2024-01-01", "2024-01-01"), ("2025-01-01", "2025-01-01")),
    ],
)
def test_periods_over_the_end_of_a_year(
    last: date, months: int, year: bool, before: tuple[str, str], after: tuple[str, str]
) -> None:
    found = periods(last, months, year)
    assert tuple(d.isoformat() for d in found.before) == before
    assert tuple(d.isoformat() for d in found.after) == after
    whole = (add_months(found.after[1], 1) - found.after[0]).days
    assert changed.days(found.after) == whole and 28 <= whole <= 366


def test_a_period_in_words() -> None:
    assert periods(date(2024, 2, 1), 3, False).words == (
        "September 2023 to November 2023",
        "December 2023 to February 2024",
    )
    assert periods(date(2024, 2, 1), 1, False).words == ("January 2024", "February 2024")


@pytest.mark.parametrize("relative", [False, True])
def test_change_is_that_of_two_counts(county: Warehouse, relative: bool) -> None:
    found = look(county, layer="district")
    which = periods(date(2025, 11, 1), 12, False)
    answer = compared(found, which, relative)
    table = by_place_and_month(county, Filters(), layer="district")
    both = []
    for first, last in (which.before, which.after):
        kept = table[(table["month"] >= str(first)) & (table["month"] <= str(last))]
        both.append(kept.groupby("place")["n"].sum().reindex(found.grid.ids, fill_value=0).to_numpy())
    assert (
        answer.columns["Before"].tolist() == both[0].tolist() and answer.columns["After"].tolist() == both[1].tolist()
    )
    made = place_change(both[0], both[1], 366, 365)
    ratio = made.relative if relative else made.own
    want = ratio.verdicts(benjamini_hochberg(ratio.p))
    assert [changed.VERDICTS[v] for v in want.tolist()] == answer.cls.tolist()
    assert answer.columns["Ratio"] == pytest.approx(ratio.ratio, abs=0.005)


def test_change_in_words(tmp_path: Path) -> None:
    """One cell from 10 to 60, one from 50 to 5, the others 8 and 8."""
    rest = dict.fromkeys(DISK[2:], 8)
    city = City().seen(DISK).add(rest | {DISK[0]: 10, DISK[1]: 50}).add(rest | {DISK[0]: 60, DISK[1]: 5}, 6)
    found = look(city.open(tmp_path))
    answer = compared(found)
    assert answer.sentence == (
        "Incidents rose in 1 of 91 cells and fell in 1, by more than chance explains. "
        "Over the whole study area they went from 772 to 777."
    )
    assert compared(found, relative=True).sentence.startswith(
        "Held against the change of the whole, incidents rose in 1 of"
    )
    assert answer.legend == "July 2023 to December 2023, compared with January 2023 to June 2023"
    at = {h3.int_to_str(c): i for i, c in enumerate(found.grid.ids.tolist())}
    assert answer.cls[at[DISK[0]]] == changed.ROSE and answer.cls[at[DISK[1]]] == changed.FELL
    assert answer.tips[at[DISK[0]]].startswith("10 before, 60 after; 5.90 times (95% interval ")
    table = answer.table(pd.DataFrame({"label": names(found)}), found.counts, "Incidents")
    assert table["Difference"].head(2).tolist() == [50, -45]
    same = compared(look(City().seen(DISK).add(rest).add(rest, 6).open(tmp_path / "same")))
    assert same.sentence == (
        "Incidents changed in none of 91 cells by more than chance explains. "
        "Over the whole study area they went from 712 to 712."
    )


def test_one_period_without_any_has_no_common_change(tmp_path: Path) -> None:
    found = look(City().seen(DISK).add(dict.fromkeys(DISK, 9)).open(tmp_path))
    assert compared(found, relative=True).sentence == (
        "One of the two periods has no incidents at all, so there is no common change to compare with."
    )
    assert (compared(found).cls == changed.FELL).all()


def test_what_was_not_collected_is_no_fall(tmp_path: Path) -> None:
    """The months before the data, and a gap of the only source: nothing can be compared; of one of two, it is said."""
    city = City().seen(DISK).add(dict.fromkeys(DISK, 9), 2)
    before = Periods((date(2022, 7, 1), date(2022, 12, 1)), HALVES.before)
    assert compared(look(city.open(tmp_path / "a")), before).sentence == (
        "Nothing was collected here in July 2022, August 2022 and 4 more, so these two periods cannot be compared. "
        "Choose another pair, or a later end of the period."
    )
    gap = compared(look(city.gap(WICK, 2).open(tmp_path / "b")))
    assert gap.refused and "in March 2023, so these" in gap.sentence
    two = City().seen(DISK).seen(DISK, source=FENN).gap(FENN, 2, 3).add({CENTRE: 15}, 7)
    two = two.add({CENTRE: 15}, 8, FENN)
    answer = compared(look(two.open(tmp_path / "c")))
    assert not answer.refused
    assert answer.caveats[0] == "In 2 of the 12 months not everything was collected: a rise or fall may come from that."


def test_places_are_compared_from_thirty_records_on(tmp_path: Path) -> None:
    few = City().seen(DISK).add({CENTRE: 29}, 7)
    answer = compared(look(few.open(tmp_path / "few")))
    assert answer.refused
    assert answer.sentence.startswith("Too few to tell: 29 incidents with a place in the two periods together")
    assert not compared(look(City().seen(DISK).add({CENTRE: 30}, 7).open(tmp_path / "enough"))).refused
