"""What may leave: for every role and kind the columns, and the finest values that come out, whatever the filters."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import measures
from dashboard.access import LOCAL, PUBLIC, Access
from dashboard.catalogue import AreaGroup
from dashboard.exports import policy
from dashboard.exports.dimensions import MOST, dimensions
from dashboard.exports.plan import Refused, plan
from dashboard.exports.policy import EVERY
from dashboard.exports.rows import Rows
from dashboard.filters import Filters, default
from dashboard.scoped import scoped
from dashboard.warehouse import Warehouse, open_warehouse
from etl import codes
from tests.export_roles import (
    BOTH,
    CELLS,
    CHOSEN,
    NO_PLACE,
    PARTNER,
    RESEARCHER,
    ROLES,
    SLOW,
    allowed,
    decided,
    of_public,
    refused,
    rows,
)
from tests.make_public import make_public
from tests.make_warehouse import DISTRICTS, POLICE, SHERIFF, make_warehouse

INCIDENT = ["victim_age_band", "victim_minor", "victim_sex"]
PEOPLE = {
    "incidents": ["n_victims", "n_suspects"],
    "victims": ["age_band", "minor", "sex", "race", "ethnicity", "relationship"],
    "suspects": ["suspect_class", "age_band", "minor", "sex"],
}
WHOLE_TIME = ["reported_on", "reported_precision", "occurred_on", "occurred_precision", "hour"]
WHOLE_PLACE = ["area_district", "area_tract", "location_precision", "latitude", "longitude", "cell"]
# Role -> (columns of time, columns of place) of its records; None where no record leaves.
RECORDS: dict[str, tuple[list[str], list[str]] | None] = {
    "local": (WHOLE_TIME, WHOLE_PLACE),
    "steward": (WHOLE_TIME, WHOLE_PLACE),
    "partner": None,
    "researcher": (["reported_quarter", "occurred_quarter"], ["area"]),
    "no place": (["reported_month", "occurred_month"], []),
    "cells": (["reported_year", "occurred_year"], ["cell"]),
    "lost layer": (["reported_on", "occurred_on"], []),
}
NEVER = {"incident_id", "person_id", "load", "offence", "file"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("policy")
    make_warehouse(folder, 500)
    return open_warehouse(folder)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("policy-public")
    make_public(folder, "half", "district", 700)
    return open_warehouse(folder, "public")


# -- every role, every kind --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", codes.RECORD_UNITS)
@pytest.mark.parametrize("role", ROLES)
def test_records_have_the_columns_that_the_role_may_have_and_no_other(whole: Warehouse, role: str, unit: str) -> None:
    expected, access = RECORDS[role], ROLES[role]
    found = decided(whole, access, Filters(unit=unit), "records")
    if expected is None:
        assert "tables of counts" in refused(found)
        return
    time, place = expected
    names = [c.name for c in allowed(found).columns]
    assert names == [
        "source", *time, "exploitation", "nibrs_code", "status", "premise", *place, *INCIDENT, *PEOPLE[unit], "n",
    ]  # fmt: skip
    assert not NEVER & set(names)
    assert not {"race", "ethnicity"} & set(names) or unit == "victims"
    table = rows(whole, access, allowed(found))
    assert len(table) == int(measures.total(whole, Filters(unit=unit))) > 0
    assert set(table["source"]) <= (access.sources or BOTH)


@pytest.mark.parametrize("role", [r for r, expected in RECORDS.items() if expected])
def test_no_value_of_a_record_is_finer_than_agreed(whole: Warehouse, role: str) -> None:
    access = ROLES[role]
    table = rows(whole, access, allowed(decided(whole, access, Filters(), "records")))
    if access.role != "researcher":
        assert table["latitude"].notna().any() and pd.to_datetime(table["reported_on"]).dt.day.nunique() > 20
        return
    for name in ("reported", "occurred"):
        ((column, days),) = [(c, pd.to_datetime(table[c]).dropna()) for c in table if c.startswith(name)]
        assert len(days)
        assert (access.finest_date == "day") == (column == f"{name}_on")
        if access.finest_date != "day":
            months = {"month": range(1, 13), "quarter": (1, 4, 7, 10), "year": (1,)}[access.finest_date]
            assert set(days.dt.day) == {1} and set(days.dt.month) <= set(months)
    if "area" in table:
        assert set(table["area"].dropna()) <= {f"D{i + 1}" for i in range(len(DISTRICTS))}
    if "cell" in table:
        assert {c[1] for c in table["cell"].dropna()} == {"6"}, "the resolution is the second digit of an H3 cell"
    assert set(table["victim_age_band"]) <= set(codes.AGE_BAND)


@pytest.mark.parametrize("role", ["researcher", "no place", "cells", "lost layer"])
def test_the_order_of_the_rows_tells_nothing_of_the_days(whole: Warehouse, role: str) -> None:
    """The warehouse keeps records in the order in which they were reported."""
    table = rows(whole, ROLES[role], allowed(decided(whole, ROLES[role], Filters(), "records")))
    keys = table.astype("str").where(table.notna(), "")
    numbers = table.select_dtypes("number").columns
    keys[numbers] = table[numbers].fillna(-1)
    assert keys.equals(keys.sort_values(list(keys.columns), ignore_index=True))


@pytest.mark.parametrize("role", ["researcher", "cells", "lost layer"])
def test_many_records_are_sorted_in_pieces_to_the_same_file(
    whole: Warehouse, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = allowed(decided(whole, ROLES[role], Filters(), "records"))
    monkeypatch.setattr(policy, "AT_ONCE", 10)
    piecewise = allowed(decided(whole, ROLES[role], Filters(), "records"))
    assert not at_once.pieces and len(piecewise.pieces) > 2
    opened = scoped(whole, ROLES[role].sources)
    one, other = ([row for b in Rows(p, opened).batches() for row in b.to_pylist()] for p in (at_once, piecewise))
    assert one == other


@pytest.mark.parametrize("role", ROLES)
def test_totals_are_those_of_the_pages(whole: Warehouse, role: str) -> None:
    access = ROLES[role]
    opened = scoped(whole, access.sources)
    for unit in opened.catalogue.units:
        view = replace(default(opened.catalogue), unit=unit)
        table = rows(whole, access, allowed(decided(whole, access, view)))
        assert table["n"].sum() == measures.total(opened, view)
        assert pd.api.types.is_integer_dtype(table["n"]), "a whole number, not what DuckDB sums in"
        one = rows(whole, access, allowed(decided(whole, access, view, by=(EVERY,))))
        assert one["n"].tolist() == [measures.total(opened, view)]


@pytest.mark.parametrize("role", ROLES)
def test_what_totals_can_be_split_by_is_no_finer_than_the_role(whole: Warehouse, role: str) -> None:
    access = ROLES[role]
    for unit in codes.RECORD_UNITS:
        names = [d.name for d in dimensions(access, whole, whole.catalogue, unit)]
        assert unit != "suspects" or not {"race", "ethnicity"} & set(names)
        times = [n for n in names if n in ("day", "month", "quarter", "year")]
        assert times[0] == access.finest_date
        places = {n for n in names if n.startswith(("area_", "h3_"))}
        if access.role != "researcher":
            assert places == {"area_district", "area_tract", "h3_6", "h3_7", "h3_8"}
        else:
            assert places == {"district": {"area_district"}, "h3_6": {"h3_6"}}.get(access.finest_place or "", set())
    for finer in {"day", "area_tract", "h3_7", "incident_id", "lat", "race"} - set(names):
        assert "not offered" in refused(decided(whole, access, Filters(unit="suspects"), by=(finer,)))


@pytest.mark.parametrize("role", ROLES)
def test_related_offences_leave_only_where_the_filter_asks(whole: Warehouse, role: str) -> None:
    if RECORDS[role] is None:
        return
    without = allowed(decided(whole, ROLES[role], Filters(), "records"))
    asked = allowed(decided(whole, ROLES[role], Filters(related=True), "records"))
    assert asked.rows > without.rows and "offence_group" not in [c.name for c in without.columns]
    assert set(rows(whole, ROLES[role], asked)["offence_group"]) == {"trafficking", "related"}
    assert any("related offence" in said for said in without.left_out)


def test_a_table_of_counts_does_not_become_a_list_of_records(whole: Warehouse) -> None:
    many = ("month", "source", "exploitation", "premise", "victim_sex")
    assert len(many) > MOST and "at most 4" in refused(decided(whole, PARTNER, Filters(), by=many))
    assert "one kind of period" in refused(decided(whole, PARTNER, Filters(), by=("day", "month")))
    assert "one kind of place" in refused(decided(whole, PARTNER, Filters(), by=("area_district", "h3_7")))
    assert "together are a record" in refused(decided(whole, PARTNER, Filters(), by=("day", "h3_8")))
    allowed(decided(whole, PARTNER, Filters(), by=("month", "h3_8", "exploitation")))


def test_a_partner_takes_her_own_sources_and_nobody_elses(whole: Warehouse) -> None:
    table = rows(whole, PARTNER, allowed(decided(whole, PARTNER, Filters(), by=("source",))))
    assert table["source"].tolist() == [POLICE]
    asked = Filters(sources=(SHERIFF,))
    assert rows(whole, PARTNER, allowed(decided(whole, PARTNER, asked, by=("source",)))).empty


@pytest.mark.parametrize("access", [PARTNER, RESEARCHER, PUBLIC, Access("partner", "x", "s"), Access("researcher")])
def test_a_warehouse_that_holds_more_than_a_reader_may_see_gives_nothing(whole: Warehouse, access: Access) -> None:
    with pytest.raises(ValueError, match=r"may not see|named sources|without a role"):
        plan(access, whole, whole.catalogue, Filters())


# -- filters finer than the agreement ----------------------------------------------------------------------------------


def test_a_filter_that_is_finer_than_the_agreement_is_refused_or_widened(whole: Warehouse) -> None:
    tract, district = Filters(areas=(("tract", "T101"),)), Filters(areas=(("district", "D1"),))
    drawn = Filters(areas=(AreaGroup("g", "mine", (), b"polygon"),))
    group = Filters(areas=(AreaGroup("g", "mine", (("district", "D1"), ("tract", "T201"))),))
    for kind in ("records", "totals"):
        for finer in (tract, drawn, group):
            assert "district only" in refused(decided(whole, RESEARCHER, finer, kind))
        for role in ("no place", "cells", "lost layer"):
            assert "holds no areas" in refused(decided(whole, ROLES[role], district, kind))
        allowed(decided(whole, RESEARCHER, district, kind))
        month = Filters(date(2024, 2, 1), date(2024, 2, 1))
        widened = allowed(decided(whole, RESEARCHER, month, kind))
        assert "January 2024 to March 2024" in widened.words and "whole quarters" in widened.left_out[0]
        assert "January 2024 to December 2024" in allowed(decided(whole, CELLS, month, kind)).words
        assert "in February 2024" in allowed(decided(whole, NO_PLACE, month, kind)).words


MONTH = st.dates(date(2020, 1, 1), date(2025, 12, 1)).map(lambda d: d.replace(day=1))


@st.composite
def views(draw: Any) -> Filters:
    first, last = sorted((draw(MONTH), draw(MONTH)))
    return Filters(first, last, **{name: draw(values) for name, values in CHOSEN.items()})


@SLOW
@given(view=views(), role=st.sampled_from([r for r in ROLES if r not in ("local", "steward")]), data=st.data())
def test_whatever_the_filters_nothing_finer_comes_out(whole: Warehouse, view: Filters, role: str, data: Any) -> None:
    access = ROLES[role]
    kind = data.draw(st.sampled_from(["totals", "records"]))
    offered = dimensions(access, whole, whole.catalogue, view.unit)
    by = tuple(data.draw(st.lists(st.sampled_from([d.name for d in offered]), max_size=3, unique=True)))
    found = decided(whole, access, view, kind, by)
    if isinstance(found, Refused):
        return
    table = rows(whole, access, found)
    bound = access.finest_date
    for column in found.columns:
        assert column.name not in {*NEVER, "latitude", "longitude", "hour"}
        if column.type == "date" and bound in ("month", "quarter", "year"):
            days = pd.to_datetime(table[column.name]).dropna()
            step = {"month": 1, "quarter": 3, "year": 12}[bound]
            assert set(days.dt.day) <= {1} and all((m - 1) % step == 0 for m in days.dt.month)
    if access.role == "researcher" and "area" in table:
        assert access.finest_place == "district" and set(table["area"].dropna()) <= {f"D{i}" for i in range(1, 7)}
    if access.role == "researcher" and access.finest_place != "district":
        assert not view.areas
    if kind == "totals":
        assert not table.duplicated([c.name for c in found.columns if c.name != "n"]).any() or len(table) == 1
    assert "source" not in table or set(table["source"]) <= (access.sources or set())


# -- what a plan says --------------------------------------------------------------------------------------------------


def test_each_refusal_is_a_sentence_with_a_remedy(whole: Warehouse, public: Warehouse) -> None:
    assert "not in these data" in refused(of_public(public, Filters(unit="offences")))
    assert "no such kind" in refused(decided(whole, LOCAL, Filters(), "everything"))
    assert "publisher printed" in refused(decided(whole, LOCAL, Filters(unit="signals"), "records"))
    assert "not offered" in refused(of_public(public, Filters(), ("day",)))


def test_the_link_of_a_plan_opens_the_same_plan(whole: Warehouse) -> None:
    from urllib.parse import parse_qs, urlsplit

    from dashboard.exports.plan import kind_of
    from dashboard.links import from_query

    view = replace(default(whole.catalogue), exploitation=("sex",), areas=(("district", "D2"),))
    for kind, by in (("records", ()), ("totals", ("quarter", "area_district"))):
        made = allowed(decided(whole, LOCAL, view, kind, by))
        query = parse_qs(urlsplit(made.link).query)
        again, notices = from_query(query, whole.catalogue)
        assert (again, notices, urlsplit(made.link).path) == (view, [], "/export")
        kind_again = kind_of(query.get("kind", [""])[0])
        assert allowed(decided(whole, LOCAL, again, kind_again, tuple(query.get("split", ())))).columns == made.columns


def test_what_is_left_out_is_said_with_the_reason(whole: Warehouse) -> None:
    said = allowed(decided(whole, RESEARCHER, Filters(), "records")).left_out
    assert all(sentence.endswith(".") for sentence in said)
    assert any("quarters" in s for s in said) and any("district" in s for s in said)
    assert any("record numbers" in s for s in said) and any("unfounded" in s for s in said)
