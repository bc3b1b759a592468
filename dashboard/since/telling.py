"""The answer in its order, and as slides."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from dashboard import view_facts, words
from dashboard.briefing.deck import Slide
from dashboard.dates import day as in_words
from dashboard.filters import add_months
from dashboard.i18n import _
from dashboard.since import hotspots, published, records
from dashboard.since.parts import Section, Since, everlasting, first_month, said, windows
from dashboard.view_context import Context

USUAL_MONTHS = 3  # looked at where the usual day would leave no whole month
Step = Callable[[float], None]


def tell(ctx: Context, day: date, public_dir: Path | None = None, step: Step = lambda _done: None) -> Since:
    """What changed since a day. The period of the view is not used; its other filters are.

    public_dir : DATA/public, for earlier releases. step : told how much is done, 0 to 1; it takes a second or so.
    """
    if view_facts.is_published(ctx):
        return Since(day, "", nothing=_("Printed figures are yearly: choose incidents, victims or people recorded as "
                                        "offenders as the unit of count."))  # fmt: skip
    ctx = everlasting(ctx)
    if ctx.catalogue.public:
        return _published(ctx, day, public_dir)
    last = view_facts.last_complete(ctx)
    when = windows(day, last)
    if when is None:
        return Since(day, "", nothing=_too_soon(day, last))
    told = [records.figures(ctx, when), records.groups(ctx, when)]
    step(0.1)
    told.append(hotspots.hotspots(ctx, when, lambda done: step(0.1 + 0.9 * done)))
    beside = (
        _("{after}, beside the months before ({before}).")
        if when.year == when.before
        else _("{after}, beside the same months a year earlier ({year}) and the months just before ({before}).")
    )
    put = {"after": words.capital(said(when.after)), "year": said(when.year), "before": said(when.before)}
    compared = beside.format(**put)
    return Since(day, compared, tuple(told))


def usual_day(ctx: Context, last_meeting: date | None, today: date) -> date:
    """The day to begin with: of the last meeting, else a month ago; earlier where no whole month would be left."""
    day = last_meeting or _a_month_before(today)
    if ctx.catalogue.public or view_facts.is_published(ctx):
        return day
    last = view_facts.last_complete(everlasting(ctx))
    if last is not None and first_month(day) > last:
        return add_months(last, 1 - USUAL_MONTHS)
    return day


def points(told: Since, places: bool = True) -> tuple[str, ...]:
    """All sentences, for reading aloud. places : with those that name one."""
    if told.nothing:
        return (told.nothing,)
    return tuple(s for part in told.sections if places or not part.place for s in part.sentences)


def slides(ctx: Context, day: date, public_dir: Path | None = None, places: bool = True) -> tuple[Slide, ...]:
    """A slide for each part, with its sentences as points; what they rest on is the speaker's note."""
    told = tell(ctx, day, public_dir)
    title = _("Since {day}").format(day=in_words(day))
    if told.nothing:
        return (Slide(title, points=(told.nothing,)),)
    return tuple(
        Slide(f"{title}: {words.lower_first(part.heading)}", points=part.sentences,
              note=" ".join(p for p in (told.compared, part.basis) if p))
        for part in told.sections
        if places or not part.place
    )  # fmt: skip


def _published(ctx: Context, day: date, public_dir: Path | None) -> Since:
    parts: list[Section | None] = [published.newer(ctx, public_dir, day)] if public_dir else []
    parts += [published.figures(ctx), published.areas(ctx)]
    compared = _("Published figures change when a release is made: what is new in it, and its last period beside the "
                 "one before.")  # fmt: skip
    return Since(day, compared, tuple(p for p in parts if p is not None))


def _too_soon(day: date, last: date | None) -> str:
    if last is None:
        return _("There are no records here yet.")
    return _(
        "No whole month since {day} is complete yet: the last complete one is {last}, and later reports are still "
        "coming in. Choose an earlier day."
    ).format(day=in_words(day), last=words.month(last))


def _a_month_before(today: date) -> date:
    month = add_months(today.replace(day=1), -1)
    return month.replace(day=min(today.day, 28))
