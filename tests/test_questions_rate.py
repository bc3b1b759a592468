"""Where there are more incidents than residents or reports explain, against the functions that found it."""

from collections.abc import Iterator
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.rates import rates, smoothed, smoothed_locally
from dashboard.questions import rate
from dashboard.warehouse import Warehouse, open_warehouse
from tests.questions_asked import CENTRE, DISK, county_folder
from tests.small_city import LAT, LON, NOUN, City, disk, look, names


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(county_folder(tmp_path_factory))
    yield opened
    opened.close()


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("against", [rate.RESIDENTS, rate.REPORTS])
def test_rates_are_those_of_their_functions(county: Warehouse, against: str, local: bool) -> None:
    found = look(county, layer="tract")
    answer = rate.rate(found, against, NOUN, names(found), local)
    exposure = found.residents if against == rate.RESIDENTS else found.reports
    assert exposure is not None
    per = 100_000 if against == rate.RESIDENTS else 10_000
    even = smoothed_locally(found.counts, exposure, found.neighbours) if local else smoothed(found.counts, exposure)
    plain_rates = rates(found.counts, exposure)
    high = benjamini_hochberg(plain_rates.p_high) < 0.05
    assert answer.columns["Smoothed"] == pytest.approx(even * per, abs=0.051, nan_ok=True)
    assert answer.columns[f"Per {per:,}"] == pytest.approx(plain_rates.rate * per, abs=0.051, nan_ok=True)
    assert (answer.hot == high).all() and ((answer.cls == answer.labels.index(rate.HIGH)) == high).all()
    if high.sum() > 1:
        best = int(np.nanargmax(np.where(high, even, -1)))
        assert answer.sentence.startswith(
            f"{high.sum()} of {len(found)} areas have more incidents than chance explains"
        )
        assert f"most of all in Place {best} (" in answer.sentence
    table = answer.table(pd.DataFrame({"label": names(found)}), found.counts, "Incidents")
    assert table["Smoothed"].head(int(high.sum())).is_monotonic_decreasing


def test_a_rate_in_words(tmp_path: Path) -> None:
    """200 of 10,000 reports where all others have 1 in 1,000: one place, in the singular."""
    rest = [c for c in DISK if c != CENTRE]
    found = look(City().seen(DISK, 10_000).add(dict.fromkeys(rest, 10) | {CENTRE: 200}).open(tmp_path))
    answer = rate.rate(found, rate.REPORTS, NOUN, np.array(["Near Wick"] * 91, dtype=object))
    assert answer.sentence == (
        "1 of 91 cells has more incidents than chance explains for its number of police reports of all kinds: near "
        "Wick (200 per 10,000; 12.1 overall)."
    )
    even = look(City().seen(DISK, 10_000).add(dict.fromkeys(DISK, 10)).open(tmp_path / "even"))
    assert rate.rate(even, rate.REPORTS, NOUN, names(even)).sentence == (
        "None of 91 cells has more incidents than chance explains for its number of police reports of all kinds."
    )


def test_a_place_with_more_incidents_than_reports_has_no_rate(tmp_path: Path) -> None:
    reports = [1000] * 90 + [3]
    found = look(City().seen(DISK, reports).add(dict.fromkeys(DISK, 4)).open(tmp_path))
    answer = rate.rate(found, rate.REPORTS, NOUN, names(found))
    at = found.grid.ids.tolist().index(h3.str_to_int(DISK[-1]))
    assert answer.cls[at] == answer.labels.index("No rate can be told") and (answer.cls == answer.cls[at]).sum() == 1
    assert answer.tips[at] == "4 incidents; no rate can be told"
    assert "4 incidents lie where no rate can be told." in answer.caveats


def test_rates_without_anything_to_hold_them_against(tmp_path: Path) -> None:
    found = look(City().seen(DISK, 1).add(dict.fromkeys(DISK, 4)).open(tmp_path))
    assert rate.rate(found, rate.RESIDENTS, NOUN, names(found)).sentence == (
        "How many residents these cells have is not known."
    )
    assert rate.rate(found, rate.REPORTS, NOUN, names(found)).sentence == (
        "How many police reports of all kinds there are here is not known."
    )
    halves = [("district", "D1", shapely.box(LON - 0.1, LAT - 0.1, LON, LAT + 0.1), 500),
              ("district", "D2", shapely.box(LON, LAT - 0.1, LON + 0.1, LAT + 0.1), None)]  # fmt: skip
    seen = disk(3)
    at = max(seen, key=lambda c: h3.cell_to_latlng(c)[1])
    one = look(City(halves).seen(seen).add({at: 40}).open(tmp_path / "one"), layer="district")
    assert rate.rate(one, rate.RESIDENTS, NOUN, names(one)).sentence == (
        "All 40 incidents lie where the number of residents is not known."
    )
