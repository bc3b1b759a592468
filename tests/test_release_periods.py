"""The periods of a release: where each begins and ends, and when it is over."""

from pathlib import Path

import duckdb
import pytest

from etl.release import facts
from etl.release import policy as policies
from etl.release.periods import Closed, Periods, layout
from tests.make_warehouse import make_warehouse
from tests.release_parts import POLICY, month


@pytest.mark.parametrize(
    ("grain", "inside", "begins"),
    [
        ("month", month(2023, 8), month(2023, 8)),
        ("quarter", month(2023, 8), month(2023, 7)),
        ("half", month(2023, 8), month(2023, 7)),
        ("year", month(2023, 8), month(2023, 1)),
    ],
)
def test_periods_up_to_a_year_are_those_of_the_calendar(grain: str, inside: int, begins: int) -> None:
    assert layout(grain, month(2021, 5), month(2025, 2)).of(inside) == begins


@pytest.mark.parametrize(("grain", "newest"), [("years2", 2023), ("years3", 2022), ("years5", 2020)])
def test_several_years_end_with_the_last_full_year(grain: str, newest: int) -> None:
    """Data to February 2025: the last full year is 2024."""
    when = layout(grain, month(2014, 5), month(2025, 2))
    assert when.of(month(2024, 12)) == month(newest)
    assert when.last_month(month(newest)) == month(2024, 12)
    assert when.of(month(newest) - 1) == month(newest) - when.months


def test_all_years_together_are_one_period_and_the_next_is_as_long() -> None:
    when = layout("all", month(2020, 4), month(2024, 12))
    assert (when.of(month(2020, 4)), when.last_month(month(2020))) == (month(2020), month(2024, 12))
    assert when.of(month(2025)) == month(2025) and when.last_month(month(2025)) == month(2029, 12)


def test_less_than_a_year_of_data_still_has_a_layout() -> None:
    assert layout("all", month(2025, 3), month(2025, 9)).months == 12


def test_a_period_is_over_when_it_is_settled_and_its_source_knows_the_end_of_it() -> None:
    closed = Closed(month(2024, 9), {"now": month(2024, 12), "ended": month(2023, 6)})
    year, long = Periods("year", 12, 0), Periods("years3", 36, month(2021))

    def holds(when: Periods, begin: int, source: str) -> bool:
        return bool(closed.holds(when, [begin], [source])[0])

    assert holds(year, month(2023), "now") and not holds(year, month(2024), "now")  # 2024 is not settled
    assert holds(year, month(2022), "ended") and not holds(year, month(2023), "ended")  # half a year is no year
    assert not holds(year, month(2022), "never loaded")
    closed = Closed(month(2024, 12), {"ended": month(2022, 6), "too short": month(2021, 6)})
    assert holds(long, month(2021), "ended")  # a file that ends for good is in the years that it covers
    assert not holds(long, month(2021), "too short")


@pytest.mark.parametrize(
    ("as_of", "last"),
    [("2025-06-30", (2025, 3)), ("2025-06-28", (2025, 3)), ("2025-06-26", (2025, 2)), ("2025-06-01", (2025, 2))],
)
def test_settling_is_counted_from_the_last_whole_month(tmp_path: Path, as_of: str, last: tuple[int, int]) -> None:
    path = make_warehouse(tmp_path, 60)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"update loads set as_of = '{as_of}'")
        closed = facts.closed(connection, POLICY)
    assert closed is not None and closed.last == month(*last)


def test_only_sources_of_records_that_are_not_left_out_say_what_is_over(tmp_path: Path) -> None:
    """The agency counts of a whole year, loaded beside, must not close a month of the police."""
    path = make_warehouse(tmp_path, 60)
    strict = policies.parse(POLICY.text.replace("left_out = []", 'left_out = ["wick_police"]'))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update loads set as_of = '2030-12-31' where source = 'fbi_counts'")
        connection.execute("update loads set as_of = '2029-12-31' where source = 'wick_police'")
        closed = facts.closed(connection, strict)
    assert closed is not None and set(closed.known) == {"fenn_sheriff"} and closed.last == month(2025, 8)
