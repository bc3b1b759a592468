"""Counts over time: bars for one series, lines for a few, small multiples for many."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.charts import style
from dashboard.palette import Palette, colours

FEW = 5  # more series than this become small multiples
MANY_BARS = 400  # more periods than this are drawn as a line: bars would be thinner than their gaps
UNFINISHED = ("partial", "filling")
STATE = {
    "complete": "",
    "partial": "period not over",
    "filling": "still filling up",
    "none": "not collected",
}


def bars(table: pd.DataFrame, p: Palette, breaks: Sequence[tuple[date, str]] = (), height: int = 380) -> go.Figure:
    """One series as bars.

    table : a row for each period: start and end (timestamps, end exclusive), label (text), n (nan: not
        collected), state (a key of STATE), and optionally average (nan where it is not defined).
    breaks : dated notes, drawn as labelled lines.
    """
    fig = style.figure(p, height)
    _gaps(fig, table, p)
    if len(table) > MANY_BARS:
        fig.add_scatter(
            x=table["start"], y=table["n"], mode="lines", line={"color": p.count, "width": 1.2}, hoverinfo="skip"
        )
        _band(fig, table, p)
    for unfinished, pale in product((False, True), repeat=2):
        rows = table[(table["state"].isin(UNFINISHED) == unfinished) & (table["some"] == pale) & table["n"].notna()]
        if len(table) > MANY_BARS or rows.empty:
            continue
        fig.add_bar(
            x=rows["start"],
            y=rows["n"],
            offset=0,
            width=milliseconds(rows) * 0.88,
            marker=style.marker(p, p.count, style.HATCH if unfinished else "", pale),
            customdata=hover(rows),
            hovertemplate="%{customdata[0]}<br><b>%{customdata[1]}</b>%{customdata[2]}<extra></extra>",
        )
    if "average" in table:
        middle = table["start"] + (table["end"] - table["start"]) / 2
        fig.add_scatter(
            x=middle,
            y=table["average"],
            mode="lines",
            line={"color": p.text, "width": 2.5},
            connectgaps=False,
            hoverinfo="skip",
        )
    _breaks(fig, table, breaks, p)
    style.whole_ticks(fig, float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0)
    return fig


def lines(
    table: pd.DataFrame,
    group: str,
    labels: Mapping[str, str],
    p: Palette,
    breaks: Sequence[tuple[date, str]] = (),
    height: int = 420,
) -> go.Figure:
    """A few series as lines, each named at its end.

    table : as for `bars`, with a column `group` of codes. group : what the codes are, for their colours.
    """
    fig = style.figure(p, height)
    order = by_size(table)
    paint = colours(order, group, p)
    first = table[table["group"] == order[0]]
    _gaps(fig, first, p)
    _band(fig, table, p)
    for code in order:
        rows = table[table["group"] == code]
        for solid in (True, False):
            part = rows["n"].where(~rows["state"].isin(UNFINISHED)) if solid else _tail(rows)
            if part.notna().any():
                fig.add_scatter(
                    x=rows["start"],
                    y=part,
                    mode="lines+markers" if len(rows) <= 70 else "lines",
                    line={"color": paint[code], "width": 2.5, "dash": "solid" if solid else "dot"},
                    marker={"size": 5, "color": paint[code] if solid else p.surface, "line_width": 1.5},
                    marker_line_color=paint[code],
                    connectgaps=False,
                    customdata=hover(rows),
                    name=words.plotly(words.label(code, labels)),
                    hovertemplate=(
                        words.plotly(words.label(code, labels))
                        + "<br>%{customdata[0]}<br><b>%{customdata[1]}</b>%{customdata[2]}<extra></extra>"
                    ),
                )
    _end_labels(fig, table, order, labels, paint, p)
    _breaks(fig, first, breaks, p)
    style.whole_ticks(fig, float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0)
    return fig


def _tail(rows: pd.DataFrame) -> pd.Series:
    """The unfinished periods and the one before each, so that the dotted line starts at the solid one."""
    unfinished = rows["state"].isin(UNFINISHED)
    return rows["n"].where(unfinished | unfinished.shift(-1, fill_value=False))


def by_size(table: pd.DataFrame) -> list[str]:
    """Codes, the largest first, what is unknown last."""
    totals = table.groupby("group")["n"].sum().sort_values(ascending=False, kind="stable")
    codes = [str(c) for c in totals.index]
    return [c for c in codes if c not in style.UNKNOWN] + [c for c in codes if c in style.UNKNOWN]


def milliseconds(rows: pd.DataFrame) -> np.ndarray:
    return ((rows["end"] - rows["start"]) / pd.Timedelta(milliseconds=1)).to_numpy()


def hover(rows: pd.DataFrame) -> np.ndarray:
    notes = rows["state"].map(STATE).fillna("")
    notes = notes.where(notes == "", ", " + notes).mask(rows["some"], notes + ", some sources only")
    return np.column_stack([rows["label"], [words.exact(n) for n in rows["n"]], notes])


def runs(table: pd.DataFrame, on: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of each run of periods for which `on` holds."""
    run = (on != on.shift()).cumsum()
    spans = table[on].groupby(run[on]).agg(start=("start", "min"), end=("end", "max"))
    return list(spans.itertuples(index=False, name=None))


