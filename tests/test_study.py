"""The study area by hand: which places are in it, zeros too, and what was counted there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
import shapely

from dashboard import measures
from dashboard.catalogue import AreaGroup
from dashboard.filters import Filters
from dashboard.measures.hotspots import by_place_and_month
from dashboard.questions import rate
from dashboard.questions.study import place_of
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_warehouse import make_warehouse
from tests.small_city import FENN, LAT, LON, WICK, City, cells, disk, look, looked

MIDDLE = disk(0)[0]
AROUND = [c for c in disk(1) if c != MIDDLE]
# Two halves of a town, and a third of which nobody has ever reported.
WEST = shapely.box(LON - 0.1, LAT - 0.1, LON, LAT + 0.1)
EAST = shapely.box(LON, LAT - 0.1, LON + 0.1, LAT + 0.1)
FAR_EAST = shapely.box(LON + 0.1, LAT - 0.1, LON + 0.2, LAT + 0.1)
TOWN = (("district", "D1", WEST, 1000), ("district", "D2", EAST, None), ("district", "D3", FAR_EAST, 500))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("county")
    make_warehouse(folder, 2000)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


def inside(shape: Any, resolution: int = 8) -> set[str]:
    """H3's own answer to which cells have their centre in a polygon."""
    return set(h3.h3shape_to_cells(h3.geo_to_h3shape(shape), resolution))


# -- cells -------------------------------------------------------------------------------------------------------------


def test_a_cell_that_reports_came_from_is_a_zero_and_one_without_any_is_not_there(tmp_path: Path) -> None:
    seen = disk(2)
    found = look(City().seen(seen).add({MIDDLE: 3, AROUND[0]: 1}).open(tmp_path))
    assert cells(found) == dict.fromkeys(seen, 0) | {MIDDLE: 3, AROUND[0]: 1}
    assert (len(found), found.outside, found.words) == (19, 0, ("cell", "cells"))
    assert found.neighbours[[place_of(found.grid, np.array([h3.str_to_int(MIDDLE)]))[0]]].sum() == 6


def test_in_the_areas_that_a_source_reports_from_every_cell_counts(tmp_path: Path) -> None:
    """Twelve reports in each half of the town make all of it the study area; the third district is not."""
    seen = [h3.latlng_to_cell(LAT + 0.05, LON - 0.05, 8), h3.latlng_to_cell(LAT + 0.05, LON + 0.05, 8)]
    found = look(City(TOWN).seen(seen).add({seen[0]: 2}).open(tmp_path))
    assert set(cells(found)) == inside(shapely.union(WEST, EAST)) > set(seen)
    assert found.counts.sum() == 2


def test_reports_beyond_the_areas_stay_outside_and_are_counted(tmp_path: Path) -> None:
    """One report in a hundred has a point far off: it does not make the sea part of the town."""
    at = h3.latlng_to_cell(LAT + 0.05, LON - 0.05, 8)
    sea = h3.latlng_to_cell(LAT + 0.4, LON - 0.05, 8)
    found = look(City(TOWN).seen([at, sea], [99, 1]).add({at: 4, sea: 3}).open(tmp_path))
    assert set(cells(found)) == inside(WEST)
    assert (found.counts.sum(), found.outside) == (4, 3)


def test_where_a_tenth_lies_beyond_the_areas_they_say_nothing_about_where_a_source_looks(tmp_path: Path) -> None:
    at = h3.latlng_to_cell(LAT + 0.05, LON - 0.05, 8)
    sea = h3.latlng_to_cell(LAT + 0.4, LON - 0.05, 8)
    found = look(City(TOWN).seen([at, sea], [80, 20]).open(tmp_path))
    assert set(cells(found)) == {at, sea}


