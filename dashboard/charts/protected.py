"""Protected counts: a published 0 is "few or none", a low outlined mark; it is no zero, no gap and no pale shade."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import bars as plain_bars
from dashboard.charts import multiples, style, trend
from dashboard.i18n import _
from dashboard.palette import Palette
from dashboard.protection import FEW

LOW = 0.045  # of the axis: high enough to be seen, too low to be read as a number
_FEW_LINE = 1.5


def bars(table: pd.DataFrame, p: Palette, breaks: Sequence[tuple[date, str]] = (), height: int = 380) -> go.Figure:
    """One series as bars. table : as `measures.by_cube_period`. breaks : dated notes, drawn as labelled lines."""
    fig = style.draft(p, height)
    top = _top(table)
    trend.gaps(fig, table, p)
    _marks(fig, table, p, p.count, top)
    trend.time_axis(fig, table)
    if len(table) <= 12:
        middle = table["start"] + (table["end"] - table["start"]) / 2
        fig.update_axis("xaxis", tickmode="array", tickvals=middle, ticktext=list(table["label"]), dtick=None)
    trend.notes(fig, table, breaks, p)
    fig.update_axis("yaxis", range=[0, top * 1.06])
    return fig.done()


def several(table: pd.DataFrame, group: str, labels: Mapping[str, str], p: Palette) -> go.Figure:
    """One small chart for each group, all on one scale. table : as for `bars`, with group."""

    def draw(fig: style.Draft, rows: pd.DataFrame, colour: str, p: Palette, name: str, unknown: bool) -> None:
        for start, end in trend.runs(rows, rows["n"].isna()):
            place = {"xref": f"x{name}", "yref": f"y{name} domain", "layer": "below"}
            fig.add_shape(type="rect", x0=start, x1=end, y0=0, y1=1, fillcolor=p.band, line={"width": 0}, **place)
        _marks(
            fig,
            rows,
            p,
            colour,
            _top(table),
            style.UNKNOWN_HATCH if unknown else "",
            {"xaxis": f"x{name}", "yaxis": f"y{name}"},
        )

    return multiples.multiples(table, group, labels, p, draw=draw)


def categories(
    table: pd.DataFrame, p: Palette, labels: Mapping[str, str], group: str = "", keep_order: bool = False
) -> go.Figure:
    """One bar for each category, as `bars.categories`; a 0 says "few or none" beside a low outlined mark."""
    fig = plain_bars.categories(table, p, labels, group, keep_order)
    trace: Any = fig.data[0]
    n = np.asarray(trace.x, dtype=float)
    few = n == 0
    if not few.any():
        return fig
    trace.x = np.where(few, max(float(n.max()), 1.0) * LOW / 2, n)
    trace.text = [_(FEW) if f else text for f, text in zip(few, trace.text, strict=True)]
    shown = np.array(trace.customdata, dtype=object)
    shown[few, 1] = _(FEW)
    trace.customdata = shown
    looks = trace.marker
    looks.pattern.shape = ["/" if f else shape for f, shape in zip(few, looks.pattern.shape, strict=True)]
    looks.line = {
        "width": [_FEW_LINE if f else w for f, w in zip(few, looks.line.width, strict=True)],
        "color": [p.count if f else p.unknown for f in few],
    }
    return fig


def _top(table: pd.DataFrame) -> float:
    return max(float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0, 1.0)


def _marks(
    fig: style.Draft, rows: pd.DataFrame, p: Palette, colour: str, top: float, shape: str = "",
    place: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Counts as bars, few or none as low outlined marks; pale where only some of the sources were collected."""
    for few, some in ((False, False), (False, True), (True, False), (True, True)):
        part = rows[(rows["state"] == ("few" if few else "count")) & (rows["some"] == some)]
        if part.empty:
            continue
        said = [_(FEW) if few else words.exact(n) for n in part["n"]]
        note = [_("; collected in part only") if some else ""] * len(part)
        fig.add_bar(
            x=part["start"],
            y=np.full(len(part), top * LOW) if few else part["n"],
            offset=0,
            width=trend.milliseconds(part) * 0.88,
            marker=style.marker(p, colour, style.HATCH if few else shape, some),
            customdata=np.column_stack([part["label"], said, note]),
            hovertemplate=trend.HOVER,
            **(place or {}),
        )
