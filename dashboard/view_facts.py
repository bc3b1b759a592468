"""What every answer asks of its context: which sources, how fresh, which series, what stands under a figure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from dashboard import dates, measures, stories, words
from dashboard.analysis import timeline
from dashboard.analysis.delay import Delay
from dashboard.catalogue import SourceInfo
from dashboard.figures import About
from dashboard.filters import Filters, add_months
from dashboard.i18n import N_, _, english, ngettext
from dashboard.measures.collected import YES, collected_months, months_since_1970
from dashboard.measures.daily import by_code as counts_by_code
from dashboard.measures.daily import monthly
from dashboard.measures.delay import reporting_delays
from dashboard.measures.labels import labelled
from dashboard.view_context import Context
from etl import codes

CANNOT_TELL = N_("These are reports: they show where people look and who is asked, not all that happens.")
MOST_OPEN = 12  # months at the end of the data that may be left out because they are still filling up
LABOUR = ("forced_labour", "domestic_servitude")


def is_published(ctx: Context) -> bool:
    """Whether the unit of count is a publisher's own figure: years only, never added to records."""
    return ctx.filters.unit in codes.PUBLISHED_UNITS


def sources(ctx: Context) -> list[SourceInfo]:
    """The sources that the view counts."""
    if is_published(ctx):
        held = set(measures.published_by_year(ctx.warehouse, ctx.filters.unit)["source"])
        fits = [s for s in ctx.catalogue.sources if s.source in held]
    else:
        fits = [s for s in ctx.catalogue.sources if s.unit in codes.RECORD_UNITS]
    if ctx.filters.unit == "victims":
        fits = [s for s in fits if s.has_victims]
    if ctx.filters.unit == "suspects":
        fits = [s for s in fits if s.has_suspects]
    return [s for s in fits if not ctx.filters.sources or s.source in ctx.filters.sources]


def delays(ctx: Context) -> list[Delay]:
    """The reporting delays of those sources."""
    known = reporting_delays(ctx.warehouse)
    return [known[s.source] for s in sources(ctx) if s.source in known]


def last_complete(ctx: Context) -> date | None:
    """The last month of the view that is over and no longer filling up; None without records."""
    last = ctx.filters.date_to or ctx.catalogue.last_month
    open_months = set(timeline.filling_months(delays(ctx)))
    for _step in range(MOST_OPEN):
        if last is not None and pd.Timestamp(last) in open_months:
            last = add_months(last, -1)
    return last


def collected(ctx: Context, first: date, last: date) -> np.ndarray:
    """yes, partly or no for each month from first to last, by all sources of the view together."""
    months = np.arange(*months_since_1970([first, add_months(last, 1)]))
    return collected_months(ctx.warehouse, ctx.filters, months)


def steady(ctx: Context, first: date, last: date) -> tuple[str, ...]:
    """The sources of the view that collected every month from first to last: only they show a change."""
    found = []
    for source in sources(ctx):
        own = replace(ctx, filters=replace(ctx.filters, sources=(source.source,)))
        if (collected(own, first, last) == YES).all():
            found.append(source.source)
    return tuple(found)


def series(
    ctx: Context, grain: str = "month", group: str | None = None, filters: Filters | None = None
) -> pd.DataFrame:
    """The view (or another one) over time, as `timeline.prepare` makes it, with the labels of its groups."""
    table = measures.by_period(ctx.warehouse, filters or ctx.filters, grain, group)
    grain = "year" if (filters or ctx.filters).unit in codes.PUBLISHED_UNITS else grain
    found = timeline.prepare(table, grain, timeline.filling_months(delays(ctx)))
    if not english():
        found["label"] = [dates.period(day, grain) for day in found["start"]]
    if "label" in table:
        found["group_label"] = table["label"].to_numpy()
    return found


def narrowed(ctx: Context, first: date, last: date, unit: str | None = None) -> Filters:
    """The view's filters for other months, and for another unit of count."""
    return replace(ctx.filters, date_from=first, date_to=last, unit=unit or ctx.filters.unit)


def by_code(ctx: Context, first: date, last: date, unit: str, group: str) -> dict[str, int]:
    """Counts by code in some months. The days behind it are one question, asked once for every period."""
    filters = narrowed(ctx, first, last, unit)
    return counts_by_code(monthly(ctx.warehouse, filters, group), filters)


def groups(ctx: Context, first: date, last: date, unit: str, column: str) -> pd.DataFrame:
    """The same as `measures.by_group` gives it: code, label, n, known."""
    found = by_code(ctx, first, last, unit, column)
    return labelled(ctx.warehouse, column, pd.DataFrame({"code": list(found), "n": list(found.values())}))


