"""Demographics of the public file: the dimensions of the cube of people, one by one and by two."""

from collections.abc import Mapping, Sequence

from dashboard import protection, stories, words
from dashboard.charts import protected as charts
from dashboard.figures import Figure, Nothing
from dashboard.i18n import N_, _
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base
from dashboard.told.base import Told
from dashboard.told.query import chosen
from dashboard.told.records_people import AGES, ATTRIBUTES, ORDERED, WHO
from dashboard.told.trends import NAMES
from dashboard.view_context import Context

READING = N_("Bars start at zero. Hatched low marks are few or none. The grey bar is what was not recorded.")


def held(ctx: Context) -> list[str]:
    """The units of people that are published."""
    return [u for u in ("victims", "suspects") if u in ctx.catalogue.cubes]


def usual(ctx: Context) -> str:
    """The unit that the page starts with; `held` must not be empty."""
    units = held(ctx)
    return ctx.filters.unit if ctx.filters.unit in units else units[0]


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """Every figure of the page, of the people that the link names."""
    units = held(ctx)
    if not units:
        return [unpublished()]
    people = base.counting(ctx, chosen(query, "people", {u: WHO[u] for u in units}, usual(ctx)))
    if base.last_two(people)[0] is None:
        return [base.nothing(people, "people")]
    sides = dimensions(people)
    told: list[Told] = [attribute(people, column, p) for column in sides]
    if not sides:
        told.append(no_attribute())
    return told + ([pair(people, *sides[:2])] if len(sides) > 1 else [])


def unpublished() -> Nothing:
    """Why there are no people."""
    return Nothing(
        "people", _("People are not published here"),
        _(
            "Who was harmed is told from a cube of its own; this release has none, because its counts would be too "
            "small to protect."
        ),
    )  # fmt: skip


def no_attribute() -> Nothing:
    """Why nothing is told of them but their number."""
    sentence = _("Split by age or sex, too many counts would have to be altered.")
    return Nothing("attributes", _("No attribute is published"), sentence)


def dimensions(ctx: Context) -> list[str]:
    """What the cube of these people tells of each."""
    return [d for d in base.cube(ctx).dimensions if d != "source"]


def lead(ctx: Context) -> str:
    """How many, and how many of them are children."""
    own, unit = base.cube(ctx), ctx.filters.unit
    table = measures.by_cube_period(ctx.warehouse, ctx.filters)
    n, many = float(table["n"].sum()), stories.nouns(unit)
    counted = protection.counted(n, unit)
    column = next((c for c in ("minor", "age_band") if c in own.dimensions), "")
    if column and n:
        found = measures.by_cube_group(ctx.warehouse, ctx.filters, column)
        known = int(found.loc[found["known"].astype(bool), "n"].sum())
        young = int(found.loc[found["code"].isin(("minor", "0-8", "9-17")), "n"].sum())
        if known:
            share = words.percent(young, known) if young else _(protection.FEW)
            if not share.endswith(words.number(known)):
                share = _("{share} of {whole}").format(share=share, whole=words.number(known))
            said = _("{counted} recorded; {share} {things} whose age is recorded are under 18.")
            return words.capital(said.format(counted=counted, share=share, things=many))
    return words.capital(_("{counted} recorded.").format(counted=counted))


def attribute(ctx: Context, column: str, p: Palette) -> Figure:
    """One dimension as bars."""
    own, unit = base.cube(ctx), ctx.filters.unit
    what = ATTRIBUTES.get(column, NAMES.get(column, column.replace("_", " ")).lower())
    table = measures.by_cube_group(ctx.warehouse, ctx.filters, column)
    labels = dict(zip(table["code"], table["label"], strict=True))
    known = table[table["known"].astype(bool)]
    order = measures.order(ctx.filters, 1)
    title = protection.leading(known["label"].tolist(), known["n"].astype(int).tolist(), own, order, unit, what)
    drawn = charts.categories(table, p, labels, column if column == "exploitation" else "", column in ORDERED)
    twin = base.counts(table["label"], table["n"], words.capital(_(what)), _(WHO[unit]), base.few(ctx))
    zeros = base.zeros(ctx, bool((table["n"] == 0).any()))
    return base.figure(
        ctx, f"{unit}_{column}", title, drawn, twin, zeros, _(AGES) if column == "age_band" else "", split=1,
        reading=_(READING),
    )  # fmt: skip


def pair(ctx: Context, a: str, b: str) -> Figure:
    """Two dimensions as a table; each cell is a sum of published cells."""
    wide = measures.cube_pairs(ctx.warehouse, ctx.filters, a, b)
    sides = [measures.by_cube_group(ctx.warehouse, ctx.filters, side).set_index("code")["label"] for side in (a, b)]
    wide = wide.rename(index=sides[0].to_dict(), columns=sides[1].to_dict())
    twin = wide.rename_axis(title(a)).reset_index()
    for name in wide.columns:
        twin[name] = base.amounts(twin[name], base.few(ctx))
    zeros = base.zeros(ctx, bool((wide == 0).any().any()))
    return base.figure(
        ctx, "pair", _("{a} by {b}").format(a=title(a), b=words.lower_first(title(b))), None, twin, zeros, split=2,
        reading=_("Each cell counts the people with both attributes; the darker, the more."),
    )  # fmt: skip


def title(column: str) -> str:
    """A dimension as a heading."""
    return words.capital(_(ATTRIBUTES.get(column, NAMES.get(column, column.replace("_", " ")))))
