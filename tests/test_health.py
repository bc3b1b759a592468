"""/healthz and /metrics: whether the served file answers, and numbers that say nothing about anybody."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from dashboard import audit, health, warehouse
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.test_server import get

NOW = datetime(2025, 12, 30, 9, tzinfo=UTC)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_warehouse(tmp_path, 60)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    return tmp_path


def value(text: str, name: str) -> float | None:
    found = re.search(rf"^{name} (\S+)$", text, flags=re.MULTILINE)
    return float(found[1]) if found else None


def test_a_file_that_answers_is_ok(served: Path) -> None:
    status, headers, body = get("/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    assert "default-src" in headers["content-security-policy"]


def broken(data: Path, how: str) -> None:
    path = data / "warehouse" / "restricted-000001.duckdb"
    if how == "missing":
        path.unlink()
    elif how == "damaged":
        path.write_bytes(b"marmalade " * 1000)
    else:
        with duckdb.connect(str(path)) as con:
            con.execute("UPDATE meta SET value = '0' WHERE key = 'format'")


@pytest.mark.parametrize("how", ["missing", "damaged", "format"])
def test_a_file_that_does_not_says_why_in_one_word(served: Path, how: str) -> None:
    broken(served, how)
    status, _, body = get("/healthz")
    assert (status, json.loads(body)) == (503, {"status": "failing", "reason": how})
    status, _, body = get("/metrics")
    text = body.decode()
    assert status == 200 and value(text, "lamplight_up") == 0 and "data_version" not in text
    assert str(served) not in text


def test_a_file_that_is_deleted_while_it_is_served_is_noticed(served: Path) -> None:
    assert get("/healthz")[0] == 200
    broken(served, "missing")
    assert json.loads(get("/healthz")[2])["reason"] == "missing"


def test_no_data_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    assert json.loads(get("/healthz")[2])["reason"] == "missing"
    assert list(tmp_path.iterdir()) == [], "asking creates nothing"


def test_a_file_that_takes_too_long_is_slow_and_questions_do_not_pile_up(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, asked = threading.Event(), []

    def stuck() -> str:
        asked.append(1)
        free.wait(30)
        return ""

    monkeypatch.setattr(health, "PATIENCE", 0.1)
    monkeypatch.setattr(health, "problem", stuck)
    try:
        for _ in range(3):
            status, _, body = get("/healthz")
            assert (status, json.loads(body)["reason"]) == (503, "slow")
        assert len(asked) == 1
    finally:
        free.set()
    monkeypatch.setattr(health, "PATIENCE", 5.0)
    assert get("/healthz")[0] == 200


def test_the_numbers_are_those_of_this_process_this_file_and_this_log(served: Path) -> None:
    before = health.page_runs.value
    health.page_runs.add()
    audit.record(served, audit.THIS_COMPUTER, "view")
    audit.verify(served, now=NOW)
    status, headers, body = get("/metrics")
    assert status == 200 and headers["content-type"].startswith("text/plain; version=0.0.4")
    text = body.decode()
    assert value(text, "lamplight_page_runs_total") == before + 1
    assert value(text, "lamplight_data_version") == 1 and value(text, "lamplight_up") == 1
    assert value(text, "lamplight_audit_rows") == 1 and value(text, "lamplight_audit_holds") == 1
    assert value(text, "lamplight_audit_verified_timestamp_seconds") == NOW.timestamp()
    at = {name: number for name, _, _, number in health.numbers(NOW)}
    assert at["lamplight_data_age_days"] == 10, "20 December is the last day that the records know"
    later = {name: number for name, _, _, number in health.numbers(NOW + timedelta(days=3))}
    assert later["lamplight_data_age_days"] == 13


def test_the_text_is_prometheus_own_format(served: Path) -> None:
    lines = get("/metrics")[2].decode().splitlines()
    assert len(lines) % 3 == 0 and len(lines) >= 15
    for said, kind, number in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        name = number.split(" ")[0]
        assert re.fullmatch(r"[a-z_]+", name) and float(number.split(" ")[1]) >= 0
        assert said.startswith(f"# HELP {name} ") and re.fullmatch(rf"# TYPE {name} (gauge|counter)", kind)


def test_the_numbers_count_no_people_and_name_no_source(served: Path) -> None:
    # So many that open files and sessions are not as many by chance.
    with duckdb.connect(str(make_warehouse(served, 5_237))) as con:
        more = "SELECT * EXCLUDE (i) REPLACE (area_id || i AS area_id) FROM areas, range(40) r(i)"
        con.execute(f"INSERT INTO areas BY NAME {more}")
    text = get("/metrics")[2].decode()
    opened = warehouse.current(served)
    held = opened.ask_sql("SELECT source, title, publisher FROM sources").to_numpy().ravel().tolist()
    assert not [name for name in held if name and name in text]
    counts = {
        str(opened.ask_sql(f"SELECT count(*) AS n FROM {table}")["n"][0]) for table in ("incidents", "victims", "areas")
    }
    assert all(len(count) == 4 for count in counts)
    assert not counts & {line.split(" ")[1] for line in text.splitlines() if not line.startswith("#")}


def test_the_public_process_reads_nothing_beside_its_file(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    for name in ("size", "last_verified"):
        monkeypatch.setattr(audit, name, lambda *_: pytest.fail("the log is the restricted view's"))
    text = get("/metrics")[2].decode()
    assert "audit" not in text and value(text, "lamplight_up") == 0, "a restricted file is not the public one's"


def test_the_public_process_says_how_its_release_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_public(tmp_path)
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    before = sorted(p.name for p in tmp_path.rglob("*"))
    assert get("/healthz")[0] == 200
    text = get("/metrics")[2].decode()
    assert value(text, "lamplight_up") == 1 and value(text, "lamplight_data_version") == 3
    assert (value(text, "lamplight_data_age_days") or 0) > 0 and "audit" not in text
    assert sorted(p.name for p in tmp_path.rglob("*")) == before
