"""Briefings: native charts with the figures' own numbers, nothing more in the file, and every slide says what it is."""

import html
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pptx import Presentation

from dashboard import briefing, i18n
from dashboard.briefing import Deck, Slide, plots, said
from tests import briefing_figures as made

LONG = (
    "Los incidentes de trata de personas notificados en los últimos doce meses fueron aproximadamente los mismos " * 4
)


def deck(*figures: Any, release: str = "2026-01-02-1", restricted: bool = False) -> Deck:
    slides = tuple(Slide("", "A sentence.", f) for f in figures)
    return Deck("A title", "A subtitle", slides, date(2025, 12, 31), release, restricted)


def opened(made_of: Deck, preset: Any = "slide") -> Any:
    return Presentation(io.BytesIO(briefing.pptx(made_of, preset)))


@pytest.fixture(scope="module")
def every() -> Any:
    return opened(deck(*made.figures()))


def slide_of(file: Any, key: str) -> Any:
    return next(s for s in file.slides if s.shapes.title.text.startswith(f"{key}:"))


def charts(slide: Any) -> list[Any]:
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def series(chart: Any) -> dict[str, tuple[Any, ...]]:
    return {s.name: tuple(s.values) for plot in chart.plots for s in plot.series}


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def day(category: Any) -> pd.Timestamp:
    """A date of a date axis: python-pptx reads it back as a spreadsheet's number of days."""
    return pd.Timestamp("1899-12-30") + pd.Timedelta(days=float(str(category)))


def drawn_points(fig: Any) -> dict[Any, float]:
    """What plotly draws, by its place: x for upright bars and lines, nan left out, invisible bars too."""
    found: dict[Any, float] = {}
    for trace in fig.data:
        if trace.type == "bar" and trace.marker.color != "rgba(0,0,0,0)":
            found |= {pd.Timestamp(x): float(y) for x, y in zip(trace.x, trace.y, strict=True)}
    return found


def test_bars_over_time_have_the_plotted_numbers_and_gaps_are_gaps(every: Any) -> None:
    (chart,) = charts(slide_of(every, "bars"))
    at = list(chart.plots[0].categories)
    assert len(at) == 24
    bars = {name: values for name, values in series(chart).items() if name != "moving average"}
    native = {day(at[i]): v for values in bars.values() for i, v in enumerate(values) if v is not None}
    assert native == drawn_points(made.plots()["bars"])
    assert all(values[i] is None for values in bars.values() for i in (2, 3, 4))
    assert set(bars) == {"Incidents", "not final yet"}


def test_a_moving_average_is_a_line_over_the_bars_with_its_own_numbers(every: Any) -> None:
    (chart,) = charts(slide_of(every, "bars"))
    line = next(t for t in made.plots()["bars"].data if t.type == "scatter")
    want = [None if np.isnan(v) else float(v) for v in line.y]
    assert [None if v is None else float(v) for v in series(chart)["moving average"]] == want
    assert [type(plot).__name__ for plot in chart.plots] == ["BarPlot", "LinePlot"]


def test_lines_have_the_plotted_numbers_and_colours(every: Any) -> None:
    (chart,) = charts(slide_of(every, "lines"))
    traces = [t for t in made.plots()["lines"].data if t.type == "scatter"]
    found = [s for plot in chart.plots for s in plot.series]
    assert len(found) == len(traces) == 6
    for native, trace in zip(found, traces, strict=True):
        assert [v is None for v in native.values] == [bool(np.isnan(y)) for y in trace.y]
        assert [v for v in native.values if v is not None] == [y for y in trace.y if not np.isnan(y)]
        assert f"#{native.format.line.color.rgb}" == trace.line.color.upper()


