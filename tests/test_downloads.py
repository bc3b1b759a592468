"""The route of exports: who gets which file, what is recorded before it leaves, and that nothing stays behind."""

import asyncio
import contextlib
import gzip
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dashboard import audit, downloads, exports, people, server, sessions
from dashboard.access import LOCAL
from dashboard.components import gate
from dashboard.exports import FORMATS, prepared
from dashboard.exports.plan import Plan, plan
from dashboard.filters import default
from dashboard.state import StateError
from dashboard.warehouse import current
from tests.conftest import ROOT
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.test_access import FILE, claims

HERE = "http://127.0.0.1"
ANA, BEN, CARA, DAN, EVE = (f"{who}.example" for who in ("ana@wick", "ben@fenn", "cara@shelter", "dan@uni", "eve@wick"))
MALLORY = "mallory@wick.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("downloads")
    make_warehouse(folder, 300)
    make_public(folder / "public")
    ends = date.today() + timedelta(days=30)
    (folder / people.FILE).write_text(FILE.replace("2026-11-21", f"{ends}").replace("2026-12-31", f"{ends}"))
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The restricted tier with a sign-in service, and an empty folder for what is being written."""
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    monkeypatch.setattr(gate, "provider", lambda: ("default",))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


@pytest.fixture
def site(data: Path) -> Iterator[TestClient]:
    app = Starlette(routes=downloads.routes(), middleware=server.middleware())
    with TestClient(app, HERE, client=("127.0.0.1", 5)) as client:
        yield client


def cookie(email: str, origin: str = HERE, **more: Any) -> dict[str, str]:
    """What a browser sends of somebody who has signed in just now."""
    said = {**claims(email, nonce=os.urandom(8).hex()), "iat": time.time(), "origin": origin, "is_logged_in": True}
    value = create_signed_value(get_cookie_secret(), "_streamlit_user", json.dumps(said | more))
    return {"Cookie": f"_streamlit_user={value.decode('latin-1')}"}


def exported(data: Path) -> list[audit.Row]:
    return list(audit.entries(data, what="export").rows)


def left_behind() -> list[Path]:
    return list(prepared.folder().iterdir())


# -- every role, every kind, every format ------------------------------------------------------------------------------

SHAPES = ("geojson", "gpkg")
ROLES: dict[str | None, tuple[int, int]] = {  # who -> status of totals, of records
    None: (401, 401),
    MALLORY: (403, 403),
    ANA: (200, 403),
    BEN: (200, 403),
    CARA: (200, 403),
    DAN: (200, 200),
    EVE: (200, 200),
}
PLACED = {DAN: "area_district", ANA: "area_tract", BEN: "h3_7", CARA: "area_district", EVE: "h3_8"}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("email", ROLES, ids=str)
def test_every_role_and_format(site: TestClient, data: Path, email: str | None, form: str) -> None:
    """Each cell: the status; of a file its hash, and one row of the audit log that says the same; else no row."""
    headers = cookie(email) if email else {}
    for kind, expected in zip(("totals", "records"), ROLES[email], strict=True):
        before = len(exported(data))
        asked: dict[str, Any] = {"form": form, "kind": kind}
        if form in SHAPES and kind == "totals" and email in PLACED:
            asked["split"] = ["source", PLACED[email]]
        answer = site.get("/download", params=asked, headers=headers)
        assert answer.status_code == expected, (kind, answer.text[:300])
        added = exported(data)[: len(exported(data)) - before]
        assert answer.headers["cache-control"] == "no-store"
        if expected != 200:
            assert not added and answer.text.endswith(".\n") and answer.headers["content-type"].startswith("text/plain")
            continue
        sha256 = hashlib.sha256(answer.content).hexdigest()
        (row,) = added
        assert (row.sha256, row.format) == (sha256, "zip" if form == "package" else form)
        assert (row.person, row.page, row.subject) == (email, "export", kind) and row.rows is not None
        assert answer.headers["repr-digest"] == f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
        assert answer.headers["content-disposition"].startswith(
            'attachment; filename="RESTRICTED-fictional-lamplight-incidents-'
        )
        assert answer.headers["content-type"] == exports.MEDIA_TYPES[form]
        if form in ("csv", "csv.gz"):
            text = (gzip.decompress(answer.content) if form == "csv.gz" else answer.content).decode("utf-8-sig")
            assert text.count("\n") == row.rows + 1
            sources = {"ana@wick.example": {"wick_police"}, DAN: {"fenn_sheriff"}, CARA: set()}.get(email or "")
            if sources is not None:
                assert {s for s in ("wick_police", "fenn_sheriff") if s in text} == sources
    assert left_behind() == []


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["totals", "records"])
def test_anybody_takes_totals_of_the_public_side_and_nobody_records(
    site: TestClient, data: Path, monkeypatch: pytest.MonkeyPatch, kind: str, form: str
) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(data / "public"))
    before = len(exported(data))
    for headers in ({}, cookie(EVE), {"Sec-Fetch-Site": "cross-site"}):
        answer = site.get("/download", params={"form": form, "kind": kind}, headers=headers)
        assert answer.status_code == (200 if kind == "totals" else 403), answer.text[:200]
    assert len(exported(data)) == before and not (data / "public" / "warehouse").exists()
    if kind == "totals":
        assert "RESTRICTED" not in answer.headers["content-disposition"]


# -- the door ----------------------------------------------------------------------------------------------------------


def test_without_a_sign_in_service_this_computer_only(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "provider", lambda: "none")
    assert site.get("/download?kind=records").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via", "X-Forwarded-Proto", "CF-Connecting-IP"):
        answer = site.get("/download", headers={header: "192.0.2.7"})
        assert answer.status_code == 403 and "through a proxy" in answer.text
    with TestClient(site.app, HERE, client=("192.0.2.7", 5)) as elsewhere:
        assert elsewhere.get("/download").status_code == 403
    silent = downloads.Asked({"kind": ["records"]}, {}, {"host": "127.0.0.1"}, "127.0.0.1", "1.0")
    with pytest.raises(downloads.Answer, match="through a proxy"):  # one that was set up without a header
        downloads.who(silent)
    monkeypatch.setattr(gate, "provider", lambda: "unreadable")
    answer = site.get("/download")
    assert answer.status_code == 403 and "cannot be read" in answer.text


@pytest.mark.parametrize("tier", ["", "private", "RESTRICTED"])
def test_a_tier_that_is_none_gives_nothing(site: TestClient, monkeypatch: pytest.MonkeyPatch, tier: str) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", tier)
    assert site.get("/download").status_code == 401, "an empty one is restricted, and nobody has signed in"


def test_a_page_elsewhere_gets_nothing(site: TestClient, data: Path) -> None:
    mine, before = cookie(EVE), len(exported(data))
    for headers, said in (
        ({"Host": "evil.example"}, "does not answer to that name"),
        ({"Host": "127.0.0.1.evil.example"}, "does not answer to that name"),
        ({"Sec-Fetch-Site": "cross-site"}, "on this site only"),
        ({"Sec-Fetch-Site": "same-site"}, "on this site only"),
    ):
        answer = site.get("/download", headers={**mine, **headers})
        assert answer.status_code == 403 and said in answer.text
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        assert site.request(method, "/download", headers=mine).status_code == 405
    assert len(exported(data)) == before


def test_a_cookie_that_was_not_made_here_is_nobodys(site: TestClient) -> None:
    good = cookie(EVE)["Cookie"]
    for forged in (
        good[:-3] + "abc",
        "_streamlit_user=" + json.dumps({"email": EVE, "is_logged_in": True}),
        cookie(EVE, origin="https://elsewhere.example")["Cookie"],
        cookie(EVE, origin="")["Cookie"],
        cookie(EVE, is_logged_in=False)["Cookie"],
        cookie(EVE, is_logged_in="true")["Cookie"],
    ):
        assert site.get("/download", headers={"Cookie": forged}).status_code == 401
    assert site.get("/download", headers={"Cookie": good}).status_code == 200


def test_a_sign_in_that_has_ended_takes_nothing(site: TestClient, data: Path) -> None:
    now = time.time()
    kept = cookie(DAN, nonce="kept")
    assert site.get("/download?kind=records", headers=kept).status_code == 200
    sessions.end_all(data, DAN, now + 1)
    answer = site.get("/download?kind=records", headers=kept)
    assert answer.status_code == 403 and "data steward ended it" in answer.text
    for said, ago in (("30 minutes", 1900), ("12 hours", 13 * 3600)):
        answer = site.get("/download", headers=cookie(BEN, iat=now - ago))
        assert answer.status_code == 403 and said in answer.text
    assert "verified" in site.get("/download", headers=cookie(BEN, email_verified=False)).text


def test_whoever_is_taken_off_the_list_while_the_file_is_made_does_not_get_it(
    site: TestClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, write = (data / people.FILE).read_text(), exports.write

    def slow(*args: Any, **kwargs: Any) -> Any:
        done = write(*args, **kwargs)
        (data / people.FILE).write_text(listed.replace(EVE, "someone@wick.example"))
        return done

    monkeypatch.setattr(exports, "write", slow)
    before = len(exported(data))
    try:
        answer = site.get("/download", headers=cookie(EVE))
    finally:
        (data / people.FILE).write_text(listed)
    assert answer.status_code == 403 and len(exported(data)) == before and left_behind() == []


# -- what is asked -----------------------------------------------------------------------------------------------------


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


def test_the_filters_of_the_link_are_those_of_the_file_and_of_the_log(site: TestClient, data: Path) -> None:
    asked = {"from": "2024-01", "to": "2024-06", "source": "Wick Police", "split": ["month", "exploitation"]}
    answer = site.get("/download", params=asked, headers=cookie(ANA))
    lines = answer.text.strip().splitlines()
    assert {line[:7] for line in lines[1:]} == {f"2024-0{m}" for m in range(1, 7)}
    row = exported(data)[0]
    assert "from=2024-01&to=2024-06&source=wick_police" in row.filters


# -- what is recorded, and what goes wrong -----------------------------------------------------------------------------


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


# -- files that are prepared -------------------------------------------------------------------------------------------


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


# -- many at once ------------------------------------------------------------------------------------------------------


def test_twenty_downloads_at_once_are_all_complete(site: TestClient, data: Path) -> None:
    headers, before = cookie(EVE), len(exported(data))
    with ThreadPoolExecutor(20) as pool:
        asked = "/download?kind=records&form=csv"
        answers = list(pool.map(lambda _: site.get(asked, headers=headers), range(20)))
    assert {a.status_code for a in answers} == {200}
    assert len({hashlib.sha256(a.content).hexdigest() for a in answers}) == 1
    assert len(exported(data)) == before + 20 and left_behind() == []


@pytest.mark.full
def test_twenty_downloads_on_two_workers_all_arrive(made: Path, tmp_path: Path) -> None:
    """The whole app behind one port, in two processes, as uvicorn starts them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "LAMPLIGHT_TIER": "restricted", "LAMPLIGHT_DATA": str(made), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "uvicorn", "app:app", "--workers", "2", "--port", str(port)]
    log = tmp_path / "log.txt"
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 120
        while log.read_text().count("startup complete") < 2:
            assert time.monotonic() < deadline and process.poll() is None, log.read_text()
            time.sleep(0.2)
        before = len(exported(made))

        def take(_: int) -> tuple[int, str]:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/download?kind=records", timeout=60) as answer:
                return answer.status, hashlib.sha256(answer.read()).hexdigest()

        with ThreadPoolExecutor(20) as pool:
            taken = list(pool.map(take, range(20)))
    finally:
        process.terminate()
        process.wait(30)
    assert {status for status, _ in taken} == {200} and len({sha256 for _, sha256 in taken}) == 1
    rows = exported(made)[: len(exported(made)) - before]
    assert len(rows) == 20 and {row.sha256 for row in rows} == {taken[0][1]}
    assert not list(tmp_path.glob("lamplight-exports-*/*"))
