"""What all figures share: fonts, axes, margins, and how plotly behaves in the page."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import dates
from dashboard.i18n import english
from dashboard.palette import Palette

# No toolbar, no logo, no zoom that a scroll could start by accident; nothing is sent anywhere.
CONFIG: dict[str, Any] = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "showTips": False}
HATCH = "/"  # not finished
UNKNOWN_HATCH = "x"  # not recorded
UNKNOWN = ("unknown", "unmapped")
FONT = 15


class Draft:
    """A figure in the making, as plain dictionaries.

    Plotly checks every single update of a figure; twelve small charts took 260 ms that way and take 15 ms built here
    and checked once, in `done`.
    """

    def __init__(self, layout: dict[str, Any]) -> None:
        self.data: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {"shapes": [], "annotations": [], **layout}

    def add_bar(self, **trace: Any) -> None:
        """A trace of bars."""
        self.data.append({"type": "bar", **trace})

    def add_scatter(self, **trace: Any) -> None:
        """A trace of lines or dots."""
        self.data.append({"type": "scatter", **trace})

    def add_heatmap(self, **trace: Any) -> None:
        """A grid of shades."""
        self.data.append({"type": "heatmap", **trace})

    def add_shape(self, **shape: Any) -> None:
        """A line or a rectangle."""
        self.layout["shapes"].append(shape)

    def add_annotation(self, **annotation: Any) -> None:
        """A label without an arrow. Its text is read for tags: escape what comes from data."""
        self.layout["annotations"].append({"showarrow": False, **annotation})

    def update(self, **layout: Any) -> None:
        """Merge settings into the layout, dictionaries into dictionaries."""
        _merge(self.layout, layout)

    def update_axis(self, name: str, **settings: Any) -> None:
        """Merge settings into one axis."""
        self.update(**{name: settings})

    def done(self) -> go.Figure:
        """The figure, checked by plotly, its numbers in the reader's signs."""
        if not english():
            self.layout["separators"] = dates.local(".,")
        return go.Figure({"data": self.data, "layout": self.layout})


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def draft(p: Palette, height: int) -> Draft:
    """An empty figure in the palette: quiet grid, y from zero, no legend."""
    vertical = {"showgrid": True, "gridcolor": p.grid, "rangemode": "tozero", "tickformat": ",d"}
    zero = {"zeroline": True, "zerolinecolor": p.quiet, "zerolinewidth": 1}
    return Draft(
        {
            "height": height,
            "margin": {"l": 8, "r": 12, "t": 28, "b": 8, "pad": 3, "autoexpand": True},
            "font": {"size": FONT, "color": p.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "barmode": "overlay",
            "bargap": 0.12,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": p.surface,
                "bordercolor": p.grid,
                "font": {"color": p.text, "size": FONT},
            },
            "dragmode": False,
            "xaxis": {**axis(p), "showgrid": False},
            "yaxis": {**axis(p), **vertical, **zero},
        }
    )


def axis(p: Palette) -> dict[str, Any]:
    """Settings of any axis."""
    return {
        "tickfont": {"color": p.quiet, "size": FONT},
        "title": {"text": "", "standoff": 6, "font": {"color": p.quiet, "size": FONT}},
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


def months_named(fig: Draft, first: pd.Timestamp, last: pd.Timestamp, step: int = 1) -> None:
    """Each so many months named in the reader's language, where plotly knows only English."""
    if english():
        return
    months = pd.date_range(first.normalize().replace(day=1), last, freq=f"{step}MS", inclusive="left")
    middle = [m + pd.Timedelta(days=m.days_in_month / 2) for m in months]
    fig.update_axis("xaxis", tickmode="array", tickvals=middle, ticktext=[dates.month_short(m) for m in months])


def whole_ticks(fig: Draft, top: float) -> None:
    """No fractions of a person on an axis: below four, one tick for each whole number."""
    if top <= 4:
        fig.update(yaxis={"dtick": 1, "range": [0, max(1.0, top) * 1.15]})
