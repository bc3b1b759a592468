"""A deck becomes a presentation: native charts, native tables, maps as pictures, every slide with what it rests on."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pptx.util import Inches

from dashboard.briefing import fit, native, parts, said, stage, tables
from dashboard.briefing.deck import Deck, Preset, Slide, region
from dashboard.briefing.native import Box
from dashboard.briefing.package import finished
from dashboard.briefing.plots import Curve, Grid, Native, read
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _
from dashboard.palette import LIGHT

DOTS = 220  # of a picture, in an inch
MOST_PARTS = 3  # slides of one table
ASIDE = 3.7  # inches: what stands beside a figure
TITLE_ROOM = 1.25
WIDE = stage.WIDTH - 2 * stage.MARGIN
_GAP = 0.15
_MARK_SIZE, _MARK_LINES = 14, 3
_BANDS = 40  # gaps; more are said in words only


@dataclass(frozen=True)
class _Page:
    """One slide in the making, and where its parts lie. shortened : what was left out of a table, in words."""

    slide: Slide
    native: Native | None
    heading: str
    footer: tuple[str, ...]
    below: tuple[str, ...]  # under the figure
    beside: tuple[str, ...]  # to its right
    secret: bool
    shortened: str = ""

    @property
    def points(self) -> list[str]:
        return [said.plain(p) for p in self.slide.points if said.plain(p)]

    @property
    def sentence(self) -> str:
        return said.plain(self.slide.sentence)


def written(deck: Deck, preset: Preset) -> bytes:
    """The file of a deck."""
    made = stage.empty()
    _title_slide(made, deck)
    pages = [page for slide in deck.slides for page in _split(_planned(slide, deck, preset))]
    for i, page in enumerate(pages):
        _slide(made, page, i + 2)
    stage.speak(made, region(deck))
    return finished(made, deck)


def _planned(slide: Slide, deck: Deck, preset: Preset) -> _Page:
    figure, shown = slide.figure, None
    if figure is not None and figure.drawn is not None and not isinstance(figure.drawn, MapPicture):
        shown = read(figure.drawn, figure.about.unit)
    aside = said.aside(figure, shown, preset) if figure is not None else []
    below = _first_lines(aside) if preset == "slide" and aside else ()
    return _Page(
        slide,
        shown,
        slide.heading or _("Without a title"),
        said.footer(slide, deck) or (" ",),
        below,
        tuple(aside) if preset == "evidence" else (),
        figure.about.restricted or deck.restricted if figure is not None else deck.secret,
    )


def _split(page: _Page) -> Iterator[_Page]:
    """The page, or the several over which its table goes on."""
    figure = page.slide.figure
    if figure is None or figure.drawn is not None:
        yield page
        return
    figure, words = _columns_that_fit(figure, _room(page).w)
    heads, rows, _numeric = said.cells(figure)
    # Two digits of a part and the sentence below the table need their room before either is known.
    wide = replace(page, heading=_part(page.heading, 10, 10), below=("x",))
    heights, room = tables.heights(heads, rows, _room(wide).w), _room(wide).h
    starts, used = [0], heights[0]
    for i, high in enumerate(heights[1:]):
        if used + high > room and i > starts[-1]:
            starts.append(i)
            used = heights[0]
        used += high
    ends = [*starts[1:], len(rows)][:MOST_PARTS]
    if ends[-1] < len(rows):
        words = [*words, said.cut_rows(ends[-1], len(rows))]
    for part, (start, end) in enumerate(zip(starts, ends, strict=False), 1):
        slide = replace(page.slide, figure=replace(figure, table=figure.table.iloc[start:end]))
        heading = _part(page.heading, part, len(ends)) if len(ends) > 1 else page.heading
        left_out = " ".join(words)
        below = (left_out,) if left_out else page.below
        yield replace(page, slide=slide, heading=heading, below=below, shortened=left_out)


def _part(title: str, part: int, parts: int) -> str:
    return _("{title} ({part} of {parts})").format(title=title, part=part, parts=parts)


def _columns_that_fit(figure: Figure, room: float) -> tuple[Figure, list[str]]:
    fits, total = tables.columns_that_fit(room), figure.table.shape[1]
    if total <= fits:
        return figure, []
    return replace(figure, table=figure.table.iloc[:, :fits]), [said.cut_columns(fits, total)]


def _title_slide(made: Any, deck: Deck) -> None:
    slide = made.slides.add_slide(made.slide_layouts[stage.TITLE_LAYOUT])
    end = stage.title(slide, said.plain(deck.title) or _("Briefing"), 2.6, (48, 44, 40, 36, 32), y=1.9)
    place, text = slide.placeholders[1], said.plain(deck.subtitle)
    if text:
        size = fit.largest([text], (28, 26, 24, 22, 20), WIDE, 1.5)
        stage.put(place, Box(stage.MARGIN, end + 0.2, WIDE, 1.6))
        stage.write(place.text_frame, [text], size, LIGHT.quiet)
        stage.left(place.text_frame)
    else:
        place._element.getparent().remove(place._element)
    stage.footer(slide.shapes, said.footer(Slide(""), deck) or (" ",), "1", deck.secret)
    if deck.secret:
        stage.restricted_frame(slide.shapes, said.frame())


def _sentence(page: _Page) -> tuple[float, float]:
    """Size of the sentence in points, and the inches it takes."""
    if not page.sentence:
        return 20, 0.0
    size = fit.largest([page.sentence], (22, 20), WIDE, 0.75)
    return size, fit.height([page.sentence], size, WIDE) + 0.05


def _room(page: _Page) -> Box:
    """What is left for the figure between title, sentence, the words around it and the footer."""
    y = stage.TOP + stage.title_height(page.heading, TITLE_ROOM)[1] + 0.08 + _sentence(page)[1] + _GAP
    end = stage.footer_begins(page.footer, page.secret)
    if page.below:
        end -= fit.height(page.below, _MARK_SIZE, WIDE) + 0.1
    aside = ASIDE + 0.3 if page.slide.figure is not None and (page.points or page.beside) else 0.0
    return Box(stage.MARGIN, y, WIDE - aside, end - y)


def _slide(made: Any, page: _Page, number: int) -> None:
    slide = made.slides.add_slide(made.slide_layouts[stage.PLAIN_LAYOUT])
    shapes, room = slide.shapes, _room(page)
    y = stage.title(slide, page.heading, TITLE_ROOM) + 0.08
    size, high = _sentence(page)
    if high:
        stage.write(stage.text_box(shapes, Box(stage.MARGIN, y, WIDE, high), "Sentence"), [page.sentence], size)
    if page.slide.figure is None:
        _points(shapes, page.points, room, (28, 26, 24, 22, 20))
    else:
        _figure(shapes, page, page.slide.figure, room)
        _aside(shapes, page, Box(room.x + room.w + 0.3, room.y, ASIDE, room.h))
    if page.below:
        high = fit.height(page.below, _MARK_SIZE, WIDE)
        box = Box(stage.MARGIN, room.y + room.h + 0.1, WIDE, high)
        stage.write(stage.text_box(shapes, box, "Marks"), page.below, _MARK_SIZE, LIGHT.quiet)
    stage.footer(shapes, page.footer, str(number), page.secret)
    if page.secret:
        stage.restricted_frame(shapes, said.frame())
    spoken = said.notes(page.slide, page.shortened)
    if spoken:
        slide.notes_slide.notes_text_frame.text = spoken


def _first_lines(texts: list[str]) -> tuple[str, ...]:
    """Short remarks one behind the other, as much as fits into a few lines; the notes have the rest."""
    flow = "   ".join(texts)
    return (fit.shortened(flow, _MARK_SIZE, WIDE, _MARK_LINES),)


def _aside(shapes: Any, page: _Page, column: Box) -> None:
    """To the right of the figure: the points, and below them what it rests on."""
    used = _points(shapes, page.points, column, (22, 20))
    texts, box = list(page.beside), Box(column.x, column.y + used, column.w, column.h - used)
    if not texts:
        return
    size = fit.largest(texts, (16, 14, 13, 12), box.w, box.h, gap=0.5)
    while len(texts) > 1 and fit.height(texts, size, box.w, gap=0.5) > box.h:
        texts = [*texts[:-2], _("More is in the notes of this slide.")]
    stage.write(stage.text_box(shapes, box, "Evidence"), texts, size, LIGHT.text, gap=0.5)


def _points(shapes: Any, points: list[str], box: Box, sizes: tuple[float, ...]) -> float:
    if not points:
        return 0.0
    size = fit.largest(points, sizes, box.w - 0.3, box.h, gap=0.5)
    high = min(fit.height(points, size, box.w - 0.3, gap=0.5) + 0.1, box.h)
    frame = stage.text_box(shapes, Box(box.x, box.y, box.w, high), "Points")
    stage.write(frame, points, size, gap=0.5)
    for paragraph in frame.paragraphs:
        parts.bullet(paragraph, size)
    return high + 0.2


def _figure(shapes: Any, page: _Page, figure: Figure, room: Box) -> None:
    shown = page.native
    if figure.drawn is None:
        parts.describe(tables.add(shapes, *said.cells(figure), room), figure.key, said.alternative(figure, None))
    elif isinstance(shown, Grid):
        frame = tables.add_grid(shapes, shown, room, said.grid_corner(shown))
        parts.describe(frame, figure.key, said.alternative(figure, shown))
    elif isinstance(shown, Curve):
        parts.describe(native.add_curve(shapes, shown, room, 16), figure.key, said.alternative(figure, shown))
    elif shown is None:
        _picture(shapes, figure, room)
    elif len(shown) == 1:
        _chart(shapes, figure, shown, room)
    else:
        _multiples(shapes, figure, shown, room)


def _chart(shapes: Any, figure: Figure, shown: Any, room: Box) -> None:
    panel = shown[0]
    look = native.style(panel, 14 if panel.across and len(panel.categories) > 11 else 16)
    plot = native.inner(panel, room, look)
    each = plot.w / max(len(panel.categories), 1)
    for first, last in panel.gaps[:_BANDS]:
        stage.band(shapes, Box(plot.x + first * each, plot.y, (last - first + 1) * each, plot.h), _("not collected"))
    frame = native.add(shapes, panel, room, look)
    parts.describe(frame, figure.key, said.alternative(figure, shown))
    for i, (at, _text) in enumerate(panel.notes):
        stage.dated(shapes, plot, plot.x + at * each, said.letter(i))


def _multiples(shapes: Any, figure: Figure, shown: Any, room: Box) -> None:
    columns = 2 if len(shown) <= 4 else 3 if len(shown) <= 9 else 4
    rows = -(-len(shown) // columns)
    width, height = (room.w - 0.25 * (columns - 1)) / columns, (room.h - 0.1 * (rows - 1)) / rows
    largest = max(panel.top for panel in shown)
    for i, panel in enumerate(shown):
        row, column = divmod(i, columns)
        box = Box(room.x + column * (width + 0.25), room.y + row * (height + 0.1), width, height)
        alike = native.on_scale(panel, largest)
        frame = native.add(shapes, alike, box, native.Style(12, legend=False, ends=False))
        parts.describe(frame, f"{figure.key} {i + 1}", said.alternative(figure, None, panel))


def _picture(shapes: Any, figure: Figure, room: Box) -> None:
    from dashboard import pictures

    size = (round(room.w * DOTS), round(room.h * DOTS))
    image = io.BytesIO(pictures.draw_bare(figure, "png", size))
    shape = shapes.add_picture(image, Inches(room.x), Inches(room.y), Inches(room.w), Inches(room.h))
    parts.describe(shape, figure.key, said.alternative(figure, None))
