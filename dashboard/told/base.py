"""What every protected figure has: its typical error and grain in the caption, few or none in the table."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from dashboard import protection, stories, view_facts, words
from dashboard.cubes import Cube, Period
from dashboard.figures import Figure, MapPicture, Nothing
from dashboard.i18n import _
from dashboard.links import from_query, to_query
from dashboard.measures import protected as measures
from dashboard.view_context import Context

if TYPE_CHECKING:
    import plotly.graph_objects as go

Told = Figure | Nothing


def cube(ctx: Context) -> Cube:
    """The cube of the view. A unit without one does not get here: ask `view_facts.is_published` first."""
    return measures.cube_of(ctx.warehouse, ctx.filters)


def counting(ctx: Context, unit: str) -> Context:
    """The same view in another unit: filters that its cube lacks are gone, its periods are whole."""
    if unit == ctx.filters.unit:
        return ctx
    span = {
        name: [f"{day:%Y-%m}"] for name, day in (("from", ctx.filters.date_from), ("to", ctx.filters.date_to)) if day
    }
    query = {k: v for k, v in to_query(ctx.filters, ctx.catalogue.of("")).items() if k not in ("from", "to", "unit")}
    filters, _lost = from_query({**query, **span, "unit": unit}, ctx.catalogue.of(""))
    return replace(ctx, filters=filters, catalogue=ctx.catalogue.of(unit))


def figure(
    ctx: Context, key: str, title: str, drawn: "go.Figure | MapPicture | None", table: pd.DataFrame,
    *more: str, split: int = 0, reading: str = "", subtitle: str = "",
) -> Figure:  # fmt: skip
    """One figure of the cube. split : by how many dimensions beside the period and the filters it tells apart.

    drawn : None where the table is the figure. more : further sentences of the caption.
    """
    own = cube(ctx)
    error = protection.typically(own, measures.order(ctx.filters, split))
    caption = view_facts.caption(ctx, error, protection.grain(own), elsewhere(ctx), *more)
    about = view_facts.about(ctx, f"{error} {_(view_facts.CANNOT_TELL)}")
    return Figure(
        key,
        title,
        f"{ctx.sentence} {subtitle}".strip(),
        drawn,
        table,
        caption,
        reading,
        _(protection.NOT_COLLECTED),
        about,
    )


def elsewhere(ctx: Context) -> str:
    """Which sources of the view are open data, in a sentence."""
    shown = measures.recording(ctx.catalogue, ctx.filters)
    openly = [s for s in shown if s in ctx.catalogue.published_elsewhere]
    return protection.elsewhere([ctx.catalogue.source_title(s) for s in openly], len(openly) == len(shown))


def few(ctx: Context, by_area: bool = False) -> str:
    """What a 0 of this view is called: narrowed to areas, or told by area, its records can be without a place."""
    return _(protection.FEW_HERE if by_area or ctx.filters.areas else protection.FEW)


def zeros(ctx: Context, any_few: bool, by_area: bool = False) -> str:
    """The sentence about hatched marks, where there are any."""
    return protection.zero(cube(ctx), by_area or bool(ctx.filters.areas)) if any_few else ""


def nothing(ctx: Context, key: str) -> Nothing:
    """No published period in this view."""
    return Nothing(
        key, _("No published period in this view"), f"{ctx.sentence} {_('Choose a longer period.')}", filters=True
    )


def twin(table: pd.DataFrame, unit: str, what: str = "", said: str = "") -> pd.DataFrame:
    """The table of a series of periods; what : the name of its groups. said : what a 0 is called."""
    columns: dict[str, object] = {_("Period"): table["label"]}
    if what:
        columns[what] = table["group_label"]
    columns[words.capital(stories.nouns(unit))] = amounts(table["n"], said)
    part = table["some"].map({True: _("some sources or months only"), False: _("all")})
    columns[_("Collected")] = part.mask(table["state"] == measures.NONE, _(protection.NOT_COLLECTED))
    return pd.DataFrame(columns)


def amounts(n: "pd.Series[float]", said: str = "") -> pd.Series:
    """Counts for a table: numbers, `few or none` (or what else a 0 is called) for 0, `not collected` for nan."""
    said, gone = said or _(protection.FEW), _(protection.NOT_COLLECTED)
    cells = [gone if v != v else int(v) if v else said for v in n.astype("float64")]
    return pd.Series(cells, index=n.index, dtype=object)


def counts(labels: pd.Series, n: pd.Series, what: str, who: str, said: str = "") -> pd.DataFrame:
    """The table of one dimension."""
    return pd.DataFrame({what: labels, who: amounts(n, said)})


def last_two(ctx: Context) -> tuple[Period | None, Period | None]:
    """The last published period of the view, and the one to compare it with, which may lie before the view."""
    own = cube(ctx)
    shown = own.between(ctx.filters.date_from, ctx.filters.date_to)
    if not shown:
        return None, None
    return shown[-1], own.before(shown[-1])


def span(ctx: Context) -> str:
    """The published periods of the view in words: `2021 to 2025`; "" without any."""
    shown = cube(ctx).between(ctx.filters.date_from, ctx.filters.date_to)
    return between(shown) if shown else ""


def between(periods: Sequence[Period]) -> str:
    """From the first period to the last, in words."""
    if len(periods) == 1:
        return periods[0].words
    return _("{first} to {last}").format(first=_edge(periods[0], 0), last=_edge(periods[-1], -1))


def _edge(period: Period, which: int) -> str:
    """Where a period begins (0) or ends (-1), in words."""
    return period.label.split(" to ")[which] if " to " in period.label else period.words


def within(ctx: Context, period: Period) -> Context:
    """The view in one period."""
    return replace(ctx, filters=replace(ctx.filters, date_from=period.first, date_to=period.last))


def notes(ctx: Context) -> list[tuple[date, str]]:
    """Dated notes for charts; none where periods are so long that a note would say nothing about their numbers."""
    return [] if cube(ctx).coarse else list(view_facts.breaks(ctx))


def drawn_unless_coarse(ctx: Context, draw: "Callable[[], go.Figure]") -> "go.Figure | None":
    """A chart; None where several years are one period: there is nothing to draw, and the table is the figure."""
    return None if cube(ctx).coarse else draw()
