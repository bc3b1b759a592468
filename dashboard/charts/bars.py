"""Counts of categories as horizontal bars, each named and numbered at the bar."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.i18n import _
from dashboard.palette import Palette, colours

ROW = 30


def categories(
    table: pd.DataFrame,
    p: Palette,
    labels: Mapping[str, str],
    group: str = "",
    keep_order: bool = False,
    width: int = 26,
) -> go.Figure:
    """One bar for each category, from zero, the number beside it.

    table : columns code and n. group : "exploitation" gives each kind its own colour; else one hue.
    keep_order : as given (ages); otherwise the largest first. What is unknown is last, grey and hatched.
    """
    rows = table if keep_order else table.sort_values("n", ascending=False, kind="stable")
    unknown = rows["code"].isin(style.UNKNOWN)
    rows = pd.concat([rows[~unknown], rows[unknown]])[::-1]  # plotly draws the first at the bottom
    codes = [str(c) for c in rows["code"]]
    paint = colours(codes, group, p) if group else {c: p.unknown if c in style.UNKNOWN else p.count for c in codes}
    names = [words.wrapped(words.label(c, labels), width) for c in codes]
    fig = style.draft(p, 44 + (ROW + 8 if any("<br>" in name for name in names) else ROW) * len(rows))
    position = np.arange(len(codes))
    fig.add_bar(
        orientation="h",
        y=position,
        x=rows["n"],
        marker={
            "color": [paint[c] for c in codes],
            "line": {"width": [1 if c in style.UNKNOWN else 0 for c in codes], "color": p.unknown},
            "pattern": {
                "shape": [style.UNKNOWN_HATCH if c in style.UNKNOWN else "" for c in codes],
                "fgcolor": [paint[c] for c in codes],
                "bgcolor": p.surface,
                "fillmode": "replace",
                "size": 6,
                "solidity": 0.25,
            },
        },
        text=[words.exact(n) for n in rows["n"]],
        textposition="outside",
        textfont={"color": p.text, "size": style.FONT},
        cliponaxis=False,
        customdata=np.column_stack(
            [[words.plotly(words.label(c, labels)) for c in codes], [words.exact(n) for n in rows["n"]]]
        ),
        hovertemplate="%{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>",
    )
    fig.update_axis(
        "yaxis", tickmode="array", tickvals=position, ticktext=names, showgrid=False, zeroline=False, rangemode="normal"
    )
    fig.update_axis("yaxis", tickfont={"color": p.text, "size": style.FONT})
    top = float(rows["n"].max()) if len(rows) else 1.0
    fig.update_axis("xaxis", range=[0, max(top, 1) * 1.14], showticklabels=False, zeroline=True, zerolinecolor=p.quiet)
    fig.update(margin={"t": 8, "r": 28})
    return fig.done()


def profile(table: pd.DataFrame, p: Palette, every: pd.DataFrame | None = None, height: int = 300) -> go.Figure:
    """A profile over a few named steps such as the months of a year: bars, and a dot for each year behind them.

    table : label and n (a mean). every : label, n and year.
    """
    fig = style.draft(p, height)
    fig.add_bar(
        x=table["label"],
        y=table["n"],
        marker={"color": p.count, "line": {"width": 0}},
        customdata=[words.number(n) for n in table["n"]],
        hovertemplate="%{x}<br>" + _("<b>%{customdata}</b> on average") + "<extra></extra>",
    )
    if every is not None and len(every):
        fig.add_scatter(
            x=every["label"],
            y=every["n"],
            mode="markers",
            marker={"color": p.text, "size": 6, "opacity": 0.55},
            customdata=np.column_stack([every["year"].astype(str), [words.exact(n) for n in every["n"]]]),
            hovertemplate="%{x} %{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>",
        )
    fig.update_axis("xaxis", categoryorder="array", categoryarray=list(table["label"]))
    return fig.done()
