"""A briefing of ten slides: made while people wait for it."""

import time
from datetime import date

from benchmarks.figures import Figure, figure

BUDGET_S = 10.0
SLIDES = 10


def run() -> list[Figure]:
    """Ten slides of every kind of figure, a map and a table among them, as a presentation and as a pdf.

    The first presentation is made by a process that has drawn nothing before: it reads the libraries too.
    """
    from dashboard import briefing
    from tests import briefing_figures as made

    wanted = ("bars", "lines", "multiples", "categories", "grid", "week", "few_in_time", "map", "coverage", "table")
    figures = {f.key: f for f in made.figures()}
    slides = tuple(briefing.Slide("", "A sentence to read aloud.", figures[key]) for key in wanted)
    assert len(slides) == SLIDES
    deck = briefing.Deck("A briefing", "Measured", slides, date(2025, 12, 31), made.ABOUT.release)
    found = []
    for name, make in (("pptx, first", briefing.pptx), ("pptx, again", briefing.pptx), ("pdf", briefing.pdf)):
        begin = time.perf_counter()
        size = len(make(deck))
        seconds = time.perf_counter() - begin
        found.append(figure(f"briefing of {SLIDES} slides: {name}", seconds, "s", BUDGET_S, f"{size / 1e6:.2f} MB"))
    return found
