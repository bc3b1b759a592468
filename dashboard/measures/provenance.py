"""Where the figures come from, how complete they are and what is known to be wrong with them."""

import pandas as pd

from dashboard.filters import Filters
from dashboard.warehouse import Warehouse


def sources(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each dataset that is loaded, as schema.TABLES["sources"], plus n (records or figures held),
    first_on, last_on (dates of the figures) and as_of (of its newest load)."""
    raise NotImplementedError


def known_problems(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each known problem: source, title, problem."""
    raise NotImplementedError


def loads(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each load, newest first, as schema.TABLES["loads"] plus title (of the source)."""
    raise NotImplementedError


def row_equations(warehouse: Warehouse) -> pd.DataFrame:
    """read = loaded + merged + not relevant + quarantined, for each input table.

    Columns: source, title, load, file, input_table, rows_read, loaded, merged, not_relevant, quarantined (Int64),
    holds (bool).
    """
    raise NotImplementedError


def quarantine(warehouse: Warehouse) -> pd.DataFrame:
    """Rows set aside: source, title, file, column_name, reason, label, n (Int64); most first. Never a value."""
    raise NotImplementedError


def coverage(warehouse: Warehouse, filters: Filters | None = None) -> pd.DataFrame:
    """What was collected when: source, title, place, category, label, month, collected (bool), reports (Int64).

    With filters: only the months and the sources of the view.
    """
    raise NotImplementedError


def annotations(warehouse: Warehouse, filters: Filters | None = None) -> pd.DataFrame:
    """Dated notes to draw on charts: source, title, date, kind, label, text; with filters, those of the view."""
    raise NotImplementedError


def reports_by_month(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """All police reports (exposure) by month of the view: source, title, month, reports (Int64)."""
    raise NotImplementedError


def reporting_completeness(warehouse: Warehouse) -> pd.DataFrame:
    """How much of a month was known k months after its end, seen by comparing earlier loads with the newest.

    Columns: source, title, k (int; 0 = at the end of the month), share (0-1, of incidents), months (how many months
    it was seen in), known_then, known_now. Empty when no source has two loads: the delay is then not known.
    """
    raise NotImplementedError
