"""`python -m dashboard.export` as people run it: the numbers of the pages, files that are whole, plain refusals."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dashboard import audit, export, measures
from dashboard.exports import FORMATS
from dashboard.links import from_query
from dashboard.warehouse import current
from tests.conftest import ROOT
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.small_exports import left_behind

Run = Callable[..., tuple[int, str, str]]
LABOUR = "exploitation=Forced+labour&from=2024-01&to=2024-12"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 600)
    make_public(folder / "public")
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of its own: the restricted side writes its audit log into it."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def run(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = export.main(["--data", str(data), *map(str, arguments)])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    (tmp_path / "out").mkdir()
    return command


@pytest.mark.parametrize(
    "link", [f"/trends?{LABOUR}", f"?{LABOUR}", LABOUR, f"http://127.0.0.1:8501/map?{LABOUR}&ask=Where+are+they"]
)
def test_it_answers_what_the_pages_answer_for_a_link_in_any_form(
    run: Run, data: Path, tmp_path: Path, link: str
) -> None:
    out = tmp_path / "out" / "a.csv"
    code, said, _ = run("--out", out, link)
    assert code == 0 and "forced labour only" in said and str(out) in said
    warehouse = current(data)
    query = {"exploitation": ["Forced labour"], "from": ["2024-01"], "to": ["2024-12"]}
    filters, _notices = from_query(query, warehouse.catalogue)
    assert pd.read_csv(out)["n"].sum() == measures.total(warehouse, filters) > 0


def test_the_public_side_gives_protected_totals_with_their_interval(run: Run, tmp_path: Path) -> None:
    code, _, left_out = run("--tier", "public", "--out", tmp_path / "out" / "a.parquet")
    found = pd.read_parquet(tmp_path / "out" / "a.parquet")
    assert code == 0 and {"n", "n_low", "n_high", "state"} <= set(found.columns) and found["n"].min() >= 11
    assert "1 to 10" in left_out
    assert left_behind(tmp_path / "out") == ["a.parquet"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written_whatever_the_file_is_called(run: Run, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out" / "made.here"
    code, _, error = run("--format", form, "--by", "year,area_district", "--out", out)
    assert (code, out.stat().st_size > 100) == (0, True), error
    assert left_behind(tmp_path / "out") == ["made.here"]
    if form == "package":
        assert "datapackage.json" in zipfile.ZipFile(out).namelist()
    if form == "csv.gz":
        assert b'"area"' in gzip.decompress(out.read_bytes())


def test_records_leave_the_restricted_side_without_ids_and_never_the_public_one(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out" / "r.csv"
    assert run("--records", "--out", out)[0] == 0
    found = pd.read_csv(out)
    assert (found["n"] == 1).all() and "incident_id" not in found.columns
    code, _, error = run("--tier", "public", "--records", "--out", tmp_path / "out" / "p.csv")
    assert (code, "no records here" in error) == (1, True)
    assert left_behind(tmp_path / "out") == ["r.csv"]


def test_an_export_of_restricted_data_is_a_row_of_the_audit_log(run: Run, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.csv"
    assert run("--out", out, LABOUR)[0] == 0
    row = audit.entries(data).rows[0]
    digest = subprocess.run(["sha256sum", out], capture_output=True, text=True, check=True).stdout.split()[0]
    assert (row.what, row.page, row.format, row.sha256) == ("export", "export", "csv", digest)
    assert row.rows == len(pd.read_csv(out)) and "exploitation=forced_labour" in row.filters
    run("--tier", "public", "--out", tmp_path / "out" / "p.csv")
    assert len(audit.entries(data).rows) == 1


def test_what_cannot_be_recorded_is_not_written(run: Run, data: Path, tmp_path: Path) -> None:
    (data / "warehouse" / "state.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 40)
    code, _, error = run("--out", tmp_path / "out" / "a.csv")
    assert (code, "could not be recorded" in error) == (1, True)
    assert left_behind(tmp_path / "out") == []


def test_an_older_file_is_replaced_only_with_force(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.csv"
    out.write_text("older")
    code, _, error = run("--out", out)
    assert (code, "--force" in error, out.read_text()) == (1, True, "older")
    assert run("--out", out, "--force")[0] == 0 and out.read_text() != "older"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "{out}/x"), "says no format"),
        (("--out", "{out}"), "names a folder"),
        (("--out", "{out}/no/a.csv"), "Check that its folder exists"),
        (("--out", "{out}/a.geojson"), "no places"),
        (("--out", "{out}/a.csv", "--by", "colour"), "Totals can be split by: day, month"),
        (("--out", "{out}/a.csv", "source=jane+doe"), "could not be read (“source”)"),
        (("--out", "{out}/a.csv", "--tier", "public", "premise=hotel"), "does not have it"),
        (("--out", "{out}/a.csv", "--data", "{out}"), "no data here yet"),
        (("--out", "{out}/a.csv", "--tier", "public", "--release", "2001-01-01-1"), "is not there"),
    ],
)
def test_a_refusal_is_one_sentence_with_the_remedy_and_leaves_nothing(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, error = run(*[a.format(out=tmp_path / "out") for a in arguments])
    assert (code, out) == (1, "") and said in error, error
    assert "Traceback" not in error and "jane" not in error
    assert left_behind(tmp_path / "out") == []


def test_the_nearest_view_is_taken_on_request_and_what_is_missing_is_said(run: Run, tmp_path: Path) -> None:
    code, said, error = run("--tier", "public", "--nearest", "--out", tmp_path / "out" / "a.csv", "premise=hotel")
    assert (code, "does not have it" in error, "hotel" in said) == (0, True, False)


def test_a_wrong_option_is_code_2_and_no_file_is_asked_for(run: Run) -> None:
    code, _, error = run("--colour", "--out", "a.csv")
    assert (code, "--help lists the options." in error) == (2, True)


def test_killed_half_way_nothing_is_left_behind(tmp_path: Path) -> None:
    """A real process, a real signal, while the rows are being written."""
    make_warehouse(tmp_path / "data", 60_000)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-m", "dashboard.export", "--records", "--data", str(tmp_path / "data")]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out" / "a.xlsx")], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        for _ in range(1200):
            if any((tmp_path / "out").glob(".*/*")):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, error) == (130, "Stopped: nothing was written.\n")
    assert left_behind(tmp_path / "out") == []
