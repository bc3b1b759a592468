"""Figures as pictures: every kind, the same bytes each time, the colours and the words of the page, nothing cut off."""

import hashlib
import inspect
import itertools
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard import pictures
from dashboard.charts import bars, coverage, curve, heat, multiples, protected, trend, years
from dashboard.palette import DARK
from dashboard.pictures import presets
from tests.conftest import ROOT
from tests.picture_canvas import assert_readable, drawn, pixels
from tests.picture_figures import LONG, charts, city, figure
from tests.test_charts import HOSTILE

CHARTS, DARK_CHARTS = charts(), charts(DARK)
MODULES = (bars, coverage, curve, heat, multiples, protected, trend, years)
FRAME = (0x8A, 0x4B, 0x00)


def test_every_kind_of_figure_of_the_project_is_among_those_drawn_here() -> None:
    """A new function of dashboard/charts has to be added to the figures of these tests."""
    made = {name.split(" ")[0] for name in CHARTS}
    there = {
        f"{module.__name__.split('.')[-1]}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        and function.__annotations__.get("return") in (go.Figure, "go.Figure")
    }  # fmt: skip
    folder = {p.stem for p in (ROOT / "dashboard" / "charts").glob("*.py")} - {"__init__", "style", "spark"}
    assert {m.__name__.split(".")[-1] for m in MODULES} == folder
    assert there == made


@pytest.mark.parametrize("name", CHARTS)
def test_every_figure_can_be_read_in_both_presets(name: str) -> None:
    for preset, restricted in itertools.product(pictures.PRESETS, (False, True)):
        assert_readable(presets.laid_out(figure(CHARTS[name], restricted), preset))


@pytest.mark.parametrize("name", CHARTS)
def test_every_figure_becomes_both_files(name: str) -> None:
    assert pictures.draw(figure(CHARTS[name]), "png", "slide").startswith(b"\x89PNG")
    root = ET.fromstring(pictures.draw(figure(CHARTS[name]), "svg", "slide"))
    assert root.tag.endswith("svg")


@pytest.mark.parametrize("form", pictures.FORMS)
def test_the_same_figure_gives_the_same_bytes(form: pictures.Form) -> None:
    for drawn_ in (CHARTS["trend.bars"], city()):
        made = {hashlib.sha256(pictures.draw(figure(drawn_), form, "slide")).hexdigest() for _ in range(2)}
        assert len(made) == 1


def test_threads_give_the_bytes_of_one_alone() -> None:
    names = list(CHARTS)[:6]
    alone = {name: pictures.draw(figure(CHARTS[name]), "svg", "slide") for name in names}
    together: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda n=n: together.update({n: pictures.draw(figure(CHARTS[n]), "svg", "slide")}))
        for n in names
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


@pytest.mark.parametrize("preset", pictures.PRESETS)
def test_what_comes_from_records_is_framed_and_says_so(preset: pictures.Preset) -> None:
    own = figure(CHARTS["trend.bars"], restricted=True)
    image = pixels(pictures.draw(own, "png", preset))
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert (edge == FRAME).all()
    assert "RESTRICTED: do not share" in [t.get_text() for t in presets.laid_out(own, preset).texts]
    public = figure(CHARTS["trend.bars"])
    assert (pixels(pictures.draw(public, "png", preset))[0] == 255).all()
    assert not any("RESTRICTED" in t.get_text() for t in presets.laid_out(public, preset).texts)


def test_the_slide_has_few_words_and_the_evidence_all() -> None:
    said = {
        preset: " ".join(t.get_text() for t in presets.laid_out(figure(CHARTS["trend.bars"]), preset).texts)
        for preset in pictures.PRESETS
    }
    everything = (
        "Hatched: still filling up.",
        "not all that happens",
        "2024-01-15-1",
        "/trends?from=2022-01",
        "By month.",
    )
    for words in everything:
        assert words in said["evidence"]
    for words in ("Reports rose by 40%", "reported from January 2022", "Wick police", "31 December 2023"):
        assert words in said["slide"]
        assert words in said["evidence"]
    assert "Hatched" not in said["slide"]
    assert "By month." not in said["slide"]


def test_words_on_a_slide_can_be_read_from_the_back() -> None:
    """At 1080 pixels none is smaller than a forty-fifth of the height, and the title is twice that."""
    for name in ("trend.bars", "bars.categories of exploitation", "heat.week"):
        sizes = [float(t.get_fontsize()) for t in drawn(CHARTS[name], "slide").texts]
        assert min(sizes) >= 22, name
        assert max(sizes) >= 48


