"""Where the figures come from, how complete they are and what is known to be wrong with them."""

import pandas as pd

from dashboard.filters import Filters, add_months
from dashboard.measures.ask import keep, measure, summed
from dashboard.measures.exposed import exposure_conditions
from dashboard.warehouse import Warehouse
from etl import codes


@measure
def sources(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each dataset that is loaded, as tables.TABLES["sources"], plus n (records or figures held),
    first_on, last_on (dates of the figures) and as_of (of its newest load)."""
    table = warehouse.table("sources")
    out = warehouse.ask(table.order_by("title"))
    held = pd.concat([_held(warehouse, "incidents", "counted_on", "n"), _published(warehouse)])
    out = out.merge(held, on="source", how="left")
    known = {s.source: s.as_of for s in warehouse.catalogue.sources}
    out["as_of"] = pd.to_datetime(out["source"].map(known)).astype("datetime64[s]")
    out["n"] = out["n"].fillna(0).astype("Int64")
    out["known_problems"] = [[] if x is None or x is pd.NA else list(x) for x in out["known_problems"]]
    return out


@measure
def known_problems(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each known problem: source, title, problem."""
    table = sources(warehouse)[["source", "title", "known_problems"]]
    return table.explode("known_problems", ignore_index=True).dropna().rename(columns={"known_problems": "problem"})


@measure
def loads(warehouse: Warehouse) -> pd.DataFrame:
    """One row for each load, newest first, as tables.TABLES["loads"] plus title (of the source)."""
    found = _titled(warehouse, warehouse.ask(warehouse.table("loads")))
    return found.sort_values(["loaded_at", "load"], ascending=[False, True], ignore_index=True)


@measure
def row_equations(warehouse: Warehouse) -> pd.DataFrame:
    """read = loaded + merged + not relevant + quarantined, for each input table.

    Columns: source, title, load, file, input_table, rows_read, loaded, merged, not_relevant, quarantined (Int64),
    holds (bool).
    """
    tables, listed = warehouse.table("load_tables"), warehouse.table("loads")
    joined = tables.left_join(listed.select("load", "source", "file"), "load").drop("load_right")
    found = _titled(warehouse, warehouse.ask(joined.order_by("source", "load", "input_table")))
    parts = ["loaded", "merged", "not_relevant", "quarantined"]
    found[["rows_read", *parts]] = found[["rows_read", *parts]].astype("Int64")
    found["holds"] = (found["rows_read"] == found[parts].sum(axis=1)).fillna(False).astype(bool)
    return found[["source", "title", "load", "file", "input_table", "rows_read", *parts, "holds"]]


@measure
def quarantine(warehouse: Warehouse) -> pd.DataFrame:
    """Rows set aside: source, title, file, column_name, reason, label, n (Int64); most first. Never a value."""
    rows, listed = warehouse.table("quarantine"), warehouse.table("loads")
    joined = rows.left_join(listed.select("load", "file"), "load")
    found = warehouse.ask(joined.group_by(["source", "file", "column_name", "reason"]).agg(n=joined.count()))
    found = _titled(warehouse, found)
    found["label"] = [codes.REASON.get(reason, reason) for reason in found["reason"]]
    found = found.sort_values(["n", "source", "reason"], ascending=[False, True, True], ignore_index=True)
    return found[["source", "title", "file", "column_name", "reason", "label", "n"]].astype({"n": "Int64"})


@measure
def coverage(warehouse: Warehouse, filters: Filters | None = None) -> pd.DataFrame:
    """What was collected when: source, title, place, category, label, month, collected (bool), reports (Int64).

    With filters: only the months and the sources of the view.
    """
    if filters is not None:
        return _in_view(coverage(warehouse), filters, "month")
    found = warehouse.ask(warehouse.table("coverage").order_by("source", "category", "month"))
    found = _titled(warehouse, found)
    found["label"] = [codes.COVERAGE_CATEGORY.get(code, code) for code in found["category"]]
    found = found.astype({"reports": "Int64", "month": "datetime64[s]"})
    return found[["source", "title", "place", "category", "label", "month", "collected", "reports"]]


@measure
def annotations(warehouse: Warehouse, filters: Filters | None = None) -> pd.DataFrame:
    """Dated notes to draw on charts: source, title, date, kind, label, text; with filters, those of the view."""
    if filters is not None:
        return _in_view(annotations(warehouse), filters, "date")
    found = _titled(warehouse, warehouse.ask(warehouse.table("annotations").order_by("date")))
    found["label"] = [codes.ANNOTATION.get(kind, kind) for kind in found["kind"]]
    return found.astype({"date": "datetime64[s]"})[["source", "title", "date", "kind", "label", "text"]]


@measure
def reports_by_month(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """All police reports (exposure) by month of the view: source, title, month, reports (Int64)."""
    table = warehouse.table("exposure")
    rows = keep(table, exposure_conditions(warehouse, filters, table))
    found = warehouse.ask(rows.group_by(["source", "month"]).agg(reports=summed(rows)).order_by("source", "month"))
    found = _titled(warehouse, found).astype({"reports": "Int64", "month": "datetime64[s]"})
    return found[["source", "title", "month", "reports"]]


def _titled(warehouse: Warehouse, found: pd.DataFrame) -> pd.DataFrame:
    titles = [warehouse.catalogue.source_title(source) for source in found["source"]]
    found.insert(found.columns.get_loc("source") + 1, "title", pd.array(titles, dtype="str"))
    return found


def _in_view(found: pd.DataFrame, filters: Filters, day: str) -> pd.DataFrame:
    """The rows of the view's months and sources. Small tables, read once for a version, so no question is asked."""
    keep = pd.Series(True, index=found.index)
    if filters.date_from:
        keep &= found[day] >= pd.Timestamp(filters.date_from)
    if filters.date_to:
        keep &= found[day] < pd.Timestamp(add_months(filters.date_to, 1))
    if filters.sources:
        keep &= found["source"].isin(filters.sources)
    return found[keep].reset_index(drop=True)


def _held(warehouse: Warehouse, name: str, day: str, n: str) -> pd.DataFrame:
    table = warehouse.table(name)
    found = table.group_by("source").agg(
        n=table[n].sum().cast("int64"), first_on=table[day].min(), last_on=table[day].max()
    )
    return warehouse.ask(found).astype({"first_on": "datetime64[s]", "last_on": "datetime64[s]"})


def _published(warehouse: Warehouse) -> pd.DataFrame:
    """How many figures a publisher's tables hold, not their sum: they are in several units of count."""
    table = warehouse.table("published_counts")
    found = table.group_by("source").agg(
        n=table.count(), first_on=table.period_start.min(), last_on=table.period_end.max()
    )
    return warehouse.ask(found).astype({"first_on": "datetime64[s]", "last_on": "datetime64[s]"})
