"""The directory of local services, as `python -m etl directory` keeps it: the newest numbered file beside the data."""

import json
import re
from dataclasses import dataclass, fields
from datetime import date, timedelta

from dashboard.escape import plain
from dashboard.warehouse import Warehouse

STALE = timedelta(days=183)  # an entry that nobody has verified for half a year may send somebody to a closed door
_NUMBERED = re.compile(r"directory-(\d{6})\.json")


@dataclass(frozen=True)
class Entry:
    """One service. area, web, capacity : "" of a confidential one. last_verified : a day."""

    name: str
    kind: str = ""
    offers: str = ""
    eligibility: str = ""
    languages: str = ""
    phone: str = ""
    hours: str = ""
    web: str = ""
    area: str = ""
    capacity: str = ""
    last_verified: str = ""
    confidential: str = "no"

    def stale(self, today: date) -> bool:
        """Whether it has to be verified again."""
        try:
            return today - date.fromisoformat(self.last_verified) > STALE
        except ValueError:
            return True


def entries(warehouse: Warehouse, published: bool = False) -> tuple[Entry, ...]:
    """The services, by name; none where no directory is kept. published : only what everybody may see."""
    public = warehouse.catalogue.public
    folder = warehouse.path.parents[2] if public else warehouse.path.parent
    try:
        newest = max(f for f in folder.iterdir() if _NUMBERED.fullmatch(f.name))
        held = json.loads(newest.read_text(encoding="utf-8"))["published" if published or public else "entries"]
        known = [f.name for f in fields(Entry)]
        found = [Entry(**{name: plain(str(row.get(name, ""))) for name in known}) for row in held]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(sorted(found, key=lambda e: e.name.casefold()))
