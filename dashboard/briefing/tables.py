"""Native tables: figures that are tables, and grids of shades."""

from collections.abc import Sequence
from typing import Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from dashboard.briefing import fit
from dashboard.briefing.native import Box, rgb
from dashboard.briefing.plots import Grid
from dashboard.palette import LIGHT

SIZE = 14
ROW = 0.36  # inches
_PAD = 0.08
_PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
NARROWEST = 0.9  # inches of a column


def columns_that_fit(room: float) -> int:
    """How many columns can be read side by side."""
    return int(room // NARROWEST)


def widths(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float, size: float = SIZE) -> list[float]:
    """Inches of each column: what its texts ask for, within its share of the room, the rest given to all alike."""
    asked = [max(fit.width(text, size) for text in column) + 2 * _PAD + 0.1
             for column in zip(heads, *rows, strict=True)]  # fmt: skip
    asked = [max(NARROWEST, min(need, room * 0.5)) for need in asked]
    spare = room - sum(asked)
    if spare < 0:
        return [need * room / sum(asked) for need in asked]
    # A narrow table stays narrow: eyes do not have to travel.
    return [need + min(spare / len(asked), 0.6) for need in asked]


def heights(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float, size: float = SIZE) -> list[float]:
    """Inches that the head and each row take."""
    each = widths(heads, rows, room, size)
    return [_row(line, each, size) for line in [heads, *rows]]


def _row(texts: Sequence[str], each: Sequence[float], size: float) -> float:
    most = max(fit.lines(text, size, w - 2 * _PAD) for text, w in zip(texts, each, strict=True))
    return max(ROW, most * size * fit.POINT * fit.LEADING + 2 * 0.05)


def add(shapes: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], box: Box) -> Any:
    """A table with a head; numbers to the right."""
    each = widths(heads, rows, box.w)
    frame = _empty(shapes, len(rows) + 1, each, [_row(line, each, SIZE) for line in [heads, *rows]], box)
    for i, line in enumerate([heads, *rows]):
        for j, text in enumerate(line):
            cell = frame.table.cell(i, j)
            _write(cell, text, SIZE, LIGHT.text, bold=i == 0)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if numeric[j] else PP_ALIGN.LEFT
            _fill(cell, LIGHT.grid if i == 0 else "#F6F6F3" if i % 2 == 0 else LIGHT.surface)
    return frame


def add_grid(shapes: Any, grid: Grid, box: Box, corner: str) -> Any:
    """A grid of shades with the number in each cell."""
    size = 12 if len(grid.columns) > 10 else SIZE
    first = min(max(fit.width(name, size) for name in (*grid.rows, corner)) + 2 * _PAD + 0.1, box.w * 0.3)
    each = [first] + [(box.w - first) / len(grid.columns)] * len(grid.columns)
    lines = [_row([corner, *grid.columns], each, size)] + [_row([name], each[:1], size) for name in grid.rows]
    grow = min(max((box.h - sum(lines)) / len(lines), 0), 0.3)
    frame = _empty(shapes, len(lines), each, [high + grow for high in lines], box)
    margin = 0.02 if len(grid.columns) > 10 else _PAD
    for j, name in enumerate([corner, *grid.columns]):
        _write(frame.table.cell(0, j), name.removesuffix(":00"), size, LIGHT.quiet, margin=margin if j else _PAD)
        frame.table.cell(0, j).text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER if j else PP_ALIGN.LEFT
        _fill(frame.table.cell(0, j), LIGHT.surface)
    for i, name in enumerate(grid.rows):
        _write(frame.table.cell(i + 1, 0), name, size, LIGHT.text)
        _fill(frame.table.cell(i + 1, 0), LIGHT.surface)
        for j, text in enumerate(grid.texts[i]):
            cell = frame.table.cell(i + 1, j + 1)
            _write(cell, text, size, grid.inks[i][j], margin=margin)
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


def _write(cell: Any, text: str, size: float, colour: str, bold: bool = False, margin: float = _PAD) -> None:
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
