"""Totals of records: exact counts of the sources that a reader may see exactly, split by a few chosen dimensions.

And of the figures that publishers print, which are the same for everybody.
"""

from collections.abc import Sequence
from typing import Any

from dashboard.catalogue import Catalogue
from dashboard.exports import columns
from dashboard.exports.columns import Chosen, coded, counted, plain, summed, text
from dashboard.exports.dimensions import TIMES, label
from dashboard.filters import Filters, predicate
from dashboard.i18n import _
from dashboard.measures.labels import labels_of
from dashboard.warehouse import Warehouse
from etl import codes


def select(warehouse: Warehouse, catalogue: Catalogue, filters: Filters, by: Sequence[str]) -> tuple[Chosen, Any]:
    """The columns of the file and the table of Ibis that they are read from."""
    table = warehouse.table(filters.unit)
    rows = table.filter(predicate(filters, table))
    chosen = [one for name in by for one in _of(warehouse, catalogue, rows, filters, name)]
    n = summed(rows)
    return _summed(rows, chosen, n, plain("n", "integer", _("How many."), counted(filters.unit)))


def published(warehouse: Warehouse, catalogue: Catalogue, filters: Filters, by: Sequence[str]) -> tuple[Chosen, Any]:
    """The same of figures that publishers print: not rounded here, because they are public as they are."""
    table = warehouse.table("published_counts")
    rows = table.filter(predicate(filters, table))
    chosen: Chosen = []
    for name in by:
        if name == "period":
            chosen += [
                (plain("period_start", "date", _("First day of the period.")), rows.period_start.cast("date")),
                (plain("period_end", "date", _("Last day of the period.")), rows.period_end.cast("date")),
            ]
        elif name == "place":
            chosen += [
                (text("place_level", _("What the place is: agency, state or country.")), rows.geo_level),
                (text("place_code", _("The publisher's code of the place.")), rows.place_code),
                (text("place_name", _("The publisher's name of the place.")), rows.place_name),
            ]
        else:
            chosen.append(columns.attribute(warehouse, rows, name, label(name, catalogue)))
    n = summed(rows, "published_n")
    return _summed(rows, chosen, n, plain("n", "integer", _("As the publisher printed it."), counted(filters.unit)))


def _summed(rows: Any, chosen: Chosen, n: Any, column: Any) -> tuple[Chosen, Any]:
    if not chosen:
        found = rows.agg(n=n)
        return [(column, found.n)], found
    found = rows.group_by(**{c.name: value for c, value in chosen}).agg(n=n)
    return [*((c, found[c.name]) for c, _value in chosen), (column, found.n)], found


def _of(warehouse: Warehouse, catalogue: Catalogue, rows: Any, filters: Filters, name: str) -> Chosen:
    if name in TIMES:
        return [columns.moment(rows, filters.date_column, name, "period")]
    if name.startswith("area_"):
        layer = name.removeprefix("area_")
        names = labels_of(warehouse, name)
        named = rows[name].cases(*names.items(), else_=rows[name]) if names else rows[name]
        return [columns.area(warehouse, rows, layer, "area"), (text("area_name", _("Name of the area.")), named)]
    if name.startswith("h3_"):
        return [columns.cell(rows, int(name[3:]))]
    said = label(name, catalogue)
    if name == "source":
        return [(coded(warehouse, name, said), rows[name])]
    return [(coded(warehouse, name, said), rows[name].coalesce(codes.UNKNOWN))]
