"""Which source knows which months: collected, collected and zero, not collected are three different things."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.i18n import N_, _
from dashboard.palette import Palette, colours, marks

ROW = 46
# Plotly fills in the braces.
KNOWN = N_("after %{x} months: <b>%{y:.0f}%</b> known")
STATES = {
    "records": N_("Collected, with records"),
    "zero": N_("Collected, none found"),
    "none": N_("Not collected"),
}


def strip(
    table: pd.DataFrame, p: Palette, labels: Mapping[str, str], legend: bool = True, yes_or_no: bool = False
) -> go.Figure:
    """A row for each source, a cell for each month.

    table : row (text id), month (timestamp, first day), days (length), state (a key of STATES), n (nan where not
        collected).
    Months that the table does not name are left empty: nothing is known about them.
    yes_or_no : only whether a month was collected is known, and no count.
    """
    rows = list(dict.fromkeys(table["row"]))
    fig = style.draft(p, 74 + ROW * len(rows))
    at = table["row"].map({r: len(rows) - 1 - i for i, r in enumerate(rows)})
    looks = {
        "records": {"color": p.count, "line": {"width": 0}},
        "zero": {"color": p.sequential[0], "line": {"width": 1, "color": p.count}},
        "none": {
            "color": p.band,
            "line": {"width": 1, "color": p.unknown},
            "pattern": {
                "shape": style.UNKNOWN_HATCH,
                "fgcolor": p.unknown,
                "bgcolor": p.surface,
                "size": 5,
                "solidity": 0.2,
            },
        },
    }
    named = {"records": N_("Collected"), "none": STATES["none"]} if yes_or_no else STATES
    for state, name in named.items():
        on = table["state"] == state
        part, name = table[on], _(name)
        days = part["days"].to_numpy(dtype=float)
        seen = np.where(part["n"].isna(), name, [_("{n} records").format(n=words.exact(n)) for n in part["n"]])
        fig.add_bar(
            orientation="h",
            base=part["month"],
            x=days * 86_400_000 * 0.94,
            y=at[on],
            width=0.42,
            marker=looks[state],
            name=name,
            showlegend=legend,
            customdata=np.column_stack(
                [
                    [words.plotly(words.label(r, labels)) for r in part["row"]],
                    np.where(days > 31, part["month"].dt.strftime("%Y"), [words.month(m) for m in part["month"]]),
                    seen,
                ]
            ),
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}: <b>%{customdata[2]}</b><extra></extra>",
        )
    # Over its row, a name has the whole width, on a phone too.
    for i, row in enumerate(reversed(rows)):
        fig.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=i + 0.22,
            yanchor="bottom",
            text=words.plotly(words.label(row, labels), 48),
            font={"color": p.text, "size": style.FONT},
        )
    fig.update_axis(
        "yaxis",
        showticklabels=False,
        showgrid=False,
        zeroline=False,
        rangemode="normal",
        range=[-0.3, len(rows) - 0.25],
    )
    first, last = table["month"].min(), (table["month"] + pd.to_timedelta(table["days"], unit="D")).max()
    fig.update_axis("xaxis", type="date", showgrid=True, gridcolor=p.grid, range=[first, last])
    months = (table["month"].max() - table["month"].min()).days / 30 + 1
    if months >= 7:
        style.months_named(fig, first, last, next((s for s in (3, 6, 12, 24) if months / s <= 12), 60))
    else:
        fig.update_axis("xaxis", dtick="M1", tickformat="%b %Y")
        style.months_named(fig, first, last)
    fig.update(
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"color": p.text}},
        margin={"t": 40 if legend else 8},
    )
    return fig.done()


def delay_curve(table: pd.DataFrame, p: Palette, labels: Mapping[str, str], height: int = 280) -> go.Figure:
    """Share of a month's reports known, by the months since it began.

    table : source, age (months), share (0 to 1). At most five sources; each is named where it starts.
    """
    fig = style.draft(p, height)
    ordered = sorted(table.groupby("source"), key=lambda pair: -pair[1]["share"].iloc[0])
    codes = [str(source) for source, _rows in ordered]
    paint, dots = colours(codes, "source", p), marks(codes, "source", p)
    for i, (source, rows) in enumerate(ordered):
        fig.add_scatter(
            x=rows["age"],
            y=rows["share"] * 100,
            mode="lines+markers",
            line={"color": paint[str(source)], "width": 2.5},
            marker={"symbol": dots[str(source)], "size": 8},
            hovertemplate=words.plotly(words.label(source, labels)) + f"<br>{_(KNOWN)}<extra></extra>",
        )
        fig.add_annotation(
            x=rows["age"].iloc[0],
            y=rows["share"].iloc[0] * 100 - 9 - 8 * i,
            text=words.plotly(words.label(source, labels), 40),
            xanchor="left",
            font={"color": paint[str(source)]},
        )
    fig.update_axis("yaxis", range=[0, 105], ticksuffix="%", tickformat="d")
    fig.update_axis(
        "xaxis", title={"text": _("months since the month began")}, dtick=1 if table["age"].max() < 14 else 3
    )
    return fig.done()
