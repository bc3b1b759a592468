"""Which source collected trafficking in which month, on the public file: yes or no, no counts."""

import numpy as np
import pandas as pd

from dashboard import protection, view_facts, words
from dashboard.charts import coverage as charts
from dashboard.figures import Figure, Nothing
from dashboard.filters import Filters
from dashboard.i18n import N_, _
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told.base import Told
from dashboard.view_context import Context
from etl import codes

COLLECTED = N_("Filled: that month was collected. Crossed grey: trafficking was not collected, which is not zero.")


def months(ctx: Context, p: Palette, every: bool = False) -> Told:
    """One row for each source, one cell for each month. every : whatever the filters say."""
    filters = Filters(unit=ctx.filters.unit) if every else ctx.filters
    if filters.unit not in ctx.catalogue.cubes or view_facts.is_published(ctx):
        filters = Filters(unit=next((u for u in codes.RECORD_UNITS if u in ctx.catalogue.cubes), "incidents"))
    if filters.unit not in ctx.catalogue.cubes:
        return Nothing("coverage", _("Coverage"), _("No records are published, so nothing is covered."))
    found = measures.collected_in(ctx.warehouse, filters)
    first, last = filters.date_from, filters.date_to
    found = found[(found["month"] >= pd.Timestamp(first)) if first else slice(None)]
    found = found[(found["month"] <= pd.Timestamp(last)) if last else slice(None)]
    names = {s.source: s.title for s in ctx.catalogue.sources}
    states = pd.DataFrame(
        {
            "row": found["source"],
            "month": found["month"],
            "days": found["month"].dt.days_in_month.astype(float),
            "state": np.where(found["collected"], "records", "none"),
            "n": np.nan,
        }
    ).reset_index(drop=True)
    gone = states[states["state"] == "none"].groupby("row", sort=False).size()
    missing = [f"{names.get(str(r), str(r))} ({words.count(n, 'month', 'months')})" for r, n in gone.items()]
    title = (
        _("Not collected: {missing}").format(missing=words.listed(missing, most=3))
        if missing
        else _("Every month was collected")
    )
    twin = pd.DataFrame(
        {
            _("Source"): states["row"].map(names),
            _("Month"): states["month"].map(words.month),
            _("Collected"): np.where(states["state"] == "none", _(protection.NOT_COLLECTED), _("collected")),
        }
    )
    caption = _("Not collected is not zero: nobody counted trafficking there and then.")
    return Figure(
        "coverage", title, _("Months in which each source collected trafficking reports"),
        charts.strip(states, p, names, yes_or_no=True), twin, caption, _(COLLECTED),
        about=view_facts.about(ctx, caption),
    )  # fmt: skip
