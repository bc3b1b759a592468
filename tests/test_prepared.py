"""No file stays on the disk: not where nobody asks for anything any more, and not where somebody reads none of it."""

import asyncio
import os
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dashboard import downloads
from dashboard.access import LOCAL
from dashboard.components import warm
from dashboard.exports import prepared
from dashboard.exports.plan import Plan, plan
from dashboard.filters import default
from dashboard.warehouse import current
from tests.make_warehouse import make_warehouse

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """On a thread of its own: the browser of other tests keeps a loop running on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(30)


def test_a_file_that_nobody_takes_is_deleted_though_nobody_asks_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(prepared, "KEPT", 0.5)
    make_warehouse(tmp_path / "data", 20)
    opened = current(tmp_path / "data")
    made = plan(LOCAL, opened, opened.catalogue, default(opened.catalogue))
    assert isinstance(made, Plan)
    job = prepared.Preparing(made, opened, opened.catalogue, "csv", LOCAL, {})
    job.wait(30)
    assert job.state == "ready"
    deadline = time.monotonic() + 20
    while list(prepared.folder().iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(prepared.folder().iterdir()) == []


def test_a_server_that_starts_deletes_what_the_last_one_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(warm, "warm", lambda: None)
    kept: list[bool] = []
    monkeypatch.setattr(warm, "keep", lambda: kept.append(True))
    left = prepared.folder() / ("a" * 32)
    left.mkdir()
    (left / "file.csv").write_text("n\n1\n")
    old = time.time() - 2 * prepared.KEPT
    os.utime(left, (old, old))

    async def start() -> None:
        async with warm.lifespan(None):
            assert not left.exists()
            assert kept == [True], "what was imported is kept out of the search for garbage"

    run(start())


@pytest.mark.parametrize("spec", ["2.0", "2.4"])
def test_whoever_stops_reading_keeps_no_file_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str) -> None:
    monkeypatch.setattr(downloads, "STALLED", 0.2)
    path, gone = tmp_path / "file.csv", ExitStack()
    path.write_text("n\n1\n")
    gone.callback(path.unlink)
    answer = downloads._sent(downloads.File("a.csv", "csv", "00" * 32, 4, gone.enter_context(path.open("rb")), gone))

    async def waits(*_: Any) -> Any:
        await asyncio.sleep(60)

    async def ask() -> None:
        await asyncio.wait_for(answer({"type": "http", "asgi": {"spec_version": spec}}, waits, waits), 10)

    run(ask())
    assert not path.exists()
