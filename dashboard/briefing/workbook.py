"""The workbook inside a native chart: the plotted names and numbers and nothing else, and no name in it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
from xlsxwriter import Workbook

WRITTEN = datetime(2000, 1, 1)  # the same file each time
_TEXT_STAYS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@contextmanager
def _open(target: Any) -> Iterator[tuple[Any, Any]]:
    book = Workbook(target, _TEXT_STAYS_TEXT)
    book.set_properties({"created": WRITTEN})
    sheet = book.add_worksheet()
    yield book, sheet
    book.close()


def _as_text(book: Any) -> Any:
    """Stays text when a person edits the cell, too: what a leading apostrophe does."""
    text = book.add_format({"num_format": "@"})
    text.set_quote_prefix()
    return text


class _CategorySheet(CategoryWorkbookWriter):
    def _open_worksheet(self, xlsx_file: Any) -> Any:
        return _open(xlsx_file)

    def _write_categories(self, workbook: Any, worksheet: Any) -> None:
        text = _as_text(workbook)
        days = workbook.add_format({"num_format": "yyyy-mm-dd"})
        worksheet.set_column(0, 0, 12)
        for i, category in enumerate(self._chart_data.categories):
            if isinstance(category.label, date):
                worksheet.write_datetime(i + 1, 0, datetime.combine(category.label, time()), days)
            else:
                worksheet.write_string(i + 1, 0, str(category.label), text)

    def _write_series(self, workbook: Any, worksheet: Any) -> None:
        text = _as_text(workbook)
        super()._write_series(workbook, worksheet)
        for i, series in enumerate(self._chart_data):
            worksheet.write_string(0, i + 1, series.name, text)


class _PointSheet(XyWorkbookWriter):
    def _open_worksheet(self, xlsx_file: Any) -> Any:
        return _open(xlsx_file)

    def _populate_worksheet(self, workbook: Any, worksheet: Any) -> None:
        text = _as_text(workbook)
        super()._populate_worksheet(workbook, worksheet)
        for series in self._chart_data:
            worksheet.write_string(self.series_table_row_offset(series), 1, series.name, text)


class Categories(CategoryChartData):
    """Categories and the values of each series."""

    @property
    def _workbook_writer(self) -> _CategorySheet:
        return _CategorySheet(self)


class Points(XyChartData):
    """Points of each series."""

    @property
    def _workbook_writer(self) -> _PointSheet:
        return _PointSheet(self)
