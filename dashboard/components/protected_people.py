"""Demographics on the public file: the dimensions of the cube of people, one by one and by two."""

import pandas as pd
import streamlit as st

from dashboard import protection, stories, words
from dashboard.charts import protected as charts
from dashboard.components import figure, protected
from dashboard.components.people_figures import AGES, ATTRIBUTES, CHILD_NOTE, ORDERED, WHO
from dashboard.components.protected_trends import NAMES
from dashboard.escape import html_text
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.view_context import Context

READING = "Bars start at zero. Hatched low marks are few or none. The grey bar is what was not recorded."


def show(ctx: Context) -> None:
    """Draw the page."""
    held = [u for u in ("victims", "suspects") if u in ctx.catalogue.cubes]
    if not held:
        figure.nothing(
            "people", "People are not published here",
            "Who was harmed is told from a cube of its own; this release has none, because its counts would be too "
            "small to protect.",
        )  # fmt: skip
        return
    start = ctx.filters.unit if ctx.filters.unit in held else held[0]
    unit = st.segmented_control(
        "People", held, default=start, required=True, key="people", bind="query-params",
        format_func=lambda u: WHO[u], label_visibility="collapsed",
    )  # fmt: skip
    people = protected.counting(ctx, unit or start)
    own = protected.cube(people)
    last, _ = protected.last_two(people)
    if last is None:
        protected.nothing(people, "people")
        return
    _lead(people)
    if people.filters.unit == "suspects":
        figure.note(CHILD_NOTE)
    dimensions = [d for d in own.dimensions if d != "source"]
    columns = st.columns(2, gap="large")
    for i, column in enumerate(dimensions):
        with columns[i % 2]:
            _attribute(people, column)
    if not dimensions:
        figure.nothing(
            "attributes", "No attribute is published", "Split by age or sex, too many counts would have to be altered."
        )
    if len(dimensions) > 1:
        _pair(people, dimensions)


def _lead(ctx: Context) -> None:
    own, unit = protected.cube(ctx), ctx.filters.unit
    table = measures.by_cube_period(ctx.warehouse, ctx.filters)
    n, many = float(table["n"].sum()), stories.NOUNS[unit][1]
    text = f"{protection.counted(n, unit)} {stories.VERBS[unit]}"
    column = next((c for c in ("minor", "age_band") if c in own.dimensions), "")
    if column and n:
        found = measures.by_cube_group(ctx.warehouse, ctx.filters, column)
        known = int(found.loc[found["known"].astype(bool), "n"].sum())
        young = int(found.loc[found["code"].isin(("minor", "0-8", "9-17")), "n"].sum())
        if known:
            share = words.percent(young, known) if young else protection.FEW
            said = f"{share} of {words.number(known)}" if not share.endswith(words.number(known)) else share
            text += f"; {said} {many} whose age is recorded are under 18"
    figure.lead(f"{text[:1].upper()}{text[1:]}.")
    st.caption(protection.typically(own, measures.order(ctx.filters)))


def _attribute(ctx: Context, column: str) -> None:
    own, unit = protected.cube(ctx), ctx.filters.unit
    table = measures.by_cube_group(ctx.warehouse, ctx.filters, column)
    what = ATTRIBUTES.get(column, NAMES.get(column, column.replace("_", " ")).lower())
    labels = dict(zip(table["code"], table["label"], strict=True))
    known = table[table["known"].astype(bool)]
    order = measures.order(ctx.filters, 1)
    title = protection.leading(known["label"].tolist(), known["n"].astype(int).tolist(), own, order, unit, what)
    drawn = charts.categories(
        table, figure.current_palette(), labels, column if column == "exploitation" else "", column in ORDERED
    )
    twin = pd.DataFrame(
        {what.capitalize(): table["label"], WHO[unit]: protected.amounts(table["n"], protected.few(ctx))}
    )
    zeros = protected.zeros(ctx, bool((table["n"] == 0).any()))
    protected.draw(
        ctx, f"{unit}_{column}", title, drawn, twin, zeros, AGES if column == "age_band" else "", split=1,
        reading=READING,
    )  # fmt: skip


def _pair(ctx: Context, dimensions: list[str]) -> None:
    """Two dimensions as a table of shades; each cell is a sum of published cells."""
    unit = ctx.filters.unit
    a, b = dimensions[:2]
    if len(dimensions) > 2:
        with st.container(horizontal=True, gap="medium"):
            a = st.selectbox("Rows", dimensions, key=f"rows_{unit}", format_func=_title, width=260)
            others = [d for d in dimensions if d != a]
            b = st.selectbox("Columns", others, key=f"columns_{unit}", format_func=_title, width=260)
    wide = measures.cube_pairs(ctx.warehouse, ctx.filters, a, b)
    sides = [measures.by_cube_group(ctx.warehouse, ctx.filters, side).set_index("code")["label"] for side in (a, b)]
    wide = wide.rename(index=sides[0].to_dict(), columns=sides[1].to_dict())
    twin = wide.rename_axis(_title(a)).reset_index()
    for name in wide.columns:
        twin[name] = protected.amounts(twin[name], protected.few(ctx))
    zeros = protected.zeros(ctx, bool((wide == 0).any().any()))
    protected.draw(
        ctx, "pair", f"{_title(a)} by {_title(b).lower()}", lambda: st.html(_grid(wide, figure.current_palette())),
        twin, zeros, split=2, reading="Each cell counts the people with both attributes; the darker, the more.",
    )  # fmt: skip


def _title(column: str) -> str:
    return ATTRIBUTES.get(column, NAMES.get(column, column.replace("_", " "))).capitalize()


def _grid(wide: pd.DataFrame, p: Palette) -> str:
    """Numbers on shades; few or none is outlined and hatched, never the lightest shade."""
    top = max(int(wide.to_numpy(dtype="int64").max()), 1)
    few = f"background:repeating-linear-gradient(45deg,{p.grid} 0 2px,transparent 2px 7px);outline:1px solid {p.quiet}"
    cell = "padding:.45rem .8rem;text-align:right;border:2px solid transparent"

    def shade(n: int) -> str:
        if not n:
            return f'<td style="{cell};{few};outline-offset:-3px">{protection.FEW}</td>'
        step = min(int(n / top * (len(p.sequential) - 1)) + 1, len(p.sequential) - 1)
        ink = p.surface if step > 2 else p.text
        return f'<td style="{cell};background:{p.sequential[step]};color:{ink}">{n:,}</td>'

    head = "".join(f'<th scope="col" style="{cell};font-weight:600">{html_text(c)}</th>' for c in wide.columns)
    body = "".join(
        f'<tr><th scope="row" style="{cell};text-align:left;font-weight:400">{html_text(name)}</th>'
        + "".join(shade(int(n)) for n in row)
        + "</tr>"
        for name, row in zip(wide.index, wide.to_numpy(dtype="int64"), strict=True)
    )
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;font-size:.9375rem;'
        f'font-variant-numeric:tabular-nums"><tr><td></td>{head}</tr>{body}</table></div>'
    )
