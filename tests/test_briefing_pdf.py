"""Briefings on paper: tagged, selectable, fonts inside, figures with a text alternative, and no text that runs."""

import io
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dashboard import briefing
from dashboard.briefing import Deck, Slide, paper
from tests import briefing_figures as made

LONG = "Una frase que no acaba nunca y que nadie leerá hasta el final de la página. " * 12


def deck(*figures: Any, release: str = "2026-01-02-1", restricted: bool = False) -> Deck:
    slides = tuple(Slide("", "A sentence.", f) for f in figures)
    return Deck("A title", "A subtitle", slides, date(2025, 12, 31), release, restricted)


def opened(made_of: Deck, preset: Any = "evidence") -> PdfReader:
    return PdfReader(io.BytesIO(briefing.pdf(made_of, preset)))


@pytest.fixture(scope="module")
def every() -> PdfReader:
    return opened(deck(*made.figures()))


def flat(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def tags(node: Any) -> Iterator[Any]:
    """Every element of the structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for kid in node:
            yield from tags(kid)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def root_of(file: PdfReader) -> Any:
    """The catalogue of a pdf."""
    return file.trailer["/Root"]


def structure(file: PdfReader) -> list[Any]:
    return list(tags(root_of(file)["/StructTreeRoot"]["/K"]))


def test_the_file_is_tagged_and_says_its_title_language_and_standard(every: PdfReader) -> None:
    root = root_of(every)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    assert every.metadata is not None
    assert every.metadata.title == "A title"
    assert every.metadata.author == "Lamplight"


def test_every_slide_has_a_heading_and_every_figure_a_text_alternative(every: PdfReader) -> None:
    found = structure(every)
    figures = made.figures()
    tables = [f for f in figures if f.key in ("grid", "week", "table")]
    alternatives = [node["/Alt"] for node in found if node["/S"] == "/Figure"]
    assert len(alternatives) == len(figures) - len(tables)
    assert all("412 incidents" in text for text in alternatives)
    assert sum(node["/S"] == "/H1" for node in found) >= len(figures)
    assert sum(node["/S"] == "/Table" for node in found) == len(tables)
    assert any(node["/S"] == "/TH" for node in found)


def test_every_page_says_what_it_rests_on_and_all_text_can_be_selected(every: PdfReader) -> None:
    figures = made.figures()
    assert len(every.pages) >= 1 + len(figures)
    for page, figure in zip(every.pages[1:], figures, strict=False):
        said = flat(page.extract_text())
        for part in (figure.title, made.ABOUT.filters, made.ABOUT.caveat, "As of 31 December 2025."):
            assert part in said, figure.key
        assert "Release 2026-01-02-1." in said


def test_the_letters_of_a_drawing_are_letters(every: PdfReader) -> None:
    page = next(p for p in every.pages if "categories:" in p.extract_text())
    said = flat(page.extract_text())
    for part in ("130", "55", "22", "Forced labour", "Not recorded"):
        assert part in said


def test_every_font_is_embedded(every: PdfReader) -> None:
    fonts = {str(font["/BaseFont"]): font for page in every.pages for font in _fonts(page)}
    assert fonts
    for font in fonts.values():
        inside = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in inside or "/FontFile3" in inside
        assert "/ToUnicode" in font


def _fonts(holder: Any) -> Iterator[Any]:
    resources = holder.get("/Resources", {})
    resources = resources.get_object() if hasattr(resources, "get_object") else resources
    yield from (font.get_object() for font in resources.get("/Font", {}).values())
    for thing in resources.get("/XObject", {}).values():
        if thing.get_object().get("/Subtype") == "/Form":
            yield from _fonts(thing.get_object())


def test_text_of_data_and_people_is_never_read_as_markup() -> None:
    figure = replace(
        made.figures()[3], title=made.HOSTILE, caption=made.HOSTILE, about=replace(made.ABOUT, caveat=made.HOSTILE)
    )
    slides = (Slide(made.HOSTILE, made.HOSTILE, figure, (made.HOSTILE,)), Slide(made.HOSTILE, points=(made.HOSTILE,)))
    file = opened(Deck(made.HOSTILE, made.HOSTILE, slides))
    assert file.metadata is not None
    assert file.metadata.title == made.HOSTILE
    for page in file.pages[:3]:
        assert flat(made.HOSTILE) in flat(page.extract_text())


def test_hostile_text_in_a_table_and_in_a_drawing_is_text() -> None:
    table = made.table().assign(Area=made.HOSTILE)
    plotted = made.plots()["categories"]
    plotted.update_layout(yaxis_ticktext=[made.HOSTILE.replace("<", "&lt;").replace("&$", "&amp;$")] * 4)
    figures = [replace(made.figure("table", None), table=table), made.figure("bars", plotted)]
    file = opened(deck(*figures))
    assert "#set page() $x$" in flat(file.pages[1].extract_text())
    assert "#set page()" in flat(file.pages[2].extract_text())


def test_the_typesetter_reads_no_file_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    template = (Path(paper.__file__).with_name("paper.typ")).read_text(encoding="utf-8")
    assert not re.search(r"#?\b(import|include|read|eval|plugin)\b", re.sub(r"//.*", "", template))
    assert opened(deck(made.figures()[0])).pages


def test_every_page_of_records_is_framed() -> None:
    figures = made.figures(made.SECRET)[:2]
    for preset in briefing.PRESETS:
        file = opened(deck(*figures, release="", restricted=True), preset)
        for page in file.pages:
            assert "RESTRICTED: do not share this screen" in flat(page.extract_text())


def test_what_does_not_fit_stands_at_the_end() -> None:
    figure = replace(made.figures()[3], caption=LONG)
    file = opened(deck(figure))
    assert "More is at the end of this document." in flat(file.pages[1].extract_text())
    rest = flat(" ".join(page.extract_text() for page in file.pages[2:]))
    assert "What did not fit on its page" in rest
    assert flat(LONG) in rest
    assert made.ABOUT.link in rest


def test_slides_are_one_page_each_and_a_table_goes_on(every: PdfReader) -> None:
    assert len(opened(deck(*made.figures()[:3]), "slide").pages) == 4
    pages = opened(deck(made.figure("table", None, rows=25)), "slide").pages
    assert "District 24" in pages[-1].extract_text()
    assert len(pages) == 4


def test_the_same_deck_is_the_same_file_and_names_no_machine() -> None:
    one = deck(*made.figures()[:3])
    first = briefing.pdf(one)
    assert first == briefing.pdf(one)
    reader = PdfReader(io.BytesIO(first))
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2025, 12, 31)
    assert str(Path.home()).encode() not in first


def test_other_letters_are_shown_where_the_machine_has_them_and_never_stop_the_file() -> None:
    file = opened(Deck("Отчёт ñ 報告 😀", "", (Slide("Ελλάδα", points=("報告",)),), language="es"))
    assert "Отчёт ñ" in file.pages[0].extract_text()
    assert root_of(file)["/Lang"] == "es-US"


def test_other_programs_agree(tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts and pdfinfo are not installed: the file was not read by another program")
    path = tmp_path / "deck.pdf"
    path.write_bytes(briefing.pdf(deck(*made.figures()[:4])))
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info)
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)
