"""Which area a record and the denominator belong to: by point, by the publisher's code, by the day."""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
import shapely

from etl.load import load_files
from etl.registry import source_named
from etl.schema import SourceError
from etl.store import Store
from tests.golden.cases import HERE

SQUARE = shapely.box(-24.2, -36.2, -24.0, -36.0)
EAST = shapely.box(-24.0, -36.2, -23.8, -36.0)
HEADER = (HERE / "boundary-that-changes" / "input" / "city_fictional.csv").read_text().splitlines()[0]


def _layer(path: Path, features: Sequence[tuple[dict[str, object], shapely.Geometry | None]]) -> Path:
    shapes = [
        {"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(g) if g else None}
        for p, g in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": shapes}))
    return path


def _district(id_: str, shape: shapely.Geometry | None = SQUARE, **more: object) -> tuple[dict[str, object], object]:
    return {"id": id_, "name": f"District {id_}", "population": 100, "valid_from": None} | more, shape


def _reports(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Reports of trafficking unless a row says otherwise."""
    names = HEADER.split(",")
    usual = {"Date Rptd": "05/01/2023", "DATE OCC": "05/01/2023", "Crm Cd": "822"}
    lines = [HEADER]
    for i, row in enumerate(rows):
        code = row.get("Crm Cd", "822")
        text = "HUMAN TRAFFICKING - COMMERCIAL SEX ACTS" if code == "822" else "THEFT"
        filled = {"DR_NO": f"R{i}", **usual, "Crm Cd Desc": text, **row}
        lines.append(",".join(filled.get(n, "") for n in names))
    path.write_text("\n".join(lines) + "\n")
    return path


def _served(store: Store, *files: tuple[str, Path]) -> duckdb.DuckDBPyConnection:
    load_files(store, [(source_named(name), path) for name, path in files])
    pointer = store.current()
    assert pointer is not None
    return duckdb.connect(str(store.root / str(pointer["restricted"])), read_only=True)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def test_by_point_then_by_code(store: Store, tmp_path: Path) -> None:
    inside, outside, nowhere = (
        {"LAT": "-36.1001", "LON": "-24.1001", "AREA": "2"},
        {"LAT": "-36.3001", "LON": "-24.1001", "AREA": "2"},
        {"LAT": "0", "LON": "0", "AREA": "9"},
    )
    rows = [inside, outside, nowhere, *({**r, "Crm Cd": "510"} for r in (inside, outside, nowhere))]
    layer = _layer(tmp_path / "districts.geojson", [_district("1"), _district("2", EAST)])
    with _served(store, ("sample_districts", layer), ("sample_city_pd", _reports(tmp_path / "a.csv", rows))) as found:
        incidents = found.execute(
            "select incident_id, area_sample_districts from incidents order by incident_id"
        ).fetchall()
        assert incidents == [("R0", "1"), ("R1", "2"), ("R2", "9")]
        exposure = found.execute("select area_sample_districts, sum(n) from exposure group by 1 order by 1").fetchall()
        assert exposure == [("1", 2), ("2", 2), ("9", 2)]
        names = found.execute("select area_id, name, geometry is null from areas order by 1").fetchall()
        assert names == [("1", "District 1", False), ("2", "District 2", False), ("9", "9", True)]


def test_a_coarse_point_enters_large_areas_only(store: Store, tmp_path: Path) -> None:
    """Two decimals are a kilometre: enough for a district of hundreds of square kilometres, not for a tract."""
    tract = shapely.box(-24.11, -36.11, -24.09, -36.09)
    tracts = _layer(tmp_path / "tracts.geojson", [_district("99001000100", tract)])
    layer = _layer(tmp_path / "districts.geojson", [_district("1")])
    rows = [{"LAT": "-36.10", "LON": "-24.10"}, {"LAT": "-36.1001", "LON": "-24.1001"}]
    files = (("sample_districts", layer), ("sample_tracts", tracts), ("sample_city_pd", _reports(tmp_path / "a", rows)))
    with _served(store, *files) as found:
        areas = "select area_sample_districts, area_sample_tracts from incidents order by incident_id"
        assert found.execute(areas).fetchall() == [("1", None), ("1", "99001000100")]


@pytest.mark.parametrize("ends", [True, False], ids=["with its end", "without its end"])
def test_a_new_shape_takes_over_on_its_first_day(store: Store, tmp_path: Path, ends: bool) -> None:
    end = {"valid_to": "2022-12-31"} if ends else {}
    features = [
        _district("1", shapely.union_all([SQUARE, EAST]), valid_from="2015-01-01", **end),
        _district("1", SQUARE, valid_from="2023-01-01"),
        _district("2", EAST, valid_from="2023-01-01"),
    ]
    east = {"LAT": "-36.1001", "LON": "-23.9001"}
    days = ("12/31/2022", "01/01/2023")
    rows = [{**east, "Date Rptd": d, "DATE OCC": d, "Crm Cd": c} for d in days for c in ("822", "510")]
    layer = _layer(tmp_path / "districts.geojson", features)
    with _served(store, ("sample_districts", layer), ("sample_city_pd", _reports(tmp_path / "a.csv", rows))) as found:
        by_day = "select occurred_on::varchar, area_sample_districts from incidents order by 1"
        assert found.execute(by_day).fetchall() == [("2022-12-31", "1"), ("2023-01-01", "2")]
        by_month = "select month::varchar, area_sample_districts, n from exposure order by 1"
        assert found.execute(by_month).fetchall() == [("2022-12-01", "1", 2), ("2023-01-01", "2", 2)]


def test_areas_that_changed_at_different_times_all_hold_today(store: Store, tmp_path: Path) -> None:
    """One district was drawn anew, its neighbour never: both are in force, for records and for the denominator."""
    features = [_district("1", SQUARE, valid_from="2015-01-01"), _district("2", EAST, valid_from="2023-01-01")]
    rows = [{"LAT": "-36.1001", "LON": lon, "AREA": ""} for lon in ("-24.1001", "-23.9001")]
    layer = _layer(tmp_path / "districts.geojson", features)
    with _served(store, ("sample_districts", layer), ("sample_city_pd", _reports(tmp_path / "a.csv", rows))) as found:
        for table in ("incidents", "exposure"):
            counted = f"select area_sample_districts, sum(n) from {table} group by 1 order by 1"
            assert found.execute(counted).fetchall() == [("1", 1), ("2", 1)]


def test_layers_can_be_loaded_before_and_after_the_reports(store: Store, tmp_path: Path) -> None:
    layer = _layer(tmp_path / "districts.geojson", [_district("1")])
    reports = _reports(tmp_path / "a.csv", [{"LAT": "-36.1001", "LON": "-24.1001"}])
    with _served(store, ("sample_districts", layer)) as found:
        assert found.execute("select count(*) from incidents").fetchone() == (0,)
    with _served(store, ("sample_city_pd", reports)) as found:
        assert found.execute("select area_sample_districts from incidents").fetchall() == [("1",)]
    tracts = _layer(tmp_path / "tracts.geojson", [_district("7")])
    with _served(store, ("sample_tracts", tracts)) as found:
        both = "select area_sample_districts, area_sample_tracts from incidents"
        assert found.execute(both).fetchall() == [("1", "00000000007")]


def test_a_newer_file_of_a_layer_replaces_its_shapes(store: Store, tmp_path: Path) -> None:
    first = _layer(tmp_path / "a.geojson", [_district("1", SQUARE), _district("2", EAST)])
    second = _layer(tmp_path / "b.geojson", [_district("1", EAST, population=7)])
    with _served(store, ("sample_districts", first)) as found:
        assert found.execute("select count(*) from areas").fetchone() == (2,)
    with _served(store, ("sample_districts", second)) as found:
        assert found.execute("select area_id, population from areas order by 1").fetchall() == [("1", 7), ("2", 100)]
        rows = found.execute("select rows_read, loaded, merged from load_tables order by rows_read").fetchall()
        assert rows == [(1, 1, 0), (2, 1, 1)]


def test_outlines_of_neighbours_still_touch(store: Store, tmp_path: Path) -> None:
    """Simplified one by one, a wavy border would open gaps."""
    border = [(-24.0 + 0.00001 * (i % 2), -36.2 + i * 0.002) for i in range(101)]
    west = shapely.Polygon([(-24.2, -36.2), *border, (-24.2, -36.0)])
    east = shapely.Polygon([(-23.8, -36.2), *border, (-23.8, -36.0)])
    layer = _layer(tmp_path / "districts.geojson", [_district("1", west), _district("2", east)])
    with _served(store, ("sample_districts", layer)) as found:
        drawn = [shapely.from_wkb(o) for (o,) in found.execute("select outline from areas order by area_id").fetchall()]
    whole = shapely.union_all([west, east])
    assert shapely.get_num_coordinates(drawn[0]) < shapely.get_num_coordinates(west)
    assert shapely.area(shapely.intersection(*drawn)) == pytest.approx(0, abs=1e-12)
    assert shapely.area(shapely.union_all(drawn)) == pytest.approx(shapely.area(whole), rel=1e-9)
    assert len(shapely.get_parts(shapely.union_all(drawn))) == 1


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([], "holds no shapes"),
        ([_district("1", None)], "holds no shape with an id that can be used"),
        ([_district("", SQUARE)], "holds no shape with an id that can be used"),
        ([({"number": "1"}, SQUARE)], 'has no property "id"'),
    ],
)
def test_layers_that_are_refused(
    store: Store, tmp_path: Path, features: list[tuple[dict[str, object], object]], message: str
) -> None:
    path = _layer(tmp_path / "districts.geojson", features)
    with pytest.raises(SourceError, match=message):
        load_files(store, [(source_named("sample_districts"), path)])
    assert store.current() is None


def test_what_is_no_layer_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "districts.geojson"
    path.write_text("DR_NO,LAT\nsecret,1\n")
    with pytest.raises(SourceError, match="cannot be read as a map layer"):
        load_files(store, [(source_named("sample_districts"), path)])
