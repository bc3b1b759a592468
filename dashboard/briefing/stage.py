"""The empty slides and what all of them carry: size, fonts, title, footer, the frame of restricted figures."""

from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.briefing import fit
from dashboard.briefing.axes import rgb
from dashboard.briefing.parts import bare, decorative
from dashboard.briefing.planned import HEIGHT, MARGIN, WIDTH, Box, Piece
from dashboard.palette import LIGHT

FONT = "Arial"  # on every computer, or one of the same widths
FRAME = "#8A4B00"  # as on the pages
TITLE_LAYOUT, PLAIN_LAYOUT = 0, 5
_OWN = 10.0  # inches: width of the template's slides
_UNWANTED = ("/thumbnail", "/printerSettings")


def empty() -> Any:
    """A wide presentation without slides, without the template's picture, printer and author."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for shapes in (deck.slide_master.shapes, *(layout.shapes for layout in deck.slide_layouts)):
        for shape in shapes:
            if shape._element.xpath(".//a:xfrm"):
                shape.left, shape.width = (int(v * WIDTH / _OWN) for v in (shape.left, shape.width))
    package = deck.part.package
    for holder in (package, deck.part):
        for key in [k for k, rel in holder._rels.items() if rel.reltype.endswith(_UNWANTED)]:
            holder._rels.pop(key)
    theme = next(rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme._blob = theme.blob.replace(b'typeface="Calibri"', f'typeface="{FONT}"'.encode())
    return deck


def write(frame: Any, texts: Sequence[str], size: float, colour: str = LIGHT.text, gap: float = 0.0) -> None:
    """Paragraphs in a frame, at one size; gap : between two, in sizes."""
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    for i, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = text
        run.font.size = Pt(size)
        run.font.color.rgb = rgb(colour)
        if i and gap:
            paragraph.space_before = Pt(size * gap)


def text_box(shapes: Any, box: Box, name: str) -> Any:
    """An empty frame for text without inner margins."""
    shape = shapes.add_textbox(*(Inches(v) for v in (box.x, box.y, box.w, box.h)))
    shape.name = name
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame


def put(shape: Any, box: Box) -> None:
    """Move a placeholder, and let its text begin at its edge."""
    shape.left, shape.top, shape.width, shape.height = (Inches(v) for v in (box.x, box.y, box.w, box.h))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.TOP


def left(frame: Any) -> None:
    """Every paragraph begins at the left edge."""
    for paragraph in frame.paragraphs:
        paragraph._p.get_or_add_pPr().set("algn", "l")


def foot(shapes: Any, piece: Piece) -> None:
    """What the figure rests on, under a line."""
    begins = piece.box.y
    rule = shapes.add_connector(1, Inches(MARGIN), Inches(begins - 0.08), Inches(WIDTH - MARGIN), Inches(begins - 0.08))
    rule.line.color.rgb, rule.line.width = rgb(LIGHT.grid), Pt(1)
    bare(rule)
    decorative(rule)
    write(text_box(shapes, piece.box, "Footer"), piece.texts, piece.size, LIGHT.quiet)


def restricted_frame(shapes: Any, text: str) -> None:
    """The coloured frame of the pages on records, and what it means."""
    edge = shapes.add_shape(
        MSO_SHAPE.RECTANGLE, Inches(0.04), Inches(0.04), Inches(WIDTH - 0.08), Inches(HEIGHT - 0.08)
    )
    edge.fill.background()
    edge.line.color.rgb, edge.line.width = rgb(FRAME), Pt(6)
    bare(edge)
    decorative(edge)
    size, width = 14, fit.width(text, 14) + 0.6
    label = shapes.add_shape(
        MSO_SHAPE.RECTANGLE, Inches((WIDTH - width) / 2), Inches(HEIGHT - 0.38), Inches(width), Inches(0.32)
    )
    label.name = "Restricted"
    label.fill.solid()
    label.fill.fore_color.rgb = rgb(FRAME)
    label.line.fill.background()
    bare(label)
    frame = label.text_frame
    frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    write(frame, [text], size, LIGHT.surface)
    frame.paragraphs[0].runs[0].font.bold = True
    frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "ctr")


def speak(deck: Any, region: str) -> None:
    """Say of every piece of text which language it is in: screen readers pronounce it so."""
    holders = list(deck.slides) + [s.notes_slide for s in deck.slides if s.has_notes_slide]
    for holder in holders:
        for name in ("a:rPr", "a:endParaRPr", "a:defRPr"):
            for properties in holder._element.iter(qn(name)):
                properties.set("lang", region)
        for run in holder._element.iter(qn("a:r")):
            run.get_or_add_rPr().set("lang", region)


def band(shapes: Any, box: Box) -> None:
    """Behind a chart: a stretch of time that was not collected."""
    shape = shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(v) for v in (box.x, box.y, box.w, box.h)))
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(LIGHT.band)
    shape.line.fill.background()
    bare(shape)
    decorative(shape)


def band_label(shapes: Any, box: Box, text: str) -> None:
    """Over the lines of a chart, in the middle of a band: what it means, where there is room to say so."""
    wide = fit.width(text, 14)
    if wide > box.w - 0.1:
        return
    place = Box(box.x + (box.w - wide) / 2, box.y + box.h / 2 - 0.13, wide, 0.26)
    frame = text_box(shapes, place, "Gap")
    write(frame, [text], 14, LIGHT.quiet)
    frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    shapes[-1].fill.solid()
    shapes[-1].fill.fore_color.rgb = rgb(LIGHT.band)


def dated(shapes: Any, plot: Box, x: float, letter: str) -> None:
    """A dashed line through the plot, with the letter under which the slide says what happened then."""
    line = shapes.add_connector(1, Inches(x), Inches(plot.y), Inches(x), Inches(plot.y + plot.h))
    line.line.color.rgb, line.line.width = rgb(LIGHT.quiet), Pt(1.5)
    line.line.dash_style = MSO_LINE.DASH
    bare(line)
    decorative(line)
    frame = text_box(shapes, Box(x - 0.2, plot.y - 0.26, 0.4, 0.26), "Note")
    write(frame, [letter], 14, LIGHT.quiet)
    frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "ctr")
