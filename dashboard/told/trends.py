"""Trends of the public file: one chart in the cube's own periods, grouped by what the cube tells apart."""

from collections.abc import Mapping, Sequence

from dashboard import stories
from dashboard.charts import multiples
from dashboard.charts import protected as charts
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base, overview
from dashboard.told.base import Told
from dashboard.told.query import chosen
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


def groups(ctx: Context) -> dict[str, str]:
    """What the cube tells apart, by column; "" for nothing."""
    own = base.cube(ctx)
    found = {d: NAMES.get(d, d.replace("_", " ").capitalize()) for d in own.dimensions}
    return {"": "Nothing"} | found | ({f"area_{own.layer}": "Area"} if own.layer else {})


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """The page's one chart, by the link's group."""
    return [by(ctx, chosen(query, "group", groups(ctx), ""), p)]


def by(ctx: Context, group: str, p: Palette) -> Told:
    """The view over time by a group, a key of `groups`; whole where it is ""."""
    return by_group(ctx, group, p) if group else overview.over_time(ctx, p)


def by_group(ctx: Context, group: str, p: Palette) -> Told:
    """The view by published period and group, a column of the cube."""
    unit, own, name = ctx.filters.unit, base.cube(ctx), groups(ctx)[group]
    found = measures.by_cube_period(ctx.warehouse, ctx.filters, group)
    if found.empty:
        return base.nothing(ctx, "trend")
    by_area = group.startswith("area_")
    table = base.twin(found, unit, name, base.few(ctx, by_area))
    labels = dict(zip(found["group"], found["group_label"], strict=True))
    size = len(labels)
    title = f"{stories.NOUNS[unit][1].capitalize()} {stories.VERBS[unit]}, by {name.lower()}"
    drawn = base.drawn_unless_coarse(ctx, lambda: charts.several(found, group, labels, p))
    more = f"The {multiples.MOST} largest of {size} are drawn; the table has all." if size > multiples.MOST else ""
    zeros = base.zeros(ctx, bool((found["state"] == measures.FEW).any()), by_area)
    pale = overview.PALE if found["some"].any() and not own.coarse else ""
    return base.figure(
        ctx, "trend", title, drawn, table, zeros, pale, "" if own.coarse else more, split=1,
        reading="All small charts share one scale and the periods below them. " + overview.READING,
    )  # fmt: skip
