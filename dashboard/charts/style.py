"""What all figures share: fonts, axes, margins, and how plotly behaves in the page."""

from typing import Any

import plotly.graph_objects as go

from dashboard.palette import Palette

# No toolbar, no logo, no zoom that a scroll could start by accident; nothing is sent anywhere.
CONFIG: dict[str, Any] = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "showTips": False}
HATCH = "/"  # not finished
UNKNOWN_HATCH = "x"  # not recorded
UNKNOWN = ("unknown", "unmapped")
FONT = 14


def figure(p: Palette, height: int) -> go.Figure:
    """An empty figure in the palette: quiet grid, y from zero, no legend."""
    fig = go.Figure()
    fig.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 28, "b": 8, "pad": 3, "autoexpand": True},
        font={"size": FONT, "color": p.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        barmode="overlay",
        bargap=0.12,
        hovermode="closest",
        hoverlabel={"bgcolor": p.surface, "bordercolor": p.grid, "font": {"color": p.text, "size": FONT}},
        dragmode=False,
    )
    fig.update_layout(
        xaxis={**axis(p), "showgrid": False},
        yaxis={
            **axis(p),
            "showgrid": True,
            "gridcolor": p.grid,
            "rangemode": "tozero",
            "zeroline": True,
            "zerolinecolor": p.quiet,
            "zerolinewidth": 1,
            "tickformat": ",d",
        },
    )
    return fig


def axis(p: Palette) -> dict[str, Any]:
    """Settings of any axis."""
    return {
        "tickfont": {"color": p.quiet, "size": FONT - 1},
        "title": {"text": "", "standoff": 6, "font": {"color": p.quiet, "size": FONT - 1}},
        "fixedrange": True,
        "automargin": True,
        "zeroline": False,
    }


def marker(p: Palette, colour: str, shape: str = "", pale: bool = False) -> dict[str, Any]:
    """How a bar is filled: solid, or with lines of its colour on the surface (`shape`); pale for what is uncertain."""
    if not shape:
        return {"color": colour, "opacity": 0.55 if pale else 1.0, "line": {"width": 0}}
    pattern = {
        "shape": shape,
        "fgcolor": colour,
        "bgcolor": p.surface,
        "fillmode": "replace",
        "size": 6,
        "solidity": 0.35,
    }
    return {
        "color": colour,
        "pattern": pattern,
        "line": {"color": colour, "width": 1},
        "opacity": 0.55 if pale else 1.0,
    }


def whole_ticks(fig: go.Figure, top: float) -> None:
    """No fractions of a person on an axis: below four, one tick for each whole number."""
    if top <= 4:
        fig.update_yaxes(dtick=1, range=[0, max(1.0, top) * 1.15])
