"""The few numbers that say what a view holds, kept with it so that a later reader is told what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from dashboard import measures, protection, words
from dashboard.i18n import _
from dashboard.links import from_query, to_query
from dashboard.measures import protected
from dashboard.saved import Kept
from dashboard.view_context import Context
from etl import codes

LABOUR = ("forced_labour", "domestic_servitude")
MINOR_BANDS = ("0-8", "9-17")


@dataclass(frozen=True)
class Changed:
    """One number that is another than it was. before, now : as prose says them."""

    label: str
    before: str
    now: str


def figures(ctx: Context) -> Kept:
    """The numbers of a view now, with the months and the version that they are of."""
    f, cube = ctx.filters, ctx.catalogue.of(ctx.filters.unit).cube
    return Kept(
        _numbers(ctx), _month(f.date_from), _month(f.date_to), cube.grain if cube else "", ctx.sentence,
        ctx.catalogue.version, ctx.catalogue.meta.get("release", "") if ctx.catalogue.public else "",
    )  # fmt: skip


def changed(ctx: Context, kept: Kept) -> tuple[Changed, ...] | None:
    """Which numbers are others now, over the same months as then. None: they cannot be compared."""
    cube = ctx.catalogue.of(ctx.filters.unit).cube
    if (cube.grain if cube else "") != kept.grain:
        return None  # periods of another length hold other months
    then = replace(ctx.filters, date_from=_first(kept.first), date_to=_first(kept.last))
    now = _numbers(replace(ctx, filters=then))
    return tuple(
        Changed(label(key), said(ctx, kept.numbers[key]), said(ctx, now[key]))
        for key in kept.numbers
        if key in now and now[key] != kept.numbers[key]
    )


def label(key: str) -> str:
    """The name of one number."""
    named = {
        "minors": _("Victims under 18"),
        "labour": _("Labour trafficking"),
    }
    return named.get(key) or _(codes.UNIT.get(key, key))


def said(ctx: Context, n: int | None) -> str:
    """A number in prose; of protected figures a 0 is never said."""
    if n is None:
        return _("not collected")
    return protection.number(n) if ctx.catalogue.public else words.number(n)


def _numbers(ctx: Context) -> dict[str, int | None]:
    unit = ctx.filters.unit
    if unit not in codes.RECORD_UNITS:
        return {unit: _total(ctx)}
    units = [unit, *(u for u in ("incidents", "victims") if u != unit and u in _units(ctx))]
    found: dict[str, int | None] = {u: _total(counting(ctx, u)) for u in units}
    if "victims" in found:
        found |= _minors(counting(ctx, "victims"))
    if not ctx.filters.exploitation and "incidents" in found:
        found |= _labour(counting(ctx, "incidents"))
    return found


def _units(ctx: Context) -> tuple[str, ...]:
    return tuple(ctx.catalogue.cubes) if ctx.catalogue.public else ctx.catalogue.units


def counting(ctx: Context, unit: str) -> Context:
    """The same view in another unit; in the public file filters that its cube lacks are gone, its periods are whole."""
    if unit == ctx.filters.unit:
        return ctx
    if not ctx.catalogue.public:
        return replace(ctx, filters=replace(ctx.filters, unit=unit))
    every = ctx.catalogue.of("")
    query = {k: v for k, v in to_query(ctx.filters, every).items() if k not in ("from", "to", "unit")}
    span = {"from": [_month(ctx.filters.date_from)], "to": [_month(ctx.filters.date_to)]}
    asked = query | {name: months for name, months in span.items() if months[0]} | {"unit": [unit]}
    filters, _said = from_query(asked, every)
    return replace(ctx, filters=filters, catalogue=ctx.catalogue.of(unit))


def _total(ctx: Context) -> int | None:
    if ctx.catalogue.public and ctx.filters.unit in codes.RECORD_UNITS:
        table = protected.by_cube_period(ctx.warehouse, ctx.filters)
        if len(table) and (table["state"] == protected.NONE).all():
            return None
        return int(table["n"].fillna(0).sum())
    return measures.total(ctx.warehouse, ctx.filters)


def _minors(ctx: Context) -> Mapping[str, int]:
    if ctx.catalogue.public:
        held = ctx.catalogue.cubes["victims"].dimensions
        column = next((c for c in ("minor", "age_band") if c in held), "")
        if not column:
            return {}
        table = protected.by_cube_group(ctx.warehouse, ctx.filters, column)
    else:
        column, table = "minor", measures.by_group(ctx.warehouse, ctx.filters, "minor")
    wanted = ("minor",) if column == "minor" else MINOR_BANDS
    return {"minors": int(table.loc[table["code"].isin(wanted), "n"].sum())}


def _labour(ctx: Context) -> Mapping[str, int]:
    own = ctx.catalogue.cubes.get("incidents")
    if ctx.catalogue.public and (own is None or "exploitation" not in own.dimensions):
        return {}
    n = _total(replace(ctx, filters=replace(ctx.filters, exploitation=LABOUR)))
    return {} if n is None else {"labour": n}


def _month(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


def _first(month: str) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None
