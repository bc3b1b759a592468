"""A deck becomes a presentation: native charts, native tables, maps as pictures, every slide with what it rests on."""

import io
from typing import Any

from pptx.enum.text import PP_ALIGN
from pptx.util import Inches

from dashboard.briefing import native, parts, planned, said, stage, tables
from dashboard.briefing.deck import Deck, Preset, region
from dashboard.briefing.package import finished
from dashboard.briefing.planned import Box, Page, Piece, pages, title_page
from dashboard.briefing.plots import Curve, Grid, Native
from dashboard.figures import Figure
from dashboard.i18n import _
from dashboard.palette import LIGHT

DOTS, LETTERS = 220, 42  # of a picture, in an inch; height of its type: 13.7 points
_BANDS = 40  # gaps; more are said in words only


def written(deck: Deck, preset: Preset) -> bytes:
    """The file of a deck."""
    made = stage.empty()
    first = made.slides.add_slide(made.slide_layouts[stage.TITLE_LAYOUT])
    pieces = title_page(deck)
    _put(first, pieces, None, deck.secret)
    if not any(piece.kind == "subtitle" for piece in pieces):
        place = first.placeholders[1]
        place._element.getparent().remove(place._element)
    for i, page in enumerate(pages(deck, preset)):
        slide = made.slides.add_slide(made.slide_layouts[stage.PLAIN_LAYOUT])
        _put(slide, planned.pieces(page, i + 2), page, page.secret)
        spoken = said.notes(page.slide, page.left_out)
        if spoken:
            slide.notes_slide.notes_text_frame.text = spoken
    stage.speak(made, region(deck))
    return finished(made, deck)


def _put(slide: Any, pieces: tuple[Piece, ...], page: Page | None, secret: bool) -> None:
    for piece in pieces:
        if piece.kind in ("title", "subtitle"):
            _heading(slide, piece)
        elif piece.kind == "figure" and page is not None and page.slide.figure is not None:
            _figure(slide.shapes, page.native, page.slide.figure, piece.box)
        elif piece.kind == "footer":
            stage.foot(slide.shapes, piece)
        else:
            _words(slide.shapes, piece)
    if secret:
        stage.restricted_frame(slide.shapes, said.frame())


def _heading(slide: Any, piece: Piece) -> None:
    title = piece.kind == "title"
    place = slide.shapes.title if title else slide.placeholders[1]
    stage.put(place, piece.box)
    stage.write(place.text_frame, piece.texts, piece.size, LIGHT.text if title else LIGHT.quiet)
    place.text_frame.paragraphs[0].runs[0].font.bold = title
    stage.left(place.text_frame)


def _words(shapes: Any, piece: Piece) -> None:
    quiet = piece.kind in ("marks", "number")
    frame = stage.text_box(shapes, piece.box, piece.kind.capitalize())
    stage.write(frame, piece.texts, piece.size, LIGHT.quiet if quiet else LIGHT.text, piece.gap)
    for paragraph in frame.paragraphs:
        if piece.kind == "points":
            parts.bullet(paragraph, piece.size)
        if piece.kind == "number":
            paragraph.alignment = PP_ALIGN.RIGHT


def _figure(shapes: Any, shown: Native | None, figure: Figure, room: Box) -> None:
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
    bands = [Box(plot.x + first * each, plot.y, (last - first + 1) * each, plot.h) for first, last in panel.gaps]
    for place in bands[:_BANDS]:
        stage.band(shapes, place)
    frame = native.add(shapes, panel, room, look)
    parts.describe(frame, figure.key, said.alternative(figure, shown))
    for place in bands[:_BANDS]:
        stage.band_label(shapes, place, _("not collected"))
    for i, (at, _text) in enumerate(panel.notes):
        stage.dated(shapes, plot, plot.x + at * each, said.letter(i))


def _multiples(shapes: Any, figure: Figure, shown: Any, room: Box) -> None:
    columns = 2 if len(shown) <= 4 else 3 if len(shown) <= 9 else 4
    rows = -(-len(shown) // columns)
    width, height = (room.w - 0.25 * (columns - 1)) / columns, (room.h - 0.1 * (rows - 1)) / rows
    size = 16 if len(shown) <= 2 else 14 if len(shown) <= 4 else 12
    largest = max(panel.top for panel in shown)
    for i, panel in enumerate(shown):
        row, column = divmod(i, columns)
        box = Box(room.x + column * (width + 0.25), room.y + row * (height + 0.1), width, height)
        alike = native.on_scale(panel, largest)
        frame = native.add(shapes, alike, box, native.Style(size, legend=False, ends=False))
        parts.describe(frame, f"{figure.key} {i + 1}", said.alternative(figure, None, panel))


def _picture(shapes: Any, figure: Figure, room: Box) -> None:
    from dashboard import pictures

    size = (round(room.w * DOTS), round(room.h * DOTS))
    image = io.BytesIO(pictures.draw_bare(figure, "png", size, LETTERS))
    shape = shapes.add_picture(image, Inches(room.x), Inches(room.y), Inches(room.w), Inches(room.h))
    parts.describe(shape, figure.key, said.alternative(figure, None))
