"""The publishers' real files: rows, totals and traps as counted by hand. Skipped where the files are not found."""

from importlib import import_module
from pathlib import Path

import pytest

from etl.read import open_file
from etl.schema import Source, SourceError
from tests.reading import read


def declared(name: str) -> Source:
    source = import_module(f"etl.sources.{name}").SOURCE
    assert isinstance(source, Source)
    return source


@pytest.mark.parametrize(
    ("source", "file", "rows"),
    [
        ("lapd", "police/lapd/Crime_Data_from_2020_to_Present.csv", 10_000),
        ("lapd", "police/lapd/2018_Data_old_schema.csv", 495),
        ("chicago", "police/chicago/crimes-2022-slim.csv.gz", 215_551),
        ("houston", "police/houston/2018_5_May.xls", 9_972),
        ("fbi", "police/fbi/HT_2013-2020.csv", 4_417),
        ("ctdc", "nonprofit/ctdc/ctdc_kanon_2020_subset.csv", 48_773),
        ("hotline", "nonprofit/hotline/hotline_state_2012_2016.csv", 255),
    ],
)
def test_rows_of_a_real_file(real_files: Path, source: str, file: str, rows: int) -> None:
    got = read(real_files / file, declared(source))
    assert (got.rows_read, got.bad, len(got.rows)) == (rows, [], rows)
    assert got.records == list(range(2, rows + 2))


def test_chicago_row_cut_off_at_the_end(real_files: Path) -> None:
    got = read(real_files / "police/chicago/Crimes_-_2001_to_Present.csv", declared("chicago"))
    assert (len(got.rows), got.bad, got.rows_read) == (9_745, [(9_747, "cut_off")], 9_746)


@pytest.mark.parametrize(
    ("file", "rows", "total"), [("2018_7_Jul.xlsx", 21_088, 21_884), ("2018_8_Aug.xlsx", 21_800, 22_633)]
)
def test_houston_below_its_preamble(real_files: Path, file: str, rows: int, total: int) -> None:
    got = read(real_files / "police/houston" / file, declared("houston"))
    assert (got.rows_read, got.printed_total) == (rows, total)
    assert sum(int(str(n)) for n in got.column("count")) == total
    assert all(len(str(day)) == 10 for day in got.column("occurred_on"))


@pytest.mark.parametrize(
    ("file", "form", "offences"), [("MN-2018.zip", "2018", 21_361), ("VT-2024.zip", "2024", 20_426)]
)
def test_nibrs_zips(real_files: Path, file: str, form: str, offences: int) -> None:
    with open_file(real_files / "police/nibrs" / file, declared("nibrs")) as opened:
        assert form in opened.form.name
        assert len(opened.tables) == len(opened.form.tables)
        counted = {t.key: (sum(b.num_rows for b in t.chunks()), t.rows_read) for t in opened.tables}
    assert counted["offence"] == (offences, offences)


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("houston", "police/fbi/HT_2013-2020.csv"),
        ("lapd", "police/nibrs/VT-2024.zip"),
        ("nibrs", "police/lapd/2018_Data_old_schema.csv"),
        ("chicago", "police/houston/2018_7_Jul.xlsx"),
        ("nibrs", "nonprofit/hmis/eva_demo.zip"),
    ],
)
def test_a_file_of_another_publisher_is_refused(real_files: Path, source: str, file: str) -> None:
    with pytest.raises(SourceError, match="does not look like a file of source"):
        open_file(real_files / file, declared(source))
