"""The figures of Overview: the answer, four headline numbers, the trend, where, and how fresh it all is."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from dashboard import measures, view_facts, words
from dashboard.analysis import change
from dashboard.charts import spark as charts_spark
from dashboard.components import figure, view
from dashboard.escape import markdown_text
from dashboard.filters import add_months
from dashboard.i18n import _
from dashboard.measures.collected import NO, YES
from dashboard.told import records, records_compared
from dashboard.told.records_compared import Spans, compared
from dashboard.view_context import Context

RARELY = 0.1  # labour trafficking below this share of the reports is called few
SPARK_MONTHS = 24


def answer(ctx: Context, when: Spans | None) -> None:
    """The headline: how many, and compared with the year before."""
    said = records_compared.lead(ctx, when)
    for sentence in said.sentences:
        figure.lead(sentence)
    if said.basis:
        st.caption(markdown_text(said.basis))


# -- four headline numbers ---------------------------------------------------------------------------------------------


def four(ctx: Context, when: Spans) -> None:
    """Incidents, victims, minors, labour trafficking; each with the last two years, month by month."""
    columns = st.columns(4, gap="small")
    draws: tuple[Callable[[Context, Spans], None], ...] = (_incidents, _victims, _minors, _labour)
    for column, draw in zip(columns, draws, strict=True):
        with column:
            draw(ctx, when)


def _incidents(ctx: Context, when: Spans) -> None:
    records = replace(ctx, filters=replace(ctx.filters, unit="incidents"))
    if (view_facts.collected(records, when.first, when.last) == NO).all():
        _number(ctx, _("Incidents reported"), _("Not collected"), _("that is not zero"), when, None)
        return
    now, found = compared(ctx, when, "incidents")
    _number(
        ctx,
        _("Incidents reported"),
        words.exact(now),
        _beside(found, now),
        when,
        _spark(ctx, when, "incidents", "source"),
    )


def _victims(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, _("Victims known"), _("Not recorded"), _("these sources record no victims"), when, None)
        return
    now, found = compared(ctx, when, "victims")
    _number(
        ctx, _("Victims known"), words.exact(now), _beside(found, now), when, _spark(ctx, when, "victims", "source")
    )


def _minors(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, _("Victims under 18"), _("Not recorded"), _("these sources record no victims"), when, None)
        return
    n = view_facts.by_code(ctx, when.first, when.last, "victims", "minor")
    unknown = n.get("unknown", 0)
    note = _("age not recorded for {n} more").format(n=words.number(unknown)) if unknown else _("all ages are recorded")
    spark = _spark(ctx, when, "victims", "minor", ("minor",))
    _number(ctx, _("Victims under 18"), words.exact(n.get("minor", 0)), note, when, spark)


def _labour(ctx: Context, when: Spans) -> None:
    """Always shown, whatever the exploitation filter says: its absence is the finding."""
    label = _("Labour trafficking")
    labour = replace(ctx.filters, unit="incidents", exploitation=view_facts.LABOUR)
    asked = view_facts.collected(replace(ctx, filters=labour), when.first, when.last)
    if (asked == NO).all():
        _number(ctx, label, _("Not collected"), _("these sources have no category for it"), when, None)
        return
    every = replace(ctx, filters=replace(ctx.filters, exploitation=()))
    kinds = view_facts.by_code(every, when.first, when.last, "incidents", "exploitation")
    now, whole = sum(kinds.get(k, 0) for k in view_facts.LABOUR), sum(kinds.values())
    few = now < words.PERCENT_FROM or now < RARELY * whole
    note = (
        _("few reports; rarely looked for") if few else _("of {n} incidents of any kind").format(n=words.number(whole))
    )
    if (asked != YES).any():
        note = _("not collected everywhere; few reports") if few else _("not collected everywhere")
    spark = _spark(every, when, "incidents", "exploitation", view_facts.LABOUR)
    _number(ctx, label, words.exact(now), note, when, spark)


def _people_known(ctx: Context) -> bool:
    return bool(view_facts.sources(replace(ctx, filters=replace(ctx.filters, unit="victims"))))


def _beside(found: change.Change | None, now: int) -> str:
    """now : the number that it stands beside, of all sources; the change is of those that collected both years."""
    if found is None:
        return _("not compared with the year before")
    if found.after != now and max(found.before, found.after) < words.FEWEST_TO_COMPARE:
        return _("too few to compare with the year before")
    return words.versus(found)


def _spark(ctx: Context, when: Spans, unit: str, group: str, kept: tuple[str, ...] = ()) -> list[float]:
    """The last two years by month; kept : only these codes of the group. nan where nothing was collected."""
    first = add_months(when.last, 1 - SPARK_MONTHS)
    if not view_facts.by_code(ctx, first, when.last, unit, group):
        return []
    months = view_facts.narrowed(ctx, first, when.last, unit)
    table = measures.by_period(ctx.warehouse, months, "month", group)
    if kept:
        table = table[table["code"].isin(kept)]
    return table.groupby("period")["n"].sum(min_count=1).astype("float64").tolist()


def _number(ctx: Context, label: str, value: str, note: str, when: Spans, spark: list[float] | None) -> None:
    drawn = charts_spark.bars(
        spark or [],
        figure.current_palette(),
        _("{label}, the last {n} months").format(label=label, n=SPARK_MONTHS),
    )
    with st.container(border=True, height="stretch", gap="small"):
        st.metric(
            label,
            value,
            delta=markdown_text(note),
            delta_color="off",
            delta_arrow="off",
            help=_help(ctx, when, bool(drawn)),
        )
        if drawn:
            st.html(drawn)


def _help(ctx: Context, when: Spans, drawn: bool) -> str:
    said = [f"{when.words}."]
    if not when.whole and when.steady:
        named = words.listed([ctx.catalogue.source_title(s) for s in when.steady], most=4)
        said.append(_("Compared with the year before in the sources that collected both: {named}.").format(named=named))
    said.append(
        _("The small bars are the last {n} months.").format(n=SPARK_MONTHS)
        if drawn
        else _("What is not recorded is not zero.")
    )
    return markdown_text(" ".join(said))


# -- trend -------------------------------------------------------------------------------------------------------------


def over_time(ctx: Context) -> None:
    """The view by month (by year for published figures)."""
    view.tell(records.over_time(ctx, figure.current_palette()))
