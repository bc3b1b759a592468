"""The finished file: no name of a person or a computer in it, and the same bytes for the same deck."""

import io
import zipfile
from datetime import UTC, datetime, time
from typing import Any

from dashboard.briefing.deck import Deck, region
from dashboard.briefing.workbook import WRITTEN
from dashboard.escape import plain

LONGEST = 255  # characters of a property of a document
_ZIP_BEGAN = (1980, 1, 1, 0, 0, 0)


def written_on(deck: Deck) -> datetime:
    """The date that a briefing's file carries: the last day that its figures know of, not when somebody made it."""
    return datetime.combine(deck.as_of, time(), UTC) if deck.as_of else WRITTEN.replace(tzinfo=UTC)


def finished(made: Any, deck: Deck) -> bytes:
    """The bytes of a presentation."""
    facts = made.core_properties
    when = written_on(deck).replace(tzinfo=None)
    facts.title, facts.subject = plain(deck.title)[:LONGEST], plain(deck.subtitle)[:LONGEST]
    facts.language = region(deck)
    facts.author = facts.last_modified_by = "Lamplight"
    facts.comments = facts.keywords = facts.category = ""
    facts.revision, facts.created, facts.modified = 1, when, when
    raw = io.BytesIO()
    made.save(raw)
    return same_again(raw.getvalue())


def same_again(packed: bytes) -> bytes:
    """A zip with the moment of its making taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, _ZIP_BEGAN), source.read(entry), zipfile.ZIP_DEFLATED)
    return out.getvalue()
