"""One server and one Chromium for all browser tests, on invented records whose texts try to break out."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.browser.hostile import HOSTILE
from tests.browser.visit import Visit
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse

CHROMIUM_SETTING = "LAMPLIGHT_CHROMIUM"
# The shell without windows needs a quarter less time than the same Chromium with the windows hidden.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
INCIDENTS = 1500
START_SECONDS = 60


def find_chromium() -> str | None:
    """The Chromium that the setting names, else one of this machine."""
    named = os.environ.get(CHROMIUM_SETTING)
    return named if named and Path(named).exists() else next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium of this machine; without one the browser tests are skipped, and counted at the end."""
    found = find_chromium()
    if not found:
        pytest.skip(f"no Chromium found (name one by {CHROMIUM_SETTING})")
    return found


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose names, titles, codes and notes are hostile."""
    folder = tmp_path_factory.mktemp("browser")
    path = make_warehouse(folder, INCIDENTS)
    with duckdb.connect(str(path)) as con:
        _make_hostile(con)
    return folder


def _make_hostile(con: duckdb.DuckDBPyConnection) -> None:
    """Put the hostile texts wherever text from a publisher's file can reach a page."""
    for i, text in enumerate(HOSTILE):
        tract = f"T{100 * (i % 6 + 1) + 1 + i // 6}"
        con.execute("UPDATE areas SET name = ? WHERE layer = 'tract' AND area_id = ?", [f"{text} {i}", tract])
        con.execute("UPDATE areas SET name = ? WHERE area_id = ?", [f"East {text}", ("D5", "P2")[i % 2]])
        where = f"hash(incident_id) % 40 = {i}"
        for column in ("premise", "offence", "nibrs_code"):
            con.execute(f"UPDATE incidents SET {column} = ? WHERE {where}", [text])
        con.execute(f"UPDATE victims SET race = ?, relationship = ? WHERE {where}", [text, text])
    everything = " ".join(HOSTILE)
    con.execute("UPDATE sources SET title = title || ' ' || ?, publisher = ?", [HOSTILE[0], everything])
    con.execute("UPDATE sources SET verdict = ?, known_problems = [?], licence = ?, url = ?", [everything] * 4)
    con.execute("UPDATE annotations SET text = ?", [everything])
    con.execute("UPDATE loads SET file = ?, notes = [?]", [everything, everything])
    con.execute("UPDATE quarantine SET column_name = ?", [everything])
    con.execute("UPDATE published_counts SET place_name = ?", [everything])
    con.execute("UPDATE meta SET value = ? WHERE key = 'place'", [f"Wick {everything}"])


@pytest.fixture(scope="session")
def server(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, served the way start.py serves it, with an interface turned on that must stay closed."""
    env = {"LAMPLIGHT_DATA": str(data_dir), "LAMPLIGHT_TIER": "restricted", "STREAMLIT_SERVER_ENABLE_AGENT_API": "true"}
    with serving("app.py", env, tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@contextmanager
def serving(app: str, env: dict[str, str], log: Path) -> Iterator[str]:
    """The address of an app of this project. Its log must stay free of errors and warnings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
    }
    command = [sys.executable, "-m", "streamlit", "run", app, *(f"--{k}={v}" for k, v in options.items())]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stdout=out, stderr=out) as run,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(run, f"{address}/_stcore/health", log)
            yield address
        finally:
            run.terminate()
            run.wait(20)
    written = log.read_text(encoding="utf-8", errors="replace")
    assert "Error" not in written, written[-3000:]
    assert "Warning" not in written, written[-3000:]


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-3000:]
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"The server did not answer within {START_SECONDS} s.")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    """One Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visitor(browser: Any, server: str) -> Iterator[Any]:
    """A function that opens a page in a context of its own: visitor("/map", width=390)."""
    with visits(browser, server) as visit:
        yield visit


@contextmanager
def visits(browser: Any, server: str) -> Iterator[Any]:
    """A function that opens pages of a server, all closed in the end."""
    open_visits: list[Visit] = []

    def visit(path: str = "/", width: int = 1440, height: int = 900, **options: Any) -> Visit:
        made = Visit(browser, server, width, height, **options)
        open_visits.append(made)
        made.go(path)
        return made

    try:
        yield visit
    finally:
        for made in open_visits:
            made.close()
