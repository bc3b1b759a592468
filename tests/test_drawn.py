"""Drawn areas and named groups as filters: against shapely, and every measure against the same area as a layer."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import h3
import ibis
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import groups, measures
from dashboard.catalogue import AreaGroup
from dashboard.drawn import inside
from dashboard.filters import Filters, predicate, table_of
from dashboard.measures import hotspots
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_warehouse import make_warehouse

POINTS = ibis.table({"lat": "float64", "lon": "float64"}, name="points")
# A notch, a hole and a second part; edges that stand, lie and lean; a corner at the height of another.
ZONE = shapely.union_all(
    [
        shapely.Polygon(
            [(-30.25, -40.12), (-30.05, -40.12), (-30.05, -39.95), (-30.14, -40.03), (-30.25, -39.95)],
            [[(-30.2, -40.1), (-30.2, -40.06), (-30.13, -40.06)]],
        ),
        shapely.Polygon([(-29.9, -39.95), (-29.8, -39.95), (-29.85, -39.85)]),
    ]
)
DRAWN = AreaGroup("aaaaaaaa", "Zone", (), shapely.to_wkb(ZONE))
NAMED = AreaGroup("bbbbbbbb", "North", (("district", "D2"), ("tract", "T104"), ("tract", "T201")))
EVERYWHERE = Filters()


def found(shape: Any, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The predicate, compiled and run."""
    sql = ibis.to_sql(POINTS.select(found=inside(POINTS, shapely.to_wkb(shape))), dialect="duckdb")
    with duckdb.connect() as con:
        con.register("points", pd.DataFrame({"lat": lat, "lon": lon}))
        return con.execute(sql).df()["found"].to_numpy()


def star(seed: int, corners: int, x: float, y: float, inner: bool) -> Any:
    """A star-shaped polygon, perhaps with a hole of the same shape."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.random(corners)) * 2 * np.pi
    radius = 0.02 + 0.08 * rng.random(corners)
    ring = np.c_[radius * np.cos(angle), radius * np.sin(angle)]
    outer, hole = ring + np.array((x, y)), ring[::-1] * 0.4 + np.array((x, y))
    shape = shapely.make_valid(shapely.Polygon(outer, [hole] if inner else []))
    return shapely.union_all([p for p in shapely.get_parts(shape) if p.geom_type.endswith("Polygon")])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            star,
            st.integers(0, 10**6),
            st.integers(3, 40),
            st.floats(-179.7, 179.7),
            st.floats(-89.7, 89.7),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ).map(shapely.union_all),
    st.integers(0, 10**6),
)
def test_a_point_is_inside_where_shapely_says_so(shape: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    around = [part.buffer(0.02).bounds for part in shapely.get_parts(shape)]
    boxes = np.array(around)[rng.integers(len(around), size=400)]
    lon, lat = (boxes[:, i] + rng.random(400) * (boxes[:, i + 2] - boxes[:, i]) for i in (0, 1))
    # And at the heights of corners, where a ray meets two edges at once.
    corners = shapely.get_coordinates(shape)
    lat[:100] = corners[rng.integers(len(corners), size=100), 1]
    clear = shapely.distance(shape.boundary, shapely.points(lon, lat)) > 1e-9
    assert clear.sum() > 300
    assert (found(shape, lon, lat) == shapely.contains_xy(shape, lon, lat))[clear].all()


def test_two_hundred_corners_are_answered_alike() -> None:
    angle = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    radius = 0.06 + 0.03 * np.sin(9 * angle)
    ring, centre = np.c_[radius * np.cos(angle), radius * np.sin(angle)], np.array((-30, -40))
    shape = groups.simplified(shapely.Polygon(ring + centre, [ring[::-1] * 0.4 + centre]))
    assert 100 < groups.vertices(shape) <= 200, "as many corners as there can be"
    rng = np.random.default_rng(0)
    lon, lat = -30.1 + 0.2 * rng.random(20_000), -40.1 + 0.2 * rng.random(20_000)
    inside_ = found(shape, lon, lat)
    assert (inside_ == shapely.contains_xy(shape, lon, lat)).all() and 1000 < inside_.sum() < 19_000


def test_areas_that_share_their_edges_share_no_point_and_lose_none() -> None:
    """A square cut into triangles, and points exactly on their corners and edges."""
    grid = shapely.MultiPoint([(x, y) for x in range(-3, 4) for y in range(-3, 4) if (x * y) % 4 != 2])
    pieces = list(shapely.get_parts(shapely.delaunay_triangles(grid)))
    lon, lat = (a.ravel().astype(float) for a in np.meshgrid(np.arange(-3, 3, 0.25), np.arange(-3, 3, 0.25)))
    times = np.sum([found(piece, lon, lat).astype(int) for piece in pieces], axis=0)
    assert len(pieces) > 40 and (times == 1).all()


def test_a_row_without_a_point_is_in_no_drawn_area() -> None:
    got = found(ZONE, np.array([np.nan, -30.1]), np.array([np.nan, -40.11]))
    assert pd.isna(got[0]) and got[1]
    sql = ibis.to_sql(POINTS.filter(inside(POINTS, DRAWN.polygon)).count(), dialect="duckdb")
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE points AS SELECT * FROM (VALUES (NULL::DOUBLE, NULL::DOUBLE), (-40.11, -30.1)) t(lat, lon)"
        )
        assert con.execute(sql).fetchone() == (1,)


# -- every measure: the drawn area gives what the same area as a layer gives ------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The invented county with one more layer, zone: the drawn area, told by shapely for each record."""
    folder: Path = tmp_path_factory.mktemp("data")
    path = make_warehouse(folder, 2000)
    with duckdb.connect(str(path)) as con:
        for table in ("incidents", "victims", "suspects", "exposure"):
            con.execute(f'ALTER TABLE "{table}" ADD COLUMN area_zone VARCHAR')
            columns = "h3_9" if table == "exposure" else "lat, lon"
            rows = con.execute(f'SELECT rowid AS id, {columns} FROM "{table}" WHERE h3_9 IS NOT NULL').df()
            if table == "exposure":
                centres = [h3.cell_to_latlng(h3.int_to_str(c)) for c in rows["h3_9"].tolist()]
                rows[["lat", "lon"]] = np.array(centres)
            ids = rows["id"][shapely.contains_xy(ZONE, rows["lon"], rows["lat"])].to_frame()
            assert 0 < len(ids) < len(rows)
            con.register("ids", ids)
            con.execute(f"UPDATE \"{table}\" SET area_zone = 'Z' WHERE rowid IN (SELECT id FROM ids)")
            con.unregister("ids")
    opened = open_warehouse(folder)
    yield opened
    opened.close()