def test_lying_bars_have_the_plotted_names_numbers_and_colours_and_no_numbers_without_a_label(every: Any) -> None:
    (chart,) = charts(slide_of(every, "categories"))
    (trace,) = made.plots()["categories"].data
    (plot,) = chart.plots
    assert [float(v) for v in plot.series[0].values] == [float(v) for v in trace.x]
    assert list(plot.categories) == ["Not recorded", "Forced labour", '=HYPERLINK("x")', "Sexual exploitation"]
    fills = [plot.series[0].points[i].format.fill for i in range(4)]
    assert [f"#{f.fore_color.rgb}" for f in fills] == [c.upper() for c in trace.marker.color]
    assert plot.series[0].data_labels.show_value


def test_small_charts_are_one_native_chart_each_on_one_scale(every: Any) -> None:
    found = charts(slide_of(every, "multiples"))
    fig = made.plots()["multiples"]
    assert len(found) == 6
    assert {c.value_axis.maximum_scale for c in found} == {200.0}
    for i, chart in enumerate(found, 1):
        traces = [t for t in fig.data if t.yaxis == ("y" if i == 1 else f"y{i}")]
        want = {pd.Timestamp(x): float(y) for t in traces for x, y in zip(t.x, t.y, strict=True)}
        at = list(chart.plots[0].categories)
        native = {day(at[k]): v for vs in series(chart).values() for k, v in enumerate(vs) if v is not None}
        assert native == want
        assert chart.has_title


def test_a_profile_has_its_bars_and_a_series_of_dots_for_each_year(every: Any) -> None:
    (chart,) = charts(slide_of(every, "profile"))
    mean, dots = made.plots()["profile"].data
    found = series(chart)
    assert [float(v) for v in found["Incidents, on average"]] == [float(v) for v in mean.y]
    for year in ("2022", "2023"):
        assert list(found[year]) == [y for y, row in zip(dots.y, dots.customdata, strict=True) if row[0] == year]


def test_years_over_each_other_keep_their_names_and_numbers(every: Any) -> None:
    (chart,) = charts(slide_of(every, "years"))
    traces = made.plots()["years"].data
    assert [list(v) for v in series(chart).values()] == [[float(y) for y in t.y] for t in traces]
    assert list(series(chart)) == ["2022", "2023"]
    assert list(chart.plots[0].categories) == list(traces[0].x)


@pytest.mark.parametrize("key", ["delay", "concentration"])
def test_a_curve_is_points_on_two_number_axes(every: Any, key: str) -> None:
    (chart,) = charts(slide_of(every, key))
    traces = made.plots()[key].data
    for native, trace in zip(chart.plots[0].series, traces, strict=True):
        xs = [float(v.text) for v in native._element.xpath(".//c:xVal//c:v")]
        assert xs == [float(x) for x in trace.x]
        assert list(native.values) == [float(y) for y in trace.y]


def test_a_grid_of_shades_is_a_native_table_with_every_number(every: Any) -> None:
    (table,) = [s.table for s in slide_of(every, "grid").shapes if s.has_table]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [
        ["", "Sexual exploitation", "Forced labour", "Not recorded"],
        ["Sexual exploitation", "40", "0", "3"],
        ["Forced labour", "0", "7", "0"],
    ]
    heat = next(t for t in made.plots()["grid"].data if t.type == "heatmap")
    assert f"#{table.cell(1, 1).fill.fore_color.rgb}" == heat.colorscale[-1][1].upper()


def test_few_or_none_is_no_bar_and_is_said_and_not_collected_is_a_gap(every: Any) -> None:
    slide = slide_of(every, "few_in_time")
    (chart,) = charts(slide)
    assert list(chart.plots[0].categories) == [str(y) for y in range(2018, 2026)]
    found = series(chart)
    assert found["Incidents"] == (22, None, 31, None, 44, None, None, 55)
    assert found["some sources only"] == (None,) * 6 + (90, None)
    assert "Few or none, no bar is drawn: 2019 and 2023." in texts(slide)
    assert "Not collected, a gap: 2021." in texts(slide)


def test_few_or_none_of_a_category_is_written_at_its_name(every: Any) -> None:
    (chart,) = charts(slide_of(every, "few_by_category"))
    assert list(chart.plots[0].categories)[1] == "Forced labour: few or none"
    assert chart.plots[0].series[0].values[1] is None


