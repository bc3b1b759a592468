"""Slides in a browser: keys and a clicker turn them, the link resumes, a server that dies takes none away."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard import decks
from dashboard.saved import PUBLIC, Reader
from dashboard.warehouse import current
from tests.browser.conftest import _wait, serving, visits
from tests.browser.visit import PATIENCE, READY
from tests.conftest import ROOT
from tests.make_public import make_public

pytestmark = pytest.mark.browser
ROOM = Reader("", PUBLIC)
SEEN = """[...document.querySelectorAll('[class*="st-key-slide_"]')]
  .filter((slide) => getComputedStyle(slide).visibility === 'visible')
  .map((slide) => Number(slide.className.match(/st-key-slide_(\\d+)/)[1]))"""
CHROME = (
    "[data-testid='stHeader'], [data-testid='stToolbar'], [data-testid='stTopNav'], header, footer, "
    ".st-key-filter_bar, .lamplight-leave"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("present") / "public"
    make_public(folder, "year", "district", 900)
    return folder


@pytest.fixture(scope="module")
def deck(data: Path) -> decks.Stored:
    made = decks.new(data, current(data, "public"), ROOM, "Task force, May", "task_force")
    decks.decide(data, ROOM, made.id, "Train two hotels", "County Health")
    return made


@pytest.fixture(scope="module")
def present_server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    env = {"LAMPLIGHT_DATA": str(data), "LAMPLIGHT_TIER": "public"}
    with serving("app.py", env, tmp_path_factory.mktemp("log") / "log.txt") as address:
        yield address


@pytest.fixture
def public(browser: Any, present_server: str) -> Iterator[Any]:
    with visits(browser, present_server) as visit:
        yield visit


def until(page: Any, condition: str) -> None:
    """Wait for a condition; the page's content policy lets no waiting function of its own be evaluated."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        time.sleep(0.05)


def at(visit: Any, n: int) -> None:
    """Wait until slide n, and it alone, is seen."""
    until(visit.page, f"JSON.stringify({SEEN}) === '[{n}]'")
    assert re.search(rf"[?&]slide={n}(&|$)", visit.page.url)


def on_slide(visit: Any, path: str, n: int) -> Any:
    visit.page.goto(visit.server + path)
    visit.page.wait_for_selector(READY, state="attached")
    at(visit, n)
    return visit.page


def test_keys_and_a_clicker_turn_the_slides_and_nothing_else_is_there(public: Any, deck: decks.Stored) -> None:
    visit = public("/present", width=1920, height=1080)
    page = on_slide(visit, f"/present?deck={deck.id}&slide=1", 1)
    last = int(page.get_attribute(".lamplight-present", "data-count"))
    assert last == len(deck.items) + 1
    sent = visit.sent
    turns = (("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("PageUp", 3), ("ArrowLeft", 2), ("Home", 1), ("PageUp", 1))
    for key, n in (*turns, ("End", last), ("PageDown", last)):
        page.keyboard.press(key)
        at(visit, n)
    assert visit.sent == sent, "a slide turns without asking the server"
    assert not [e for e in page.locator(CHROME).all() if e.is_visible()]
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    at(visit, 2)
    assert "Decided last time, 0 of 1 done" in page.inner_text(".st-key-slide_2")
    small = page.evaluate(
        """[...document.querySelectorAll('.st-key-slide_3 :is(h1, p, li, td, svg text)')]
        .map((e) => parseFloat(getComputedStyle(e).fontSize)).filter((size) => size < 20)"""
    )
    assert small == [], "readable from the back"
    wide = page.evaluate(
        """[...document.querySelectorAll('[class*="st-key-slide_"]')].map((s) => s.scrollWidth - s.clientWidth)"""
    )
    assert max(wide) <= 1, "nothing is cut off"
    assert visit.elsewhere == [] and visit.problems == []


def test_the_screen_is_blanked_contrasted_and_left(public: Any, deck: decks.Stored) -> None:
    visit = public("/present")
    page = on_slide(visit, f"/present?deck={deck.id}&slide=3", 3)
    covered = "getComputedStyle(document.body, '::after').backgroundColor === 'rgb(0, 0, 0)'"
    for key in (".", "b"):
        page.keyboard.press(key)
        assert page.evaluate(covered)
        page.keyboard.press(key)
        assert not page.evaluate(covered)
    page.keyboard.press("c")
    assert page.evaluate("getComputedStyle(document.querySelector('.st-key-slide_3 h1')).color") == "rgb(0, 0, 0)"
    page.reload()
    at(visit, 3)
    until(page, "document.documentElement.classList.contains('lamplight-contrast')")  # it is remembered
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/present\?deck=\w+$"))
    visit.ready()
    assert page.locator(".lamplight-present").count() == 0 and "Task force, May" in visit.text()


def test_no_hidden_value_is_in_the_page_and_nothing_answers_a_pointer(public: Any, deck: decks.Stored) -> None:
    visit = public("/present")
    page = on_slide(visit, f"/present?deck={deck.id}&slide=3", 3)
    page.wait_for_selector(".st-key-slide_3 .js-plotly-plot svg")
    held = page.evaluate(
        """[...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => plot.data
        .flatMap((trace) => ['customdata', 'hovertemplate', 'hovertext', 'meta'].filter((name) => trace[name])))"""
    )
    assert held == []
    page.mouse.move(600, 500)
    page.wait_for_timeout(300)
    assert page.locator(".hoverlayer .hovertext").count() == 0
    assert "@" not in page.content().split("<body")[1].split("<script")[0]


def test_a_link_opens_its_slide(public: Any, deck: decks.Stored) -> None:
    """How soon is a benchmark: `python -m benchmarks briefing`."""
    visit = public("/present")
    visit.page.goto(f"{visit.server}/present?deck={deck.id}&slide=2", wait_until="commit")
    visit.page.wait_for_selector(".st-key-slide_2 h1", state="visible")


@contextmanager
def served(data: Path, port: int, log: Path) -> Iterator[None]:
    """The app on a port of our own, so that it can be killed and come back."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    env = os.environ | {"LAMPLIGHT_DATA": str(data), "LAMPLIGHT_TIER": "public"}
    with log.open("ab") as out, subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out) as run:
        try:
            _wait(run, f"http://127.0.0.1:{port}/_stcore/health", log)
            yield
        finally:
            run.kill()
            run.wait(20)


def test_a_server_that_dies_takes_no_slide_away_and_the_talk_goes_on_where_it_was(
    browser: Any, data: Path, deck: decks.Stored, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}", tmp_path / "log.txt"
    with visits(browser, address) as visit:
        with served(data, port, log):
            seen = visit("/present")
            page = on_slide(seen, f"/present?deck={deck.id}&slide=2", 2)
            page.wait_for_selector(".st-key-slide_4 h1", state="attached")
        for n in (3, 4):  # nobody answers now
            page.keyboard.press("PageDown")
            at(seen, n)
        assert page.locator("[data-testid='stDialog'], [role='dialog']:visible").count() == 0
        with served(data, port, log):
            page.wait_for_selector(READY, state="attached", timeout=60_000)
            at(seen, 4)
            page.keyboard.press("PageDown")
            at(seen, 5)
            page.reload()
            page.wait_for_selector(READY, state="attached")
            at(seen, 5)
