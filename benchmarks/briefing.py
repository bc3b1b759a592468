"""A briefing of ten slides, made while people wait for it; and a slide of Present, opened by its link."""

import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.figures import Figure, figure

BUDGET_S, SLIDE_S = 10.0, 2.0
TURNS = 3
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
    return found + _slide()


def _slide() -> list[Figure]:
    """Seconds until a slide is on screen, of a public server that has served before; none without a Chromium."""
    from playwright.sync_api import sync_playwright

    from dashboard import decks
    from dashboard.saved import PUBLIC, Reader
    from dashboard.warehouse import current
    from tests.browser.conftest import FLAGS, find_chromium, serving
    from tests.make_public import make_public

    browser = find_chromium()
    if not browser:
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        data = Path(folder) / "public"
        make_public(data, "year", "district", 900)
        deck = decks.new(data, current(data, "public"), Reader("", PUBLIC), "Task force", "task_force")
        env = {"LAMPLIGHT_DATA": str(data), "LAMPLIGHT_TIER": "public"}
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        took = []
        with serving("app.py", env, Path(folder) / "log.txt") as address:
            for _ in range(TURNS + 1):
                page.goto("about:blank")
                begin = time.perf_counter()
                page.goto(f"{address}/present?deck={deck.id}&slide=2", wait_until="commit")
                page.wait_for_selector(".st-key-slide_2 h1", state="visible")
                took.append(time.perf_counter() - begin)
        chromium.close()
    return [figure("a slide of Present by its link", min(took[1:]), "s", SLIDE_S, "limit")]
