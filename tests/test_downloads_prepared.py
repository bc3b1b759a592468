"""Files that are prepared before they are taken: once, by their reader, and gone when cancelled or left alone."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard import exports
from dashboard.access import LOCAL
from dashboard.components import gate
from dashboard.exports import prepared
from dashboard.exports.plan import Plan, plan
from dashboard.filters import default
from dashboard.warehouse import current
from tests.download_site import EVE, cookie, data, exported, left_behind, made, site

__all__ = ["data", "made", "site"]  # the fixtures


@pytest.fixture
def preparing(data: Path) -> Callable[..., prepared.Preparing]:
    opened = current(data)

    def begin(reader: Any = LOCAL, form: str = "csv") -> prepared.Preparing:
        made = plan(reader, opened, opened.catalogue, default(opened.catalogue))
        assert isinstance(made, Plan)
        return prepared.Preparing(made, opened, opened.catalogue, form, reader, {"unit": ["incidents"]})

    return begin


def test_a_prepared_file_is_taken_once_and_by_its_reader(
    site: TestClient, data: Path, preparing: Callable[..., prepared.Preparing], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = preparing()
    job.wait(30)
    assert (job.state, job.share) == ("ready", 1.0)
    assert site.get(f"/download?ticket={job.ticket}", headers=cookie(EVE)).status_code == 410, "it is somebody else's"
    monkeypatch.setattr(gate, "provider", lambda: "none")
    answer = site.get(f"/download?ticket={job.ticket}")
    assert answer.status_code == 200 and len(answer.content) == job.size
    assert exported(data)[0].sha256 == hashlib.sha256(answer.content).hexdigest()
    assert site.get(f"/download?ticket={job.ticket}").status_code == 410
    for wrong in ("x", "../../etc", "a" * 32, "%00"):
        assert site.get(f"/download?ticket={wrong}").status_code == 410
    assert left_behind() == []


def test_cancelling_leaves_nothing_behind_at_any_time(
    preparing: Callable[..., prepared.Preparing], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = preparing()
    job.wait(30)
    job.cancel()
    assert job.state == "cancelled" and left_behind() == []
    begun, write = threading.Event(), exports.write

    def slow(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        while not args[6]():
            time.sleep(0.01)
        return write(*args, **kwargs)

    monkeypatch.setattr(exports, "write", slow)
    jobs = [preparing() for _ in range(prepared.WRITERS + 2)]  # the last of them wait for their turn
    assert begun.wait(20)
    for job in jobs:
        job.cancel()
    for job in jobs:  # which of them had begun is a question of time
        with contextlib.suppress(CancelledError):
            job.wait(20)
    assert {job.state for job in jobs} == {"cancelled"} and left_behind() == []


def test_a_file_that_nobody_waits_for_or_takes_is_deleted(
    preparing: Callable[..., prepared.Preparing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "LEFT_ALONE", -1.0)
    job = preparing()
    job.wait(30)
    assert job.state == "cancelled" and left_behind() == []
    monkeypatch.setattr(prepared, "LEFT_ALONE", 60.0)
    job = preparing()
    job.wait(30)
    prepared.sweep(time.time() + prepared.KEPT - 60)
    assert len(left_behind()) == 1
    prepared.sweep(time.time() + prepared.KEPT + 60)
    assert left_behind() == []


def test_a_folder_of_somebody_else_is_not_used(data: Path) -> None:
    prepared.folder().chmod(0o755)
    with pytest.raises(OSError, match="not private"):
        prepared.folder()
