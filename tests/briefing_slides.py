"""A deck of the invented figures, the file that is made of it, and what stands in one of its slides."""

import io
from datetime import date
from functools import cache
from typing import Any

from pptx import Presentation

from dashboard import briefing
from dashboard.briefing import Deck, Slide
from tests import briefing_figures as made


def deck(*figures: Any, release: str = "2026-01-02-1", restricted: bool = False) -> Deck:
    slides = tuple(Slide("", "A sentence.", f) for f in figures)
    return Deck("A title", "A subtitle", slides, date(2025, 12, 31), release, restricted)


def opened(made_of: Deck, preset: Any = "slide") -> Any:
    return Presentation(io.BytesIO(briefing.pptx(made_of, preset)))


@cache
def every_figure() -> Any:
    """A slide of each figure; made once for all files of tests in a process, for it takes a second or two."""
    return opened(deck(*made.figures()))


def charts(slide: Any) -> list[Any]:
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
