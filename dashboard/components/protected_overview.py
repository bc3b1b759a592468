"""Overview on the public file: the answer, headline numbers, the trend in whole periods, where, and what changed."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import protection, stories, view_facts, words
from dashboard.charts import protected as charts
from dashboard.components import figure, overview_figures, protected, protected_map, view
from dashboard.components.protected_data import coverage
from dashboard.cubes import Period
from dashboard.escape import markdown_text
from dashboard.measures import protected as measures
from dashboard.view_context import Context
from etl import codes

MOST = 5  # sentences of what changed
SUBJECTS = {
    "exploitation": ("Reports of {}", "trends", {"group": "Exploitation"}),
    "premise": ("Reports at the kind of place “{}”", "trends", {"group": "Kind of place"}),
    "source": ("Reports in {}", "trends", {"group": "Source"}),
}
PALE = "Pale bars: only some of the sources or months were collected."
READING = (
    "Each bar is one published period, from zero. Hatched low marks are few or none; a grey band is not collected."
)


def show(ctx: Context) -> None:
    """Draw the page."""
    if view_facts.is_published(ctx):
        overview_figures.answer(ctx, None)
        overview_figures.over_time(ctx)
        return
    last, before = protected.last_two(ctx)
    if last is None:
        protected.nothing(ctx, "overview")
        return
    figure.lead(_headline(ctx, last, before))
    st.caption(markdown_text(_basis(ctx)))
    _numbers(ctx)
    own = protected.cube(ctx)
    if own.layer:
        left, right = st.columns([2, 1], gap="large")
        with left:
            over_time(ctx)
        with right:
            protected_map.small(ctx)
    else:
        over_time(ctx)
    _changed(ctx, last, before)
    coverage(ctx)


def _basis(ctx: Context) -> str:
    own = protected.cube(ctx)
    order = measures.order(ctx.filters)
    map_said = "" if own.layer else protection.no_map(own)
    said = (protection.typically(own, order), protection.grain(own), protected.elsewhere(ctx), map_said)
    return " ".join(p for p in said if p)


def _headline(ctx: Context, last: Period, before: Period | None) -> str:
    unit = ctx.filters.unit
    said, compared = _count(ctx, last), ""
    if said is None:
        return f"Not collected {last.when}: that is not zero."
    text = f"{protection.counted(said, unit)} {stories.VERBS[unit]} {last.when}"
    earlier = _count(ctx, before) if before else None
    if before and earlier is not None:
        compared = _beside(ctx, before, last)
    return f"{text[:1].upper()}{text[1:]}{compared}."


def _row(ctx: Context, period: Period) -> pd.Series:
    return measures.by_cube_period(ctx.warehouse, protected.within(ctx, period).filters).iloc[0]


def _count(ctx: Context, period: Period) -> float | None:
    """None where nothing was collected."""
    row = _row(ctx, period)
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
    if not len(alike) or "source" not in protected.cube(ctx).dimensions:
        return None
    only = replace(ctx, filters=replace(ctx.filters, sources=tuple(str(s) for s in alike)))
    return only, words.listed([ctx.catalogue.source_title(str(s)) for s in alike], most=4)


def _beside(ctx: Context, before: Period, last: Period) -> str:
    """The end of a sentence: beside the period before, in the sources that collected both alike."""
    like = _like(ctx, before, last)
    if like is None:
        return f"; {before.words} was not collected by the same sources, so it is not compared"
    own, names = like
    then, now = _count(own, before), _count(own, last)
    if then is None or now is None:
        return ""
    order = measures.order(own.filters)
    said = protection.versus(then, now, protected.cube(own), order, before.words)
    return f"; in {names} alone {protection.number(now)}, {said}" if names else f", {said}"


def _numbers(ctx: Context) -> None:
    """The last period in each published unit, and what of it is children and labour where the cubes tell."""
    shown = [u for u in codes.RECORD_UNITS if u in ctx.catalogue.cubes]
    items = [item for unit in shown for item in _of_unit(protected.counting(ctx, unit))][:4]
    for column, (label, value, note) in zip(st.columns(max(len(items), 1), gap="small"), items, strict=False):
        with column, st.container(border=True, height="stretch", gap="small"):
            st.metric(label, value, delta=markdown_text(note), delta_color="off", delta_arrow="off")


def _of_unit(ctx: Context) -> list[tuple[str, str, str]]:
    last, before = protected.last_two(ctx)
    if last is None:
        return []
    unit, own = ctx.filters.unit, protected.cube(ctx)
    n, note = _count(ctx, last), f"{last.when}"
    earlier = _count(ctx, before) if before else None
    like = _like(ctx, before, last) if before else None
    if n is not None and before and earlier is not None and like and not like[1]:
        note += f", {protection.versus(earlier, n, own, measures.order(ctx.filters), before.words)}"
    name = {"incidents": "Incidents", "victims": "Victims", "suspects": "Recorded as offenders"}[unit]
    found = [(name, _value(n), note)]
    now = protected.within(ctx, last)
    if unit == "incidents" and "exploitation" in own.dimensions and not ctx.filters.exploitation:
        labour = replace(now, filters=replace(now.filters, exploitation=view_facts.LABOUR))
        kinds = "of all kinds: " + _value(n)
        found.append(("Labour trafficking", _value(_count(labour, last)), f"{last.when}; {kinds}"))
    children = {"minor": ("minor",), "age_band": ("0-8", "9-17")}
    for column, wanted in children.items():
        if unit == "victims" and column in own.dimensions:
            table = measures.by_cube_group(ctx.warehouse, now.filters, column)
            part = int(table.loc[table["code"].isin(wanted), "n"].sum())
            rest = int(table.loc[~table["known"].astype(bool), "n"].sum())
            found.append(("Victims under 18", _value(part), f"{last.when}; age not recorded: {_value(rest)}"))
            break
    return found


def _value(n: float | None) -> str:
    if n is None:
        return "Not collected"
    return words.exact(n) if n else "Few or none"


def over_time(ctx: Context) -> None:
    """The view by its published periods; a table where several years are one."""
    unit, own = ctx.filters.unit, protected.cube(ctx)
    found = measures.by_cube_period(ctx.warehouse, ctx.filters)
    if found.empty:
        protected.nothing(ctx, "trend")
        return
    table = protected.twin(found, unit, said=protected.few(ctx))
    said = protection.counted(float(found["n"].sum()), unit)
    title = f"{said[:1].upper()}{said[1:]} {stories.VERBS[unit]}, {protected.span(ctx)}"
    drawn = (
        protected.as_table("Every published period", table)
        if own.coarse
        else charts.bars(found, figure.current_palette(), protected.notes(ctx), height=400)
    )
    zeros = protected.zeros(ctx, bool((found["state"] == measures.FEW).any()))
    pale = PALE if found["some"].any() else ""
    protected.draw(ctx, "trend", title, drawn, table, zeros, "" if own.coarse else pale, reading=READING)


def _changed(ctx: Context, last: Period, before: Period | None) -> None:
    """Groups that rose or fell by more than rounding and chance, each a link to the page that shows it."""
    st.subheader("What changed", anchor=False)
    if before is None:
        st.markdown("There is one published period, so nothing is compared.")
        return
    like = _like(ctx, before, last)
    if like is None:
        st.markdown(
            markdown_text(f"{before.words} and {last.words} were not collected by the same sources: not compared.")
        )
        return
    only = f" In {like[1]}, which collected both alike." if like[1] else ""
    st.caption(
        markdown_text(
            f"{last.words} beside {before.words}.{only} Only what neither rounding nor chance explains is told."
        )
    )
    found = _shifts(like[0], last, before)
    for text, page, params in found[:MOST]:
        view.page_link(ctx, page, text, **params)
    if not found:
        st.markdown("No published group changed by more than rounding and chance can make.")


def _shifts(ctx: Context, last: Period, before: Period) -> list[tuple[str, str, dict[str, str]]]:
    own = protected.cube(ctx)
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
                text = protection.went(subject.format(said), was, float(n), seen)
                found.append((abs(float(n) - was), text, page, dict(params)))
    return [(text, page, params) for _, text, page, params in sorted(found, key=lambda f: -f[0])]


def _groups(ctx: Context, period: Period, column: str) -> pd.DataFrame:
    table = measures.by_cube_group(ctx.warehouse, protected.within(ctx, period).filters, column)
    return table[table["known"].astype(bool)]
