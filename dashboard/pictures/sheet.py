"""One canvas in pixels, its origin at the top left; matplotlib without its global state.

Letters are drawn as outlines, in the PNG and in the SVG: text in an SVG would be set in whatever font the reader's
machine has, wider or narrower than what was measured here, and run over its neighbours. The words are in the SVG's
<title> and <desc>, and in the PNG's description.
"""

import html
import io
import logging
import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.escape import plain

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

DPI = 72  # so that a point, in which matplotlib measures letters and lines, is a pixel
LINE = 1.25  # height of a line of text, in its size
# FreeType, which draws the letters, must not be entered by two threads at once.
LOCK = threading.RLock()
_MISSING = "\ufffd"


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels from the top left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


class Sheet:
    """A white canvas. Everything written on it is kept in `texts`, so that it can be measured."""

    def __init__(self, width: int, height: int, surface: str = "#FFFFFF") -> None:
        _settings()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Canvas

        self.width, self.height = width, height
        self.canvas = Canvas(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=surface)
        self.agg = FigureCanvasAgg(self.canvas)
        self.texts: list[Text] = []

    def write(
        self, text: str, x: float, y: float, size: float, colour: str, bold: bool = False, across: str = "left",
        down: str = "top",
    ) -> "Text":  # fmt: skip
        """Text at a point in pixels. across, down : which part of the text stands there."""
        return self.put(
            self.canvas.text(x / self.width, 1 - y / self.height, shown(text), ha=across, va=down), size, colour, bold
        )

    def put(self, text: "Text", size: float, colour: str, bold: bool = False) -> "Text":
        """Set the font of a text that stands somewhere already, and remember it."""
        text.set(fontproperties=font(bold), fontsize=size, color=colour, linespacing=LINE, parse_math=False)
        self.texts.append(text)
        return text

    def area(self, box: Box, **look: Any) -> None:
        """A filled rectangle."""
        from matplotlib.patches import Rectangle

        place = (box.left / self.width, 1 - box.bottom / self.height)
        size = (box.width / self.width, box.height / self.height)
        self.canvas.add_artist(Rectangle(place, *size, transform=self.canvas.transFigure, **look))

    def axes(self, box: Box) -> Any:
        """Axes without any axis, in a rectangle."""
        drawn = self.canvas.add_axes(self.place(box))
        drawn.set_axis_off()
        return drawn

    def place(self, box: Box) -> tuple[float, float, float, float]:
        """A rectangle as matplotlib wants it: shares of the canvas, from the bottom left."""
        return (
            box.left / self.width,
            1 - box.bottom / self.height,
            max(box.width, 1) / self.width,
            max(box.height, 1) / self.height,
        )

    def extent(self, text: "Text") -> Box:
        """Where a text is, in pixels from the top left."""
        found = text.get_window_extent(self.agg.get_renderer())
        return Box(found.x0, self.height - found.y1, found.width, found.height)

    def save(self, form: str, title: str, words: str) -> bytes:
        """The file. title, words : what the picture shows, for those who do not see it."""
        out = io.BytesIO()
        if form == "png":
            # Neither a date nor the name of the program: the same figure gives the same bytes.
            about = {"Title": plain(title), "Description": plain(words), "Software": None}
            self.canvas.savefig(out, format="png", dpi=DPI, metadata=about)
            return out.getvalue()
        self.canvas.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
        return _told(out.getvalue().decode("utf-8"), title, words).encode("utf-8")


def _told(svg: str, title: str, words: str) -> str:
    """An SVG that says what it shows."""
    said = f"<title>{html.escape(plain(title))}</title><desc>{html.escape(plain(words))}</desc>"
    # Without the reference to a grammar on another host, which no reader needs.
    svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", svg, count=1)
    return re.sub(r"<svg([^>]*)>", lambda m: f'<svg role="img"{m[1]}>{said}', svg, count=1)


def shown(text: str) -> str:
    """Text that the font can draw: no control characters, and a mark for a letter that it does not have."""
    letters = _letters()
    lines = (plain(line) for line in text.split("\n"))
    return "\n".join("".join(c if ord(c) in letters else _MISSING for c in line) for line in lines)


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """The width of one line in pixels."""
    return _measured(text, bold) * size / 100


@lru_cache(maxsize=4096)
def _measured(text: str, bold: bool) -> float:
    _settings()
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    face = get_font(str(_file(bold)))
    face.set_size(100, DPI)
    face.set_text(shown(text), 0.0, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0] / 64) * 1.01 + 1


def wrapped(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Lines that are no wider than `room` pixels; a word that is wider is parted."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, room, size, bold):
            longer = f"{line} {piece}" if line else piece
            if line and width(longer, size, bold) > room:
                lines.append(line)
                line = piece
            else:
                line = longer
    return [*lines, line] if line else lines


def _pieces(word: str, room: float, size: float, bold: bool) -> list[str]:
    if width(word, size, bold) <= room or len(word) < 2:
        return [word]
    cut = len(word) - 1
    while cut > 1 and width(word[:cut], size, bold) > room:
        cut -= 1
    return [word[:cut], *_pieces(word[cut:], room, size, bold)]


@cache
def font(bold: bool) -> "FontProperties":
    """DejaVu Sans as it comes with matplotlib, whatever fonts the machine has."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(_file(bold)))


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(str(_file(False))).get_charmap()) | {10}


def _file(bold: bool) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"DejaVuSans{'-Bold' if bold else ''}.ttf"


@cache
def _settings() -> None:
    """Once for the process, because matplotlib reads them while it draws."""
    # That it looks through the machine's fonts, which are not used here, is no matter for the server's log.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib

    matplotlib.rcParams.update(
        {"svg.hashsalt": "lamplight", "svg.fonttype": "path", "text.parse_math": False, "path.simplify": False}
    )
