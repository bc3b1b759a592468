"""The fictional county through the whole ETL: everything loads, and the warehouse holds what the files say."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.sample_county import city, figures, port, sheriff
from etl.sources import sample as declared
from tests import sample_files
from tests.sample_files import FULL


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data = tmp_path_factory.mktemp("sample")
    assert main(["sample", "--data", str(data)]) == 0
    pointer = json.loads((data / "warehouse" / "current.json").read_text())
    assert pointer["fictional"] is True
    with duckdb.connect(str(data / "warehouse" / Path(pointer["restricted"]).name), read_only=True) as connection:
        yield connection


def _rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return warehouse.execute(sql).fetchall()


def test_every_source_is_there_and_fictional(warehouse: duckdb.DuckDBPyConnection) -> None:
    sources = dict(_rows(warehouse, "select source, fictional from sources"))
    assert sources == {s.name: True for s in declared.SOURCES if not s.clients}


def test_no_row_vanishes(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = (
        "select count(*), count(*) filter (rows_read <> loaded + merged + not_relevant + quarantined) from load_tables"
    )
    tables, wrong = _rows(warehouse, sql)[0]
    assert tables > 21 and wrong == 0


def test_what_is_set_aside_is_what_was_spoiled(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = _rows(
        warehouse,
        "select file, reason, count(*) from quarantine q join loads l using (load) group by all",
    )
    per_snapshot = {
        "field_count": city.TOO_MANY_FIELDS,
        "code_mismatch": city.QUIRKS["wrong_text"],
        "date_missing": city.QUIRKS["no_date"],
        "date_impossible": city.QUIRKS["future_date"],
    }
    snapshots = sample_files.CITY_FILES[1:]
    assert {(f, r): n for f, r, n in found} == {(f, r): n for f in snapshots for r, n in per_snapshot.items()}


def test_the_newest_version_of_each_report_counts_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    header, rows = sample_files.city(FULL)
    newest = {row[0]: row for row in rows if len(row) == len(header)}
    expected = Counter(
        "unfounded" if row[18] == "UF" else "open" if row[18] == "IC" else "cleared"
        for row in newest.values()
        if "HUMAN TRAFFICKING" in row[9] and row[1] and "/2062" not in row[1]
    )
    sql = """select status, sum(n) from incidents where source = 'sample_city_pd' and offence_group = 'trafficking'
             and reported_on >= '2022-01-01' group by 1"""
    assert {status: int(n) for status, n in _rows(warehouse, sql)} == expected


def test_points_and_districts_agree_with_what_the_police_print(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A swapped point is turned round; one that is nowhere keeps the printed district and has no point."""
    header, rows = sample_files.city(FULL)
    printed = {row[0]: row for row in rows if len(row) == len(header)}
    sql = """select incident_id, area_sample_districts, area_sample_tracts, lat from incidents
             where source = 'sample_city_pd' and reported_on >= '2022-01-01'"""
    without = 0
    for id_, district, tract, lat in _rows(warehouse, sql):
        assert district == str(int(printed[id_][4]))
        assert (tract is None) == (lat is None)
        assert lat is None or -36.2 < lat < -35.8
        without += lat is None
    assert 10 < without <= city.QUIRKS["zero_point"] + city.QUIRKS["outside_point"]


def test_not_collected_is_not_zero(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = "select month, collected from coverage where source = 'sample_port_pd' and category = 'sex' order by month"
    collected = {month: yes for month, yes in _rows(warehouse, sql) if month in port.MONTHS}
    assert collected == {month: month >= port.FIRST_NIBRS for month in port.MONTHS}


def test_the_earlier_snapshot_shows_how_late_reports_come(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = """select as_of, reports from load_months where source = 'sample_city_pd' and month = '2025-09-01'
             order by as_of"""
    (_, early), (_, full) = _rows(warehouse, sql)
    assert early < 0.85 * full


def test_victims_suspects_and_children_recorded_as_offenders(warehouse: duckdb.DuckDBPyConnection) -> None:
    classes = dict(
        _rows(warehouse, "select suspect_class, sum(n) from suspects where source = 'sample_sheriff' group by 1")
    )
    assert classes["minor_recorded_as_offender"] > 10 and classes["suspect"] > 400
    sql = "select count(*) filter (minor = 'minor'), count(*) from victims where offence_group = 'trafficking'"
    minors, victims = _rows(warehouse, sql)[0]
    assert 0.1 < minors / victims < 0.3


def test_the_sheriffs_trafficking_is_what_the_offence_tables_say(warehouse: duckdb.DuckDBPyConnection) -> None:
    incidents = set()
    for year in sheriff.YEARS:
        _, rows = sample_files.sheriff(year, "NIBRS_OFFENSE.csv")
        incidents |= {row[2] for row in rows if row[3] in (("59", "60") if year == 2021 else ("64A", "64B"))}
    sql = """select incident_id from incidents where source = 'sample_sheriff' and offence_group = 'trafficking'"""
    assert {id_ for (id_,) in _rows(warehouse, sql)} == incidents


def test_published_figures_are_summed_and_stay_apart(warehouse: duckdb.DuckDBPyConnection) -> None:
    _, rows = sample_files.records(next(sample_files.COMMITTED.glob("HT_*")).read_text())
    printed = sum(int(row[figures.FBI.index("ACTUAL_COUNT")]) for row in rows)
    sql = "select sum(published_n) from published_counts where source = 'sample_agency_years' and category = 'reported'"
    assert _rows(warehouse, sql)[0][0] == printed
    assert not _rows(warehouse, "select 1 from incidents where source = 'sample_agency_years'")
