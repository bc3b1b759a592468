"""Trends of records: the big chart, years laid over each other, the season, the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard import dates, measures, stories, view_facts, words
from dashboard.analysis import timeline
from dashboard.charts import bars, heat, multiples, trend, years
from dashboard.figures import Nothing
from dashboard.filters import add_months
from dashboard.i18n import N_, _
from dashboard.palette import Palette
from dashboard.told.base import Told
from dashboard.told.query import chosen
from dashboard.told.records import figure, nothing
from dashboard.view_context import Context
from etl import codes

GROUPS = {
    "": N_("Nothing"),
    "exploitation": N_("Exploitation"),
    "source": N_("Source"),
    "premise": N_("Kind of place"),
    "offence": N_("Offence"),
    "nibrs_code": N_("NIBRS code"),
    "victim_minor": N_("Victims under 18"),
    "victim_sex": N_("Victim's sex"),
    "status": N_("Status"),
}
_MEAN_OF = {
    "day": N_("The line is the mean of each day and the {n} before it."),
    "week": N_("The line is the mean of each week and the {n} before it."),
    "month": N_("The line is the mean of each month and the {n} before it."),
    "quarter": N_("The line is the mean of each quarter and the {n} before it."),
    "year": N_("The line is the mean of each year and the {n} before it."),
}
YEARS_COMPARED = 2
READING = N_(
    "Each bar is one period, from zero. A hatched bar is not finished: its period is not over, "
    "or earlier loads show that its reports are still coming in. A grey stretch was not "
    "collected, which is not zero. A dashed line is a dated note, such as a break in how records "
    "are kept: do not compare across it."
)


@dataclass(frozen=True)
class Choice:
    """What the controls above the chart say."""

    grain: str
    group: str
    window: int  # periods of the moving average, 0 for none


def groups(ctx: Context) -> dict[str, str]:
    """By what the chart can be split: column -> label."""
    unit = ctx.filters.unit
    if unit in codes.PUBLISHED_UNITS:
        return {"": N_("Nothing"), "category": N_("Kind of figure")}
    own = {"age_band": N_("Age"), "minor": N_("Under 18"), "sex": N_("Sex")} if unit != "incidents" else {}
    layers = {f"area_{x}": x.replace("_", " ").capitalize() for x in ctx.catalogue.layers}
    return GROUPS | own | layers


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """Every figure of the page, by the link's grain, group and moving average."""
    told = [main_chart(ctx, choice_of(ctx, query), p)]
    if not view_facts.is_published(ctx):
        told += [year_over_year(ctx, p), seasonality(ctx, p), week(ctx, p)]
    return told


def choice_of(ctx: Context, query: Mapping[str, Sequence[str]]) -> Choice:
    """What a link says of the page's controls."""
    group = chosen(query, "group", groups(ctx), "")
    if view_facts.is_published(ctx):
        return Choice("year", group, 0)
    grain = chosen(query, "grain", measures.GRAINS, "month")
    return Choice(grain, group, 0 if group else windows(grain)[chosen(query, "average", averages(grain), "")])


def averages(grain: str) -> dict[str, str]:
    """The moving averages that a grain offers: choice -> label."""
    found = windows(grain)
    return {"": N_("None"), "short": f"{found['short']} {grain}s", "long": f"{found['long']} {grain}s"}


def windows(grain: str) -> dict[str, int]:
    """How many periods each of them takes together."""
    short, long = timeline.WINDOWS[grain]
    return {"": 0, "short": short, "long": long}


def basis(ctx: Context) -> str:
    """Which date the page counts by, in a sentence."""
    if view_facts.is_published(ctx):
        return _("Publishers print these figures by year.")
    if ctx.filters.date_basis == "occurred":
        return _("Counted by the date occurred. Recent periods fill up as reports arrive; some records lack the date.")
    return _("Counted by the date reported.")


