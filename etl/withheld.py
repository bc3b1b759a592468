"""What no load may hold, whatever a file says: records that were forgotten, points of confidential places."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from etl.harvest import Harvest
    from etl.locate import Confidential
    from etl.store import Store


@dataclass(frozen=True)
class Withheld:
    """confidential: circles without points. places: the mark of their list, "" where there is none.

    forgotten : (source, ids) -> which of the ids were forgotten.
    """

    confidential: "Confidential | None" = None
    places: str = ""
    forgotten: Callable[[str, list[str]], set[str]] = lambda _, __: set()

    def leave_out(self, source: str, harvest: "Harvest") -> dict[str, Any]:
        """Takes forgotten records out of what was read, and returns what the manifest says of both."""
        said: dict[str, Any] = {"places": self.places} if self.places else {}
        incidents = harvest.tables.get("incidents")
        ids = self.forgotten(source, incidents["incident_id"].to_pylist()) if incidents is not None else set()
        if not ids:
            return said
        from etl.expunge import NOTE, expunge

        tables = dict(harvest.tables)
        tables |= {name: t for name, t in (("exposure", harvest.exposure), ("backing", harvest.backing)) if t}
        done = expunge(tables, ids)
        harvest.tables |= {name: t for name, t in done.tables.items() if name in harvest.tables}
        harvest.exposure = done.tables.get("exposure", harvest.exposure)
        harvest.backing = done.tables.get("backing", harvest.backing)
        for key, n in done.taken.items():
            harvest.months[key] -= n
        harvest.notes.append(NOTE)
        return said | {"forgotten": done.records}


def withheld_by(store: "Store") -> Withheld:
    """What a data folder asks to leave out. Raises SourceError when a list cannot be read."""
    from etl.confidential import circles, mark, read_places
    from etl.forget import Forgotten

    places = read_places(store.data)
    return Withheld(circles(places), mark(store, places), Forgotten(store).among)
