"""What the map is asked: each answer against the function that found it, its sentence against the numbers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from dashboard.analysis import gistar
from dashboard.analysis.density import bandwidth_rule
from dashboard.analysis.density import density as kernel_density
from dashboard.analysis.emerging import emerging_hot_spots
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.place_change import place_change
from dashboard.analysis.plain_classes import WORDS, plain
from dashboard.analysis.projection import projected_crs, to_metres
from dashboard.analysis.rates import rates, smoothed, smoothed_locally
from dashboard.analysis.relative_risk import relative_risk
from dashboard.analysis.space_time import classify_periods
from dashboard.filters import Filters, add_months, default
from dashboard.measures.hotspots import by_place_and_month
from dashboard.questions import LABELS, changed, clustered, density, rate, trend
from dashboard.questions.answer import Answer, inline, located, most_of_all, of, share
from dashboard.questions.changed import Periods, periods
from dashboard.questions.study import Study
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_warehouse import make_warehouse
from tests.small_city import FENN, LAT, LON, NOUN, WICK, City, disk, look, names

DISK = disk(5)  # 91 cells
CENTRE, RING = DISK[0], [c for c in disk(1) if c != DISK[0]]
CLUSTER = dict.fromkeys(disk(1), 20)
HALVES = Periods((date(2023, 1, 1), date(2023, 6, 1)), (date(2023, 7, 1), date(2023, 12, 1)))
ASKED: dict[str, Callable[[Study], Answer]] = {
    "dense": lambda s: density.dense(s, None, "", NOUN, names(s)),
    "wide": lambda s: density.dense(s, 5000.0, "", NOUN, names(s)),
    "relative": lambda s: density.dense(s, None, "reports", NOUN, names(s)),
    "clustered": lambda s: clustered.clustered(s, NOUN),
    "permuted": lambda s: clustered.clustered(s, NOUN, True),
    "changed": lambda s: compared(s),
    "changed from the whole": lambda s: compared(s, relative=True),
    "trend": lambda s: trend.trend(s, NOUN),
    "residents": lambda s: rate.rate(s, rate.RESIDENTS, NOUN, names(s)),
    "reports": lambda s: rate.rate(s, rate.REPORTS, NOUN, names(s)),
    "reports locally": lambda s: rate.rate(s, rate.REPORTS, NOUN, names(s), True),
}


def compared(found: Study, which: Periods = HALVES, relative: bool = False) -> Answer:
    """The change between two periods, counted as the page does."""
    where: dict[str, Any] = {"layer": found.layer} if found.layer else {"resolution": found.resolution}
    view = replace(found.filters, sources=found.sources, date_from=which.before[0], date_to=which.after[1])
    seen = by_place_and_month(found.warehouse, view, **where)
    before, after = (changed.in_months(found, span, seen) for span in (which.before, which.after))
    return changed.changed(found, before, after, which, NOUN, relative)


def sound(answer: Answer, found: Study) -> None:
    """What every answer owes the page, refused or not."""
    n = len(found)
    assert len(answer.cls) == len(answer.tips) == len(answer.order) == n
    assert all(len(column) == n for column in answer.columns.values())
    assert answer.cls.min(initial=-1) >= -1
    for text in (answer.sentence, *answer.caveats, *answer.tips.tolist(), *answer.labels):
        assert not re.search(r"\bnan\b|\binf\b|e[+-]\d\d|\bNone\b(?! of)|  |−0\b", str(text)), text
    for text in (answer.sentence, *answer.caveats):
        assert not text[0].islower() and text.endswith(".") and not re.search(r"[a-z]\.[A-Z]|\.\.", text), text
    for setting in answer.settings:
        assert setting.name and setting.value and setting.why
    assert not re.search(r"(?<![\d.,])1 \w+s\b(?! \()|\b1 of them were\b|\bNone of \d+ \w+ are\b", answer.sentence), (
        answer.sentence
    )
    named = pd.DataFrame({"label": names(found)})
    table = answer.table(named, found.counts, "Incidents")
    shown = (found.counts > 0) | (answer.hot if len(answer.hot) else False)
    assert set(table["Place"]) == set(names(found)[shown]) and len(table) == shown.sum()
    if answer.refused:
        assert (answer.cls == -1).all() and not answer.columns


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("county")
    make_warehouse(folder, 4000)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A hotspot of seven cells among 91, the same each month; one report in every cell in the first."""
    city = City().seen(DISK)
    for month in range(12):
        city.add(CLUSTER, month)
    city.add(dict.fromkeys(DISK, 1))
    warehouse = city.open(tmp_path_factory.mktemp("town"))
    yield look(warehouse)
    warehouse.close()


