"""Native charts: what PowerPoint and LibreOffice draw from numbers, so that a person can go on editing them."""

import math
from dataclasses import dataclass, replace
from typing import Any

from pptx.chart.series import BarSeries, LineSeries
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE, MSO_PATTERN
from pptx.util import Inches, Pt

from dashboard.briefing import axes, fit, said
from dashboard.briefing.axes import rgb
from dashboard.briefing.parts import date_axis, lay_out, mixed_in, title_at, without_legend_entries
from dashboard.briefing.planned import Box
from dashboard.briefing.plots import Curve, Panel, Series
from dashboard.briefing.workbook import Categories, Points
from dashboard.palette import LIGHT

MANY_MARKERS = 70  # categories; more points would hide their line
THICKEST = 0.8  # inches of a lying bar
LONGEST_NAME = 14  # characters beside the end of a line
FEW_LABELS = 12  # bars; more numbers would touch each other
_ROUND = XL_MARKER_STYLE.CIRCLE
# The shapes of dots, in plotly's words; those that are lines only would not be seen on a line.
_MARKS = {
    "square": XL_MARKER_STYLE.SQUARE,
    "diamond": XL_MARKER_STYLE.DIAMOND,
    "triangle-up": XL_MARKER_STYLE.TRIANGLE,
    "cross": XL_MARKER_STYLE.PLUS,
    "triangle-down": XL_MARKER_STYLE.DASH,
    "x": XL_MARKER_STYLE.X,
}
_PATTERNS = {"hatched": MSO_PATTERN.WIDE_UPWARD_DIAGONAL, "crossed": MSO_PATTERN.OUTLINED_DIAMOND}


@dataclass(frozen=True)
class Style:
    """How a chart is written: size of its type in points, whether it has a legend, names at the ends of its lines."""

    size: float
    legend: bool
    ends: bool


def style(panel: Panel, size: float) -> Style:
    """Names beside the lines where they do not touch, else a legend, none for a single series."""
    names = {s.name for s in panel.series}
    if len(names) < 2 or panel.across:
        return Style(size, legend=False, ends=False)
    ends = [v for s in panel.series if _ends_there(panel, s) and (v := last_value(s)) is not None]
    far = all(abs(a - b) > 0.09 * axes.top(panel) for i, a in enumerate(ends) for b in ends[:i])
    # LibreOffice folds a long name beside a line into a column of syllables.
    lines = all(s.kind == "line" and len(s.name) <= LONGEST_NAME for s in panel.series if not s.dotted)
    return Style(size, legend=not (lines and far), ends=lines and far)


def last_value(series: Series) -> float | None:
    """The value at the end of a line."""
    return next((v for v in reversed(series.values) if v is not None), None)


def inner(panel: Panel, box: Box, look: Style) -> Box:
    """Where the plot itself lies on the slide, without the labels around it."""
    line = look.size * fit.POINT * fit.LEADING
    name = line * (fit.lines(panel.name, look.size, box.w) + 0.25) if panel.name else 0.0
    if panel.across:
        longest = max((fit.width(c, look.size) for c in panel.categories), default=0)
        left = min(longest + 0.2, 0.45 * box.w)
        return Box(box.x + left, box.y + name, box.w - left - 0.9, box.h - name - 0.05)
    left = fit.width(said.number(axes.top(panel)), look.size) + 0.2
    right = max(fit.width(s.name, look.size) for s in panel.series if not s.dotted) + 0.3 if look.ends else 0.2
    over = name + line * _legend_rows(panel, box, look) + (line * 1.2 if panel.notes else 0) + line * 0.4
    right = min(right, 0.3 * box.w)
    # Names that are not dates are turned where they do not fit.
    turned = panel.step not in axes.TIME and axes.skip(panel, box.w - left - right, look.size) > 1
    return Box(box.x + left, box.y + over, box.w - left - right, box.h - over - line * (4 if turned else 1.5))


def _in_legend(series: Series) -> bool:
    """A dotted end goes on with its line; the dots of several years look alike, and a sentence says what they are."""
    return not series.dotted and series.kind != "dots"


