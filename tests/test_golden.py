"""Each publisher's format, with its quirks, becomes exactly the tables that a person has read."""

from pathlib import Path

import duckdb
import pytest
import shapely

from etl import codes
from etl.load import load_files
from etl.registry import all_sources, source_named
from etl.schema import SourceError
from etl.store import Store
from etl.tables import FILTER_COLUMNS
from tests.golden.cases import HERE, Case, all_cases, tables_of, write_input

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_tables_are_those_that_were_read(case: Case, tmp_path: Path) -> None:
    database = case.load(tmp_path)
    found, expected = tables_of(database), case.expected
    assert list(found) and sorted(found) == sorted(expected)
    for table, text in expected.items():
        assert found[table].splitlines() == text.splitlines(), table
    _check_people_repeat_their_incident(database)
    _check_codes_have_labels(database)


REPORTS = [c for c in CASES if c.name.startswith(("lapd", "chicago", "houston"))]


@pytest.mark.parametrize("case", REPORTS, ids=lambda c: c.name)
def test_the_size_of_a_chunk_changes_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.reading.input_tables.CHUNK_ROWS", 2)
    monkeypatch.setattr("etl.denominator.FOLD_AT", 3)
    found = tables_of(case.load(tmp_path))
    for table, text in case.expected.items():
        assert found[table].splitlines() == text.splitlines(), table


# Columns whose every value a reader meets as a word.
_LISTS = {**codes.OF_COLUMN, "unit": codes.PUBLISHED_UNITS}
_DATED = ("reported_precision", "occurred_precision")  # nothing where there is no such date


def _check_codes_have_labels(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in ("incidents", "victims", "suspects", "published_counts"):
            names = {n for (n, *_) in connection.execute(f"describe {table}").fetchall()}
            for column in names & set(_LISTS):
                found = connection.execute(f"select distinct {column} from {table}").fetchall()
                values = {value for (value,) in found} - ({None} if column in _DATED else set())
                assert values <= set(_LISTS[column]), (table, column)


def _check_people_repeat_their_incident(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        layers = [
            name
            for (name,) in connection.execute(
                "select column_name from duckdb_columns() where table_name = 'incidents' and column_name like 'area_%'"
            ).fetchall()
        ]
        same = " and ".join(f'p."{c}" is not distinct from i."{c}"' for c in [*FILTER_COLUMNS, *layers])
        for people, counted in (("victims", "n_victims"), ("suspects", "n_suspects")):
            alone = f"from {people} p where not exists (from incidents i where {same})"
            assert connection.execute(f"select count(*) {alone}").fetchone() == (0,)
            sums = f"select (select sum({counted}) from incidents), (select count(*) from {people})"
            printed, rows = connection.execute(sums).fetchone() or (None, None)
            assert (printed or 0) == rows


def test_every_form_of_every_source_has_a_case() -> None:
    """A declaration without a golden file is a guess. The fictional county's sources are those of real publishers."""
    covered = set()
    for case in CASES:
        forms = case.expected["loads"].splitlines()[1:]
        covered |= {(line.split(",")[1], line.split(",")[2]) for line in forms}
        # Of a provider's file only the totals are loaded: her form is in no table.
        given = [source_named(said["source"]) for said in case.facts["files"]]
        covered |= {(s.name, form.name) for s in given if s.clients for form in s.forms}
    declared = {(s.name, form.name) for s in all_sources().values() if not s.fictional for form in s.forms}
    assert declared <= covered, declared - covered


def test_a_total_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    """Houston prints how many offences its file holds; one row less, and the file is not the publisher's."""
    said = {"file": "july.xlsx", "from": "2018_7_Jul_fictional.csv", "how": "xlsx"}
    folder = tmp_path / "input"
    folder.mkdir()
    lines = (HERE / "houston-nibrs" / "input" / said["from"]).read_text().splitlines()
    (folder / said["from"]).write_text("\n".join(line for line in lines if "Burglary" not in line))
    write_input(said, folder, tmp_path / "july.xlsx")
    with pytest.raises(SourceError, match="prints a total of 1,011 offences, but its rows add up to 1,006"):
        load_files(Store(tmp_path / "data"), [(source_named("houston"), tmp_path / "july.xlsx")])
    assert Store(tmp_path / "data").current() is None


def test_a_layer_without_its_id_is_refused_by_the_name_of_the_property(tmp_path: Path) -> None:
    shapes = (HERE / "boundary-geojson" / "input" / "counties_fictional.geojson").read_text()
    path = tmp_path / "counties.geojson"
    path.write_text(shapes.replace("GEOID", "FIPS"))
    with pytest.raises(SourceError, match=r'counties\.geojson has no property "GEOID", which names the areas'):
        load_files(Store(tmp_path / "data"), [(source_named("us_counties"), path)])


def test_two_parts_of_one_area_are_one_shape(tmp_path: Path) -> None:
    """A layer may hold an island as a shape of its own: neither part may displace the other."""
    case = next(c for c in CASES if c.name == "boundary-geojson")
    with duckdb.connect(str(case.load(tmp_path)), read_only=True) as connection:
        rows = connection.execute("select area_id, geometry, outline from areas order by area_id").fetchall()
    area = {area_id: (shapely.from_wkb(shape), shapely.from_wkb(drawn)) for area_id, shape, drawn in rows}
    square = 0.01  # 0.1 by 0.1 degrees
    assert area["01001"][0].area == pytest.approx(square)
    assert area["01003"][0].area == pytest.approx(2 * square)
    assert area["01009"][0].area == pytest.approx(square / 2)  # of a bow tie its two triangles
    assert all(drawn.area == pytest.approx(shape.area) for shape, drawn in area.values())
