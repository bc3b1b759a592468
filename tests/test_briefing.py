"""Briefings: every slide says what it is and what it rests on, within its edges, and the file holds nothing more."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import briefing, i18n
from dashboard.briefing import Deck, Slide, said
from tests import briefing_figures as made
from tests.briefing_slides import charts, deck, every_figure, opened, texts

LONG = (
    "Los incidentes de trata de personas notificados en los últimos doce meses fueron aproximadamente los mismos " * 4
)


@pytest.fixture(scope="module")
def every() -> Any:
    return every_figure()


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
