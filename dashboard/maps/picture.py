"""What is to be drawn, and how it travels: tables of places -> the few texts and lists that map.js reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dashboard.escape import plain
from dashboard.maps import classes, shapes, styles
from dashboard.maps.player import Frames, packed_frames
from dashboard.maps.styles import ClassStyle
from dashboard.palette import Palette

FIGURE_POINTS = 40_000  # of areas; three thousand counties would otherwise be megabytes
MOST_CLASSES = 20  # each is one character on the way
_SEAL, _BAR = "\ue07b", "\ue07c"  # of the private use area: no text from a publisher means anything by them


@dataclass(frozen=True)
class Picture:
    """What every picture of places has: what is chosen, and which tools its reader is given."""

    places: pd.DataFrame
    selected: str | Sequence[str] = field(default="", kw_only=True)  # one id or several
    draws_empty: bool = field(default=False, kw_only=True)  # areas show an outline for zero, cells are left out
    labelled: bool = field(default=False, kw_only=True)  # write the name on each place
    several: bool = field(default=False, kw_only=True)  # Shift or "Add places" adds to what is chosen
    draws_areas: bool = field(default=False, kw_only=True)  # the tool "Draw an area"
    area: Any = field(default=None, kw_only=True)  # a drawn area (shapely, WGS 84) to outline
    said: str = field(default="", kw_only=True)  # what the map shows, for those who do not see it

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of what is chosen."""
        if isinstance(self.selected, str):
            return (self.selected,) if self.selected else ()
        return tuple(self.selected)


@dataclass(frozen=True)
class Paint(Picture):
    """Counts in a few shades."""

    classes: classes.Classes
    noun: tuple[str, str]  # one and many, for the tooltip

    def classed(self) -> pd.DataFrame:
        """Without places that have no record, unless they show an outline."""
        drawn = self.places if self.draws_empty else self.places[self.places["n"] > 0]
        return drawn.assign(cls=self.classes.of(drawn["n"].to_numpy(dtype="int64"))).drop(
            columns="tip", errors="ignore"
        )

    def looks(self, p: Palette) -> tuple[ClassStyle, ...]:
        """Shades of counts."""
        return styles.values(self.classes.labels(), p)


@dataclass(frozen=True)
class ClassPaint(Picture):
    """Places in classes of any kind: hot and cold, rose and fell, a value in steps.

    places : as in the package's docstring, and
      cls  whole number, the index of its style; -1 for none (an outline if draws_empty, else left out)
      tip  text of the tooltip, after the name; empty or missing for the count
    noun : one and many, for the count.
    frames : with them the map has a player, cls is not read, and the tooltip says each frame's count instead of tip.

    Raises ValueError for a class without a style.
    """

    styles: tuple[ClassStyle, ...]
    noun: tuple[str, str]
    frames: Frames | None = None

    def __post_init__(self) -> None:
        if len(self.styles) > MOST_CLASSES:
            raise ValueError(f"A map has at most {MOST_CLASSES} classes.")
        if self.frames is not None and len(self.frames.classes) != len(self.places):
            raise ValueError("The frames need a row for each place.")
        classed = self.places["cls"] if self.frames is None else self.frames.classes
        found = np.asarray(classed, dtype="int64")
        if found.size and (found.min() < -1 or found.max() >= len(self.styles)):
            raise ValueError("A class has no style. Classes are -1 or the index of a style.")

    def classed(self) -> pd.DataFrame:
        """Every place with a class, those without a record too: few reports may be what is significant."""
        drawn = self.places.reset_index(drop=True)
        if self.frames is not None:
            drawn = drawn.assign(cls=self.frames.classes[:, -1]).drop(columns="tip", errors="ignore")
        seen = drawn["cls"].to_numpy(dtype="int64") >= 0 if self.frames is None else self.frames.seen
        return drawn if self.draws_empty else drawn[seen]

    def looks(self, p: Palette) -> tuple[ClassStyle, ...]:
        """The styles as given."""
        return self.styles


AnyPicture = Paint | ClassPaint


def packed_places(drawn: pd.DataFrame) -> dict[str, Any]:
    """Columns, because names and marks of quotation of each row would be half of what is sent.

    drawn : id, name, n, cls, shape and perhaps tip.
    """
    found = {
        "ids": "|".join(sealed(key) for key in drawn["id"]),
        "names": _texts(drawn["name"]),
        "n": drawn["n"].to_numpy(dtype="int64", na_value=0).tolist(),
        "cls": class_text(drawn["cls"].to_numpy(dtype="int64")),
        "shapes": [_short(shapes.packed(shape)) for shape in drawn["shape"]],
    }
    return found | ({"tips": _texts(drawn["tip"].fillna(""))} if "tip" in drawn else {})


def packed_player(frames: Frames, drawn: np.ndarray) -> dict[str, Any]:
    """The frames of the places that are drawn. drawn : (places,) whether each is."""
    texts = {"labels": "|".join(sealed(label) for label in frames.labels)}
    texts |= {"notes": "|".join(sealed(note) for note in frames.notes), "title": sealed(frames.title)}
    return packed_frames(frames.of(drawn)) | texts


def class_text(found: np.ndarray) -> str:
    """One character for each class: "0" for -1, "1" for 0 ..."""
    return "".join(chr(49 + int(c)) for c in found)


def packed_styles(looks: Sequence[ClassStyle]) -> list[list[Any]]:
    """Colour, and for a pattern its strokes, their colour and width."""
    return [
        [look.colour]
        if look.pattern == "plain"
        else [look.colour, styles.path(look.pattern), look.stroke, styles.PATTERNS[look.pattern][0]]
        for look in looks
    ]


def sealed(value: object) -> str:
    """Text in which Jinja finds nothing: folium renders what it has rendered as a template once more, here.

    A name such as "{{ 7 * 7 }}" would otherwise be computed by this server. The bar divides texts that travel
    together. map.js puts both back.
    """
    text = plain(value).replace(_SEAL, "").replace(_BAR, "")
    return text.replace("{", _SEAL).replace("|", _BAR)


def _texts(values: pd.Series) -> list[Any]:
    """Each different text once, and which one each row has. Many cells lie near the same few names."""
    codes, different = pd.factorize(values.map(sealed))
    return ["|".join(different), codes.tolist()]


def _short(packed: list[Any]) -> list[Any]:
    """A polygon of one ring, as nearly all are, as that ring."""
    kind, parts = packed
    return parts[0] if kind == "Polygon" and len(parts) == 1 else packed
