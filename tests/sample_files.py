"""Reading the committed files of the fictional county, without the code of the ETL."""

import csv
import gzip
import io
import zipfile
from functools import cache
from pathlib import Path

import python_calamine

ROOT = Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "data" / "sample" / "files"
CITY_FILES = (
    "Lampwick_2021_old_schema.csv.gz",
    "Lampwick_Crime_Data_from_2022_as_of_2025-09-30.csv.gz",
    "Lampwick_Crime_Data_from_2022_as_of_2025-12-31.csv.gz",
)
OLD, EARLIER, FULL = range(3)

Row = dict[str, str]


def records(text: str) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a csv."""
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


@cache
def city(which: int) -> tuple[list[str], list[list[str]]]:
    """OLD: the older header, EARLIER and FULL: the two snapshots."""
    return records(gzip.decompress((COMMITTED / CITY_FILES[which]).read_bytes()).decode())


@cache
def snapshot() -> list[Row]:
    """The rows of the full snapshot that have the right number of fields."""
    header, rows = city(FULL)
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]


@cache
def all_years() -> list[Row]:
    """Both headers as one with the newer names, without the rows whose date is missing or impossible."""
    header, rows = city(OLD)
    old = [dict(zip(header, row, strict=True)) for row in rows]
    for row in old:
        row["LAT"], row["LON"] = row["Location "].strip("()").split(", ")
        row |= {"Crm Cd": row["Crime Code"], "Date Rptd": row["Date Reported"], "DATE OCC": row["Date Occurred"]}
    return old + [r for r in snapshot() if r["Date Rptd"] and "/2062" not in r["Date Rptd"]]


def member(path: Path, name: str) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of one table in a zip, in whichever folder."""
    with zipfile.ZipFile(path) as archive:
        found = next(n for n in archive.namelist() if n.rsplit("/", 1)[-1] == name)
        return records(archive.read(found).decode())


def sheriff(year: int, name: str) -> tuple[list[str], list[list[str]]]:
    """One table of the sheriff's zip of a year."""
    return member(COMMITTED / f"ZZ-{year}.zip", name)


def sheet(path: Path) -> list[list[str]]:
    """Every cell of the only sheet, as text; a number without decimals has none."""
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [[str(int(c)) if isinstance(c, float) and c == int(c) else str(c) for c in row] for row in rows]
