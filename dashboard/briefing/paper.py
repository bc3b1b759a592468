"""A deck becomes a tagged pdf (PDF/UA-1): a page a slide, words that can be selected, text alternatives, fonts inside.

Typst sets it, from the wheel: nothing is fetched. Every text is handed over as data and never read as markup.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dashboard.briefing import planned, rows, said
from dashboard.briefing.deck import Deck, Preset
from dashboard.briefing.package import written_on
from dashboard.briefing.planned import DEJAVU, Box, Page, Piece
from dashboard.briefing.plots import Grid
from dashboard.briefing.stage import FRAME
from dashboard.escape import plain
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import _
from dashboard.palette import LIGHT

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import typst

PIXELS, LETTERS = 100, 19  # of a drawing in an inch; height of its type, 13.7 points
STRIPE = "#F6F6F3"
STANDARD: Literal["ua-1"] = "ua-1"
PLAIN_MARGIN, DEFAULT_HEIGHT = 28, 450  # plotly's pixels: above a figure without notes; where none is set
LOWER = 0.72  # of the height on a page of the dashboard, so that letters stay as large


def written(deck: Deck, preset: Preset) -> bytes:
    """The file of a deck."""
    import typst

    shown, rest = [_page(planned.title_page(deck, DEJAVU), None, deck.secret)], []
    for i, page in enumerate(planned.pages(deck, preset, DEJAVU)):
        pieces = planned.pieces(page, i + 2)
        shown.append(_page(pieces, page, page.secret))
        if texts := planned.unsaid(page, pieces):
            title = _("Page {number}: {title}").format(number=i + 2, title=page.slide.heading)
            rest.append({"title": title, "texts": texts})
    when = written_on(deck)
    data = {
        "title": plain(deck.title) or plain(shown[0]["pieces"][0]["texts"][0]),
        "lang": deck.language,
        "region": "US",
        "date": {"year": when.year, "month": when.month, "day": when.day},
        "width": planned.WIDTH,
        "height": planned.HEIGHT,
        "quiet": LIGHT.quiet,
        "ink": LIGHT.text,
        "grid": LIGHT.grid,
        "frame": FRAME,
        "warning": said.frame(),
        "pages": shown,
        "rest": rest,
        "rest_title": _("What did not fit on its page"),
        "secret": deck.secret,
    }
    inputs = {"deck": json.dumps(data, ensure_ascii=False)}
    template = Path(__file__).with_name("paper.typ").read_bytes()
    compiler = typst.Compiler(template, root=_nowhere(), font_paths=_fonts(), sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=when)
    assert isinstance(made, bytes)
    return made


def _page(pieces: tuple[Piece, ...], page: Page | None, secret: bool) -> dict[str, Any]:
    return {"secret": secret, "pieces": [_piece(piece, page) for piece in pieces]}


def _piece(piece: Piece, page: Page | None) -> dict[str, Any]:
    box = piece.box
    place = {"x": box.x, "y": box.y, "w": box.w, "h": box.h, "size": piece.size, "gap": piece.gap}
    if piece.kind == "figure" and page is not None and page.slide.figure is not None:
        return place | _figure(page.slide.figure, page, box)
    return place | {"kind": piece.kind, "texts": list(piece.texts), "first": page is None}


def _figure(figure: Figure, page: Page, box: Box) -> dict[str, Any]:
    if figure.drawn is None:
        return _table(figure, box)
    if isinstance(page.native, Grid):
        return _grid(page.native, box)
    svg = _drawing(figure, (round(box.w * PIXELS), round(box.h * PIXELS)))
    return {"kind": "figure", "svg": svg, "alt": said.alternative(figure, page.native, drawn=True)}


def _table(figure: Figure, box: Box) -> dict[str, Any]:
    heads, lines, numeric = said.cells(figure)
    stripes = [LIGHT.grid, *(STRIPE if i % 2 else LIGHT.surface for i in range(len(lines)))]
    return {
        "kind": "table",
        "size": rows.SIZE,
        "inside": rows.SIZE,
        "inset": rows.PAD,
        "columns": rows.widths(heads, lines, box.w, wider=DEJAVU.wider),
        "heights": rows.heights(heads, lines, box.w, wider=DEJAVU.wider),
        "heads": heads,
        "rows": lines,
        "align": ["right" if number else "left" for number in numeric],
        "fills": [[stripe] * len(heads) for stripe in stripes],
        "inks": [[LIGHT.text] * len(heads) for _line in lines],
    }


def _grid(grid: Grid, box: Box) -> dict[str, Any]:
    corner, n = said.grid_corner(grid), len(grid.columns)
    many = n > rows.MANY
    size = rows.SMALL if many else rows.SIZE
    each, high = rows.grid(grid.rows, grid.columns, corner, (box.w, box.h), DEJAVU.wider)
    inside = rows.in_cells(grid.texts, each[1], DEJAVU.wider) if many else size
    return {
        "kind": "table",
        "size": size,
        "inset": 0.02 if many else rows.PAD,
        "columns": each,
        "heights": high,
        "heads": [corner, *(name.removesuffix(":00") for name in grid.columns)],
        "inside": inside or size,
        "rows": [[name, *(texts if inside else [""] * n)] for name, texts in zip(grid.rows, grid.texts, strict=True)],
        "align": ["left", *["center"] * n],
        "fills": [[LIGHT.surface] * (n + 1), *([LIGHT.surface, *fills] for fills in grid.fills)],
        "inks": [[LIGHT.text, *inks] for inks in grid.inks],
    }


def _drawing(figure: Figure, size: tuple[int, int]) -> str:
    """The plot or the map as SVG whose letters are letters: the font it is measured in is the font of the page."""
    from dashboard.pictures import typeset

    if figure.drawn is not None and not isinstance(figure.drawn, MapPicture):
        figure = replace(figure, drawn=lettered(figure.drawn))
    return typeset.draw_bare(figure, size, LETTERS)


def lettered(drawn: "go.Figure") -> "go.Figure":
    """The figure with letters at its dated notes, whose texts stand beside it, and as low as a page wants it."""
    import plotly.graph_objects as go

    copy = go.Figure(drawn)
    dated = sorted((a for a in copy.layout.annotations if a.hovertext), key=lambda a: str(a.x))
    over = max((copy.layout.margin.t or 0) - PLAIN_MARGIN, 0) if dated else 0
    for i, note in enumerate(dated):
        note.update(text=said.letter(i), yshift=0, xanchor="center")
    height = copy.layout.height or DEFAULT_HEIGHT
    copy.update_layout(margin_t=(copy.layout.margin.t or 0) - over, height=LOWER * (height - over))
    return copy


@cache
def _fonts() -> "typst.Fonts":
    """The font of the pictures, and for letters that it lacks, what the machine has."""
    import typst

    from dashboard.pictures import typeset

    return typst.Fonts(font_paths=[typeset.font_folder()])


def _nowhere() -> Path:
    """The folder beyond which typst reads nothing: ours, which holds code only."""
    return Path(__file__).parent
