"""What may leave, by who asks: one screen of decisions. The columns of each kind of file are named in *_rows.py.

public, presenter   sums of published cells, with their rounding intervals
partner             tables of counts of the sources that the agency may see exactly
researcher          the same, and records, of the sources of the agreement; no finer in place or time than it says
steward, local      records as the warehouse has them, without ids
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import ibis
import pandas as pd

from dashboard.access import Access
from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.exports import counted_rows, protected_rows, record_rows
from dashboard.exports.columns import Chosen
from dashboard.exports.dimensions import MOST, TIMES, Dimension, Finest, dimensions, finest, label, named, usual
from dashboard.exports.plan import KINDS, SPLIT, Kind, Plan, Refused
from dashboard.exports.said import left_out
from dashboard.filters import Filters, add_months, sentence
from dashboard.i18n import _, in_english
from dashboard.links import to_query
from dashboard.scoped import ScopedWarehouse
from dashboard.warehouse import Warehouse
from etl import codes

MONTHS_OF = {"day": 1, "month": 1, "quarter": 3, "year": 12}
AT_ONCE = 200_000  # rows that are sorted together
EVERY = "all"  # of `by`: one row for the whole view


def decide(
    access: Access, warehouse: Warehouse, catalogue: Catalogue, filters: Filters, kind: Kind, by: tuple[str, ...]
) -> Plan | Refused:
    """`plan.plan`. Raises ValueError for a warehouse that holds more than this reader may see: a mistake of ours."""
    _check(access, warehouse, catalogue)
    if refused := _refused(access, catalogue, filters, kind):
        return refused
    bound, notes = finest(access, catalogue), []
    if not catalogue.public:
        agreed = _as_agreed(filters, bound)
        if isinstance(agreed, Refused):
            return agreed
        if agreed != filters:
            notes.append(_("The period was widened to whole {n}: your agreement has no finer ones.").format(
                n={"quarter": _("quarters"), "year": _("years")}[bound.date]))  # fmt: skip
        filters = agreed
    else:
        filters = replace(filters, related=False)
    offered = dimensions(access, warehouse, catalogue, filters.unit)
    chosen_by = _chosen(by, offered, catalogue, filters.unit) if kind == "totals" else ()
    if isinstance(chosen_by, Refused):
        return chosen_by
    built = _built(warehouse, catalogue, filters, kind, chosen_by, bound)
    if isinstance(built, Refused):
        return built
    chosen, table = built
    expression = table.select(**{column.name: value for column, value in chosen})
    rows = int(warehouse.ask(table.agg(rows=table.count()))["rows"].iloc[0])
    pieces: tuple[Any, ...] = ()
    if kind == "totals" or bound.bounded:
        # Records lie in the order of their days, which would tell more than a column may. And a table of counts is the
        # same whenever it is made.
        if kind == "records" and rows > AT_ONCE:
            pieces = _pieces(warehouse, expression)
        expression = _in_order(expression)
    return Plan(
        kind=kind,
        tier="public" if catalogue.public else "restricted",
        unit=filters.unit,
        columns=tuple(column for column, _value in chosen),
        rows=rows,
        left_out=(*notes, *left_out(access, warehouse, catalogue, filters, kind, chosen_by, bound)),
        words=sentence(filters, catalogue),
        link=link(
            catalogue, filters, kind, () if chosen_by == usual(offered, catalogue.public) else chosen_by or (EVERY,)
        ),
        release=_release(catalogue),
        expression=expression,
        layer=_layer(catalogue, filters.unit, kind, chosen_by, bound),
        fictional=catalogue.fictional,
        pieces=pieces,
    )


def _in_order(rows: ibis.Table) -> ibis.Table:
    return rows.order_by([ibis.asc(name, nulls_first=True) for name in rows.columns])


def _pieces(warehouse: Warehouse, records: ibis.Table) -> tuple[ibis.Table, ...]:
    """The same rows in the same order, year by year of each source: a million sorted at once take 300 MB."""
    source, day = records.columns[:2]  # what they are sorted by first
    keys = _in_order(records.select(source=records[source], year=records[day].year()).distinct())
    made = []
    for key in warehouse.ask(keys).itertuples(index=False):
        year = records[day].isnull() if pd.isna(key.year) else records[day].year() == int(key.year)
        made.append(_in_order(records.filter((records[source] == key.source) & year)))
    return tuple(made)


def _check(access: Access, warehouse: Warehouse, catalogue: Catalogue) -> None:
    if catalogue.public != warehouse.catalogue.public:
        raise ValueError("The catalogue is not that of this warehouse.")
    if catalogue.public:
        return
    if access.role not in ("local", "steward", "partner", "researcher"):
        raise ValueError("Nobody without a role takes anything from the records.")
    held = warehouse.sources if isinstance(warehouse, ScopedWarehouse) else None
    if access.sources is not None and (held is None or not held <= access.sources):
        raise ValueError("This warehouse holds records that this reader may not see.")
    if access.sources is None and access.role not in ("local", "steward"):
        raise ValueError("A partner or researcher sees named sources only.")


def _refused(access: Access, catalogue: Catalogue, filters: Filters, kind: str) -> Refused | None:
    if kind not in KINDS:
        return Refused(_("There is no such kind of export."), _("Choose totals or records."))
    if filters.unit not in catalogue.units:
        return Refused(
            _("{unit} are not in these data.").format(unit=codes.UNIT[filters.unit]),
            _("Choose another unit of count in the filter bar."),
        )
    if kind == "totals":
        return None
    if filters.unit not in codes.RECORD_UNITS:
        return Refused(
            _("Of {unit} there are only figures that their publisher printed.").format(
                unit=codes.UNIT[filters.unit].lower()
            ),
            _("Take totals."),
        )
    if catalogue.public or access.role == "public":
        return Refused(
            _("There are no records here: this side holds rounded totals only."),
            _("Take totals, or ask the data steward of the task force for an agreement on records."),
        )
    if not may_have_records(access, catalogue):
        return Refused(
            _("Records leave only with a researcher's agreement, and partners take tables of counts."),
            _("Take totals, or ask the data steward of your task force."),
        )
    return None


def may_have_records(access: Access, catalogue: Catalogue) -> bool:
    """Whether rows may leave with this reader at all."""
    return not catalogue.public and (access.may_export_records or access.role == "steward")


def _as_agreed(filters: Filters, bound: Finest) -> Filters | Refused:
    """The filters with nothing finer than the agreement in them: a narrow filter tells what a column may not."""
    if not bound.bounded:
        return filters
    chosen = [pair for a in filters.areas for pair in (a.members if isinstance(a, AreaGroup) else (a,))]
    drawn = any(isinstance(a, AreaGroup) and a.polygon for a in filters.areas)
    if filters.areas and (drawn or any(layer not in bound.layers for layer, _id in chosen)):
        named = " ".join(bound.layers).replace("_", " ")
        may = _("Your agreement has the areas of {layer} only.").format(layer=named) if named else ""
        return Refused(
            may or _("Your agreement holds no areas, and this view is narrowed to some."),
            _("Take the area out of the filters, or ask the data steward of your task force."),
        )
    step = MONTHS_OF[bound.date]
    if step == 1:
        return filters
    first, last = filters.date_from, filters.date_to
    if first:
        first = first.replace(month=(first.month - 1) // step * step + 1, day=1)
    if last:
        last = add_months(last.replace(month=(last.month - 1) // step * step + 1, day=1), step - 1)
    return replace(filters, date_from=first, date_to=last)


def _chosen(
    by: tuple[str, ...], offered: tuple[Dimension, ...], catalogue: Catalogue, unit: str
) -> tuple[str, ...] | Refused:
    """The dimensions of a table of counts, in the order of the file, or why not."""
    names = [d.name for d in offered]
    wanted = named(offered, [n for n in by if n != EVERY]) if by else usual(offered, catalogue.public)
    if [n for n in wanted if n not in names]:
        return Refused(
            _("Part of what the totals should be split by is not offered here."), _("Choose from those on this page.")
        )
    free = catalogue.public or unit not in codes.RECORD_UNITS
    kinds = [sum(n in TIMES for n in wanted), sum(n.startswith(("area_", "h3_")) for n in wanted)]
    if not free and max(kinds) > 1:
        return Refused(
            _("A table has one kind of period and one kind of place."), _("Choose one of each, or make two tables.")
        )
    if not free and len(set(wanted)) > MOST:
        return Refused(
            _("A table of counts has at most {n} dimensions: with more, each row would be a record.").format(n=MOST),
            _("Choose fewer of them."),
        )
    if not free and "day" in wanted and any(n.startswith("h3_") for n in wanted):
        return Refused(_("A day and a cell of the map together are a record."), _("Choose months, or areas."))
    return tuple(n for n in names if n in wanted)


def _built(
    warehouse: Warehouse, catalogue: Catalogue, filters: Filters, kind: Kind, by: tuple[str, ...], bound: Finest
) -> tuple[Chosen, ibis.Table] | Refused:
    if kind == "records":
        return record_rows.select(warehouse, catalogue, filters, bound)
    if filters.unit not in codes.RECORD_UNITS:
        return counted_rows.published(warehouse, catalogue, filters, by)
    cube = catalogue.of(filters.unit).cube
    if catalogue.public:
        if cube is None or not cube.protected:
            raise ValueError("Counts of the public file without a protected cube.")
        return protected_rows.select(warehouse, catalogue, cube, filters, by)
    return counted_rows.select(warehouse, catalogue, filters, by)


def link(catalogue: Catalogue, filters: Filters, kind: str = "totals", by: tuple[str, ...] = ()) -> str:
    """Path and query of the Export page for this view; they hold plain filter values only."""
    # A link says its unit of count, unless it is the first that there is.
    query = to_query(filters, replace(catalogue, unit=""))
    with in_english():  # as the page's own widgets write it, whatever the reader's language
        if kind != "totals":
            query["kind"] = [_("Records")]
        elif by:
            query[SPLIT] = [name if name == EVERY else label(name, catalogue) for name in by]
    return f"/export?{urlencode(query, doseq=True)}" if query else "/export"


def _release(catalogue: Catalogue) -> str:
    return catalogue.meta.get("release", "") if catalogue.public else f"version {catalogue.version}"


def _layer(catalogue: Catalogue, unit: str, kind: str, by: tuple[str, ...], bound: Finest) -> str | None:
    if kind == "records":
        return bound.layers[0] if bound.bounded and bound.layers else "h3" if bound.cell else None
    cube = catalogue.of(unit).cube
    if "area" in by and cube:
        return cube.layer
    areas = [name.removeprefix("area_") for name in by if name.startswith("area_")]
    return areas[0] if areas else "h3" if any(n.startswith("h3_") for n in by) else None
