"""The columns that may stand in a file: names, types, words and code lists, said once for every kind of export."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import ibis

from dashboard.exports.plan import Column, Type
from dashboard.i18n import _
from dashboard.measures.labels import labels_of
from dashboard.warehouse import Warehouse
from etl import codes

Chosen = list[tuple[Column, Any]]  # each column with the Ibis value that fills it, in the order of the file
_TIMES = {"day": "D", "month": "M", "quarter": "Q", "year": "Y"}


@ibis.udf.scalar.builtin
def to_base(value: int, base: int) -> str:  # type: ignore[empty-body]
    """DuckDB's own: a whole number in another base, in capitals."""


def text(name: str, said: str, values: Mapping[str, str] | None = None) -> Column:
    """A column of codes or words."""
    return Column(name, "string", said, values=MappingProxyType(dict(values or {})))


def coded(warehouse: Warehouse, name: str, said: str) -> Column:
    """A column with its code list; of sources and areas the titles that readers know."""
    return text(name, said, labels_of(warehouse, name))


def plain(name: str, kind: Type, said: str, unit: str = "") -> Column:
    """A column without a code list."""
    return Column(name, kind, said, unit)


def attribute(warehouse: Warehouse, table: Any, name: str, said: str) -> tuple[Column, Any]:
    """A stored code; a missing one is `unknown`, as on every page."""
    return coded(warehouse, name, said), table[name].coalesce(codes.UNKNOWN)


def moment(table: Any, stored: str, grain: str, name: str) -> tuple[Column, Any]:
    """A date cut to a grain. name : its beginning (`reported`); the rest of it says the grain."""
    ends = {"day": "on", "month": "month", "quarter": "quarter", "year": "year"}[grain]
    said = {
        "day": _("The day."),
        "month": _("First day of the month; the day itself is not told."),
        "quarter": _("First day of the quarter; the day itself is not told."),
        "year": _("First day of the year; the day itself is not told."),
    }[grain]
    value = table[stored] if grain == "day" else table[stored].truncate(_TIMES[grain])
    return plain(f"{name}_{ends}", "date", said), value.cast("date")


def cell(table: Any, resolution: int) -> tuple[Column, Any]:
    """The H3 cell of a record, as the text that other programs know."""
    said = _("H3 cell of resolution {n}; empty without a usable point.").format(n=resolution)
    return plain("cell", "string", said), to_base(table[f"h3_{resolution}"].cast("int64"), 16).lower()


def area(warehouse: Warehouse, table: Any, layer: str, name: str) -> tuple[Column, Any]:
    """The id of the area that a record lies in."""
    said = _("Id of the area in the layer {layer}; empty where none is known.").format(layer=layer)
    return text(name, said, labels_of(warehouse, f"area_{layer}")), table[f"area_{layer}"]


def summed(rows: Any, n: str = "n") -> Any:
    """sum(n) as a 64-bit whole number, 0 for no rows. DuckDB's sum is wider, and Ibis takes a plain cast for idle."""
    return rows[n].sum().coalesce(0).cast("uint64").cast("int64")


def counted(unit: str) -> str:
    """The unit of a count."""
    return codes.UNIT[unit].lower()
