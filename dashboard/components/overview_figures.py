"""The figures of Overview: the answer, four headline numbers, the trend, where, and how fresh it all is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import measures, stories, words
from dashboard.analysis import change, timeline
from dashboard.charts import coverage, trend
from dashboard.components import figure, view
from dashboard.components.context import Context
from dashboard.escape import markdown_text
from dashboard.filters import Filters, add_months
from dashboard.measures_delay import victims_cluster

RARELY = 0.1  # labour trafficking below this share of the reports is called few
SPARK_MONTHS = 24
MOST_OPEN = 12  # months at the end of the data that may be left out because they are still filling up


@dataclass(frozen=True)
class Spans:
    """The last twelve complete months and the twelve before."""

    first: date
    last: date
    before_first: date
    before_last: date
    comparable: bool

    @property
    def words(self) -> str:
        """`December 2024 to November 2025`."""
        return words.months(self.first, self.last)


def spans(ctx: Context) -> Spans | None:
    """The months that the headline compares: the last twelve that are over and filled; None if there are none."""
    filters = replace(ctx.filters, unit="incidents")
    last = filters.date_to or ctx.catalogue.last_month
    open_months = set(timeline.filling_months(view.delays(replace(ctx, filters=filters))))
    for _ in range(MOST_OPEN):
        if last is not None and pd.Timestamp(last) in open_months:
            last = add_months(last, -1)
    found = measures.last_12_vs_previous(ctx.warehouse, replace(filters, date_to=last))
    if found is None:
        return None
    return Spans(found.current_from, found.current_to, found.previous_from, found.previous_to, found.complete)


def answer(ctx: Context, when: Spans | None) -> None:
    """The headline: how many, and compared with the year before."""
    unit = ctx.filters.unit
    if view.is_published(ctx):
        return _published_answer(ctx)
    if when is None:
        return figure.lead("No reports with these filters.")
    now, found = _compared(ctx, when, unit)
    span = f"from {when.words}" if ctx.filters.date_basis == "reported" else f"(date occurred), {when.words}"
    if _is_recent(ctx, when):
        span = "in the last 12 months"
    figure.lead(stories.headline(unit, now, span, found))
    why = (
        "" if found else " Not every source collected both years in full, so they are not compared; choose one source."
    )
    st.caption(markdown_text(f"The last 12 complete months: {when.words}.{why}"))
    return None


def _is_recent(ctx: Context, when: Spans) -> bool:
    """Whether the span reaches the newest data, give or take the months that are still filling up."""
    return ctx.catalogue.last_month is not None and when.last >= add_months(ctx.catalogue.last_month, -6)


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


def _compared(ctx: Context, when: Spans, unit: str, **narrower: object) -> tuple[int, change.Change | None]:
    """The count of the last twelve months, and its change if the two spans can be compared."""

    def count(first: date, last: date) -> int:
        return measures.total(ctx.warehouse, replace(view.narrowed(ctx, first, last, unit), **narrower))  # type: ignore[arg-type]

    now = count(when.first, when.last)
    if not when.comparable:
        return now, None
    effect = 1.0
    if unit == "victims":
        effect = victims_cluster(ctx.warehouse, view.narrowed(ctx, when.before_first, when.last))
    return now, change.compare(count(when.before_first, when.before_last), now, design_effect=effect)


# -- four headline numbers ---------------------------------------------------------------------------------------------


def four(ctx: Context, when: Spans) -> None:
    """Incidents, victims, minors, labour trafficking; each with the last two years, month by month."""
    columns = st.columns(4, gap="small")
    draws: tuple[Callable[[Context, Spans], None], ...] = (_incidents, _victims, _minors, _labour)
    for column, draw in zip(columns, draws, strict=True):
        with column:
            draw(ctx, when)


def _incidents(ctx: Context, when: Spans) -> None:
    now, found = _compared(ctx, when, "incidents")
    _number(ctx, "Incidents reported", words.exact(now), _beside(found), when, replace(ctx.filters, unit="incidents"))


def _victims(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, "Victims known", "Not recorded", "these sources record no victims", when, None)
        return
    now, found = _compared(ctx, when, "victims")
    _number(ctx, "Victims known", words.exact(now), _beside(found), when, replace(ctx.filters, unit="victims"))


def _minors(ctx: Context, when: Spans) -> None:
    if not _people_known(ctx):
        _number(ctx, "Victims under 18", "Not recorded", "these sources record no victims", when, None)
        return
    view_of = view.narrowed(ctx, when.first, when.last, "victims")
    table = measures.by_group(ctx.warehouse, view_of, "minor").set_index("code")["n"]
    unknown = int(table.get("unknown", 0))
    note = f"age not recorded for {words.number(unknown)} more" if unknown else "all ages are recorded"
    ages = tuple(a for a in ("0-8", "9-17") if not ctx.filters.victim_age or a in ctx.filters.victim_age)
    filters = replace(ctx.filters, unit="victims", victim_age=ages) if ages else None
    _number(ctx, "Victims under 18", words.exact(int(table.get("minor", 0))), note, when, filters)


def _labour(ctx: Context, when: Spans) -> None:
    """Always shown, whatever the exploitation filter says: its absence is the finding."""
    filters = replace(ctx.filters, unit="incidents", exploitation=view.LABOUR)
    asked = measures.coverage(ctx.warehouse, view.narrowed(ctx, when.first, when.last, "incidents"))
    asked = asked[asked["category"].isin(("forced_labour", "all"))]
    labour = asked[asked["category"] == "forced_labour"]
    label = "Labour trafficking"
    if len(labour) and not labour["collected"].fillna(False).any():
        _number(ctx, label, "Not collected", "these sources have no category for it", when, None)
        return
    now, _ = _compared(ctx, when, "incidents", exploitation=view.LABOUR)
    whole = measures.total(
        ctx.warehouse, replace(view.narrowed(ctx, when.first, when.last, "incidents"), exploitation=())
    )
    few = now < words.PERCENT_FROM or now < RARELY * whole
    note = "few reports; rarely looked for" if few else f"of {words.number(whole)} incidents of any kind"
    if len(labour) and not labour["collected"].fillna(False).all():
        note = "not collected everywhere; " + note
    _number(ctx, label, words.exact(now), note, when, filters)


def _people_known(ctx: Context) -> bool:
    return bool(view.sources(replace(ctx, filters=replace(ctx.filters, unit="victims"))))


def _beside(found: change.Change | None) -> str:
    return words.versus(found) if found else "not compared with the year before"


def _number(ctx: Context, label: str, value: str, note: str, when: Spans, filters: Filters | None) -> None:
    spark = None
    if filters is not None:
        months = replace(filters, date_from=add_months(when.last, 1 - SPARK_MONTHS), date_to=when.last)
        spark = measures.by_period(ctx.warehouse, months, "month")["n"].astype("float64").tolist()
    st.metric(
        label,
        value,
        delta=markdown_text(note),
        delta_color="off",
        delta_arrow="off",
        border=True,
        chart_data=spark,
        chart_type="bar",
        height="stretch",
        help=f"{when.words}. The small bars are the last {SPARK_MONTHS} months."
        if spark
        else f"{when.words}. What is not recorded is not zero.",
    )


# -- trend, freshness --------------------------------------------------------------------------------------------------


def over_time(ctx: Context) -> None:
    """The view by month (by year for published figures)."""
    found = view.series(ctx, "month")
    if not found["n"].fillna(0).sum():
        view.nothing(ctx, "trend")
        return
    unit = ctx.filters.unit
    grain = "year" if view.is_published(ctx) else "month"
    figure.figure(
        "trend", stories.trend(found, unit, grain, ctx.filters.date_basis), ctx.sentence,
        trend.bars(found, figure.current_palette(), view.breaks(ctx), height=340), view.trend_table(found, unit),
        view.caption(ctx, view.oddities(ctx, found)),
        "Each bar is one month, from zero. Hatched bars are not finished. A dashed line is a dated note.",
        missing="not collected",
    )  # fmt: skip


def freshness(ctx: Context) -> None:
    """Which sources, up to when, and what is missing."""
    table = measures.coverage(ctx.warehouse, ctx.filters if not view.is_published(ctx) else None)
    if not view.is_published(ctx):
        table = table[table["source"].isin({s.source for s in view.sources(ctx)})]
    states = coverage_states(table)
    if states.empty:
        figure.nothing("coverage", "Sources", "No source has said which months it collected.")
        return
    gaps = states[states["state"] == "none"].groupby("row").size()
    named = {s.source: s.title for s in ctx.catalogue.sources}
    missing = [f"{named.get(str(row), str(row))} ({n} months)" for row, n in gaps.items()]
    many = states["row"].nunique()
    title = f"{many} {'sources' if many > 1 else 'source'}"
    if ctx.catalogue.as_of:
        title += f", known up to {words.day(ctx.catalogue.as_of)}"
    title += f"; not collected: {words.listed(missing, most=3)}" if missing else "; no month of this period is missing"
    figure.figure(
        "coverage", title, "Which months each source collected, in the period of this view",
        coverage.strip(states, figure.current_palette(), named), coverage_table(states, named),
        "All police reports of a source count here, trafficking or not, so a filled month shows that somebody counted.",
        "A filled cell: the source collected that month. An outlined cell: it collected and found none. "
        "A crossed grey cell: it did not collect.",
        missing="not collected",
    )  # fmt: skip
    view.page_link(ctx, "data", "All sources, loads and known problems")


def coverage_states(table: pd.DataFrame) -> pd.DataFrame:
    """Coverage as the strip draws it: row (source), month, state, n. Places of one source are joined."""
    if table.empty:
        return pd.DataFrame({"row": [], "month": [], "state": [], "n": []})
    whole = table[table["category"] == "all"]
    rest = table[~table["source"].isin(set(whole["source"]))]
    both = pd.concat([whole, rest])
    both = both.assign(
        collected=both["collected"].fillna(False).astype(bool), reports=both["reports"].astype("Float64")
    )
    found = both.groupby(["source", "month"], as_index=False, sort=True).agg(
        collected=("collected", "any"), n=("reports", lambda r: r.sum(min_count=1))
    )
    state = pd.Series("records", index=found.index).mask(found["n"].eq(0).fillna(False), "zero")
    return pd.DataFrame(
        {
            "row": found["source"],
            "month": pd.to_datetime(found["month"]),
            "state": state.mask(~found["collected"], "none"),
            "n": found["n"].astype("float64").where(found["collected"]),
        }
    )


def coverage_table(states: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The strip's twin."""
    return pd.DataFrame(
        {
            "Source": [names.get(str(r), str(r)) for r in states["row"]],
            "Month": states["month"].dt.strftime("%B %Y"),
            "State": states["state"].map(coverage.STATES),
            "Reports of any kind": states["n"].astype("Int64"),
        }
    )
