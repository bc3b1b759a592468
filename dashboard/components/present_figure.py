"""A figure for a room: large type, nothing under the pointer, no value in the page that the picture does not show."""

import base64
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard import pictures
from dashboard.escape import html_text
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _

STATIC: dict[str, Any] = {"staticPlot": True, "displayModeBar": False, "displaylogo": False, "showTips": False}
LARGER = 1.75  # times the type of the pages: 26 px at 1600 wide
WIDER = 1.6  # times the lines and marks
MAP_SIZE = (1480, 590)
FAMILY = '"Source Sans", sans-serif'
MOST_ROWS = 9
_SHIFTS = ("xshift", "yshift", "standoff", "ax", "ay")  # pixels by which a label stands beside its place
# What plotly would show under a pointer, or keeps beside a mark.
_HELD = ("customdata", "hovertemplate", "hovertext", "hoverlabel", "meta", "ids")


def draw(figure: Figure, key: str) -> None:
    """Draw a figure on a slide: as large as what the title leaves."""
    alt = figure.text
    if isinstance(figure.drawn, MapPicture):
        st.html(_map(figure, alt))
    elif figure.drawn is None:
        st.html(table(figure))
    else:
        st.plotly_chart(large(figure.drawn), theme=None, config=STATIC, key=key, alt=alt, height="stretch")


def large(drawn: go.Figure) -> go.Figure:
    """A plotly figure with the type of a room, stripped of everything that only a pointer would show."""
    made = drawn.to_plotly_json()
    traces = [_bare(trace) for trace in made["data"]]
    dropped = (*_HELD, "template", "height", "width")
    layout = {name: value for name, value in made["layout"].items() if name not in dropped}
    layout = {**_grown(layout), "autosize": True, "hovermode": False, "dragmode": False}
    layout["font"] = layout.get("font", {}) | {"family": FAMILY}
    margin = layout.get("margin", {})
    layout["margin"] = margin | {side: LARGER * margin[side] for side in "lrtb" if side in margin}
    return go.Figure({"data": traces, "layout": layout})


def table(figure: Figure) -> str:
    """A short table as HTML; what is left of a long one is said."""
    shown = figure.table.head(MOST_ROWS)
    head = "".join(f'<th scope="col">{html_text(column)}</th>' for column in shown.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html_text(_cell(value, figure.missing))}</td>" for value in row) + "</tr>"
        for row in shown.itertuples(index=False)
    )
    rest = len(figure.table) - len(shown)
    more = f"<p>{html_text(_('{n} more rows are in the file.').format(n=rest))}</p>" if rest else ""
    return f'<table class="lamplight-stage-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _map(figure: Figure, alt: str) -> str:
    width, height = MAP_SIZE
    drawn = pictures.draw_bare(figure, "png", MAP_SIZE)
    source = base64.b64encode(drawn).decode("ascii")
    return (
        f'<img class="lamplight-stage-map" alt="{html_text(alt)}" width="{width}" height="{height}" '
        f'src="data:image/png;base64,{source}">'
    )


def _bare(trace: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in trace.items() if name not in _HELD}
    # A text that is not drawn would only be in the page's memory.
    if "textposition" not in kept and "text" not in str(kept.get("mode", "")) and not kept.get("texttemplate"):
        kept.pop("text", None)
    return {**_grown(kept), "hoverinfo": "skip"}


def _grown(value: Any, name: str = "") -> Any:
    """Type and lines larger, wherever they are set."""
    if isinstance(value, dict):
        return {key: _size(key, inner, name) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_grown(inner, name) for inner in value]
    return value


def _size(key: str, value: Any, around: str) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key == "size" and number:
        return value * (LARGER if around.endswith("font") else WIDER)
    if key in _SHIFTS and number:
        return value * LARGER
    if key == "width" and number and around == "line":
        return value * WIDER
    return _grown(value, key)


def _cell(value: object, missing: str) -> object:
    if value is None or value != value:
        return missing
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
