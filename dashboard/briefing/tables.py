"""Native tables: figures that are tables, and grids of shades."""

from collections.abc import Sequence
from typing import Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from dashboard.briefing import rows as measure
from dashboard.briefing.axes import rgb
from dashboard.briefing.planned import Box
from dashboard.briefing.plots import Grid
from dashboard.palette import LIGHT

_PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid


def add(shapes: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], box: Box) -> Any:
    """A table with a head; numbers to the right."""
    each = measure.widths(heads, rows, box.w)
    frame = _empty(shapes, len(rows) + 1, each, measure.heights(heads, rows, box.w), box)
    for i, line in enumerate([heads, *rows]):
        for j, text in enumerate(line):
            cell = frame.table.cell(i, j)
            _write(cell, text, measure.SIZE, LIGHT.text, bold=i == 0)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if numeric[j] else PP_ALIGN.LEFT
            _fill(cell, LIGHT.grid if i == 0 else "#F6F6F3" if i % 2 == 0 else LIGHT.surface)
    return frame


def add_grid(shapes: Any, grid: Grid, box: Box, corner: str) -> Any:
    """A grid of shades with the number in each cell."""
    many = len(grid.columns) > measure.MANY
    size = measure.SMALL if many else measure.SIZE
    each, high = measure.grid(grid.rows, grid.columns, corner, (box.w, box.h))
    frame = _empty(shapes, len(high), each, high, box)
    inside = measure.in_cells(grid.texts, each[1]) if many else size
    margin = 0.02 if many else measure.PAD
    for j, name in enumerate([corner, *grid.columns]):
        _write(frame.table.cell(0, j), name.removesuffix(":00"), size, LIGHT.quiet, margin=margin if j else measure.PAD)
        frame.table.cell(0, j).text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER if j else PP_ALIGN.LEFT
        _fill(frame.table.cell(0, j), LIGHT.surface)
    for i, name in enumerate(grid.rows):
        _write(frame.table.cell(i + 1, 0), name, size, LIGHT.text)
        _fill(frame.table.cell(i + 1, 0), LIGHT.surface)
        for j, text in enumerate(grid.texts[i]):
            cell = frame.table.cell(i + 1, j + 1)
            _write(cell, text if inside else "", inside or size, grid.inks[i][j], margin=margin)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
            _fill(cell, grid.fills[i][j])
    frame.table.first_col = True
    return frame


def _empty(shapes: Any, rows: int, each: Sequence[float], high: Sequence[float], box: Box) -> Any:
    frame = shapes.add_table(rows, len(each), *(Inches(v) for v in (box.x, box.y, sum(each), sum(high))))
    frame.table._tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    ).text = _PLAIN_STYLE
    frame.table.horz_banding = False
    for column, wide in zip(frame.table.columns, each, strict=True):
        column.width = Inches(wide)
    for row, inches in zip(frame.table.rows, high, strict=True):
        row.height = Inches(inches)
    return frame


def _write(cell: Any, text: str, size: float, colour: str, bold: bool = False, margin: float = measure.PAD) -> None:
    cell.margin_left = cell.margin_right = Inches(margin)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.text_frame.word_wrap = True
    run = cell.text_frame.paragraphs[0].add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = rgb(colour)


def _fill(cell: Any, colour: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(colour)
