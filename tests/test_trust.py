"""How sure are we: the sentences against the table and against counts by hand, and the same answer each time."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
import shapely

from dashboard.analysis.gistar import gi_star
from dashboard.analysis.stability import Run, Stability
from dashboard.filters import Filters
from dashboard.questions import clustered, trust
from dashboard.questions.study import Study
from dashboard.questions.trust import STAYS, Trust
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_warehouse import make_warehouse
from tests.small_city import LAT, LON, NOUN, City, disk, look

DISK, CLUSTER = disk(5), disk(1)


def hot(found: Study) -> np.ndarray:
    """The hotspots of the map, none where it is refused."""
    answer = clustered.clustered(found, NOUN)
    return answer.hot if len(answer.hot) else np.zeros(len(found), dtype=bool)


def asked(found: Study) -> Trust:
    return trust.trust(found, hot(found), NOUN)


def steady(folder: Path, months: int, resolution: int = 8) -> Study:
    """A cluster of seven cells with five reports each in every month, and one report somewhere."""
    rng = np.random.default_rng(3)
    city = City(months=months).seen(disk(5, resolution=resolution))
    for month in range(months):
        city.add(dict.fromkeys(disk(1, resolution=resolution), 5), month)
        city.add({str(rng.choice(disk(5, resolution=resolution))): 1}, month)
    return look(city.open(folder), resolution=resolution)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return steady(tmp_path_factory.mktemp("town"), 24)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("county")
    make_warehouse(folder, 4000)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


def test_what_is_steady_is_said_to_be(town: Study) -> None:
    made = asked(town)
    assert made.runs.to_numpy().tolist() == [
        ["One month left out", 24, 7, 7],
        ["Cell size", 12, int(made.runs[STAYS][1]), 7],
        ["Where cells begin", 5, int(made.runs[STAYS][2]), 7],
    ]
    size, origin = (n or "none" for n in made.runs[STAYS][1:])
    assert made.sentences[0] == (
        f"Of 7 hotspots, 7 stay hotspots when a month is left out (24 tries), {size} when cells are larger or smaller "
        f"(12 tries) and {origin} when cells begin elsewhere (5 tries), each in at least 80% of the tries."
    )
    months = made.stable[hot(town)]
    assert (months > 0.5).all()


def test_what_was_caught_is_counted_by_hand(town: Study) -> None:
    """Hotspots of twelve months are the cluster: of 36 reports a month 35 lie in it, on 7 of 91 cells."""
    made = asked(town)
    assert made.test is not None and (made.test.periods, made.test.without) == (12, 0)
    in_cluster = np.isin(town.grid.ids, [h3.str_to_int(c) for c in CLUSTER])
    assert (hot(town) == in_cluster).all()
    hits, total = town.monthly[in_cluster, 12:].sum(), town.monthly[:, 12:].sum()
    assert (made.test.hits, made.test.total) == (hits, total) and total == 12 * 36
    assert made.sentences[1] == (
        f"Hotspots found in 12 months held {100 * hits / total:.0f}% of the incidents of the month after, on 8% of "
        f"the area: {hits / total * 13:.1f} times what chance would give (PAI; 12 months tested). Simply the busiest "
        f"places, as large an area, held {100 * hits / total:.0f}%."
    )


def test_where_half_lies_is_counted_by_hand(town: Study) -> None:
    made = asked(town)
    falling = np.sort(town.counts)[::-1]
    half = int(np.searchsorted(np.cumsum(falling), falling.sum() / 2)) + 1
    assert made.chance is not None and made.curve.half_places == half == 4
    assert made.sentences[2] == (
        "Half of the incidents lie in 4 of 91 cells (4%); if each had fallen anywhere by chance, they would fill "
        f"{100 * made.chance.half_share:.0f}%."
    )
    assert 0.3 < made.chance.half_share < 0.5


def test_leaving_a_month_out_is_done_on_the_maps_own_places(county: Warehouse) -> None:
    """By areas too, where records without a point count, and with the map's own neighbours."""
    for where in ({"layer": "tract"}, {"resolution": 7}):
        found = look(county, Filters(date_from=date(2021, 1, 1)), **where)
        rows, runs = trust._months_left_out(found)
        assert len(runs) == len(rows) == 61 and [r.changes for r in runs] == ["none"] + ["period"] * 60
        for column in (None, 0, 40, 59):
            counts = found.counts - (0 if column is None else found.monthly[:, column])
            want = gi_star(counts, found.neighbours)
            row = rows[0 if column is None else column + 1]
            if len(found) < 30:
                assert np.isnan(row).all()
            else:
                assert (row == ((want.q < 0.05) & (want.z > 0))).all()


