"""Which file counts for which month: claims, owners, the user's word, and overlaps that are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.months import check_overlap, claims, exclusive, owners, parse_months, superseded
from etl.schema import SourceError


def manifest(load: str, *months: str, **change: Any) -> dict[str, Any]:
    """A load of source `wick` that covers the given months, with ids."""
    return {
        **{"load": load, "source": "wick", "series": "", "form": "portal", "file": f"{load}.csv", "has_ids": True},
        **{"claims": [["", m] for m in months], "months": [["", m, 10] for m in months], "counts_for": []},
        **change,
    }


def test_a_periodic_file_does_not_claim_the_months_of_its_stragglers() -> None:
    months = {("", "2018-05"): 4, ("", "2018-06"): 5, ("", "2018-07"): 100, ("ZZ", "2018-05"): 4}
    assert claims(months, "period") == [["", "2018-06"], ["", "2018-07"], ["ZZ", "2018-05"]]
    assert claims(months, "snapshot") == [["", "2018-05"], ["", "2018-06"], ["", "2018-07"], ["ZZ", "2018-05"]]
    assert claims(months, "delta") == []
    assert claims({}, "period") == []


@given(st.dictionaries(st.tuples(st.sampled_from(["", "ZZ"]), st.sampled_from(["2020-01", "2020-02"])), st.integers(1)))
def test_the_busiest_month_is_always_claimed(months: dict[tuple[str, str], int]) -> None:
    found = claims(months, "period")
    for scope in {s for s, _ in months}:
        busiest = max((n, m) for (s, m), n in months.items() if s == scope)[1]
        assert [scope, busiest] in found


def test_the_newest_file_owns_a_month_and_the_users_word_goes_before() -> None:
    old, new = manifest("old", "2020-01", "2020-02"), manifest("new", "2020-02", "2020-03")
    assert owners([old, new]) == {
        ("wick", "", "", "2020-01"): "old",
        ("wick", "", "", "2020-02"): "new",
        ("wick", "", "", "2020-03"): "new",
    }
    assert owners([new, old])[("wick", "", "", "2020-02")] == "old"
    old["counts_for"] = ["2020-02"]
    assert owners([old, new])[("wick", "", "", "2020-02")] == "old"
    assert exclusive([old, new]) == {("wick", "2020-02"): "old"}
    assert exclusive([manifest("old", "2020-01")]) == {}


def test_files_of_another_place_or_series_own_their_own_months() -> None:
    vermont = manifest("vt", "2020-01", claims=[["VT", "2020-01"]])
    texas = manifest("tx", "2020-01", claims=[["TX", "2020-01"]])
    later = manifest("years", "2020-01", series="2020 onwards")
    assert set(owners([vermont, texas, later, manifest("all", "2020-01")]).values()) == {"vt", "tx", "years", "all"}
    assert superseded([vermont, texas, later, manifest("all", "2020-01")]) == set()


def test_a_file_is_superseded_when_newer_ones_own_all_its_months() -> None:
    old, new = manifest("old", "2020-01", "2020-02"), manifest("new", "2020-02")
    assert superseded([old, new]) == set()
    assert superseded([old, new, manifest("newer", "2020-01")]) == {"old"}
    assert superseded([manifest("nothing")]) == set()


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2022-01", ("2022-01",)),
        ("2021-11..2022-02", ("2021-11", "2021-12", "2022-01", "2022-02")),
        ("2022-03,2022-01", ("2022-03", "2022-01")),
        (" 2022-01..2022-02 , 2022-02 ", ("2022-01", "2022-02")),
    ],
)
def test_months_as_they_are_typed(text: str, months: tuple[str, ...]) -> None:
    assert parse_months(text) == months


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "2022", "2022-13", "2022-00", "22-01", "..2022-01", "2022-02..2022-01", "2022/01", "May 2022"),
        *("1900-01..2022-01", "²022-01", "2022-²", "2022-01..2022-02..2022-03", "2022-01-05"),
    ],
)
def test_what_is_no_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SourceError, match=r"--counts-for wants months such as 2022-01\.\.2022-11"):
        parse_months(text)


@given(st.text(max_size=20))
def test_any_text_is_months_or_refused(text: str) -> None:
    try:
        months = parse_months(text)
    except SourceError:
        return
    assert months and all(len(m) == 7 and 1 <= int(m[5:]) <= 12 for m in months)


def test_files_that_share_no_id_are_refused_in_either_order() -> None:
    portal = manifest("portal-1", "2022-01", "2022-02", "2022-03")
    slim = manifest("slim-1", "2022-02", "2022-03", "2022-04", has_ids=False, form="slim")
    for new, other in ((slim, portal), (portal, slim)):
        with pytest.raises(SourceError) as error:
            check_overlap(new, [other])
        said = str(error.value)
        assert "2 months from 2022-02 to 2022-03" in said and "--counts-for 2022-02..2022-03" in said
        assert f"python -m etl remove {other['load']}" in said
        check_overlap({**new, "counts_for": ["2022-02", "2022-03"]}, [other])
        check_overlap(new, [{**other, "counts_for": ["2022-02", "2022-03"]}])
        with pytest.raises(SourceError, match="both cover 2022-03, and"):
            check_overlap({**new, "counts_for": ["2022-02"]}, [other])


def test_what_does_not_overlap_or_shares_ids_is_accepted() -> None:
    new = manifest("new", "2022-01")
    check_overlap(new, [])
    check_overlap(new, [manifest("same", "2022-01")])
    check_overlap(new, [manifest("later", "2022-02", has_ids=False)])
    check_overlap(new, [manifest("other", "2022-01", has_ids=False, source="lantern")])
    check_overlap(new, [manifest("state", "2022-01", has_ids=False, claims=[["VT", "2022-01"]])])
