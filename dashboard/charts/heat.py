"""Two attributes at once: a grid of shades with the number in each cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.palette import Palette

ENOUGH = 100  # records; a grid of fewer is mostly noise
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def grid(
    table: pd.DataFrame,
    p: Palette,
    row_labels: Mapping[str, str],
    column_labels: Mapping[str, str],
    rows: Sequence[str],
    columns: Sequence[str],
) -> go.Figure:
    """Counts of every pair of codes; unknown rows and columns are last and stay in the grid.

    table : row, column, n. rows, columns : codes in the order to draw.
    """
    wide = table.pivot_table(index="row", columns="column", values="n", aggfunc="sum").reindex(
        index=list(rows), columns=list(columns)
    )
    z = wide.to_numpy(dtype=float, na_value=0.0)
    names_x = [words.wrapped(words.label(c, column_labels), 18) for c in columns]
    names_y = [words.wrapped(words.label(r, row_labels), 26) for r in rows]
    fig = style.draft(p, 90 + 34 * len(rows))
    fig.add_heatmap(**_heatmap(z, p, names_x, names_y, [[words.exact(v) for v in line] for line in np.nan_to_num(z)]))
    _category_axes(fig, names_x, names_y)
    fig.update(margin={"t": 8})
    return fig.done()


def week(table: pd.DataFrame, p: Palette) -> go.Figure:
    """Weekday by hour.

    table : weekday (0 is Monday), hour (0-23), n.
    """
    z = np.zeros((7, 24))
    np.add.at(z, (table["weekday"].to_numpy(dtype=int), table["hour"].to_numpy(dtype=int)), table["n"].to_numpy(float))
    hours = [f"{h:02d}:00" for h in range(24)]
    fig = style.draft(p, 320)
    fig.add_heatmap(**_heatmap(z, p, hours, list(WEEKDAYS), None))
    _category_axes(fig, hours, list(WEEKDAYS))
    ticks = [f"{h:02d}" for h in range(0, 24, 3)]
    fig.update_axis("xaxis", tickmode="array", tickvals=list(range(0, 24, 3)), ticktext=ticks, tickangle=0)
    fig.update_axis("xaxis", title={"text": "hour of the day"})
    fig.update(margin={"t": 8})
    return fig.done()


def _heatmap(z: np.ndarray, p: Palette, x: list[str], y: list[str], text: Any) -> dict[str, Any]:
    steps = np.linspace(0, 1, len(p.sequential))
    hover = [[f"{row}, {column}<br><b>{words.exact(v)}</b>" for column, v in zip(x, line, strict=True)]
             for row, line in zip(y, np.nan_to_num(z), strict=True)]  # fmt: skip
    return {
        "z": z,
        "x": list(range(len(x))),
        "y": list(range(len(y))),
        "zmin": 0,
        "zmax": max(1.0, float(np.nanmax(z)) if z.size else 1.0),
        "colorscale": [[float(s), c] for s, c in zip(steps, p.sequential, strict=True)],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": text,
        "texttemplate": "%{text}" if text is not None else None,
        "textfont": {"size": style.FONT - 1},
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _category_axes(fig: style.Draft, x: list[str], y: list[str]) -> None:
    fig.update_axis("xaxis", tickmode="array", tickvals=list(range(len(x))), ticktext=x)
    fig.update_axis(
        "yaxis",
        tickmode="array",
        tickvals=list(range(len(y))),
        ticktext=y,
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        rangemode="normal",
    )
