"""Swatches with their names, beside each other or below each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.pictures.sheet import LINE, Box, Sheet, width, wrapped

TEXT = "#23262A"


@dataclass(frozen=True)
class Item:
    """look : of a matplotlib patch."""

    label: str
    look: dict[str, Any]


def row(sheet: Sheet, items: Sequence[Item], box: Box, size: float) -> float:
    """Items in lines as wide as the box, from its top. Returns the height used, in pixels, with a gap below."""
    x, y = box.left, box.top
    swatch, gap = size * 1.6, size * 0.5
    for item in items:
        need = swatch + gap + width(item.label, size)
        if x > box.left and x + need > box.right:
            x, y = box.left, y + size * 1.6
        _swatch(sheet, item, Box(x, y + size * 0.1, swatch, size))
        sheet.write(item.label, x + swatch + gap, y, size, TEXT)
        x += need + size * 1.4
    return y + size * 2.2 - box.top if items else 0.0


def column(sheet: Sheet, title: str, items: Sequence[Item], box: Box, size: float) -> float:
    """A title and items below each other, from the top of the box, wrapped to its width. Returns the height used."""
    y = box.top
    for line in wrapped(title, box.width, size, bold=True):
        sheet.write(line, box.left, y, size, TEXT, bold=True)
        y += size * LINE
    y += size * 0.4
    swatch = size * 1.7
    for item in items:
        lines = wrapped(item.label, box.width - swatch - size * 0.6, size) or [""]
        _swatch(sheet, item, Box(box.left, y, swatch, size * 1.1))
        for line in lines:
            sheet.write(line, box.left + swatch + size * 0.6, y, size, TEXT)
            y += size * LINE
        y += size * 0.45
    return y - box.top


def column_height(title: str, items: Sequence[Item], room: float, size: float) -> float:
    """What `column` would use."""
    titled = len(wrapped(title, room, size, bold=True)) * size * LINE + size * 0.4
    return titled + sum(
        len(wrapped(item.label, room - size * 2.3, size) or [""]) * size * LINE + size * 0.45 for item in items
    )


def _swatch(sheet: Sheet, item: Item, box: Box) -> None:
    sheet.area(box, **{**item.look, "gid": "swatch"})
