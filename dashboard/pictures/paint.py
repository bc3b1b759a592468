"""Colours and hatching of plotly's figures and of the map's classes, as matplotlib knows them."""

from functools import cache
from typing import Any

from dashboard.palette import DARK, LIGHT

WHITE = "#FFFFFF"
FRAME = "#8A4B00"  # of what is drawn from records, as on the page
# plotly's shape of a bar's pattern -> matplotlib's hatch. Twice the same sign is lines twice as close.
HATCHES = {"/": "/", "x": "x", "\\": "\\", "-": "-", "|": "|", "+": "+", ".": "."}
# The patterns of dashboard/maps/styles.py, by name.
MAP_HATCHES = {
    "plain": "",
    "rising": "//",
    "falling": "\\\\",
    "cross": "xx",
    "dots": "..",
    "level": "--",
    "upright": "||",
}
DOTS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "cross": "P",
    "triangle-down": "v",
    "x": "X",
}  # plotly's symbols -> matplotlib's markers
DASHES: dict[str, Any] = {"solid": "solid", "dash": (0, (5, 3)), "dot": (0, (1.4, 1.6))}


def colour(value: Any, dark: bool = False, opacity: float = 1.0) -> str:
    """ "#RRGGBB", on white and in the light palette; "none" where nothing is painted.

    dark : the figure was made for a dark page. A picture is printed and projected, so it is always light.
    """
    if not value:
        return "none"
    text = str(value).replace(" ", "")
    if text.startswith("rgba"):
        *parts, alpha = (float(v) for v in text[5:-1].split(","))
        if not alpha:
            return "none"
        text, opacity = "#" + "".join(f"{int(v):02X}" for v in parts), opacity * alpha
    text = text.upper()
    if dark:
        text = _light().get(text, text)
    return text if opacity >= 1 else mixed(text, WHITE, 1 - opacity)


def mixed(one: str, other: str, share: float) -> str:
    """A colour with `share` of the other in it."""
    parts = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in parts)


@cache
def _light() -> dict[str, str]:
    """Each colour of the dark palette -> what stands for the same thing in the light one."""
    found: dict[str, str] = {}
    # A map's shades between the middle and the ends are mixed from both.
    for end in (0, 2):
        for count in range(1, 7):
            for i in range(count):
                share = i / (count + 1)
                dark = mixed(DARK.diverging[end], DARK.diverging[1], share)
                found[dark] = mixed(LIGHT.diverging[end], LIGHT.diverging[1], share)
    for name in ("sequential", "diverging"):
        found |= dict(zip(getattr(DARK, name), getattr(LIGHT, name), strict=True))
    for name in ("surface", "text", "quiet", "grid", "accent", "count", "unknown", "band"):
        found[getattr(DARK, name)] = getattr(LIGHT, name)
    return found


def is_dark(colours: Any) -> bool:
    """Whether any of these colours belongs to the dark palette alone."""
    light = {LIGHT.surface, LIGHT.text, LIGHT.quiet, LIGHT.unknown, *LIGHT.sequential, *LIGHT.diverging}
    return any(str(c).upper() in _light() and str(c).upper() not in light for c in colours)
