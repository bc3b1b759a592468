"""A kept briefing as what is shown: figures of its release, texts, decisions first; for a screen and for files."""

from dataclasses import dataclass, field
from pathlib import Path

from dashboard.decks import texts
from dashboard.decks.decisions import Decision, decisions, summary
from dashboard.decks.filling import release_of, seen
from dashboard.decks.meetings import DECISIONS, FIGURE, HELP, SERVICES, SIGNS, SINCE, refused
from dashboard.decks.since_items import caveat_of, section_of, title_of
from dashboard.decks.store import Item, Stored
from dashboard.figures import Figure
from dashboard.i18n import _, language
from dashboard.saved import Reader
from dashboard.warehouse import Warehouse
from dashboard.words import day


@dataclass(frozen=True)
class Shown:
    """One slide as a room sees it. note : what of its view is not here, or why there is no figure."""

    item: str
    kind: str
    title: str
    sentence: str = ""
    figure: Figure | None = None
    points: tuple[str, ...] = ()
    note: str = ""
    done: tuple[bool, ...] = field(default=())


def shown(data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored) -> tuple[Shown, ...]:
    """Every slide that has something to show, in order. Raises StateError."""
    found = (one(data_dir, warehouse, reader, deck, item) for item in deck.items)
    return tuple(slide for slide in found if slide is not None)


def one(data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored, item: Item) -> Shown | None:
    """One slide; None for decisions where nothing was decided, and services where none are loaded."""
    if item.kind == DECISIONS:
        made = decisions(data_dir, reader, deck.id)
        return _decided(item, made) if made else None
    if item.kind == SIGNS:
        return Shown(item.id, item.kind, item.title, item.sentence or texts.signs_note(), points=texts.signs())
    if item.kind == HELP:
        return Shown(item.id, item.kind, item.title, item.sentence, points=texts.help_points())
    if item.kind == SERVICES:
        points = texts.service_points(warehouse)
        return Shown(item.id, item.kind, item.title, item.sentence, points=points) if points else None
    if item.kind == SINCE:
        part = section_of(data_dir, warehouse, deck.meeting, item)
        title = item.title or (title_of(item, part) if part else "")
        if part is None:
            return None
        return Shown(item.id, item.kind, title, item.sentence or caveat_of(part), points=part.sentences)
    view = seen(warehouse, data_dir, item)
    # A meeting's rules hold for what is kept, too: a file that somebody edited shows no map to a school.
    why = refused(deck.meeting, item.page, item.query or {}, view.figure)
    figure = None if why else view.figure
    missing = "" if figure or why else _("This view has no such figure in these data.")
    note = " ".join(part for part in (why, missing, *view.notices) if part)
    return Shown(item.id, FIGURE, item.title or (figure.title if figure else ""), item.sentence, figure, note=note)


def _decided(item: Item, made: tuple[Decision, ...]) -> Shown:
    return Shown(
        item.id, DECISIONS, item.title or summary(made), item.sentence, points=tuple(decided(d) for d in made),
        done=tuple(d.done_on is not None for d in made),
    )  # fmt: skip


def decided(decision: Decision) -> str:
    """One decision in a line: `Ask two hotels for training (County Health, by 3 May 2026): done.`"""
    about = [decision.owner] if decision.owner else []
    about += [_("by {day}").format(day=day(decision.due))] if decision.due else []
    said = f"{decision.text} ({', '.join(about)})" if about else decision.text
    return _("{decision}: done").format(decision=said) if decision.done_on else said


def deck_of(data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored):  # type: ignore[no-untyped-def]
    """The briefing for files, as a dashboard.briefing Deck. On records it says that it is restricted."""
    from dashboard.briefing.deck import Deck, Slide

    slides = shown(data_dir, warehouse, reader, deck)
    catalogue = warehouse.catalogue
    days = [s.figure.about.as_of for s in slides if s.figure and s.figure.about.as_of]
    return Deck(
        title=deck.name,
        subtitle=" ".join(p for p in (catalogue.meta.get("place", ""),) if p),
        slides=tuple(Slide(s.title, s.sentence, s.figure, s.points, s.note) for s in slides),
        as_of=max(days) if days else catalogue.as_of,
        release=release_of(warehouse),
        restricted=not catalogue.public,
        language=language(),
        fictional=catalogue.fictional,
    )