Ask = Callable[[Warehouse, Filters], Any]
ASKED: dict[str, Ask] = {
    "total": measures.total,
    "excluded": measures.excluded,
    "unclear": measures.unclear,
    "by_group": lambda w, f: measures.by_group(w, f, "exploitation"),
    "by_group areas": lambda w, f: measures.by_group(w, f, "area_tract"),
    "pairs": lambda w, f: measures.pairs(w, f, "exploitation", "premise"),
    "option_counts": lambda w, f: measures.option_counts(w, f, "source"),
    "by_period": lambda w, f: measures.by_period(w, f, "month", "exploitation"),
    "by_period week": lambda w, f: measures.by_period(w, f, "week"),
    "last_12_vs_previous": measures.last_12_vs_previous,
    "weekday_hour": measures.weekday_hour,
    "by_cell": lambda w, f: measures.by_cell(w, f, 7),
    "by_area": lambda w, f: measures.by_area(w, f, "district"),
    "place_strip": measures.place_strip,
    "place_detail": lambda w, f: measures.place_detail(w, f, ("district", "D1")),
    "place_detail cell": lambda w, f: measures.place_detail(w, f, h3.latlng_to_cell(-40.05, -30.1, 5)),
    "reports_by_place": lambda w, f: measures.reports_by_place(w, f, layer="district"),
    "reports_by_place cells": lambda w, f: measures.reports_by_place(w, f, resolution=8),
    "reports_by_month": measures.reports_by_month,
    "coverage": measures.coverage,
    "annotations": measures.annotations,
    "victims_cluster": measures.victims_cluster,
}
# What only the questions of the map ask; their rows come in any order.
OF_THE_MAP: dict[str, Ask] = {
    "by_place_and_month": lambda w, f: in_order(hotspots.by_place_and_month(w, f, layer="tract")),
    "by_place_and_month cells": lambda w, f: in_order(hotspots.by_place_and_month(w, f, resolution=8)),
    "other_reports": lambda w, f: in_order(hotspots.other_reports(w, f, layer="tract")),
    "other_reports cells": lambda w, f: in_order(hotspots.other_reports(w, f, resolution=8)),
    "located_days": lambda w, f: in_order(pd.DataFrame(hotspots.located_days(w, f)).T),
}
ELSEWHERE = {"published_by_place", "published_by_year"}  # publishers' figures have no areas


def test_no_measure_is_forgotten() -> None:
    asked = {n: getattr(measures, n) for n in measures.__all__}
    takes = {n for n, f in asked.items() if inspect.isfunction(f) and "filters" in inspect.signature(f).parameters}
    assert takes - ELSEWHERE == {name.split()[0] for name in ASKED}


