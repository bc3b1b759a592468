"""The axes of a native chart: from zero, quiet, every so many names."""

import math
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.util import Pt

from dashboard.briefing import fit
from dashboard.briefing.parts import label_skip
from dashboard.briefing.plots import Panel
from dashboard.palette import LIGHT

# Steps of time that an axis of dates can have, and how it writes them; others are axes of names.
TIME = {"day": ("days", "d mmm yyyy"), "month": ("months", "mmm yyyy"), "year": ("years", "yyyy")}
_MONTHS_BETWEEN = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120)


def rgb(colour: str) -> RGBColor:
    """A colour such as "#0072B2"."""
    return RGBColor.from_string(colour.lstrip("#").upper())


def unit_of(largest: float) -> float:
    """Between two lines of the grid: 1, 2 or 5 times a power of ten, never a fraction of a person."""
    raw = largest / 4
    power = 10 ** math.floor(math.log10(max(raw, 1e-9)))
    step = next(m for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    return max(step * power, 1.0)


def top(panel: Panel) -> float:
    """Where the axis ends: the next line of the grid."""
    unit = unit_of(panel.top)
    return max(math.ceil(panel.top / unit - 1e-9), 1) * unit


def skip(panel: Panel, room: float, size: float) -> int:
    """Every how many categories one is named, so that the names do not touch."""
    longest = max((fit.width(c, size) for c in panel.categories), default=0) + 0.15
    need = math.ceil(longest / (room / max(len(panel.categories), 1)))
    if panel.step == "month":
        return next((n for n in _MONTHS_BETWEEN if n >= need), need)
    return need


def quiet(axis: Any, size: float) -> None:
    """An axis without marks and lines of a grid, its type small and grey."""
    axis.has_major_gridlines = False
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.tick_labels.font.size = Pt(size)
    axis.tick_labels.font.color.rgb = rgb(LIGHT.quiet)
    axis.format.line.color.rgb = rgb(LIGHT.quiet)


def dress(chart: Any, panel: Panel, every: int, size: float) -> None:
    """Both axes of a chart of categories, one of `every` of them named."""
    quiet(chart.category_axis, size)
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if panel.across:
        chart.category_axis.tick_labels.font.color.rgb = rgb(LIGHT.text)
    elif panel.step not in TIME or every == 1:
        label_skip(chart.category_axis, every)
    axis = chart.value_axis
    quiet(axis, size)
    axis.format.line.fill.background()
    axis.minimum_scale = 0
    if panel.across:
        axis.maximum_scale, axis.visible = panel.top * 1.02, False
        return
    axis.maximum_scale, axis.major_unit = top(panel), unit_of(panel.top) * (2 if panel.name else 1)
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "#,##0", False
