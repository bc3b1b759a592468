"""The publishers' real files through the commands of the README: what they hold, counted by hand, is what is served."""

import json
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.store import Store
from tests.loader_files import ask, equation

POLICE = {
    "lapd": ("lapd/Crime_Data_from_2020_to_Present.csv", "lapd/2018_Data_old_schema.csv"),
    "chicago": ("chicago/Crimes_-_2001_to_Present.csv",),
    "houston": ("houston/2018_5_May.xls", "houston/2018_7_Jul.xlsx", "houston/2018_8_Aug.xlsx"),
    "nibrs": ("nibrs/MN-2018.zip", "nibrs/VT-2024.zip"),
    "fbi_ht": ("fbi/HT_2013-2020.csv",),
}
REST = {
    "ctdc": "nonprofit/ctdc/ctdc_kanon_2020_subset.csv",
    "hotline": "nonprofit/hotline/hotline_state_2012_2016.csv",
    "lapd_divisions": "context/boundaries/lapd_divisions.geojson",
    "chicago_community_areas": "context/boundaries/chicago_community_areas.geojson",
    "us_counties": "context/boundaries/us_counties.geojson",
    "census_tracts": "context/boundaries/la_county_census_tracts.geojson",
}
SLIM = "police/chicago/crimes-2022-slim.csv.gz"


@pytest.fixture(scope="module")
def store(real_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("real") / "data")
    commands = [[source, *(f"police/{f}" for f in files)] for source, files in POLICE.items()]
    commands += [[source, file] for source, file in REST.items()]
    for source, *files in commands:
        command = ["load", source, *(str(real_files / f) for f in files), "--data", str(store.data)]
        assert main(command) == 0, source
    slim = ["load", "chicago", str(real_files / SLIM), "--data", str(store.data)]
    assert main(slim) == 1  # it overlaps the portal's file without a common id
    assert main([*slim, "--counts-for", "2022-01..2022-11"]) == 0
    return store


def test_the_row_equation_of_every_file(store: Store) -> None:
    equation(store)
    sql = """select file, input_table, rows_read, loaded, merged, not_relevant, quarantined
             from load_tables join loads using (load)"""
    found = {(r[0], r[1]): r[2:] for r in ask(store, sql)}
    expected = {
        "Crime_Data_from_2020_to_Present.csv": (10_000, 4, 0, 9_996, 0),
        "2018_Data_old_schema.csv": (495, 1, 0, 494, 0),
        "2018_5_May.xls": (9_972, 0, 0, 9_972, 0),
        "HT_2013-2020.csv": (4_417, 4_417, 0, 0, 0),
        "ctdc_kanon_2020_subset.csv": (48_773, 48_773, 0, 0, 0),
        "hotline_state_2012_2016.csv": (255, 255, 0, 0, 0),
    }
    for file, parts in expected.items():
        (rows,) = [v for (f, _), v in found.items() if f == file]
        assert rows == parts, file
    read = {file: sum(v[0] for (f, _), v in found.items() if f == file) for file, _ in found}
    assert read["Crimes_-_2001_to_Present.csv"] == 9_746
    assert read["crimes-2022-slim.csv.gz"] == 215_551
    assert (read["2018_7_Jul.xlsx"], read["2018_8_Aug.xlsx"]) == (21_088, 21_800)
    offences = {
        f: v[0] for (f, table), v in found.items() if "offense.csv" in table.lower() and "victim" not in table.lower()
    }
    assert offences == {"MN-2018.zip": 21_361, "VT-2024.zip": 20_426}


def test_trafficking_by_file_and_code(store: Store) -> None:
    sql = """select file, offence, offence_group, sum(i.n)::int from incidents i join loads using (load) group by all"""
    found = {(f, o): (g, n) for f, o, g, n in ask(store, sql) if g == "trafficking" or "Crime_Data" in f}
    lapd, older = "Crime_Data_from_2020_to_Present.csv", "2018_Data_old_schema.csv"
    assert {k: v for k, v in found.items() if k[0] in (lapd, older)} == {
        (lapd, "822"): ("trafficking", 1),
        (lapd, "921"): ("trafficking", 1),
        (lapd, "805"): ("related", 2),
        (older, "822"): ("trafficking", 1),
    }
    assert found[("MN-2018.zip", "64A")] == ("trafficking", 6)
    assert found[("VT-2024.zip", "64A")] == ("trafficking", 1)
    total: dict[str, int] = {}
    for (file, _), (group, n) in found.items():
        if group == "trafficking":
            total[file] = total.get(file, 0) + n
    assert total["crimes-2022-slim.csv.gz"] == 16
    assert (total["2018_7_Jul.xlsx"], total["2018_8_Aug.xlsx"]) == (4, 7)
    assert "2018_5_May.xls" not in total


