"""Overview on the public file: the answer, headline numbers, the trend in whole periods, where, and what changed."""

import streamlit as st

from dashboard import view_facts
from dashboard.components import figure, overview_figures, protected, protected_map, view
from dashboard.components.protected_data import coverage
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.told import base, overview
from dashboard.view_context import Context


def show(ctx: Context) -> None:
    """Draw the page."""
    if view_facts.is_published(ctx):
        overview_figures.answer(ctx, None)
        overview_figures.over_time(ctx)
        return
    if base.last_two(ctx)[0] is None:
        view.tell(base.nothing(ctx, "overview"))
        return
    figure.lead(overview.headline(ctx))
    st.caption(markdown_text(overview.basis(ctx)))
    _numbers(ctx)
    trend = overview.over_time(ctx, figure.current_palette())
    if base.cube(ctx).layer:
        left, right = st.columns([2, 1], gap="large")
        with left:
            protected.tell(ctx, trend)
        with right:
            protected_map.small(ctx)
    else:
        protected.tell(ctx, trend)
    _changed(ctx)
    coverage(ctx)


def _numbers(ctx: Context) -> None:
    """The last period in each published unit, and what of it is children and labour where the cubes tell."""
    items = overview.numbers(ctx)
    for column, item in zip(st.columns(max(len(items), 1), gap="small"), items, strict=False):
        with column, st.container(border=True, height="stretch", gap="small"):
            st.metric(item.label, item.value, delta=markdown_text(item.note), delta_color="off", delta_arrow="off")


def _changed(ctx: Context) -> None:
    """Groups that rose or fell by more than rounding and chance, each a link to the page that shows it."""
    st.subheader(_("What changed"), anchor=False)
    told = overview.changes(ctx)
    if told.basis:
        st.caption(markdown_text(told.basis))
    for change in told.found:
        view.page_link(ctx, change.page, change.text, **change.params)
    if told.none:
        st.markdown(markdown_text(told.none))