def test_a_chart_of_nothing_but_few_or_none_has_no_number(every: Any) -> None:
    slide = slide_of(every, "few_in_several")
    _first, second = charts(slide)
    assert {v for values in series(second).values() for v in values} == {None}
    assert "Forced labour: few or none, no bar is drawn: 2018, 2019" in texts(slide)


def test_no_number_of_a_protected_chart_is_the_mark_that_stands_for_few_or_none() -> None:
    for key in ("few_in_time", "few_by_category", "few_in_several"):
        native = plots.read(made.plots()[key], "Incidents")
        assert isinstance(native, tuple)
        values = {v for panel in native for s in panel.series for v in s.values if v is not None}
        assert values <= {22, 31, 44, 90, 55, 130}


def workbook(chart: Any) -> tuple[list[str], list[float], str]:
    """The texts and the numbers of the workbook in a chart, and the XML of its one sheet."""
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
        assert [n for n in book.namelist() if "worksheets/" in n] == ["xl/worksheets/sheet1.xml"]
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shared = book.read("xl/sharedStrings.xml").decode()
    words = [html.unescape(t) for t in re.findall(r"<t[^>]*>(.*?)</t>", shared)]
    cells = re.findall(r"<c ([^>]*[^/>])>(.*?)</c>", sheet)
    assert len(cells) == sheet.count("<v>")
    numbers = [float(re.sub("<[^>]*>", "", value)) for about, value in cells if 't="s"' not in about]
    return words, numbers, sheet


def test_workbooks_hold_the_plotted_names_and_numbers_and_nothing_else(every: Any) -> None:
    seen = 0
    for slide in every.slides:
        for chart in charts(slide):
            words, numbers, _sheet = workbook(chart)
            drawn = [s for plot in chart.plots for s in plot.series]
            space = chart._chartSpace
            shown = [float(v) for s in drawn for v in s.values if v is not None]
            shown += [float(v.text) for v in space.xpath(".//c:xVal//c:v")]
            names = {s.name for s in drawn}
            if space.xpath(".//c:dateAx"):
                shown += [float(str(c)) for c in chart.plots[0].categories]
            elif not space.xpath(".//c:scatterChart"):
                names |= set(chart.plots[0].categories)
            assert sorted(numbers) == sorted(shown)
            assert set(words) == names
            seen += 1
    assert seen > 15


def test_a_label_like_a_formula_stays_text_in_the_workbook_even_when_it_is_edited(every: Any) -> None:
    (chart,) = charts(slide_of(every, "categories"))
    words, _numbers, sheet = workbook(chart)
    assert '=HYPERLINK("x")' in words
    assert "<f>" not in sheet
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as book:
        styles = re.findall(r"<xf [^>]*>", book.read("xl/styles.xml").decode().split("<cellXfs")[1])
    looks = [styles[int(style)] for style in re.findall(r'<c r="A\d+" s="(\d+)" t="s">', sheet)]
    assert len(looks) == 4
    assert all('quotePrefix="1"' in look for look in looks)


def test_maps_and_what_no_native_chart_shows_are_sharp_pictures_with_a_text_alternative(every: Any) -> None:
    for key in ("map", "coverage"):
        (shape,) = [s for s in slide_of(every, key).shapes if s.shape_type == 13]
        assert shape.image.size[0] / (shape.width / 914400) >= 200
        assert "412 incidents" in shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_a_table_goes_on_over_slides_and_says_when_it_is_shortened() -> None:
    file = opened(deck(made.figure("table", None, rows=100)))
    tables = [s.table for slide in file.slides for s in slide.shapes if s.has_table]
    seen = [row.cells[0].text for table in tables for row in list(table.rows)[1:]]
    assert len(tables) == 3
    assert seen == [f"District {i}" for i in range(len(seen))]
    said = f"The first {len(seen)} of 100 rows; the data of the view have them all."
    assert all(said in texts(slide) for slide in list(file.slides)[1:])
    assert [c.text for c in tables[0].rows[1].cells] == ["District 0", "2024", "few or none", "–"]
    assert [c.text for c in tables[0].rows[2].cells] == ["District 1", "2024", "1,284", "0.5"]