@pytest.mark.parametrize(
    "where", [{"resolution": r} for r in (6, 7, 8, 9)] + [{"layer": "tract"}, {"layer": "district"}]
)
def test_the_same_study_gives_the_same_answer(county: Warehouse, where: dict[str, Any]) -> None:
    one, other = (asked(look(county, **where)) for _ in range(2))
    assert one.sentences == other.sentences and one.runs.equals(other.runs) and one.test == other.test
    assert np.array_equal(one.stable, other.stable, equal_nan=True) and one.chance == other.chance
    for sentence in one.sentences:
        assert (
            sentence[0].isupper() and sentence.endswith(".") and not re.search(r"nan|None| 0 hot| 1 hotspots", sentence)
        )


def test_the_sentence_says_what_the_table_says(county: Warehouse) -> None:
    found = look(county, resolution=8)
    made = asked(found)
    assert hot(found).sum() > 10
    numbers = re.findall(r"(\d+|none)(?: stays? (?:a )?hotspots?)? when .*? \((\d+) tr", made.sentences[0])
    assert [(0 if n == "none" else int(n), int(tries)) for n, tries in numbers] == list(
        zip(made.runs[STAYS].tolist(), made.runs["Choices"].tolist(), strict=True)
    )
    assert made.sentences[0].startswith(f"Of {hot(found).sum()} hotspots, ")


def test_of_many_months_several_are_left_out_together(tmp_path: Path) -> None:
    """120 months are left out by twos: never more than sixty tries."""
    found = steady(tmp_path, 120)
    made = asked(found)
    assert made.runs.iloc[0].tolist() == ["2 months left out", 60, 7, 7]
    assert "7 stay hotspots when 2 months are left out (60 tries)" in made.sentences[0]
    rows, _ = trust._months_left_out(found)
    want = gi_star(found.counts - found.monthly[:, 10:12].sum(axis=1), found.neighbours)
    assert (rows[6] == ((want.q < 0.05) & (want.z > 0))).all()


def test_months_that_hold_nothing_are_no_tries(tmp_path: Path) -> None:
    city = City(months=12).seen(DISK)
    for month in (0, 3, 4):
        city.add(dict.fromkeys(CLUSTER, 20), month)
    made = asked(look(city.open(tmp_path)))
    assert made.runs.iloc[0].tolist() == ["One month left out", 3, 7, 7]


def test_at_the_finest_size_no_other_cells_are_tried(tmp_path: Path) -> None:
    """The points are the centres of those cells: other cells over them would see the lattice."""
    made = asked(steady(tmp_path, 24, 9))
    assert made.runs["What was changed"].tolist() == ["One month left out"]
    assert made.sentences[0] == (
        "Of 7 hotspots, 7 stay hotspots when a month is left out (24 tries), each in at least 80% of the tries."
    )


def test_areas_weigh_by_their_size(tmp_path: Path) -> None:
    """Thirty-five narrow strips and one wide: the share of the area is one of ground, not of names."""
    strips = [("district", f"D{i:02}", shapely.box(LON + i * 0.02, LAT, LON + (i + 1) * 0.02, LAT + 0.1), None)
              for i in range(35)]  # fmt: skip
    wide = ("district", "D35", shapely.box(LON + 0.7, LAT, LON + 1.4, LAT + 0.1), None)
    middles = [h3.latlng_to_cell(LAT + 0.05, LON + 0.01 + 0.02 * i, 9) for i in range(35)]
    city = City([*strips, wide], months=24).seen([*middles, h3.latlng_to_cell(LAT + 0.05, LON + 1.0, 9)])
    for month in range(24):
        city.add(dict.fromkeys(middles[:3], 20) | {middles[20]: 1}, month)
    found = look(city.open(tmp_path), layer="district")
    made = asked(found)
    assert len(found) == 36 and hot(found).tolist()[:3] == [True, True, True]
    assert made.test is not None and hot(found).sum() == 3
    assert made.test.area_share == pytest.approx(3 / 70, rel=0.01), "of ground as wide as seventy strips"


