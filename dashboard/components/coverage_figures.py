"""Which source knows which months, for the view and for everything that is loaded."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from dashboard import measures, view_facts, words
from dashboard.charts import coverage
from dashboard.components import figure, view
from dashboard.filters import Filters
from dashboard.i18n import N_, _
from dashboard.measures.collected import NO, collected_months, months_since_1970
from dashboard.view_context import Context
from etl import codes

READING = N_(
    "A filled cell: that month was collected and holds records. An outlined cell: it was "
    "collected and nothing came. A crossed grey cell: trafficking was not collected, or no file "
    "of that month is loaded."
)


def of_view(ctx: Context) -> None:
    """The strip at the foot of Overview: which sources, up to when, and what is missing."""
    records = replace(ctx, filters=replace(ctx.filters, unit="incidents"))
    states = record_months(records, ctx.filters.date_from, ctx.filters.date_to)
    if states.empty:
        figure.nothing("coverage", _("Sources"), _("No source of this view holds records."))
        return
    title = words.count(states["row"].nunique(), "source", "sources")
    if ctx.catalogue.as_of:
        title = _("{sources}, known up to {day}").format(sources=title, day=words.day(ctx.catalogue.as_of))
    missing = _missing(states, _names(ctx))
    said = _("{sources}; not collected: {missing}") if missing else _("{sources}; every month was collected")
    title = said.format(sources=title, missing=words.listed(missing, most=3))
    _draw(
        ctx, states, title, _("Months in which each source collected trafficking reports, in the period of this view")
    )
    view.page_link(ctx, "data", _("All sources, loads and known problems"))


def of_everything(ctx: Context) -> None:
    """The coverage chart of Data: every source that is loaded, over the whole time."""
    everything = replace(ctx, filters=Filters())
    parts = [record_months(everything, ctx.catalogue.first_month, ctx.catalogue.last_month), published_years(ctx)]
    states = pd.concat([part for part in parts if len(part)] or parts)  # an empty one would take the months' type away
    if states.empty:
        figure.nothing("coverage", _("Coverage"), _("Nothing is loaded, so nothing is covered."))
        return
    missing = _missing(states, _names(ctx))
    title = (
        _("Not collected: {missing}").format(missing=words.listed(missing, most=4))
        if missing
        else _("Every month was collected")
    )
    _draw(ctx, states, title, _("By source and month; published figures by year"))


def _draw(ctx: Context, states: pd.DataFrame, title: str, subtitle: str) -> None:
    names = _names(ctx)
    figure.figure(
        "coverage", title, subtitle, coverage.strip(states, figure.current_palette(), names), _twin(states, names),
        _("Not collected is not zero: nobody counted trafficking there and then."), _(READING),
        missing=_("not collected"),
        about=view_facts.about(ctx),
    )  # fmt: skip


def _names(ctx: Context) -> dict[str, str]:
    return {s.source: s.title for s in ctx.catalogue.sources}


def record_months(ctx: Context, first: date | None, last: date | None) -> pd.DataFrame:
    """A row for each source with records and each month: row, month, days, state, n."""
    first, last = first or ctx.catalogue.first_month, last or ctx.catalogue.last_month
    frames = [pd.DataFrame({"row": [], "month": [], "days": [], "state": [], "n": []})]
    if first is None or last is None:
        return frames[0]
    months = pd.date_range(first, last, freq="MS")
    at = months_since_1970(months)
    filters = replace(ctx.filters, date_from=first, date_to=last, unit="incidents")
    # Without a record there is no series to ask for.
    some = measures.total(ctx.warehouse, filters) > 0
    counts = measures.by_period(ctx.warehouse, filters, "month", "source" if some else None)
    for source in view_facts.sources(ctx):
        own = counts[counts["code"] == source.source].set_index("period")["n"] if some else pd.Series(dtype=float)
        n = own.reindex(months).to_numpy(dtype=float, na_value=0.0)
        no = collected_months(ctx.warehouse, replace(filters, sources=(source.source,)), at) == NO
        state = np.select([n > 0, no], ["records", "none"], "zero")
        frames.append(
            pd.DataFrame(
                {
                    "row": source.source,
                    "month": months,
                    "days": months.days_in_month.to_numpy(dtype=float),
                    "state": state,
                    "n": np.where(state == "none", np.nan, n),
                }
            )
        )
    return pd.concat(frames[1:] or frames, ignore_index=True)


def published_years(ctx: Context) -> pd.DataFrame:
    """The same for figures that publishers print by year: one cell for each year printed."""
    frames = [
        measures.published_by_year(ctx.warehouse, unit) for unit in ctx.catalogue.units if unit in codes.PUBLISHED_UNITS
    ]
    if not frames:
        return pd.DataFrame({"row": [], "month": [], "days": [], "state": [], "n": []})
    found = pd.concat(frames).groupby(["source", "year"], as_index=False).agg(n=("n", "max"))
    start = pd.to_datetime({"year": found["year"], "month": 1, "day": 1})
    n = found["n"].to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(
        {"row": found["source"], "month": start, "days": 365.0, "state": np.where(n > 0, "records", "zero"), "n": n}
    )


def _missing(states: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """`Fenn Sheriff (26 months)` for each source with gaps."""
    gaps = states[states["state"] == "none"].groupby("row", sort=False).size()
    return [f"{names.get(str(row), str(row))} ({words.count(n, 'month', 'months')})" for row, n in gaps.items()]


def _twin(states: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    yearly = (states["days"] > 31).to_numpy()
    return pd.DataFrame(
        {
            _("Source"): [names.get(str(r), str(r)) for r in states["row"]],
            _("Period"): np.where(yearly, states["month"].dt.strftime("%Y"), [words.month(m) for m in states["month"]]),
            _("State"): states["state"].map({state: _(said) for state, said in coverage.STATES.items()}),
            _("Count"): states["n"].astype("Int64"),
        }
    )