@pytest.mark.parametrize("resolution", range(4, 10))
@pytest.mark.parametrize("unit", ["incidents", "victims", "suspects"])
def test_every_located_record_is_in_a_cell_or_counted_as_outside(county: Warehouse, resolution: int, unit: str) -> None:
    view = Filters(unit=unit)
    found = look(county, view, resolution=resolution)
    total = int(measures.by_cell(county, view, resolution)["n"].sum())
    assert found.counts.sum() + found.outside == total > 500
    assert found.outside < 0.05 * total
    listed = measures.by_cell(county, view, resolution).set_index("cell")["n"]
    counted = {cell: n for cell, n in cells(found).items() if n}
    assert all(listed[cell] == n for cell, n in counted.items())


def test_points_are_the_finest_cells_with_every_located_record(county: Warehouse) -> None:
    found = look(county, resolution=7)
    lon, lat, n, month = found.points
    assert n.sum() == measures.by_cell(county, Filters(), 9)["n"].sum() and len(lon) == len(lat) == len(month)
    at = (month >= 0) & (month < len(found.months))
    assert at.all() and np.bincount(month, n, len(found.months)).sum() == n.sum()


def test_a_large_country_has_too_many_small_cells_and_says_so(tmp_path: Path) -> None:
    at = h3.latlng_to_cell(LAT, LON, 8)
    land = (("district", "D1", shapely.box(LON - 20, LAT - 10, LON + 20, LAT + 10), None),)
    wide = City(land).seen([at]).add({at: 1}).open(tmp_path)
    with pytest.raises(ValueError, match="Choose a coarser resolution"):
        look(wide, resolution=9)
    assert len(look(wide, resolution=5)) > 10_000


# -- areas -------------------------------------------------------------------------------------------------------------


def test_areas_are_places_too_with_their_residents(tmp_path: Path) -> None:
    """D1 has a record and 1,000 residents, D2 reports but no record, D3 has never been reported from."""
    west, east = h3.latlng_to_cell(LAT, LON - 0.05, 8), h3.latlng_to_cell(LAT, LON + 0.05, 8)
    found = look(City(TOWN).seen([west, east]).add({west: 7}).open(tmp_path), layer="district")
    assert found.grid.ids.tolist() == ["D1", "D2"] and found.counts.tolist() == [7, 0]
    assert found.residents is not None and found.residents[0] == 1000 and np.isnan(found.residents[1])
    assert found.neighbours.toarray().tolist() == [[0, 1], [1, 0]] and found.words == ("area", "areas")


def test_a_layer_without_any_residents_has_none(tmp_path: Path) -> None:
    found = look(City((("district", "D1", WEST, None),)).seen(disk(1, LON - 0.05)).open(tmp_path), layer="district")
    assert found.residents is None and rate.choices(found) == [rate.REPORTS]


@pytest.mark.parametrize("layer", ["district", "tract"])
def test_every_record_with_an_area_is_in_one(county: Warehouse, layer: str) -> None:
    found = look(county, layer=layer)
    listed = measures.by_area(county, Filters(), layer).set_index("area_id")["n"]
    counted = {k: int(n) for k, n in zip(found.grid.ids, found.counts, strict=True)}
    assert counted == {k: n for k, n in listed.to_dict().items() if k in counted} and found.outside == 0
    assert sum(counted.values()) == listed.sum(), "an area that is not there had no report of any kind"


def test_a_source_that_publishes_no_points_counts_by_area_and_not_by_cell(tmp_path: Path) -> None:
    west = h3.latlng_to_cell(LAT, LON - 0.05, 8)
    both = City(TOWN).seen([west]).add({west: 7}).known_by_area("D2", 40).open(tmp_path)
    by_area, by_cell = look(both, layer="district"), look(both)
    assert set(by_area.sources) == {WICK, FENN} and by_area.counts.tolist() == [7, 40]
    assert by_cell.sources == (WICK,) and by_cell.counts.sum() == 7
    assert by_area.left_out == by_cell.left_out == (), "it is not far away, it has no points"


# -- several cities ----------------------------------------------------------------------------------------------------


