"""The protected public file: who opens it, what can be chosen in it, and what becomes of links with more."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboard.filters import Filters, default, offered
from dashboard.links import choices, from_query, to_query
from dashboard.pointer import WarehouseBroken, WarehouseFormat, WarehouseMissing
from dashboard.warehouse import Warehouse, current, open_warehouse
from etl import tables
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("public")
    make_public(made, "year", "district", people_grain="years2")
    return made


@pytest.fixture(scope="module")
def public(folder: Path) -> Warehouse:
    return open_warehouse(folder, "public")


def test_no_number_of_the_small_file_is_one_to_ten(folder: Path) -> None:
    with duckdb.connect(str(folder / "releases" / RELEASE / "public.duckdb"), read_only=True) as con:
        for table in ("incidents", "victims"):
            assert con.execute(f"SELECT count(*) FROM {table} WHERE n BETWEEN 0 AND 10").fetchone() == (0,)
            assert con.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,)


def test_a_release_is_opened_whatever_becomes_of_the_records_format(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Releases are kept for good: a change of what is read from files must not take them away."""
    kept = Path(shutil.copytree(folder, tmp_path / "kept"))
    monkeypatch.setattr(tables, "WAREHOUSE_FORMAT", 99)
    open_warehouse(kept, "public").close()
    with duckdb.connect(str(kept / "releases" / RELEASE / "public.duckdb")) as con:
        con.execute("UPDATE meta SET value = '999' WHERE key = 'format'")
    with pytest.raises(WarehouseFormat, match="another version") as refused:
        open_warehouse(kept, "public")
    assert "etl release" in refused.value.remedy


def test_each_tier_refuses_the_other_ones_file(folder: Path, tmp_path: Path) -> None:
    released = folder / "releases" / RELEASE / "public.duckdb"
    disguised = tmp_path / "warehouse"
    disguised.mkdir()
    (disguised / "restricted-000001.duckdb").write_bytes(released.read_bytes())
    (disguised / "current.json").write_text(json.dumps({"restricted": "restricted-000001.duckdb", "version": 1}))
    with pytest.raises(WarehouseBroken, match="protected figures"):
        open_warehouse(tmp_path)
    made = make_warehouse(tmp_path / "records", 40)
    leaked = tmp_path / "releases" / "x"
    leaked.mkdir(parents=True)
    (leaked / "public.duckdb").write_bytes(made.read_bytes())
    (tmp_path / "current.json").write_text(json.dumps({"public": "releases/x/public.duckdb", "version": 1}))
    with pytest.raises(WarehouseBroken, match="holds records"):
        open_warehouse(tmp_path, "public")


@pytest.mark.parametrize(
    "named", ["../warehouse/restricted-000001.duckdb", "releases/../x/public.duckdb", "/etc/passwd", 7, None]
)
def test_a_pointer_names_nothing_outside_the_releases(tmp_path: Path, named: object) -> None:
    (tmp_path / "current.json").write_text(json.dumps({"public": named, "version": 1}))
    with pytest.raises((WarehouseBroken, WarehouseMissing)):
        open_warehouse(tmp_path, "public")


def test_an_older_release_is_opened_by_its_id(tmp_path: Path) -> None:
    make_public(tmp_path, "year", release="2025-01-02-1")
    make_public(tmp_path, "year")
    assert current(tmp_path, "public", "2025-01-02-1").path.parent.name == "2025-01-02-1"
    assert current(tmp_path, "public").path.parent.name == RELEASE
    with pytest.raises(WarehouseMissing, match="not there"):
        open_warehouse(tmp_path, "public", "2020-01-01-1")
    for bad in ("..", "../..", "a/b", "é"):
        with pytest.raises(WarehouseBroken, match="no valid id"):
            open_warehouse(tmp_path, "public", bad)


def test_the_catalogue_offers_what_the_cube_has_and_no_more(public: Warehouse) -> None:
    held = public.catalogue
    assert held.public
    assert not held.has_points
    assert held.units == ("incidents", "victims", "signals", "cases")
    assert held.layers == ("district",)
    assert offered(held, "incidents") == {"from", "to", "unit", "source", "exploitation", "area"}
    assert offered(held, "victims") == {"from", "to", "unit", "source", "age", "sex"}
    assert "date" not in offered(held, "signals")
    assert held.cubes["incidents"].error(1) == (2, 6)
    assert held.cubes["incidents"].error(9) == (4, 12)


def test_the_periods_on_offer_are_those_of_the_units_cube(public: Warehouse) -> None:
    held = public.catalogue
    assert list(choices("from", held).values()) == ["2020", "2021", "2022", "2023", "2024", "2025"]
    assert choices("to", held)[date(2025, 12, 1)] == "2025"
    people = held.of("victims")
    assert list(choices("from", people).values()) == ["2020 to 2021", "2022 to 2023", "2024 to 2025"]
    assert choices("area", people) == {}
    assert default(held) == Filters(date(2021, 1, 1), date(2025, 12, 1))
    assert default(people).unit == "victims"


def test_a_link_is_widened_to_whole_periods_and_says_so(public: Warehouse) -> None:
    view, said = from_query({"from": "2022-03", "to": "2023-02"}, public.catalogue)
    assert (view.date_from, view.date_to) == (date(2022, 1, 1), date(2023, 12, 1))
    assert said == ["The period was widened to whole published periods."]
    exact, quiet = from_query({"from": "2022-01", "to": "2023-12"}, public.catalogue)
    assert exact == view
    assert quiet == []


def test_a_link_from_the_restricted_side_says_what_was_dropped(public: Warehouse) -> None:
    more = {"premise": ["Hotel or motel"], "related": "true", "date": "Date occurred", "exploitation": ["sex"]}
    view, said = from_query(more, public.catalogue)
    assert view.exploitation == ("sex",)
    assert view.premise == ()
    assert not view.related
    assert said == [
        "This is the same question without: kind of place, date used, related offences. The protected view does not "
        "have it."
    ]
    people, said = from_query({"unit": "victims", "area": "Airport"}, public.catalogue)
    assert people.unit == "victims"
    assert people.areas == ()
    assert "area" in said[0]


def test_a_link_made_here_reads_the_same_here(public: Warehouse) -> None:
    held = public.catalogue
    for query in (
        {"from": "2023", "to": "2024", "area": ["Airport"], "source": ["Wick Police"]},
        {"unit": "victims", "from": "2022 to 2023", "sex": ["Female"]},
        {"unit": "signals", "from": "2022"},
    ):
        view, said = from_query(query, held)
        assert said == []
        assert from_query(to_query(view, held), held) == (view, [])
    assert to_query(default(held), held) == {}


@pytest.mark.parametrize("bad", ["2022-13", "0000-01", "x" * 500, "'; DROP TABLE", "99999", ""])
def test_a_period_that_cannot_be_read_leaves_the_usual_one(public: Warehouse, bad: str) -> None:
    view, said = from_query({"from": bad}, public.catalogue)
    assert view == default(public.catalogue)
    assert said or not bad