def main_chart(ctx: Context, choice: Choice, p: Palette) -> Told:
    """The one big chart."""
    if view_facts.is_published(ctx):
        return _published(ctx, choice, p)
    if not measures.total(ctx.warehouse, ctx.filters):
        return nothing(ctx, "trend")
    found = view_facts.series(ctx, choice.grain, choice.group or None)
    unit = ctx.filters.unit
    title = stories.trend(found, unit, choice.grain, ctx.filters.date_basis)
    few = bool(choice.group) and found["group"].nunique() <= trend.FEW
    thin = few or (not choice.group and len(found) > trend.MANY_BARS)
    notes = [view_facts.oddities(ctx, found, "lines" if thin else "bars")]
    if not choice.group:
        if choice.window:
            found["average"] = timeline.moving_average(found, choice.window)
            notes.append(_(_MEAN_OF[choice.grain]).format(n=choice.window - 1))
        drawn = trend.bars(found, p, view_facts.breaks(ctx))
    else:
        drawn, note = _grouped(found, choice, p, view_facts.breaks(ctx))
        notes.append(note)
        title = _("{title}, by {group}").format(title=title, group=_(groups(ctx)[choice.group]).lower())
    return figure(
        ctx, "trend", title, f"{ctx.sentence} {basis(ctx)}", drawn, view_facts.trend_table(found, unit),
        view_facts.caption(ctx, *notes), _(READING), missing=_("not collected"),
    )  # fmt: skip


def _grouped(found: pd.DataFrame, choice: Choice, p, breaks):  # type: ignore[no-untyped-def]
    labels = dict(zip(found["group"], found["group_label"], strict=True))
    size = found["group"].nunique()
    if size <= trend.FEW:
        return trend.lines(found, choice.group, labels, p, breaks), ""
    note = _("All small charts share one scale.")
    if size > multiples.MOST:
        more = _("The {n} largest of {every} are drawn; the table has all.").format(n=multiples.MOST, every=size)
        note = f"{note} {more}"
    return multiples.multiples(found, choice.group, labels, p), note


def _published(ctx: Context, choice: Choice, p: Palette) -> Told:
    unit = ctx.filters.unit
    table = measures.published_by_year(ctx.warehouse, unit, ctx.filters)
    if table.empty or not table["n"].fillna(0).sum():
        return nothing(ctx, "trend")
    main = str(table.groupby("category")["n"].sum().idxmax())
    main = "reported" if "reported" in set(table["category"]) else main
    kept = table if choice.group else table[table["category"] == main]
    # Two publishers' figures are never added up: each is a series of its own.
    kept = kept.assign(code=kept["title"] + np.where(bool(choice.group), ": " + kept["category"], ""))
    found = _years(kept)
    single = kept["code"].nunique() == 1
    labels = {c: c for c in found["group"].unique()}
    drawn = trend.bars(found, p) if single else trend.lines(found, "source", labels, p)
    title = (
        stories.trend(found, unit, "year", "reported")
        if single
        else _("{unit}, by publisher and kind").format(unit=_(codes.UNIT[unit]))
    )
    return figure(
        ctx, "trend", title, f"{ctx.sentence} {basis(ctx)}", drawn, view_facts.trend_table(found, unit),
        view_facts.caption(ctx, "" if choice.group else _("Kind of figure: {kind}.").format(kind=main)),
        _(READING), missing=_("not published"),
    )  # fmt: skip


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
    return replace(ctx, filters=replace(ctx.filters, sources=steady)), _("Only {named}: collected throughout.").format(
        named=named
    )


def _care(ctx: Context) -> str:
    """The latest break in the series within the two years that are compared."""
    last = view_facts.last_complete(ctx)
    if last is None:
        return ""
    names = [s.source for s in view_facts.sources(ctx)]
    broken = view_facts.breaks_between(ctx, add_months(last, 1 - 12 * YEARS_COMPARED), last, names)
    return "".join(
        _("Compare with care: {note} ({day}).").format(note=text.rstrip("."), day=words.day(day))
        for day, text in broken[-1:]
    )