def test_two_cities_far_apart_are_two_study_areas(tmp_path: Path) -> None:
    near, far = disk(1), disk(1, LON + 5)
    two = City().seen(near).seen(far, source=FENN).add({near[0]: 2}).add({far[0]: 9}, source=FENN).open(tmp_path)
    found = look(two)
    assert found.sources == (FENN,) and found.left_out == ("Wick Police",) and set(cells(found)) == set(far)
    chosen = look(two, Filters(sources=(WICK,)))
    assert chosen.sources == (WICK,) and chosen.left_out == () and chosen.counts.sum() == 2
    early = look(two, Filters(date_to=date(2022, 12, 1)))
    assert early.counts.sum() == 0, "no record in the period: one of them, and no error"


@pytest.mark.parametrize(("apart", "together"), [(0.3, True), (0.45, True), (2.0, False)])
def test_cities_side_by_side_share_a_study_area(tmp_path: Path, apart: float, together: bool) -> None:
    one, other = disk(1), disk(1, LON + apart)
    found = look(City().seen(one).seen(other, source=FENN).add({one[0]: 1}).open(tmp_path))
    assert (len(found.sources) == 2) == together
    assert (len(found) == 14) == together


@pytest.mark.parametrize("lat", [0.0, 52.0])
def test_a_city_on_the_antimeridian_is_one(tmp_path: Path, lat: float) -> None:
    west, east = disk(1, 179.95, lat), disk(1, -179.95, lat)
    city = City().seen(west).seen(east, source=FENN).add({west[0]: 3}).add({east[0]: 4}, source=FENN)
    found = look(city.seen(disk(3, 180, lat)).open(tmp_path))
    assert set(found.sources) == {WICK, FENN} and found.counts.sum() == 7
    far = look(City().seen(west).seen(disk(1, 170, lat), source=FENN).add({west[0]: 3}).open(tmp_path / "far"))
    assert far.sources == (WICK,) and far.left_out == ("Fenn Sheriff",)


# -- a narrower view ---------------------------------------------------------------------------------------------------

HALF = shapely.box(LON - 0.05, LAT - 0.1, LON, LAT + 0.1)
NARROWER: dict[str, tuple[Any, Any]] = {
    "an area": (("district", "D1"), WEST),
    "a group": (AreaGroup("a", "West", (("district", "D1"),)), WEST),
    "a drawn area": (AreaGroup("b", "Half", (), shapely.to_wkb(HALF)), HALF),
}


@pytest.mark.parametrize("kind", NARROWER)
@pytest.mark.parametrize("resolution", [7, 8, 9])
def test_cells_beyond_the_areas_of_a_view_are_no_zeros(tmp_path: Path, kind: str, resolution: int) -> None:
    everywhere = sorted(inside(shapely.union(WEST, EAST)))
    town = City(TOWN).seen(everywhere).add(dict.fromkeys(everywhere, 1)).open(tmp_path)
    chosen, shape = NARROWER[kind]
    view = Filters(areas=(chosen,))
    found = look(town, view, resolution=resolution)
    assert inside(shape, resolution) <= set(cells(found))
    width = 0.01 * 7 ** ((8 - resolution) / 2)
    assert shapely.dwithin(shape, shapely.points(found.grid.x, found.grid.y), width).all()
    total = measures.total(town, view)
    assert found.counts.sum() + found.outside == total > 20 and found.outside <= 0.02 * total


def test_areas_beyond_those_of_a_view_are_no_zeros(county: Warehouse) -> None:
    tracts = look(county, Filters(areas=(("district", "D2"),)), layer="tract")
    assert tracts.grid.ids.tolist() == ["T201", "T202", "T203", "T204"]
    own = look(county, Filters(areas=(("tract", "T104"), ("district", "D3"))), layer="tract")
    assert own.grid.ids.tolist() == ["T104", "T301", "T302", "T303", "T304"] and own.outside == 0
    drawn = AreaGroup("b", "Half", (), shapely.to_wkb(shapely.box(-30.3, -40.2, -30.2, -39.9)))
    assert look(county, Filters(areas=(drawn,)), layer="tract").grid.ids.tolist() == ["T101", "T103", "T401"]


