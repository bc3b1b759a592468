"""The figures of Overview: the answer, four headline numbers, the trend, where, and how fresh it all is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from dashboard import measures, stories, view_facts, words
from dashboard.analysis import change
from dashboard.charts import spark as charts_spark
from dashboard.charts import trend
from dashboard.components import figure, view
from dashboard.escape import markdown_text
from dashboard.filters import add_months
from dashboard.measures.collected import NO, YES
from dashboard.measures.delay import victims_cluster
from dashboard.view_context import Context

RARELY = 0.1  # labour trafficking below this share of the reports is called few
SPARK_MONTHS = 24


@dataclass(frozen=True)
class Spans:
    """The last twelve complete months of the view (all of them, where it has fewer) and the same a year before.

    steady : the sources that collected all of them; only they are compared. whole : that is all of the view's.
    short : the view is shorter than twelve months. open : all of it is still filling up.
    """

    first: date
    last: date
    before_first: date
    before_last: date
    steady: tuple[str, ...]
    whole: bool
    short: bool = False
    open: bool = False

    @property
    def words(self) -> str:
        """`December 2024 to November 2025`."""
        return words.months(self.first, self.last)


def spans(ctx: Context) -> Spans | None:
    """The months that the headline compares: the last twelve that are over and filled; None if there are none."""
    records = replace(ctx, filters=replace(ctx.filters, unit="incidents"))
    last = view_facts.last_complete(records)
    found = measures.last_12_vs_previous(ctx.warehouse, replace(records.filters, date_to=last))
    if found is None:
        return None
    first, last, begin = found.current_from, found.current_to, ctx.filters.date_from
    if begin is None or begin <= first:
        return _beside_the_year_before(records, first, last)
    if begin <= last:
        return replace(_beside_the_year_before(records, begin, last), short=True)
    # Every month of the view is still filling up: counted, and compared with nothing.
    last = ctx.filters.date_to or begin
    return Spans(begin, last, add_months(begin, -12), add_months(last, -12), (), whole=False, short=True, open=True)


def _beside_the_year_before(records: Context, first: date, last: date) -> Spans:
    before = add_months(first, -12), add_months(last, -12)
    steady = view_facts.steady(records, before[0], add_months(first, -1))
    steady = tuple(s for s in steady if s in view_facts.steady(records, first, last))
    return Spans(first, last, *before, steady, whole=len(steady) == len(view_facts.sources(records)))


def answer(ctx: Context, when: Spans | None) -> None:
    """The headline: how many, and compared with the year before."""
    unit = ctx.filters.unit
    if view_facts.is_published(ctx):
        return _published_answer(ctx)
    if when is None:
        return figure.lead("No reports with these filters.")
    if (view_facts.collected(ctx, when.first, when.last) == NO).all():
        figure.lead(f"Not collected, {when.words}: that is not zero.")
        st.caption("No source of this view counted trafficking in these months.")
        return None
    now, found = _compared(ctx, when, unit)
    link = "in" if when.first == when.last else "from"
    span = f"{link} {when.words}" if ctx.filters.date_basis == "reported" else f"(date occurred), {when.words}"
    if _is_recent(ctx, when):
        span = f"in the 12 months to {words.month(when.last)}"
    figure.lead(stories.headline(unit, now, span, found, when.whole))
    months = "The months of this view" if when.short else "The last 12 complete months"
    st.caption(markdown_text(f"{months}: {when.words}. {_basis(ctx, when, found)}"))
    return None


def _basis(ctx: Context, when: Spans, found: change.Change | None) -> str:
    """What the comparison rests on: which sources, and whether their series breaks in between."""
    if when.open:
        return "They are still filling up, so they are not compared."
    if found is None:
        return "No source collected both years in full, so they are not compared."
    said = []
    if not when.whole:
        named = words.listed([ctx.catalogue.source_title(s) for s in when.steady], most=4)
        said.append(f"Both years were collected in full by {named}.")
    broken = view_facts.breaks_between(ctx, when.before_first, when.last, when.steady)
    if broken:
        day, text = broken[-1]
        said.append(f"Compare with care: {text.rstrip('.')} ({words.day(day)}).")
    return " ".join(said)


def _is_recent(ctx: Context, when: Spans) -> bool:
    """Whether the span reaches the newest data, give or take the months that are still filling up."""
    return (
        not when.short
        and ctx.catalogue.last_month is not None
        and when.last >= add_months(ctx.catalogue.last_month, -6)
    )


def _published_answer(ctx: Context) -> None:
    table = measures.published_by_year(ctx.warehouse, ctx.filters.unit, ctx.filters)
    if table.empty:
        return figure.lead("No published figures with these filters.")
    for (_, title), rows in table.groupby(["source", "title"]):
        main = "reported" if "reported" in set(rows["category"]) else str(rows["category"].iloc[0])
        kept = rows[rows["category"] == main].sort_values("year")
        last = kept.iloc[-1]
        figure.lead(f"{title}: {stories.counted(int(last['n']), ctx.filters.unit)} in {last['year']}.")
    st.caption("Published figures have a unit of count of their own and are never added to local records.")
    return None


def steady_view(ctx: Context, when: Spans, unit: str) -> Context:
    """The view in the sources that collected both years; as it is where they are all that records this unit."""
    own = replace(ctx, filters=replace(ctx.filters, unit=unit))
    if {s.source for s in view_facts.sources(own)} <= set(when.steady):
        return ctx
    return replace(ctx, filters=replace(ctx.filters, sources=when.steady))


def _compared(ctx: Context, when: Spans, unit: str) -> tuple[int, change.Change | None]:
    """The count of the last twelve months, and its change in the sources that collected both years."""
    this_year = view_facts.by_code(ctx, when.first, when.last, unit, "source")
    now = sum(this_year.values())
    if not when.steady:
        return now, None
    year_before = view_facts.by_code(ctx, when.before_first, when.before_last, unit, "source")
    after, before = (sum(n.get(s, 0) for s in when.steady) for n in (this_year, year_before))
    same = steady_view(ctx, when, unit)
    effect = 1.0
    if unit == "victims":
        effect = victims_cluster(ctx.warehouse, view_facts.narrowed(same, when.before_first, when.last))
    return now, change.compare(before, after, design_effect=effect)


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
        _number(ctx, "Incidents reported", "Not collected", "that is not zero", when, None)
        return
    now, found = _compared(ctx, when, "incidents")
    _number(
        ctx, "Incidents reported", words.exact(now), _beside(found, now), when, _spark(ctx, when, "incidents", "source")
    )


def _victims(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, "Victims known", "Not recorded", "these sources record no victims", when, None)
        return
    now, found = _compared(ctx, when, "victims")
    _number(ctx, "Victims known", words.exact(now), _beside(found, now), when, _spark(ctx, when, "victims", "source"))


def _minors(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, "Victims under 18", "Not recorded", "these sources record no victims", when, None)
        return
    n = view_facts.by_code(ctx, when.first, when.last, "victims", "minor")
    unknown = n.get("unknown", 0)
    note = f"age not recorded for {words.number(unknown)} more" if unknown else "all ages are recorded"
    spark = _spark(ctx, when, "victims", "minor", ("minor",))
    _number(ctx, "Victims under 18", words.exact(n.get("minor", 0)), note, when, spark)


def _labour(ctx: Context, when: Spans) -> None:
    """Always shown, whatever the exploitation filter says: its absence is the finding."""
    label = "Labour trafficking"
    labour = replace(ctx.filters, unit="incidents", exploitation=view_facts.LABOUR)
    asked = view_facts.collected(replace(ctx, filters=labour), when.first, when.last)
    if (asked == NO).all():
        _number(ctx, label, "Not collected", "these sources have no category for it", when, None)
        return
    every = replace(ctx, filters=replace(ctx.filters, exploitation=()))
    kinds = view_facts.by_code(every, when.first, when.last, "incidents", "exploitation")
    now, whole = sum(kinds.get(k, 0) for k in view_facts.LABOUR), sum(kinds.values())
    few = now < words.PERCENT_FROM or now < RARELY * whole
    note = "few reports; rarely looked for" if few else f"of {words.number(whole)} incidents of any kind"
    if (asked != YES).any():
        note = "not collected everywhere" + ("; few reports" if few else "")
    spark = _spark(every, when, "incidents", "exploitation", view_facts.LABOUR)
    _number(ctx, label, words.exact(now), note, when, spark)


def _people_known(ctx: Context) -> bool:
    return bool(view_facts.sources(replace(ctx, filters=replace(ctx.filters, unit="victims"))))


def _beside(found: change.Change | None, now: int) -> str:
    """now : the number that it stands beside, of all sources; the change is of those that collected both years."""
    if found is None:
        return "not compared with the year before"
    if found.after != now and max(found.before, found.after) < words.FEWEST_TO_COMPARE:
        return "too few to compare with the year before"
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
    drawn = charts_spark.bars(spark or [], figure.current_palette(), f"{label}, the last {SPARK_MONTHS} months")
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
        said.append(f"Compared with the year before in the sources that collected both: {named}.")
    said.append(f"The small bars are the last {SPARK_MONTHS} months." if drawn else "What is not recorded is not zero.")
    return markdown_text(" ".join(said))


# -- trend -------------------------------------------------------------------------------------------------------------


def over_time(ctx: Context) -> None:
    """The view by month (by year for published figures)."""
    found = view_facts.series(ctx, "month")
    if not found["n"].fillna(0).sum():
        view.nothing(ctx, "trend")
        return
    unit = ctx.filters.unit
    grain = "year" if view_facts.is_published(ctx) else "month"
    figure.figure(
        "trend", stories.trend(found, unit, grain, ctx.filters.date_basis), ctx.sentence,
        trend.bars(found, figure.current_palette(), view_facts.breaks(ctx), height=400),
        view_facts.trend_table(found, unit),
        view_facts.caption(ctx, view_facts.oddities(ctx, found)),
        "Each bar is one month, from zero. Hatched bars are not finished. A dashed line is a dated note.",
        missing="not collected",
    )  # fmt: skip
