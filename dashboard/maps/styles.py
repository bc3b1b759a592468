"""What a class of places looks like: a colour AND a pattern, so that it survives a grey printer and any colour vision.

The map (static/patterns.js) and the legend are drawn from the same strokes.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.i18n import _
from dashboard.maps import classes
from dashboard.palette import PURPLE, Palette

TILE = 6  # pixels after which a pattern repeats: a cell of a whole city on one screen is some ten pixels wide
Strokes = tuple[tuple[float, float, float, float], ...]  # x, y, x, y within a tile; equal ends are a dot
_RISING: Strokes = ((0, 6, 6, 0), (-1, 1, 1, -1), (5, 7, 7, 5))
_FALLING: Strokes = ((0, 0, 6, 6), (-1, 5, 1, 7), (5, -1, 7, 1))
# Name -> width of the strokes, and the strokes.
PATTERNS: Mapping[str, tuple[float, Strokes]] = MappingProxyType(
    {
        "plain": (0, ()),
        "rising": (1.3, _RISING),
        "falling": (1.3, _FALLING),
        "cross": (1.1, _RISING + _FALLING),
        "dots": (2, ((1.5, 1.5, 1.5, 1.5), (4.5, 4.5, 4.5, 4.5))),
        "level": (1.3, ((-1, 3, 7, 3),)),
        "upright": (1.3, ((3, -1, 3, 7),)),
    }
)
_DARK_INK, _LIGHT_INK = "#15181B", "#FFFFFF"


@dataclass(frozen=True)
class ClassStyle:
    """The look and the name of one class. colour : "#RRGGBB". Raises ValueError for a pattern that is not there."""

    label: str
    colour: str
    pattern: str = "plain"
    ink: str = ""  # of the pattern's strokes; left out, dark or light, whichever stands out more

    def __post_init__(self) -> None:
        if self.pattern not in PATTERNS:
            raise ValueError(f"There is no pattern of this name. Use one of: {', '.join(PATTERNS)}.")

    @property
    def stroke(self) -> str:
        """The colour of the pattern's strokes."""
        return self.ink or max((_DARK_INK, _LIGHT_INK), key=lambda ink: contrast(ink, self.colour))


def verdicts(labels: Sequence[str], p: Palette) -> tuple[ClassStyle, ...]:
    """Four classes of something that is more, less, neither, or cannot be told; labels in this order."""
    fewer, same, more = p.diverging
    above, below, neither, unknown = labels
    return (
        ClassStyle(above, more, "rising"),
        ClassStyle(below, fewer, "dots"),
        ClassStyle(neither, same),
        too_few(p, unknown),
    )


def hot_and_cold(p: Palette) -> tuple[ClassStyle, ...]:
    """Significant clusters: 0 hot spot, 1 cold spot, 2 not significant, 3 too few to tell."""
    return verdicts((_("Hot spot"), _("Cold spot"), _("Not significant"), _("Too few to tell")), p)


def rose_and_fell(p: Palette) -> tuple[ClassStyle, ...]:
    """Change: 0 rose, 1 fell, 2 about the same, 3 too few to tell."""
    return verdicts((_("Rose"), _("Fell"), _("About the same"), _("Too few to tell")), p)


def rates(labels: Sequence[str], p: Palette) -> tuple[ClassStyle, ...]:
    """Classes of a rate from low to high; the last two labels are "beyond chance" and "cannot be told"."""
    *steps, high, unknown = labels
    return (*values(steps, p), ClassStyle(high, p.diverging[2], "rising"), too_few(p, unknown))


def growing_and_fading(p: Palette) -> tuple[ClassStyle, ...]:
    """Hot spots over time: 0 steady, 1 growing, 2 fading, 3 new, 4 no hot spot."""
    fewer, same, more = p.diverging
    return (
        ClassStyle(_("Steady"), p.quiet),
        ClassStyle(_("Growing"), more, "rising"),
        ClassStyle(_("Fading"), fewer, "dots"),
        ClassStyle(_("New"), PURPLE, "cross"),
        ClassStyle(_("No hot spot"), same),
    )


def too_few(p: Palette, label: str = "") -> ClassStyle:
    """Unknown is the same grey everywhere, hatched."""
    return ClassStyle(label or _("Too few to tell"), p.unknown, "falling", p.surface)


def values(labels: Sequence[str], p: Palette) -> tuple[ClassStyle, ...]:
    """Classes of a value from low to high, in the shades of counts: lightness alone tells them apart in print."""
    shades = classes.colours(len(labels), p.sequential[1:])
    return tuple(ClassStyle(label, shade) for label, shade in zip(labels, shades, strict=True))


def signed_values(below: Sequence[str], same: str, above: Sequence[str], p: Palette) -> tuple[ClassStyle, ...]:
    """Classes of a signed value: `below` from the lowest up, the middle, `above` rising.

    Shades of both ends are alike in grey: dots mean below, strokes above.
    """
    fewer, middle, more = p.diverging
    down = [_mixed(fewer, middle, i / (len(below) + 1)) for i in range(len(below))]
    up = [_mixed(more, middle, i / (len(above) + 1)) for i in range(len(above))][::-1]
    return (
        *(ClassStyle(label, colour, "dots") for label, colour in zip(below, down, strict=True)),
        ClassStyle(same, middle),
        *(ClassStyle(label, colour, "rising") for label, colour in zip(above, up, strict=True)),
    )


def path(pattern: str, across: int = 1, down: int = 1) -> str:
    """The `d` of an SVG path with the strokes of a pattern over so many tiles."""
    strokes = PATTERNS[pattern][1]
    tiles = [(x * TILE, y * TILE) for y in range(down) for x in range(across)]
    return "".join(f"M{a + x:g} {b + y:g}L{c + x:g} {d + y:g}" for x, y in tiles for a, b, c, d in strokes)


def swatch(style: ClassStyle, width: int = 24, height: int = 15) -> str:
    """A sample of a class as an image that can be printed: the address of an SVG, as text."""
    drawn = path(style.pattern, -(-width // TILE), -(-height // TILE))
    look = f'stroke="{style.stroke}" stroke-width="{PATTERNS[style.pattern][0]}" stroke-linecap="round"'
    lines = f'<path d="{drawn}" {look}/>' if drawn else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{style.colour}"/>{lines}</svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours "#RRGGBB", 1 (the same) to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: str, other: str, share: float) -> str:
    """A colour with `share` of the other in it."""
    parts = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in parts)
