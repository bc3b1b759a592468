"""How the numbers move: one big chart, its controls above it; years, seasons and the week below."""

import streamlit as st

from dashboard import view_facts
from dashboard.components import context, protected_trends, trend_figures
from dashboard.i18n import _

ctx = context.current()
st.title(_("Trends"), anchor=False)
if ctx.catalogue.public and not view_facts.is_published(ctx):
    protected_trends.show(ctx)
else:
    choice = trend_figures.controls(ctx)
    trend_figures.main_chart(ctx, choice)

    if not view_facts.is_published(ctx):
        left, right = st.columns(2, gap="large")
        with left:
            trend_figures.year_over_year(ctx)
        with right:
            trend_figures.seasonality(ctx)
        trend_figures.week(ctx)