def _legend_rows(panel: Panel, box: Box, look: Style) -> float:
    """Lines of a legend, and the space around it; both programs use some two thirds of the width."""
    if not look.legend:
        return 0.0
    room = box.w * 0.66
    entries = [fit.width(s.name, look.size) + 0.45 for s in panel.series if _in_legend(s)]
    return 0.4 + max(math.ceil(sum(entries) / room), len(entries) if max(entries) > room / 2 else 1)


def on_scale(panel: Panel, largest: float) -> Panel:
    """The panel with the axis that its neighbours have."""
    return replace(panel, top=largest)


def add(shapes: Any, panel: Panel, box: Box, look: Style) -> Any:
    """Put one native chart of categories on a slide; returns its frame."""
    data = Categories(number_format="#,##0")
    every = axes.skip(panel, inner(panel, box, look).w, look.size)
    dated = every > 1 and panel.step in axes.TIME
    data.categories = panel.starts if dated else panel.categories
    for one in panel.series or (Series(panel.name or "–", (None,) * len(panel.categories), (LIGHT.count,)),):
        data.add_series(one.name, one.values, _format(one))
    bars = any(s.kind == "bar" for s in panel.series) or not panel.series
    kind = XL_CHART_TYPE.LINE_MARKERS
    if bars:
        kind = XL_CHART_TYPE.BAR_CLUSTERED if panel.across else XL_CHART_TYPE.COLUMN_CLUSTERED
    frame = shapes.add_chart(kind, Inches(box.x), Inches(box.y), Inches(box.w), Inches(box.h), data)
    chart = frame.chart
    _dress(chart, look)
    if bars:
        each = inner(panel, box, look).h / max(len(panel.categories), 1)
        # One or two lying bars do not get as thick as the slide is high.
        chart.plots[0].gap_width = min(max(round(100 * (each / THICKEST - 1)), 40), 500) if panel.across else 18
        chart.plots[0].overlap = 100
        mixed_in(chart, [i for i, s in enumerate(panel.series) if s.kind != "bar"])
    drawn = sorted((s for plot in chart.plots for s in plot.series), key=lambda s: s._element.idx.val)
    for found, one in zip(drawn, panel.series, strict=False):
        _paint(found, one, panel, look)
    axes.dress(chart, panel, every, look.size)
    if dated:
        unit, form = axes.TIME[panel.step]
        chart.category_axis.tick_labels.number_format = form
        chart.category_axis.tick_labels.number_format_is_linked = False
        date_axis(chart.category_axis, unit, every)
    if panel.name:
        _name(chart, panel.name, look.size)
        title_at(chart, box, Box(box.x, box.y, box.w, 0))
    lay_out(chart, box, inner(panel, box, look))
    if look.legend:
        _legend(chart, look.size)
        without_legend_entries(chart, [i for i, s in enumerate(panel.series) if not _in_legend(s)])
    return frame


def add_curve(shapes: Any, curve: Curve, box: Box, size: float) -> Any:
    """Put lines through points on two number axes on a slide; returns the frame."""
    data = Points(number_format="General")
    for name, xs, ys in zip(curve.names, curve.xs, curve.ys, strict=True):
        series = data.add_series(name)
        for x, y in zip(xs, ys, strict=True):
            series.add_data_point(x, y)
    kind = XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
    frame = shapes.add_chart(kind, Inches(box.x), Inches(box.y), Inches(box.w), Inches(box.h), data)
    chart = frame.chart
    _dress(chart, Style(size, legend=False, ends=False))
    for series, colour, dotted in zip(chart.plots[0].series, curve.colours, curve.dotted, strict=True):
        _line(series, colour, dotted, Pt(2.5))
        series.smooth = False
    both = (chart.category_axis, chart.value_axis)
    for axis, title, most, form in zip(both, curve.titles, curve.tops, curve.formats, strict=True):
        axes.quiet(axis, size)
        axis.minimum_scale, axis.maximum_scale = 0, most
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = form, False
        axis.has_title = bool(title)
        if title:
            _words(axis.axis_title.text_frame, title, size)
    chart.value_axis.has_major_gridlines = True
    chart.value_axis.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
    if any(curve.names):
        _legend(chart, size)
        without_legend_entries(chart, [i for i, name in enumerate(curve.names) if not name])
    return frame