@pytest.mark.parametrize("preset", pictures.PRESETS)
def test_long_words_wrap_and_are_neither_cut_nor_on_each_other(preset: str) -> None:
    for restricted in (False, True):
        own = figure(CHARTS["trend.lines"], restricted, title=LONG[:260], subtitle=LONG, caption=LONG * 3, reading=LONG)
        made = presets.laid_out(own, preset)
        assert_readable(made)
        said = "".join(t.get_text() for t in made.texts).replace(" ", "")
        assert LONG[:260].replace(" ", "") in said


def test_a_size_that_has_no_room_for_the_words_is_refused() -> None:
    with pytest.raises(ValueError, match="greater height"):
        pictures.draw(figure(CHARTS["trend.bars"], caption=LONG * 5), "png", "evidence", (800, 300))
    assert pixels(pictures.draw(figure(CHARTS["trend.bars"]), "png", "slide", (960, 540))).shape[:2] == (540, 960)
    assert pixels(pictures.draw_bare(figure(CHARTS["trend.bars"]), "png", (800, 400))).shape[:2] == (400, 800)


def test_the_bare_figure_has_only_its_own_words() -> None:
    svg = pictures.draw_bare(figure(CHARTS["trend.bars"]), "svg")
    assert b"<title>Reports rose by 40% (50 to 70)</title>" in svg


def test_files_say_what_they_show_and_nothing_of_when_or_with_what() -> None:
    own = figure(CHARTS["trend.bars"], restricted=True)
    svg = pictures.draw(own, "svg").decode()
    root = ET.fromstring(svg)
    assert [c.tag.split("}")[-1] for c in list(root)[:2]] == ["title", "desc"]
    assert root[0].text == own.title
    for words in (own.title, own.caption, "RESTRICTED", "31 December 2023"):
        assert words in str(root[1].text)
    png = pictures.draw(own, "png")
    assert b"tEXtDescription\0RESTRICTED: do not share " + own.title.encode() in png
    for file in (svg.encode(), png):
        assert b"matplotlib" not in file.lower()
        assert b"Software" not in file
        assert not set(re.findall(rb"https?://[\w.]+", file)) - {b"http://www.w3.org", b"http://purl.org",
                                                                  b"http://creativecommons.org"}  # fmt: skip
    assert not re.search(r"(href|src|url)\s*[=(]\s*[\"']?https?:", svg.replace('xlink:href="http://www.w3', ""))


def test_text_from_data_is_neither_read_as_tags_nor_as_a_formula() -> None:
    own = figure(CHARTS["bars.categories"], title=f"{HOSTILE} $x^2$ \u202e漢")
    svg = pictures.draw(own, "svg").decode()
    assert "<img" not in svg
    assert ET.fromstring(svg)[0].text == f"{HOSTILE} $x^2$ 漢"
    words = [t.get_text() for t in presets.laid_out(own, "slide").texts]
    assert any("$x^2$ \ufffd" in w for w in words)  # a letter that the font lacks has a mark, not a warning


@pytest.mark.parametrize("name", CHARTS)
def test_a_figure_of_a_dark_page_is_printed_light(name: str) -> None:
    assert pictures.draw_bare(figure(DARK_CHARTS[name]), "svg", (800, 450)) == pictures.draw_bare(
        figure(CHARTS[name]), "svg", (800, 450)
    )


def test_a_figure_that_is_a_table_is_drawn_as_one() -> None:
    table = pd.DataFrame({"Source": [f"Source {i}" for i in range(40)], "Incidents": [1284, None] * 20})
    for preset in pictures.PRESETS:
        made = presets.laid_out(figure(None, table=table, missing="not collected"), preset)
        assert_readable(made)
        said = [t.get_text() for t in made.texts]
        assert {"Incidents", "1,284", "not collected"} <= set(said)
        rows = sum(s.startswith("Source ") for s in said) - sum(s.startswith("Source Wick") for s in said)
        assert f"and {40 - rows} more rows in the table" in said


def test_nothing_is_drawn_with_state_that_others_could_change() -> None:
    for file in Path(pictures.__file__).parent.glob("*.py"):
        assert "pyplot" not in file.read_text(encoding="utf-8")