def test_chicago(store: Store, real_files: Path) -> None:
    sql = """select exploitation, sum(i.n)::int from incidents i join loads using (load)
             where file like 'crimes-2022%' and offence_group = 'trafficking' group by 1"""
    assert dict(ask(store, sql)) == {"sex": 12, "forced_labour": 4}
    sql = """select record, reason from quarantine q join loads using (load) where file like 'Crimes_-_%'"""
    assert ask(store, sql) == [(9_747, "cut_off")]
    sql = """select strftime(month, '%Y-%m'), sum(n)::int from exposure e join loads using (load)
             where e.source = 'chicago' and month >= '2022-01-01' and month < '2022-12-01' and file like 'Crimes_-_%'
             group by 1"""
    assert ask(store, sql) == []  # those months are the slim file's


def test_the_portal_file_alone(real_files: Path, tmp_path: Path) -> None:
    """Both reports of trafficking, one without coordinates, whatever another file says of the months."""
    store = Store(tmp_path / "data")
    file = real_files / "police/chicago/Crimes_-_2001_to_Present.csv"
    assert main(["load", "chicago", str(file), "--data", str(store.data)]) == 0
    sql = "select count(*), count(lat), count(h3_9) from incidents where offence_group = 'trafficking'"
    assert ask(store, sql) == [(2, 1, 1)]


def test_houston_before_june_2018_is_not_zero(store: Store) -> None:
    sql = """select strftime(month, '%Y-%m'), collected from coverage
             where source = 'houston' and category = 'sex' order by 1"""
    assert dict(ask(store, sql)) == {"2018-05": False, "2018-06": False, "2018-07": True, "2018-08": True}
    sql = "select file, notes from loads where source = 'houston'"
    notes = {file: " ".join(said) for file, said in ask(store, sql)}
    assert "prints: 21,884" in notes["2018_7_Jul.xlsx"] and "prints: 22,633" in notes["2018_8_Aug.xlsx"]


def test_published_figures(store: Store) -> None:
    sql = """select exploitation, sum(published_n)::int from published_counts
             where source = 'fbi_ht' and category = 'reported' group by 1"""
    assert dict(ask(store, sql)) == {"sex": 8_001, "forced_labour": 1_598}
    sql = "select count(distinct place_code) from published_counts where source = 'fbi_ht'"
    assert ask(store, sql) == [(1_168,)]
    assert ask(store, "select sum(published_n)::int from published_counts where source = 'ctdc'") == [(48_773,)]
    sql = """select count(*) from coverage where source = 'fbi_ht' and place = 'CA' and collected"""
    assert ask(store, sql) == [(0,)]


def test_points(store: Store) -> None:
    notes = " ".join(ask(store, "select notes from loads where file like 'Crime_Data_from%'")[0][0])
    assert "13 rows at 0, 0" in notes


def test_areas(store: Store) -> None:
    sql = "select layer, count(*)::int from areas where role = 'areas' and geometry is not null group by 1"
    assert sorted(n for _, n in ask(store, sql)) == [21, 77, 2_495, 3_220]
    sql = """select count(*) from incidents where source = 'lapd' and lat is not null
             and (area_lapd_divisions is null or area_us_counties <> '06037')"""
    assert ask(store, sql) == [(0,)]


def test_status_prints_it_all(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json", "--data", str(store.data)]) == 0
    loads = json.loads(capsys.readouterr().out)["loads"]
    assert len(loads) == 16 and all(len(e["sha256"]) == 64 and e["tables"] for e in loads)


def test_nothing_of_undeclared_columns_is_kept(store: Store) -> None:
    """Addresses are in the files and in no table."""
    with duckdb.connect(str(store.database(store.version())), read_only=True) as connection:
        text = connection.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        for table, column in text:
            sql = f'select count(*) from "{table}" where "{column}" similar to ?'
            row = connection.execute(sql, [r"\d{3,5} +[NSEW] [A-Z ]+(ST|AV|BL|DR|PL)"]).fetchone()
            assert row == (0,), (table, column)
