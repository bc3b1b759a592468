"""A plotly figure as `dashboard.charts` makes it, read into what a native chart needs: the same numbers and colours.

What no native chart can show is None, and is drawn as a picture.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from dashboard.briefing.periods import Periods
from dashboard.escape import plain
from dashboard.i18n import _
from dashboard.protection import FEW

if TYPE_CHECKING:
    import plotly.graph_objects as go

Value = float | None
Look = Literal["solid", "hatched", "crossed"]
_CLEAR = "rgba(0,0,0,0)"
_HOLDER = re.compile(r"%\{[^}]*\}")


@dataclass(frozen=True)
class Series:
    """One series of a chart. values : one for each category, None where there is none.

    colours, looks : of each point; a single one holds for all. kind : how it is drawn.
    """

    name: str
    values: tuple[Value, ...]
    colours: tuple[str, ...]
    looks: tuple[Look, ...] = ("solid",)
    kind: Literal["bar", "line", "dots"] = "bar"
    dotted: bool = False
    pale: bool = False
    mark: str = "circle"  # the shape of the dots on a line, in plotly's words


@dataclass(frozen=True)
class Panel:
    """One chart of categories.

    across : bars that lie. few : categories that are few or none, whose bar is left out. gaps : first and last category
    of each run that was not collected. notes : dated notes: position (1.5 is the middle of the second category), text.
    top : the largest value that the axis must hold; `percent` what stands behind its numbers.
    """

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    name: str = ""
    across: bool = False
    top: float = 1.0
    suffix: str = ""
    few: tuple[int, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    notes: tuple[tuple[float, str], ...] = ()
    step: str = ""  # of a time axis: day, week, month, quarter, year
    starts: tuple[date, ...] = ()  # first days of the periods of a time axis


@dataclass(frozen=True)
class Curve:
    """Lines through points on two number axes; xs and ys of each series."""

    names: tuple[str, ...]
    xs: tuple[tuple[float, ...], ...]
    ys: tuple[tuple[float, ...], ...]
    colours: tuple[str, ...]
    dotted: tuple[bool, ...]
    titles: tuple[str, str]
    tops: tuple[float, float]
    formats: tuple[str, str]


@dataclass(frozen=True)
class Grid:
    """A grid of shades: texts, fills and inks are rows of columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    fills: tuple[tuple[str, ...], ...]
    inks: tuple[tuple[str, ...], ...]
    titles: tuple[str, str] = field(default=("", ""))


Native = tuple[Panel, ...] | Curve | Grid


def read(drawn: "go.Figure", unit: str = "") -> Native | None:
    """What a figure shows, in numbers; None where only a picture can show it. unit : names a series without a name."""
    from dashboard.briefing import grids

    traces: list[Any] = list(drawn.data)
    if any(t.type == "heatmap" for t in traces):
        return grids.grid(drawn)
    if any(t.type not in ("bar", "scatter") for t in traces) or not traces:
        return None
    if any(t.type == "bar" and t.base is not None for t in traces):
        return None
    if all(t.type == "bar" and t.orientation == "h" for t in traces):
        return (_lying(drawn, unit),) if len(traces) == 1 else None
    if all(t.type == "scatter" for t in traces) and _numeric(traces[0].x):
        return grids.curve(drawn)
    axes = sorted({t.xaxis or "x" for t in traces}, key=lambda name: int(name[1:] or 1))
    found = [_standing(drawn, [t for t in traces if (t.xaxis or "x") == name], name, unit) for name in axes]
    if len(found) > 1:
        names = [text(a.text) for a in drawn.layout.annotations]
        if len(names) != len(found):
            return None
        found = [replace(panel, name=name, notes=()) for panel, name in zip(found, names, strict=True)]
    return tuple(found)


def text(markup: object) -> str:
    """The words in plotly's little HTML, on one line."""
    return plain(html.unescape(re.sub(r"<br>", " ", str(markup or ""))))


def few(said: object) -> bool:
    """Whether a label says that a count is few or none."""
    return text(said) in (FEW, _(FEW))


def name_of(trace: Any, unit: str) -> str:
    """The name of a series: its own, what its hover text begins with, else the unit of count."""
    if trace.name:
        return text(trace.name)
    first = str(trace.hovertemplate or "").split("<br>")[0]
    return text(_HOLDER.sub("", first)) or text(unit) or _("Count")


def _numeric(values: Any) -> bool:
    return np.asarray(values).dtype.kind in "iuf"


def _each(value: Any, n: int) -> list[Any]:
    """A setting of each point: plotly has one for all, or one for each."""
    many = isinstance(value, (list, tuple, np.ndarray))
    return list(value) if many else [value] * n


def _values(values: Any) -> list[Value]:
    return [None if v is None or np.isnan(v) else int(v) if float(v).is_integer() else float(v)
            for v in np.asarray(values, dtype=float)]  # fmt: skip


def _look(shape: object) -> Look:
    return "crossed" if shape == "x" else "hatched" if shape else "solid"


