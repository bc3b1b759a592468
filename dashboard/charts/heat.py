"""Two attributes at once: a grid of shades with the number in each cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import dates, words
from dashboard.charts import style
from dashboard.i18n import _
from dashboard.palette import Palette

ENOUGH = 100  # records; a grid of fewer is mostly noise


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
    counts = wide.to_numpy(dtype=float, na_value=0.0)
    unknown = np.isin(rows, style.UNKNOWN)[:, None] | np.isin(columns, style.UNKNOWN)[None]
    # The shades are of what is known; the largest of the others would only make these pale.
    z = np.where(unknown, np.nan, counts)
    names_x = [words.wrapped(words.label(c, column_labels), 18) for c in columns]
    names_y = [words.wrapped(words.label(r, row_labels), 26) for r in rows]
    fig = style.draft(p, 90 + 34 * len(rows))
    fig.add_heatmap(**_heatmap(z, p, names_x, names_y))
    _not_recorded(fig, np.argwhere(unknown), counts, p, names_x, names_y)
    _numbers(fig, z, counts, p)
    _category_axes(fig, names_x, names_y)
    fig.update(margin={"t": 8})
    return fig.done()


def week(table: pd.DataFrame, p: Palette) -> go.Figure:
    """Weekday by hour.

    table : weekday (0 is Monday), hour (0-23), n.
    """
    z = np.zeros((7, 24))
    np.add.at(z, (table["weekday"].to_numpy(dtype=int), table["hour"].to_numpy(dtype=int)), table["n"].to_numpy(float))
    weekdays = [words.capital(dates.weekday(day)) for day in range(7)]
    hours = [f"{h:02d}:00" for h in range(24)]
    fig = style.draft(p, 320)
    fig.add_heatmap(**_heatmap(z, p, hours, weekdays))
    _category_axes(fig, hours, weekdays)
    ticks = [f"{h:02d}" for h in range(0, 24, 3)]
    fig.update_axis("xaxis", tickmode="array", tickvals=list(range(0, 24, 3)), ticktext=ticks, tickangle=0)
    fig.update_axis("xaxis", title={"text": _("hour of the day")})
    fig.update(margin={"t": 8})
    return fig.done()


def _heatmap(z: np.ndarray, p: Palette, x: list[str], y: list[str]) -> dict[str, Any]:
    steps = np.linspace(0, 1, len(p.sequential))
    hover = [[f"{row}, {column}<br><b>{words.exact(v)}</b>" for column, v in zip(x, line, strict=True)]
             for row, line in zip(y, np.nan_to_num(z), strict=True)]  # fmt: skip
    return {
        "z": z,
        "x": list(range(len(x))),
        "y": list(range(len(y))),
        "zmin": 0,
        "zmax": _top(z),
        "colorscale": [[float(s), c] for s, c in zip(steps, p.sequential, strict=True)],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _top(z: np.ndarray) -> float:
    return max(1.0, float(np.nanmax(z)) if np.isfinite(z).any() else 1.0)


def _not_recorded(
    fig: style.Draft, cells: np.ndarray, counts: np.ndarray, p: Palette, x: list[str], y: list[str]
) -> None:
    """The grey hatched cells, as everywhere."""
    if not len(cells):
        return
    row, column = cells[:, 0], cells[:, 1]
    fig.add_bar(
        orientation="h",
        y=row,
        base=column - 0.495,
        x=np.full(len(cells), 0.99),
        width=0.93,
        marker=style.marker(p, p.unknown, style.UNKNOWN_HATCH, pale=True),
        hovertext=[f"{y[i]}, {x[j]}<br><b>{words.exact(counts[i, j])}</b>" for i, j in cells],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _numbers(fig: style.Draft, z: np.ndarray, counts: np.ndarray, p: Palette) -> None:
    """Every count, dark on pale shades and white on strong ones."""
    row, column = np.indices(counts.shape)
    shade = np.rint(np.nan_to_num(z) / _top(z) * (len(p.sequential) - 1)).astype(int)
    ink = [p.text if np.isnan(v) else _ink(p.sequential[s]) for v, s in zip(z.ravel(), shade.ravel(), strict=True)]
    fig.add_scatter(
        x=column.ravel(),
        y=row.ravel(),
        mode="text",
        text=[words.exact(n) for n in counts.ravel()],
        textfont={"size": style.FONT, "color": ink},
        hoverinfo="skip",
    )


def _ink(surface: str) -> str:
    """Whichever of the two inks has the greater contrast (WCAG) on a colour such as "#7096B4"."""
    parts = np.array([int(surface[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light = float(linear @ [0.2126, 0.7152, 0.0722])
    return "#16181B" if (light + 0.05) / 0.058 > 1.05 / (light + 0.05) else "#FFFFFF"


def _category_axes(fig: style.Draft, x: list[str], y: list[str]) -> None:
    fig.update_axis("xaxis", tickmode="array", tickvals=list(range(len(x))), ticktext=x)
    fig.update_axis("xaxis", range=[-0.5, len(x) - 0.5])
    fig.update_axis(
        "yaxis",
        tickmode="array",
        tickvals=list(range(len(y))),
        ticktext=y,
        range=[len(y) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        rangemode="normal",
    )
