"""Demographics on the public file: the dimensions of the cube of people, one by one and by two."""

import pandas as pd
import streamlit as st

from dashboard import protection, words
from dashboard.components import figure, linked, protected, view
from dashboard.escape import html_text
from dashboard.i18n import _
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base, people
from dashboard.told.records_people import CHILD_NOTE, WHO
from dashboard.view_context import Context


def show(ctx: Context) -> None:
    """Draw the page."""
    held = people.held(ctx)
    if not held:
        view.tell(people.unpublished())
        return
    start = people.usual(ctx)
    labels = {u: WHO[u] for u in held}
    bound = linked.follow("people", labels, start)
    unit = st.segmented_control(
        _("People"), held, default=start, required=True, key="people", format_func=lambda u: _(labels[u]),
        label_visibility="collapsed", **bound,
    )  # fmt: skip
    linked.keep("people", unit, labels, start)
    own = base.counting(ctx, unit or start)
    if base.last_two(own)[0] is None:
        view.tell(base.nothing(own, "people"))
        return
    figure.lead(people.lead(own))
    st.caption(protection.typically(base.cube(own), measures.order(own.filters)))
    if own.filters.unit == "suspects":
        figure.note(_(CHILD_NOTE))
    dimensions = people.dimensions(own)
    columns = st.columns(2, gap="large")
    for i, column in enumerate(dimensions):
        with columns[i % 2]:
            protected.tell(own, people.attribute(own, column, figure.current_palette()))
    if not dimensions:
        view.tell(people.no_attribute())
    if len(dimensions) > 1:
        _pair(own, dimensions)


def _pair(ctx: Context, dimensions: list[str]) -> None:
    """Two dimensions as a table of shades; each cell is a sum of published cells."""
    unit = ctx.filters.unit
    a, b = dimensions[:2]
    if len(dimensions) > 2:
        with st.container(horizontal=True, gap="medium"):
            a = st.selectbox(_("Rows"), dimensions, key=f"rows_{unit}", format_func=people.title, width=260)
            others = [d for d in dimensions if d != a]
            b = st.selectbox(_("Columns"), others, key=f"columns_{unit}", format_func=people.title, width=260)
    made = people.pair(ctx, a, b)
    protected.tell(ctx, made, lambda: st.html(_grid(made.table, figure.current_palette())))


def _grid(table: pd.DataFrame, p: Palette) -> str:
    """Numbers on shades; few or none is outlined and hatched, never the lightest shade. table : names, then counts."""
    wide = table.set_index(table.columns[0])
    top = max((n for n in wide.to_numpy(dtype=object).ravel() if isinstance(n, int)), default=1)
    few = f"background:repeating-linear-gradient(45deg,{p.grid} 0 2px,transparent 2px 7px);outline:1px solid {p.quiet}"
    cell = "padding:.45rem .8rem;text-align:right;border:2px solid transparent"

    def shade(n: object) -> str:
        if not isinstance(n, int):
            return f'<td style="{cell};{few};outline-offset:-3px">{html_text(n)}</td>'
        step = min(int(n / top * (len(p.sequential) - 1)) + 1, len(p.sequential) - 1)
        ink = p.surface if step > 2 else p.text
        return f'<td style="{cell};background:{p.sequential[step]};color:{ink}">{words.exact(n)}</td>'

    head = "".join(f'<th scope="col" style="{cell};font-weight:600">{html_text(c)}</th>' for c in wide.columns)
    body = "".join(
        f'<tr><th scope="row" style="{cell};text-align:left;font-weight:400">{html_text(name)}</th>'
        + "".join(shade(n) for n in row)
        + "</tr>"
        for name, row in zip(wide.index, wide.to_numpy(dtype=object), strict=True)
    )
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;font-size:.9375rem;'
        f'font-variant-numeric:tabular-nums"><tr><td></td>{head}</tr>{body}</table></div>'
    )