def _lying(drawn: "go.Figure", unit: str) -> Panel:
    trace: Any = drawn.data[0]
    ticks = drawn.layout.yaxis
    label = dict(zip(np.asarray(ticks.tickvals, dtype=float), ticks.ticktext, strict=True))
    names = [text(label[float(y)]) for y in np.asarray(trace.y, dtype=float)]
    values, n = _values(trace.x), len(names)
    hidden = [i for i, said in enumerate(_each(trace.text, n)) if few(said)]
    for i in hidden:
        values[i] = None
        names[i] = _("{name}: few or none").format(name=names[i])
    shapes = trace.marker.pattern.shape if trace.marker.pattern else ""
    one = Series(
        name_of(trace, unit),
        tuple(values),
        tuple(_each(trace.marker.color, n)),
        tuple(_look(s) for s in _each(shapes, n)),
    )
    return Panel(tuple(names), (one,), across=True, top=_top([one]), few=tuple(hidden))


def _standing(drawn: "go.Figure", traces: list[Any], axis: str, unit: str) -> Panel:
    layout = drawn.layout["xaxis" + axis[1:]]
    seen = [t for t in traces if t.type == "scatter" or t.marker.color != _CLEAR]
    dated = np.asarray(seen[0].x).dtype.kind == "M" or isinstance(seen[0].x[0], pd.Timestamp)
    axis_top = drawn.layout["yaxis" + axis[1:]].range
    if not dated:
        names = tuple(str(c) for c in (layout.categoryarray or seen[0].x))
        series = [one for t in seen for one in _by_name(t, names, unit)]
        if any(s.kind == "dots" for s in series):
            mean = _("{name}, on average")
            series = [replace(s, name=mean.format(name=s.name)) if s.kind == "bar" else s for s in series]
        return Panel(tuple(text(n) for n in names), tuple(series), top=_top(series))
    periods = Periods.of(seen, layout.range)
    series, hidden = [], set[int]()
    for t in seen:
        at = periods.places(t.x)
        values = _values(t.y)
        for i, place in enumerate(at):
            if t.customdata is not None and few(t.customdata[i][1]):
                values[i] = None
                hidden.add(int(place))
        if any(v is not None for v in values):
            series.append(_series(t, spread(values, at, len(periods.labels)), unit, _average(t, traces)))
    notes, gaps = _dated_notes(drawn, periods), periods.gaps(series, hidden)
    top = max(_top(series), float(axis_top[1]) / 1.06 if axis_top and len(traces) != len(drawn.data) else 0)
    return Panel(
        tuple(periods.labels), tuple(series), top=top, few=tuple(sorted(hidden)), gaps=gaps, notes=notes,
        step=periods.step, starts=tuple(day.date() for day in periods.starts),
    )  # fmt: skip


def _average(trace: Any, traces: Sequence[Any]) -> bool:
    """A line over bars is their moving average."""
    return trace.type == "scatter" and any(t.type == "bar" and t.marker.color != _CLEAR for t in traces)


def spread(values: Sequence[Value], at: Iterable[int], n: int) -> tuple[Value, ...]:
    """Values put where they belong among n categories, None elsewhere."""
    out: list[Value] = [None] * n
    for place, value in zip(at, values, strict=True):
        out[int(place)] = value
    return tuple(out)


def _series(trace: Any, values: tuple[Value, ...], unit: str, average: bool) -> Series:
    if trace.type == "scatter":
        name = _("moving average") if average else name_of(trace, unit)
        dotted = trace.line.dash == "dot"
        if dotted:
            name = _("{name}, not final yet").format(name=name)
        return Series(
            name, values, (trace.line.color,), kind="line", dotted=dotted, mark=str(trace.marker.symbol or "circle")
        )
    look = _look(trace.marker.pattern.shape if trace.marker.pattern else "")
    pale = (trace.marker.opacity or 1) < 1
    name = name_of(trace, unit)
    said = [_("not final yet")] * (look == "hatched") + [_("some sources only")] * pale
    name = ", ".join(said) or name
    return Series(name, values, (trace.marker.color,), (look,), pale=pale)


def _by_name(trace: Any, names: tuple[str, ...], unit: str) -> list[Series]:
    """A trace over named steps; dots of several years become one series for each year."""
    at = [names.index(str(x)) for x in trace.x]
    values = _values(trace.y)
    if trace.type == "bar":
        return [Series(name_of(trace, unit), spread(values, at, len(names)), (trace.marker.color,))]
    if trace.mode != "markers":
        return [_series(trace, spread(values, at, len(names)), unit, average=False)]
    years = [str(row[0]) for row in trace.customdata]
    found = []
    for year in dict.fromkeys(years):
        rows = [i for i, y in enumerate(years) if y == year]
        part = spread([values[i] for i in rows], [at[i] for i in rows], len(names))
        found.append(Series(year, part, (trace.marker.color,), kind="dots"))
    return found


def _top(series: Sequence[Series]) -> float:
    return max([1.0, *(v for s in series for v in s.values if v is not None)])


def _dated_notes(drawn: "go.Figure", periods: Periods) -> tuple[tuple[float, str], ...]:
    """The dashed lines, each with the whole text that the page shows when it is pointed at."""
    dashed = [s for s in drawn.layout.shapes if s.type == "line" and s.line.dash == "dash"]
    said = {pd.Timestamp(a.x): text(a.hovertext) for a in drawn.layout.annotations if a.hovertext}
    found = [(pd.Timestamp(s.x0), said.get(pd.Timestamp(s.x0), "")) for s in dashed]
    return tuple((periods.position(when), words) for when, words in sorted(found) if words)
