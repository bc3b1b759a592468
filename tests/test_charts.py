"""Figures: bars from zero, gaps that are gaps, hatching where it belongs, text that cannot run."""

import json

import numpy as np
import pandas as pd
import pytest

from dashboard import palette
from dashboard.analysis import timeline
from dashboard.analysis.delay import Delay
from dashboard.charts import bars, coverage, heat, multiples, spark, style, trend, years
from etl import codes

P = palette.LIGHT
HOSTILE = "<img src=x onerror=alert(1)><b>A & B</b>"


def series(n=24, grain="month", groups=(), gaps=(), partial=(), filling=()):
    rule = {"month": "MS", "day": "D", "year": "YS"}[grain]
    frames = []
    for g in groups or ("",):
        period = pd.date_range("2022-01-01", periods=n, freq=rule)
        counts = pd.array(np.arange(n) + 5, dtype="Int64")
        counts[list(gaps)] = pd.NA
        collected = ["no" if i in gaps else "yes" for i in range(n)]
        frame = pd.DataFrame({"period": period, "n": counts, "collected": collected})
        frame["partial"] = [i in partial for i in range(n)]
        frames.append(frame.assign(code=g) if groups else frame)
    table = pd.concat(frames, ignore_index=True)
    return timeline.prepare(table, grain, pd.DatetimeIndex([table["period"][i] for i in filling]))


def every_figure():
    labels = dict.fromkeys("abcdefgh", HOSTILE)
    pairs = pd.DataFrame({"row": ["a", "b"], "column": ["a", "unknown"], "n": [3, 4]})
    cover = pd.DataFrame(
        {
            "row": ["a", "a", "b"],
            "month": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-01"]),
            "days": [31.0, 29.0, 31.0],
            "state": ["records", "zero", "none"],
            "n": [4.0, 0.0, np.nan],
        }
    )
    cats = pd.DataFrame({"code": ["a", "b", "unknown"], "n": [3, 9, 2]})
    month = timeline.by_year(series(30))
    week = pd.DataFrame({"weekday": [0, 6], "hour": [0, 23], "n": [3, 4]})
    share = pd.DataFrame({"source": ["a", "a"], "age": [1, 2], "share": [0.8, 1.0]})
    notes = [(pd.Timestamp("2022-06-01").date(), HOSTILE)]
    return {
        "bars": trend.bars(series(gaps=(2,), partial=(23,)), P, notes),
        "lines": trend.lines(series(groups=("a", "b")), "premise", labels, P, notes),
        "multiples": multiples.multiples(series(groups=tuple("abcdefgh")), "premise", labels, P),
        "categories": bars.categories(cats, P, labels),
        "profile": bars.profile(timeline.season(month), P, timeline.whole_years(month)),
        "grid": heat.grid(pairs, P, labels, labels, ["a", "b"], ["a", "unknown"]),
        "week": heat.week(week, P),
        "coverage": coverage.strip(cover, P, labels),
        "delay": coverage.delay_curve(share, P, labels),
        "years": years.overlaid(month, P),
    }


@pytest.mark.parametrize(("name", "fig"), every_figure().items())
def test_no_figure_holds_a_tag_from_the_data(name, fig):
    """Plotly reads tags in text: after escaping, none of the data's is left."""
    drawn = fig.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
    assert "<img" not in drawn
    assert "onerror=alert(1)>" not in drawn
    assert "<b>A" not in drawn


@pytest.mark.parametrize(("name", "fig"), every_figure().items())
def test_every_figure_is_calm(name, fig):
    """No pie, no second axis over the first, no toolbar, nothing that scrolls or fetches."""
    drawn = json.loads(fig.to_json())
    assert {t["type"] for t in drawn["data"]} <= {"bar", "scatter", "heatmap"}
    assert not any(a.get("overlaying") for k, a in drawn["layout"].items() if k.startswith("yaxis"))
    assert "http" not in fig.to_json().lower()
    assert style.CONFIG["displayModeBar"] is False
    assert style.CONFIG["displaylogo"] is False


@pytest.mark.parametrize(("name", "fig"), every_figure().items())
def test_bars_start_at_zero(name, fig):
    for trace in fig.data:
        if trace.type == "bar" and trace.orientation != "h":
            axis = fig.layout[f"yaxis{(trace.yaxis or 'y')[1:]}"]
            assert trace.base is None
            assert axis.rangemode == "tozero" or axis.range[0] == 0


