"""Demographics of records: one attribute as bars, two as a grid. What is not recorded always shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dashboard import measures, stories, view_facts, words
from dashboard.charts import bars, heat
from dashboard.charts.style import UNKNOWN
from dashboard.figures import Figure, Nothing
from dashboard.i18n import N_, _
from dashboard.palette import Palette
from dashboard.told.base import Told
from dashboard.told.query import chosen
from dashboard.told.records import figure, nothing
from dashboard.view_context import Context
from etl import codes

WHO = {"victims": N_("Victims"), "suspects": N_("Suspects"), "published_cases": N_("Published cases")}
# Attribute -> its name in a title.
ATTRIBUTES = {
    "age_band": N_("age"),
    "sex": N_("sex"),
    "race": N_("race"),
    "ethnicity": N_("ethnicity"),
    "relationship": N_("relationship to the offender"),
    "exploitation": N_("kind of exploitation"),
    "suspect_class": N_("class of person"),
    "minor": N_("age group"),
}
ORDERED = ("age_band", "minor")
READING = N_(
    "Bars start at zero. The grey hatched bar is what was not recorded; shares in the title "
    "leave it out. People are counted once for each incident they are recorded in."
)
AGES = N_("Age bands differ in width: a wide one holds more people for that reason too.")
CHILD_NOTE = N_(
    "A person under 18 recorded as an offender may be a child who was made to take part: “minor "
    "recorded as offender” is a class of its own."
)


@dataclass(frozen=True)
class People:
    """Whose figures are told."""

    context: Context
    unit: str

    def attributes(self, with_race: bool = True) -> list[str]:
        """The attributes that this unit records."""
        if self.unit == "published_cases":
            return ["age_band", "sex", "exploitation"]
        if self.unit == "suspects":
            return ["suspect_class", "age_band", "sex"] + (["race", "ethnicity"] if with_race else [])
        return ["age_band", "sex", "race", "ethnicity", "relationship", "exploitation"]


def held(ctx: Context) -> list[str]:
    """The units of people that can be told: victims always, published cases where the publisher prints ages."""
    return [u for u in WHO if u in ctx.catalogue.units or u == "victims"]


def usual(ctx: Context) -> str:
    """The unit that the page starts with."""
    units = held(ctx)
    return ctx.filters.unit if ctx.filters.unit in units else units[0]


def counting(ctx: Context, unit: str) -> People:
    """The same view, counting these people."""
    return People(replace(ctx, filters=replace(ctx.filters, unit=unit)), unit)


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """Every figure of the page, of the people that the link names; without the race of suspects, as the page begins."""
    people = counting(ctx, chosen(query, "people", {u: WHO[u] for u in held(ctx)}, usual(ctx)))
    if (missing := unrecorded(people)) is not None:
        return [missing]
    with_race = people.unit != "suspects"
    told: list[Told] = [attribute(people, column, p) for column in people.attributes(with_race)]
    a, b, *_rest = pairable(people, with_race)
    return [*told, pair(people, a, b, p) if whole(people) >= heat.ENOUGH else too_few_to_pair(people)]


def unrecorded(people: People) -> Nothing | None:
    """Why there is nothing to tell of these people; None where there is."""
    if view_facts.sources(people.context):
        return None if whole(people) else nothing(people.context, "people")
    return Nothing(
        "people",
        _("{who} are not recorded here").format(who=_(WHO[people.unit])),
        _(
            "None of the sources of this view records {who}: that is not the same as none. Choose "
            "another source in the filters."
        ).format(who=_(WHO[people.unit]).lower()),
    )


def whole(people: People) -> int:
    """How many of them the view counts."""
    return measures.total(people.context.warehouse, people.context.filters)


def lead(people: People) -> str:
    """How many are under 18, in one sentence over the figures."""
    ctx = people.context
    if people.unit == "suspects":
        return f"{stories.offenders(measures.by_group(ctx.warehouse, ctx.filters, 'suspect_class'))}."
    table = measures.by_group(ctx.warehouse, ctx.filters, "minor")
    n = dict(zip(table["code"], table["n"], strict=True))
    known = int(n.get("minor", 0)) + int(n.get("adult", 0))
    many = stories.nouns(people.unit)
    share = words.percent(int(n.get("minor", 0)), known)
    if not known:
        text = _("No age is recorded for these {things}.").format(things=many)
    elif min(int(n.get("minor", 0)), known) < words.PERCENT_FROM:
        text = _("{share} {things} whose age is recorded are under 18.").format(share=share, things=many)
    else:
        text = _("{share} of {known} {things} whose age is recorded are under 18.").format(
            share=share, known=words.number(known), things=many
        )
    return f"{text} {stories.unknowns(table, people.unit)}"


def attribute(people: People, column: str, p: Palette) -> Figure:
    """One attribute as bars, with what is not recorded."""
    ctx = people.context
    table = measures.by_group(ctx.warehouse, ctx.filters, column)
    labels = dict(zip(table["code"], table["label"], strict=True))
    group = "exploitation" if column == "exploitation" else ""
    drawn = bars.categories(table, p, labels, group, keep_order=column in ORDERED)
    what = ATTRIBUTES[column]
    twin = table[["label", "n"]].set_axis([words.capital(_(what)), _(WHO[people.unit])], axis=1)
    title = stories.offenders(table) if column == "suspect_class" else stories.leading(table, people.unit, what)
    caption = view_facts.caption(ctx, stories.unknowns(table, people.unit), _(AGES) if column == "age_band" else "")
    return figure(ctx, f"{people.unit}_{column}", title, ctx.sentence, drawn, twin, caption, _(READING))


def pairable(people: People, with_race: bool) -> list[str]:
    """The attributes that a grid can hold."""
    return [a for a in people.attributes(with_race) if a != "suspect_class"]


def too_few_to_pair(people: People) -> Nothing:
    """Why there is no grid."""
    many = stories.nouns(people.unit)
    return Nothing(
        "pair", _("Two attributes at once"),
        _("There are {n} {things} in this view. Below {enough} most cells would hold one or two people, which says "
          "little and could point at somebody, so the grid is not drawn.").format(
            n=words.number(whole(people)), things=many, enough=heat.ENOUGH),
    )  # fmt: skip


def pair(people: People, a: str, b: str, p: Palette) -> Figure:
    """Two attributes as a grid, from 100 records."""
    ctx, many = people.context, stories.nouns(people.unit)
    table = measures.pairs(ctx.warehouse, ctx.filters, a, b)
    known = table[table["both_known"].astype(bool)]
    rows, columns = (_order(table, side) for side in ("a", "b"))
    labels_a = dict(zip(table["a"], table["a_label"], strict=True))
    labels_b = dict(zip(table["b"], table["b_label"], strict=True))
    drawn = heat.grid(table.rename(columns={"a": "row", "b": "column"}), p, labels_a, labels_b, rows, columns)
    both = int(known["n"].sum())
    heading = _("{first} and {second} are both recorded for {n} of {whole} {things}").format(
        first=title(a), second=_(ATTRIBUTES[b]), n=words.number(both), whole=words.number(whole(people)), things=many
    )
    twin = table[["a_label", "b_label", "n"]].set_axis([title(a), title(b), _(WHO[people.unit])], axis=1)
    return figure(
        ctx, "pair", heading, ctx.sentence, drawn, twin, view_facts.caption(ctx),
        _("Each cell counts the people with both attributes. Not recorded is in the last row and column."),
    )  # fmt: skip


def title(column: str) -> str:
    """An attribute as a heading."""
    return words.capital(_(ATTRIBUTES[column]))


def _order(table: pd.DataFrame, side: str) -> list[str]:
    """Ages in order, other codes by size; what is not known last."""
    sizes = table.groupby(side)["n"].sum().sort_values(ascending=False, kind="stable")
    seen = [str(c) for c in sizes.index]
    if set(seen) <= set(codes.AGE_BAND):
        seen = [c for c in codes.AGE_BAND if c in seen]
    return [c for c in seen if c not in UNKNOWN] + [c for c in seen if c in UNKNOWN]
