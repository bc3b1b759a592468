"""A table as a picture, where the table is the figure."""

from typing import Any

import pandas as pd

from dashboard.dates import exact, local
from dashboard.i18n import _
from dashboard.pictures.sheet import LINE, Box, Sheet, width, wrapped

TEXT, QUIET, LINE_COLOUR = "#23262A", "#5F646B", "#E6E6E1"
ROWS = 14  # more are in the file of the table
_PAD = 0.45  # of the size of the letters, above and below a row


def height(table: pd.DataFrame, room: float, size: float) -> float:
    """How high the table will be, in pixels."""
    return sum(_heights(_cells(table, "–"), table, room, size))


def draw(sheet: Sheet, table: pd.DataFrame, box: Box, size: float, missing: str = "–") -> None:
    """The first rows, as many as fit; how many more there are stands below them."""
    cells = _cells(table, missing)
    while len(cells) > 2 and sum(_heights(cells, table, box.width, size)) > box.height:
        cells.pop()
    columns, y = _columns(cells, table, box.width, size), box.top
    for at, (row, high) in enumerate(zip(cells, _heights(cells, table, box.width, size), strict=False)):
        x = box.left
        for name, text, wide in zip(table.columns, row, columns, strict=True):
            right = at and pd.api.types.is_numeric_dtype(table[name])
            lines = "\n".join(wrapped(text, wide - size, size, at == 0))
            place = (x + wide - size, "right") if right else (x, "left")
            sheet.write(lines, place[0], y + size * _PAD, size, TEXT, at == 0, place[1])
            x += wide
        y += high
        sheet.area(Box(box.left, y - 1, sum(columns) - size, 1), facecolor=LINE_COLOUR, edgecolor="none")
    if len(table) > len(cells) - 1:
        more = _("and {n} more rows in the table").format(n=exact(len(table) - len(cells) + 1))
        sheet.write(more, box.left, y + size * _PAD, size, QUIET)


def _cells(table: pd.DataFrame, missing: str) -> list[list[str]]:
    """The header and the rows as texts."""
    return [[str(c) for c in table.columns]] + [
        [_text(v, name, missing) for name, v in zip(table.columns, row, strict=True)]
        for row in table.head(ROWS).itertuples(index=False)
    ]


def _text(value: Any, name: Any, missing: str) -> str:
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return missing
    if isinstance(value, bool) or not pd.api.types.is_number(value) or name == "Year":
        return str(value)
    return exact(value) if float(value).is_integer() else local(f"{value:,.3g}")


def _columns(cells: list[list[str]], table: pd.DataFrame, room: float, size: float) -> list[float]:
    """The width of each column: what its longest text needs, all of them narrower where the room ends."""
    need = [max(width(row[i], size, at == 0) for at, row in enumerate(cells)) + size * 1.6
            for i in range(len(table.columns))]  # fmt: skip
    if (whole := sum(need)) <= room:
        return need
    fair = room / max(len(need), 1)
    wide = sum(n for n in need if n > fair)
    left = room - sum(n for n in need if n <= fair)
    return [n if n <= fair else n * left / wide for n in need] if wide < whole else [n * room / whole for n in need]


def _heights(cells: list[list[str]], table: pd.DataFrame, room: float, size: float) -> list[float]:
    """The height of each row, and of the line below them."""
    columns = _columns(cells, table, room, size)
    rows = [
        max((len(wrapped(t, w - size, size, at == 0)) for t, w in zip(row, columns, strict=True)), default=1)
        for at, row in enumerate(cells)
    ]
    return [n * size * LINE + 2 * size * _PAD for n in (*(max(r, 1) for r in rows), 1)]