# -- any data ----------------------------------------------------------------------------------------------------------


def county_views() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for where in ({"resolution": 5}, {"resolution": 7}, {"resolution": 9}, {"layer": "tract"}, {"layer": "district"}):
        for unit in ("incidents", "victims", "suspects"):
            yield f"{unit} {where}", where, {"unit": unit}
    yield "occurred", {"resolution": 8}, {"date_basis": "occurred"}
    yield "related", {"resolution": 8}, {"related": True}
    yield "one area", {"resolution": 9}, {"areas": (("tract", "T104"),)}
    yield "one month", {"resolution": 8}, {"date_from": date(2024, 5, 1), "date_to": date(2024, 5, 1)}
    yield "no record", {"resolution": 8}, {"premise": ("prison",)}
    yield "before the data", {"resolution": 8}, {"date_from": date(2001, 1, 1), "date_to": date(2001, 3, 1)}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(("where", "view"), [v[1:] for v in county_views()], ids=[v[0] for v in county_views()])
def test_every_question_of_every_view_is_answered(
    county: Warehouse, asked: str, where: dict[str, Any], view: dict[str, Any]
) -> None:
    found = look(county, replace(default(county.catalogue), **view), date(2025, 11, 1), **where)
    sound(ASKED[asked](found), found)


LONELY = [h3.latlng_to_cell(LAT + dy, LON + dx, 8) for dx in np.arange(0, 0.6, 0.1) for dy in np.arange(0, 0.6, 0.1)]
ODD: dict[str, tuple[City, str]] = {
    "one cell": (City().seen([CENTRE]).add({CENTRE: 100}), r"single cell|rose in none of 1 cell and fell in 1"),
    "one cell and no record": (City().seen([CENTRE]), "There are no incidents|0 incidents|Too few"),
    "29 incidents": (City().seen(DISK).add({CENTRE: 29}), "Too few to tell: (only )?29|fell in 1, by more"),
    "29 cells": (City().seen(DISK[:29]).add({CENTRE: 40, RING[0]: 9}), ""),
    "all equal": (City().seen(DISK).add(dict.fromkeys(DISK, 2)), ""),
    "islands": (City().seen(LONELY).add(dict.fromkeys(LONELY[:9], 7)), ""),
    "antimeridian": (City().seen(disk(5, 180, 0)).add(dict.fromkeys(disk(1, 180, 0), 9)), ""),
    "antimeridian by date line": (City().seen(disk(5, -179.99, 66)).add(dict.fromkeys(disk(1, -179.99, 66), 9)), ""),
    "near the pole": (City().seen(disk(5, 10, 89.5)).add(dict.fromkeys(disk(1, 10, 89.5), 9)), ""),
    "near the other pole": (City().seen(disk(5, 10, -85)).add(dict.fromkeys(disk(1, 10, -85), 9)), ""),
    "one record": (City().seen(DISK).add({CENTRE: 1}), ""),
    "fewer reports than incidents": (City().seen(DISK, 1).add(dict.fromkeys(disk(2), 9)), ""),
    "one huge cell": (City().seen(DISK, 10**6).add({CENTRE: 10**6}), ""),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Study]]:
    """Each of the odd cities, opened once."""
    opened = {kind: city.open(tmp_path_factory.mktemp("odd")) for kind, (city, _) in ODD.items()}
    yield {kind: look(warehouse) for kind, warehouse in opened.items()}
    for warehouse in opened.values():
        warehouse.close()


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("kind", ODD)
def test_odd_data_get_a_clear_sentence(odd: dict[str, Study], kind: str, asked: str) -> None:
    found, said = odd[kind], ODD[kind][1]
    answer = ASKED[asked](found)
    sound(answer, found)
    if said and asked not in ("residents", "relative", "changed from the whole", "reports", "reports locally"):
        assert re.search(said, answer.sentence), answer.sentence


