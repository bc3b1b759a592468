"""What the map is asked of any view, of odd data and of none: each answer is a sentence that reads well."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from dashboard.filters import Filters, default
from dashboard.questions import LABELS, clustered, density, rate, trend
from dashboard.questions.answer import Answer, inline, located, most_of_all, of, share
from dashboard.questions.study import Study
from dashboard.warehouse import Warehouse, open_warehouse
from tests.questions_asked import ASKED, CENTRE, DISK, RING, county_folder
from tests.small_city import LAT, LON, NOUN, City, disk, look, names


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
    opened = open_warehouse(county_folder(tmp_path_factory))
    yield opened
    opened.close()


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
