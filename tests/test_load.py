"""Loads, updates and the ways back: after every step the tables are exactly what the loads say."""

from pathlib import Path

import pytest

from etl.load import check_files, rebuild, remove, undo
from etl.registry import source_named
from etl.schema import SourceError
from etl.store import Store
from tests.loader_files import (
    LABOUR,
    LAPD,
    LAPD_OLDER,
    OTHER,
    SEX,
    ask,
    contents,
    csv_file,
    equation,
    lapd_row,
    load,
    nibrs_zip,
    parts_of,
    tree,
)

DAYS = [f"2023-{m:02d}-{d:02d}" for m in (1, 2, 3) for d in (3, 9, 21)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def first_rows() -> dict[int, str]:
    """Nine reports, four of them of trafficking."""
    codes = {1: SEX, 3: SEX, 5: LABOUR, 8: SEX}
    return {i: lapd_row(i, day, codes.get(i, OTHER)) for i, day in enumerate(DAYS, 1)}


def snapshot(folder: Path, name: str, rows: dict[int, str]) -> Path:
    return csv_file(folder / f"{name}.csv", LAPD, rows.values())


def second_rows() -> dict[int, str]:
    """A changed row, a removed one and a new one."""
    rows = first_rows()
    rows[1] = lapd_row(1, DAYS[0], SEX, age="16")
    del rows[3]
    rows[10] = lapd_row(10, "2023-03-28", LABOUR)
    return rows


def incidents(store: Store) -> dict[str, str]:
    return dict(ask(store, "select incident_id, victim_age_band from incidents order by 1"))


def test_the_same_file_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = snapshot(tmp_path, "one", first_rows())
    (first,) = load(store, "lapd", path)
    before, files = contents(store), tree(store.root)
    (again,) = load(store, "lapd", path)
    (copy,) = load(store, "lapd", path.rename(tmp_path / "renamed.csv"))
    assert not first.already and again.already and copy.already
    assert again.load == copy.load == first.load
    assert contents(store) == before and tree(store.root) == files
    assert parts_of(store, first) == (9, 4, 0, 5, 0)


def test_the_same_file_twice_in_one_command(store: Store, tmp_path: Path) -> None:
    path = snapshot(tmp_path, "one", first_rows())
    first, again = load(store, "lapd", path, path)
    assert (first.already, again.already) == (False, True)
    assert len(incidents(store)) == 4 and len(equation(store)) == 1


def test_an_update_replaces_and_counts_as_merged(store: Store, tmp_path: Path) -> None:
    (one,) = load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    (two,) = load(store, "lapd", snapshot(tmp_path, "two", second_rows()))
    assert incidents(store) == {"1": "9-17", "5": "24-26", "8": "24-26", "10": "24-26"}
    assert parts_of(store, one) == (9, 0, 4, 5, 0)
    assert parts_of(store, two) == (9, 4, 0, 5, 0)
    assert ask(store, "select sum(n) from exposure") == [(9,)]
    assert ask(store, "select count(*), count(distinct load) from victims") == [(4, 1)]

    third = second_rows() | {11: lapd_row(11, "2023-04-02", SEX)}
    third[5] = lapd_row(5, DAYS[4], OTHER)  # reclassified: no longer trafficking
    (three,) = load(store, "lapd", snapshot(tmp_path, "three", third))
    assert list(incidents(store)) == ["1", "10", "11", "8"]
    assert [parts_of(store, x)[1:3] for x in (one, two, three)] == [(0, 4), (0, 4), (4, 0)]
    assert ask(store, "select sum(n) from exposure") == [(10,)]


def test_an_update_of_some_months_leaves_the_others(store: Store, tmp_path: Path) -> None:
    (one,) = load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    march = {k: v for k, v in second_rows().items() if k > 6}
    (two,) = load(store, "lapd", snapshot(tmp_path, "march", march))
    assert list(incidents(store)) == ["1", "10", "3", "5", "8"]
    assert parts_of(store, one)[1:3] == (3, 1) and parts_of(store, two)[1:3] == (2, 0)
    assert ask(store, "select month::varchar, sum(n) from exposure group by 1 order by 1") == [
        ("2023-01-01", 3),
        ("2023-02-01", 3),
        ("2023-03-01", 4),
    ]


def test_a_record_that_moves_to_another_month_counts_once(store: Store, tmp_path: Path) -> None:
    load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    load(store, "lapd", snapshot(tmp_path, "moved", {8: lapd_row(8, "2023-06-02", SEX)}))
    assert ask(store, "select reported_on::varchar from incidents where incident_id = '8'") == [("2023-06-02",)]


@pytest.mark.parametrize("newer_first", [False, True])
def test_late_reports_of_the_older_years_displace_nothing(store: Store, tmp_path: Path, newer_first: bool) -> None:
    """Los Angeles' two files are divided by year of occurrence: both hold reports of early 2020."""
    older = csv_file(
        tmp_path / "older.csv",
        LAPD_OLDER,
        [lapd_row(1, "2019-12-30", SEX, older=True), lapd_row(2, "2020-01-02", SEX, "2019-12-31", older=True)],
    )
    newer = csv_file(tmp_path / "newer.csv", LAPD, [lapd_row(i, "2020-01-05") for i in range(3, 8)])
    files = [older, newer]
    for path in reversed(files) if newer_first else files:
        load(store, "lapd", path)
    assert list(incidents(store)) == ["1", "2"]
    assert ask(store, "select month::varchar, sum(n)::int from exposure group by 1 order by 1") == [
        ("2019-12-01", 1),
        ("2020-01-01", 6),
    ]


def test_remove_and_undo_restore_every_table(store: Store, tmp_path: Path) -> None:
    load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    a = contents(store)
    (two,) = load(store, "lapd", snapshot(tmp_path, "two", second_rows()))
    b = contents(store)
    (three,) = load(store, "nibrs", nibrs_zip(tmp_path / "ZZ.zip", "ZZ", 100, DAYS))
    c = contents(store)
    assert a != b != c
    assert remove(store, three.load[:10]) == [three.load]
    assert contents(store) == b
    assert undo(store) == f"remove {three.load}" and contents(store) == c
    assert undo(store) == "load nibrs" and contents(store) == b
    assert remove(store, two.load) and contents(store) == a
    assert undo(store).startswith("remove") and contents(store) == b
    assert undo(store) == "load lapd" and contents(store) == a
    assert undo(store) == "load lapd" and not any(contents(store)[t] for t in ("incidents", "exposure", "loads"))
    with pytest.raises(SourceError, match="nothing to undo"):
        undo(store)
    load(store, "lapd", tmp_path / "one.csv")
    assert contents(store) == a
    assert undo(store) == "load lapd"
    equation(store)


def test_remove_several_and_names_that_do_not_fit(store: Store, tmp_path: Path) -> None:
    (one,) = load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    (two,) = load(store, "lapd", snapshot(tmp_path, "two", second_rows()))
    before = tree(store.root)
    for names, said in ((["none"], "No load named none"), (["lapd"], "2 loads begin with lapd"), ([""], "No load")):
        with pytest.raises(SourceError, match=said):
            remove(store, *names)
    assert tree(store.root) == before
    remove(store, one.load, two.load)
    assert store.current_loads() == [] and ask(store, "select count(*) from incidents") == [(0,)]


def test_undo_with_nothing(store: Store) -> None:
    with pytest.raises(SourceError, match="nothing to undo"):
        undo(store)


def test_rebuild_is_a_function_of_the_loads(store: Store, tmp_path: Path) -> None:
    """The same rows in the same order, however often; and it is no step that `undo` would take back."""
    rows = {i: lapd_row(i, DAYS[i % 9], SEX if i % 3 else OTHER) for i in range(1, 900)}
    load(store, "lapd", snapshot(tmp_path, "one", rows))
    load(store, "nibrs", nibrs_zip(tmp_path / "ZZ.zip", "ZZ", 100, DAYS * 8))
    seen = [contents(store, in_order=True)]
    for _ in range(2):
        rebuild(store)
        seen.append(contents(store, in_order=True))
    assert seen[0] == seen[1] == seen[2]
    assert undo(store) == "load nibrs"


def test_a_check_writes_nothing_and_tells_what_a_load_does(store: Store, tmp_path: Path) -> None:
    load(store, "lapd", snapshot(tmp_path, "one", first_rows()))
    path = snapshot(tmp_path, "two", second_rows())
    before = tree(store.root)
    _, told = check_files(store, [(source_named("lapd"), path)])
    assert tree(store.root) == before
    load(store, "lapd", path)
    assert {e["load"]: e["tables"] for e in told} == {
        load_: [
            dict(zip(("table", "rows_read", "loaded", "merged", "not_relevant", "quarantined"), row, strict=True))
            for row in ask(
                store,
                "select input_table, rows_read, loaded, merged, not_relevant, quarantined from load_tables "
                f"where load = '{load_}' order by 1",
            )
        ]
        for load_ in store.current_loads()
    }


def test_a_check_of_the_first_file_leaves_no_folder_of_loads(store: Store, tmp_path: Path) -> None:
    check_files(store, [(source_named("lapd"), snapshot(tmp_path, "one", first_rows()))])
    assert tree(store.root) == {} and store.current() is None


def test_two_states_of_a_year_stand_beside_each_other(store: Store, tmp_path: Path) -> None:
    (zz,) = load(store, "nibrs", nibrs_zip(tmp_path / "ZZ.zip", "ZZ", 100, DAYS))
    (yy,) = load(store, "nibrs", nibrs_zip(tmp_path / "YY.zip", "YY", 500, DAYS[:6]))
    sql = "select load, count(*)::int from incidents group by 1"
    assert dict(ask(store, sql)) == {zz.load: 9, yy.load: 6}
    assert ask(store, "select sum(n) from exposure") == [(30,)]
    # The state's year is published again, with an incident less: only that state changes.
    (again,) = load(store, "nibrs", nibrs_zip(tmp_path / "ZZ2.zip", "ZZ", 100, DAYS[:-1]))
    assert dict(ask(store, sql)) == {yy.load: 6, again.load: 8}
    equation(store)


def _read_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("intake", "store", "build", "provenance"):
        monkeypatch.setattr(f"etl.{module}.WAREHOUSE_FORMAT", 99)


def test_after_a_change_of_the_format_a_file_is_read_anew_in_its_place(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = snapshot(tmp_path, "one", first_rows()), snapshot(tmp_path, "two", second_rows())
    before = load(store, "lapd", one, two)
    expected = incidents(store)
    _read_otherwise(monkeypatch)
    with pytest.raises(SourceError, match=r"of another version\. What is served stays"):
        load(store, "lapd", one)
    after = load(store, "lapd", two, one)  # the older file stays the older, whatever the order here
    assert not any(d.already for d in after)
    assert {d.load for d in before}.isdisjoint(store.current_loads())
    assert store.current_loads() == [after[1].load, after[0].load]
    assert incidents(store) == expected and len(equation(store)) == 2


def test_after_a_change_of_the_format_a_load_can_be_taken_out(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = snapshot(tmp_path, "one", first_rows()), snapshot(tmp_path, "two", second_rows())
    first, _ = load(store, "lapd", one, two)
    _read_otherwise(monkeypatch)
    with pytest.raises(SourceError, match="cannot be read"):
        remove(store, first.load)
    remove(store, *store.current_loads())
    load(store, "lapd", two)
    assert len(incidents(store)) == 4
