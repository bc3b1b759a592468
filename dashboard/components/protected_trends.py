"""Trends on the public file: one chart in the cube's own periods, grouped by what the cube tells apart."""

import streamlit as st

from dashboard.components import figure, protected, view
from dashboard.told import base, trends
from dashboard.view_context import Context

FINER = {
    "month": "",
    "quarter": "Months are not published, because their counts are small. ",
    "half": "Quarters and months are not published, because their counts are small. ",
    "year": "Years are the finest that is published, so there is no season here. ",
}


def show(ctx: Context) -> None:
    """Draw the page."""
    own = base.cube(ctx)
    offered = trends.groups(ctx)
    view.unread(group=offered)
    group = st.selectbox(
        "Group by", list(offered), format_func=lambda g: offered[g], key="group", bind="query-params", width=230
    )
    st.caption(f"{FINER.get(own.grain, 'Trends by month or year are not published, because counts are small. ')}")
    protected.tell(ctx, trends.by(ctx, group or "", figure.current_palette()))
