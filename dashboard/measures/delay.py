"""Two questions that sentences about change need: how late reports arrive, and how people cluster in incidents."""

from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.analysis.delay import Delay, delays
from dashboard.filters import Filters
from dashboard.measures.ask import ask, measure
from dashboard.warehouse import Warehouse


@measure
def reporting_delays(warehouse: Warehouse) -> dict[str, Delay]:
    """The reporting delay of each source that holds records, by comparing its loads; see `analysis.delay`."""
    return delays(warehouse.ask(warehouse.table("load_months")))


@measure
def victims_cluster(warehouse: Warehouse, filters: Filters) -> float:
    """Design effect of victims: how much wider than Poisson their number varies because they share incidents.

    sum(k^2) / sum(k) over the incidents of the view, k victims in each; 1 if none is recorded. See `change.clustering`.
    """
    found = ask(warehouse, replace(filters, unit="incidents"), _victims).iloc[0]
    if pd.isna(found["total"]) or found["total"] <= 0:
        return 1.0
    return max(1.0, float(found["squares"] / found["total"]))


def _victims(rows: Any) -> Any:
    k = rows.n_victims.cast("float64")
    return rows.agg(total=(k * rows.n).sum(), squares=(k * k * rows.n).sum())
