"""A hundred filter changes on the page Map: each is painted in a second, and neither side keeps what it has shown."""

import itertools
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from dashboard import questions
from tests.browser.conftest import serving, visits
from tests.browser.test_map_answers import link
from tests.make_warehouse import make_warehouse

pytestmark = [pytest.mark.browser, pytest.mark.full]

INCIDENTS = 200_000
WARM, CHANGES, GROWTH = 25, 100, 1.1
REPAINT_SECONDS = 1.0
YEARS, MONTHS = range(2020, 2024), range(1, 13)
VIEWS = [(f"{y}-{m:02}", to) for to in ("2025-12", "2025-11", "2025-10", "2025-09") for y in YEARS for m in MONTHS]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of many records, alone: what it holds is this test's own."""
    folder = tmp_path_factory.mktemp("large")
    make_warehouse(folder, INCIDENTS)
    with serving("app.py", {"LAMPLIGHT_DATA": str(folder)}, folder / "log.txt") as address:
        yield address


def resident(address: str) -> int:
    """Bytes of memory that the server of this address has."""
    port = f"--server.port={address.rsplit(':', 1)[1]}"
    (found,) = [p for p in psutil.Process(os.getpid()).children(recursive=True) if port in p.cmdline()]
    return int(found.memory_info().rss)


def choose(visit: Any, frame: Any, label: str, option: str) -> float:
    """Seconds from the choice until the map shows another picture."""
    frame.evaluate("() => { window.before = lamplight.current().picture; }")
    visit.page.get_by_role("combobox", name=label, exact=True).fill(option)
    chosen = visit.page.get_by_role("option", name=option, exact=True)
    chosen.wait_for()
    start = time.perf_counter()
    chosen.click()
    frame.wait_for_function("lamplight.current().picture !== window.before", polling="raf")
    took = time.perf_counter() - start
    visit.ready()
    return took


def test_a_hundred_filter_changes_are_quick_and_leave_nothing_behind(browser: Any, large: str) -> None:
    with visits(browser, large) as visitor:
        visit = visitor(link(questions.CLUSTERED))
        frame = visit.map()
        session = visit.context.new_cdp_session(visit.page)
        session.send("Performance.enable")
        views = itertools.pairwise([("2020-01", "2025-12"), *VIEWS[1:]])
        took: list[float] = []

        def change(times: int) -> dict[str, float]:
            for (first, last), (after, until) in itertools.islice(views, times):
                if until != last:
                    took.append(choose(visit, frame, "To", until))
                if after != first:
                    took.append(choose(visit, frame, "From", after))
            session.send("HeapProfiler.collectGarbage")
            held = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
            return {"server": resident(large)} | {name: held[name] for name in ("JSHeapUsedSize", "Nodes")}

        before, after = change(WARM), change(CHANGES)
        assert len(took) >= WARM + CHANGES
        print({name: (round(before[name] / 1e6, 2), round(after[name] / 1e6, 2)) for name in before})
        print(f"repaint: median {statistics.median(took):.2f} s, longest {max(took):.2f} s")
        assert all(after[name] <= before[name] * GROWTH for name in before), (before, after)
        assert statistics.median(took) <= REPAINT_SECONDS, took
        assert visit.problems == []
