"""A file that cannot be made, recorded or waited for: the reader is told what to do, and nothing stays behind."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from dashboard import audit, downloads, exports
from dashboard.components import gate
from dashboard.exports.plan import Plan
from dashboard.state import StateError
from tests.download_site import EVE, cookie, data, exported, left_behind, made, site

__all__ = ["data", "made", "site"]  # the fixtures


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("form=exe", "no such format"),
        ("form=../csv", "no such format"),
        ("colour=red", "not known here"),
        ("area=nowhere", "could not be read"),
        ("from=2024-12&to=2023-01", "swapped"),
        ("form=geojson", "place"),
    ],
)
def test_a_link_that_is_not_understood_gives_no_file_of_another_view(site: TestClient, query: str, said: str) -> None:
    answer = site.get(f"/download?{query}", headers=cookie(EVE))
    assert answer.status_code == 400 and said in answer.text and "nowhere" not in answer.text
    assert left_behind() == []


@pytest.mark.parametrize("offered", ["none", ("default",)])
def test_what_cannot_be_recorded_is_not_handed_out(
    site: TestClient, monkeypatch: pytest.MonkeyPatch, offered: Any
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise StateError("The disk is full.", "Make room.")

    headers = cookie(EVE)
    monkeypatch.setattr(gate, "provider", lambda: offered)
    assert site.get("/download", headers=headers).status_code == 200
    monkeypatch.setattr(audit, "record", full)
    answer = site.get("/download", headers=headers)
    assert answer.status_code == 503 and "not handed out" in answer.text and b"wick_police" not in answer.content
    assert left_behind() == []


def test_an_error_says_nothing_of_its_cause(
    site: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the value 14, female, 100 Main Street")

    monkeypatch.setattr(exports, "write", broken)
    answer = site.get("/download", headers=cookie(EVE))
    assert answer.status_code == 500 and answer.text == "The file could not be made. Load the Export page again.\n"
    assert "Main Street" not in caplog.text and "RuntimeError" in caplog.text
    assert left_behind() == []


def test_a_missing_warehouse_is_said_with_the_remedy(
    site: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "provider", lambda: "none")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    answer = site.get("/download")
    assert answer.status_code == 503 and "etl load" in answer.text and str(tmp_path) not in answer.text


def test_only_so_many_wait_and_the_others_are_told_when_to_come_back(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_here", threading.BoundedSemaphore(1))
    with downloads._here:
        answer = site.get("/download", headers=cookie(EVE))
        assert answer.status_code == 503 and answer.headers["retry-after"] == "10"
    assert site.get("/download", headers=cookie(EVE)).status_code == 200
    assert site.get("/download", headers=cookie(EVE)).status_code == 200, "each gives its place back"


def test_whoever_goes_away_stops_the_writing_and_nothing_stays(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def slow(_plan: Plan, _warehouse: Any, _catalogue: Any, _form: str, out: Path, cancelled: Any = None) -> Any:
        out.write_text("half a file")
        while not cancelled():
            time.sleep(0.01)
        stopped.set()
        raise exports.Cancelled

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    monkeypatch.setattr(exports, "write", slow)
    before = len(exported(data))
    header = [(b"host", b"127.0.0.1"), (b"cookie", cookie(EVE)["Cookie"].encode("latin-1"))]
    scope = {"type": "http", "method": "GET", "path": "/download", "query_string": b"", "headers": header,
             "client": ("127.0.0.1", 5)}  # fmt: skip
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asyncio.run, downloads.download(Request(scope, gone))).result(20)
    assert answer.status_code == 499 and stopped.wait(10)
    deadline = time.monotonic() + 10
    while left_behind() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left_behind() == [] and len(exported(data)) == before
