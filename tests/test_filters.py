"""Filters <-> link, predicate and sentence. A link that is broken or hostile falls back, and nothing of it is shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dashboard import measures
from dashboard.catalogue import Area, AreaGroup, Catalogue, SourceInfo
from dashboard.filters import NAMES, Filters, add_months, default, drawn, members, sentence, supported
from dashboard.links import GROUP, MANY, choices, from_query, key_of, to_query, values
from dashboard.warehouse import Warehouse, open_warehouse
from etl import codes
from tests.make_warehouse import make_warehouse

CATALOGUE = Catalogue(
    sources=tuple(
        SourceInfo(code, title, title, kind, "incidents", True, True, True)
        for code, title, kind in (
            ("wick", "Wick Police", "police"),
            ("fenn", "Fenn Sheriff", "police"),
            ("hotline", "Hotline", "nonprofit"),
        )
    ),
    areas=(
        Area("district", "D1", "Harbour District", "Harbour District", 100),
        Area("district", "7", "Centre", "Centre (district)", None),
        Area("tract", "7", "Centre", "Centre (tract)", None),
        Area("tract", "T9", "<b>Rue & Co.</b> ${x}", "<b>Rue & Co.</b> ${x}", None),
    ),
    layers=("district", "tract"),
    groups=(
        AreaGroup("k3m9p2qr", "North", (("district", "D1"), ("tract", "7"))),
        AreaGroup("zz22yy33", "School zone", (), shapely.to_wkb(shapely.box(-30.2, -40.1, -30.1, -40.0))),
    ),
    months=tuple(add_months(date(2019, 6, 1), i) for i in range(79)),
    first_month=date(2020, 1, 1),
    last_month=date(2025, 12, 1),
    units=tuple(codes.UNIT),
)


def subsets(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the values, in their order."""
    return st.sets(st.sampled_from(values)).map(lambda kept: tuple(v for v in values if v in kept))


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Any view that the bar can be set to."""
    months = sorted(draw(st.lists(st.sampled_from(CATALOGUE.months), min_size=2, max_size=2)))
    keys = {name: draw(subsets(list(choices(name, CATALOGUE)))) for name in MANY}
    many = {attribute: values(name, keys[name], CATALOGUE) for name, attribute in MANY.items()}
    return Filters(
        date_from=months[0],
        date_to=months[1],
        date_basis=draw(st.sampled_from(["reported", "occurred"])),
        unit=draw(st.sampled_from(list(codes.UNIT))),
        related=draw(st.booleans()),
        **many,
    )


@given(filters())
def test_a_link_shows_the_same_view_to_the_next_person(view: Filters) -> None:
    assert from_query(to_query(view, CATALOGUE), CATALOGUE) == (view, [])


@given(filters())
def test_a_sentence_is_one_sentence(view: Filters) -> None:
    text = sentence(view, CATALOGUE)
    assert text.endswith(".") and text[0].isupper() and "  " not in text and " ," not in text


def test_the_default_view_has_no_parameters() -> None:
    view = default(CATALOGUE)
    assert (view.date_from, view.date_to) == (date(2021, 1, 1), date(2025, 12, 1))
    assert to_query(view, CATALOGUE) == {}
    assert default(Catalogue()) == Filters()
    young = replace(CATALOGUE, first_month=date(2025, 3, 1))
    assert default(young).date_from == date(2025, 3, 1)


def test_links_are_for_people() -> None:
    view, problems = from_query(
        {
            "area": "harbour",
            "from": "2024-01",
            "exploitation": ["forced_labour", "Sexual exploitation"],
            "unit": "victims",
        },
        CATALOGUE,
    )
    assert not problems
    assert view == replace(
        default(CATALOGUE),
        areas=(("district", "D1"),),
        date_from=date(2024, 1, 1),
        exploitation=("sex", "forced_labour"),
        unit="victims",
    )
    assert to_query(view, CATALOGUE)["area"] == ["Harbour District"]


def test_an_ambiguous_beginning_is_not_guessed() -> None:
    view, problems = from_query({"area": "centre"}, CATALOGUE)
    assert view.areas == () and len(problems) == 1
    assert from_query({"area": "Centre (tract)"}, CATALOGUE)[0].areas == (("tract", "7"),)


HOSTILE = [
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "${alert(1)}",
    "{{7*7}}",
    "../../etc/passwd",
    "\x00",
    "９９９９-１３",
    "2024-13",
    "nan",
    "x" * 100_000,
    "![](http://example.org/x.png)",
    "-",
    "%",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_falls_back_and_is_not_repeated(name: str, value: str) -> None:
    view, problems = from_query({name: [value]}, CATALOGUE)
    assert view == default(CATALOGUE)
    assert len(problems) == 1 and f"“{name}”" in problems[0]
    assert value not in problems[0] or value in ("-", "%")


@given(st.dictionaries(st.sampled_from([*NAMES, "zoom", "embed"]), st.lists(st.text(), max_size=4)))
def test_no_link_breaks_the_page(params: dict[str, list[str]]) -> None:
    view, problems = from_query(params, CATALOGUE)
    assert from_query(to_query(view, CATALOGUE), CATALOGUE)[0] == view
    assert all(any(f"“{name}”" in p for name in NAMES) for p in problems)


def test_a_good_value_beside_a_bad_one_is_kept() -> None:
    view, problems = from_query({"source": ["Wick Police", "Atlantis"]}, CATALOGUE)
    assert view.sources == ("wick",) and len(problems) == 1


def test_a_period_in_the_wrong_order_is_swapped() -> None:
    view, problems = from_query({"from": "2024-05", "to": "2023-02"}, CATALOGUE)
    assert (view.date_from, view.date_to) == (date(2023, 2, 1), date(2024, 5, 1))
    assert len(problems) == 1 and "swapped" in problems[0]


def test_sentences() -> None:
    view = replace(default(CATALOGUE), date_from=date(2024, 1, 1), areas=(("district", "D1"),), exploitation=("sex",))
    assert sentence(view, CATALOGUE) == (
        "Incidents of human trafficking reported from January 2024 to December 2025 in Harbour District, "
        "sexual exploitation only."
    )
    busy = replace(
        view,
        unit="victims",
        date_basis="occurred",
        date_to=date(2024, 1, 1),
        areas=(),
        sources=("wick", "fenn"),
        exploitation=(),
        victim_age=("9-17",),
        premise=("hotel", "street"),
        related=True,
    )
    assert sentence(busy, CATALOGUE) == (
        "Victims in incidents of human trafficking and related offences occurred in January 2024 "
        "from Wick Police or Fenn Sheriff, victim's age 9 to 17, at hotel or motel or street, road or sidewalk."
    )
    printed = replace(busy, unit="signals", date_to=date(2025, 3, 1))
    assert sentence(printed, CATALOGUE) == "Signals to the hotline for 2024 to 2025 from Wick Police or Fenn Sheriff."
    assert sentence(Filters(), CATALOGUE) == "Incidents of human trafficking reported."


def test_a_group_is_named_by_its_link_and_its_sentence() -> None:
    north, zone = CATALOGUE.groups
    for given_, group in (("North", north), ("group-north", north), ("k3m9p2qr", north), ("school zone", zone)):
        view, problems = from_query({"area": given_}, CATALOGUE)
        assert (view.areas, problems) == ((group,), []), given_
    view = Filters(areas=(north, zone, ("district", "D1")))
    assert to_query(view, CATALOGUE)["area"] == ["Group: North", "Drawn: School zone", "Harbour District"]
    assert "in North (group of 2 areas), the drawn area School zone or Harbour District" in sentence(view, CATALOGUE)
    assert [key_of(a) for a in view.areas] == [(GROUP, "k3m9p2qr"), (GROUP, "zz22yy33"), ("district", "D1")]
    assert members(view) == (("district", "D1"), ("tract", "7")) and drawn(view) == (zone,)
    assert hash(view) == hash(replace(view)) and view != replace(view, areas=(replace(north, members=()), zone))


def test_a_group_that_is_not_there_leaves_the_link_with_a_notice() -> None:
    without = replace(CATALOGUE, groups=())
    view, problems = from_query({"area": ["Group: North", "Harbour District"]}, without)
    assert view.areas == (("district", "D1"),) and len(problems) == 1 and "North" not in problems[0]
    assert to_query(replace(view, areas=(CATALOGUE.groups[0],)), without) == {}


def test_an_area_keeps_its_name_when_a_group_takes_the_same() -> None:
    same = AreaGroup("k3m9p2qr", "Harbour District", (("tract", "7"),))
    mixed = replace(CATALOGUE, groups=(same,))
    assert from_query({"area": "harbour-district"}, mixed)[0].areas == (("district", "D1"),)
    assert from_query({"area": "Group: Harbour District"}, mixed)[0].areas == (same,)
    odd = replace(mixed, areas=(*CATALOGUE.areas, Area("tract", "x", "o", "Group: Harbour District", None)))
    assert from_query({"area": "Group: Harbour District"}, odd)[0].areas == (("tract", "x"),)
    assert from_query(to_query(Filters(areas=(same,)), odd), odd)[0].areas == (same,)


def test_every_label_of_a_filter_is_unique() -> None:
    for name in (*MANY, "from", "to", "unit", "date"):
        labels = list(choices(name, CATALOGUE).values())
        assert len(labels) == len(set(labels))


def test_published_figures_have_no_place() -> None:
    assert "area" not in supported("signals") and "premise" not in supported("published_cases")
    assert supported("incidents") == set(NAMES)


# -- the predicate, on records -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 1500)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


RULES = {
    "default": (Filters(), "status NOT IN ('unfounded', 'duplicate') AND offence_group = 'trafficking'"),
    "related": (Filters(related=True), "status NOT IN ('unfounded', 'duplicate')"),
}
MORE_RULES: dict[str, tuple[dict[str, Any], str]] = {
    "period": (
        {"date_from": date(2023, 2, 1), "date_to": date(2023, 4, 1)},
        "counted_on BETWEEN '2023-02-01' AND '2023-04-30'",
    ),
    "occurred": (
        {"date_from": date(2023, 2, 1), "date_to": date(2023, 2, 1), "date_basis": "occurred"},
        "occurred_on BETWEEN '2023-02-01' AND '2023-02-28'",
    ),
    "source": ({"sources": ("fenn_sheriff",)}, "source = 'fenn_sheriff'"),
    "exploitation": ({"exploitation": ("sex", "other")}, "exploitation IN ('sex', 'other')"),
    "areas": ({"areas": (("district", "D2"), ("tract", "T104"))}, "(area_district = 'D2' OR area_tract = 'T104')"),
    "age": ({"victim_age": ("9-17",)}, "victim_age_band = '9-17'"),
    "sex": ({"victim_sex": ("female",)}, "victim_sex = 'female'"),
    "premise": ({"premise": ("hotel", "street")}, "premise IN ('hotel', 'street')"),
    "quote": ({"premise": ("it's",)}, "premise = 'it''s'"),
}


@pytest.mark.parametrize("name", MORE_RULES)
@pytest.mark.parametrize("base", RULES)
def test_the_predicate_is_what_the_words_say(warehouse: Warehouse, base: str, name: str) -> None:
    """Against the same rule written by hand in SQL."""
    view, rule = RULES[base]
    values, more = MORE_RULES[name]
    with warehouse.connect() as backend:
        row = backend.con.execute(f"SELECT coalesce(sum(n), 0) FROM incidents WHERE {rule} AND {more}").fetchone()
    narrowed = replace(view, **values)
    assert measures.total(warehouse, narrowed) == row[0]
    if name != "quote":
        assert row[0] > 0


def test_victims_are_filtered_by_their_own_age_and_sex(warehouse: Warehouse) -> None:
    with warehouse.connect() as backend:
        row = backend.con.execute(
            "SELECT sum(n) FROM victims WHERE status NOT IN ('unfounded', 'duplicate') "
            "AND offence_group = 'trafficking' AND age_band = '9-17' AND sex = 'female'"
        ).fetchone()
    view = Filters(unit="victims", victim_age=("9-17",), victim_sex=("female",))
    assert measures.total(warehouse, view) == row[0] > 0
