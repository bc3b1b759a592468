"""Habits of publishers that no declared source has, each met by a small made-up declaration. All rows are invented."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.load import load_files
from etl.schema import Form, Offence, Source, SourceError, Table
from etl.store import Store
from tests.workbook import Cell, write_xlsx

TODAY = dt.date(2026, 1, 31)
COLUMNS = {"incident_id": "Case", "reported_on": "Reported", "occurred_on": "Seen", "offence_code": "Code"}
COLUMNS |= {"offence_text": "Offence", "lat": "Y", "lon": "X", "area_code": "Beat", "status": "Status"}
US_AND_ISO = ("%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


def make_source(dates: tuple[str, ...] = US_AND_ISO, **change: Any) -> Source:
    """A police source of one form."""
    facts: dict[str, Any] = {
        "forms": (Form("one", {"reports": Table(COLUMNS)}, dates),),
        "offences": {"822": Offence("sex", "TRAFFICKING", nibrs="64A")},
        "region": (-101.0, 39.0, -99.0, 41.0),
        "location_precision": "block",
    }
    return Source("wick", "Reports", "Wick County", "police", "https://example.org", "none", **facts | change)


def row(case: Cell = "K1", **change: Cell) -> list[Cell]:
    usual: dict[str, Cell] = {"Case": case, "Reported": "05/01/2021", "Seen": "2021-04-30", "Code": "822"}
    usual |= {"Offence": "Trafficking", "Y": "40.0011", "X": "-100.0011", "Beat": "15E30", "Status": "Open"}
    return list((usual | change).values())


@contextmanager
def served(folder: Path, source: Source, rows: Sequence[Sequence[Cell]], sheet: bool = False) -> Iterator[Any]:
    """The warehouse that the rows become, from a csv or a workbook."""
    content = [list(COLUMNS.values()), *rows]
    if sheet:
        path = write_xlsx(folder / "a.xlsx", {"S": content})
    else:
        path = folder / "a.csv"
        path.write_text("\n".join(",".join(str(c or "") for c in r) for r in content) + "\n")
    store = Store(folder / "data")
    load_files(store, [(source, path)], today=TODAY)
    pointer = store.current()
    assert pointer is not None
    with duckdb.connect(str(store.root / str(pointer["restricted"])), read_only=True) as connection:
        yield connection


def days(connection: Any, column: str = "reported_on") -> list[str | None]:
    found = connection.execute(f"select {column}::varchar from incidents order by incident_id").fetchall()
    return [day for (day,) in found]


def reasons(connection: Any) -> list[tuple[int, str, str]]:
    return connection.execute("select record, column_name, reason from quarantine order by record").fetchall()


def test_dates_in_a_workbook_as_dates_and_as_bare_serials(tmp_path: Path) -> None:
    rows = [
        row("K1", Reported=dt.datetime(2021, 5, 1)),
        row("K2", Reported=44317),
        row("K3", Reported=44317.75),
        row("K4", Reported="44317"),
        row("K5", Reported=20210501),
    ]
    with served(tmp_path, make_source((*US_AND_ISO, "serial")), rows, sheet=True) as found:
        assert days(found) == ["2021-05-01"] * 4
        assert reasons(found) == [(6, "Reported", "date_unreadable")]


def test_bare_serials_are_no_dates_unless_declared(tmp_path: Path) -> None:
    with served(tmp_path, make_source(), [row("K1"), row("K2", Reported=44317)], sheet=True) as found:
        assert days(found) == ["2021-05-01"] and reasons(found) == [(3, "Reported", "date_unreadable")]


@pytest.mark.parametrize("day", ["12/31/1969", "1970-01-01", "1900-01-01", "9999-12-31"])
def test_a_day_that_stands_for_none(tmp_path: Path, day: str) -> None:
    rows = [row("K1", Seen=day), row("K2", Reported=day), row("K3", Seen=day, Reported=day)]
    with served(tmp_path, make_source(), rows) as found:
        assert days(found) == ["2021-05-01", None]
        assert days(found, "occurred_on") == [None, "2021-04-30"]
        assert reasons(found) == [(4, "Reported", "date_missing")]


def test_iso_and_us_dates_in_one_column(tmp_path: Path) -> None:
    texts = ("05/01/2021", "2021-05-01", "2021-05-01 13:45:00", "5/1/2021", "01.05.2021", "13/01/2021")
    with served(tmp_path, make_source(), [row(f"K{i}", Reported=t) for i, t in enumerate(texts)]) as found:
        assert days(found) == ["2021-05-01"] * 4
        assert [r[0] for r in reasons(found)] == [6, 7]


def test_longitude_before_latitude(tmp_path: Path) -> None:
    rows = [row("K1"), row("K2", Y="-100.0011", X="40.0011"), row("K3", Y="0", X="0"), row("K4", Y="12.5", X="12.5")]
    with served(tmp_path, make_source(), rows) as found:
        points = found.execute("select lat, lon from incidents order by incident_id").fetchall()
        assert points == [(40.0011, -100.0011)] * 2 + [(None, None)] * 2
        (notes,) = found.execute("select notes from loads").fetchone()
        assert "1 rows with latitude and longitude swapped (turned round)" in notes[0]


def test_a_beat_that_a_spreadsheet_took_for_a_number(tmp_path: Path) -> None:
    """15E30 became 1.50E+31: the beat is lost, and a wrong one would be worse than none."""
    source = make_source(area_layer="wick_beats", region=None)
    beats: list[Cell] = ["15E30", "1.50E+31", 1.5e31, "007", 7.0]
    rows = [row(f"K{i}", Y="", X="", Beat=beat) for i, beat in enumerate(beats)]
    with served(tmp_path, source, rows, sheet=True) as found:
        precision = "select location_precision from incidents order by incident_id"
        assert [p for (p,) in found.execute(precision).fetchall()] == ["area", "none", "none", "area", "area"]


def test_words_that_say_nothing_where_they_are_declared(tmp_path: Path) -> None:
    source = make_source(missing=("NULL", "(null)", "-"), statuses={"Open": "open"})
    rows = [row("NULL"), row("K1", Reported="(null)"), row("K2", Seen="-"), row("K3", Status="-", Y="NULL", X="(null)")]
    with served(tmp_path, source, rows) as found:
        assert reasons(found) == [(2, "Case", "no_id")]
        assert days(found) == [None, "2021-05-01", "2021-05-01"]
        assert days(found, "occurred_on") == ["2021-04-30", None, "2021-04-30"]
        assert days(found, "status") == ["open", "open", "unknown"]
        assert days(found, "lat")[2] is None


def test_three_spellings_of_one_category(tmp_path: Path) -> None:
    spellings = ("Trafficking", "Traficking", "HUMAN TRAFFICKING")
    fixed = {"offence_text": {"Traficking": "TRAFFICKING", "HUMAN TRAFFICKING": "TRAFFICKING"}}
    rows = [row(f"K{i}", Offence=text) for i, text in enumerate(spellings)]
    with served(tmp_path, make_source(corrections=fixed), rows) as found:
        assert found.execute("select sum(n) from incidents").fetchone() == (3,)
        assert reasons(found) == []


def test_a_spelling_that_nobody_declared_is_set_aside(tmp_path: Path) -> None:
    with served(tmp_path, make_source(), [row("K1"), row("K2", Offence="Traficking")]) as found:
        assert reasons(found) == [(3, "Code", "code_mismatch")]


def test_blank_and_repeated_names_of_columns_that_nobody_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = [*COLUMNS.values(), "", "", "Note", "Note"]
    path.write_text(f"{','.join(names)}\n{','.join(str(c) for c in row())},a,b,c,d\n")
    store = Store(tmp_path / "data")
    (loaded,) = load_files(store, [(make_source(), path)], today=TODAY)
    assert "2 columns not declared and not read: Note, Note" in loaded.manifest["notes"]


def test_a_declared_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{','.join([*COLUMNS.values(), 'Code'])}\n{','.join(str(c) for c in row())},822\n")
    with pytest.raises(SourceError, match="has the column 'Code' 2 times"):
        load_files(Store(tmp_path / "data"), [(make_source(), path)], today=TODAY)


def test_one_row_for_each_offence_of_an_incident(tmp_path: Path) -> None:
    """A publisher with a row per offence: incidents are counted once, with all their kinds of exploitation."""
    table = Table(COLUMNS, rows_are="offence")
    offences = {"822": Offence("sex", "TRAFFICKING"), "921": Offence("forced_labour", "SERVITUDE")}
    source = make_source(forms=(Form("one", {"reports": table}, US_AND_ISO),), offences=offences)
    rows = [row("K1"), row("K1", Code="921", Offence="Servitude"), row("K2"), row("K2")]
    with served(tmp_path, source, rows) as found:
        kinds = found.execute("select incident_id, exploitation, n from incidents order by 1").fetchall()
        assert kinds == [("K1", "multiple", 1), ("K2", "sex", 1)]
        codes = found.execute("select incident_id, code from attributes order by 2").fetchall()
        assert codes == [("K1", "forced_labour"), ("K1", "sex")]
        assert found.execute("select loaded, merged from load_tables").fetchall() == [(4, 0)]


def test_a_file_named_may_2017_that_holds_may_2018(tmp_path: Path) -> None:
    """The rows say when, never the name of the file."""
    path = tmp_path / "may-2017.csv"
    lines = [",".join(COLUMNS.values()), ",".join(str(c) for c in row("K1", Reported="05/09/2018", Seen="05/08/2018"))]
    path.write_text("\n".join(lines))
    (loaded,) = load_files(Store(tmp_path / "data"), [(make_source(), path)], today=TODAY)
    assert loaded.manifest["claims"] == [["", "2018-05"]] and loaded.manifest["as_of"] == "2018-05-09"
