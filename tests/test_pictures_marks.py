"""The marks of a drawn figure: the numbers, places, shapes, hatching, breaks and ticks that plotly has."""

import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard import pictures
from dashboard.charts import trend
from dashboard.palette import LIGHT
from dashboard.pictures import scales
from etl import codes
from tests.picture_canvas import drawn, placed
from tests.picture_figures import charts, figure
from tests.test_charts import series

CHARTS = charts()


@pytest.mark.parametrize("name", [n for n, f in CHARTS.items() if {t.type for t in f.data} & {"bar"}])
def test_bars_stand_where_plotly_puts_them(name: str) -> None:
    """Each bar begins at its place, from zero, and is as long as its number."""
    fig = CHARTS[name]
    found = placed(drawn(fig), "bar")
    expected = []
    for trace in fig.data:
        if trace.type != "bar":
            continue
        flat = trace.orientation == "h"
        lengths = np.asarray(trace.x if flat else trace.y, dtype=float)
        if trace.base is not None and not isinstance(trace.base[0], float):  # days
            lengths = lengths / scales.DAY
        expected += [(flat, length) for length in lengths if np.isfinite(length)]
    # Small charts have axes of their own, so the order is that of the axes: of the traces in each.
    assert len(found) == len(expected)
    for patch, (flat, length) in zip(found, expected, strict=True):
        assert (patch.get_width() if flat else patch.get_height()) == pytest.approx(length)
        if not flat:
            assert patch.get_y() == 0


def test_a_bar_stands_over_its_period() -> None:
    table = series()
    found = placed(drawn(trend.bars(table, LIGHT)), "bar")
    days = (table["start"] - pd.Timestamp(0)).dt.days
    assert [p.get_x() for p in found] == pytest.approx(list(days))
    assert [p.get_height() for p in found] == pytest.approx(list(table["n"]))
    assert [p.get_width() for p in found] == pytest.approx(list((table["end"] - table["start"]).dt.days * 0.88))


def test_categories_keep_their_order_their_names_and_their_numbers() -> None:
    made = drawn(CHARTS["bars.categories of exploitation"])
    by_height = sorted((t for t in made.texts if t.axes is not None), key=lambda t: made.extent(t).top)
    words = [t.get_text() for t in by_height]
    assert [w for w in words if w[0].isalpha()] == [codes.EXPLOITATION[c] for c in ("sex", "forced_labour", "unknown")]
    assert [w for w in words if w[0].isdigit()] == ["1,516", "0", "22"]


def test_lines_have_the_numbers_and_stop_at_gaps() -> None:
    fig = CHARTS["trend.lines of exploitation"]
    found = placed(drawn(fig), "line")
    traces = [t for t in fig.data if t.type == "scatter"]
    assert len(found) == len(traces)
    for line, trace in zip(found, traces, strict=True):
        assert np.array_equal(line.get_ydata(), np.asarray(trace.y, dtype=float), equal_nan=True)
        assert line.get_color().upper() == trace.line.color.upper()
        assert line.is_dashed() == (trace.line.dash == "dot")
    assert np.isnan(found[0].get_ydata()[4])


def test_dots_have_the_shapes_that_tell_lines_apart_in_grey() -> None:
    found = placed(drawn(CHARTS["trend.lines of exploitation"]), "dots")
    assert {line.get_marker() for line in found} == {"o", "s", "X"}
    many = placed(drawn(CHARTS["trend.lines of many months"]), "dots")
    assert all(line.get_markevery() == 8 for line in many)


def test_hatching_is_where_plotly_has_it() -> None:
    fig = CHARTS["trend.bars"]
    found = placed(drawn(fig), "bar")
    hatched = [bool(t.marker.pattern.shape) for t in fig.data if t.type == "bar" for _ in t.x]
    assert [bool(p.get_hatch()) for p in found] == hatched
    assert any(hatched)
    unknown = placed(drawn(CHARTS["bars.categories of exploitation"]), "bar")
    assert [p.get_hatch() for p in unknown] == ["x", None, None]


def test_cells_have_the_shade_of_their_number() -> None:
    fig = CHARTS["heat.week"]
    cells = placed(drawn(fig), "cell")
    assert len(cells) == 7 * 24
    from matplotlib.colors import to_hex

    darkest = [c for c in cells if to_hex(c.get_facecolor()).upper() == LIGHT.sequential[-1]]
    assert [(c.get_x(), c.get_y()) for c in darkest] == [(22.5, 5.5)]


def test_bands_and_breaks_stand_at_their_dates() -> None:
    made = drawn(CHARTS["trend.lines of exploitation"])
    (band,) = placed(made, "band")
    day = (pd.Timestamp("2022-05-01") - pd.Timestamp(0)).days
    assert band.get_x() == day
    assert band.get_width() == 61
    breaks = placed(made, "break")
    assert [b.get_xdata()[0] for b in breaks] == [(pd.Timestamp(d) - pd.Timestamp(0)).days for d in
                                                  ("2023-05-01", "2022-06-01")]  # fmt: skip
    assert all(b.is_dashed() for b in breaks)
    assert "A unit begins" in [t.get_text() for t in made.texts]


def test_intervals_are_drawn_from_arrays() -> None:
    fig = go.Figure(go.Scatter(x=[1, 2], y=[4, 5], mode="markers", error_y={"array": [1, 2], "arrayminus": [0.5, 1]}))
    made = drawn(fig)
    from matplotlib.collections import LineCollection

    (lines,) = [c for a in made.canvas.axes for c in a.collections if isinstance(c, LineCollection)]
    assert [list(s[:, 1]) for s in lines.get_segments()] == [[3.5, 5], [4, 7]]


def test_axes_begin_at_zero_and_say_whole_numbers() -> None:
    made = drawn(CHARTS["trend.bars"])
    axes = next(a for a in made.canvas.axes if a.get_zorder() == 0)
    assert axes.get_ylim()[0] == 0
    low = trend.bars(series(3).assign(n=[1.0, 2.0, 3.0]), LIGHT)
    said = [t.get_text() for t in drawn(low).texts if re.fullmatch(r"[\d.]+", t.get_text())]
    assert [s for s in said if len(s) < 4] == ["0", "1", "2", "3"]


def test_ticks_are_those_of_the_figure() -> None:
    made = drawn(CHARTS["protected.bars"])
    assert {"2021 H1", "2021 H2", "2022 H1"} <= {t.get_text() for t in made.texts}
    made = drawn(CHARTS["curve.concentration_curve"])
    assert {"0%", "100%", "Share of places", "Share of reports"} <= {t.get_text() for t in made.texts}


@pytest.mark.parametrize(
    ("fig", "said"),
    [
        (go.Figure(go.Pie(values=[1, 2])), "pie"),
        (go.Figure(go.Bar(x=[1], y=[2], insidetextanchor="end")), "insidetextanchor"),
        (go.Figure(go.Scatter(x=[1], y=[2], mode="markers", marker={"symbol": "star"})), "star"),
        (go.Figure(go.Scatter(x=[1, 2], y=[2, 3], fill="toself")), "toself"),
        (go.Figure(go.Bar(x=[1], y=[2]), {"annotations": [{"text": "a", "x": 1, "y": 1}]}), "arrow"),
        (go.Figure(go.Bar(x=[1], y=[2]), {"shapes": [{"type": "circle", "x0": 1, "x1": 2, "y0": 0, "y1": 1}]}),
         "circle"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_and_named(fig: go.Figure, said: str) -> None:
    with pytest.raises(pictures.PictureError, match=said):
        pictures.draw(figure(fig))
