"""Sentences from tables: what they say, and what they leave unsaid."""

import numpy as np
import pandas as pd
import pytest

from dashboard import stories
from dashboard.analysis import timeline
from dashboard.analysis.change import compare


def groups(**n):
    return pd.DataFrame(
        {
            "code": list(n),
            "label": [c.replace("_", " ").capitalize() for c in n],
            "n": pd.array(list(n.values()), dtype="Int64"),
            "known": [c != "unknown" for c in n],
        }
    )


def months(counts, some=False, start="2022-01-01"):
    table = pd.DataFrame({"period": pd.date_range(start, periods=len(counts), freq="MS")})
    table = table.assign(n=pd.array(counts, dtype="Int64"), collected="partly" if some else "yes", partial=False)
    return timeline.prepare(table, "month", pd.DatetimeIndex([]))


def test_headline():
    same = compare(398, 412)
    assert stories.headline("incidents", 412, "in the last 12 months", same) == (
        "412 incidents reported in the last 12 months, about the same as the year before (398)."
    )
    assert (
        stories.headline("incidents", 0, "in the last 12 months", None)
        == "No incidents reported in the last 12 months."
    )
    assert stories.headline("incidents", 599, "in the last 12 months", compare(496, 596), whole=False) == (
        "599 incidents reported in the last 12 months; where both years were collected, "
        "596: 20% more than the year before (496)."
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (groups(sex=700, labour=200, unknown=50), "Most often sex: 78% of 900 incidents with a known kind"),
        (groups(sex=9, labour=1), "Most often sex: 9 of 10 incidents with a known kind"),
        (groups(sex=40, labour=38), "Most often sex or labour (40 and 38 of 78 incidents with a known kind)"),
        (groups(a=40, b=38, c=37), "No kind stands out; the largest is a (40 of 115 incidents)"),
        (groups(sex=5), "All 5 incidents with a known kind: sex"),
        (groups(sex=0, unknown=12), "No kind is recorded for any of these incidents"),
    ],
)
def test_leading(table, said):
    assert stories.leading(table, "incidents", "kind") == said


def test_unknowns():
    assert stories.unknowns(groups(a=5), "victims") == ""
    assert stories.unknowns(groups(a=5, unknown=2), "victims") == "Not recorded for 2 of 7 victims."
    assert stories.unknowns(groups(a=60, unknown=40), "victims") == "Not recorded for 40 of 100 victims (40%)."


def test_shifts_name_what_moved_and_nothing_else():
    before, after = groups(hotel=50, street=100, unknown=10), groups(hotel=120, street=104, online=4, unknown=90)
    found = stories.shifts(before, after, "Reports at {}", tests=10)
    assert [(text, code) for text, _, code in found] == [("Reports at hotel rose 2.4-fold (50 to 120).", "hotel")]
    kept = stories.shifts(before, after, "Reports from {}", tests=10, names=True)
    assert kept[0][0].startswith("Reports from Hotel ")


def test_many_comparisons_do_not_make_a_finding():
    """Forty places with the same rate in both years: at most one list in twenty names any of them."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(200):
        x, y = rng.poisson(30, (2, 40))
        before, after = (groups(**{f"p{i}": int(n) for i, n in enumerate(counts)}) for counts in (x, y))
        alarms += bool(stories.shifts(before, after, "{}", tests=40))
    assert alarms <= 0.05 * 200 + 3 * np.sqrt(200 * 0.05 * 0.95)


def test_year_to_date_compares_the_same_months_only():
    years = timeline.by_year(months([30] * 12 + [31] * 7))
    assert stories.year_to_date(years, "incidents") == (
        "January to July 2023: 217 incidents, about the same as in 2022 (210)"
    )
    partly = timeline.by_year(months([30] * 19, some=True))
    assert "not compared" in stories.year_to_date(partly, "incidents").replace("are compared", "not compared")
    assert "217" not in stories.year_to_date(partly, "incidents")


def test_season_is_named_only_if_chance_does_not_explain_it():
    flat = timeline.season(timeline.by_year(months([30, 28, 31, 30, 29, 31, 30, 30, 29, 31, 30, 30] * 2)))
    assert stories.season(flat, "incidents").startswith("No season")
    peak = timeline.season(timeline.by_year(months([20, 20, 20, 20, 20, 20, 80, 20, 20, 20, 20, 20] * 2)))
    assert "most in July" in stories.season(peak, "incidents")
    few = timeline.season(timeline.by_year(months([1] * 24)))
    assert stories.season(few, "incidents") == "Too few incidents to see a season"
    assert "two whole years" not in stories.season(flat, "incidents")


def test_unfinished_explains_only_what_is_drawn():
    plain = months([5] * 12)
    assert stories.unfinished(plain, known_delay=True) == ""
    assert "not known yet" in stories.unfinished(plain, known_delay=False)
    short = months([5] * 8)
    short.loc[:2, "some"] = True
    assert "Pale bars" in stories.unfinished(short, known_delay=True)
    assert "Pale bars" not in stories.unfinished(short, known_delay=True, drawn="lines")
    said = stories.unfinished(months([5] * 3, some=True), known_delay=True)
    assert "For most of this period" in said and "Pale bars" not in said
    assert "that is not zero" in stories.unfinished(months([5, None, 5]), known_delay=True)


def test_children_recorded_as_offenders_are_not_called_suspects():
    table = pd.DataFrame({"code": ["suspect", "minor_recorded_as_offender"], "n": [565, 19]})
    assert stories.offenders(table) == "565 suspects; 19 minors recorded as offenders, a class of their own"
    assert "suspect" not in stories.counted(584, "suspects")
