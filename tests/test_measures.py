"""Every measure on records made by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import h3
import numpy as np
import pandas as pd
import pytest

from dashboard import measures
from dashboard.filters import Filters
from dashboard.measures.ask import measure
from dashboard.measures.exposed import cell_parents
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_warehouse import insert, write_warehouse
from tests.small_records import LAT, LON, MONTHS, VIEW, fill, incident, rows


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("tiny")
    write_warehouse(folder, fill)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


def test_the_total_is_a_sum_of_n(tiny: Warehouse) -> None:
    assert measures.total(tiny, VIEW) == 8
    assert measures.total(tiny, replace(VIEW, related=True)) == 10
    assert measures.total(tiny, replace(VIEW, date_to=MONTHS[0])) == 3
    assert measures.total(tiny, replace(VIEW, date_basis="occurred")) == 3, "one lies in December, others have no date"
    assert measures.total(tiny, Filters(date_basis="occurred")) == 8


def test_what_is_left_out_is_counted(tiny: Warehouse) -> None:
    assert measures.excluded(tiny, VIEW) == measures.Excluded(unfounded=1, duplicate=0, related=2)
    assert measures.excluded(tiny, replace(VIEW, related=True)) == measures.Excluded(1, 1, 0)
    assert measures.excluded(tiny, replace(VIEW, unit="signals")) == measures.Excluded(0, 0, 0)
    assert measures.excluded(tiny, Filters()) == measures.Excluded(1, 0, 2)


def test_zero_and_not_collected_are_different(tiny: Warehouse) -> None:
    found = measures.by_period(tiny, VIEW, "month")
    assert rows(found, "n", "collected", "partial") == [
        (3, "partly", False),  # Fenn had not begun
        (0, "partly", False),  # a zero, and only Wick says so
        (1, "partly", False),
        (3, "yes", False),
        (0, "partly", False),  # Wick has its gap
        (1, "yes", True),  # the file ends on the 20th
    ]
    wick = measures.by_period(tiny, replace(VIEW, sources=("wick",)), "month")
    assert rows(wick, "n", "collected")[4] == (None, "no")
    assert rows(wick, "n", "collected")[1] == (0, "yes")
    assert list(found["period"]) == [pd.Timestamp(m) for m in MONTHS]


def test_each_series_has_its_own_coverage(tiny: Warehouse) -> None:
    found = measures.by_period(tiny, replace(VIEW, sources=("wick",)), "month", "exploitation")
    labour = found[found["code"] == "forced_labour"]
    assert rows(labour, "n", "collected") == [
        (None, "no"),
        (0, "yes"),
        (1, "yes"),
        (0, "yes"),
        (None, "no"),
        (0, "yes"),
    ]
    assert list(dict.fromkeys(found["code"])) == ["sex", "forced_labour", "unknown"], "in the order of the code list"
    sources = measures.by_period(tiny, VIEW, "month", "source")
    fenn = sources[sources["code"] == "fenn"]
    assert rows(fenn, "n", "label") == [(None, "Fenn Sheriff")] * 3 + [
        (3, "Fenn Sheriff"),
        (0, "Fenn Sheriff"),
        (None, "Fenn Sheriff"),  # its file ends in May
    ]


def test_a_record_without_a_report_date_is_counted_by_its_event(tmp_path: Path) -> None:
    def late(con: duckdb.DuckDBPyConnection) -> None:
        fill(con)
        con.execute("DELETE FROM incidents")
        day = date(2024, 2, 3)
        insert(con, "incidents", [incident("2024-02-03", occurred_on=day) | {"reported_on": None}])

    write_warehouse(tmp_path, late)
    warehouse = open_warehouse(tmp_path)
    assert measures.total(warehouse, VIEW) == 1
    assert measures.by_period(warehouse, VIEW)["n"].sum() == 1
    assert warehouse.catalogue.first_month == date(2024, 2, 1)
    assert warehouse.catalogue.last_month == date(2024, 6, 1)  # the last month collected, without a report in it
    warehouse.close()


def test_longer_and_shorter_periods(tiny: Warehouse) -> None:
    quarters = measures.by_period(tiny, replace(VIEW, date_from=date(2024, 2, 1)), "quarter")
    assert rows(quarters, "n", "collected", "partial") == [(1, "partly", True), (4, "partly", True)]
    year = measures.by_period(tiny, VIEW, "year")
    assert rows(year, "period", "n", "partial") == [(pd.Timestamp("2024-01-01"), 8, True)]
    weeks = measures.by_period(tiny, replace(VIEW, date_from=date(2024, 6, 1)), "week")
    assert rows(weeks, "period", "n", "collected", "partial") == [
        (pd.Timestamp("2024-05-27"), 0, "partly", True),
        (pd.Timestamp("2024-06-03"), 0, "yes", False),
        (pd.Timestamp("2024-06-10"), 0, "yes", False),
        (pd.Timestamp("2024-06-17"), 1, "yes", True),
        (pd.Timestamp("2024-06-24"), None, "no", True),  # after the last day that the file knows
    ]
    days = measures.by_period(tiny, replace(VIEW, date_from=date(2024, 6, 1)), "day")
    assert len(days) == 30 and rows(days, "n")[18:21] == [(0,), (1,), (None,)]
    with pytest.raises(ValueError, match="no grain fortnight"):
        measures.by_period(tiny, VIEW, "fortnight")


def test_a_source_without_coverage_collected_from_its_first_record_to_its_last(tmp_path: Path) -> None:
    def without(con: duckdb.DuckDBPyConnection) -> None:
        fill(con)
        con.execute("DELETE FROM coverage")

    write_warehouse(tmp_path, without)
    warehouse = open_warehouse(tmp_path)
    found = measures.by_period(warehouse, replace(VIEW, sources=("wick",)), "month")
    assert rows(found, "n") == [(3,), (0,), (1,), (0,), (0,), (1,)]
    warehouse.close()


def test_groups(tiny: Warehouse) -> None:
    assert rows(measures.by_group(tiny, VIEW, "premise"), "code", "label", "n", "known") == [
        ("hotel", "Hotel or motel", 3, True),
        ("unknown", "Place not recorded", 2, False),  # one says so, one says nothing
        ("unmapped", "Value with no mapping", 3, False),
    ]
    assert rows(measures.by_group(tiny, VIEW, "source"), "label", "n") == [("Wick Police", 5), ("Fenn Sheriff", 3)]
    assert rows(measures.by_group(tiny, VIEW, "area_district"), "label", "n") == [("D1", 3), ("D2", 1), ("No area", 4)]
    for column in ("race", "lat", "no_such_column", "reported_on"):
        with pytest.raises(ValueError, match="no column"):
            measures.by_group(tiny, VIEW, column)


def test_pairs(tiny: Warehouse) -> None:
    assert rows(measures.pairs(tiny, VIEW, "exploitation", "premise"), "a", "b", "n", "both_known") == [
        ("sex", "hotel", 2, True),
        ("sex", "unknown", 1, False),
        ("sex", "unmapped", 3, False),
        ("forced_labour", "hotel", 1, True),
        ("unknown", "unknown", 1, False),
    ]


def test_unclear(tiny: Warehouse) -> None:
    found = measures.unclear(tiny, VIEW).set_index("column")
    assert rows(found.loc[["premise"]], "unknown", "unmapped", "n") == [(2, 3, 8)]
    assert rows(found.loc[["exploitation"]], "unknown", "unmapped") == [(1, 0)]


def test_options_say_what_they_would_leave(tiny: Warehouse) -> None:
    only = replace(VIEW, premise=("hotel",), exploitation=("sex",))
    assert measures.option_counts(tiny, only, "premise") == {"hotel": 2, "unknown": 1, "unmapped": 3}
    assert measures.option_counts(tiny, only, "exploitation") == {"sex": 2, "forced_labour": 1}
    assert measures.option_counts(tiny, replace(only, unit="signals"), "premise") == {}


def test_weekday_and_hour_only_of_known_times(tiny: Warehouse) -> None:
    table = measures.weekday_hour(tiny, VIEW)
    assert (table.known, table.all) == (3, 8)
    assert table.counts.loc[0, 23] == 1 and table.counts.loc[6, 23] == 1 and table.counts.loc[4, 0] == 1
    assert table.counts.to_numpy().sum() == 3


def test_places(tiny: Warehouse) -> None:
    cells = measures.by_cell(tiny, VIEW, 8)
    assert rows(cells, "cell", "n") == [(h3.latlng_to_cell(LAT, LON, 8), 2)]
    assert measures.place_strip(tiny, VIEW) == measures.PlaceStrip(mapped=2, area_only=2, unmapped=4)
    areas = measures.by_area(tiny, VIEW, "district")
    assert rows(areas, "area_id", "n", "population") == [("D1", 3, 100), ("D2", 1, None), ("D3", 0, 50)]
    with pytest.raises(ValueError, match="choose 4 to 9"):
        measures.by_cell(tiny, VIEW, 10)
    with pytest.raises(ValueError, match="no layer"):
        measures.by_area(tiny, VIEW, "parish")
    with pytest.raises(ValueError, match="no points"):
        measures.by_cell(tiny, replace(VIEW, unit="signals"), 8)


def test_one_place(tiny: Warehouse) -> None:
    detail = measures.place_detail(tiny, VIEW, ("district", "D1"))
    assert (detail.n, detail.known_hours) == (3, 2)
    assert rows(detail.premise, "code", "n") == [("hotel", 2), ("unknown", 1)]
    assert rows(detail.exploitation, "code", "n") == [("sex", 3)]
    assert detail.hours.set_index("hour")["n"][23] == 2 and len(detail.hours) == 24
    assert rows(detail.trend, "n")[:2] == [(3,), (0,)]
    cell = measures.place_detail(tiny, VIEW, h3.latlng_to_cell(LAT, LON, 6))
    assert cell.n == 2
    elsewhere = measures.place_detail(tiny, VIEW, ("district", "D3"))
    assert elsewhere.n == 0 and elsewhere.premise.empty and elsewhere.hours["n"].sum() == 0
    for place in ("", "xyz", "8", "ffffffffffffffff", ("parish", "D1"), h3.latlng_to_cell(LAT, LON, 3), "-1"):
        with pytest.raises(ValueError):
            measures.place_detail(tiny, VIEW, place)


def test_a_change_needs_two_years_that_were_collected_alike(tmp_path: Path, tiny: Warehouse) -> None:
    short = measures.last_12_vs_previous(tiny, VIEW)
    assert short is not None and not short.complete
    assert (short.current_from, short.current_to) == (date(2023, 6, 1), date(2024, 5, 1)), "June is not over"

    def two_years(con: duckdb.DuckDBPyConnection) -> None:
        fill(con)
        con.execute("DELETE FROM coverage; DELETE FROM incidents; DELETE FROM loads")
        days = [f"{2022 + (m + 6) // 12}-{(m + 6) % 12 + 1:02}-15" for m in range(24)]
        insert(con, "incidents", [incident(d, n=2 if m < 12 else 5, incident_id=d) for m, d in enumerate(days)])
        insert(con, "loads", [{"load": "a", "source": "wick", "as_of": date(2024, 6, 30)}])
        for day in days:
            month = date.fromisoformat(day).replace(day=1)
            insert(con, "coverage", [{"source": "wick", "month": month, "category": "sex", "collected": True}])

    write_warehouse(tmp_path, two_years)
    warehouse = open_warehouse(tmp_path)
    found = measures.last_12_vs_previous(warehouse, Filters(date_from=date(2024, 1, 1), date_to=date(2024, 6, 1)))
    assert found == measures.Comparison(
        60, 24, date(2023, 7, 1), date(2024, 6, 1), date(2022, 7, 1), date(2023, 6, 1), True
    )
    warehouse.close()


def test_parents_of_cells_are_those_of_h3() -> None:
    rng = np.random.default_rng(7)
    fine = [h3.latlng_to_cell(*p, 9) for p in zip(rng.uniform(-89, 89, 300), rng.uniform(-180, 180, 300), strict=True)]
    for resolution in range(4, 10):
        found = cell_parents(np.array([h3.str_to_int(c) for c in fine], dtype=np.uint64), resolution)
        assert [f"{c:x}" for c in found.tolist()] == [h3.cell_to_parent(c, resolution) for c in fine]


def test_a_question_is_the_same_however_its_arguments_are_given(tiny: Warehouse) -> None:
    asked: list[Filters] = []

    @measure
    def count(_: Warehouse, filters: Filters, group: str | None = None, where: tuple[str, ...] = ()) -> int:
        asked.append(filters)
        return len(asked)

    view = Filters()
    assert {count(tiny, view), count(tiny, view, None), count(tiny, filters=view, where=())} == {1}
    assert count(tiny, view, "sex") == 2
    assert count(tiny, group="sex", filters=view) == 2
    assert count(tiny, Filters(unit="victims")) == 3
