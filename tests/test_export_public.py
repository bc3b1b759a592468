"""What may leave of the public file: no records, and no number that is not a published cell or a sum of some."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import LOCAL, PUBLIC
from dashboard.exports.dimensions import dimensions
from dashboard.exports.plan import Refused, plan
from dashboard.exports.policy import EVERY
from dashboard.filters import Filters, default
from dashboard.warehouse import Warehouse, open_warehouse
from tests.export_roles import CHOSEN, PARTNER, RESEARCHER, SLOW, STEWARD, allowed, of_public
from tests.make_public import K, make_public
from tests.make_warehouse import SHERIFF


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("policy-public")
    make_public(folder, "half", "district", 700)
    return open_warehouse(folder, "public")


def test_the_public_file_gives_no_records_to_anybody(public: Warehouse) -> None:
    for access in (PUBLIC, LOCAL, STEWARD, PARTNER, RESEARCHER):
        for unit in public.catalogue.units:
            found = plan(access, public, public.catalogue.of(unit), Filters(unit=unit), "records")
            assert isinstance(found, Refused)


@pytest.mark.parametrize("unit", ["incidents", "victims"])
def test_a_public_row_is_a_published_cell_or_a_sum_of_some(public: Warehouse, unit: str) -> None:
    offered = [d.name for d in dimensions(PUBLIC, public, public.catalogue, unit)]
    assert "day" not in offered and not [n for n in offered if n.startswith(("h3", "area_"))]
    found = allowed(of_public(public, Filters(unit=unit)))
    table = public.ask(found.expression)
    assert len(table) == found.rows and list(table.columns) == [c.name for c in found.columns]
    published = public.ask(public.table(unit))
    assert sorted(table["n"].dropna().astype(int)) == sorted(published["n"]), "every cell once, and nothing else"
    counts = table[table["state"] == "count"]
    assert (
        (counts["n"] >= K).all() and (counts["n_low"] <= counts["n"]).all() and (counts["n_high"] >= counts["n"]).all()
    )
    few = table[table["state"] == "few_or_none"]
    assert len(few) and few["n"].isna().all() and (few["n_low"] == 0).all(), "few or none is never written as 0"
    if "area" in table:
        placed = few["area"] != ""
        assert few.loc[placed, "n_high"].isna().all() and (few.loc[~placed, "n_high"] == K - 1).all()
    else:
        assert (few["n_high"] == K - 1).all()


def test_where_nothing_was_collected_the_public_file_says_so(public: Warehouse) -> None:
    table = public.ask(allowed(of_public(public, Filters(), ("period", "source"))).expression)
    gone = table[table["state"] == "not_collected"]
    assert set(gone["source"]) <= {SHERIFF} and gone[["n", "n_low", "n_high"]].isna().all().all()
    early = table[(table["source"] == SHERIFF) & (pd.to_datetime(table["period_start"]).dt.year < 2023)]
    assert not (early["state"] == "few_or_none").any(), "the sheriff began in 2023"


PUBLIC_VIEWS = st.fixed_dictionaries(
    {
        "sources": CHOSEN["sources"],
        "exploitation": st.sampled_from([(), ("sex",), ("forced_labour",)]),
        "areas": st.sampled_from([(), (("district", "D1"),), (("district", "D3"), ("district", "D6"))]),
        "related": st.booleans(),
        "half": st.tuples(st.integers(0, 11), st.integers(0, 11)),
        "by": st.lists(st.sampled_from(["period", "source", "exploitation", "area"]), max_size=4, unique=True),
    }
)


@SLOW
@given(drawn=PUBLIC_VIEWS)
def test_whatever_the_public_filters_each_number_is_a_sum_of_cells(public: Warehouse, drawn: dict[str, Any]) -> None:
    halves, by = sorted(drawn.pop("half")), tuple(drawn.pop("by")) or (EVERY,)
    periods = public.catalogue.of("incidents").cubes["incidents"].periods
    first, last = periods[halves[0]], periods[halves[1]]
    view = Filters(first.first, last.last, **drawn)
    table = public.ask(allowed(of_public(public, view, by)).expression)
    cells = public.ask(public.table("incidents"))
    cells["area"] = cells["area_district"].fillna("")
    days = pd.to_datetime(cells["counted_on"])
    cells["period"] = days.map({pd.Timestamp(p.first): p.label for p in periods})
    keep = (days >= pd.Timestamp(first.first)) & (days <= pd.Timestamp(last.last))
    for column in ("source", "exploitation"):
        wanted = getattr(view, "sources" if column == "source" else column)
        keep &= cells[column].isin(wanted) if wanted else True
    keep &= cells["area"].isin([a[1] for a in view.areas if isinstance(a, tuple)]) if view.areas else True
    kept = cells[keep]
    names = [n for n in by if n != EVERY]
    expected = kept.groupby(names)["n"].sum().to_dict() if names else {(): kept["n"].sum()}
    named = table[[*names, "n"]].fillna({"n": 0}).set_index(names)["n"].to_dict() if names else {(): table["n"].sum()}
    assert {key: n for key, n in named.items() if n} == {key: n for key, n in expected.items() if n}
    assert not ((table["n"] > 0) & (table["n"] < K)).any()


def test_a_public_link_says_its_unit_of_count(public: Warehouse) -> None:
    assert allowed(of_public(public, Filters(unit="victims"))).link.startswith("/export?unit=Victims")
    assert allowed(of_public(public, default(public.catalogue))).link == "/export"
