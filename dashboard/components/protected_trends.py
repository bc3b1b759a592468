"""Trends on the public file: one chart in the cube's own periods, grouped by what the cube tells apart."""

import streamlit as st

from dashboard import stories
from dashboard.charts import multiples
from dashboard.charts import protected as charts
from dashboard.components import figure, protected, protected_overview, view
from dashboard.measures import protected as measures
from dashboard.view_context import Context

NAMES = {
    "source": "Source",
    "exploitation": "Exploitation",
    "premise": "Kind of place",
    "age_band": "Age",
    "minor": "Under 18",
    "sex": "Sex",
    "victim_age_band": "Victim's age",
    "victim_minor": "Victims under 18",
    "victim_sex": "Victim's sex",
}
FINER = {
    "month": "",
    "quarter": "Months are not published, because their counts are small. ",
    "half": "Quarters and months are not published, because their counts are small. ",
    "year": "Years are the finest that is published, so there is no season here. ",
}


def groups(ctx: Context) -> dict[str, str]:
    """What the cube tells apart, by column."""
    own = protected.cube(ctx)
    found = {d: NAMES.get(d, d.replace("_", " ").capitalize()) for d in own.dimensions}
    return {"": "Nothing"} | found | ({f"area_{own.layer}": "Area"} if own.layer else {})


def show(ctx: Context) -> None:
    """Draw the page."""
    own = protected.cube(ctx)
    offered = groups(ctx)
    view.unread(group=offered)
    group = st.selectbox(
        "Group by", list(offered), format_func=lambda g: offered[g], key="group", bind="query-params", width=230
    )
    st.caption(f"{FINER.get(own.grain, 'Trends by month or year are not published, because counts are small. ')}")
    if not group:
        protected_overview.over_time(ctx)
        return
    _by_group(ctx, group, offered[group])


def _by_group(ctx: Context, group: str, name: str) -> None:
    unit, own = ctx.filters.unit, protected.cube(ctx)
    found = measures.by_cube_period(ctx.warehouse, ctx.filters, group)
    if found.empty:
        protected.nothing(ctx, "trend")
        return
    by_area = group.startswith("area_")
    table = protected.twin(found, unit, name, protected.few(ctx, by_area))
    labels = dict(zip(found["group"], found["group_label"], strict=True))
    size = len(labels)
    title = f"{stories.NOUNS[unit][1].capitalize()} {stories.VERBS[unit]}, by {name.lower()}"
    drawn = (
        protected.as_table("Every published period", table)
        if own.coarse
        else charts.several(found, group, labels, figure.current_palette())
    )
    more = f"The {multiples.MOST} largest of {size} are drawn; the table has all." if size > multiples.MOST else ""
    zeros = protected.zeros(ctx, bool((found["state"] == measures.FEW).any()), by_area)
    pale = protected_overview.PALE if found["some"].any() and not own.coarse else ""
    protected.draw(
        ctx, "trend", title, drawn, table, zeros, pale, "" if own.coarse else more, split=1,
        reading="All small charts share one scale and the periods below them. " + protected_overview.READING,
    )  # fmt: skip
