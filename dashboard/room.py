"""Whether a run is drawn for whoever sits at the computer that serves it.

On the public side nobody else is shown what a meeting decided. Where nothing was said, nobody is in the room.
"""

from contextvars import ContextVar

_room: ContextVar[bool] = ContextVar("lamplight_room", default=False)


def said(whether: bool) -> None:
    """Say it of this run."""
    _room.set(whether)


def here() -> bool:
    """What was said of this run."""
    return _room.get()
