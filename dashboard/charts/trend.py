"""Counts over time: bars for one series, lines for a few, small multiples for many."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.analysis import timeline
from dashboard.charts import style
from dashboard.i18n import N_, _
from dashboard.palette import Palette, colours, marks

HOVER = "%{customdata[0]}<br><b>%{customdata[1]}</b>%{customdata[2]}<extra></extra>"
FEW = 5  # more series than this become small multiples
LINE, NOTE = 17, 34  # pixels of a line of text; characters in it
LABELS = 4  # dated notes whose text is written; each on a line of its own
DOTS = 70  # periods; of more, only some have a dot on their line
MANY_BARS = 400  # more periods than this are drawn as a line: bars would be thinner than their gaps
UNFINISHED = ("partial", "filling")
HEIGHT = {"yref": "paper", "y0": 0, "y1": 1}  # of a shape, from the bottom of the figure to its top
STATE = {
    "complete": "",
    "partial": N_("period not over"),
    "filling": N_("still filling up"),
    "none": N_("not collected"),
}


def bars(table: pd.DataFrame, p: Palette, breaks: Sequence[tuple[date, str]] = (), height: int = 380) -> go.Figure:
    """One series as bars.

    table : a row for each period: start and end (timestamps, end exclusive), label (text), n (nan: not
        collected), state (a key of STATE), and optionally average (nan where it is not defined).
    breaks : dated notes, drawn as labelled lines.
    """
    fig = style.draft(p, height)
    gaps(fig, table, p)
    if len(table) > MANY_BARS:
        fig.add_scatter(
            x=table["start"], y=table["n"], mode="lines", line={"color": p.count, "width": 1.2}, hoverinfo="skip"
        )
        _band(fig, table, p)
    else:
        for rows, unfinished, pale in parts(table):
            fig.add_bar(
                x=rows["start"],
                y=rows["n"],
                offset=0,
                width=milliseconds(rows) * 0.88,
                marker=style.marker(p, p.count, style.HATCH if unfinished else "", pale),
                customdata=hover(rows),
                hovertemplate=HOVER,
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
    time_axis(fig, table)
    notes(fig, table, breaks, p)
    style.whole_ticks(fig, float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0)
    return fig.done()


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
    fig = style.draft(p, height)
    order = by_size(table)
    paint, dots = colours(order, group, p), marks(order, group, p)
    first = table[table["group"] == order[0]]
    gaps(fig, first, p)
    _band(fig, table, p)
    for code in order:
        rows = table[table["group"] == code]
        for solid in (True, False):
            part = rows["n"].where(~rows["state"].isin(UNFINISHED)) if solid else _tail(rows)
            if part.notna().any():
                fig.add_scatter(
                    x=rows["start"],
                    y=part,
                    mode="lines+markers",
                    line={"color": paint[code], "width": 2.5, "dash": "solid" if solid else "dot"},
                    marker={
                        "symbol": dots[code],
                        "size": 8,
                        "maxdisplayed": 0 if len(rows) <= DOTS else DOTS // 4,  # enough to tell the lines apart
                        "color": paint[code] if solid else p.surface,
                        "line": {"width": 1.5, "color": paint[code]},
                    },
                    connectgaps=False,
                    customdata=hover(rows),
                    name=words.plotly(words.label(code, labels)),
                    hovertemplate=(
                        words.plotly(words.label(code, labels))
                        + "<br>%{customdata[0]}<br><b>%{customdata[1]}</b>%{customdata[2]}<extra></extra>"
                    ),
                )
    _end_labels(fig, table, order, labels, paint, p)
    time_axis(fig, table)
    notes(fig, first, breaks, p)
    style.whole_ticks(fig, float(np.nanmax(table["n"])) if table["n"].notna().any() else 0.0)
    return fig.done()


def time_axis(fig: style.Draft, table: pd.DataFrame) -> None:
    """From the first period to the last, each label under the middle of what it names."""
    if table.empty:
        return
    first, last = table["start"].min(), table["end"].max()
    fig.update_axis("xaxis", type="date", range=[first, last], ticklabelmode="period")
    years = (last - first).days / 365
    if years <= 1.5 and (table["end"] - table["start"]).min().days >= 28:
        # Months and longer, named whole: days would be read as dates of the bars.
        step = 1 if years < 0.6 else 3
        fig.update_axis("xaxis", dtick=f"M{step}", tickformat="%b %Y")
        style.months_named(fig, first, last, step)
    elif 1.5 < years < 12:
        fig.update_axis("xaxis", dtick="M12", tickformat="%Y")


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
    notes = rows["state"].map({state: said and _(said) for state, said in STATE.items()}).fillna("")
    notes = notes.where(notes == "", ", " + notes).mask(rows["some"], notes + _(", some sources only"))
    return np.column_stack([rows["label"], [words.exact(n) for n in rows["n"]], notes])


def parts(rows: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, bool, bool]]:
    """The collected periods that look alike: rows, whether they are unfinished, whether some sources are missing."""
    # Paleness marks exceptions: where most periods lack a source, the caption says so instead.
    pale = rows["some"].to_numpy() & (not timeline.mostly_some(rows))
    kind = rows["state"].isin(UNFINISHED).to_numpy() * 2 + pale
    kind = np.where(rows["n"].isna(), -1, kind)
    for k in np.unique(kind[kind >= 0]):
        yield rows[kind == k], k >= 2, bool(k % 2)


def runs(rows: pd.DataFrame, on: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of each run of periods for which `on` holds."""
    if not on.any():
        return []
    edge = np.diff(np.concatenate([[False], on.to_numpy(), [False]]).astype(int))
    first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1
    return list(zip(rows["start"].iloc[first], rows["end"].iloc[last], strict=True))


