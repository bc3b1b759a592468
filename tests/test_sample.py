"""The fictional county: the same bytes each time, the publishers' formats, and the story that it tells."""

import csv
import gzip
import hashlib
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from etl.sample import INDEX, write_files, written_files
from etl.sample_county import city, figures, nibrs_lists, place, port, provider, sheriff
from etl.schema import Source
from etl.sources import sample as declared
from tests import sample_files
from tests.sample_files import COMMITTED, EARLIER, FULL, OLD

BUDGET = 5_000_000  # bytes of the committed sample
SOURCES = {s.name: s for s in declared.SOURCES}

Written = list[tuple[str, Path]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_files(tmp_path_factory.mktemp("county"))


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _contents(path: Path) -> dict[str, str]:
    """Digests of what is inside: builds of Python compress with different libraries."""
    if path.suffix == ".gz":
        inside = {"": gzip.decompress(path.read_bytes())}
    elif path.suffix in (".zip", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
    else:
        inside = {"": path.read_bytes()}
    return {name: hashlib.sha256(data).hexdigest() for name, data in inside.items()}


# --- the files as such


def test_a_second_writing_gives_the_same_bytes(written: Written, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    again = write_files(tmp_path)
    assert [(s, p.name, _sha(p)) for s, p in again] == [(s, p.name, _sha(p)) for s, p in written]
    assert capfd.readouterr() == ("", "")


def test_the_committed_files_are_those_that_are_written(written: Written) -> None:
    committed = {p.name: _contents(p) for p in COMMITTED.iterdir() if p.name != INDEX}
    beside = [written[0][1].with_name(name) for name in provider.RAW]
    assert committed == {p.name: _contents(p) for p in [*(p for _, p in written), *beside]}, (
        "data/sample/files differs from what etl.sample writes: write it again and commit it"
    )
    # With the index beside them they are loaded as they are, and the first start writes nothing into the project.
    assert written_files(COMMITTED) == [(source, COMMITTED / p.name) for source, p in written]


def test_the_sample_is_small(written: Written) -> None:
    assert sum(path.stat().st_size for _, path in written) < BUDGET


def test_every_source_is_declared_marked_and_written(written: Written) -> None:
    about_clients = {name for name, source in SOURCES.items() if source.clients}
    assert {source for source, _ in written} == set(SOURCES) - about_clients
    assert about_clients == {"sample_htcds", "sample_hmis"}
    for source in declared.SOURCES:
        assert source.fictional and "Fictional" in source.licence and "fictional" in source.publisher.lower()
        assert not source.fetch_url, "a fictional source has nothing to download"
        assert source.boundary or (source.known_problems and source.verdict)


def test_boundaries_come_first_and_each_publisher_from_old_to_new(written: Written) -> None:
    names = [source for source, _ in written]
    layers = [bool(SOURCES[name].boundary) for name in names]
    assert layers == sorted(layers, reverse=True)
    years = [path.name for source, path in written if source == "sample_sheriff"]
    assert years == sorted(years)


# --- the place


def test_tracts_and_districts_tile_the_land() -> None:
    tracts = [t.shape for t in place.tracts()]
    districts = [d.shape for d in place.districts()]
    assert (len(tracts), len(districts)) == (60, 12)
    for areas in (tracts, districts):
        assert all(a.is_valid and a.geom_type == "Polygon" for a in areas)
        assert shapely.coverage_is_valid(areas), "neighbours must share every vertex"
        assert shapely.union_all(areas).symmetric_difference(place.land()).area == 0


def test_the_geojson_files_hold_the_areas_with_their_people() -> None:
    for name, areas in (("districts.geojson", place.districts()), ("tracts.geojson", place.tracts())):
        features = json.loads((COMMITTED / name).read_text())["features"]
        assert [f["properties"]["id"] for f in features] == [a.id for a in areas]
        for feature, area in zip(features, areas, strict=True):
            assert shape(feature["geometry"]).equals(area.shape)
            assert feature["properties"]["population"] == area.population > 500
    assert all(len(t.id) == 11 and t.id.startswith(place.STATE) for t in place.tracts())
    assert sum(d.population for d in place.districts()) == sum(t.population for t in place.tracts())


def test_place_names_lie_on_the_land() -> None:
    features = json.loads((COMMITTED / "places.geojson").read_text())["features"]
    assert len(features) >= 10
    assert all(place.land().contains(shape(f["geometry"])) for f in features)


def test_nobody_can_take_the_island_for_a_real_place() -> None:
    """Tristan da Cunha, Gough and Saint Helena are the nearest islands."""
    west, south, east, north = place.land().bounds
    assert declared.REGION[0] < west < east < declared.REGION[2]
    assert declared.REGION[1] < south < north < declared.REGION[3]
    for lon, lat in ((-12.28, -37.11), (-9.93, -40.32), (-5.71, -15.97)):
        degrees = np.hypot((lon - east) * np.cos(np.radians(lat)), lat - south)
        assert degrees * 111 > 900


# --- the formats


def _declared_columns(source: Source, form: int) -> set[str]:
    return {column for table in source.forms[form].tables.values() for column in table.columns.values()}


def test_the_city_writes_both_headers_of_the_portal() -> None:
    source = SOURCES["sample_city_pd"]
    assert sample_files.city(OLD)[0] == city.OLD
    assert sample_files.city(EARLIER)[0] == sample_files.city(FULL)[0] == city.NEW
    assert _declared_columns(source, 0) <= set(city.NEW)
    assert _declared_columns(source, 1) <= set(city.OLD)


def test_the_port_prints_the_total_that_its_rows_add_up_to() -> None:
    source = SOURCES["sample_port_pd"]
    for number, month in enumerate(("7_Jul", "8_Aug", "9_Sep", "10_Oct", "11_Nov", "12_Dec"), 7):
        rows = sample_files.sheet(COMMITTED / f"Port_Ember_2025_{month}.xlsx")
        if number < port.FIRST_NIBRS.month:
            assert rows[0] == port.OLD and set(port.OLD) >= _declared_columns(source, 1)
            assert not any("raffick" in cell for row in rows for cell in row)
            assert sum(not row[0].startswith(f"{number:02d}/") for row in rows[1:]) == port.EARLIER_ROWS
            continue
        assert rows[port.PREAMBLE] == [name or "" for name in port.NEW]
        assert set(rows[port.PREAMBLE]) >= _declared_columns(source, 0)
        preamble = " ".join(cell for row in rows[: port.PREAMBLE] for cell in row)
        printed = re.search(source.forms[0].printed_total, preamble)
        body = rows[port.PREAMBLE + 1 :]
        assert printed and int(printed[1].replace(",", "")) == sum(int(row[7]) for row in body)
        assert 2 <= sum("Human Trafficking" in row[5] for row in body) <= 9
        assert len(body) - len(set(map(tuple, body))) >= port.IDENTICAL_ROWS


def test_the_sheriff_writes_both_schemas() -> None:
    source = SOURCES["sample_sheriff"]
    for year in sheriff.YEARS:
        form = source.forms[0 if year == 2021 else 1]
        for table in form.tables.values():
            header, rows = sample_files.sheriff(year, table.member)
            assert set(table.columns.values()) <= set(header), table.member
            assert rows and all(len(row) == len(header) for row in rows)


def _column(year: int, member: str, name: str) -> set[str]:
    header, rows = sample_files.sheriff(year, member)
    at = header.index(name.upper() if year == 2021 else name)
    return {row[at] for row in rows} - {""}


@pytest.mark.parametrize(
    ("member", "name", "list_"),
    [
        ("NIBRS_OFFENSE.csv", "location_id", "NIBRS_LOCATION_TYPE.csv"),
        ("NIBRS_OFFENSE.csv", "incident_id", "NIBRS_incident.csv"),
        ("NIBRS_VICTIM.csv", "age_id", "NIBRS_AGE.csv"),
        ("NIBRS_VICTIM.csv", "race_id", "REF_RACE.csv"),
        ("NIBRS_OFFENDER.csv", "ethnicity_id", "NIBRS_ETHNICITY.csv"),
        ("NIBRS_OFFENDER.csv", "race_id", "REF_RACE.csv"),
        ("NIBRS_VICTIM_OFFENSE.csv", "offense_id", "NIBRS_OFFENSE.csv"),
        ("NIBRS_VICTIM_OFFENDER_REL.csv", "relationship_id", "NIBRS_RELATIONSHIP.csv"),
        ("NIBRS_VICTIM_OFFENDER_REL.csv", "offender_id", "NIBRS_OFFENDER.csv"),
        ("NIBRS_incident.csv", "agency_id", "agencies.csv"),
        ("NIBRS_incident.csv", "nibrs_month_id", "NIBRS_month.csv"),
    ],
)
def test_every_id_that_a_sheriffs_table_names_is_in_its_list(member: str, name: str, list_: str) -> None:
    for year in sheriff.YEARS:
        used = _column(year, member, name)
        assert used and used <= _column(year, list_, name), year


def test_published_figures_have_the_headers_of_their_forms() -> None:
    for source, prefix, header in (
        ("sample_agency_years", "HT_", figures.FBI),
        ("sample_hotline", "hotline", figures.HOTLINE),
        ("sample_cases", "ctdc", figures.CTDC),
    ):
        assert sample_files.records(next(COMMITTED.glob(f"{prefix}*")).read_text())[0] == header
        assert _declared_columns(SOURCES[source], 0) <= set(header)


def test_cases_are_k_anonymous() -> None:
    _, rows = sample_files.records(next(COMMITTED.glob("ctdc*")).read_text())
    assert min(Counter(map(tuple, rows)).values()) >= figures.K


@pytest.mark.parametrize(
    ("file", "ours"),
    [
        ("police/lapd/Crime_Data_from_2020_to_Present.csv", city.NEW),
        ("police/lapd/2018_Data_old_schema.csv", city.OLD),
        ("police/fbi/HT_2013-2020.csv", figures.FBI),
        ("nonprofit/hotline/hotline_state_2012_2016.csv", figures.HOTLINE),
        ("nonprofit/ctdc/ctdc_kanon_2020_subset.csv", figures.CTDC),
    ],
)
def test_headers_equal_those_of_real_files(real_files: Path, file: str, ours: list[str]) -> None:
    with (real_files / file).open(newline="", encoding="utf-8-sig") as real:
        assert next(csv.reader(real)) == ours


@pytest.mark.parametrize(
    ("file", "first", "ours"), [("2018_5_May.xls", 0, port.OLD), ("2018_7_Jul.xlsx", 11, port.NEW)]
)
def test_the_port_has_the_columns_of_real_workbooks(
    real_files: Path, file: str, first: int, ours: tuple[str | None, ...]
) -> None:
    rows = sample_files.sheet(real_files / "police" / "houston" / file)
    assert rows[first] == [name or "" for name in ours]


@pytest.mark.parametrize(("file", "older"), [("MN-2018.zip", True), ("VT-2024.zip", False)])
def test_nibrs_headers_and_code_lists_equal_those_of_real_files(real_files: Path, file: str, older: bool) -> None:
    path = real_files / "police" / "nibrs" / file
    lists = nibrs_lists.lists(older)
    for member, columns in (sheriff.HEADERS | {m: header for m, (header, _) in lists.items()}).items():
        assert sheriff.header(member, columns, older) == sample_files.member(path, member)[0], member
    for member in ("NIBRS_LOCATION_TYPE.csv", "NIBRS_OFFENSE_TYPE.csv", "NIBRS_RELATIONSHIP.csv", "REF_RACE.csv"):
        real = {tuple(row[:2]) for row in sample_files.member(path, member)[1]}
        assert {tuple(map(str, row[:2])) for row in lists[member][1]} <= real, member