def test_a_table_that_fits_is_whole_and_a_wide_one_says_how_many_columns_are_missing() -> None:
    assert "rows; the data" not in texts(opened(deck(made.figure("table", None, rows=5))).slides[1])
    wide = pd.DataFrame({f"Column {i}": [i] for i in range(30)})
    figure = made.figure("table", None).__class__("wide", "A wide table", "", None, wide)
    assert re.search(r"\d+ more columns are in the data of the view\.", texts(opened(deck(figure)).slides[1]))


def test_every_slide_says_what_it_rests_on(every: Any) -> None:
    for slide in list(every.slides)[1:]:
        said = texts(slide)
        for part in (made.ABOUT.filters, "Lampwick crime reports and Sheriff, NIBRS", made.ABOUT.caveat):
            assert part in said
        assert "As of 31 December 2025. Release 2026-01-02-1." in said
        notes = slide.notes_slide.notes_text_frame.text
        assert "What it rests on." in notes
        assert "How it is read." in notes
        assert made.ABOUT.link in notes


def test_every_slide_of_records_is_framed_and_names_no_release() -> None:
    file = opened(deck(*made.figures(made.SECRET)[:2], release="", restricted=True))
    for slide in file.slides:
        assert "RESTRICTED: do not share this screen" in texts(slide)
        assert "Release" not in texts(slide)


def test_one_figure_of_records_frames_its_slide_and_the_title() -> None:
    public, secret = made.figures()[0], made.figures(made.SECRET)[1]
    said = ["RESTRICTED" in texts(slide) for slide in opened(deck(public, secret)).slides]
    assert said == [True, False, True]


def test_evidence_states_beside_the_figure_what_a_slide_leaves_to_the_notes() -> None:
    one = deck(made.figures()[3])
    assert "How it is read." in texts(opened(one, "evidence").slides[1])
    assert "How it is read." not in texts(opened(one, "slide").slides[1])


def test_every_figure_has_a_text_alternative_and_the_rest_is_marked_as_decoration(every: Any) -> None:
    for slide in list(every.slides)[1:]:
        shown = [s for s in slide.shapes if s.has_chart or s.has_table or s.shape_type == 13]
        assert shown
        for shape in shown:
            assert "412 incidents" in shape._element.xpath(".//p:cNvPr")[0].get("descr")
        for shape in slide.shapes:
            if not shape.has_text_frame and shape not in shown and "onnector" in shape.name:
                assert "decorative" in shape._element.xml


def test_type_is_never_tiny(every: Any) -> None:
    """12 points at the foot and in charts, 20 and more in sentences and titles; 10 in a grid of 24 columns."""
    for slide in every.slides:
        for shape in slide.shapes:
            if not shape.has_text_frame:
                continue
            sizes = [run.font.size.pt for p in shape.text_frame.paragraphs for run in p.runs if run.font.size]
            least = 20 if shape.name in ("Sentence", "Points") or shape == slide.shapes.title else 12
            assert all(size >= least for size in sizes), shape.name
        for chart in charts(slide):
            assert chart.font.size.pt >= 12


def test_each_slide_of_the_fictional_sample_says_that_it_is_invented() -> None:
    for fictional in (True, False):
        slides = opened(replace(deck(*made.figures()[:2]), fictional=fictional)).slides
        assert ["Fictional sample: every record is invented." in texts(s) for s in slides] == [fictional] * 3


def test_nothing_lies_outside_the_slide_or_over_the_footer(every: Any) -> None:
    for slide in list(every.slides)[1:]:
        foot = next(s for s in slide.shapes if s.name == "Footer")
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= every.slide_width + 10
            assert shape.top + shape.height <= every.slide_height
            if shape.has_chart or shape.has_table:
                assert shape.top + shape.height <= foot.top, slide.shapes.title.text


