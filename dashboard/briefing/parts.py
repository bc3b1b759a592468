"""Pieces of a chart's XML that python-pptx has no words for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn

if TYPE_CHECKING:
    from dashboard.briefing.planned import Box

_DECORATIVE = (
    '<a:extLst {ns}><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)


def lay_out(chart: Any, box: "Box", plot: "Box") -> None:
    """Fix where the plot itself lies within the chart, so that what stands around it meets it."""
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, _manual(box, plot, inner=True))


def _manual(box: "Box", place: "Box", inner: bool) -> Any:
    target = '<c:layoutTarget val="inner"/>' if inner else ""
    shares = (("x", (place.x - box.x) / box.w), ("y", (place.y - box.y) / box.h))
    sizes = (("w", place.w / box.w), ("h", place.h / box.h)) if inner else ()
    numbers = "".join(f'<c:{name} val="{value:.5f}"/>' for name, value in (*shares, *sizes))
    return parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout>{target}<c:xMode val="edge"/><c:yMode val="edge"/>'
        f"{numbers}</c:manualLayout></c:layout>"
    )


def title_at(chart: Any, box: "Box", place: "Box") -> None:
    """Put the chart's title at a place instead of over its middle."""
    title = chart._chartSpace.chart.find(qn("c:title"))
    for old in title.findall(qn("c:layout")):
        title.remove(old)
    title.find(qn("c:tx")).addnext(_manual(box, place, inner=False))


def mixed_in(chart: Any, numbers: Sequence[int]) -> None:
    """Draw some series of a bar chart as lines on the same axes."""
    if not numbers:
        return
    area = chart._chartSpace.chart.plotArea
    bars = area.find(qn("c:barChart"))
    lines = parse_xml(f'<c:lineChart {nsdecls("c")}><c:grouping val="standard"/><c:varyColors val="0"/></c:lineChart>')
    for series in [s for s in bars.findall(qn("c:ser")) if s.idx.val in numbers]:
        bars.remove(series)
        for old in series.findall(qn("c:invertIfNegative")):
            series.remove(old)
        series.append(parse_xml(f'<c:smooth {nsdecls("c")} val="0"/>'))
        lines.append(series)
    lines.append(parse_xml(f'<c:marker {nsdecls("c")} val="1"/>'))
    for axis in bars.findall(qn("c:axId")):
        lines.append(parse_xml(f'<c:axId {nsdecls("c")} val="{axis.get("val")}"/>'))
    bars.addnext(lines)


def label_skip(axis: Any, every: int) -> None:
    """Name every so many categories only. With a turn of 0 LibreOffice would write them into each other."""
    element = axis._element
    last = element.find(qn("c:noMultiLvlLbl"))
    for name in ("tickLblSkip", "tickMarkSkip"):
        one = parse_xml(f'<c:{name} {nsdecls("c")} val="{max(every, 1)}"/>')
        last.addprevious(one) if last is not None else element.append(one)
    body = element.find(qn("c:txPr")).find(qn("a:bodyPr"))
    body.set("rot", "0" if every <= 1 else "-60000000")
    body.set("vert", "horz")


def date_axis(axis: Any, unit: str, every: int) -> None:
    """Name every so many months, days or years of an axis of dates."""
    element = axis._element
    for name in ("baseTimeUnit", "majorUnit", "majorTimeUnit"):
        for old in element.findall(qn(f"c:{name}")):
            element.remove(old)
    for name, value in (("baseTimeUnit", unit), ("majorUnit", every), ("majorTimeUnit", unit)):
        element.append(parse_xml(f'<c:{name} {nsdecls("c")} val="{value}"/>'))


def without_legend_entries(chart: Any, numbers: Sequence[int]) -> None:
    """Leave some series out of the legend."""
    place = chart.legend._element.find(qn("c:legendPos"))
    for number in reversed(numbers):
        place.addnext(
            parse_xml(f'<c:legendEntry {nsdecls("c")}><c:idx val="{number}"/><c:delete val="1"/></c:legendEntry>')
        )


def describe(shape: Any, name: str, text: str) -> None:
    """Give a shape a name and a text alternative."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", name)
    properties.set("descr", text)


def bare(shape: Any) -> None:
    """Without the theme's own line, fill and shadow."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)


def decorative(shape: Any) -> None:
    """Say that a shape carries nothing a reader would miss."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("descr", "")
    properties.append(parse_xml(_DECORATIVE.format(ns=nsdecls("a"))))


def bullet(paragraph: Any, size: float) -> None:
    """Make a paragraph a point of a list."""
    properties = paragraph._p.get_or_add_pPr()
    indent = str(int(size * 12700))
    properties.set("marL", indent)
    properties.set("indent", "-" + indent)
    properties.append(parse_xml(f'<a:buFont {nsdecls("a")} typeface="Arial"/>'))
    properties.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))