def test_gaps_are_gaps_and_zeros_are_zeros():
    table = series(gaps=(3, 4, 5))
    table.loc[0, "n"] = 0
    fig = trend.bars(table, P)
    drawn = [x for t in fig.data for x in t.x]
    assert table["start"][0] in [pd.Timestamp(x) for x in drawn]
    assert not {table["start"][i] for i in (3, 4, 5)} & {pd.Timestamp(x) for x in drawn}
    band = fig.layout.shapes[0]
    assert (pd.Timestamp(band.x0), pd.Timestamp(band.x1)) == (table["start"][3], table["start"][6])
    assert "not collected" in [a.text for a in fig.layout.annotations]


def test_unfinished_bars_are_hatched_and_others_are_not():
    fig = trend.bars(series(partial=(23,), filling=(21, 22)), P)
    solid, hatched = fig.data
    assert not solid.marker.pattern.shape
    assert hatched.marker.pattern.shape == style.HATCH
    assert len(hatched.x) == 3
    assert len(solid.x) == 21


def test_lines_end_in_dots_and_are_named_at_their_end():
    fig = trend.lines(series(groups=("sex", "forced_labour"), partial=(23,)), "exploitation", codes.EXPLOITATION, P)
    dashes = [t.line.dash for t in fig.data if t.type == "scatter"]
    assert dashes == ["solid", "dot"] * 2
    assert {a.text for a in fig.layout.annotations} == {"Sexual exploitation", "Forced labour"}
    colours = {t.name: t.line.color for t in fig.data if t.type == "scatter"}
    assert colours == {"Sexual exploitation": palette.BLUE, "Forced labour": palette.ORANGE}


def test_labels_at_line_ends_keep_apart():
    fig = trend.lines(series(groups=tuple("abcde")), "premise", {}, P)
    heights = sorted(a.y for a in fig.layout.annotations)
    assert min(np.diff(heights)) >= 0.07 * 28


def test_breaks_are_labelled_lines_inside_the_period_only():
    notes = [(pd.Timestamp(d).date(), d) for d in ("2019-01-01", "2022-06-01", "2030-01-01")]
    fig = trend.bars(series(), P, notes)
    assert [a.text for a in fig.layout.annotations] == ["2022-06-01"]


def test_many_periods_become_a_line():
    fig = trend.bars(series(900, "day"), P)
    assert fig.data[0].type == "scatter"
    assert len(fig.data[0].x) == 900


def test_small_multiples_share_a_scale_and_stop_at_twelve():
    names = tuple(f"g{i:02d}" for i in range(15))
    fig = multiples.multiples(series(groups=names), "premise", {}, P)
    axes = [fig.layout[k].range for k in fig.layout.to_plotly_json() if k.startswith("yaxis")]
    assert len(axes) == multiples.MOST
    assert len(set(map(tuple, axes))) == 1


def test_unknown_is_last_grey_and_hatched():
    table = pd.DataFrame({"code": ["unknown", "female", "male"], "n": [50, 10, 20]})
    bar = bars.categories(table, P, codes.SEX).data[0]
    # The first is drawn at the bottom.
    assert list(bar.marker.pattern.shape) == [style.UNKNOWN_HATCH, "", ""]
    assert bar.marker.color[0] == P.unknown
    assert list(bar.x) == [50, 10, 20]
    assert list(bar.text) == ["50", "10", "20"]


def test_coverage_tells_three_things_apart():
    fig = every_figure()["coverage"]
    looks = {t.name: (t.marker.color, t.marker.pattern.shape) for t in fig.data}
    assert len(set(looks.values())) == 3
    assert [len(t.x) for t in fig.data] == [1, 1, 1]


def test_dark_and_light_keep_the_exploitations_colours_but_not_the_surface():
    kinds = [k for k in codes.EXPLOITATION if k != "unknown"]
    assert [palette.LIGHT.exploitation[k] for k in kinds] == [palette.DARK.exploitation[k] for k in kinds]
    assert palette.palette("dark").surface != palette.palette(None).surface
    assert set(palette.LIGHT.exploitation) == set(codes.EXPLOITATION)


