"""What changed since a meeting as slides of a briefing: one for each part, told anew from the data when it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from dashboard import saved, since, told
from dashboard.dates import day as in_words
from dashboard.decks import store
from dashboard.decks.filling import release_of
from dashboard.decks.meetings import MEETINGS, SINCE
from dashboard.decks.store import DeckError, Item, Stored
from dashboard.i18n import _, language
from dashboard.saved import Reader
from dashboard.since import Section
from dashboard.told.records_answers import REPORTS
from dashboard.warehouse import Warehouse
from dashboard.words import lower_first

DAY = "since"  # the parameter of the link


def add_since(
    data_dir: Path, warehouse: Warehouse, reader: Reader, deck: Stored, query: Mapping[str, Sequence[str]], day: date
) -> Stored:
    """Add a slide for each part at the end; those that name places only where the meeting may have them.

    query : the filters of the view. Raises DeckError or StateError.
    """
    if saved.scope_of(getattr(warehouse, "sources", None), warehouse.catalogue.public) != deck.scope:
        raise DeckError(_("This briefing was made of other records than these, so it is not filled from them."))
    kept = {**saved.kept_query(query), DAY: (day.isoformat(),)}
    parts = [p for p in _sections(data_dir, warehouse, kept) if allowed(deck.meeting, p)]
    if not parts:
        raise DeckError(_("There is nothing to compare since that day, so there is no slide of it."))
    items = tuple(Item(saved.new_id(), SINCE, query=kept, figure=part.key) for part in parts)
    return store.update(data_dir, reader, replace(deck, items=(*deck.items, *items)))


def section_of(data_dir: Path, warehouse: Warehouse, meeting: str, item: Item) -> Section | None:
    """The part that a slide shows, as the data have it now; None where there is none or the meeting may not see it."""
    found = next((p for p in _sections(data_dir, warehouse, item.query or {}) if p.key == item.figure), None)
    return found if found is not None and allowed(meeting, found) else None


def title_of(item: Item, part: Section) -> str:
    """`Since 3 March 2026: hotspots`."""
    return _("Since {day}: {part}").format(day=in_words(_day(item.query or {})), part=lower_first(part.heading))


def caveat_of(part: Section) -> str:
    """What a room is told of a slide with places."""
    return _(REPORTS) if part.place else ""


def allowed(meeting: str, part: Section) -> bool:
    """Whether a meeting may see a part: a school has no places."""
    return MEETINGS.get(meeting, MEETINGS["empty"]).maps or not part.place


def _sections(data_dir: Path, warehouse: Warehouse, query: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    filters = {name: values for name, values in query.items() if name != DAY}
    ctx = told.opened.of(warehouse, data_dir, "overview", filters).context
    day = _day(query)
    public = Path(data_dir) if release_of(warehouse) else None
    key = ("since slides", ctx.filters, day, language())
    found: tuple[Section, ...] = warehouse.remember(key, lambda: since.tell(ctx, day, public).sections)
    return found


def _day(query: Mapping[str, Sequence[str]]) -> date:
    try:
        return date.fromisoformat(str(next(iter(query.get(DAY, ())), "")))
    except ValueError:
        return date.today()
