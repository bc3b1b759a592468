"""The figures of Trends: the big chart and its controls, years laid over each other, the season, the week."""

import streamlit as st

from dashboard import measures, view_facts
from dashboard.components import figure, linked, view
from dashboard.i18n import _
from dashboard.told import records_trends
from dashboard.told.records_trends import Choice, averages, windows
from dashboard.view_context import Context


def controls(ctx: Context) -> Choice:
    """Grain, group and moving average. All three are in the link."""
    published = view_facts.is_published(ctx)
    groups = records_trends.groups(ctx)
    view.unread(group=groups, **({} if published else {"grain": measures.GRAINS}))
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        grain = "year"
        if not published:
            bound = linked.follow("grain", measures.GRAINS, "month")
            grain = st.segmented_control(
                _("By"), list(measures.GRAINS), default="month", required=True, key="grain",
                format_func=lambda g: _(measures.GRAINS[g]), **bound,
            )  # fmt: skip
            linked.keep("grain", grain, measures.GRAINS, "month")
        bound = linked.follow("group", groups, "")
        group = st.selectbox(
            _("Group by"), list(groups), format_func=lambda g: _(groups[g]), key="group", width=230, **bound
        )
        linked.keep("group", group, groups, "")
        window = 0
        if not group and not published:
            names = averages(grain)
            view.unread(average=names)
            bound = linked.follow("average", names, "")
            chosen = st.segmented_control(
                _("Moving average"), list(names), default="", required=True, key="average",
                format_func=lambda w: _(names[w]), **bound,
            )  # fmt: skip
            linked.keep("average", chosen, names, "")
            window = windows(grain)[chosen or ""]
    return Choice(grain or "month", group or "", window)


def main_chart(ctx: Context, choice: Choice) -> None:
    """The one big chart."""
    view.tell(records_trends.main_chart(ctx, choice, figure.current_palette()))


def year_over_year(ctx: Context) -> None:
    """The months of each year over each other, in the sources that collected the last two years."""
    view.tell(records_trends.year_over_year(ctx, figure.current_palette()))


def seasonality(ctx: Context) -> None:
    """Whether some months of the year have more reports than others, in the sources that always collected."""
    view.tell(records_trends.seasonality(ctx, figure.current_palette()))


def week(ctx: Context) -> None:
    """Weekday by hour, where enough times are known."""
    view.tell(records_trends.week(ctx, figure.current_palette()))
