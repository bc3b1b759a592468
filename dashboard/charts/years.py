"""Years laid over each other, month by month."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.charts.trend import STATE, UNFINISHED
from dashboard.dates import month_name
from dashboard.i18n import _
from dashboard.palette import Palette

MOST = 6  # years; earlier ones are in the table


def overlaid(table: pd.DataFrame, p: Palette, height: int = 320) -> go.Figure:
    """One line for each of the last years, the latest strong, the others the paler the older.

    table : as `timeline.by_year`.
    """
    fig = style.draft(p, height)
    months = [month_name(m, short=True) for m in range(1, 13)]
    shown = sorted(table["year"].unique())[-MOST:]
    ends: dict[int, tuple[float, int]] = {}
    for i, year in enumerate(shown):
        latest = year == shown[-1]
        rows = table[(table["year"] == year)].set_index("month").reindex(range(1, 13)).reset_index()
        colour = p.text if latest else p.sequential[max(1, len(p.sequential) - 1 - (len(shown) - 1 - i))]
        unfinished = rows["state"].isin(UNFINISHED)
        dotted = unfinished | unfinished.shift(-1, fill_value=False)
        notes = rows["state"].map({state: said and _(said) for state, said in STATE.items()}).fillna("")
        for part, dash in ((rows["n"].where(~unfinished), "solid"), (rows["n"].where(dotted), "dot")):
            if not part.notna().any():
                continue
            fig.add_scatter(
                x=months,
                y=part,
                mode="lines+markers" if latest else "lines",
                line={"color": colour, "width": 3 if latest else 1.8, "dash": dash},
                marker={"size": 6},
                customdata=np.column_stack(
                    [[words.exact(n) for n in rows["n"]], notes.where(notes == "", ", " + notes)]
                ),
                hovertemplate=f"%{{x}} {year}<br><b>%{{customdata[0]}}</b>%{{customdata[1]}}<extra></extra>",
            )
        seen = rows[rows["n"].notna()]
        if len(seen):
            ends[year] = float(seen["n"].iloc[-1]), int(seen["month"].iloc[-1])
    _names(fig, ends, float(table["n"].max()), p)
    fig.update_axis("xaxis", type="category", categoryorder="array", categoryarray=months, range=[-0.3, 12.1])
    style.whole_ticks(fig, float(table["n"].max()))
    return fig.done()


def _names(fig: style.Draft, ends: dict[int, tuple[float, int]], top: float, p: Palette) -> None:
    """Each year beside the end of its line, in the order of the ends, moved up where it would cover another."""
    gap, floor = max(top, 1) * 0.07, 0.0
    for year in sorted(ends, key=lambda y: ends[y]):
        n, month = ends[year]
        y = max(n, floor)
        floor = y + gap
        font = {"color": p.text if year == max(ends) else p.quiet, "size": style.FONT}
        fig.add_annotation(x=month_name(month, short=True), y=y, text=str(year), xanchor="left", xshift=8, font=font)
