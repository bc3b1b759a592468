"""The figures of Demographics: one attribute as bars, two as a grid. What is not recorded always shows."""

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from dashboard import measures, stories, view_facts, words
from dashboard.charts import bars, heat
from dashboard.charts.style import UNKNOWN
from dashboard.components import figure, view
from dashboard.view_context import Context
from etl import codes

WHO = {"victims": "Victims", "suspects": "Suspects", "published_cases": "Published cases"}
# Attribute -> its name in a title.
ATTRIBUTES = {
    "age_band": "age",
    "sex": "sex",
    "race": "race",
    "ethnicity": "ethnicity",
    "relationship": "relationship to the offender",
    "exploitation": "kind of exploitation",
    "suspect_class": "class of person",
    "minor": "age group",
}
ORDERED = ("age_band", "minor")
READING = (
    "Bars start at zero. The grey hatched bar is what was not recorded; shares in the title leave it out. "
    "People are counted once for each incident they are recorded in."
)
AGES = "Age bands differ in width: a wide one holds more people for that reason too."
CHILD_NOTE = (
    "A person under 18 recorded as an offender may be a child who was made to take part: "
    "“minor recorded as offender” is a class of its own."
)


@dataclass(frozen=True)
class People:
    """Whose figures the page shows."""

    context: Context
    unit: str

    def attributes(self, with_race: bool = True) -> list[str]:
        """The attributes that this unit records."""
        if self.unit == "published_cases":
            return ["age_band", "sex", "exploitation"]
        if self.unit == "suspects":
            return ["suspect_class", "age_band", "sex"] + (["race", "ethnicity"] if with_race else [])
        return ["age_band", "sex", "race", "ethnicity", "relationship", "exploitation"]


def choose(ctx: Context) -> People:
    """Victims or suspects; published cases where the publisher prints ages."""
    held = [u for u in WHO if u in ctx.catalogue.units or u == "victims"]
    start = ctx.filters.unit if ctx.filters.unit in held else held[0]
    view.unread(people={u: WHO[u] for u in held})
    unit = st.segmented_control(
        "People", held, default=start, required=True, key="people", bind="query-params",
        format_func=lambda u: WHO[u], label_visibility="collapsed",
    )  # fmt: skip
    chosen = unit or start
    return People(replace_unit(ctx, chosen), chosen)


def replace_unit(ctx: Context, unit: str) -> Context:
    """The same view, counting something else."""
    return replace(ctx, filters=replace(ctx.filters, unit=unit))


def recorded_at_all(people: People) -> bool:
    """Whether any of the sources of the view records these people, with a sentence on the page if none does."""
    if view_facts.sources(people.context):
        if measures.total(people.context.warehouse, people.context.filters):
            return True
        view.nothing(people.context, "people")
        return False
    figure.nothing(
        "people",
        f"{WHO[people.unit]} are not recorded here",
        f"None of the sources of this view records {WHO[people.unit].lower()}: that is not the same as none. "
        "Choose another source in the filters.",
    )
    return False


def minors(people: People) -> None:
    """How many are under 18, in one sentence over the figures."""
    if people.unit == "suspects":
        table = measures.by_group(people.context.warehouse, people.context.filters, "suspect_class")
        figure.lead(f"{stories.offenders(table)}.")
        figure.note(CHILD_NOTE)
        return
    table = measures.by_group(people.context.warehouse, people.context.filters, "minor")
    n = dict(zip(table["code"], table["n"], strict=True))
    known = int(n.get("minor", 0)) + int(n.get("adult", 0))
    many = stories.NOUNS[people.unit][1]
    share = words.percent(int(n.get("minor", 0)), known)
    said = f"{share} of {words.number(known)}" if share.endswith("%") else share
    text = f"{said} {many} whose age is recorded are under 18." if known else f"No age is recorded for these {many}."
    figure.lead(f"{text} {stories.unknowns(table, people.unit)}")


def attribute(people: People, column: str) -> None:
    """One attribute as bars, with what is not recorded."""
    ctx = people.context
    table = measures.by_group(ctx.warehouse, ctx.filters, column)
    labels = dict(zip(table["code"], table["label"], strict=True))
    group = "exploitation" if column == "exploitation" else ""
    drawn = bars.categories(table, figure.current_palette(), labels, group, keep_order=column in ORDERED)
    what = ATTRIBUTES[column]
    twin = table[["label", "n"]].set_axis([what.capitalize(), WHO[people.unit]], axis=1)
    title = stories.offenders(table) if column == "suspect_class" else stories.leading(table, people.unit, what)
    figure.figure(
        f"{people.unit}_{column}", title, ctx.sentence, drawn, twin,
        view_facts.caption(ctx, stories.unknowns(table, people.unit), AGES if column == "age_band" else ""), READING,
    )  # fmt: skip


def pair(people: People, with_race: bool) -> None:
    """Two attributes as a grid, from 100 records."""
    ctx = people.context
    whole = measures.total(ctx.warehouse, ctx.filters)
    many = stories.NOUNS[people.unit][1]
    if whole < heat.ENOUGH:
        figure.nothing(
            "pair", "Two attributes at once",
            f"There are {words.number(whole)} {many} in this view. Below {heat.ENOUGH} most cells would hold one or "
            "two people, which says little and could point at somebody, so the grid is not drawn.",
        )  # fmt: skip
        return
    options = [a for a in people.attributes(with_race) if a != "suspect_class"]
    with st.container(horizontal=True, gap="medium"):
        a = st.selectbox("Rows", options, index=0, key=f"rows_{people.unit}", format_func=_title, width=260)
        others = [o for o in options if o != a]
        b = st.selectbox("Columns", others, index=0, key=f"columns_{people.unit}", format_func=_title, width=260)
    table = measures.pairs(ctx.warehouse, ctx.filters, a, b)
    known = table[table["both_known"].astype(bool)]
    rows, columns = (_order(table, side) for side in ("a", "b"))
    labels_a = dict(zip(table["a"], table["a_label"], strict=True))
    labels_b = dict(zip(table["b"], table["b_label"], strict=True))
    drawn = heat.grid(
        table.rename(columns={"a": "row", "b": "column"}), figure.current_palette(), labels_a, labels_b, rows, columns
    )
    both = int(known["n"].sum())
    title = (
        f"{_title(a)} and {ATTRIBUTES[b]} are both recorded for {words.number(both)} of {words.number(whole)} {many}"
    )
    twin = table[["a_label", "b_label", "n"]].set_axis([_title(a), _title(b), WHO[people.unit]], axis=1)
    figure.figure(
        "pair", title, ctx.sentence, drawn, twin, view_facts.caption(ctx),
        "Each cell counts the people with both attributes. Not recorded is in the last row and column.",
    )  # fmt: skip


def _title(column: str) -> str:
    return ATTRIBUTES[column].capitalize()


def _order(table: pd.DataFrame, side: str) -> list[str]:
    """Ages in order, other codes by size; what is not known last."""
    sizes = table.groupby(side)["n"].sum().sort_values(ascending=False, kind="stable")
    seen = [str(c) for c in sizes.index]
    if set(seen) <= set(codes.AGE_BAND):
        seen = [c for c in codes.AGE_BAND if c in seen]
    return [c for c in seen if c not in UNKNOWN] + [c for c in seen if c in UNKNOWN]
