"""Every way of counting a thousand invented records adds up to the total; a warehouse of none has answers too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import h3
import pytest

from dashboard import measures
from dashboard.filters import Filters, default
from dashboard.warehouse import Warehouse, open_warehouse
from etl import codes
from tests.make_warehouse import make_warehouse
from tests.small_records import rows


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("county")
    make_warehouse(folder, 1200)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("nothing")
    make_warehouse(folder, empty=True)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


VIEWS: dict[str, dict[str, Any]] = {
    "default": {},
    "everything": {"date_from": None, "date_to": None, "related": True},
    "occurred": {"date_basis": "occurred"},
    "narrow": {"exploitation": ("sex",), "premise": ("hotel", "street"), "areas": (("district", "D1"),)},
    "victims": {"unit": "victims"},
    "suspects": {"unit": "suspects"},
}


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest, county: Warehouse) -> Filters:
    return replace(default(county.catalogue), **VIEWS[request.param])


def test_every_way_of_counting_adds_up_to_the_total(county: Warehouse, view: Filters) -> None:
    total = measures.total(county, view)
    assert total > 0
    columns = ["exploitation", "premise", "status", "victim_sex", "source", "area_tract", "location_precision"]
    columns += {"victims": ["race", "age_band", "relationship"], "suspects": ["suspect_class"]}.get(view.unit, [])
    for column in columns:
        assert measures.by_group(county, view, column)["n"].sum() == total
    assert measures.pairs(county, view, "exploitation", "victim_age_band")["n"].sum() == total
    strip = measures.place_strip(county, view)
    assert strip.mapped + strip.area_only + strip.unmapped == total
    for resolution in (4, 8, 9):
        assert measures.by_cell(county, view, resolution)["n"].sum() == strip.mapped
    dated = total if view.date_from else total - _undated(county, view)
    for grain in measures.GRAINS:
        assert measures.by_period(county, view, grain)["n"].sum() == dated
        assert measures.by_period(county, view, grain, "exploitation")["n"].sum() == dated


def _undated(warehouse: Warehouse, view: Filters) -> int:
    return measures.total(warehouse, view) - measures.total(warehouse, replace(view, date_from=date(1900, 1, 1)))


def test_a_page_of_the_county_is_collected_where_its_sources_say(county: Warehouse) -> None:
    view = replace(default(county.catalogue), sources=("fenn_sheriff",), date_from=date(2022, 11, 1))
    found = measures.by_period(county, view, "month").set_index("period")
    missing = found.index[found["n"].isna()].strftime("%Y-%m").tolist()
    assert missing == ["2022-11", "2022-12", "2024-03", "2024-04"]


def test_published_figures_are_not_added_up(county: Warehouse) -> None:
    view = replace(default(county.catalogue), unit="offences")
    by_year = measures.published_by_year(county, "offences", view)
    assert set(by_year["category"]) == {"reported", "unfounded", "cleared"}
    reported = by_year[by_year["category"] == "reported"]
    assert rows(reported, "year", "n", "places") == [(y, 2 * (30 + y - 2020) + 1, 2) for y in range(2021, 2025)]
    assert measures.total(county, view) == reported["n"].sum()
    assert rows(measures.by_period(county, view, "month"), "n") == rows(reported, "n"), "years are all they know"
    places = measures.published_by_place(county, "signals")
    assert rows(places, "place_name", "first_year", "last_year", "n")[0] == ("State WK", 2020, 2024, 5 * 410 + 10)
    with pytest.raises(ValueError, match="not a unit of published figures"):
        measures.published_by_year(county, "incidents")


def test_provenance(county: Warehouse) -> None:
    equations = measures.row_equations(county)
    assert equations["holds"].all() and len(equations) == 2
    assert measures.quarantine(county)["n"].sum() == 10
    assert measures.loads(county)["title"].isin(["Wick Police", "Fenn Sheriff", "Agency counts"]).all()
    listed = measures.sources(county).set_index("source")
    assert listed.loc["wick_police", "n"] + listed.loc["fenn_sheriff", "n"] == 1200
    assert measures.known_problems(county)["problem"].str.contains("Forced labour").all()
    view = Filters(date_from=date(2024, 1, 1), date_to=date(2024, 6, 1), sources=("fenn_sheriff",))
    assert measures.annotations(county, view)["text"].tolist() == ["New records system"]
    seen = measures.coverage(county, view)
    assert len(seen) == 6 * 4 and (~seen["collected"]).sum() == 2 * 4
    reports = measures.reports_by_month(county, view)["reports"].sum()
    assert reports == measures.reports_by_place(county, view, layer="district")["reports"].sum() + _nowhere(
        county, view
    )
    (late,) = [d.completeness for d in measures.reporting_delays(county).values() if d.known]
    assert late[1] < late[2] < late[4] == 1


def _nowhere(warehouse: Warehouse, view: Filters) -> int:
    with warehouse.connect() as backend:
        row = backend.con.execute(
            "SELECT coalesce(sum(n), 0) FROM exposure WHERE source = 'fenn_sheriff' AND area_district IS NULL "
            "AND month BETWEEN '2024-01-01' AND '2024-06-01'"
        ).fetchone()
    return int(row[0])


def test_reports_by_cell_are_those_of_its_finest_cells(county: Warehouse) -> None:
    fine = measures.reports_by_place(county, Filters(), resolution=9)
    coarse = measures.reports_by_place(county, Filters(), resolution=6)
    parents = fine.groupby([h3.cell_to_parent(c, 6) for c in fine["place"]])["reports"].sum()
    assert dict(zip(coarse["place"], coarse["reports"], strict=True)) == parents.to_dict()
    with pytest.raises(ValueError, match="Give either"):
        measures.reports_by_place(county, Filters())


def test_shapes_can_be_drawn(county: Warehouse) -> None:
    from shapely import wkb

    shapes = measures.area_shapes(county)
    assert len(shapes) == 30 and all(wkb.loads(shape).is_valid for shape in shapes["wkb"])
    assert measures.area_shapes(county, role="places")["name"].tolist() == ["Wick", "Fenn"]
    assert measures.area_shapes(county, "district")["area_id"].tolist() == [f"D{i}" for i in range(1, 7)]


def test_nothing_at_all_is_an_answer(nothing: Warehouse) -> None:
    view = default(nothing.catalogue)
    assert nothing.catalogue.empty and view == Filters()
    assert measures.total(nothing, view) == 0
    assert measures.by_period(nothing, view).empty and measures.by_period(nothing, view, group="premise").empty
    assert measures.by_group(nothing, view, "premise").empty and measures.by_cell(nothing, view).empty
    assert measures.by_area(nothing, view, "district")["n"].tolist() == [0] * 6
    assert measures.last_12_vs_previous(nothing, view) is None
    assert measures.weekday_hour(nothing, view).known == 0
    assert measures.place_detail(nothing, view, ("district", "D1")).n == 0
    assert measures.place_strip(nothing, view) == measures.PlaceStrip(0, 0, 0)
    assert measures.excluded(nothing, view) == measures.Excluded(0, 0, 0)
    for frame in (measures.loads, measures.row_equations, measures.quarantine, measures.coverage):
        assert frame(nothing).empty
    assert measures.reporting_delays(nothing) == {} and measures.annotations(nothing).empty
    assert measures.published_by_year(nothing, "signals").empty
    assert measures.unclear(nothing, view)["n"].tolist() == [0] * 5


def test_every_code_list_is_labelled(county: Warehouse) -> None:
    for unit in codes.RECORD_UNITS:
        view = Filters(unit=unit)
        for column in ("exploitation", "premise", "status", "victim_age_band", "victim_minor", "victim_sex"):
            found = measures.by_group(county, view, column)
            assert (found["code"] != found["label"]).all()
