"""Overview of the public file: the answer, headline numbers, the trend in whole periods, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from dashboard import protection, units, view_facts, words
from dashboard.charts import protected as charts
from dashboard.cubes import Period
from dashboard.i18n import N_, _
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.told import base, coverage, maps
from dashboard.told.base import Told
from dashboard.view_context import Context
from etl import codes

MOST = 5  # sentences of what changed
SUBJECTS = {
    "exploitation": (N_("Reports of {}"), "trends", {"group": "Exploitation"}),
    "premise": (N_("Reports at the kind of place “{}”"), "trends", {"group": "Kind of place"}),
    "source": (N_("Reports in {}"), "trends", {"group": "Source"}),
}
PALE = N_("Pale bars: only some of the sources or months were collected.")
READING = N_(
    "Each bar is one published period, from zero. Hatched low marks are few or none; a grey band is not collected."
)


@dataclass(frozen=True)
class Number:
    """One headline number: what it counts, what it is, and what stands below it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Change:
    """A group that changed by more than rounding and chance: the sentence, and the page and choices that show it."""

    text: str
    page: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """What changed from the period before. basis : what is compared with what. none : said where nothing changed."""

    basis: str
    found: tuple[Change, ...]
    none: str = ""


def figures(ctx: Context, p: Palette) -> list[Told]:
    """The figures of the page: the trend, where, and what was collected when."""
    if base.last_two(ctx)[0] is None:
        return [base.nothing(ctx, "overview")]
    where = [maps.small(ctx, p)] if base.cube(ctx).layer else []
    return [over_time(ctx, p), *where, coverage.months(ctx, p)]


def headline(ctx: Context) -> str:
    """How many in the last published period of the view, beside the one before; "" without a published period."""
    last, before = base.last_two(ctx)
    if last is None:
        return ""
    unit = ctx.filters.unit
    said, compared = _count(ctx, last), ""
    if said is None:
        return _("Not collected {when}: that is not zero.").format(when=last.when)
    text = units.said(unit, said).format(counted=protection.counted(said, unit), span=last.when)
    earlier = _count(ctx, before) if before else None
    if before and earlier is not None:
        compared = _beside(ctx, before, last)
    return f"{words.capital(text)}{compared}."


def basis(ctx: Context) -> str:
    """What the headline rests on: its error, its grain, what is open data, why there is no map."""
    own = base.cube(ctx)
    order = measures.order(ctx.filters)
    map_said = "" if own.layer else protection.no_map(own)
    said = (protection.typically(own, order), protection.grain(own), base.elsewhere(ctx), map_said)
    return " ".join(p for p in said if p)


def _count(ctx: Context, period: Period) -> float | None:
    """None where nothing was collected."""
    row = measures.by_cube_period(ctx.warehouse, base.within(ctx, period).filters).iloc[0]
    return None if row["state"] == measures.NONE else float(row["n"])


def _like(ctx: Context, before: Period, last: Period) -> tuple[Context, str] | None:
    """The view in the sources that collected both periods alike, and their names where these are not all; else None."""
    table = measures.collected_in(ctx.warehouse, ctx.filters)
    shares = []
    for period in (before, last):
        inside = table["month"].between(pd.Timestamp(period.first), pd.Timestamp(period.last))
        shares.append(table[inside].groupby("source")["collected"].mean())
    alike = shares[0].index[(shares[0] == shares[1]) & (shares[0] > 0)]
    if len(alike) == len(shares[0]):
        return ctx, ""
    if not len(alike) or "source" not in base.cube(ctx).dimensions:
        return None
    only = replace(ctx, filters=replace(ctx.filters, sources=tuple(str(s) for s in alike)))
    return only, words.listed([ctx.catalogue.source_title(str(s)) for s in alike], most=4)


def _beside(ctx: Context, before: Period, last: Period) -> str:
    """The end of a sentence: beside the period before, in the sources that collected both alike."""
    like = _like(ctx, before, last)
    if like is None:
        return _("; {period} was not collected by the same sources, so it is not compared").format(period=before.words)
    own, names = like
    then, now = _count(own, before), _count(own, last)
    if then is None or now is None:
        return ""
    order = measures.order(own.filters)
    said = protection.versus(then, now, base.cube(own), order, before.words)
    if not names:
        return f", {said}"
    return _("; in {names} alone {n}, {said}").format(names=names, n=protection.number(now), said=said)


def numbers(ctx: Context) -> list[Number]:
    """The last period in each published unit, and what of it is children and labour where the cubes tell: at most 4."""
    shown = [u for u in codes.RECORD_UNITS if u in ctx.catalogue.cubes]
    return [number for unit in shown for number in _of_unit(base.counting(ctx, unit))][:4]


