"""A picture that changes over time: the class and count of each place in each frame, packed for the browser.

Nothing is asked of the server while it plays, so every frame travels at once.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_FRAMES = 600
MOST = 65_535  # of a count that a tooltip can say


@dataclass(frozen=True)
class Frames:
    """What each place is in each frame.

    labels : what each frame is, as "April 2023 to March 2024".
    classes : (places, frames) whole numbers, the index of a style; -1 for none. Places as in the picture's table.
    counts : (places, frames) whole numbers, for the tooltip; above 65,535 the tooltip says 65,535.
    notes : what to say of each frame beside its label, as "4 hot spots"; may be left out.
    title : what moves, for a reader who cannot see it.

    Raises ValueError for shapes that do not fit each other.
    """

    labels: Sequence[str]
    classes: np.ndarray
    counts: np.ndarray
    notes: Sequence[str] = ()
    title: str = "Period"

    def __post_init__(self) -> None:
        if self.classes.shape != self.counts.shape or self.classes.ndim != 2:
            raise ValueError("Classes and counts must both be places x frames.")
        if self.classes.shape[1] != len(self.labels) or (self.notes and len(self.notes) != len(self.labels)):
            raise ValueError("Each frame needs one label, and one note if there are notes.")
        if not 1 <= len(self.labels) <= MOST_FRAMES:
            raise ValueError(f"A player has 1 to {MOST_FRAMES} frames.")

    @property
    def seen(self) -> np.ndarray:
        """(places,) whether a place has a class in any frame."""
        return np.asarray((self.classes >= 0).any(axis=1))

    def of(self, rows: np.ndarray) -> "Frames":
        """The same for some of the places."""
        return Frames(self.labels, self.classes[rows], self.counts[rows], self.notes, self.title)


def packed_frames(frames: Frames) -> dict[str, Any]:
    """Labels as text; classes and counts as one compressed run of bytes, each place after the other.

    The bytes are the class + 1, then the steps of the counts from frame to frame, low bytes first and then high
    bytes: rolling windows change little, so they shrink to a fraction.
    """
    counts = np.clip(frames.counts, 0, MOST).astype(np.int64)
    steps = (np.diff(counts, axis=1, prepend=0) % (MOST + 1)).astype("<u2")
    raw = (frames.classes + 1).astype(np.uint8).tobytes() + (steps & 255).astype(np.uint8).tobytes()
    raw += (steps >> 8).astype(np.uint8).tobytes()
    packed = base64.b64encode(zlib.compress(raw, 9)).decode()
    return {"places": len(counts), "frames": counts.shape[1], "packed": packed}