def test_an_area_that_nothing_comes_from_has_no_study(tmp_path: Path) -> None:
    town = City(TOWN).seen(disk(1, LON - 0.05)).open(tmp_path)
    assert looked(town, Filters(areas=(("district", "D3"),)), layer="district") is None
    assert looked(town, Filters(areas=(("district", "nowhere"),))) is None


def test_all_reports_are_those_of_the_same_ground(tmp_path: Path) -> None:
    """A cell on the border holds reports of both halves; of a view of one half, only those are what it is held to."""
    on = [h3.latlng_to_cell(LAT + dy, LON + dx, 9) for dx in (-0.001, 0.001) for dy in np.linspace(-0.05, 0.05, 9)]
    town = City(TOWN).seen(on, 10).add({on[0]: 5}).open(tmp_path)
    west = 10 * sum(shapely.contains_xy(WEST, *h3.cell_to_latlng(c)[::-1]) for c in on)
    assert look(town).reports.sum() == 180 > west > 0
    assert look(town, Filters(areas=(("district", "D1"),))).reports.sum() == west
    narrow = Filters(areas=(("district", "D1"),), exploitation=("sex",), premise=("hotel",))
    assert look(town, narrow).reports.sum() == west, "whatever was chosen of the records"


# -- months ------------------------------------------------------------------------------------------------------------


def test_months_not_collected_or_still_filling_up_are_not_known(tmp_path: Path) -> None:
    town = City(months=6).seen(disk(1)).add({MIDDLE: 1}, 0).add({MIDDLE: 2}, 5).gap(WICK, 2).open(tmp_path)
    view = Filters(date_from=date(2022, 12, 1), date_to=date(2023, 7, 1))
    found = look(town, view, date(2023, 5, 1))
    assert np.datetime_as_string(found.months).tolist()[0] == "2022-12" and len(found.months) == 8
    assert found.known.tolist() == [False, True, True, False, True, True, False, False]
    assert found.monthly[:, [1, 6]].sum(axis=0).tolist() == [1, 2] and found.counts.sum() == 3


def test_a_month_that_one_of_two_sources_misses_is_not_known(tmp_path: Path) -> None:
    city = City(months=3).seen(disk(1)).seen(disk(1), source=FENN).add({MIDDLE: 1}).add({MIDDLE: 1}, 2, FENN)
    found = look(city.gap(FENN, 1).open(tmp_path))
    assert found.known.tolist() == [True, False, True]


def test_nothing_at_all_has_no_study(tmp_path: Path) -> None:
    make_warehouse(tmp_path, empty=True)
    nothing = open_warehouse(tmp_path)
    assert looked(nothing) is None and looked(nothing, layer="district") is None


def test_published_figures_have_no_places(county: Warehouse) -> None:
    for unit in ("offences", "signals", "published_cases"):
        for where in ({"resolution": 8}, {"layer": "district"}):
            with pytest.raises(ValueError, match=r"unit of count|no points on a map"):
                by_place_and_month(county, Filters(unit=unit), **where)


def test_related_offences_are_counted_only_when_asked_for(tmp_path: Path) -> None:
    town = City().seen(disk(1)).add({MIDDLE: 5}).add({MIDDLE: 8}, offence_group="related").open(tmp_path)
    assert look(town).counts.sum() == 5 and look(town, replace(Filters(), related=True)).counts.sum() == 13


def test_unfounded_and_duplicate_reports_are_not_counted(tmp_path: Path) -> None:
    city = City().seen(disk(1)).add({MIDDLE: 5})
    for status in ("unfounded", "duplicate"):
        city.add({MIDDLE: 50}, status=status)
    assert look(city.open(tmp_path)).counts.sum() == 5
