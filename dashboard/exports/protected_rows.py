"""Totals of the public file: sums of published cells, each with its rounding interval. Nothing finer exists there.

A combination without a published cell is a row too: it says "few or none" or "not collected", never 0.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from itertools import product
from math import prod
from typing import Any

import ibis
import numpy as np
import pandas as pd

from dashboard.catalogue import Catalogue
from dashboard.cubes import Cube, Period
from dashboard.exports.columns import Chosen, coded, counted, plain, summed, text
from dashboard.exports.dimensions import label
from dashboard.exports.plan import Refused
from dashboard.filters import Filters, predicate
from dashboard.i18n import _
from dashboard.measures.labels import labels_of
from dashboard.measures.protected import collected_in, order
from dashboard.protection import FEW, FEW_HERE, NOT_COLLECTED
from dashboard.warehouse import Warehouse
from etl import codes

MOST_ROWS = 500_000  # combinations of all dimensions; the largest cube that was released has a tenth of that
_FIELDS = {"source": "sources", "exploitation": "exploitation", "premise": "premise"}
_PEOPLE = {"victims": {"age_band": "victim_age", "sex": "victim_sex"}}


def select(
    warehouse: Warehouse, catalogue: Catalogue, cube: Cube, filters: Filters, by: Sequence[str]
) -> tuple[Chosen, Any] | Refused:
    """The columns of the file and the table of Ibis that they are read from."""
    periods = cube.between(filters.date_from, filters.date_to)
    parts = {name: _values(warehouse, cube, filters, name, periods) for name in by}
    rows = prod(len(values) for values in parts.values())
    if rows > MOST_ROWS:
        return Refused(
            _("This table would have {n} rows, most of them without a count.").format(n=f"{rows:,}"),
            _("Choose fewer dimensions or a shorter period."),
        )
    table = warehouse.table(filters.unit)
    cells = table.filter(predicate(filters, table), table[filters.date_column].notnull())
    if not by:
        found = cells.agg(n=summed(cells)).mutate(gone=ibis.literal(value=False))
    else:
        found = _whole_grid(cells, cube, filters, by, parts, _uncollected(warehouse, cube, filters, by, periods))
    e = cube.error(order(filters, len(set(by) - {"period"}) - (0 if "period" in by else 1)))
    return _columns(warehouse, catalogue, cube, by, found, e[1] if e else max(cube.base - 1, 0)), found


def _whole_grid(
    cells: Any, cube: Cube, filters: Filters, by: Sequence[str], parts: dict[str, list[Any]], gone: list[dict[str, Any]]
) -> Any:
    """Every combination with n (0 where no cell is published) and gone (whether nothing was collected)."""
    keys = {name: _key(cells, cube, filters, name) for name in by}
    sums = cells.group_by(**keys).agg(n=summed(cells))
    lists = [ibis.literal(parts[name], type=f"array<{_type(name)}>").unnest().name(name).as_table() for name in by]
    grid = reduce(lambda a, b: a.cross_join(b), lists)
    found = grid.left_join(sums, list(by)).select(**{name: grid[name] for name in by}, n=sums.n.coalesce(0))
    if not gone:
        return found.mutate(gone=ibis.literal(value=False))
    names = list(gone[0])
    kind = ", ".join(f"{name}: {_type(name)}" for name in names)
    lost = ibis.literal(gone, type=f"array<struct<{kind}>>").unnest().name("lost").as_table()
    lost = lost.select(**{name: lost.lost[name] for name in names}, gone=ibis.literal(value=True))
    joined = found.left_join(lost, names)
    return joined.select(**{c: found[c] for c in (*by, "n")}, gone=lost.gone.fill_null(ibis.literal(value=False)))


def _columns(
    warehouse: Warehouse, catalogue: Catalogue, cube: Cube, by: Sequence[str], found: Any, error: int
) -> Chosen:
    chosen: Chosen = []
    for name in by:
        if name == "period":
            chosen += _period(found, cube)
        elif name == "area":
            names = labels_of(warehouse, f"area_{cube.layer}") | {"": _("Place not shown")}
            chosen.append((text("area", _("Id of the area; empty where no place is shown."), names), found.area))
            said = _("Name of the area.")
            chosen.append((text("area_name", said), found.area.cases(*names.items(), else_=found.area)))
        else:
            chosen.append((coded(warehouse, name, label(name, catalogue)), found[name]))
    n, few, gone, k = found.n, found.n == 0, (found.n == 0) & found.gone, cube.base
    # A single group of K may have been nobody; a larger total is off as the totals of its order are.
    low = ibis.greatest(n - (n <= k).ifelse(max(error, k), error), 0)
    placed = found.area != "" if "area" in by else ibis.literal(value=False)
    most = ibis.cases((few & placed, ibis.null("int64")), (few, ibis.literal(k - 1, "int64")), else_=n + error)
    unit = counted(cube.unit)
    state = ibis.cases((gone, "not_collected"), (few, "few_or_none"), else_="count")
    return [
        *chosen,
        (plain("n", "integer", _("The rounded count. Empty: see `state`."), unit), n.nullif(0)),
        (plain("n_low", "integer", _low(error), unit), gone.ifelse(ibis.null("int64"), few.ifelse(0, low))),
        (plain("n_high", "integer", _high(k), unit), gone.ifelse(ibis.null("int64"), most)),
        (text("state", _("Whether `n` is a count."), _states("area" in by)), state),
    ]


def _period(found: Any, cube: Cube) -> Chosen:
    labels = [(p.first, p.label) for p in cube.periods]
    ends = [(p.first, ibis.date(p.after - timedelta(days=1))) for p in cube.periods]
    said = _("The published period: the public file has no finer one.")
    return [
        (plain("period", "string", said), found.period.cases(*labels, else_="")),
        (plain("period_start", "date", _("Its first day.")), found.period),
        (plain("period_end", "date", _("Its last day.")), found.period.cases(*ends, else_=ibis.null("date"))),
    ]


def _low(error: int) -> str:
    return _(
        "The count lies between `n_low` and `n_high` in 19 of 20 such figures, each taken when it was first published "
        "(off by up to {n}). A figure from several releases can be off by more."
    ).format(n=error)


def _high(k: int) -> str:
    return _(
        "See `n_low`. Where `state` is few or none, the count is 0 to {n}; by area it is empty, because records from "
        "too few places are counted without their area."
    ).format(n=k - 1)


def _states(place: bool) -> dict[str, str]:
    few = _(FEW_HERE) if place else _(FEW)
    return {"count": _("count"), "few_or_none": few, "not_collected": _(NOT_COLLECTED)}


def _key(cells: Any, cube: Cube, filters: Filters, name: str) -> Any:
    if name == "period":
        return cells[filters.date_column].cast("date")
    if name == "area":
        return cells[f"area_{cube.layer}"].coalesce("")
    return cells[name].coalesce(codes.UNKNOWN)


def _type(name: str) -> str:
    return "date" if name == "period" else "string"


def _values(warehouse: Warehouse, cube: Cube, filters: Filters, name: str, periods: tuple[Period, ...]) -> list[Any]:
    """The values of one dimension that the view can have, known from the published cells alone."""
    if name == "period":
        return [p.first for p in periods]
    column = f"area_{cube.layer}" if name == "area" else name
    table = warehouse.table(cube.unit)
    found = warehouse.ask(table.select(column).distinct())[column]
    if name == "area":
        chosen = {a[1] for a in filters.areas if isinstance(a, tuple)}
        named = [a.area_id for a in warehouse.catalogue.areas if a.layer == cube.layer]
        return [a for a in named if a in chosen] if chosen else [*named, ""]
    held = sorted({codes.UNKNOWN if pd.isna(v) else str(v) for v in found})
    wanted = getattr(filters, (_FIELDS | _PEOPLE.get(cube.unit, {})).get(name, ""), ())
    return [v for v in held if not wanted or v in wanted]


def _uncollected(
    warehouse: Warehouse, cube: Cube, filters: Filters, by: Sequence[str], periods: tuple[Period, ...]
) -> list[dict[str, Any]]:
    """The combinations of period, source and kind in which nothing was collected at all."""
    if "period" not in by:
        return []
    split = [name for name in by if name in ("source", "exploitation")]
    lists = [_values(warehouse, cube, filters, name, periods) for name in split]
    gone: list[dict[str, Any]] = []
    for values in product(*lists):
        view = filters
        for name, value in zip(split, values, strict=True):
            view = replace(view, **{_FIELDS[name]: (value,)})  # type: ignore[arg-type]
        table = collected_in(warehouse, view)
        months = table.groupby("month")["collected"].any() if len(table) else pd.Series(dtype=bool)
        for p in periods:
            own = months[pd.Timestamp(p.first) : pd.Timestamp(p.last)] if len(months) else months
            if len(own) and not np.any(own):
                gone.append({"period": p.first, **dict(zip(split, values, strict=True))})
    return gone