def gaps(fig: style.Draft, table: pd.DataFrame, p: Palette) -> None:
    """Where nothing was collected there is a plain band that says so: not a zero."""
    whole = (table["end"].max() - table["start"].min()) if len(table) else pd.Timedelta(0)
    for start, end in runs(table, table["n"].isna()):
        fig.add_shape(type="rect", x0=start, x1=end, **HEIGHT, fillcolor=p.band, line={"width": 0}, layer="below")
        if end - start > whole * 0.08:
            fig.add_annotation(x=start + (end - start) / 2, y=0.5, yref="paper", text=_("not collected"))


def _band(fig: style.Draft, table: pd.DataFrame, p: Palette, **place: int) -> None:
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


def notes(fig: style.Draft, table: pd.DataFrame, breaks: Sequence[tuple[date, str]], p: Palette) -> None:
    if table.empty:
        return
    first, last = table["start"].min(), table["end"].max()
    inside = sorted((pd.Timestamp(when), text) for when, text in breaks if first <= pd.Timestamp(when) <= last)
    # On a phone a label takes most of the width, so each has lines of its own; the notes beyond the last four
    # keep their line and say their text when pointed at.
    written = {when: _short(text) for when, text in inside[-LABELS:]}
    room = 0
    for x, text in reversed(inside):
        at = (x - first) / (last - first)
        fig.add_shape(type="line", x0=x, x1=x, **HEIGHT, line={"color": p.quiet, "width": 1.5, "dash": "dash"})
        fig.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=room,
            align="left",
            xanchor="left" if at < 0.35 else "right" if at > 0.65 else "center",
            text=written.get(x, "·"),
            hovertext=words.plotly(text),
            font={"color": p.quiet, "size": style.FONT - 1},
        )
        room += LINE * (written[x].count("<br>") + 1) if x in written else 0
    if room:
        fig.update(margin={"t": 11 + room}, height=fig.layout["height"] + room - LINE)


def _short(text: str) -> str:
    """A dated note beside its line: its first clause, in two lines at most. All of it shows when pointed at."""
    lines = textwrap.wrap(re.split(r"[;:]\s", text)[0], NOTE)
    if len(lines) > 2:
        lines = [lines[0], lines[1][: NOTE - 1].rstrip() + "…"]
    return "<br>".join(words.plotly(line) for line in lines)


def _end_labels(
    fig: style.Draft,
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
            align="left",
            font={"color": p.quiet if code in style.UNKNOWN else paint[code], "size": style.FONT},
        )
    longest = max((len(words.plotly(words.label(c, labels), 26)) for c in ends), default=0)
    fig.update(margin={"r": 16 + 8 * longest})
