"""Grids of shades and curves on two number axes, read from plotly figures."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.briefing import plots

if TYPE_CHECKING:
    import plotly.graph_objects as go

_UNKNOWN_FILL, _INK, _LIGHT = "#EDEDE9", "#23262A", "#FFFFFF"


def grid(drawn: "go.Figure") -> "plots.Grid":
    """A heatmap with a number in each cell; a cell outside the shades (not recorded) is plain grey."""
    heat: Any = next(t for t in drawn.data if t.type == "heatmap")
    z = np.asarray(heat.z, dtype=float)
    rows = _names(drawn.layout.yaxis, heat.hovertext, z.shape[0], last=False)
    columns = _names(drawn.layout.xaxis, heat.hovertext, z.shape[1], last=True)
    texts = [["" if np.isnan(v) else str(round(v)) for v in line] for line in z]
    for trace in drawn.data:
        if trace.type == "scatter" and trace.mode == "text":
            for x, y, said in zip(trace.x, trace.y, trace.text, strict=True):
                texts[int(y)][int(x)] = plots.text(said)
    fills = [[_shade(v, heat) for v in line] for line in z]
    inks = [[_ink(fill) for fill in line] for line in fills]
    titles = (plots.text(drawn.layout.xaxis.title.text), plots.text(drawn.layout.yaxis.title.text))
    return plots.Grid(rows, columns, _frozen(texts), _frozen(fills), _frozen(inks), titles)


def curve(drawn: "go.Figure") -> "plots.Curve":
    """Lines through points on two number axes, such as a share by the months since."""
    traces: list[Any] = list(drawn.data)
    layout = drawn.layout
    xs = tuple(tuple(float(v) for v in t.x) for t in traces)
    ys = tuple(tuple(float(v) for v in t.y) for t in traces)
    return plots.Curve(
        names=tuple("" if t.hoverinfo == "skip" else plots.name_of(t, "") for t in traces),
        xs=xs,
        ys=ys,
        colours=tuple(t.line.color for t in traces),
        dotted=tuple(t.line.dash == "dot" for t in traces),
        titles=(plots.text(layout.xaxis.title.text), plots.text(layout.yaxis.title.text)),
        tops=(max(v for line in xs for v in line), max(v for line in ys for v in line)),
        formats=(_format(layout.xaxis), _format(layout.yaxis)),
    )


def _format(axis: Any) -> str:
    """A spreadsheet's number format for plotly's."""
    if "%" in str(axis.tickformat or ""):
        return "0%"
    return '0"%"' if axis.ticksuffix == "%" else "#,##0"


def _names(axis: Any, hover: Any, n: int, last: bool) -> tuple[str, ...]:
    """The names of rows or columns: the axis' own where it names each, else those of the hover text."""
    if axis.ticktext is not None and len(axis.ticktext) == n:
        return tuple(plots.text(name) for name in axis.ticktext)
    cells = hover[0] if last else [line[0] for line in hover]
    heads = [str(cell).split("<br><b>")[0].split(", ") for cell in cells]
    return tuple(plots.text(head[-1] if last else head[0]) for head in heads)


def _shade(value: float, heat: Any) -> str:
    if np.isnan(value):
        return _UNKNOWN_FILL
    at = float(np.clip((value - heat.zmin) / (heat.zmax - heat.zmin), 0, 1))
    stops = [(float(s), _parts(c)) for s, c in heat.colorscale]
    mixed = [np.interp(at, [s for s, _c in stops], [c[i] for _s, c in stops]) for i in range(3)]
    return "#" + "".join(f"{round(v):02X}" for v in mixed)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _ink(fill: str) -> str:
    """Dark or white, whichever stands out more (WCAG)."""
    parts = np.array(_parts(fill)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light = float(linear @ [0.2126, 0.7152, 0.0722])
    return _INK if (light + 0.05) / 0.058 > 1.05 / (light + 0.05) else _LIGHT


def _frozen(cells: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line) for line in cells)