def _of_unit(ctx: Context) -> list[Number]:
    last, before = base.last_two(ctx)
    if last is None:
        return []
    unit, own = ctx.filters.unit, base.cube(ctx)
    n, note = _count(ctx, last), f"{last.when}"
    earlier = _count(ctx, before) if before else None
    like = _like(ctx, before, last) if before else None
    if n is not None and before and earlier is not None and like and not like[1]:
        note += f", {protection.versus(earlier, n, own, measures.order(ctx.filters), before.words)}"
    name = {"incidents": _("Incidents"), "victims": _("Victims"), "suspects": _("Recorded as offenders")}[unit]
    found = [Number(name, _value(n), note)]
    now = base.within(ctx, last)
    if unit == "incidents" and "exploitation" in own.dimensions and not ctx.filters.exploitation:
        labour = replace(now, filters=replace(now.filters, exploitation=view_facts.LABOUR))
        kinds = _("{when}; of all kinds: {n}").format(when=last.when, n=_value(n))
        found.append(Number(_("Labour trafficking"), _value(_count(labour, last)), kinds))
    children = {"minor": ("minor",), "age_band": ("0-8", "9-17")}
    for column, wanted in children.items():
        if unit == "victims" and column in own.dimensions:
            table = measures.by_cube_group(ctx.warehouse, now.filters, column)
            part = int(table.loc[table["code"].isin(wanted), "n"].sum())
            rest = int(table.loc[~table["known"].astype(bool), "n"].sum())
            unknown = _("{when}; age not recorded: {n}").format(when=last.when, n=_value(rest))
            found.append(Number(_("Victims under 18"), _value(part), unknown))
            break
    return found


def _value(n: float | None) -> str:
    if n is None:
        return _("Not collected")
    return words.exact(n) if n else _("Few or none")


def over_time(ctx: Context, p: Palette) -> Told:
    """The view by its published periods; a table where several years are one."""
    unit, own = ctx.filters.unit, base.cube(ctx)
    found = measures.by_cube_period(ctx.warehouse, ctx.filters)
    if found.empty:
        return base.nothing(ctx, "trend")
    table = base.twin(found, unit, said=base.few(ctx))
    n = float(found["n"].sum())
    counted = protection.counted(n, unit)
    title = words.capital(units.titled(unit, n).format(counted=counted, span=base.span(ctx)))
    drawn = base.drawn_unless_coarse(ctx, lambda: charts.bars(found, p, base.notes(ctx), height=400))
    zeros = base.zeros(ctx, bool((found["state"] == measures.FEW).any()))
    pale = _(PALE) if found["some"].any() and not own.coarse else ""
    return base.figure(ctx, "trend", title, drawn, table, zeros, pale, reading=_(READING))


def changes(ctx: Context) -> Changes:
    """Groups that rose or fell by more than rounding and chance, the largest first."""
    last, before = base.last_two(ctx)
    if last is None:
        return Changes("", (), "")
    if before is None:
        return Changes("", (), _("There is one published period, so nothing is compared."))
    like = _like(ctx, before, last)
    if like is None:
        none = _("{before} and {last} were not collected by the same sources: not compared.")
        return Changes("", (), none.format(before=before.words, last=last.words))
    put = {"last": last.words, "before": before.words, "names": like[1]}
    said = (
        _(
            "{last} beside {before}. In {names}, which collected both alike. Only what neither rounding nor chance "
            "explains is told."
        )
        if like[1]
        else _("{last} beside {before}. Only what neither rounding nor chance explains is told.")
    )
    found = tuple(_shifts(like[0], last, before)[:MOST])
    none = "" if found else _("No published group changed by more than rounding and chance can make.")
    return Changes(said.format(**put), found, none)


def _shifts(ctx: Context, last: Period, before: Period) -> list[Change]:
    own = base.cube(ctx)
    columns = {c: s for c, s in SUBJECTS.items() if c in own.dimensions}
    # No areas: whether the place of a cell is shown can change from one period to the next, which is no change.
    order, found = measures.order(ctx.filters, 1), []
    tables = {c: [_groups(ctx, p, c) for p in (before, last)] for c in columns}
    tests = max(sum(len(t[1]) for t in tables.values()), 1)
    for column, (subject, page, params) in columns.items():
        then, now = tables[column]
        for code, label, n in now[["code", "label", "n"]].itertuples(index=False):
            was = float(then.loc[then["code"] == code, "n"].sum())
            seen = protection.verdict(was, float(n), own, order, 1 - (1 - protection.LEVEL) / tests)
            if seen != "same":
                said = str(label) if column == "source" else words.lower_first(str(label))
                text = protection.went(_(subject).format(said), was, float(n), seen)
                found.append((abs(float(n) - was), Change(text, page, dict(params))))
    return [change for _weight, change in sorted(found, key=lambda f: -f[0])]


def _groups(ctx: Context, period: Period, column: str) -> pd.DataFrame:
    table = measures.by_cube_group(ctx.warehouse, base.within(ctx, period).filters, column)
    return table[table["known"].astype(bool)]
