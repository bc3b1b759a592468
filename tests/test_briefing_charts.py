"""Charts in briefings: native, with the figures' own numbers, a gap where nothing is known, and no more behind them."""

import html
import io
import re
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.briefing import plots
from tests import briefing_figures as made
from tests.briefing_slides import charts, every_figure, texts


@pytest.fixture(scope="module")
def every() -> Any:
    return every_figure()


def slide_of(file: Any, key: str) -> Any:
    return next(s for s in file.slides if s.shapes.title.text.startswith(f"{key}:"))


def series(chart: Any) -> dict[str, tuple[Any, ...]]:
    return {s.name: tuple(s.values) for plot in chart.plots for s in plot.series}


def day(category: Any) -> pd.Timestamp:
    """A date of a date axis: python-pptx reads it back as a spreadsheet's number of days."""
    return pd.Timestamp("1899-12-30") + pd.Timedelta(days=float(str(category)))


def drawn_points(fig: Any) -> dict[Any, float]:
    """What plotly draws, by its place: x for upright bars and lines, nan left out, invisible bars too."""
    found: dict[Any, float] = {}
    for trace in fig.data:
        if trace.type == "bar" and trace.marker.color != "rgba(0,0,0,0)":
            found |= {pd.Timestamp(x): float(y) for x, y in zip(trace.x, trace.y, strict=True)}
    return found


def test_bars_over_time_have_the_plotted_numbers_and_gaps_are_gaps(every: Any) -> None:
    (chart,) = charts(slide_of(every, "bars"))
    at = list(chart.plots[0].categories)
    assert len(at) == 24
    bars = {name: values for name, values in series(chart).items() if name != "moving average"}
    native = {day(at[i]): v for values in bars.values() for i, v in enumerate(values) if v is not None}
    assert native == drawn_points(made.plots()["bars"])
    assert all(values[i] is None for values in bars.values() for i in (2, 3, 4))
    assert set(bars) == {"Incidents", "not final yet"}


def test_a_moving_average_is_a_line_over_the_bars_with_its_own_numbers(every: Any) -> None:
    (chart,) = charts(slide_of(every, "bars"))
    line = next(t for t in made.plots()["bars"].data if t.type == "scatter")
    want = [None if np.isnan(v) else float(v) for v in line.y]
    assert [None if v is None else float(v) for v in series(chart)["moving average"]] == want
    assert [type(plot).__name__ for plot in chart.plots] == ["BarPlot", "LinePlot"]


def test_lines_have_the_plotted_numbers_and_colours(every: Any) -> None:
    (chart,) = charts(slide_of(every, "lines"))
    traces = [t for t in made.plots()["lines"].data if t.type == "scatter"]
    found = [s for plot in chart.plots for s in plot.series]
    assert len(found) == len(traces) == 6
    for native, trace in zip(found, traces, strict=True):
        assert [v is None for v in native.values] == [bool(np.isnan(y)) for y in trace.y]
        assert [v for v in native.values if v is not None] == [y for y in trace.y if not np.isnan(y)]
        assert f"#{native.format.line.color.rgb}" == trace.line.color.upper()


def test_lying_bars_have_the_plotted_names_numbers_and_colours_and_no_numbers_without_a_label(every: Any) -> None:
    (chart,) = charts(slide_of(every, "categories"))
    (trace,) = made.plots()["categories"].data
    (plot,) = chart.plots
    assert [float(v) for v in plot.series[0].values] == [float(v) for v in trace.x]
    assert list(plot.categories) == ["Not recorded", "Forced labour", '=HYPERLINK("x")', "Sexual exploitation"]
    fills = [plot.series[0].points[i].format.fill for i in range(4)]
    assert [f"#{f.fore_color.rgb}" for f in fills] == [c.upper() for c in trace.marker.color]
    assert plot.series[0].data_labels.show_value


def test_small_charts_are_one_native_chart_each_on_one_scale(every: Any) -> None:
    found = charts(slide_of(every, "multiples"))
    fig = made.plots()["multiples"]
    assert len(found) == 6
    assert {c.value_axis.maximum_scale for c in found} == {200.0}
    for i, chart in enumerate(found, 1):
        traces = [t for t in fig.data if t.yaxis == ("y" if i == 1 else f"y{i}")]
        want = {pd.Timestamp(x): float(y) for t in traces for x, y in zip(t.x, t.y, strict=True)}
        at = list(chart.plots[0].categories)
        native = {day(at[k]): v for vs in series(chart).values() for k, v in enumerate(vs) if v is not None}
        assert native == want
        assert chart.has_title


def test_a_profile_has_its_bars_and_a_series_of_dots_for_each_year(every: Any) -> None:
    (chart,) = charts(slide_of(every, "profile"))
    mean, dots = made.plots()["profile"].data
    found = series(chart)
    assert [float(v) for v in found["Incidents, on average"]] == [float(v) for v in mean.y]
    for year in ("2022", "2023"):
        assert list(found[year]) == [y for y, row in zip(dots.y, dots.customdata, strict=True) if row[0] == year]


def test_years_over_each_other_keep_their_names_and_numbers(every: Any) -> None:
    (chart,) = charts(slide_of(every, "years"))
    traces = made.plots()["years"].data
    assert [list(v) for v in series(chart).values()] == [[float(y) for y in t.y] for t in traces]
    assert list(series(chart)) == ["2022", "2023"]
    assert list(chart.plots[0].categories) == list(traces[0].x)


