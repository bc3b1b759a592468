"""Service providers: one file of totals leaves their machine, and a second one gives no more away than the first."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.provider.kept import SETTING, Kept
from etl.provider.make import make_totals
from etl.provider.totals import read_totals
from etl.registry import source_named
from etl.schema import SourceError
from tests.conftest import ROOT
from tests.provider_files import (
    CASES,
    CLIENTS,
    DAY,
    HTCDS,
    NUMBER,
    TODAY,
    canaries,
    case_file,
    files_below,
    holding,
    no_small_count,
)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The provider's own folder, away from that of whoever runs the tests."""
    monkeypatch.setenv(SETTING, str(tmp_path / "kept"))
    return Kept(tmp_path / "kept")


def test_one_file_leaves_and_it_holds_totals_and_a_manifest_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: Kept
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = canaries(tmp_path / "cases.csv")
    assert main(["aggregate", "htcds", str(path), "--out", str(out / "totals.zip"), "--provider", "Harbour House"]) == 0
    assert [p.name for p in files_below(out)] == ["totals.zip"]
    seed = (kept.folder / "seed").read_text().strip()
    assert holding(out, NUMBER, DAY, seed, str(kept.seed()), path.name) == []
    with zipfile.ZipFile(out / "totals.zip") as archive:
        assert archive.namelist() == ["totals.csv", "manifest.json"]
        said = json.loads(archive.read("manifest.json"))
    assert said["base"] == 11 and said["policy"] == 1 and said["format"] == 1 and said["provider"] == "Harbour House"
    assert (said["first_day"], said["last_day"]) == ("2024-01-01", "2024-12-31") and "trafficking" in said["universe"]
    assert {mode(p) for p in files_below(kept.folder)} == {0o600} and mode(kept.folder) == 0o700
    assert "For your eyes only" in capsys.readouterr().out


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_runs_without_a_warehouse_in_a_folder_of_its_own(tmp_path: Path) -> None:
    path = canaries(tmp_path / "cases.csv")
    before = {p.name for p in tmp_path.iterdir()}
    command = [sys.executable, "-m", "etl", "aggregate", "htcds", path.name, "--out", "totals.zip"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {p.name for p in tmp_path.iterdir()} - before == {"totals.zip", "kept"}


def test_a_second_run_gives_the_same_bytes_and_another_seed_gives_others(tmp_path: Path, kept: Kept) -> None:
    source = source_named("sample_htcds")
    first = make_totals(source, CASES, kept, provider="A", today=TODAY).totals
    again = make_totals(source, CASES, kept, today=TODAY).totals
    assert first.content() == again.content() and first.errors
    other = make_totals(source, CASES, Kept(tmp_path / "other"), provider="A", today=TODAY).totals
    assert other.cells != first.cells
    for totals in (first, other):
        no_small_count(totals)


def test_a_client_more_moves_no_number_of_a_year_that_was_given_away_and_eleven_alike_do(
    tmp_path: Path, kept: Kept
) -> None:
    rows = [f"A{i},,,SexualExploitation,DebtBondage ,2022-05-01" for i in range(20)]
    rows += [f"B{i},,,ForcedLabour,WithholdsDocuments,2022-05-01" for i in range(7)]
    last = "Z,,,ForcedLabour,,2024-02-01"
    first = make_totals(HTCDS, case_file(tmp_path / "a.csv", [*rows, last]), kept, today=TODAY).totals.cells
    more = [*rows, "A99,,,SexualExploitation,DebtBondage ,2022-05-01", "N,,,Surrogacy,Other,2022-05-01"]
    more += [f"C{i},,,ForcedLabour,TakesEarnings,2023-05-01" for i in range(15)]
    second = make_totals(HTCDS, case_file(tmp_path / "b.csv", [*more, last]), kept, today=TODAY).totals
    assert {c: n for c, n in second.cells.items() if c[0] == 2022} == {c: n for c, n in first.items() if c[0] == 2022}
    assert second.cells[(2023, "", "", "", "")] == 15
    more += [f"D{i},,,SexualExploitation,DebtBondage ,2022-06-01" for i in range(11)]
    third = make_totals(HTCDS, case_file(tmp_path / "c.csv", [*more, last]), kept, today=TODAY).totals
    assert third.cells[(2022, "exploitation", "sex", "", "")] == 32
    no_small_count(third)


def test_the_file_of_another_programme_is_not_taken_for_a_revision(
    tmp_path: Path, kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    means = [";".join(pair) for pair in combinations(CLIENTS.traits["means_of_control"].codes, 2)]

    def written(name: str, kind: str, n: int) -> str:
        # Few of the other programme's clients are alike.
        said = ["TakesEarnings"] if kind == "ForcedLabour" else means
        rows = [f"{kind}{i},,,{kind},{said[i % len(said)]},2022-05-01" for i in range(n)]
        return str(case_file(tmp_path / name, [*rows, "Z,,,ForcedLabour,,2023-02-01"]))

    command = ["aggregate", "htcds", "--out", str(tmp_path / "t.zip")]
    assert main([*command, written("a.csv", "ForcedLabour", 90)]) == 0
    before = read_totals(tmp_path / "t.zip")[1]
    assert main([*command, written("b.csv", "SexualExploitation", 300)]) == 1
    assert "another programme" in capsys.readouterr().err and read_totals(tmp_path / "t.zip")[1] == before
    assert main([*command, written("c.csv", "ForcedLabour", 91)]) == 0
    assert "Totals of 2022 were made before." in capsys.readouterr().out
    assert read_totals(tmp_path / "t.zip")[1] == before
    assert main([*command, "--keep", str(tmp_path / "b"), written("b.csv", "SexualExploitation", 300)]) == 0


def test_a_year_that_leaves_the_file_is_remembered_when_it_comes_back(tmp_path: Path, kept: Kept) -> None:
    old = [f"A{i},,,SexualExploitation,,2022-05-01" for i in range(6)]
    new = [f"B{i},,,ForcedLabour,,2023-05-01" for i in range(14)]
    last = ["Z,,,ForcedLabour,,2024-02-01"]
    both = case_file(tmp_path / "a.csv", old + new + last)
    first = make_totals(HTCDS, both, kept, today=TODAY).totals
    make_totals(HTCDS, case_file(tmp_path / "b.csv", new + last), kept, today=TODAY)
    changed = case_file(tmp_path / "c.csv", old[1:] + new + last)
    assert make_totals(HTCDS, changed, kept, today=TODAY).totals.cells == first.cells


def test_a_seed_that_others_may_read_or_that_is_damaged_is_refused(kept: Kept) -> None:
    kept.seed()
    (kept.folder / "seed").chmod(0o644)
    with pytest.raises(SourceError, match="chmod 600"):
        kept.seed()
    (kept.folder / "seed").chmod(0o600)
    (kept.folder / "seed").write_text("1234")
    with pytest.raises(SourceError, match="damaged"):
        kept.seed()
