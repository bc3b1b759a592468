"""What every figure of records shares, and Overview's trend."""

from typing import TYPE_CHECKING

import pandas as pd

from dashboard import stories, view_facts
from dashboard.charts import trend
from dashboard.figures import Figure, MapPicture, Nothing
from dashboard.i18n import _
from dashboard.palette import Palette
from dashboard.told.base import Told
from dashboard.view_context import Context

if TYPE_CHECKING:
    import plotly.graph_objects as go


def figure(
    ctx: Context, key: str, title: str, subtitle: str, drawn: "go.Figure | MapPicture | None", table: pd.DataFrame,
    caption: str = "", reading: str = "", missing: str = "–", caveat: str | None = None,
) -> Figure:  # fmt: skip
    """One figure of the view, with what it rests on. caveat : as in `view_facts.about`."""
    about = view_facts.about(ctx, caveat)
    return Figure(key, title, subtitle, drawn, table, caption, reading, missing, about)


def nothing(ctx: Context, key: str) -> Nothing:
    """Nothing is counted in this view: what is missing."""
    if ctx.catalogue.empty:
        return Nothing(
            key, _("Nothing loaded yet"), _("There are no records here. Load a publisher's file, as the README says.")
        )
    many = stories.nouns(ctx.filters.unit)
    return Nothing(
        key,
        _("No {things} with these filters").format(things=many),
        f"{ctx.sentence} {_('Widen the period or take a filter away.')}",
        filters=True,
    )


def over_time(ctx: Context, p: Palette) -> Told:
    """The view by month (by year for published figures)."""
    found = view_facts.series(ctx, "month")
    if not found["n"].fillna(0).sum():
        return nothing(ctx, "trend")
    unit = ctx.filters.unit
    grain = "year" if view_facts.is_published(ctx) else "month"
    return figure(
        ctx, "trend", stories.trend(found, unit, grain, ctx.filters.date_basis), ctx.sentence,
        trend.bars(found, p, view_facts.breaks(ctx), height=400), view_facts.trend_table(found, unit),
        view_facts.caption(ctx, view_facts.oddities(ctx, found)),
        _("Each bar is one month, from zero. Hatched bars are not finished. A dashed line is a dated note."),
        missing=_("not collected"),
    )  # fmt: skip
