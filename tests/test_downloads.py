"""The route of exports: who gets which file, what is recorded of it, and twenty at once."""

import gzip
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard import exports
from dashboard.exports import FORMATS
from tests.conftest import ROOT
from tests.download_site import ANA, BEN, CARA, DAN, EVE, MALLORY, cookie, data, exported, left_behind, made, site

__all__ = ["data", "made", "site"]  # the fixtures


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


def test_the_filters_of_the_link_are_those_of_the_file_and_of_the_log(site: TestClient, data: Path) -> None:
    asked = {"from": "2024-01", "to": "2024-06", "source": "Wick Police", "split": ["month", "exploitation"]}
    answer = site.get("/download", params=asked, headers=cookie(ANA))
    lines = answer.text.strip().splitlines()
    assert {line[:7] for line in lines[1:]} == {f"2024-0{m}" for m in range(1, 7)}
    row = exported(data)[0]
    assert "from=2024-01&to=2024-06&source=wick_police" in row.filters


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
