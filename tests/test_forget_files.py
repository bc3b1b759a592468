"""What was forgotten does not come back with its file, and the tables are as if the file had never held it."""

from dataclasses import replace
from pathlib import Path

from etl.forget import forget
from etl.load import load_files, remove
from etl.store import Store
from tests.forgotten_record import SECRET, _rows, _told
from tests.loader_files import LAPD, ask, contents, csv_file, equation, load
from tests.test_habits import COLUMNS, TODAY, make_source, row
from tests.traces import traces


def _as_if(store: Store, tmp_path: Path, *files: Path) -> dict[str, list[str]]:
    fresh = Store(tmp_path / "fresh")
    for path in files:
        load(fresh, "lapd", path)
    return _told(fresh)


def test_the_tables_are_as_if_the_file_had_never_held_it(tmp_path: Path) -> None:
    """Incident, victim, its report in the denominator of its month and cell; no other row moves."""
    store = Store(tmp_path / "data")
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows(9)))
    (before,) = equation(store).values()
    forget(store, "lapd", [f" {SECRET}.0 "])
    assert _told(store) == _as_if(store, tmp_path, csv_file(tmp_path / "less.csv", LAPD, _rows(9, secret=False)))
    (after,) = equation(store).values()
    assert (before, after) == ((10, 6, 0, 4, 0), (10, 5, 0, 5, 0))  # its row counts as not relevant
    ((notes,),) = ask(store, "select notes from loads")
    assert any("forgotten on demand" in note for note in notes)
    (manifest,) = store.manifests()
    assert manifest["forgotten"] == 1
    assert ask(store, "select sum(reports) from load_months") == [(9,)]


def test_its_file_does_not_bring_it_back(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "data"), csv_file(tmp_path / "one.csv", LAPD, _rows(9))
    load(store, "lapd", path)
    forget(store, "lapd", [str(SECRET)])
    before = _told(store)
    (again,) = load(store, "lapd", path)
    assert again.already and _told(store) == before
    remove(store, store.current_loads()[0])
    (fresh,) = load(store, "lapd", path)
    assert not fresh.already and _told(store) == before and equation(store)
    load(store, "lapd", csv_file(tmp_path / "two.csv", LAPD, _rows(12)))
    assert traces(store.data, [str(SECRET)]) == []
    less = csv_file(tmp_path / "less.csv", LAPD, _rows(12, secret=False))
    assert _told(store) == _as_if(store, tmp_path, less)


def test_a_row_that_has_no_identifier_of_its_own(tmp_path: Path) -> None:
    """Equal rows are told apart by their number; one of them goes, the other stays, now and with the next reading."""
    store, path = Store(tmp_path / "data"), tmp_path / "a.csv"
    names = [*COLUMNS.values()][1:]
    lines = [",".join(str(c) for c in row()[1:])] * 2
    path.write_text("\n".join([",".join(names), *lines]) + "\n")
    source = make_source()
    bare = {k: v for k, v in COLUMNS.items() if k != "incident_id"}
    (form,) = source.forms
    (table,) = form.tables.values()
    source = replace(source, name="lapd", forms=(replace(form, tables={"reports": replace(table, columns=bare)}),))
    load_files(store, [(source, path)], today=TODAY)
    ids = [i for (i,) in ask(store, "select incident_id from incidents order by 1")]
    assert len(ids) == 2
    forget(store, "lapd", [ids[1]])
    assert ask(store, "select incident_id from incidents") == [(ids[0],)]
    assert ask(store, "select sum(n) from exposure") == [(1,)]
    remove(store, store.current_loads()[0])
    load_files(store, [(source, path)], today=TODAY)
    assert ask(store, "select incident_id from incidents") == [(ids[0],)]


def test_a_record_that_no_load_holds_is_left_out_of_later_files(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows(9, secret=False)))
    version = store.version()
    assert forget(store, "lapd", [str(SECRET)]).loads == 0
    assert store.version() == version
    load(store, "lapd", csv_file(tmp_path / "two.csv", LAPD, _rows(9)))
    assert traces(store.data, [str(SECRET)]) == [] and len(contents(store)["incidents"]) == 5


def test_the_publishers_file_in_the_data_folder_goes_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    (store.data / "downloads").mkdir(parents=True)
    path = csv_file(store.data / "downloads" / "one.csv", LAPD, _rows(9))
    other = csv_file(store.data / "downloads" / "other.csv", LAPD, _rows(9, secret=False))
    load(store, "lapd", path)
    assert forget(store, "lapd", [str(SECRET)]).files == 1
    assert other.exists() and traces(store.data, [str(SECRET)]) == []
