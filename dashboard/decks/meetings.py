"""Meetings as lists of views and texts: what a task force, a council, a school and the press are shown.

Texts hold placeholders, `{headline}`, that dashboard/decks/filling.py fills from the figures. Data, no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.figures import Figure, MapPicture
from dashboard.i18n import N_, _
from dashboard.links import slug

DECISIONS, SIGNS, HELP, SERVICES, FIGURE = "decisions", "signs", "help", "services", "figure"
SINCE = "since"  # what changed since a meeting: dashboard/decks/since_items.py
_PEOPLE_BY_RACE = ("race", "ethnic", "raza", "etnia", "etnic")


@dataclass(frozen=True)
class Planned:
    """One slide of a meeting. figure : its key on the page; the first that is there of several. Texts are messages."""

    kind: str = FIGURE
    page: str = "overview"
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figure: tuple[str, ...] = ()
    title: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Meeting:
    """A kind of meeting. Where maps or race are False, no slide of it may have them, whoever adds it."""

    key: str
    name: str
    about: str
    slides: tuple[Planned, ...]
    maps: bool = True
    race: bool = True


TREND = Planned(figure=("trend",), title="{headline}")
CHANGED = Planned(
    page="trends", query={"group": ("Exploitation",)}, figure=("trend",),
    title=N_("What changed"), sentence="{changes}",
)  # fmt: skip
WHERE = Planned(
    page="map", figure=("map",), title="{title}", sentence=N_("These are reports: they show where people look.")
)
AGES = Planned(
    page="demographics", figure=("victims_minor", "victims_age_band", "minor", "age_band"), title="{people}",
    sentence="{title}",
)  # fmt: skip
COVERAGE = Planned(
    figure=("coverage",), title="{title}",
    sentence="{basis}",
)  # fmt: skip
DECIDED = Planned(DECISIONS)
GET_HELP = Planned(HELP, title=N_("Where help is"))

MEETINGS: Mapping[str, Meeting] = {
    m.key: m
    for m in (
        Meeting("task_force", N_("Task force"), N_("What moved since last time, where, and who is harmed."),
            (DECIDED, TREND, CHANGED, WHERE, AGES, COVERAGE),
        ),
        Meeting("council", N_("Council"), N_("The state of things for people who decide on money and services."),
            (DECIDED, TREND, AGES, WHERE, Planned(SERVICES, title=N_("Services here")), COVERAGE, GET_HELP),
        ),
        Meeting("school", N_("School"), N_("Signs, and where help is. No maps, and no counts by race."),
            (
                Planned(SIGNS, title=N_("Signs that somebody may need help")),
                Planned(figure=("trend",), title=N_("It happens here too"), sentence="{headline}"),
                Planned(SERVICES, title=N_("Help near here")),
                GET_HELP,
            ),
            maps=False, race=False,
        ),
        Meeting("press", N_("Press"), N_("Figures that can be printed, with what they cannot tell."),
            (TREND, CHANGED, COVERAGE, GET_HELP),
        ),
        Meeting("empty", N_("Without a template"), N_("Slides are added one by one."), (DECIDED,)),
    )
}  # fmt: skip


def refused(meeting: str, page: str, query: Mapping[str, Sequence[str]], figure: Figure | None) -> str:
    """Why a figure may not be on a slide of this meeting; "" where it may."""
    rules = MEETINGS.get(meeting, MEETINGS["empty"])
    if not rules.maps and (page == "map" or (figure is not None and isinstance(figure.drawn, MapPicture))):
        return _("A briefing for a school has no maps: a place can point at somebody.")
    if not rules.race and _by_race(query, figure):
        return _("A briefing for a school has no counts by race or ethnicity.")
    return ""


def _by_race(query: Mapping[str, Sequence[str]], figure: Figure | None) -> bool:
    said = [value for values in query.values() for value in values]
    if figure is not None:
        said += [figure.key, figure.title, *map(str, figure.table.columns)]
    return any(part.startswith(_PEOPLE_BY_RACE) for text in said for part in slug(text).replace("_", "-").split("-"))