def _gaps(fig: go.Figure, table: pd.DataFrame, p: Palette) -> None:
    """Where nothing was collected there is a plain band that says so: not a zero."""
    whole = (table["end"].max() - table["start"].min()) if len(table) else pd.Timedelta(0)
    for start, end in runs(table, table["n"].isna()):
        fig.add_vrect(x0=start, x1=end, fillcolor=p.band, line_width=0, layer="below")
        if end - start > whole * 0.08:
            fig.add_annotation(
                x=start + (end - start) / 2, y=0.5, yref="paper", text="not collected", showarrow=False
            ).update_annotations(font={"color": p.quiet})


def _band(fig: go.Figure, table: pd.DataFrame, p: Palette, **place: int) -> None:
    """Hatching behind the unfinished periods of lines, which cannot be hatched themselves."""
    rows = table[table["state"].isin(UNFINISHED)].drop_duplicates("start")
    top = float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0
    if rows.empty or top == 0:
        return
    pattern = {"shape": style.HATCH, "fgcolor": p.grid, "bgcolor": "rgba(0,0,0,0)", "size": 7, "solidity": 0.3}
    fig.add_bar(
        x=rows["start"],
        y=np.full(len(rows), top * 1.05),
        offset=0,
        width=milliseconds(rows),
        marker={"color": "rgba(0,0,0,0)", "pattern": pattern, "line": {"width": 0}},
        hoverinfo="skip",
        **place,
    )


def _breaks(fig: go.Figure, table: pd.DataFrame, breaks: Sequence[tuple[date, str]], p: Palette) -> None:
    if table.empty:
        return
    first, last = table["start"].min(), table["end"].max()
    inside = sorted((pd.Timestamp(when), text) for when, text in breaks if first <= pd.Timestamp(when) <= last)
    level, levels, before = 0, 0, first - (last - first)
    for x, text in inside:
        right = x > first + (last - first) * 0.7
        # A label takes up to a third of the width: one that comes too soon goes a line higher.
        level = (level + 1) % 3 if x - before < (last - first) * 0.34 else 0
        levels, before = max(levels, level), x
        fig.add_vline(x=x, line={"color": p.quiet, "width": 1.5, "dash": "dash"})
        fig.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=level * 17,
            xanchor="right" if right else "left",
            text=words.plotly(text, 48),
            showarrow=False,
            font={"color": p.quiet, "size": style.FONT - 1},
        )
    fig.update_layout(margin_t=28 + 17 * levels)


def _end_labels(
    fig: go.Figure,
    table: pd.DataFrame,
    order: list[str],
    labels: Mapping[str, str],
    paint: Mapping[str, str],
    p: Palette,
) -> None:
    """Names at the right end of lines, moved apart so that none covers another."""
    ends = {}
    for code in order:
        seen = table[(table["group"] == code) & table["n"].notna()]
        if len(seen):
            ends[code] = float(seen["n"].iloc[-1])
    top = max(float(np.nanmax(table["n"])) if len(ends) else 0.0, 1.0)
    gap, floor = top * 0.075, 0.0
    for code in sorted(ends, key=lambda c: ends[c]):
        y = max(ends[code], floor)
        floor = y + gap
        fig.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=y,
            text=words.plotly(words.label(code, labels), 26),
            showarrow=False,
            align="left",
            font={"color": p.quiet if code in style.UNKNOWN else paint[code], "size": style.FONT},
        )
    longest = max((len(words.plotly(words.label(c, labels), 26)) for c in ends), default=0)
    fig.update_layout(margin_r=16 + 8 * longest)
