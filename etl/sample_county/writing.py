"""Files whose bytes depend on their content alone: no clock, no user, no order of a dictionary."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_UNIX = 3

Rows = Iterable[Sequence[object]]


def columns(header: str) -> list[str]:
    """The names of a header that holds no quotes."""
    return header.split(",")


def csv_text(rows: Rows) -> str:
    """Rows, the header first, as a publisher's portal writes them: commas, and quotes where needed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write_gz(path: Path, text: str) -> None:
    """One gzip member without a name or a time in its header."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.encode())


def write_zip(path: Path, members: Iterable[tuple[str, str]]) -> None:
    """A zip whose members carry a fixed date."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members:
            info = zipfile.ZipInfo(name, _NEVER)
            info.create_system, info.external_attr = _UNIX, 0o644 << 16
            archive.writestr(info, text.encode(), zipfile.ZIP_DEFLATED, 9)


_NS = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_NS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATION = f"{_NS}/officeDocument/2006/relationships"
_PACKAGE = (
    f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_WORKBOOK_PARTS = (
    f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATION}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (  # style 1 is a date with a time, which the preamble of a printed report holds
    f'{_HEAD}<styleSheet xmlns="{_NS}/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Serial(float):
    """A moment as a spreadsheet stores it: days since 1899-12-30."""


def _cell(name: str, value: object) -> str:
    if isinstance(value, Serial):
        return f'<c r="{name}" s="1"><v>{float(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{name}"><v>{value}</v></c>'
    text = escape(str(value))
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def write_xlsx(path: Path, sheet: str, rows: Rows, merged: Iterable[str] = ()) -> None:
    """One sheet with its text inline, as report servers export it. None is an empty cell, 26 columns at most."""
    body = []
    for n, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + i)}{n}", value) for i, value in enumerate(row) if value is not None)
        body.append(f'<row r="{n}">{cells}</row>')
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    merges = merges and f"<mergeCells>{merges}</mergeCells>"
    main = f'{_NS}/spreadsheetml/2006/main" xmlns:r="{_RELATION}'
    book = f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets>'
    write_zip(
        path,
        (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _PACKAGE),
            ("xl/workbook.xml", f'{_HEAD}<workbook xmlns="{main}">{book}</workbook>'),
            ("xl/_rels/workbook.xml.rels", _WORKBOOK_PARTS),
            ("xl/styles.xml", _STYLES),
            (
                "xl/worksheets/sheet1.xml",
                f'{_HEAD}<worksheet xmlns="{main}"><sheetData>{"".join(body)}</sheetData>{merges}</worksheet>',
            ),
        ),
    )
