"""The figures of Demographics: one attribute as bars, two as a grid. What is not recorded always shows."""

import streamlit as st

from dashboard.charts import heat
from dashboard.components import figure, linked, view
from dashboard.i18n import _
from dashboard.told import records_people as told
from dashboard.told.records_people import People
from dashboard.view_context import Context


def choose(ctx: Context) -> People:
    """Victims or suspects; published cases where the publisher prints ages."""
    held, start = told.held(ctx), told.usual(ctx)
    view.unread(people={u: told.WHO[u] for u in held})
    labels = {u: told.WHO[u] for u in held}
    bound = linked.follow("people", labels, start)
    unit = st.segmented_control(
        _("People"), held, default=start, required=True, key="people", format_func=lambda u: _(labels[u]),
        label_visibility="collapsed", **bound,
    )  # fmt: skip
    linked.keep("people", unit, labels, start)
    return told.counting(ctx, unit or start)


def recorded_at_all(people: People) -> bool:
    """Whether any of the sources of the view records these people, with a sentence on the page if none does."""
    missing = told.unrecorded(people)
    if missing is not None:
        view.tell(missing)
    return missing is None


def minors(people: People) -> None:
    """How many are under 18, in one sentence over the figures."""
    figure.lead(told.lead(people))
    if people.unit == "suspects":
        figure.note(_(told.CHILD_NOTE))


def attribute(people: People, column: str) -> None:
    """One attribute as bars, with what is not recorded."""
    view.tell(told.attribute(people, column, figure.current_palette()))


def pair(people: People, with_race: bool) -> None:
    """Two attributes as a grid, from 100 records."""
    if told.whole(people) < heat.ENOUGH:
        view.tell(told.too_few_to_pair(people))
        return
    options = told.pairable(people, with_race)
    with st.container(horizontal=True, gap="medium"):
        a = st.selectbox(_("Rows"), options, index=0, key=f"rows_{people.unit}", format_func=told.title, width=260)
        others = [o for o in options if o != a]
        b = st.selectbox(_("Columns"), others, index=0, key=f"columns_{people.unit}", format_func=told.title, width=260)
    view.tell(told.pair(people, a, b, figure.current_palette()))
