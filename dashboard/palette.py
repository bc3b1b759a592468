"""Colours, one meaning each, on every page. Standard library only.

Neutral surfaces, one accent for what can be clicked (in `.streamlit/config.toml`), Okabe and Ito's
categories for kinds of exploitation, one hue for counts, one grey for unknown. Red is not a mood here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Okabe and Ito (2008), "Color Universal Design": told apart with any colour vision.
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
CATEGORIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
# In grey, orange is sky blue and green is vermilion: the lines of a chart have a dot of their own shape too.
MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
UNKNOWN_MARK = "x"


@dataclass(frozen=True)
class Palette:
    """The colours that depend on the surface they lie on."""

    dark: bool
    surface: str
    text: str
    quiet: str  # captions, axis labels
    grid: str
    accent: str
    count: str  # a plain count, no category
    unknown: str
    band: str  # behind a period that is not finished
    exploitation: Mapping[str, str]
    sequential: tuple[str, ...]  # few to many
    diverging: tuple[str, str, str]  # fewer, no change, more


def _exploitation(unknown: str) -> Mapping[str, str]:
    return MappingProxyType(
        {
            "sex": BLUE,
            "forced_labour": ORANGE,
            "domestic_servitude": GREEN,
            "organ_removal": PURPLE,
            "other": SKY,
            "multiple": VERMILION,
            "unknown": unknown,
        }
    )


LIGHT = Palette(
    dark=False,
    surface="#FFFFFF",
    text="#23262A",
    quiet="#5F646B",
    grid="#E6E6E1",
    accent="#0B6B63",
    count="#44688A",
    unknown="#A3A6AA",
    band="#EDEDE9",
    exploitation=_exploitation("#A3A6AA"),
    sequential=("#EEF3F8", "#C6D6E3", "#9DB8CD", "#7096B4", "#44688A", "#233F5C"),
    diverging=("#3F7FA6", "#E9E9E4", "#A96C22"),
)
DARK = Palette(
    dark=True,
    surface="#16181B",
    text="#E8E8E3",
    quiet="#A6ABB2",
    grid="#31353B",
    accent="#5AC2B5",
    count="#7FA6C9",
    unknown="#7C8087",
    band="#24272C",
    exploitation=_exploitation("#7C8087"),
    sequential=("#1F2A35", "#2C4257", "#3F5F7E", "#5C84A9", "#8AAFD0", "#C5DBEE"),
    diverging=("#5FA4CC", "#33363A", "#D79A4A"),
)


def palette(theme: str | None) -> Palette:
    """The palette for Streamlit's theme, "light" or "dark"; light until the browser has told."""
    return DARK if theme == "dark" else LIGHT


def colours(codes: list[str], group: str, p: Palette) -> dict[str, str]:
    """A colour for each code of a group.

    Exploitation keeps its own everywhere; other groups take the categories in order, so a colour
    means one thing within a figure. Whatever is not known is grey.
    """
    if group == "exploitation":
        return {code: p.exploitation.get(code, p.unknown) for code in codes}
    known = [code for code in codes if code not in ("unknown", "unmapped")]
    found = {code: CATEGORIES[i % len(CATEGORIES)] for i, code in enumerate(known)}
    return {code: found.get(code, p.unknown) for code in codes}


def marks(codes: list[str], group: str, p: Palette) -> dict[str, str]:
    """The shape of the dots on the line of each code, in plotly's words: one for each colour that `colours` gives."""
    of = dict(zip(CATEGORIES, MARKS, strict=True))
    return {code: of.get(colour, UNKNOWN_MARK) for code, colour in colours(codes, group, p).items()}
