"""Small multiples: one little chart for each series, all on one scale, when lines would tangle."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.charts.trend import HOVER, by_size, hover, milliseconds, parts, runs
from dashboard.palette import Palette, colours

COLUMNS = 3
ROW_HEIGHT = 160
NAME = 16  # characters of a name in a line: a third of a phone
MANY_BARS = 150  # in a chart a third as wide; more are drawn as a line
MOST = 12  # series; the rest are in the table


def multiples(
    table: pd.DataFrame,
    group: str,
    labels: Mapping[str, str],
    p: Palette,
    columns: int = COLUMNS,
    draw: Callable[[style.Draft, pd.DataFrame, str, Palette, str, bool], None] | None = None,
) -> go.Figure:
    """One bar chart for each group, the largest first, on one scale.

    table : as for `trend.lines`. At most `MOST` groups are drawn.
    draw : puts the bars of one group in: figure, rows, colour, palette, number of its axes, whether it is unknown.
    """
    order = by_size(table)[:MOST]
    rows = math.ceil(len(order) / columns)
    fig = style.draft(p, rows * ROW_HEIGHT + 40)
    fig.update(margin={"t": 40})
    # Each chart has its name above it, so a colour says nothing more, unless it means the same on every page.
    paint = colours(order, group, p) if group == "exploitation" else dict.fromkeys(order, p.count)
    paint |= {code: p.unknown for code in order if code in style.UNKNOWN}
    top = float(np.nanmax(table["n"])) if table["n"].notna().any() else 1.0
    gap_x, gap_y = 0.05, 0.3 / max(rows, 1)
    width, height = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (rows - 1)) / max(rows, 1)
    span = [table["start"].min(), table["end"].max()]
    for i, code in enumerate(order):
        row, column = divmod(i, columns)
        left, upper = column * (width + gap_x), 1 - row * (height + gap_y)
        name = "" if i == 0 else str(i + 1)
        fig.update(
            **{
                f"xaxis{name}": {
                    **style.axis(p),
                    "domain": [left, left + width],
                    "anchor": f"y{name}",
                    "range": span,
                    "nticks": 4,
                    "showgrid": False,
                    "showticklabels": i + columns >= len(order),
                },
                f"yaxis{name}": {
                    **style.axis(p),
                    "domain": [max(0.0, upper - height), upper],
                    "anchor": f"x{name}",
                    "range": [0, max(top, 1) * 1.05],
                    "nticks": 3,
                    "gridcolor": p.grid,
                    "tickformat": ",d",
                    "showticklabels": column == 0,
                },
            }
        )
        (draw or _bars)(fig, table[table["group"] == code], paint[code], p, name, code in style.UNKNOWN)
        fig.add_annotation(
            x=left,
            y=upper,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            text=words.wrapped(words.label(code, labels), NAME),
            align="left",
            font={"color": p.text, "size": style.FONT - 1},
        )
    return fig.done()


def _bars(fig: style.Draft, rows: pd.DataFrame, colour: str, p: Palette, name: str, unknown: bool) -> None:
    for start, end in runs(rows, rows["n"].isna()):
        place = {"xref": f"x{name}", "yref": f"y{name} domain", "layer": "below"}
        fig.add_shape(type="rect", x0=start, x1=end, y0=0, y1=1, fillcolor=p.band, line={"width": 0}, **place)
    if len(rows) > MANY_BARS:
        look = {"mode": "lines", "line": {"color": colour, "width": 1}, "hoverinfo": "skip"}
        fig.add_scatter(x=rows["start"], y=rows["n"], xaxis=f"x{name}", yaxis=f"y{name}", fill="tozeroy", **look)
        return
    for part, unfinished, pale in parts(rows):
        shape = style.HATCH if unfinished else style.UNKNOWN_HATCH if unknown else ""
        fig.add_bar(
            x=part["start"],
            y=part["n"],
            offset=0,
            width=milliseconds(part) * 0.88,
            xaxis=f"x{name}",
            yaxis=f"y{name}",
            marker=style.marker(p, colour, shape, pale),
            customdata=hover(part),
            hovertemplate=HOVER,
        )
