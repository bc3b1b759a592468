"""The state of things on one page: the answer, four numbers, the trend, where, what changed, how fresh it is."""

import streamlit as st

from dashboard.components import (
    context,
    coverage_figures,
    figure,
    others,
    overview_figures,
    overview_map,
    protected_overview,
    view,
    what_changed,
)
from dashboard.i18n import _
from dashboard.told import records_compared

ctx = context.current()
figure.page_name(_("Overview"))
if ctx.catalogue.public:
    protected_overview.show(ctx)
else:
    when = records_compared.spans(ctx)
    overview_figures.answer(ctx, when)

    if ctx.catalogue.empty:
        view.nothing(ctx, "overview")
    else:
        if when is not None:
            overview_figures.four(ctx, when)
        left, right = st.columns([2, 1], gap="large")
        with left:
            overview_figures.over_time(ctx)
        with right:
            overview_map.where(ctx)
        what_changed.show(ctx, when)
        coverage_figures.of_view(ctx)
    others.show(ctx)