# -- too little --------------------------------------------------------------------------------------------------------


def test_without_a_hotspot_there_is_none_to_judge(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    city = City().seen(DISK).add(dict(zip(DISK, rng.poisson(5, 91).tolist(), strict=True)))
    made = asked(look(city.open(tmp_path)))
    assert made.sentences[0] == "No cell is a significant hotspot, so there is none whose stability could be judged."
    assert made.sentences[1] == (
        "Whether hotspots say anything about the time after them cannot be told: there are too few complete periods "
        "with about 30 incidents."
    )
    assert (made.runs[STAYS] == 0).all() and (made.runs["of"] == 0).all()


def test_without_a_hotspot_in_any_stretch_it_says_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    city = City(months=24).seen(DISK)
    for month in range(24):
        city.add(dict(zip(DISK, rng.poisson(1, 91).tolist(), strict=True)), month)
    made = asked(look(city.open(tmp_path)))
    assert made.test is not None
    if made.test.without == made.test.periods:
        assert made.sentences[1].endswith("in none of the stretches of 12 months was there one.")
    else:
        assert "no more than chance allows" in made.sentences[1]


@pytest.mark.parametrize("rings", [0, 1, 2])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_tiny_data_have_sentences_too(tmp_path: Path, rings: int, n: int) -> None:
    places = disk(rings)
    made = asked(look(City().seen(places).add({places[0]: n}).open(tmp_path)))
    assert all(s[0].isupper() and s.endswith(".") and "nan" not in s for s in made.sentences)
    assert len(made.sentences) == (3 if n else 2), "nothing gathers where nothing is"
    if n:
        lie = f"Half of the incidents lie in 1 of {len(places)} cell{'s' * bool(rings)} ("
        assert made.sentences[2].startswith(lie)


@pytest.mark.parametrize("at", [(180.0, 0.0), (10.0, 89.5), (10.0, -85.0)])
def test_the_antimeridian_and_the_poles_are_places_as_others(tmp_path: Path, at: tuple[float, float]) -> None:
    city = City().seen(disk(5, *at))
    for month in range(12):
        city.add(dict.fromkeys(disk(1, *at), 5), month)
    found = look(city.open(tmp_path))
    made = asked(found)
    assert made.runs["of"].tolist() == [7, 7, 7] and made.runs["Choices"].tolist() == [12, 12, 5]
    assert made.runs[STAYS][0] == 7 and made.runs[STAYS][2] > 0


# -- words -------------------------------------------------------------------------------------------------------------


def said(town: Study, rows: dict[str, list[list[float]]]) -> str:
    """The first sentence for made-up runs: of each kind a list of runs, each of which hotspots stayed in."""
    runs = [Run(kind, "") for kind, each in rows.items() for _ in each]
    values = [row for each in rows.values() for row in each]
    chosen = np.zeros(len(town), dtype=bool)
    chosen[: len(values[0])] = True
    table = np.full((len(values), len(town)), np.nan)
    table[:, : len(values[0])] = values
    return trust._stable(town, chosen, trust._runs(Stability(table, tuple(runs)), chosen, 1))


def test_one_hotspot_and_one_that_stays_are_said_in_the_singular(town: Study) -> None:
    assert said(town, {"period": [[1], [1]], "cell size": [[0]], "origin": [[1]]}) == (
        "The one hotspot stays one when a month is left out (2 tries) and when cells begin elsewhere (1 try), but not "
        "when cells are larger or smaller (1 try). To stay means to be one in at least 80% of the tries."
    )
    assert said(town, {"period": [[0]]}) == (
        "The one hotspot does not stay one when a month is left out (1 try). To stay means to be one in at least 80% "
        "of the tries."
    )
    assert said(town, {"period": [[1, 0]], "origin": [[0, 0]]}) == (
        "Of 2 hotspots, 1 stays a hotspot when a month is left out (1 try) and none when cells begin elsewhere (1 "
        "try), each in at least 80% of the tries."
    )
    assert said(town, {"period": [[0, 0]]}).startswith("Of 2 hotspots, none stay hotspots when")
    assert said(town, {"period": [[np.nan, np.nan]]}) == (
        "Whether the hotspots owe their place to the choice of cells or months cannot be told from so little."
    )
