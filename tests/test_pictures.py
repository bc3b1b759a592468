"""Figures as pictures: the numbers, the order, the colours and the words of the page, and nothing cut off."""

import hashlib
import inspect
import io
import itertools
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard import pictures
from dashboard.charts import bars, coverage, curve, heat, multiples, protected, trend, years
from dashboard.palette import DARK, LIGHT
from dashboard.pictures import presets, scales, sheet
from etl import codes
from tests.conftest import ROOT
from tests.picture_figures import LONG, charts, city, figure
from tests.test_charts import HOSTILE, series

CHARTS, DARK_CHARTS = charts(), charts(DARK)
MODULES = (bars, coverage, curve, heat, multiples, protected, trend, years)
FRAME = (0x8A, 0x4B, 0x00)


def placed(made: sheet.Sheet, gid: str, pair: int | None = None) -> list:
    """The marks of a kind on a canvas, in the order in which they were drawn."""
    axes = [a for a in made.canvas.axes if a.get_zorder() == 0]
    chosen = axes if pair is None else [axes[pair]]
    return [artist for a in chosen for artist in a.get_children() if artist.get_gid() == gid]


def drawn(fig: go.Figure, preset: str = "evidence") -> sheet.Sheet:
    return presets.laid_out(figure(fig), preset)


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 3) of 0 to 255."""
    from matplotlib.image import imread

    return np.rint(imread(io.BytesIO(png), format="png")[:, :, :3] * 255).astype(int)


def assert_readable(made: sheet.Sheet) -> None:
    """Every word lies on the canvas, and none on another."""
    boxes = [(t.get_text(), made.extent(t)) for t in made.texts if t.get_text().strip()]
    for text, box in boxes:
        assert box.left >= 0, text
        assert box.top >= 0, text
        assert box.right <= made.width, text
        assert box.bottom <= made.height, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.right, b.right) - max(a.left, b.left)
        down = min(a.bottom, b.bottom) - max(a.top, b.top)
        assert across <= 2 or down <= 3, f"“{one}” lies on “{other}”"


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


@pytest.mark.parametrize("name", [n for n, f in CHARTS.items() if {t.type for t in f.data} & {"bar"}])
def test_bars_stand_where_plotly_puts_them(name: str) -> None:
    """Each bar begins at its place, from zero, and is as long as its number."""
    fig = CHARTS[name]
    found = placed(drawn(fig), "bar")
    expected = []
    for trace in fig.data:
        if trace.type != "bar":
            continue
        flat = trace.orientation == "h"
        lengths = np.asarray(trace.x if flat else trace.y, dtype=float)
        if trace.base is not None and not isinstance(trace.base[0], float):  # days
            lengths = lengths / scales.DAY
        expected += [(flat, length) for length in lengths if np.isfinite(length)]
    # Small charts have axes of their own, so the order is that of the axes: of the traces in each.
    assert len(found) == len(expected)
    for patch, (flat, length) in zip(found, expected, strict=True):
        assert (patch.get_width() if flat else patch.get_height()) == pytest.approx(length)
        if not flat:
            assert patch.get_y() == 0


def test_a_bar_stands_over_its_period() -> None:
    table = series()
    found = placed(drawn(trend.bars(table, LIGHT)), "bar")
    days = (table["start"] - pd.Timestamp(0)).dt.days
    assert [p.get_x() for p in found] == pytest.approx(list(days))
    assert [p.get_height() for p in found] == pytest.approx(list(table["n"]))
    assert [p.get_width() for p in found] == pytest.approx(list((table["end"] - table["start"]).dt.days * 0.88))


def test_categories_keep_their_order_their_names_and_their_numbers() -> None:
    made = drawn(CHARTS["bars.categories of exploitation"])
    by_height = sorted((t for t in made.texts if t.axes is not None), key=lambda t: made.extent(t).top)
    words = [t.get_text() for t in by_height]
    assert [w for w in words if w[0].isalpha()] == [codes.EXPLOITATION[c] for c in ("sex", "forced_labour", "unknown")]
    assert [w for w in words if w[0].isdigit()] == ["1,516", "0", "22"]


def test_lines_have_the_numbers_and_stop_at_gaps() -> None:
    fig = CHARTS["trend.lines of exploitation"]
    found = placed(drawn(fig), "line")
    traces = [t for t in fig.data if t.type == "scatter"]
    assert len(found) == len(traces)
    for line, trace in zip(found, traces, strict=True):
        assert np.array_equal(line.get_ydata(), np.asarray(trace.y, dtype=float), equal_nan=True)
        assert line.get_color().upper() == trace.line.color.upper()
        assert line.is_dashed() == (trace.line.dash == "dot")
    assert np.isnan(found[0].get_ydata()[4])


def test_dots_have_the_shapes_that_tell_lines_apart_in_grey() -> None:
    found = placed(drawn(CHARTS["trend.lines of exploitation"]), "dots")
    assert {line.get_marker() for line in found} == {"o", "s", "X"}
    many = placed(drawn(CHARTS["trend.lines of many months"]), "dots")
    assert all(line.get_markevery() == 8 for line in many)


def test_hatching_is_where_plotly_has_it() -> None:
    fig = CHARTS["trend.bars"]
    found = placed(drawn(fig), "bar")
    hatched = [bool(t.marker.pattern.shape) for t in fig.data if t.type == "bar" for _ in t.x]
    assert [bool(p.get_hatch()) for p in found] == hatched
    assert any(hatched)
    unknown = placed(drawn(CHARTS["bars.categories of exploitation"]), "bar")
    assert [p.get_hatch() for p in unknown] == ["x", None, None]


def test_cells_have_the_shade_of_their_number() -> None:
    fig = CHARTS["heat.week"]
    cells = placed(drawn(fig), "cell")
    assert len(cells) == 7 * 24
    from matplotlib.colors import to_hex

    darkest = [c for c in cells if to_hex(c.get_facecolor()).upper() == LIGHT.sequential[-1]]
    assert [(c.get_x(), c.get_y()) for c in darkest] == [(22.5, 5.5)]


def test_bands_and_breaks_stand_at_their_dates() -> None:
    made = drawn(CHARTS["trend.lines of exploitation"])
    (band,) = placed(made, "band")
    day = (pd.Timestamp("2022-05-01") - pd.Timestamp(0)).days
    assert band.get_x() == day
    assert band.get_width() == 61
    breaks = placed(made, "break")
    assert [b.get_xdata()[0] for b in breaks] == [(pd.Timestamp(d) - pd.Timestamp(0)).days for d in
                                                  ("2023-05-01", "2022-06-01")]  # fmt: skip
    assert all(b.is_dashed() for b in breaks)
    assert "A unit begins" in [t.get_text() for t in made.texts]


def test_intervals_are_drawn_from_arrays() -> None:
    fig = go.Figure(go.Scatter(x=[1, 2], y=[4, 5], mode="markers", error_y={"array": [1, 2], "arrayminus": [0.5, 1]}))
    made = drawn(fig)
    from matplotlib.collections import LineCollection

    (lines,) = [c for a in made.canvas.axes for c in a.collections if isinstance(c, LineCollection)]
    assert [list(s[:, 1]) for s in lines.get_segments()] == [[3.5, 5], [4, 7]]


def test_axes_begin_at_zero_and_say_whole_numbers() -> None:
    made = drawn(CHARTS["trend.bars"])
    axes = next(a for a in made.canvas.axes if a.get_zorder() == 0)
    assert axes.get_ylim()[0] == 0
    low = trend.bars(series(3).assign(n=[1.0, 2.0, 3.0]), LIGHT)
    said = [t.get_text() for t in drawn(low).texts if re.fullmatch(r"[\d.]+", t.get_text())]
    assert [s for s in said if len(s) < 4] == ["0", "1", "2", "3"]


def test_ticks_are_those_of_the_figure() -> None:
    made = drawn(CHARTS["protected.bars"])
    assert {"2021 H1", "2021 H2", "2022 H1"} <= {t.get_text() for t in made.texts}
    made = drawn(CHARTS["curve.concentration_curve"])
    assert {"0%", "100%", "Share of places", "Share of reports"} <= {t.get_text() for t in made.texts}


@pytest.mark.parametrize(
    ("fig", "said"),
    [
        (go.Figure(go.Pie(values=[1, 2])), "pie"),
        (go.Figure(go.Bar(x=[1], y=[2], insidetextanchor="end")), "insidetextanchor"),
        (go.Figure(go.Scatter(x=[1], y=[2], mode="markers", marker={"symbol": "star"})), "star"),
        (go.Figure(go.Scatter(x=[1, 2], y=[2, 3], fill="toself")), "toself"),
        (go.Figure(go.Bar(x=[1], y=[2]), {"annotations": [{"text": "a", "x": 1, "y": 1}]}), "arrow"),
        (go.Figure(go.Bar(x=[1], y=[2]), {"shapes": [{"type": "circle", "x0": 1, "x1": 2, "y0": 0, "y1": 1}]}),
         "circle"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_and_named(fig: go.Figure, said: str) -> None:
    with pytest.raises(pictures.PictureError, match=said):
        pictures.draw(figure(fig))


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