def caption(ctx: Context, *more: str, cannot_tell: bool = True) -> str:
    """What stands under a figure: sources with the day up to which they know, then `more`, then what it cannot tell."""
    parts = [_provenance(ctx), *more, _(CANNOT_TELL) if cannot_tell and not is_published(ctx) else ""]
    return " ".join(p for p in parts if p)


def _provenance(ctx: Context) -> str:
    """`Sources: A and B (to 31 December 2025); C (to 3 March 2023).` One that ends before the view is not in it."""
    held = _in_view(ctx)
    days = sorted({s.as_of for s in held if s.as_of}, reverse=True)
    said = [
        _("{titles} (to {day})").format(
            titles=words.listed([s.title for s in held if s.as_of == d], most=4), day=words.day(d)
        )
        for d in days
    ]
    said += [words.listed([s.title for s in held if not s.as_of], most=4)] if any(not s.as_of for s in held) else []
    listed = "; ".join(said)
    return ngettext("Source: {listed}.", "Sources: {listed}.", len(held)).format(listed=listed) if said else ""


def _published_up_to(ctx: Context) -> date | None:
    """The last day of the last period that is published of the unit; None on records."""
    cube = ctx.catalogue.cubes.get(ctx.filters.unit)
    return cube.periods[-1].after - timedelta(days=1) if cube and cube.periods else None


def _in_view(ctx: Context) -> list[SourceInfo]:
    """The sources of the view without those that end before it begins."""
    first = ctx.filters.date_from
    return [s for s in sources(ctx) if not (first and s.as_of and s.as_of < first)]


def about(ctx: Context, caveat: str | None = None) -> About:
    """What a figure of the view rests on. caveat : what it cannot tell, where that is not what every report cannot."""
    held = _in_view(ctx)
    usual = "" if is_published(ctx) else _(CANNOT_TELL)
    return replace(
        about_data(ctx),
        unit=_(codes.UNIT[ctx.filters.unit]),
        filters=ctx.sentence,
        as_of=max((s.as_of for s in held if s.as_of), default=_published_up_to(ctx)),
        sources=tuple(s.title for s in held),
        caveat=usual if caveat is None else caveat,
    )


def about_data(ctx: Context) -> About:
    """What a figure rests on that the filters do not touch: whose eyes it is for, and whether it is invented."""
    public = ctx.catalogue.public
    release = ctx.catalogue.meta.get("release", "") if public else ""
    return About(release=release, restricted=not public, fictional=ctx.catalogue.fictional)


def breaks(ctx: Context) -> Sequence[tuple[date, str]]:
    """Dated notes of the view, for charts: of its sources, and what meetings decided in its months."""
    from dashboard.decks import drawn_notes  # it asks for facts itself

    notes = measures.annotations(ctx.warehouse, ctx.filters).sort_values("date")
    notes = notes[notes["source"].isin({s.source for s in sources(ctx)})]
    dated = [(pd.Timestamp(d).date(), str(text)) for d, text in zip(notes["date"], notes["text"], strict=True)]
    return sorted(dated + drawn_notes(ctx.warehouse, ctx.filters.date_from, ctx.filters.date_to))


def breaks_between(ctx: Context, first: date, last: date, names: Sequence[str]) -> list[tuple[date, str]]:
    """Breaks in the series of these sources from the month `first` to the month `last`, in order: (day, text)."""
    notes = measures.annotations(ctx.warehouse, replace(ctx.filters, date_from=first, date_to=last))
    notes = notes[notes["source"].isin(names) & notes["kind"].isin(("series_break", "code_change"))]
    days = pd.to_datetime(notes["date"]).dt.date
    return sorted(zip(days, notes["text"].astype(str), strict=True))


def oddities(ctx: Context, found: pd.DataFrame, drawn: str = "bars") -> str:
    """What hatching, gaps and pale bars mean in this series; published figures have no delay to speak of."""
    known = is_published(ctx) or any(d.known for d in delays(ctx))
    return stories.unfinished(found, known, drawn)


def trend_table(found: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The table twin of a series."""
    columns = {_("Period"): found["label"]}
    if "group" in found:
        columns[_("Group")] = found.get("group_label", found["group"])
    columns[words.capital(stories.nouns(unit))] = found["n"].astype("Int64")
    if "average" in found:
        columns[_("Mean")] = found["average"].round(1)
    state = found["state"].map(
        {
            "complete": _("complete"),
            "partial": _("not over"),
            "filling": _("filling up"),
            "none": _("not collected"),
        }
    )
    columns[_("State")] = state.where(~found["some"], state + _(", some sources only"))
    return pd.DataFrame(columns)
