"""Sheets of .xls and .xlsx workbooks: header search, cells as text, record numbers, hostile workbooks."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from etl.read import open_file
from etl.reading import spreadsheets
from etl.reading.limits import MB, Limits
from etl.schema import Form, SourceError, Table
from tests.reading import COLUMNS, SOURCE, make_source, read, write
from tests.workbook import Cell, sheet_xml, write_xlsx

XLS = Path(__file__).parent / "files" / "wick_county_fictional.xls"
HEADER: list[Cell] = ["", "Case", None, "Code", "Place", None]
TITLED = make_source(Form("titled", {"reports": Table(COLUMNS)}, printed_total=r"Total of\s+([\d,]+)\s+offences"))


def test_header_below_a_preamble_with_blank_columns(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [],
        [None, None, None, dt.datetime(2031, 4, 30, 13, 38)],
        [None, "Public view of crime"],
        [None, None, "Total of  21,884  offences reported from 7/1/2031 to 7/31/2031 "],
        [],
        HEADER,
        ["", "K1", None, 822.0, "Pier", None],
        ["", "K1", None, 822.0, "Pier", None],
        [None, None, None, None, " "],
        ["", "K3", None, "0822", None, None],
        [],
        ["", "", None, None, None, ""],
    ]
    got = read(write_xlsx(tmp_path / "a.xlsx", {"Report": rows}), TITLED)
    assert got.column("incident_id") == ["K1", "K1", "K3"]
    assert got.column("offence_code") == ["822", "822", "0822"]
    assert got.column("premise") == ["Pier", "Pier", ""]
    assert got.records == [2, 3, 5]
    assert got.rows_read == 3
    assert got.printed_total == 21884
    assert "header in row 6 of the sheet" in got.notes


def test_xls_is_read_whatever_its_name(tmp_path: Path) -> None:
    source = make_source(columns=COLUMNS | {"occurred_on": "Seen"})
    got = read(write(tmp_path / "may.csv", XLS.read_bytes()), source)
    assert got.column("incident_id") == ["K1", "K2", "K4"]
    assert got.column("offence_code") == ["822", "921.5", "0822"]
    assert got.column("premise") == ["Pier", "", "Café"]
    assert got.column("occurred_on") == ["2031-05-01", "2031-05-02 03:04:05", "2031-05-03"]
    assert got.records == [2, 3, 5]


def test_a_workbook_alone_in_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(XLS, "folder/may.xls")
    assert read(path).rows_read == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.5, "-0.5"),
        (5, "5"),
        (1.5e31, "1.5e+31"),
        (123456789012.0, "123456789012"),
        ("1.0", "1.0"),
        (True, "TRUE"),
        (None, ""),
        (dt.datetime(2031, 5, 1), "2031-05-01"),
        (dt.datetime(2031, 5, 1, 0, 5), "2031-05-01 00:05:00"),
        (dt.date(2031, 5, 1), "2031-05-01"),
        (dt.time(2, 25), "02:25:00"),
        (dt.timedelta(hours=26, minutes=3), "26:03:00"),
    ],
)
def test_cells_become_text(value: object, text: str) -> None:
    assert spreadsheets.as_text(value) == text


def test_dates_and_numbers_of_an_xlsx(tmp_path: Path) -> None:
    source = make_source(columns=COLUMNS | {"occurred_on": "Seen"})
    rows: list[list[Cell]] = [["Case", "Code", "Place", "Seen"], ["K1", 822, True, dt.datetime(2031, 5, 1)]]
    rows.append(["K2", 1e20, "x", dt.datetime(2031, 5, 1, 23, 5)])
    got = read(write_xlsx(tmp_path / "a.xlsx", {"S": rows}), source)
    assert got.column("occurred_on") == ["2031-05-01", "2031-05-01 23:05:00"]
    assert got.column("offence_code") == ["822", "1e+20"]
    assert got.column("premise") == ["TRUE", "x"]


def test_several_sheets_and_one_that_is_no_table(tmp_path: Path) -> None:
    table = [["Case", "Code", "Place"], ["K1", "822", "Pier"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"May": table, "About": [["Fictional"]], "June": [*table, ["K2", "1", "x"]]})
    with open_file(path, SOURCE) as opened:
        counted = {t.name: sum(b.num_rows for b in t.chunks()) for t in opened.tables}
        assert counted == {"sheet May": 1, "sheet June": 2}
        assert opened.notes == ["sheet About holds no declared table and is not read"]


def test_a_cell_too_long_is_set_aside(tmp_path: Path) -> None:
    rows = [["Case", "Code", "Place"], ["K1", "822", "x" * 3000], ["K2", "822", "Pier"]]
    got = read(write_xlsx(tmp_path / "a.xlsx", {"S": rows}), limits=Limits(row_bytes=2000))
    assert (got.records, got.bad, got.rows_read) == ([3], [(2, "row_too_long")], 2)


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ([["Case", "Code", "Place"]], "header and no rows"),
        ([["Case", "Code", "Where"], ["K1", "8", "x"]], "changed its shape: .* needs the column 'Place'"),
        ([["Case", "Code", "Place", "Case"], ["K1", "8", "x", "K2"]], "'Case' 2 times"),
        ([["Year", "State"], ["2031", "x"]], "does not look like a file of source 'wick'"),
        ([], "does not look like"),
        ("<worksheet><sheetData><row r='1'><c r='A1'", "is damaged"),
    ],
)
def test_workbooks_that_are_refused(tmp_path: Path, sheet: list[list[str]] | str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_file(write_xlsx(tmp_path / "a.xlsx", {"S": sheet}), SOURCE)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1048576"><c t="n" r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576' t='n'><v>1</v></c></row>",
        '<row r="1048576">' + "<c/>" * 200 + "<c><v>1</v></c></row>",
        '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_two_cells_at_opposite_corners_do_not_fill_the_memory(tmp_path: Path, row: str) -> None:
    far = sheet_xml([["Case", "Code", "Place"]]).replace("</sheetData>", row + "</sheetData>")
    with pytest.raises(SourceError, match="more than 100,000,000 cells"):
        open_file(write_xlsx(tmp_path / "a.xlsx", {"S": far}), SOURCE)


def test_rows_and_cells_without_positions_are_measured() -> None:
    area = spreadsheets._Area()
    text = b"<sheetData>" + b"<row><c/><c t='n'></c><c><v>1</v></c></row>" * 5000
    sizes = [area.feed(text[i : i + 1000]) for i in range(0, len(text), 1000)]
    assert sizes[-1] == 15_000


def test_workbook_bomb(tmp_path: Path) -> None:
    bomb = sheet_xml([["Case", "Code", "Place"]]) + " " * (3 * MB)
    path = write_xlsx(tmp_path / "a.xlsx", {"S": bomb})
    with pytest.raises(SourceError, match="more than 50 times its size"):
        open_file(path, SOURCE, Limits(ratio_from=MB, expansion_ratio=50))
    with pytest.raises(SourceError, match="too much for a workbook"):
        open_file(path, SOURCE, Limits(sheet_bytes=MB))


def test_encrypted_and_broken_workbooks(tmp_path: Path) -> None:
    ole = XLS.read_bytes()
    encrypted = ole + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(SourceError, match=r"a\.xlsx is encrypted"):
        open_file(write(tmp_path / "a.xlsx", encrypted), SOURCE)
    with pytest.raises(SourceError, match="is damaged or not a workbook"):
        open_file(write(tmp_path / "a.xls", ole[:1500]), SOURCE)
    with pytest.raises(SourceError, match="is damaged or not a workbook"):
        open_file(write(tmp_path / "b.xls", ole[:512] + b"\xff" * (len(ole) - 512)), SOURCE)


def test_a_workbook_that_asks_for_more_memory_than_there_is(tmp_path: Path) -> None:
    """This one byte makes the library ask for 160 GB, which ends the process that tries."""
    damaged = bytearray(XLS.read_bytes())
    damaged[0x952] = 15
    with pytest.raises(SourceError, match="is damaged or not a workbook"):
        open_file(write(tmp_path / "a.xls", bytes(damaged)), SOURCE)


def test_binary_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\0\1")
    with pytest.raises(SourceError, match="binary workbook"):
        open_file(path, SOURCE)
