"""What the map sends back when something on it was clicked or drawn. It comes from a browser: it may be anything."""

from typing import Any

MOST_CHOSEN = 200
_LONGEST = 200  # characters of an id


def clicked(drawing: Any) -> str:
    """The id of the place that was clicked; "" for none."""
    return _text(_properties(drawing).get("id"))


def adds(drawing: Any) -> bool:
    """Whether the click adds to what is chosen: Shift, Ctrl, or the button "Add places"."""
    return _properties(drawing).get("add") == 1


def chosen(drawing: Any) -> tuple[str, ...]:
    """The ids that are to be chosen after this click, as the reader already sees them marked; of a picture with
    `several`. Empty when the click let the last one go.

    Of clicks in quick succession only the last arrives, and it knows of the others.
    """
    found = _properties(drawing).get("chosen")
    if not isinstance(found, list):
        return ()
    return tuple(dict.fromkeys(filter(None, map(_text, found[:MOST_CHOSEN]))))


def _properties(drawing: Any) -> dict[str, Any]:
    found = drawing.get("properties") if isinstance(drawing, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) < _LONGEST else ""
