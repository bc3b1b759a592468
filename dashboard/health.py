"""For whoever watches the server: /healthz says whether the file that is served answers, /metrics a few numbers.

Both are open to everybody who reaches the server, so neither says a value of a record, counts people or names a
source. The public process reads nothing but its own file for them.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

import duckdb
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import audit
from dashboard.pointer import WarehouseError, WarehouseFormat, WarehouseMissing
from dashboard.state import StateError
from dashboard.warehouse import Warehouse, served_tier

PATIENCE = 3.0  # seconds; a file that takes longer to answer is not well
STARTED = time.time()
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

Number = tuple[str, str, str, float | None]  # name, kind, help, value; None is left out


def routes() -> list[BaseRoute]:
    """The two routes; the middleware of dashboard/server.py adds the headers and forbids caching."""
    return [Route("/healthz", _healthz), Route("/metrics", _metrics)]


# -- counters ----------------------------------------------------------------------------------------------------------


class _Counter:
    """How often something happened since the process began."""

    def __init__(self) -> None:
        self.value, self._lock = 0, Lock()

    def add(self) -> None:
        with self._lock:
            self.value += 1


page_runs, refused_runs = _Counter(), _Counter()


# -- is it well --------------------------------------------------------------------------------------------------------


def problem() -> str:
    """Why the served file does not answer, in one word: missing, format or damaged; empty when it does."""
    try:
        opened = _warehouse()
        if not opened.path.is_file():
            return "missing"  # deleted under the open handle: the next start would find nothing
        opened.ask_sql("SELECT count(*) FROM meta")
    except WarehouseMissing:
        return "missing"
    except WarehouseFormat:
        return "format"
    except (WarehouseError, duckdb.Error, OSError):
        return "damaged"
    return ""


def _warehouse() -> Warehouse:
    from dashboard.components import context  # it brings Streamlit, which the server has anyway

    return context.whole()


class _OneAtATime:
    """Runs a check on a thread of its own. Whoever asks meanwhile waits for the same answer: no pile of threads."""

    def __init__(self, check: Callable[[], Any]) -> None:
        self._check, self._lock = check, Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._running: Future[Any] | None = None

    async def answer(self) -> Any:
        """The answer. Raises TimeoutError after PATIENCE."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = self._pool.submit(self._check)
            running = self._running
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PATIENCE)


_health = _OneAtATime(lambda: problem())


async def _healthz(_: Request) -> Response:
    try:
        reason = await _health.answer()
    except TimeoutError:
        reason = "slow"
    if reason:
        return JSONResponse({"status": "failing", "reason": reason}, status_code=503)
    return JSONResponse({"status": "ok"})


# -- numbers -----------------------------------------------------------------------------------------------------------


def numbers(now: datetime) -> list[Number]:
    """What /metrics says, at this moment. now : aware."""
    found: list[Number] = [
        ("process_start_time_seconds", "gauge", "When this process began, in seconds since 1970.", STARTED),
        ("lamplight_page_runs_total", "counter", "Runs of a page since the process began.", page_runs.value),
        ("lamplight_refused_runs_total", "counter", "Runs that ended with a refusal.", refused_runs.value),
    ]
    return found + _of_the_file(now) + (_of_the_log() if served_tier() == "restricted" else [])


def _of_the_file(now: datetime) -> list[Number]:
    reason = problem()
    up: Number = ("lamplight_up", "gauge", "1 when the file that is served answers.", float(not reason))
    if reason:
        return [up]
    opened = _warehouse()
    known = opened.catalogue.as_of or opened.catalogue.last_month  # a release says months only
    return [
        up,
        ("lamplight_data_version", "gauge", "Version of the warehouse, or of the release.", opened.version),
        ("lamplight_data_age_days", "gauge", "Days since the last day that the data know.", _days(known, now)),
        ("lamplight_built_timestamp_seconds", "gauge", "When the file was put together.", _built(opened)),
    ]


def _days(known: date | None, now: datetime) -> float | None:
    return None if known is None else (now.date() - known).days


def _built(opened: Warehouse) -> float | None:
    try:
        built = datetime.fromisoformat(opened.catalogue.meta.get("built_at", ""))
    except ValueError:
        return None
    return (built if built.tzinfo else built.replace(tzinfo=UTC)).timestamp()


def _of_the_log() -> list[Number]:
    from dashboard.components import context

    data = context.data_dir()
    try:
        rows = audit.size(data)
    except StateError:
        rows = None
    last = audit.last_verified(data)
    at = datetime.fromisoformat(last.at).timestamp() if last else None
    holds = float(not last.broken_at) if last else None
    return [
        ("lamplight_audit_rows", "gauge", "Rows of the audit log, closed segments included.", rows),
        ("lamplight_audit_holds", "gauge", "1 when the chain of the audit log held when last verified.", holds),
        ("lamplight_audit_verified_timestamp_seconds", "gauge", "When it was last verified.", at),
    ]


def exposition(found: list[Number]) -> str:
    """The numbers in Prometheus' text format 0.0.4."""
    lines = []
    for name, kind, said, value in found:
        if value is not None:
            lines += [f"# HELP {name} {said}", f"# TYPE {name} {kind}", f"{name} {float(value):.15g}"]
    return "\n".join(lines) + "\n"


_numbers = _OneAtATime(lambda: exposition(numbers(datetime.now(UTC))))


async def _metrics(_: Request) -> Response:
    try:
        return PlainTextResponse(await _numbers.answer(), media_type=PROMETHEUS)
    except TimeoutError:
        return PlainTextResponse("# The file that is served does not answer.\n", status_code=503)
