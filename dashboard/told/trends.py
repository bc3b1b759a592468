"""Trends of the public file: one chart in the cube's own periods, grouped by what the cube tells apart."""

from collections.abc import Mapping, Sequence

from dashboard import words
from dashboard.charts import multiples
from dashboard.charts import protected as charts
from dashboard.i18n import N_, _
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base, overview
from dashboard.told.base import Told
from dashboard.told.query import chosen
from dashboard.view_context import Context

NAMES = {
    "source": N_("Source"),
    "exploitation": N_("Exploitation"),
    "premise": N_("Kind of place"),
    "age_band": N_("Age"),
    "minor": N_("Under 18"),
    "sex": N_("Sex"),
    "victim_age_band": N_("Victim's age"),
    "victim_minor": N_("Victims under 18"),
    "victim_sex": N_("Victim's sex"),
}


def groups(ctx: Context) -> dict[str, str]:
    """What the cube tells apart, by column; "" for nothing. In English, as links carry it."""
    own = base.cube(ctx)
    found = {d: NAMES.get(d, d.replace("_", " ").capitalize()) for d in own.dimensions}
    return {"": N_("Nothing")} | found | ({f"area_{own.layer}": N_("Area")} if own.layer else {})


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """The page's one chart, by the link's group."""
    return [by(ctx, chosen(query, "group", groups(ctx), ""), p)]


def by(ctx: Context, group: str, p: Palette) -> Told:
    """The view over time by a group, a key of `groups`; whole where it is ""."""
    return by_group(ctx, group, p) if group else overview.over_time(ctx, p)


def titled(unit: str) -> str:
    """`Incidents reported, by {name}`. A message for each unit, as in `units.said`."""
    if unit == "incidents":
        return _("Incidents reported, by {name}")
    if unit == "victims":
        return _("Victims recorded, by {name}")
    return _("People recorded as offenders, by {name}")


def by_group(ctx: Context, group: str, p: Palette) -> Told:
    """The view by published period and group, a column of the cube."""
    unit, own, name = ctx.filters.unit, base.cube(ctx), groups(ctx)[group]
    found = measures.by_cube_period(ctx.warehouse, ctx.filters, group)
    if found.empty:
        return base.nothing(ctx, "trend")
    by_area = group.startswith("area_")
    table = base.twin(found, unit, _(name), base.few(ctx, by_area))
    labels = dict(zip(found["group"], found["group_label"], strict=True))
    size = len(labels)
    title = titled(unit).format(name=words.inside(name))
    drawn = base.drawn_unless_coarse(ctx, lambda: charts.several(found, group, labels, p))
    most = _("The {most} largest of {size} are drawn; the table has all.").format(most=multiples.MOST, size=size)
    more = most if size > multiples.MOST else ""
    zeros = base.zeros(ctx, bool((found["state"] == measures.FEW).any()), by_area)
    pale = _(overview.PALE) if found["some"].any() and not own.coarse else ""
    return base.figure(
        ctx, "trend", title, drawn, table, zeros, pale, "" if own.coarse else more, split=1,
        reading=f"{_('All small charts share one scale and the periods below them.')} {_(overview.READING)}",
    )  # fmt: skip
