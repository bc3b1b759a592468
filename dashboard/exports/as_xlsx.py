"""A workbook: the rows as typed cells, then what each is and what the file is about. Never a formula or a link."""

import datetime
import math
from pathlib import Path
from typing import Any

from dashboard.catalogue import Catalogue
from dashboard.exports.about import codebook, facts, standing
from dashboard.exports.plan import Plan
from dashboard.exports.rows import ExportError, Rows
from dashboard.i18n import _
from dashboard.warehouse import Warehouse

MOST_ROWS = 1_048_575  # of a sheet, without the header
LONGEST_TEXT = 32_767  # characters of a cell
LINE = 15  # points
BATCH = 2_000  # a sheet is written cell by cell: ask more often whether to stop


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write the workbook to `part`. Raises ExportError for more rows than a sheet can hold."""
    import xlsxwriter

    if plan.rows > MOST_ROWS:
        raise ExportError(
            _("A sheet holds {most:,} rows, and this export has {rows:,}.").format(most=MOST_ROWS, rows=plan.rows),
            _("Choose csv or Parquet, or narrow the view."),
        )
    options = {
        "constant_memory": True,
        "tmpdir": str(part.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(part), options) as book:
        head, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        book.set_properties({"title": plan.words, "comments": standing(plan)})
        _data(book, rows, plan, head, day)
        _table(book, _("Columns"), codebook(plan), head)
        about = [{"about": name, "text": text} for name, value in facts(plan).items() for text in _lines(value)]
        _table(book, _("About"), about, head)


def _data(book: Any, rows: Rows, plan: Plan, head: Any, day: Any) -> None:
    over_numbers = book.add_format({"bold": True, "text_wrap": True, "align": "right"})
    sheet = book.add_worksheet(_("Data"))
    sheet.freeze_panes(1, 0)
    _for_paper(sheet)
    if plan.tier != "public":
        sheet.set_header(f"&C{standing(plan)[:200]}")
    for at, column in enumerate(plan.columns):
        wide = 18 if column.type == "string" else 12
        sheet.set_column(at, at, max(wide, min(len(column.name) + 2, 30)))
        sheet.write_string(0, at, column.name, head if column.type in ("string", "boolean") else over_numbers)
    at = 0
    for batch in rows.batches(BATCH):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            at += 1
            for place, value in enumerate(values):
                if value is not None:
                    _cell(sheet, at, place, value, day)
    if at:
        sheet.autofilter(0, 0, at, len(plan.columns) - 1)


def _for_paper(sheet: Any) -> None:
    """Printed, a sheet is one page wide and each page begins with the names of the columns."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    """One value as what it is. A number that is none stays empty; text keeps its first 32,767 characters."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if value == value and abs(value) != float("inf"):
            sheet.write_number(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:LONGEST_TEXT])


def _table(book: Any, name: str, rows: list[dict[str, str]], head: Any) -> None:
    sheet = book.add_worksheet(name)
    _for_paper(sheet)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    wide = [70 if column in ("description", "text") else 26 for column in (rows[0] if rows else ())]
    for at, column in enumerate(rows[0] if rows else ()):
        sheet.set_column(at, at, wide[at])
        sheet.write_string(0, at, column, head)
    for at, row in enumerate(rows, start=1):
        # Written row by row, a sheet cannot find out by itself how high a wrapped text is.
        lines = max(math.ceil(len(str(text)) * 1.1 / width) for text, width in zip(row.values(), wide, strict=True))
        sheet.set_row(at, LINE * max(lines, 1))
        for place, text in enumerate(row.values()):
            sheet.write_string(at, place, str(text)[:LONGEST_TEXT], wrap)


def _lines(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
