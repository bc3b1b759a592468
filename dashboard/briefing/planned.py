"""Where everything lies on a slide, before it is one: the same plan becomes a presentation and a page of paper."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from dashboard.briefing import fit, rows, said
from dashboard.briefing.deck import Deck, Preset, Slide
from dashboard.briefing.plots import Grid, Native, read
from dashboard.escape import plain
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _

WIDTH, HEIGHT = 13.333, 7.5  # inches: 16 to 9
MARGIN, TOP, FOOT = 0.6, 0.38, 0.3
WIDE = WIDTH - 2 * MARGIN
FOOTER_WIDE = WIDE - 0.6
ASIDE = 3.7  # of what stands beside a figure
FOOTER_SIZE, MARK_SIZE = 12, 14
TITLE_SIZES, TITLE_ROOM = (34, 32, 30, 28, 26, 24, 22, 20), 1.25
MOST_PARTS = 3  # slides of one table
# Lines, beyond which a text goes on in the notes.
TITLE_LINES, SENTENCE_LINES, MARK_LINES, FOOTER_LINES = 3, 4, 3, (3, 2, 1)
_GAP = 0.15

Kind = Literal["title", "subtitle", "sentence", "points", "figure", "evidence", "marks", "footer", "number"]


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Face:
    """What the letters of a page are: how much wider than Arial's, and how much of a line bold ones leave to others.

    drawn : charts are pictures that mark few or none themselves, and there are no notes below a slide.
    """

    wider: float = 1.0
    bold: float = 0.94
    drawn: bool = False


ARIAL, DEJAVU = Face(), Face(1.16, 0.8, drawn=True)


@dataclass(frozen=True)
class Piece:
    """Something on a slide. size : of its type in points. gap : between two of its texts, in sizes."""

    kind: Kind
    box: Box
    texts: tuple[str, ...] = ()
    size: float = 0
    gap: float = 0


@dataclass(frozen=True)
class Page:
    """One slide in the making.

    below, beside : what is written under the figure and to its right. left_out : what stands in the notes only.
    """

    slide: Slide
    native: Native | None
    heading: str
    sentence: str
    footer: tuple[str, ...]
    below: tuple[str, ...]
    beside: tuple[str, ...]
    secret: bool
    left_out: tuple[str, ...] = ()
    face: Face = ARIAL

    @property
    def points(self) -> tuple[str, ...]:
        """The list of the slide, without empty entries."""
        return tuple(filter(None, map(plain, self.slide.points)))


def pages(deck: Deck, preset: Preset, face: Face = ARIAL) -> list[Page]:
    """The slides of a deck behind its title, long tables over several."""
    return [page for slide in deck.slides for page in _split(_page(slide, deck, preset, face))]


def _page(slide: Slide, deck: Deck, preset: Preset, face: Face) -> Page:
    figure, shown, wider = slide.figure, None, face.wider
    if figure is not None and figure.drawn is not None and not isinstance(figure.drawn, MapPicture):
        shown = read(figure.drawn, figure.about.unit)
    aside = said.aside(figure, shown, preset, face.drawn) if figure is not None else []
    flow = "   ".join(aside)
    # A grid of many columns needs the whole width.
    narrow = preset == "slide" or (isinstance(shown, Grid) and len(shown.columns) > rows.MANY)
    below = (fit.shortened(flow, MARK_SIZE, WIDE / wider, MARK_LINES),) if aside and narrow else ()
    whole = said.footer(slide, deck)
    footer = tuple(
        fit.shortened(text, FOOTER_SIZE, FOOTER_WIDE / wider, most)
        for text, most in zip(whole, FOOTER_LINES, strict=False)
    )
    title, sentence = slide.heading or _("Without a title"), plain(slide.sentence)
    heading = fit.shortened(title, TITLE_SIZES[-1], WIDE * face.bold / wider, TITLE_LINES)
    spoken = fit.shortened(sentence, 20, WIDE / wider, SENTENCE_LINES)
    pairs = [(title, heading), (sentence, spoken), *zip(whole, footer, strict=False), *((flow, b) for b in below)]
    return Page(
        slide,
        shown,
        heading,
        spoken,
        footer or (" ",),
        below,
        () if narrow else tuple(aside),
        figure.about.restricted or deck.restricted if figure is not None else deck.secret,
        tuple(full for full, seen in pairs if full != seen),
        face,
    )


def _split(page: Page) -> Iterator[Page]:
    """The page, or the several over which its table goes on."""
    figure = page.slide.figure
    if figure is None or figure.drawn is not None:
        yield page
        return
    figure, words = _columns_that_fit(figure, room(page).w)
    heads, lines, _numeric = said.cells(figure)
    # The number of the part and the sentence below the table need their room before either is known.
    crowded = room(replace(page, heading=_part(page.heading, 10, 10), below=("x", *page.below)))
    heights = rows.heights(heads, lines, crowded.w, wider=page.face.wider)
    starts, used = [0], heights[0]
    for i, high in enumerate(heights[1:]):
        if used + high > crowded.h and i > starts[-1]:
            starts.append(i)
            used = heights[0]
        used += high
    ends = [*starts[1:], len(lines)][:MOST_PARTS]
    if ends[-1] < len(lines):
        words = [*words, said.cut_rows(ends[-1], len(lines))]
    for part, (start, end) in enumerate(zip(starts, ends, strict=False), 1):
        slide = replace(page.slide, figure=replace(figure, table=figure.table.iloc[start:end]))
        heading = _part(page.heading, part, len(ends)) if len(ends) > 1 else page.heading
        below = (" ".join(words),) if words else ()
        yield replace(
            page, slide=slide, heading=heading, below=(*below, *page.below), left_out=(*page.left_out, *below)
        )


def _part(title: str, part: int, parts: int) -> str:
    return _("{title} ({part} of {parts})").format(title=title, part=part, parts=parts)


def _columns_that_fit(figure: Figure, wide: float) -> tuple[Figure, list[str]]:
    fits, total = rows.columns_that_fit(wide), figure.table.shape[1]
    if total <= fits:
        return figure, []
    return replace(figure, table=figure.table.iloc[:, :fits]), [said.cut_columns(fits, total)]


def title_page(deck: Deck, face: Face = ARIAL) -> tuple[Piece, ...]:
    """The pieces of the first slide."""
    title, subtitle = plain(deck.title) or _("Briefing"), plain(deck.subtitle)
    wider, wide = face.wider, WIDE * face.bold / face.wider
    size = fit.largest([title], (48, 44, 40, 36, 32), wide, 2.6)
    high = fit.height([title], size, wide) + 0.1
    found = [Piece("title", Box(MARGIN, 1.9, WIDE, high), (title,), size)]
    if subtitle:
        size = fit.largest([subtitle], (28, 26, 24, 22, 20), WIDE / wider, 1.5)
        found.append(Piece("subtitle", Box(MARGIN, 2.1 + high, WIDE, 1.6), (subtitle,), size))
    return (*found, *_feet(said.footer(Slide(""), deck) or (" ",), 1, deck.secret, wider))


def pieces(page: Page, number: int) -> tuple[Piece, ...]:
    """Everything on a slide, in the order in which it is read."""
    size, high = _title(page)
    found = [Piece("title", Box(MARGIN, TOP, WIDE, high), (page.heading,), size)]
    if page.sentence:
        size, tall = _sentence(page)
        found.append(Piece("sentence", Box(MARGIN, TOP + high + 0.08, WIDE, tall), (page.sentence,), size))
    middle = room(page)
    if page.slide.figure is None:
        found += _points(page, middle, (28, 26, 24, 22, 20))
    else:
        found.append(Piece("figure", middle))
        found += _aside(page, Box(middle.x + middle.w + 0.3, middle.y, ASIDE, middle.h))
    if page.below:
        box = Box(MARGIN, middle.y + middle.h + 0.1, WIDE, _below(page))
        found.append(Piece("marks", box, page.below, MARK_SIZE))
    return (*found, *_feet(page.footer, number, page.secret, page.face.wider))


def unsaid(page: Page, found: tuple[Piece, ...]) -> list[str]:
    """What a slide has no room for, in full."""
    evidence = next((piece.texts for piece in found if piece.kind == "evidence"), page.beside)
    seen = {*page.below, *evidence}
    return [text for text in (*page.left_out, *page.beside) if text not in seen]


def room(page: Page) -> Box:
    """What is left for the figure between title, sentence, the words around it and the footer."""
    y = TOP + _title(page)[1] + 0.08 + _sentence(page)[1] + _GAP
    end = footer_begins(page.footer, page.secret, page.face.wider)
    if page.below:
        end -= _below(page) + 0.1
    aside = ASIDE + 0.3 if page.slide.figure is not None and (page.points or page.beside) else 0.0
    return Box(MARGIN, y, WIDE - aside, end - y)


def _title(page: Page) -> tuple[float, float]:
    """Size in points, and inches that it takes."""
    wide = WIDE * page.face.bold / page.face.wider
    size = fit.largest([page.heading], TITLE_SIZES, wide, TITLE_ROOM)
    return size, fit.height([page.heading], size, wide) + 0.05


def _sentence(page: Page) -> tuple[float, float]:
    if not page.sentence:
        return 20, 0.0
    size = fit.largest([page.sentence], (22, 20), WIDE / page.face.wider, 0.75)
    return size, fit.height([page.sentence], size, WIDE / page.face.wider) + 0.05


def _below(page: Page) -> float:
    return fit.height(page.below, MARK_SIZE, WIDE / page.face.wider)


def _points(page: Page, box: Box, sizes: tuple[float, ...]) -> list[Piece]:
    if not page.points:
        return []
    wide = (box.w - 0.35) / page.face.wider
    size = fit.largest(page.points, sizes, wide, box.h, gap=0.5)
    high = min(fit.height(page.points, size, wide, gap=0.5) + 0.1, box.h)
    return [Piece("points", Box(box.x, box.y, box.w, high), page.points, size, 0.5)]


def _aside(page: Page, column: Box) -> list[Piece]:
    """To the right of the figure: the points, and below them what it rests on."""
    found, texts = _points(page, column, (22, 20)), list(page.beside)
    used = found[0].box.h + 0.2 if found else 0.0
    box, wide = Box(column.x, column.y + used, column.w, column.h - used), column.w / page.face.wider
    if not texts:
        return found
    size = fit.largest(texts, (16, 14, 13, 12), wide, box.h, gap=0.5)
    if fit.height(texts, size, wide, gap=0.5) > box.h:
        drawn = page.face.drawn
        more = _("More is at the end of this document.") if drawn else _("More is in the notes of this slide.")
        texts = [*_filling(texts, size, wide, box.h - fit.height([more], size, wide) - 0.5 * size * fit.POINT), more]
    return [*found, Piece("evidence", box, tuple(texts), size, 0.5)]


def _filling(texts: list[str], size: float, wide: float, high: float) -> Iterator[str]:
    """As many texts as are `high` inches high, the last of them cut."""
    line = size * fit.POINT * fit.LEADING
    for text in texts:
        left = int(high / line + 1e-6)
        if left < 1:
            return
        shown = fit.shortened(text, size, wide, left)
        yield shown
        if shown != text:
            return
        high -= fit.height([text], size, wide) + 0.5 * size * fit.POINT


def footer_begins(texts: tuple[str, ...], secret: bool, wider: float) -> float:
    """Where the line above the footer is."""
    return _bottom(secret) - fit.height(texts, FOOTER_SIZE, FOOTER_WIDE / wider) - 0.12


def _bottom(secret: bool) -> float:
    return HEIGHT - FOOT - (0.16 if secret else 0)


def _feet(texts: tuple[str, ...], number: int, secret: bool, wider: float) -> tuple[Piece, Piece]:
    """What the figure rests on, and the number of the slide."""
    begins, bottom = footer_begins(texts, secret, wider) + 0.08, _bottom(secret)
    return (
        Piece("footer", Box(MARGIN, begins, FOOTER_WIDE, bottom - begins), texts, FOOTER_SIZE),
        Piece("number", Box(WIDTH - MARGIN - 0.5, bottom - 0.22, 0.5, 0.22), (str(number),), FOOTER_SIZE),
    )
