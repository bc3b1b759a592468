"""The two ways in which a figure is laid out, and the figure by itself.

Everything is measured before it is placed: a long title gets smaller and more lines, what is drawn gets what is left.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import words
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _
from dashboard.pictures import maps, plot, tables
from dashboard.pictures.paint import FRAME, WHITE
from dashboard.pictures.sheet import LINE, LOCK, Box, Sheet, wrapped

TEXT, QUIET = "#23262A", "#5F646B"
FONT = 15  # pixels of plotly's letters
SLIDE = (1920, 1080)
WIDE = 1600  # pixels of evidence


@dataclass(frozen=True)
class Part:
    """A paragraph. size : pixels. after : pixels below it."""

    text: str
    size: float
    bold: bool = False
    colour: str = QUIET
    after: float = 0.0

    def lines(self, room: float) -> list[str]:
        """The paragraph in lines no wider than `room` pixels."""
        return wrapped(self.text, room, self.size, self.bold)

    def height(self, room: float) -> float:
        """Its height in pixels, with what is below."""
        return len(self.lines(room)) * self.size * LINE + self.after if self.text else 0.0


def draw(figure: Figure, form: str, preset: str, size: tuple[int, int] | None) -> bytes:
    """As `pictures.draw`."""
    with LOCK:
        return laid_out(figure, preset, size).save(form, figure.title, alternative(figure))


def laid_out(figure: Figure, preset: str, size: tuple[int, int] | None = None) -> Sheet:
    """The canvas with everything on it, before it becomes a file."""
    return _slide(figure, size or SLIDE) if preset == "slide" else _evidence(figure, size)


def draw_bare(figure: Figure, form: str, size: tuple[int, int], letters: float | None = None) -> bytes:
    """As `pictures.draw_bare`."""
    with LOCK:
        sheet = Sheet(*size)
        edge = 8 * size[0] / SLIDE[0]
        inside = Box(edge, edge, size[0] - 2 * edge, size[1] - 2 * edge)
        _drawn(sheet, figure, inside, _size(figure, inside, letters / FONT if letters else 1.9 * size[0] / SLIDE[0]))
        return sheet.save(form, figure.title, alternative(figure))


def alternative(figure: Figure) -> str:
    """What the picture says, in words, for those who do not see it."""
    parts = [restricted() if figure.about.restricted else "", figure.text, figure.caption, based_on(figure)]
    return " ".join(part.strip() for part in parts if part.strip())


def restricted() -> str:
    """What stands on every picture of records."""
    return _("RESTRICTED: do not share")


def _slide(figure: Figure, size: tuple[int, int]) -> Sheet:
    """Few words, large: the answer, what is counted, the figure, where it comes from."""
    sheet = Sheet(*size)
    u = min(size[0] / SLIDE[0], size[1] / SLIDE[1])
    band = _framed(sheet, figure, u, 34)
    edge = 64 * u
    room = size[0] - 2 * edge
    top = [_title(figure.title, room, 54 * u, 3, 34 * u), Part(_first(figure.subtitle), 30 * u)]
    foot = Part(_source(figure), 24 * u)
    y = _written(sheet, top, edge, max(band + 34 * u, 48 * u), room)
    low = size[1] - 34 * u - foot.height(room)
    _written(sheet, [foot], edge, low, room)
    box = Box(edge, y + 22 * u, room, low - y - 44 * u)
    drawn = _size(figure, box, (1.9 if isinstance(figure.drawn, MapPicture) else 2.3) * u)
    _drawn(sheet, figure, _centred(figure, box, drawn), drawn)
    return sheet


def _evidence(figure: Figure, size: tuple[int, int] | None) -> Sheet:
    """Everything that the figure rests on, above and below it."""
    width = size[0] if size else WIDE
    u = width / WIDE
    edge = 56 * u
    room = width - 2 * edge
    top = [_title(figure.title, room, 40 * u, 4, 28 * u), *_above(figure, u)]
    foot = _below(figure, u)
    head = (70 if figure.about.restricted else 44) * u
    high, low = (sum(p.height(room) for p in parts) for parts in (top, foot))
    scale = 1.6 * u
    if size is None:
        middle = _natural(figure, room, scale)
        height = round(head + high + 26 * u + middle + 26 * u + low + 44 * u)
    else:
        height = size[1]
        middle = height - head - high - low - 96 * u
        if middle < height * 0.3:
            raise ValueError("The words of this figure leave no room for it at this size. Choose a greater height.")
    sheet = Sheet(width, height)
    _framed(sheet, figure, u, 26)
    y = _written(sheet, top, edge, head, room)
    box = Box(edge, y + 26 * u, room, middle)
    _drawn(sheet, figure, box, _size(figure, box, scale))
    _written(sheet, foot, edge, box.bottom + 26 * u, room)
    return sheet


def _above(figure: Figure, u: float) -> list[Part]:
    about = figure.about
    said = [figure.subtitle]
    # The subtitle mostly says both; what it does not say is said here.
    for text in (about.filters, about.unit):
        if text and text.rstrip(".").lower() not in " ".join(said).lower():
            said.append(text)
    return [Part(text, 24 * u, after=4 * u) for text in said if text]


def _below(figure: Figure, u: float) -> list[Part]:
    about = figure.about
    said = _once([figure.caption, about.caveat, figure.reading, based_on(figure)])
    if about.restricted:
        said.append(_("{restricted}. Drawn from records, not from a public release.").format(restricted=restricted()))
    elif about.release:
        said.append(_("Public release {release}.").format(release=about.release))
    if about.fictional:
        said.append(_("Fictional sample: every record is invented."))
    said.append(_("This view: {link}").format(link=about.link) if about.link else "")
    return [Part(text, 21 * u, after=7 * u) for text in said if text]


def _once(texts: Sequence[str]) -> list[str]:
    """Texts without the sentences that were said before."""
    kept: list[str] = []
    for text in texts:
        before = " ".join(kept)
        kept.append(" ".join(s for s in re.split(r"(?<=[.!?]) ", text) if s not in before))
    return [text for text in kept if text.strip()]


def based_on(figure: Figure) -> str:
    """The sources and the day up to which they know, each where the caption does not say it already."""
    about, parts = figure.about, []
    if not all(source in figure.caption for source in about.sources):
        parts.append(_("Source: {sources}.").format(sources=words.listed(list(about.sources))))
    if about.as_of is not None:
        parts.append(_("As of {day}.").format(day=words.day(about.as_of)))
    return " ".join(parts)


def _source(figure: Figure) -> str:
    """The same in one short line, with the release."""
    about, parts = figure.about, []
    if about.sources:
        parts.append(_("Source: {sources}").format(sources=words.listed(list(about.sources), most=2)))
    if about.as_of is not None:
        parts.append(_("as of {day}").format(day=words.day(about.as_of)))
    if about.release and not about.restricted:
        parts.append(_("release {release}").format(release=about.release))
    invented = [_("Fictional sample: every record is invented.")] if about.fictional else []
    return " ".join([*invented, ", ".join(parts)])


def _first(text: str) -> str:
    """The first sentence: unit and period. The rest is in the evidence."""
    return text.split(". ")[0].rstrip(".")


def _title(text: str, room: float, size: float, most: int, least: float) -> Part:
    """A title as large as lets it stand in so many lines."""
    while len(wrapped(text, room, size, bold=True)) > most and size > least:
        size *= 0.94
    return Part(text, size, bold=True, colour=TEXT, after=size * 0.3)


def _written(sheet: Sheet, parts: Sequence[Part], left: float, top: float, room: float) -> float:
    """Paragraphs below each other. Returns where the next one would begin."""
    y = top
    for part in parts:
        for line in part.lines(room):
            sheet.write(line, left, y, part.size, part.colour, part.bold)
            y += part.size * LINE
        y += part.after if part.text else 0
    return y


def _framed(sheet: Sheet, figure: Figure, u: float, size: float) -> float:
    """The frame of a figure of records, with its words at the top. Returns the height of that band."""
    if not figure.about.restricted:
        return 0.0
    thick, size = 12 * u, size * u
    whole = Box(0, 0, sheet.width, sheet.height)
    band = size * 1.6
    for box in (
        Box(0, 0, whole.width, band), Box(0, whole.height - thick, whole.width, thick), Box(0, 0, thick, whole.height),
        Box(whole.width - thick, 0, thick, whole.height),
    ):  # fmt: skip
        sheet.area(box, facecolor=FRAME, edgecolor="none", gid="restricted")
    sheet.write(restricted(), whole.width / 2, band / 2, size, WHITE, True, "center", "center_baseline")
    return band


def _natural(figure: Figure, room: float, scale: float) -> float:
    """How high a figure would be in evidence, in pixels."""
    if isinstance(figure.drawn, MapPicture):
        return maps.height(figure.drawn, room, scale)
    if figure.drawn is None:
        return tables.height(figure.table, room, 15 * scale)
    return plot.height(figure.drawn) * scale


def _size(figure: Figure, box: Box, wanted: float) -> float:
    """Pixels for each of plotly's: at most as wanted, less where the figure is too high."""
    if figure.drawn is None or isinstance(figure.drawn, MapPicture):
        return wanted
    return min(wanted, box.height / plot.least(figure.drawn))


def _centred(figure: Figure, box: Box, size: float) -> Box:
    """Few bars do not get as thick as a slide is high: they stand in the middle of it."""
    if figure.drawn is None or isinstance(figure.drawn, MapPicture):
        return box
    high = min(box.height, plot.height(figure.drawn) * size * 1.3)
    return Box(box.left, box.top + (box.height - high) / 2, box.width, high)


def _drawn(sheet: Sheet, figure: Figure, box: Box, size: float) -> None:
    if isinstance(figure.drawn, MapPicture):
        maps.draw(sheet, figure.drawn, box, size)
    elif figure.drawn is None:
        tables.draw(sheet, figure.table, box, 15 * size, figure.missing)
    else:
        plot.draw(sheet, figure.drawn, box, size)
