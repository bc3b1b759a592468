"""Where incidents lie densest, alone and beside all police reports, against the functions that found it."""

import re
from collections.abc import Iterator
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pytest

from dashboard.analysis.density import bandwidth_rule
from dashboard.analysis.density import density as kernel_density
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.projection import projected_crs, to_metres
from dashboard.analysis.relative_risk import relative_risk
from dashboard.questions import density
from dashboard.questions.study import Study
from dashboard.warehouse import Warehouse, open_warehouse
from tests.questions_asked import CENTRE, DISK, county_folder, steady_town
from tests.small_city import LON, NOUN, City, disk, look, names


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(county_folder(tmp_path_factory))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    warehouse = steady_town().open(tmp_path_factory.mktemp("town"))
    yield look(warehouse)
    warehouse.close()


@pytest.mark.parametrize("width", [None, 700.0])
def test_density_is_that_of_the_finest_cells(town: Study, width: float | None) -> None:
    answer = density.dense(town, width, "", NOUN, names(town))
    lon, lat, n, _ = town.points
    crs = projected_crs(town.grid.x, town.grid.y)
    points, centres = (np.column_stack(to_metres(x, y, crs)) for x, y in ((lon, lat), (town.grid.x, town.grid.y)))
    used = width or max(bandwidth_rule(points, n), 350 * 7**0.5)
    want = kernel_density(points, centres, used, weights=n).per_km2
    assert answer.columns["Per km²"] == pytest.approx(want, rel=0.005)
    assert answer.order.argmax() == want.argmax() and f"in Place {want.argmax()}:" in answer.sentence
    times = want.max() / (n.sum() / sum(h3.cell_area(c, "km^2") for c in DISK))
    said = re.search(r"([\d.]+) times the average of the study area", answer.sentence)
    assert said and float(said[1]) == pytest.approx(times, rel=0.01)
    limits = [float(label.split(" to ")[0].replace(",", "")) for label in answer.labels]
    assert (answer.cls == np.searchsorted(limits, want, side="right") - 1).all() and (answer.cls == -1).any()
    assert ("smaller than a cell" in answer.caveats[0]) == (width == 700.0)


def test_a_bandwidth_that_reaches_nothing_is_refused(tmp_path: Path) -> None:
    corner = next(c for c in h3.cell_to_children(CENTRE, 9) if h3.cell_to_center_child(CENTRE, 9) != c)
    city = City().seen(DISK).add({corner: 40})
    answer = density.dense(look(city.open(tmp_path)), 50.0, "", NOUN, np.array(DISK, dtype=object))
    assert answer.refused and answer.sentence.startswith(
        "With a bandwidth of 50 m no place has any of the 40 incidents"
    )


def test_density_beside_all_reports_is_a_relative_risk(county: Warehouse) -> None:
    found = look(county, resolution=8)
    answer = density.dense(found, 1500.0, "reports", NOUN, names(found))
    lon, lat, n, _ = found.points
    crs = projected_crs(found.grid.x, found.grid.y)
    points, centres = (np.column_stack(to_metres(x, y, crs)) for x, y in ((lon, lat), (found.grid.x, found.grid.y)))
    risk = relative_risk(points, centres, centres, 1500.0, n, found.reports)
    q = benjamini_hochberg(risk.p)
    assert ((answer.cls == density.HIGHER) == (np.nan_to_num(q, nan=1) < 0.05) & (risk.z > 0) & ~risk.thin).all()
    assert ((answer.cls == density.LOWER) == (np.nan_to_num(q, nan=1) < 0.05) & (risk.z < 0) & ~risk.thin).all()
    assert (answer.cls[np.isnan(risk.p)] == density.THIN).all()
    assert (answer.tips[answer.cls == density.THIN] == "too few to tell").all()
    high = int((answer.cls == density.HIGHER).sum())
    assert answer.sentence.startswith(f"{high or 'None'} of {len(found):,} cells ha")
    few = int((answer.cls == density.THIN).sum())
    assert answer.sentence.endswith(f"; for {few:,} there are too few to tell.") and few > 0
    table = answer.table(pd.DataFrame({"label": names(found)}), found.counts, "Incidents")
    told = table["Times all police reports"].notna().to_numpy()
    assert told[: told.sum()].all(), "what cannot be told comes last"


def test_where_no_place_can_be_held_against_all_reports_it_says_so(tmp_path: Path) -> None:
    spread = [c for i, c in enumerate(disk(12)) if i % 10 == 0]
    found = look(City().seen(disk(12)).add(dict.fromkeys(spread, 1)).open(tmp_path))
    answer = density.dense(found, 800.0, "reports", NOUN, names(found))
    assert answer.refused and answer.sentence.startswith(
        "Too few to tell: with a bandwidth of 800 m no place has enough incidents near it"
    )


def test_twice_the_share_of_all_reports_is_twice(tmp_path: Path) -> None:
    """Two towns with as many reports of all kinds, one with two of three incidents."""
    one, other = disk(2), disk(2, LON + 0.2)
    city = City().seen(one, 100).seen(other, 100).add(dict.fromkeys(one, 20)).add(dict.fromkeys(other, 10))
    found = look(city.open(tmp_path))
    answer = density.dense(found, 3000.0, "reports", NOUN, names(found))
    ratio = dict(zip(found.grid.ids.tolist(), answer.columns["Times all police reports"], strict=True))
    assert {ratio[h3.str_to_int(c)] for c in one} == {1.33} and {ratio[h3.str_to_int(c)] for c in other} == {0.67}
    assert answer.sentence.startswith("19 of 38 cells have more incidents than all police reports suggest, most of all")
    assert answer.sentence.endswith("(1.3 times as many).")