def paler(colour: str, opacity: float = 0.55) -> str:
    """A colour as it looks through on white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * opacity):02X}" for part in parts)


def _format(series: Series) -> str:
    whole = all(v is None or float(v).is_integer() for v in series.values)
    return "#,##0" if whole else "#,##0.0"


def _dress(chart: Any, look: Style) -> None:
    chart.has_legend, chart.has_title = False, False
    chart.font.size = Pt(look.size)
    chart.font.color.rgb = rgb(LIGHT.text)


def _paint(found: Any, one: Series, panel: Panel, look: Style) -> None:
    if isinstance(found, BarSeries):
        _fill(found.format, one.colours[0], one.looks[0], one.pale)
        if len(one.colours) > 1:
            for i, colour in enumerate(one.colours):
                _fill(found.points[i].format, colour, one.looks[i % len(one.looks)], one.pale)
        if panel.across or (len(panel.categories) <= FEW_LABELS and not panel.name and _alone(panel)):
            labels = found.data_labels
            labels.show_value, labels.number_format, labels.number_format_is_linked = True, _format(one), False
            labels.font.size = Pt(look.size)
        return
    colour = paler(one.colours[0]) if one.pale else one.colours[0]
    found.smooth = False
    _line(found, colour, one.dotted, Pt(2.5))
    many = len(panel.categories) > MANY_MARKERS or (one.kind == "line" and not _lines_only(panel))
    found.marker.style = XL_MARKER_STYLE.NONE if many and one.kind != "dots" else _MARKS.get(one.mark, _ROUND)
    if not many or one.kind == "dots":
        found.marker.size = 6 if one.mark == "circle" else 8
        found.marker.format.fill.solid()
        found.marker.format.fill.fore_color.rgb = rgb(LIGHT.surface if one.dotted else colour)
        found.marker.format.line.color.rgb = rgb(colour)
    if one.kind == "dots":
        found.format.line.fill.background()
    if look.ends and _ends_there(panel, one):
        _end_label(found, replace(one, name=_whose(panel, one)), look.size)


def _ends_there(panel: Panel, one: Series) -> bool:
    """Whether a line's end is the end of what it shows: a dotted part of the same colour goes on behind a solid one."""
    return one.dotted or not any(s.dotted and s.colours == one.colours for s in panel.series)


def _whose(panel: Panel, one: Series) -> str:
    """The name of the line that a dotted part goes on with."""
    return next((s.name for s in panel.series if not s.dotted and s.colours == one.colours), one.name)


def _alone(panel: Panel) -> bool:
    return all(s.kind == "bar" for s in panel.series)


def _lines_only(panel: Panel) -> bool:
    return all(s.kind == "line" for s in panel.series)


def _fill(form: Any, colour: str, look: str, pale: bool) -> None:
    shade = rgb(paler(colour) if pale else colour)
    if look == "solid":
        form.fill.solid()
        form.fill.fore_color.rgb = shade
        return
    form.fill.patterned()
    form.fill.pattern = _PATTERNS[look]
    form.fill.fore_color.rgb, form.fill.back_color.rgb = shade, rgb(LIGHT.surface)
    form.line.color.rgb, form.line.width = shade, Pt(1)


def _line(series: Any, colour: str, dotted: bool, width: Pt) -> None:
    series.format.line.color.rgb, series.format.line.width = rgb(colour), width
    if dotted:
        series.format.line.dash_style = MSO_LINE.ROUND_DOT


def _end_label(found: LineSeries, one: Series, size: float) -> None:
    """The name of a line beside its last point."""
    from pptx.enum.chart import XL_LABEL_POSITION

    last = max(i for i, v in enumerate(one.values) if v is not None)
    label = found.points[last].data_label
    _words(label.text_frame, one.name, size, one.colours[0])
    label.position = XL_LABEL_POSITION.RIGHT


def _words(frame: Any, text: str, size: float, colour: str = LIGHT.text, bold: bool = False) -> None:
    frame.text = text
    font = frame.paragraphs[0].runs[0].font if frame.paragraphs[0].runs else frame.paragraphs[0].font
    font.size, font.bold = Pt(size), bold
    font.color.rgb = rgb(colour)


def _name(chart: Any, name: str, size: float) -> None:
    chart.has_title = True
    _words(chart.chart_title.text_frame, name, size)
    chart.chart_title.include_in_layout = False


def _legend(chart: Any, size: float) -> None:
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.legend.font.size = Pt(size)
