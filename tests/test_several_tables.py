"""Files that hold several tables of one kind: sheets of a workbook, members of a zip. All are read, none twice."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from etl.schema import SourceError
from etl.store import Store
from tests.golden.cases import HERE
from tests.loader_files import LAPD, OTHER, SEX, ask, equation, lapd_row, load, nibrs_zip
from tests.workbook import Cell, write_xlsx

HOTLINE = "hotline_fictional.csv"
HEADER: list[Cell] = ["Occurrence Date", "Occurrence Hour", "NIBRS Description", "Offense Count", "Beat", "Premise"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def _zipped(path: Path, members: dict[str, list[str]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in members.items():
            archive.writestr(name, "\n".join([LAPD, *rows]) + "\n")
    return path


@pytest.mark.parametrize("names", [("2022.csv", "2023.csv"), ("2022/crime.csv", "2023/crime.csv")])
def test_a_zip_of_two_files(store: Store, tmp_path: Path, names: tuple[str, str]) -> None:
    """Each has an equation of its own, also where only their folders tell them apart."""
    first = [lapd_row(1, "2022-05-03", SEX), lapd_row(2, "2022-05-04"), lapd_row(3, "2022-13-04", SEX)]
    second = [lapd_row(4, "2023-05-03", SEX), lapd_row(5, "2023-05-04", SEX)]
    (done,) = load(store, "lapd", _zipped(tmp_path / "both.zip", dict(zip(names, (first, second), strict=True))))
    assert equation(store) == {(done.load, names[0]): (3, 1, 0, 1, 1), (done.load, names[1]): (2, 2, 0, 0, 0)}
    assert ask(store, "select incident_id from incidents order by 1") == [("1",), ("4",), ("5",)]
    assert ask(store, "select year(month), sum(n)::int from exposure group by 1 order by 1") == [(2022, 2), (2023, 2)]
    assert ask(store, "select input_table, record from quarantine") == [(names[0], 4)]
    assert done.manifest["claims"] == [["", "2022-05"], ["", "2023-05"]]
    assert f"{names[1]}: delimiter: comma" in done.manifest["notes"]


def test_a_zip_with_two_members_of_one_name_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "w") as archive:
        for number in (1, 2):
            archive.writestr("a.csv", f"{LAPD}\n{lapd_row(number, '2022-05-03', SEX)}\n")
    with pytest.raises(SourceError, match=r"both\.zip holds a member twice under one name"):
        load(store, "lapd", path)


def _row(offence: str, beat: str, n: int = 1) -> list[Cell]:
    return [dt.datetime(2018, 7, 3), 9.0, offence, float(n), beat, "Hotel"]


def _workbook(path: Path, more: int) -> Path:
    """Two sheets with a total each; `more`: what the second one prints. It has a row that the first has too."""
    theft, trafficking = _row("Theft", "1A10", 5), _row("Human Trafficking/Commercial Sex Act", "10H10")
    sheets: dict[str, list[list[Cell]]] = {
        "July": [["Total of 6 NIBRS offenses reported"], HEADER, trafficking, theft],
        "More": [[f"Total of {more} NIBRS offenses reported"], HEADER, trafficking],
    }
    return write_xlsx(path, sheets)


def test_the_sheets_of_a_workbook(store: Store, tmp_path: Path) -> None:
    """Equal rows of two sheets are different reports: nothing in them says that they are one."""
    (done,) = load(store, "houston", _workbook(tmp_path / "a.xlsx", 1))
    assert equation(store) == {(done.load, "sheet July"): (2, 1, 0, 1, 0), (done.load, "sheet More"): (1, 1, 0, 0, 0)}
    ids = [i for (i,) in ask(store, "select incident_id from incidents order by 1")]
    assert len(ids) == 2 and [i[-2:] for i in ids] == ["-1", "-2"] and ids[0][:-2] == ids[1][:-2]
    assert ask(store, "select sum(n)::int from exposure") == [(7,)]
    said = [note for note in done.manifest["notes"] if "add up" in note]
    assert said == [
        "sheet July: the rows add up to the total that the publisher prints: 6.",
        "sheet More: the rows add up to the total that the publisher prints: 1.",
    ]


def test_each_sheet_adds_up_to_its_own_total(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="sheet More prints a total of 2 offences, but its rows add up to 1"):
        load(store, "houston", _workbook(tmp_path / "a.xlsx", 2))
    assert store.current() is None


def test_figures_in_two_members(store: Store, tmp_path: Path) -> None:
    header, *rows = (HERE / "hotline-state-and-year" / "input" / HOTLINE).read_text().splitlines()
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (("a.csv", rows[:2]), ("b.csv", rows[2:])):
            archive.writestr(name, "\n".join([header, *part]) + "\n")
    (whole,) = load(Store(tmp_path / "whole"), "hotline", HERE / "hotline-state-and-year" / "input" / HOTLINE)
    (done,) = load(store, "hotline", path)
    figures = "select * exclude (load) from published_counts order by all"
    assert ask(store, figures) == ask(Store(tmp_path / "whole"), figures) != []
    (alone,) = equation(Store(tmp_path / "whole")).values()
    a, b = (equation(store)[(done.load, name)] for name in ("a.csv", "b.csv"))
    assert a[0] == 2 and tuple(x + y for x, y in zip(a, b, strict=True)) == alone
    assert whole.manifest["months"] == done.manifest["months"]


def test_two_states_in_one_archive_are_refused(store: Store, tmp_path: Path) -> None:
    """Their tables number their rows by state, so they cannot be joined as one."""
    both = tmp_path / "both.zip"
    with zipfile.ZipFile(both, "w") as archive:
        for state, first in (("YY", 1), ("ZZ", 100)):
            with zipfile.ZipFile(nibrs_zip(tmp_path / f"{state}.zip", state, first, ["2024-02-03"])) as one:
                for name in one.namelist():
                    archive.writestr(name, one.read(name))
    with pytest.raises(SourceError, match=r"holds NIBRS_incident\.csv 2 times\. .*Load each archive"):
        load(store, "nibrs", both)
    assert store.current() is None
    load(store, "nibrs", tmp_path / "YY.zip", tmp_path / "ZZ.zip")
    assert ask(store, "select count(*) from incidents") == [(2,)]


def test_a_place_without_trafficking_is_a_place(store: Store, tmp_path: Path) -> None:
    """Its reports are part of the denominator: without it, its quiet would be taken for absence."""
    path = nibrs_zip(tmp_path / "ZZ.zip", "ZZ", 1, ["2024-02-03"])
    quiet = tmp_path / "quiet.zip"
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(quiet, "w") as archive:
        for name in one.namelist():
            text = one.read(name).decode()
            if name.endswith("agencies.csv"):
                text += "2,ZZ0020000,Stillwick,ZZ\n"
            if name.endswith("NIBRS_incident.csv"):  # the second incident, of theft, is another agency's
                text = text.replace("\n2,1,", "\n2,2,")
            archive.writestr(name, text)
    load(store, "nibrs", quiet)
    assert ask(store, "select area_id, name from areas order by 1") == [
        ("ZZ0010000", "Wick"),
        ("ZZ0020000", "Stillwick"),
    ]
    assert ask(store, "select area_nibrs_agencies, sum(n)::int from exposure group by 1 order by 1") == [
        ("ZZ0010000", 1),
        ("ZZ0020000", 1),
    ]


def test_a_quiet_division_keeps_its_reports(store: Store, tmp_path: Path) -> None:
    rows = [lapd_row(1, "2023-05-03", SEX), lapd_row(2, "2023-05-03", OTHER), lapd_row(23, "2023-05-03", OTHER)]
    load(store, "lapd", _zipped(tmp_path / "a.zip", {"a.csv": rows}))
    assert ask(store, "select area_id, name from areas order by 1") == [("2", "2"), ("3", "3")]
    found = ask(store, "select area_lapd_divisions, sum(n)::int from exposure group by 1 order by 1")
    assert found == [("2", 1), ("3", 2)]
