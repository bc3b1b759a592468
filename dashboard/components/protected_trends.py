"""Trends on the public file: one chart in the cube's own periods, grouped by what the cube tells apart."""

import streamlit as st

from dashboard.components import figure, linked, protected, view
from dashboard.i18n import N_, _
from dashboard.told import base, trends
from dashboard.view_context import Context

FINER = {
    "month": "",
    "quarter": N_("Months are not published, because their counts are small."),
    "half": N_("Quarters and months are not published, because their counts are small."),
    "year": N_("Years are the finest that is published, so there is no season here."),
}
COARSER = N_("Trends by month or year are not published, because counts are small.")


def show(ctx: Context) -> None:
    """Draw the page."""
    own = base.cube(ctx)
    offered = trends.groups(ctx)
    view.unread(group=offered)
    bound = linked.follow("group", offered, "")
    group = st.selectbox(
        _("Group by"), list(offered), format_func=lambda g: _(offered[g]), key="group", width=230, **bound
    )
    linked.keep("group", group, offered, "")
    if said := FINER.get(own.grain, COARSER):
        st.caption(_(said))
    protected.tell(ctx, trends.by(ctx, group or "", figure.current_palette()))
