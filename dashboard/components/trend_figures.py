"""The figures of Trends: the big chart and its controls, years laid over each other, the season, the week."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import measures, stories, view_facts, words
from dashboard.analysis import timeline
from dashboard.charts import bars, heat, multiples, trend, years
from dashboard.components import figure, view
from dashboard.filters import add_months
from dashboard.view_context import Context
from etl import codes

GROUPS = {
    "": "Nothing",
    "exploitation": "Exploitation",
    "source": "Source",
    "premise": "Kind of place",
    "offence": "Offence",
    "nibrs_code": "NIBRS code",
    "victim_minor": "Victims under 18",
    "victim_sex": "Victim's sex",
    "status": "Status",
}
YEARS_COMPARED = 2
READING = (
    "Each bar is one period, from zero. A hatched bar is not finished: its period is not over, or earlier loads show "
    "that its reports are still coming in. A grey stretch was not collected, which is not zero. A dashed line is a "
    "dated note, such as a break in how records are kept: do not compare across it."
)


@dataclass(frozen=True)
class Choice:
    """What the controls above the chart say."""

    grain: str
    group: str
    window: int  # periods of the moving average, 0 for none


def controls(ctx: Context) -> Choice:
    """Grain, group and moving average. All three are in the link."""
    published = view_facts.is_published(ctx)
    groups = _groups(ctx)
    view.unread(group=groups, **({} if published else {"grain": measures.GRAINS}))
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        grain = "year"
        if not published:
            grain = st.segmented_control(
                "By", list(measures.GRAINS), default="month", required=True, key="grain", bind="query-params",
                format_func=lambda g: measures.GRAINS[g],
            )  # fmt: skip
        group = st.selectbox(
            "Group by", list(groups), format_func=lambda g: groups[g], key="group", bind="query-params", width=230
        )
        window = 0
        if not group and not published:
            short, long = timeline.WINDOWS[grain]
            names = {"": "None", "short": f"{short} {grain}s", "long": f"{long} {grain}s"}
            view.unread(average=names)
            chosen = st.segmented_control(
                "Moving average", list(names), default="", required=True, key="average", bind="query-params",
                format_func=lambda w: names[w],
            )  # fmt: skip
            window = {"short": short, "long": long}.get(chosen or "", 0)
    return Choice(grain or "month", group or "", window)


def _groups(ctx: Context) -> dict[str, str]:
    unit = ctx.filters.unit
    if unit in codes.PUBLISHED_UNITS:
        return {"": "Nothing", "category": "Kind of figure"}
    own = {"age_band": "Age", "minor": "Under 18", "sex": "Sex"} if unit != "incidents" else {}
    layers = {f"area_{x}": x.replace("_", " ").capitalize() for x in ctx.catalogue.layers}
    return GROUPS | own | layers


def basis(ctx: Context) -> str:
    """Which date the page counts by, in a sentence."""
    if view_facts.is_published(ctx):
        return "Publishers print these figures by year."
    if ctx.filters.date_basis == "occurred":
        return "Counted by the date occurred. Recent periods fill up as reports arrive; some records lack the date."
    return "Counted by the date reported."


def main_chart(ctx: Context, choice: Choice) -> None:
    """The one big chart."""
    if view_facts.is_published(ctx):
        return _published(ctx, choice)
    if not measures.total(ctx.warehouse, ctx.filters):
        return view.nothing(ctx, "trend")
    found = view_facts.series(ctx, choice.grain, choice.group or None)
    p, unit = figure.current_palette(), ctx.filters.unit
    title = stories.trend(found, unit, choice.grain, ctx.filters.date_basis)
    few = bool(choice.group) and found["group"].nunique() <= trend.FEW
    thin = few or (not choice.group and len(found) > trend.MANY_BARS)
    notes = [view_facts.oddities(ctx, found, "lines" if thin else "bars")]
    if not choice.group:
        if choice.window:
            found["average"] = timeline.moving_average(found, choice.window)
            notes.append(f"The line is the mean of each {choice.grain} and the {choice.window - 1} before it.")
        drawn = trend.bars(found, p, view_facts.breaks(ctx))
    else:
        drawn, note = _grouped(found, choice, p, view_facts.breaks(ctx))
        notes.append(note)
        title += f", by {_groups(ctx)[choice.group].lower()}"
    figure.figure(
        "trend", title, f"{ctx.sentence} {basis(ctx)}", drawn, view_facts.trend_table(found, unit),
        view_facts.caption(ctx, *notes), READING, missing="not collected",
    )  # fmt: skip
    return None


def _grouped(found: pd.DataFrame, choice: Choice, p, breaks):  # type: ignore[no-untyped-def]
    labels = dict(zip(found["group"], found["group_label"], strict=True))
    size = found["group"].nunique()
    if size <= trend.FEW:
        return trend.lines(found, choice.group, labels, p, breaks), ""
    note = "All small charts share one scale."
    if size > multiples.MOST:
        note += f" The {multiples.MOST} largest of {size} are drawn; the table has all."
    return multiples.multiples(found, choice.group, labels, p), note


def _published(ctx: Context, choice: Choice) -> None:
    unit = ctx.filters.unit
    table = measures.published_by_year(ctx.warehouse, unit, ctx.filters)
    if table.empty or not table["n"].fillna(0).sum():
        return view.nothing(ctx, "trend")
    main = str(table.groupby("category")["n"].sum().idxmax())
    main = "reported" if "reported" in set(table["category"]) else main
    kept = table if choice.group else table[table["category"] == main]
    # Two publishers' figures are never added up: each is a series of its own.
    kept = kept.assign(code=kept["title"] + np.where(bool(choice.group), ": " + kept["category"], ""))
    found = _years(kept)
    p = figure.current_palette()
    single = kept["code"].nunique() == 1
    labels = {c: c for c in found["group"].unique()}
    drawn = trend.bars(found, p) if single else trend.lines(found, "source", labels, p)
    title = stories.trend(found, unit, "year", "reported") if single else f"{codes.UNIT[unit]}, by publisher and kind"
    figure.figure(
        "trend", title, f"{ctx.sentence} {basis(ctx)}", drawn, view_facts.trend_table(found, unit),
        view_facts.caption(ctx, "" if choice.group else f"Kind of figure: {main}."), READING, missing="not published",
    )  # fmt: skip
    return None


def _years(table: pd.DataFrame) -> pd.DataFrame:
    """Published figures as a yearly series; a year that a publisher left out is a gap."""
    span = range(int(table["year"].min()), int(table["year"].max()) + 1)
    index = pd.MultiIndex.from_product([table["code"].unique(), span], names=["code", "year"])
    full = table.groupby(["code", "year"])["n"].sum().reindex(index).reset_index()
    periods = pd.DataFrame(
        {
            "period": pd.to_datetime({"year": full["year"], "month": 1, "day": 1}),
            "n": full["n"],
            "collected": "yes",
            "partial": False,
            "code": full["code"],
        }
    )
    found = timeline.prepare(periods, "year", pd.DatetimeIndex([]))
    found["group_label"] = found["group"]
    return found


def _like_with_like(ctx: Context, years: int | None) -> tuple[Context, str]:
    """The view in the sources that collected every month of the last years (None: of all), and a sentence that says so.

    Unchanged where that is all sources or none of them.
    """
    last, first = view_facts.last_complete(ctx), ctx.filters.date_from or ctx.catalogue.first_month
    if last is None or first is None or first > last:
        return ctx, ""
    if years is not None:
        first = max(first, add_months(last, 1 - 12 * years))
    steady = view_facts.steady(ctx, first, last)
    if not steady or len(steady) == len(view_facts.sources(ctx)):
        return ctx, ""
    named = words.listed([ctx.catalogue.source_title(s) for s in steady], most=4)
    return replace(ctx, filters=replace(ctx.filters, sources=steady)), f"Only {named}: collected throughout."


def _care(ctx: Context) -> str:
    """The latest break in the series within the two years that are compared."""
    last = view_facts.last_complete(ctx)
    if last is None:
        return ""
    names = [s.source for s in view_facts.sources(ctx)]
    broken = view_facts.breaks_between(ctx, add_months(last, 1 - 12 * YEARS_COMPARED), last, names)
    return "".join(f"Compare with care: {text.rstrip('.')} ({words.day(day)})." for day, text in broken[-1:])


def year_over_year(ctx: Context) -> None:
    """The months of each year over each other, in the sources that collected the last two years."""
    ctx, only = _like_with_like(ctx, YEARS_COMPARED)
    table = timeline.by_year(view_facts.series(ctx, "month"))
    if not table["n"].fillna(0).sum() or table["year"].nunique() < 2:
        figure.nothing(
            "years", "Year over year", "It takes months of two years to compare them. Choose a longer period."
        )
        return
    unit = ctx.filters.unit
    wide = table.pivot_table(index="month", columns="year", values="n", aggfunc="sum", min_count=1)
    twin = wide.astype("Int64").rename(columns=str).reset_index(drop=True)
    twin.insert(0, "Month", [timeline.MONTHS[int(m) - 1] for m in wide.index])
    figure.figure(
        "years", stories.year_to_date(table, unit), ctx.sentence, years.overlaid(table, figure.current_palette()), twin,
        "Dotted: not over or still filling up. Compared: complete months that every source collected. "
        f"{only} {_care(ctx)}",
        "Each line is one year, January to December; the latest is the strong one.", missing="not collected",
    )  # fmt: skip


def seasonality(ctx: Context) -> None:
    """Whether some months of the year have more reports than others, in the sources that always collected."""
    ctx, only = _like_with_like(ctx, None)
    table = timeline.by_year(view_facts.series(ctx, "month"))
    whole = timeline.whole_years(table)
    unit = ctx.filters.unit
    if whole["year"].nunique() < stories.FEWEST_YEARS:
        figure.nothing(
            "season",
            "Seasons",
            "It takes two whole years in which every source collected every month. "
            "A longer period or a single source may help.",
        )
        return
    profile = timeline.season(table)
    span = f"{whole['year'].min()} to {whole['year'].max()}, whole years only."
    twin = pd.DataFrame(
        {"Month": profile["label"], "Mean": profile["n"].round(1), "Total": profile["total"].astype("Int64")}
    )
    figure.figure(
        "season", stories.season(profile, unit), f"{ctx.sentence} {span}",
        bars.profile(profile, figure.current_palette(), whole), twin,
        f"Judged by a chi-square test on days at risk (1% level). {only}",
        "Bars are the mean of each month over the whole years; each dot is one year.",
    )  # fmt: skip


def week(ctx: Context) -> None:
    """Weekday by hour, where enough times are known."""
    table = measures.weekday_hour(ctx.warehouse, ctx.filters)
    many = stories.NOUNS[ctx.filters.unit][1]
    if table.known < heat.ENOUGH:
        figure.nothing(
            "week", "Weekday and hour",
            f"The time is known for {words.number(table.known)} of {words.number(table.all)} {many}. "
            f"Below {heat.ENOUGH} the pattern of a week is mostly chance, so it is not drawn.",
        )  # fmt: skip
        return
    counts = table.counts.fillna(0).astype(int)
    by_part = counts.to_numpy().reshape(7, 4, 6).sum(axis=2)
    day, part = np.unravel_index(by_part.argmax(), by_part.shape)
    hours = ("midnight to 6:00", "6:00 to noon", "noon to 18:00", "18:00 to midnight")
    title = f"Most {many} by weekday and time: {heat.WEEKDAYS[day]}, {hours[part]} ({words.number(by_part[day, part])})"
    long = counts.stack().rename("n").rename_axis(["weekday", "hour"]).reset_index()
    twin = counts.rename(columns=lambda h: f"{h:02d}").set_axis(heat.WEEKDAYS).rename_axis("Weekday").reset_index()
    figure.figure(
        "week", title, f"{ctx.sentence} Date and hour occurred.",
        heat.week(long, figure.current_palette()), twin,
        f"Time known for {words.number(table.known)} of {words.number(table.all)} {many}. "
        "Midnight and noon count as unknown where they are what is written when nobody knows.",
        "Each cell is one hour of one weekday. Differences between single cells are mostly chance.",
    )  # fmt: skip
