"""The pages themselves, on a real release: every count that text, tables, figures and the map carry is one that the
measures gave, and so a sum of published cells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.filters import Filters
from dashboard.measures.protected import by_cube_group
from dashboard.warehouse import open_warehouse
from tests.attack.collector import collect, single_choices
from tests.attack.worlds import World, make_world
from tests.conftest import ROOT
from tests.page_text import captions, shown

K = 11
PAGES = ("overview", "map", "trends", "demographics")
TABLES = ("trend", "where", "map", "pair", "coverage", "victims_age_band", "victims_sex")
COUNTED = re.compile(r"\b(\d[\d,]*) (?:incident|victim|suspect|report|record|people|person)s?\b(?! of age)")
LABELS = ("Incidents", "Victims", "Suspects", "Reports", "Records", "Count", "Female", "Male", "n")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make_world(
        tmp_path_factory.mktemp("world"), 3_000, policy="altered_at_most = 0.6\nshown_at_least = 0.2\nfew_people = 100"
    )
    made.release()
    return made


@pytest.fixture(scope="module")
def links(world: World) -> list[tuple[dict[str, str], set[int]]]:
    """Filter states as links, each with every sum of cells that may be seen there."""
    warehouse = open_warehouse(world.data / "public", "public")
    found: list[tuple[dict[str, str], set[int]]] = []
    every: set[int] = set()
    cubes = [c for c in warehouse.catalogue.cubes.values() if c.protected]
    # A page opens with the last periods of its unit, and one about victims keeps those of the incidents.
    usual = [{"date_from": c.usual[0].first, "date_to": c.usual[-1].last} for c in cubes]
    for cube in cubes:
        unit = cube.unit
        cells = world.truth(world.archive.ids()[-1], unit)
        # The links below choose a source or nothing; figures over time show each period of them.
        choices = [c for c in single_choices(warehouse, cube, cells) if set(c) <= {"sources", "date_from", "date_to"}]
        views = [Filters(unit=unit, **{**one, **change}) for change in choices for one in ({}, *usual)]
        for view in dict.fromkeys(views):  # a choice of a period is the same view whatever the usual one
            every |= {f.value for f in collect(warehouse, view, cube, cells)}
            # "of those whose age is recorded": the groups with a name, together.
            tables = [by_cube_group(warehouse, view, column) for column in cube.dimensions]
            every |= {int(table.loc[table["known"], "n"].sum()) for table in tables}
        labels = {s.source: s.title for s in warehouse.catalogue.sources}
        named = [{"unit": unit.capitalize(), "source": labels[s]} for s in sorted(cells["source"].unique())]
        found += [({"unit": unit.capitalize()}, every), *((link, every) for link in named)]
    warehouse.close()
    return found


@pytest.fixture
def pages(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(world.data / "public"))
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")

    def run(page: str, link: dict[str, str]) -> AppTest:
        app = AppTest.from_file(str(Path(ROOT) / "pages" / f"{page}.py"), default_timeout=90)
        for name, value in link.items():
            app.query_params[name] = value
        app.run()
        for name in TABLES:
            app.session_state[f"table_{name}"] = True
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    yield run


def counts_of(app: AppTest) -> dict[str, set[int]]:
    """Every number of a page that counts people or incidents, by where it stands."""
    said = " ".join([*(shown(e) for e in (*app.title, *app.header, *app.markdown, *app.info)), *captions(app)])
    said += " ".join(f"{m.label} {m.value} {m.delta}" for m in app.metric)
    found = {"text": {_whole(n) for n in COUNTED.findall(said.replace("\\", ""))}}
    found["tables"] = {n for frame in app.dataframe for n in _of_table(frame.value)}
    found["figures"] = {n for p in app.get("plotly_chart") for n in _of_plot(json.loads(p.proto.spec))}
    payloads = [str(e.proto) for e in (*app.get("component_instance"), *app.get("html"))]
    found["tooltips"] = {_whole(n) for text in payloads for n in COUNTED.findall(text)}
    return found


def _of_table(frame: pd.DataFrame) -> Iterator[int]:
    for name in frame.columns:
        if any(str(name).startswith(label) for label in LABELS):
            yield from (_whole(str(v)) for v in frame[name] if re.fullmatch(r"\d[\d,]*", str(v)))


def _of_plot(spec: dict[str, Any]) -> Iterator[int]:
    for trace in spec["data"]:
        for row in trace.get("customdata") or []:
            for cell in row if isinstance(row, list) else [row]:
                text = str(cell)
                yield from map(_whole, COUNTED.findall(text))
                if re.fullmatch(r"\d[\d,]*", text) and not 2000 <= _whole(text) <= 2100:
                    yield _whole(text)


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("page", PAGES)
def test_every_count_on_a_page_is_a_sum_of_published_cells(
    pages: Any, links: list[tuple[dict[str, str], set[int]]], page: str
) -> None:
    seen: dict[str, set[int]] = {}
    for link, sums in links:
        for where, numbers in counts_of(pages(page, link)).items():
            assert not [n for n in numbers if 0 < n < K], (where, link)
            assert numbers - sums <= {0}, (where, link, numbers - sums)
            seen[where] = seen.get(where, set()) | numbers
    assert sum(map(len, seen.values())) > 10, "numbers were looked at"
