"""Numbers in prose, and sentences that say no more than the counts support."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import words
from dashboard.analysis.change import compare


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "0"), (7, "7"), (412, "412"), (999, "999"), (1284, "1,284"), (48773, "48,773"), (1284.4, "1,280"),
        (284_311, "284,000"),
        (999_600, "1 million"),
        (1_284_000, "1.28 million"), (-5, "−5"), (3.14159, "3.14"), (0.5, "0.5"), (123.4, "123"), (1000, "1,000"),
    ],
)  # fmt: skip
def test_number(n, said):
    assert words.number(n) == said


@given(st.integers(0, 10**9))
def test_prose_is_exact_as_the_filter_bar_or_has_three_significant_digits_and_is_close(n):
    said = words.number(n)
    value = float(said.replace(",", "").replace(" million", "e6"))
    assert abs(value - n) <= 0.0051 * n + 1e-9
    assert value == n or len(re.sub(r"\D", "", said.removesuffix(" million")).strip("0")) <= 3


def test_exact_and_count():
    assert words.exact(1284) == "1,284"
    assert words.exact(float("nan")) == "–"
    assert words.exact(None) == "–"
    assert words.count(0, "incident") == "no incidents"
    assert words.count(1, "incident") == "1 incident"
    assert words.count(1284, "inquiry", "inquiries") == "1,284 inquiries"


def test_versus_says_what_the_counts_support():
    assert words.versus(compare(398, 412)) == "about the same as the year before (398)"
    assert words.versus(compare(300, 412)) == "37% more than the year before (300)"
    assert words.versus(compare(12, 40)) == "more than the year before (12)"
    assert words.versus(compare(40, 12)) == "fewer than the year before (40)"
    assert words.versus(compare(12, 20)) == "within chance about the same as the year before (12)"


def test_went():
    assert words.went("Reports", compare(11, 12)) == "Reports were about the same (12 and 11)."
    assert words.went("Reports", compare(50, 100)) == "Reports rose 2.0-fold (50 to 100)."
    assert words.went("Reports", compare(300, 150)) == "Reports fell by 50% (300 to 150)."
    assert words.went("Reports", compare(29, 90)) == "Reports rose (29 to 90)."


@given(st.integers(0, 400), st.integers(0, 400))
def test_no_percentage_below_thirty_and_no_direction_within_chance(before, after):
    change = compare(before, after)
    for sentence in (words.versus(change), words.went("Reports", change)):
        if min(before, after) < 30:
            assert "%" not in sentence
            assert "fold" not in sentence
        if change.verdict == "same":
            none = change.before == change.after == 0 and "none" in sentence
            assert none or "about the same" in sentence or (max(before, after) < 5 and "too few to compare" in sentence)
            assert not re.search(r"rose|fell|more|fewer|%", sentence)


def test_a_handful_is_not_compared():
    assert words.versus(compare(1, 0)) == "too few to compare with the year before (1)"
    assert words.versus(compare(1, 0), "2023") == "too few to compare with 2023 (1)"
    assert words.versus(compare(40, 100), "2023") == "2.5 times 2023 (40)"
    assert words.versus(compare(0, 0)) == "none the year before either"
    assert words.versus(compare(1, 1)) == "about the same as the year before (1)"


def test_percent():
    assert words.percent(50, 200) == "25%"
    assert words.percent(4, 200) == "4 of 200"


def test_lists_and_dates():
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(list("abcdef"), most=3) == "a, b, c and 3 more"
    assert words.months(date(2024, 3, 1), date(2024, 5, 1)) == "March to May 2024"
    assert words.months(date(2023, 11, 1), date(2024, 5, 1)) == "November 2023 to May 2024"
    assert words.months(date(2024, 3, 1), date(2024, 3, 1)) == "March 2024"
    assert words.day(date(2024, 3, 1)) == "1 March 2024"


def test_labels():
    assert words.label("sex", {"sex": "Sexual exploitation"}) == "Sexual exploitation"
    assert words.label("822", {}) == "822"
    assert words.label(None, {}) == "Not recorded"
    assert words.label(float("nan"), {}) == "Not recorded"
    assert words.lower_first("Hotel or motel") == "hotel or motel"
    assert words.lower_first("FBI") == "FBI"


def test_plotly_reads_no_tags():
    assert words.plotly('<a href="x">A & B</a>') == '&lt;a href="x"&gt;A &amp; B&lt;/a&gt;'
    assert words.plotly("a" * 50, 10) == "a" * 9 + "…"
    assert words.plotly("<" * 50, 10) == "&lt;" * 9 + "…"