def test_texts_that_are_far_too_long_are_cut_on_the_slide_and_whole_in_the_notes() -> None:
    figure = made.figures()[3]
    slide = opened(Deck(LONG, LONG, (Slide(LONG, LONG, figure, points=(LONG,)),))).slides[1]
    assert slide.shapes.title.text.endswith("…")
    assert LONG.strip() in slide.notes_slide.notes_text_frame.text
    (shape,) = [s for s in slide.shapes if s.has_chart]
    assert shape.height > 914400


def test_the_file_names_nobody_and_no_computer_and_is_the_same_each_time() -> None:
    one = deck(*made.figures()[:4])
    first = briefing.pptx(one)
    assert first == briefing.pptx(one)
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        names = file.namelist()
        core = file.read("docProps/core.xml").decode()
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [n for n in names if "thumbnail" in n or "printerSettings" in n]
    assert "Steve Canny" not in core
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>", core) == ["Lamplight"]
    assert re.findall(r"<cp:lastModifiedBy>(.*?)</cp:lastModifiedBy>", core) == ["Lamplight"]
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2025-12-31T"}


def test_text_is_marked_with_its_language() -> None:
    file = opened(Deck("Título", "", (Slide("Una frase"),), language="es"))
    runs = [r for slide in file.slides for r in slide._element.iter("{*}rPr")]
    assert runs
    assert {r.get("lang") for r in runs} == {"es-US"}


def test_hostile_text_is_text_and_control_characters_do_not_break_the_file() -> None:
    figure = made.figure("x", made.plots()["bars"]).__class__(
        "x", made.HOSTILE + "\uffff\x00\x0b", "", made.plots()["categories"], made.table(), made.HOSTILE,
        about=made.ABOUT,
    )  # fmt: skip
    slide = opened(deck(figure)).slides[1]
    assert slide.shapes.title.text == made.HOSTILE + "\ufffd"


def test_an_unknown_preset_or_language_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="Use one of: slide, evidence"):
        briefing.pptx(deck(), "poster")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Use one of: en, es"):
        Deck("x", language="xx")


def test_libreoffice_opens_the_file_and_shows_every_slide(tmp_path: Path) -> None:
    office = shutil.which("libreoffice") or shutil.which("soffice")
    if office is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice and pdftotext are not installed: the file was not opened by another program")
    figures = made.figures()
    (tmp_path / "deck.pptx").write_bytes(briefing.pptx(deck(*figures)))
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/home", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "deck.pptx")], check=True, timeout=240,
                   capture_output=True)  # fmt: skip
    seen = subprocess.run(["pdftotext", str(tmp_path / "deck.pdf"), "-"], check=True, capture_output=True, text=True)
    pages = seen.stdout.split("\f")[:-1]
    assert len(pages) == 1 + len(figures)
    for page, figure in zip(pages[1:], figures, strict=True):
        assert " ".join(figure.title.split()) in " ".join(page.split())
        assert "Release 2026-01-02-1" in page
    categories = next(page for page, f in zip(pages[1:], figures, strict=True) if f.key == "categories")
    assert {"130", "55", "22"} <= set(categories.split())


def test_the_words_of_a_deck_are_in_its_language_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "frame", i18n.language)
    file = opened(Deck("Título", "", (Slide("Una frase"),), restricted=True, language="es"))
    for slide in file.slides:
        assert [s.text_frame.text for s in slide.shapes if s.name == "Restricted"] == ["es"]
    assert i18n.language() == "en"


def test_a_grid_of_a_week_fits_under_the_longest_words() -> None:
    figure = made.figure("week", made.plots()["week"])
    file = opened(Deck("x", "", (Slide(LONG, LONG, figure),)), "evidence")
    shapes = list(file.slides[1].shapes)
    (table,) = [s for s in shapes if s.has_table]
    marks = next(s for s in shapes if s.name == "Marks")
    assert table.top + table.height <= marks.top
