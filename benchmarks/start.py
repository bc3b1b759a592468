"""From the command to a page: `start.py` once installed, then the first page of a server that has just come up."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure, figure
from tests.browser.conftest import FLAGS, find_chromium

ROOT = Path(__file__).resolve().parent.parent
READY_S, FIRST_PAGE_S = 6.0, 2.0
# In which frame of the page something is first to be seen, in milliseconds since 1970. A question from outside would
# be answered only when the browser has read plotly.
_SEEN = """(() => {
    const seen = (name, what) => {
        const e = document.querySelector(what);
        if (e && e.checkVisibility() && e.getBoundingClientRect().width)
            window[name] = performance.timeOrigin + performance.now();
        else requestAnimationFrame(() => seen(name, what));
    };
    requestAnimationFrame(() => {
        seen('headline', "[data-testid='stMetric']");
        seen('chart', '.js-plotly-plot .main-svg');
    });
})()"""


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_page(address: str, browser: str) -> tuple[float, float]:
    """Seconds until the headline figures and until the first chart are on screen, in a browser without a cache.

    The second is mostly the browser's own: it reads five megabytes of plotly before the first chart.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(_SEEN)
        begin = time.time()
        page.goto(address)
        page.wait_for_function("() => window.headline && window.chart", timeout=60_000)
        headline, chart = page.evaluate("() => [window.headline, window.chart]")
        chromium.close()
    return headline / 1000 - begin, chart / 1000 - begin


def run() -> list[Figure]:
    """Starts the sample as a person would, twice, so that the second finds everything installed and built."""
    browser = find_chromium()
    figures: list[Figure] = []
    for again in (False, True):
        port = _port()
        command = [sys.executable, "start.py", "--no-browser", "--port", str(port)]
        begin = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            try:
                for line in server.stdout or ():
                    if re.search(rf"http://127\.0\.0\.1:{port}", line):
                        break
                ready = time.perf_counter() - begin
                if again:
                    figures.append(figure("start.py to ready, once installed", ready, "s", READY_S, "limit"))
                    if browser:
                        headline, chart = _first_page(f"http://127.0.0.1:{port}/", browser)
                        figures += [
                            figure("first page of a new server: headline", headline, "s", FIRST_PAGE_S, "limit"),
                            figure("first page of a new server: first chart", chart, "s", peer="for information"),
                        ]
            finally:
                server.terminate()
                server.wait(20)
    return figures
