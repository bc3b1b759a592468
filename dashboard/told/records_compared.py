"""The headline of records: how many in the last twelve complete months, beside the year before."""

from dataclasses import dataclass, replace
from datetime import date

from dashboard import measures, stories, view_facts, words
from dashboard.analysis import change
from dashboard.filters import add_months
from dashboard.i18n import _
from dashboard.measures.collected import NO
from dashboard.measures.delay import victims_cluster
from dashboard.view_context import Context


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


@dataclass(frozen=True)
class Lead:
    """The answer of a page: its sentences, and what they rest on. Plain text."""

    sentences: tuple[str, ...]
    basis: str = ""


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


def lead(ctx: Context, when: Spans | None) -> Lead:
    """How many, and compared with the year before. when : as `spans` gives it."""
    unit = ctx.filters.unit
    if view_facts.is_published(ctx):
        return _published(ctx)
    if when is None:
        return Lead((_("No reports with these filters."),))
    if (view_facts.collected(ctx, when.first, when.last) == NO).all():
        return Lead(
            (_("Not collected, {period}: that is not zero.").format(period=when.words),),
            _("No source of this view counted trafficking in these months."),
        )
    now, found = compared(ctx, when, unit)
    if ctx.filters.date_basis != "reported":
        span = _("(date occurred), {period}").format(period=when.words)
    elif when.first == when.last:
        span = _("in {period}").format(period=when.words)
    else:
        span = _("from {period}").format(period=when.words)
    if _is_recent(ctx, when):
        span = _("in the 12 months to {month}").format(month=words.month(when.last))
    months = _("The months of this view") if when.short else _("The last 12 complete months")
    basis = f"{months}: {when.words}. {_basis(ctx, when, found)}"
    return Lead((stories.headline(unit, now, span, found, when.whole),), basis)


def _basis(ctx: Context, when: Spans, found: change.Change | None) -> str:
    """What the comparison rests on: which sources, and whether their series breaks in between."""
    if when.open:
        return _("They are still filling up, so they are not compared.")
    if found is None:
        return _("No source collected both years in full, so they are not compared.")
    said = []
    if not when.whole:
        named = words.listed([ctx.catalogue.source_title(s) for s in when.steady], most=4)
        said.append(_("Both years were collected in full by {named}.").format(named=named))
    broken = view_facts.breaks_between(ctx, when.before_first, when.last, when.steady)
    if broken:
        day, text = broken[-1]
        said.append(_("Compare with care: {note} ({day}).").format(note=text.rstrip("."), day=words.day(day)))
    return " ".join(said)


def _is_recent(ctx: Context, when: Spans) -> bool:
    """Whether the span reaches the newest data, give or take the months that are still filling up."""
    return (
        not when.short
        and ctx.catalogue.last_month is not None
        and when.last >= add_months(ctx.catalogue.last_month, -6)
    )


def _published(ctx: Context) -> Lead:
    table = measures.published_by_year(ctx.warehouse, ctx.filters.unit, ctx.filters)
    if table.empty:
        return Lead((_("No published figures with these filters."),))
    said = []
    for (_source, title), rows in table.groupby(["source", "title"]):
        main = "reported" if "reported" in set(rows["category"]) else str(rows["category"].iloc[0])
        kept = rows[rows["category"] == main].sort_values("year")
        last = kept.iloc[-1]
        said.append(
            _("{title}: {counted} in {year}.").format(
                title=title, counted=stories.counted(int(last["n"]), ctx.filters.unit), year=last["year"]
            )
        )
    basis = _("Published figures have a unit of count of their own and are never added to local records.")
    return Lead(tuple(said), basis)


def steady_view(ctx: Context, when: Spans, unit: str) -> Context:
    """The view in the sources that collected both years; as it is where they are all that records this unit."""
    own = replace(ctx, filters=replace(ctx.filters, unit=unit))
    if {s.source for s in view_facts.sources(own)} <= set(when.steady):
        return ctx
    return replace(ctx, filters=replace(ctx.filters, sources=when.steady))


def compared(ctx: Context, when: Spans, unit: str) -> tuple[int, change.Change | None]:
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