@pytest.mark.parametrize("key", ["delay", "concentration"])
def test_a_curve_is_points_on_two_number_axes(every: Any, key: str) -> None:
    (chart,) = charts(slide_of(every, key))
    traces = made.plots()[key].data
    for native, trace in zip(chart.plots[0].series, traces, strict=True):
        xs = [float(v.text) for v in native._element.xpath(".//c:xVal//c:v")]
        assert xs == [float(x) for x in trace.x]
        assert list(native.values) == [float(y) for y in trace.y]


def test_a_grid_of_shades_is_a_native_table_with_every_number(every: Any) -> None:
    (table,) = [s.table for s in slide_of(every, "grid").shapes if s.has_table]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [
        ["", "Sexual exploitation", "Forced labour", "Not recorded"],
        ["Sexual exploitation", "40", "0", "3"],
        ["Forced labour", "0", "7", "0"],
    ]
    heat = next(t for t in made.plots()["grid"].data if t.type == "heatmap")
    assert f"#{table.cell(1, 1).fill.fore_color.rgb}" == heat.colorscale[-1][1].upper()


def test_few_or_none_is_no_bar_and_is_said_and_not_collected_is_a_gap(every: Any) -> None:
    slide = slide_of(every, "few_in_time")
    (chart,) = charts(slide)
    assert list(chart.plots[0].categories) == [str(y) for y in range(2018, 2026)]
    found = series(chart)
    assert found["Incidents"] == (22, None, 31, None, 44, None, None, 55)
    assert found["some sources only"] == (None,) * 6 + (90, None)
    assert "Few or none, no bar is drawn: 2019 and 2023." in texts(slide)
    assert "Not collected, a gap: 2021." in texts(slide)


def test_few_or_none_of_a_category_is_written_at_its_name(every: Any) -> None:
    (chart,) = charts(slide_of(every, "few_by_category"))
    assert list(chart.plots[0].categories)[1] == "Forced labour: few or none"
    assert chart.plots[0].series[0].values[1] is None


def test_a_chart_of_nothing_but_few_or_none_has_no_number(every: Any) -> None:
    slide = slide_of(every, "few_in_several")
    _first, second = charts(slide)
    assert {v for values in series(second).values() for v in values} == {None}
    assert "Forced labour: few or none, no bar is drawn: 2018, 2019" in texts(slide)


def test_no_number_of_a_protected_chart_is_the_mark_that_stands_for_few_or_none() -> None:
    for key in ("few_in_time", "few_by_category", "few_in_several"):
        native = plots.read(made.plots()[key], "Incidents")
        assert isinstance(native, tuple)
        values = {v for panel in native for s in panel.series for v in s.values if v is not None}
        assert values <= {22, 31, 44, 90, 55, 130}


def workbook(chart: Any) -> tuple[list[str], list[float], str]:
    """The texts and the numbers of the workbook in a chart, and the XML of its one sheet."""
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
        assert [n for n in book.namelist() if "worksheets/" in n] == ["xl/worksheets/sheet1.xml"]
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shared = book.read("xl/sharedStrings.xml").decode()
    words = [html.unescape(t) for t in re.findall(r"<t[^>]*>(.*?)</t>", shared)]
    cells = re.findall(r"<c ([^>]*[^/>])>(.*?)</c>", sheet)
    assert len(cells) == sheet.count("<v>")
    numbers = [float(re.sub("<[^>]*>", "", value)) for about, value in cells if 't="s"' not in about]
    return words, numbers, sheet


def test_workbooks_hold_the_plotted_names_and_numbers_and_nothing_else(every: Any) -> None:
    seen = 0
    for slide in every.slides:
        for chart in charts(slide):
            words, numbers, _sheet = workbook(chart)
            drawn = [s for plot in chart.plots for s in plot.series]
            space = chart._chartSpace
            shown = [float(v) for s in drawn for v in s.values if v is not None]
            shown += [float(v.text) for v in space.xpath(".//c:xVal//c:v")]
            names = {s.name for s in drawn}
            if space.xpath(".//c:dateAx"):
                shown += [float(str(c)) for c in chart.plots[0].categories]
            elif not space.xpath(".//c:scatterChart"):
                names |= set(chart.plots[0].categories)
            assert sorted(numbers) == sorted(shown)
            assert set(words) == names
            seen += 1
    assert seen > 15


def test_a_label_like_a_formula_stays_text_in_the_workbook_even_when_it_is_edited(every: Any) -> None:
    (chart,) = charts(slide_of(every, "categories"))
    words, _numbers, sheet = workbook(chart)
    assert '=HYPERLINK("x")' in words
    assert "<f>" not in sheet
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
        styles = re.findall(r"<xf [^>]*>", book.read("xl/styles.xml").decode().split("<cellXfs")[1])
    looks = [styles[int(style)] for style in re.findall(r'<c r="A\d+" s="(\d+)" t="s">', sheet)]
    assert len(looks) == 4
    assert all('quotePrefix="1"' in look for look in looks)


def test_maps_and_what_no_native_chart_shows_are_sharp_pictures_with_a_text_alternative(every: Any) -> None:
    for key in ("map", "coverage"):
        (shape,) = [s for s in slide_of(every, key).shapes if s.shape_type == 13]
        assert shape.image.size[0] / (shape.width / 914400) >= 200
        assert "412 incidents" in shape._element.xpath(".//p:cNvPr")[0].get("descr")
