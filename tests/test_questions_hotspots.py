"""Where incidents cluster and how hotspots come and go, against the functions that found it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import h3
import numpy as np
import pandas as pd
import pytest

from dashboard.analysis import gistar
from dashboard.analysis.emerging import emerging_hot_spots
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.space_time import classify_periods
from dashboard.questions import clustered, trend
from dashboard.questions.study import Study
from tests.questions_asked import CENTRE, CLUSTER, DISK, steady_town
from tests.small_city import LAT, LON, NOUN, WICK, City, disk, look, names


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    warehouse = steady_town().open(tmp_path_factory.mktemp("town"))
    yield look(warehouse)
    warehouse.close()


# -- where clustered ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("permuted", [False, True])
def test_hotspots_are_those_of_gi_star(town: Study, permuted: bool) -> None:
    answer = clustered.clustered(town, NOUN, permuted)
    found = gistar.gi_star(town.counts, town.neighbours)
    p = gistar.gi_star_permuted(town.counts, town.neighbours, 99_999, 1) if permuted else found.p
    want = gistar.classes(found.z, benjamini_hochberg(p), town.counts)
    assert [clustered.CLASSES[w] for w in want.tolist()] == answer.cls.tolist()
    assert answer.columns["z"] == pytest.approx(found.z, abs=0.005) and answer.columns["p"] == pytest.approx(
        p, abs=1e-4
    )
    hot = int((want == "hot").sum())
    assert hot == (1 if permuted else 7) and (answer.hot == (want == "hot")).all()
    often = answer.columns["Share of months hot"]
    lasting = int((often[answer.hot] >= 0.8).sum())
    many = f"{hot} of 91 cells are significant hotspots; {lasting} of them were so in at least 80% of months."
    one = "1 of 91 cells is a significant hotspot; it was one in at least 80% of months."
    assert answer.sentence == (one if permuted else many) and lasting == hot
    table = answer.table(pd.DataFrame({"label": names(town)}), town.counts, "Incidents")
    assert table["Class"].head(hot).eq("Hot spot").all() and not table["Class"].iloc[hot:].eq("Hot spot").any()
    assert table["z"].head(hot).is_monotonic_decreasing


@pytest.mark.parametrize(
    ("hot", "lasting", "said"),
    [
        (1, 0, "; it was one in fewer than 80% of months"),
        (1, 1, "; it was one in at least 80% of months"),
        (4, 0, "; none of them was so in at least 80% of months"),
        (4, 1, "; 1 of them was so in at least 80% of months"),
        (4, 3, "; 3 of them were so in at least 80% of months"),
    ],
)
def test_how_many_hotspots_last_reads_well(hot: int, lasting: int, said: str) -> None:
    grain = clustered.Grain(1, ("month", "months"), np.zeros((9, 4)), np.empty(0))
    study = MagicMock(words=("cell", "cells"))
    study.__len__.return_value = 9
    are = "is a significant hotspot" if hot == 1 else "are significant hotspots"
    assert clustered._hot(hot, lasting, grain, study) == f"{hot} of 9 cells {are}{said}."


def test_a_single_hotspot_is_said_in_the_singular(tmp_path: Path) -> None:
    """Two cells with many reports each, in a line of cells: where only the pair itself stands out."""
    line = h3.grid_path_cells(CENTRE, h3.grid_disk(CENTRE, 40)[-1])[:40]
    city = City().seen(line).add(dict.fromkeys(line, 5)).add({line[0]: 300, line[1]: 60})
    found = look(city.open(tmp_path))
    answer = clustered.clustered(found, NOUN)
    hot = int(answer.hot.sum())
    assert answer.sentence == (
        "1 of 40 cells is a significant hotspot." if hot == 1 else f"{hot} of 40 cells are significant hotspots."
    )
    assert "Share of months hot" not in answer.columns, "one month is no share"


def test_where_nothing_clusters_no_map_is_painted(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    city = City().seen(DISK).add(dict(zip(DISK, rng.poisson(5, 91).tolist(), strict=True)))
    found = look(city.open(tmp_path))
    for answer in (clustered.clustered(found, NOUN), clustered.clustered(found, NOUN, True), trend.trend(found, NOUN)):
        assert answer.refused and answer.settings[0].name == "First test"
        assert re.fullmatch(
            r"Nothing clusters: over the 91 cells these incidents lie no closer together than chance would put them, "
            r"so a map of hotspots would show noise \(Moran's I -?0\.\d\d, p 0\.\d\d\d\)\.",
            answer.sentence,
        )


def test_reports_spread_more_evenly_than_by_chance_do_not_cluster(tmp_path: Path) -> None:
    """A clear p alone is not enough: it also comes from places that differ from all their neighbours."""
    apart = {c: 9 for c in DISK if sum(h3.cell_to_local_ij(CENTRE, c)) % 3 == 0}
    answer = clustered.clustered(look(City().seen(DISK).add(apart).open(tmp_path)), NOUN)
    assert answer.refused and answer.sentence.startswith("Nothing clusters") and "p below 0.001" in answer.sentence


# -- periods of a study ------------------------------------------------------------------------------------------------


def test_grains_leave_out_what_is_filling_up_or_was_not_collected(tmp_path: Path) -> None:
    """Months 0 to 11; 4 was not collected and 11 is still filling up: 5 to 10 remain, and two quarters of them."""
    city = City().seen(DISK).gap(WICK, 4)
    for month in range(12):
        city.add({CENTRE: 30 + month}, month)
    found = look(city.open(tmp_path), last_complete=date(2023, 11, 1))
    months, quarters, years = clustered.grains(found)
    at = found.grid.ids.tolist().index(h3.str_to_int(CENTRE))
    assert months.counts[at].tolist() == [35, 36, 37, 38, 39, 40]
    assert np.datetime_as_string(months.starts).tolist() == [f"2023-{m:02}" for m in range(6, 12)]
    assert quarters.counts[at].tolist() == [35 + 36 + 37, 38 + 39 + 40]
    assert np.datetime_as_string(quarters.starts).tolist() == ["2023-06", "2023-09"]
    assert years.counts.shape == (91, 0) and (years.months, years.word) == (12, ("year", "years"))
    assert clustered.finest(found, 4) is not None and clustered.finest(found, 7) is None


def test_the_finest_grain_is_one_whose_typical_period_holds_enough(tmp_path: Path) -> None:
    """29 a month are too few; 87 a quarter are enough, if there are quarters enough."""
    city = City(months=24).seen(DISK)
    for month in range(24):
        city.add({CENTRE: 29}, month)
    found = look(city.open(tmp_path))
    chosen = clustered.finest(found, 8)
    assert chosen is not None and (chosen.months, chosen.counts.shape) == (3, (91, 8))
    assert clustered.finest(found, 9) is None


# -- growing or fading -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """24 months: one cluster stays, one grows from nothing, one fades away, and one is there in the last month."""
    places = disk(9)
    east, west, south = (h3.latlng_to_cell(LAT + y, LON + x, 8) for x, y in ((0.06, 0), (-0.06, 0), (0, -0.045)))
    city = City(months=24).seen(places)
    rng = np.random.default_rng(2)
    for month in range(24):
        city.add(dict(zip(places, rng.poisson(0.3, len(places)).tolist(), strict=True)), month)
        for at, n in ((CENTRE, 20), (east, month), (west, 30 - month), (south, 30 if month == 23 else 0)):
            city.add(dict.fromkeys(h3.grid_disk(at, 1), n), month)
    warehouse = city.open(tmp_path_factory.mktemp("moving"))
    yield look(warehouse)
    warehouse.close()


def test_the_course_of_hotspots_is_arcgis_and_sfhotspots(moving: Study) -> None:
    answer = trend.trend(moving, NOUN)
    found = emerging_hot_spots(moving.monthly, moving.neighbours)
    words = plain(found.classes, found.trend)
    shown = [WORDS[c] if c != trend.NONE else "" for c in answer.cls.tolist()]
    assert shown == words.tolist() and (answer.columns["ArcGIS's class"] == found.classes).all()
    other = classify_periods(moving.monthly, moving.neighbours).classes
    assert (answer.columns["sfhotspot's class"] == other).all()
    assert {"steady", "growing", "fading", "new"} <= set(shown)
    parts = [f"{shown.count(w)} {w}" for w in ("steady", "growing", "fading", "new")]
    named = len(moving) - shown.count("")
    sentence = f"{named} of 271 cells are hotspots with a clear course: {', '.join(parts[:3])} and {parts[3]}."
    assert answer.sentence.startswith(sentence)
    rest = int(((found.q < 0.1) & (found.z > 0)).any(axis=1).sum()) - named
    assert (f"{rest} more w" in answer.sentence) == (rest > 0)
    assert answer.settings[1].value == "24 months, January 2023 to December 2024"
    assert (answer.hot == (words != "")).all()


def test_a_grain_of_quarters_says_its_last_month(tmp_path: Path) -> None:
    city = City(months=36).seen(DISK)
    for month in range(36):
        city.add(dict.fromkeys(disk(1), 4), month)
    found = look(city.open(tmp_path))
    answer = trend.trend(found, NOUN)
    assert answer.settings[1].value == "12 quarters, January 2023 to December 2025"
    assert re.match(r"\d+ of 91 cells are hotspots with a clear course: \d+ steady", answer.sentence)


def test_too_short_a_time_has_no_course(town: Study, tmp_path: Path) -> None:
    city = City(months=9).seen(DISK)
    for month in range(9):
        city.add(CLUSTER, month)
    answer = trend.trend(look(city.open(tmp_path)), NOUN)
    assert answer.refused and "at least 10 complete months, quarters or years in a row" in answer.sentence