def year_over_year(ctx: Context, p: Palette) -> Told:
    """The months of each year over each other, in the sources that collected the last two years."""
    ctx, only = _like_with_like(ctx, YEARS_COMPARED)
    table = timeline.by_year(view_facts.series(ctx, "month"))
    if not table["n"].fillna(0).sum() or table["year"].nunique() < 2:
        return Nothing(
            "years", _("Year over year"), _("It takes months of two years to compare them. Choose a longer period.")
        )
    unit = ctx.filters.unit
    wide = table.pivot_table(index="month", columns="year", values="n", aggfunc="sum", min_count=1)
    twin = wide.astype("Int64").rename(columns=str).reset_index(drop=True)
    twin.insert(0, _("Month"), [dates.month_name(int(m), short=True) for m in wide.index])
    return figure(
        ctx, "years", stories.year_to_date(table, unit), ctx.sentence, years.overlaid(table, p), twin,
        " ".join((
            _("Dotted: not over or still filling up. Compared: complete months that every source collected."),
            only, _care(ctx),
        )),
        _("Each line is one year, January to December; the latest is the strong one."), missing=_("not collected"),
    )  # fmt: skip


def seasonality(ctx: Context, p: Palette) -> Told:
    """Whether some months of the year have more reports than others, in the sources that always collected."""
    ctx, only = _like_with_like(ctx, None)
    table = dates.in_words(timeline.by_year(view_facts.series(ctx, "month")))
    whole = timeline.whole_years(table)
    unit = ctx.filters.unit
    if whole["year"].nunique() < stories.FEWEST_YEARS:
        return Nothing(
            "season",
            _("Seasons"),
            _(
                "It takes two whole years in which every source collected every month. A longer period or a "
                "single source may help."
            ),
        )
    profile = timeline.season(table)
    span = _("{first} to {last}, whole years only.").format(first=whole["year"].min(), last=whole["year"].max())
    twin = pd.DataFrame(
        {_("Month"): profile["label"], _("Mean"): profile["n"].round(1), _("Total"): profile["total"].astype("Int64")}
    )
    return figure(
        ctx, "season", stories.season(profile, unit), f"{ctx.sentence} {span}",
        bars.profile(profile, p, whole), twin,
        f"{_('Judged by a chi-square test on days at risk (1% level).')} {only}",
        _("Bars are the mean of each month over the whole years; each dot is one year."),
    )  # fmt: skip


def week(ctx: Context, p: Palette) -> Told:
    """Weekday by hour, where enough times are known."""
    table = measures.weekday_hour(ctx.warehouse, ctx.filters)
    many = stories.nouns(ctx.filters.unit)
    if table.known < heat.ENOUGH:
        return Nothing(
            "week", _("Weekday and hour"),
            _("The time is known for {n} of {every} {things}. Below {enough} the pattern of a week is mostly chance, "
              "so it is not drawn.").format(
                n=words.number(table.known), every=words.number(table.all), things=many, enough=heat.ENOUGH),
        )  # fmt: skip
    counts = table.counts.fillna(0).astype(int)
    by_part = counts.to_numpy().reshape(7, 4, 6).sum(axis=2)
    day, part = np.unravel_index(by_part.argmax(), by_part.shape)
    hours = (_("midnight to 6:00"), _("6:00 to noon"), _("noon to 18:00"), _("18:00 to midnight"))
    weekdays = [words.capital(dates.weekday(i)) for i in range(7)]
    title = _("Most {things} by weekday and time: {day}, {hours} ({n})").format(
        things=many, day=weekdays[day], hours=hours[part], n=words.number(by_part[day, part])
    )
    long = counts.stack().rename("n").rename_axis(["weekday", "hour"]).reset_index()
    twin = counts.rename(columns=lambda h: f"{h:02d}").set_axis(weekdays).rename_axis(_("Weekday")).reset_index()
    return figure(
        ctx, "week", title, f"{ctx.sentence} {_('Date and hour occurred.')}",
        heat.week(long, p), twin,
        _("Time known for {n} of {every} {things}. Midnight and noon count as unknown where they are what is written "
          "when nobody knows.").format(n=words.number(table.known), every=words.number(table.all), things=many),
        _("Each cell is one hour of one weekday. Differences between single cells are mostly chance."),
    )  # fmt: skip
