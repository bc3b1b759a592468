"""The concentration curve: what share of the places holds what share of the reports."""

import numpy as np
import plotly.graph_objects as go

from dashboard.charts import style
from dashboard.i18n import _
from dashboard.palette import Palette


def concentration_curve(places: np.ndarray, records: np.ndarray, p: Palette, height: int = 260) -> go.Figure:
    """places, records : (k,) shares from 0 to 1, as `analysis.concentration` gives them. Dotted: all places alike."""
    fig = style.draft(p, height)
    even = {"color": p.quiet, "width": 1, "dash": "dot"}
    fig.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=even, hoverinfo="skip")
    fig.add_scatter(
        x=places,
        y=records,
        mode="lines",
        line={"color": p.count, "width": 2},
        hovertemplate=_("%{x:.0%} of the places hold %{y:.0%}") + "<extra></extra>",
    )
    fig.update_axis("xaxis", title={"text": _("Share of places")}, tickformat=".0%", range=[0, 1])
    fig.update_axis("yaxis", title={"text": _("Share of reports")}, tickformat=".0%", range=[0, 1.02])
    return fig.done()