@pytest.mark.parametrize("unit", ["incidents", "victims", "suspects"])
@pytest.mark.parametrize("name", [*ASKED, *OF_THE_MAP])
def test_a_measure_of_a_drawn_area_is_that_of_the_same_area_as_a_layer(
    warehouse: Warehouse, name: str, unit: str
) -> None:
    view, asked = Filters(unit=unit), (ASKED | OF_THE_MAP)[name]
    same(
        asked(warehouse, replace(view, areas=(DRAWN,))),
        asked(warehouse, replace(view, areas=(("zone", "Z"),))),
    )


@pytest.mark.parametrize("unit", ["incidents", "victims", "suspects"])
@pytest.mark.parametrize("name", [*ASKED, *OF_THE_MAP])
def test_a_measure_of_a_group_is_that_of_its_areas(warehouse: Warehouse, name: str, unit: str) -> None:
    view, asked = Filters(unit=unit), (ASKED | OF_THE_MAP)[name]
    same(
        asked(warehouse, replace(view, areas=(NAMED,))),
        asked(warehouse, replace(view, areas=NAMED.members)),
    )


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame, sorted by every column."""
    assert len(frame) > 3
    return frame.sort_values(list(frame.columns), ignore_index=True)


def same(a: Any, b: Any) -> None:
    """Two results of a measure are the same, frames and all."""
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b)
    elif hasattr(a, "__dataclass_fields__"):
        for field in a.__dataclass_fields__:
            same(getattr(a, field), getattr(b, field))
    else:
        assert a == b


def test_a_group_a_drawing_and_an_area_together_count_a_record_once(warehouse: Warehouse) -> None:
    view = Filters(areas=(NAMED, DRAWN, ("district", "D2"), ("tract", "T303")))
    rule = (
        "status NOT IN ('unfounded', 'duplicate') AND offence_group = 'trafficking' AND "
        "(area_district = 'D2' OR area_tract IN ('T104', 'T201', 'T303') OR area_zone = 'Z')"
    )
    with warehouse.connect() as backend:
        row = backend.con.execute(f"SELECT sum(n) FROM incidents WHERE {rule}").fetchone()
    assert measures.total(warehouse, view) == row[0] > measures.total(warehouse, Filters(areas=(NAMED,)))


@pytest.mark.parametrize("unit", ["incidents", "victims", "suspects"])
def test_a_drawing_that_nobody_saved_has_the_figures_of_a_place(warehouse: Warehouse, unit: str) -> None:
    """Whatever areas the view held: the drawing takes their place."""
    view = Filters(unit=unit, areas=(("district", "D6"),))
    detail = measures.place_detail(warehouse, view, groups.unsaved(ZONE))
    same(detail, measures.place_detail(warehouse, Filters(unit=unit), ("zone", "Z")))
    assert detail.n > 0
    with pytest.raises(ValueError, match="no places"):
        measures.place_detail(warehouse, Filters(unit="signals"), groups.unsaved(ZONE))


def test_an_edited_group_is_asked_anew(warehouse: Warehouse) -> None:
    """The members are part of the view, so what is remembered for the old ones is not shown for the new."""
    before = measures.total(warehouse, Filters(areas=(NAMED,)))
    fewer = replace(NAMED, members=NAMED.members[1:])
    assert measures.total(warehouse, Filters(areas=(fewer,))) < before
    assert measures.total(warehouse, Filters(areas=(NAMED,))) == before
    moved = replace(DRAWN, polygon=shapely.to_wkb(shapely.box(-30.2, -40.1, -30.1, -40.0)))
    assert measures.total(warehouse, Filters(areas=(moved,))) != measures.total(warehouse, Filters(areas=(DRAWN,)))


def test_a_drawn_area_far_away_is_empty_and_breaks_nothing(warehouse: Warehouse) -> None:
    far = Filters(areas=(replace(DRAWN, polygon=shapely.to_wkb(shapely.box(10, 10, 11, 11))),))
    assert measures.total(warehouse, far) == 0
    assert measures.reports_by_month(warehouse, far).empty


def test_a_view_without_a_drawing_is_the_sql_that_it_was(warehouse: Warehouse) -> None:
    table = warehouse.table(table_of("incidents"))
    sql = str(
        ibis.to_sql(table.filter(predicate(replace(EVERYWHERE, areas=(("tract", "T104"),)), table)), dialect="duckdb")
    )
    assert not re.search(r'"(lat|lon)" (BETWEEN|<|>)', sql) and sql.count("T104") == 1