def _contrast(a, b):
    def light(c):
        parts = [int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("p", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_text_can_be_read_and_bars_be_seen(p):
    """WCAG 2: 4.5 for text, 3 for what carries meaning."""
    assert _contrast(p.text, p.surface) > 7
    assert _contrast(p.quiet, p.surface) > 4.5
    assert _contrast(p.accent, p.surface) > 4.5
    assert _contrast(p.count, p.surface) > 3


# -- series ------------------------------------------------------------------------------------------------------------


def test_a_mean_is_not_taken_across_a_gap_or_an_unfinished_month():
    table = series(12, gaps=(4,), partial=(11,))
    mean = timeline.moving_average(table, 3)
    assert np.isnan(mean[[0, 1, 4, 5, 6, 11]]).all()
    assert mean[2] == pytest.approx(6)
    assert mean[7] == pytest.approx((10 + 11 + 12) / 3)


def test_weeks_and_quarters_touch_the_months_that_fill_up():
    filling = pd.DatetimeIndex(["2024-03-01"])
    weeks = pd.DataFrame({"period": pd.to_datetime(["2024-02-19", "2024-02-26", "2024-03-25", "2024-04-01"])})
    weeks = weeks.assign(n=pd.array([1, 1, 1, 1], dtype="Int64"), collected="yes", partial=False)
    assert list(timeline.prepare(weeks, "week", filling)["state"]) == ["complete", "filling", "filling", "complete"]
    quarters = weeks.assign(period=pd.to_datetime(["2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01"]))
    assert list(timeline.prepare(quarters, "quarter", filling)["state"]) == [
        "complete",
        "filling",
        "complete",
        "complete",
    ]


def test_filling_months_of_several_sources_are_joined():
    curve = pd.Series([0.1, 0.8, 0.99], index=[0, 1, 2])
    a = Delay("a", curve, "reports", pd.Timestamp("2024-05-12"), 3)
    b = Delay("b", pd.Series(dtype=float), "", pd.Timestamp("2023-03-31"), 1)
    assert list(timeline.filling_months([a, b])) == [pd.Timestamp("2024-04-01"), pd.Timestamp("2024-05-01")]


def test_whole_years_only_make_a_season():
    assert timeline.season(timeline.by_year(series(11))).empty
    profile = timeline.season(timeline.by_year(series(30)))
    assert list(profile["label"]) == list(timeline.MONTHS)
    assert profile["n"][0] == pytest.approx((5 + 17) / 2)
    assert profile["days"][1] == 56


def test_period_names():
    start = pd.DatetimeIndex(["2024-04-01"])
    said = {g: timeline.names(start, g)[0] for g in ("day", "week", "month", "quarter", "year")}
    assert said == {
        "day": "1 April 2024",
        "week": "week of 1 April 2024",
        "month": "April 2024",
        "quarter": "2024, quarter 2",
        "year": "2024",
    }


def test_a_small_bar_is_a_gap_where_nothing_was_collected():
    drawn = spark.bars([float("nan"), 0.0, 4.0], P, 'Reports <b> & "more"')
    assert drawn.count("<span") == 3 and drawn.count("dotted") == 1 and "height:100.0%" in drawn
    assert "<b>" not in drawn
    assert spark.bars([], P, "x") == spark.bars([float("nan"), 0.0], P, "x") == ""


def test_a_long_note_stands_in_two_lines_and_its_first_clause():
    said = trend._short("Lampwick Police move to another records system; reports are lost until August")
    assert said == "Lampwick Police move to another<br>records system"
    assert trend._short("<b>" + "word " * 40).count("<br>") == 1


def test_a_grid_hatches_what_is_not_recorded_and_keeps_its_numbers():
    pairs = pd.DataFrame({"row": ["a", "a", "unknown"], "column": ["b", "unknown", "b"], "n": [7, 90, 3]})
    fig = heat.grid(pairs, P, {}, {}, ["a", "unknown"], ["b", "unknown"])
    shades, hatched, numbers = fig.data
    assert shades.zmax == 7 and len(hatched.y) == 3
    assert hatched.marker.pattern.shape == "x"
    assert list(numbers.text) == ["7", "90", "3", "0"]


def test_the_ink_of_a_number_is_read_on_every_shade():
    assert heat._ink("#EAF0F5") == heat._ink("#7096B4") == "#16181B"
    assert heat._ink("#233F5C") == "#FFFFFF"
