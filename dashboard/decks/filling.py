"""Filling a briefing from the figures: for a meeting, anew each month, and its own sentences held to the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard import saved, told
from dashboard.decks import claims, facts, store, texts
from dashboard.decks.claims import Doubt
from dashboard.decks.decisions import drawn_notes
from dashboard.decks.meetings import DECISIONS, FIGURE, HELP, MEETINGS, SERVICES, SIGNS, Planned, refused
from dashboard.decks.store import SENTENCE, TITLE, DeckError, Item, Stored
from dashboard.figures import Figure
from dashboard.i18n import _, language
from dashboard.saved import Reader
from dashboard.scoped import scoped
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse


@dataclass(frozen=True)
class Change:
    """A text that the refresh wrote anew."""

    slide: str
    before: str
    after: str


@dataclass(frozen=True)
class Flag:
    """A sentence that somebody wrote and the figures do not say (now)."""

    item: str
    sentence: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: the briefing, the texts that changed, the own sentences to look at, the slides that left."""

    deck: Stored
    changes: tuple[Change, ...]
    flags: tuple[Flag, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """The view of one slide, and its figure; None where this view has no such figure. notices : lost of the link."""

    ctx: Context
    figure: Figure | None
    notices: tuple[str, ...] = ()


def seen(warehouse: Warehouse, data_dir: Path, item: Item) -> Seen:
    """Open the view of a slide, in this version of the data."""
    opened = told.opened.of(warehouse, data_dir, item.page or "overview", item.query or {})
    figure = next((f for f in figures_of(opened.context, item.page, opened.query) if f.key == item.figure), None)
    return Seen(opened.context, figure, opened.notices)


def figures_of(ctx: Context, page: str, query: Mapping[str, Sequence[str]]) -> list[Figure]:
    """The figures that a page of this view has; none for a page without. Kept, because each slide asks again."""
    if page not in told.PAGES:
        return []
    asked = tuple((name, tuple(values)) for name, values in query.items())
    key = ("figures", page, asked, ctx.filters, language(), tuple(drawn_notes(ctx.warehouse)))
    found: list[Figure] = ctx.warehouse.remember(key, lambda: told.figures(ctx, page, query))
    return found


def new(data_dir: Path, warehouse: Warehouse, reader: Reader, name: str, meeting: str) -> Stored:
    """A briefing for a kind of meeting, filled from the figures of now. Raises DeckError or StateError."""
    if meeting not in MEETINGS:
        raise DeckError(_("There is no such kind of meeting."))
    items = []
    for planned in MEETINGS[meeting].slides:
        item = _planned(data_dir, warehouse, planned)
        if item is not None and not _refused(data_dir, warehouse, meeting, item):
            items.append(filled(data_dir, warehouse, item))
    return store.create(data_dir, reader, name, meeting, release_of(warehouse), tuple(items))


def add_view(
    data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored, page: str,
    query: Mapping[str, Sequence[str]], figure: str,
) -> Stored:  # fmt: skip
    """Add a view as the last slide: the figure's own title, and a sentence still to be written. Raises DeckError."""
    _held_to_scope(deck, warehouse)
    held = saved.kept_query(query)
    item = Item(saved.new_id(), page=page, query=held, figure=figure, plan={TITLE: "{title}", SENTENCE: ""})
    if why := _refused(data_dir, warehouse, deck.meeting, item):
        raise DeckError(why)
    if seen(warehouse, data_dir, item).figure is None:
        raise DeckError(_("This view does not have this figure."))
    made = replace(deck, items=(*deck.items, filled(data_dir, warehouse, item)))
    return store.update(data_dir, reader, made)


def edit(
    data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored, item: Item, title: str, sentence: str,
    figure: str,
) -> Stored:  # fmt: skip
    """Keep a slide with other texts and another figure of its view. Raises DeckError or StateError."""
    _held_to_scope(deck, warehouse)
    made = replace(item, figure=figure)
    if why := _refused(data_dir, warehouse, deck.meeting, made):
        raise DeckError(why)
    made = rewrite(data_dir, warehouse, made, title, sentence)
    items = tuple(made if held.id == item.id else held for held in deck.items)
    return store.update(data_dir, reader, replace(deck, items=items))


def filled(data_dir: Path, warehouse: Warehouse, item: Item) -> Item:
    """The slide with its texts written from the figures; those that somebody wrote stay."""
    plan = item.plan or {}
    said: Mapping[str, str] = {}
    if any("{" in text for text in plan.values()):
        view = seen(warehouse, data_dir, item)
        said = facts.of(view.ctx, view.figure).said
    title, sentence = (_filled(plan.get(name, ""), said) for name in (TITLE, SENTENCE))
    return replace(
        item,
        title=item.title if TITLE in item.own else title,
        sentence=item.sentence if SENTENCE in item.own else sentence,
    )


def rewrite(data_dir: Path, warehouse: Warehouse, item: Item, title: str, sentence: str) -> Item:
    """The slide with texts that somebody wrote, and what their numbers rest on now. An emptied one is filled again."""
    given = {
        TITLE: saved.text(title, store.LONGEST_TITLE),
        SENTENCE: saved.text(sentence, store.LONGEST_SENTENCE),
    }
    changed = {name for name, text in given.items() if text != getattr(item, name)}
    own = tuple(n for n in (TITLE, SENTENCE) if given[n] and (n in changed or n in item.own))
    made = replace(item, own=own, title=given[TITLE], sentence=given[SENTENCE])
    if item.kind == FIGURE and changed:
        view = seen(warehouse, data_dir, made)
        now = facts.of(view.ctx, view.figure)
        made = replace(made, rests=tuple(r for name in own for r in claims.rests_on(given[name], now)))
    return filled(data_dir, warehouse, made)


def refresh(data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored) -> Refreshed:
    """Fill the briefing from the newest figures, and keep it. Raises DeckError or StateError."""
    _held_to_scope(deck, warehouse)
    items, changes, lost = [], [], []
    for old in deck.items:
        if old.kind == FIGURE and seen(warehouse, data_dir, old).figure is None:
            lost.append(old.title)
        item = filled(data_dir, warehouse, old)
        items.append(item)
        for name in (TITLE, SENTENCE):
            before, after = getattr(old, name), getattr(item, name)
            if before != after:
                changes.append(Change(item.title, before, after))
    kept = tuple({"slide": c.slide, "before": c.before, "after": c.after} for c in changes)
    made = store.update(
        data_dir, reader, replace(deck, items=tuple(items), release=release_of(warehouse), changes=kept)
    )
    return Refreshed(made, tuple(changes), flags(data_dir, warehouse, made), tuple(lost))


def flags(data_dir: Path, warehouse: Warehouse, deck: Stored) -> tuple[Flag, ...]:
    """The sentences that somebody wrote and that these figures do not say."""
    found = []
    for item in deck.items:
        if item.kind != FIGURE or not item.own or not item.rests:
            continue
        view = seen(warehouse, data_dir, item)
        now = facts.of(view.ctx, view.figure)
        for name in item.own:
            sentence = str(getattr(item, name))
            if doubted := claims.doubts(sentence, item.rests, now):
                found.append(Flag(item.id, sentence, doubted))
    return tuple(found)


def own_data(deck: Stored, whole: Warehouse) -> Warehouse:
    """The data of the scope that a briefing was made in: whoever opens it, no other numbers get into its texts.

    whole : every record, or the public file.
    """
    if deck.scope in (saved.EVERYTHING, saved.PUBLIC):
        return whole
    return scoped(whole, frozenset(deck.scope.split(",")) - {""})


def _held_to_scope(deck: Stored, warehouse: Warehouse) -> None:
    sources = getattr(warehouse, "sources", None)
    if saved.scope_of(sources, warehouse.catalogue.public) != deck.scope:
        raise DeckError(_("This briefing was made of other records than these, so it is not filled from them."))


def release_of(warehouse: Warehouse) -> str:
    """The release that figures are drawn from; "" on records."""
    return warehouse.catalogue.meta.get("release", "") if warehouse.catalogue.public else ""


def _refused(data_dir: Path, warehouse: Warehouse, meeting: str, item: Item) -> str:
    if item.kind != FIGURE:
        return ""
    # What the link says is enough to refuse it: the figure need not be drawn.
    return refused(meeting, item.page, item.query or {}, None) or refused(
        meeting, item.page, item.query or {}, seen(warehouse, data_dir, item).figure
    )


def _planned(data_dir: Path, warehouse: Warehouse, planned: Planned) -> Item | None:
    """A slide of a meeting; None where this data has no figure for it, or nothing to list."""
    plan = {TITLE: _(planned.title) if planned.title else "", SENTENCE: _(planned.sentence) if planned.sentence else ""}
    item = Item(saved.new_id(), planned.kind, planned.page, dict(planned.query), plan=plan)
    if planned.kind in (SIGNS, HELP, DECISIONS):
        return item
    if planned.kind == SERVICES:
        return item if texts.services(warehouse) else None
    opened = told.opened.of(warehouse, data_dir, planned.page, planned.query)
    keys = [f.key for f in figures_of(opened.context, planned.page, opened.query)]
    wanted = next((key for key in planned.figure if key in keys), None)
    return replace(item, figure=wanted) if wanted else None


def _filled(text: str, said: Mapping[str, str]) -> str:
    for name, sentence in said.items():
        text = text.replace(f"{{{name}}}", sentence)
    return " ".join(text.split())