def test_a_city_on_the_antimeridian_has_the_classes_of_the_same_city_elsewhere(tmp_path: Path) -> None:
    """Hexagons differ a little from place to place, counts and neighbours do not."""
    answers = []
    for lon in (180.0, 100.0):
        places = disk(5, lon, 0)
        city = City().seen(places).add(dict.fromkeys(disk(1, lon, 0), 9))
        found = look(city.open(tmp_path / str(lon)))
        answer = clustered.clustered(found, NOUN)
        assert len(found) == 91 and np.diff(found.neighbours.indptr).tolist().count(6) == 61
        across = shapely.bounds(found.grid.shapes)
        assert (across[:, 2] - across[:, 0] < 1).all()
        answers.append((answer.sentence, sorted(answer.cls.tolist())))
        dense = density.dense(found, 1000.0, "", NOUN, names(found))
        assert dense.columns["Per km²"].max() == pytest.approx(9 * 7 / 4.9, rel=0.4)
    assert answers[0] == answers[1]


def test_empty_views_are_refused_with_a_sentence(county: Warehouse) -> None:
    found = look(county, Filters(premise=("prison",)))
    said = {asked: question(found) for asked, question in ASKED.items()}
    assert all(answer.refused for answer in said.values())
    assert said["clustered"].sentence.startswith(
        "Too few to tell: no incident in this selection has a usable location."
    )
    assert said["dense"].sentence.startswith("Too few to tell: 0 incidents with a point;")
    assert said["changed"].sentence == "There are no incidents with a place in either period."
    assert said["reports"].sentence.startswith("Too few to tell: no incidents in ")


# -- where dense -------------------------------------------------------------------------------------------------------


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


def test_places_that_touch_nobody_cannot_be_judged_by_neighbours(odd: dict[str, Study]) -> None:
    found = odd["islands"]
    for answer in (clustered.clustered(found, NOUN), trend.trend(found, NOUN)):
        assert answer.refused and answer.sentence.startswith(
            "Too few to tell: none of the 36 cells lies beside another"
        )


def test_refusals_say_how_few(odd: dict[str, Study]) -> None:
    said = {
        kind: clustered.clustered(odd[kind], NOUN).sentence
        for kind in ("29 incidents", "29 cells", "one cell", "all equal", "one record")
    }
    assert said["29 incidents"].startswith(
        "Too few to tell: only 29 incidents have a usable location; hotspots need at least 30."
    )
    assert said["29 cells"].startswith("Too few to tell: the study area has only 29 cells; hotspots need at least 30.")
    assert said["one cell"].startswith("Too few to tell: the study area is a single cell")
    assert said["all equal"].startswith("Too few to tell: all 91 cells have the same count (2)")
    assert said["one record"].startswith("Too few to tell: only 1 incident has")


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


# -- where changed -----------------------------------------------------------------------------------------------------


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


# -- rates -------------------------------------------------------------------------------------------------------------


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


# -- words -------------------------------------------------------------------------------------------------------------


def test_victims_come_together_and_the_answers_say_so(county: Warehouse) -> None:
    noun = ("victim", "victims")
    for unit in ("incidents", "victims"):
        found = look(county, Filters(unit=unit), date(2025, 11, 1), resolution=7)
        given = [clustered.clustered(found, noun), rate.rate(found, rate.REPORTS, noun, names(found)),
                 density.dense(found, None, "reports", noun, names(found))]  # fmt: skip
        said = [any("One incident can have several victims" in c for c in answer.caveats) for answer in given]
        assert said == [unit == "victims" and not answer.refused for answer in given]


def test_the_words_of_answers() -> None:
    assert [of(n, 36, ("area", "areas")) for n in (0, 1, 4)] == ["None of 36 areas", "1 of 36 areas", "4 of 36 areas"]
    parts = {
        0: "0%",
        0.004: "less than 1%",
        0.005: "less than 1%",
        0.5: "50%",
        0.994: "99%",
        0.996: "more than 99%",
    }
    assert {x: share(x) for x in parts} == parts and share(1) == "100%"
    where = {
        "Ashburn, north-east": "in Ashburn, north-east",
        "2 km west of Wick": "2 km west of Wick",
        "In or near Wick": "in or near Wick",
        "Near Wick": "near Wick",
        "Cell 88": "in cell 88",
    }
    assert {name: located(name) for name in where} == where
    assert inline("Cellar Street") == "Cellar Street"
    assert most_of_all(1, "One is", "Near Wick") == "One is: near Wick"
    assert most_of_all(2, "Two are", "Ashburn") == "Two are, most of all in Ashburn"
    assert len(LABELS) == 6 and all(label.endswith("?") for label in LABELS.values())
