"""Service providers: which files are refused and why; one that names anybody, until it is stripped."""

import datetime as dt
import stat
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.provider.case_file import clients_of
from etl.provider.kept import SETTING, Kept
from etl.provider.make import make_totals
from etl.provider.strip import strip
from etl.registry import source_named
from etl.schema import SourceError
from tests.provider_files import CASES, EXPORT, HEADER, HMIS, HTCDS, NAME, NUMBER, TODAY, canaries, case_file, holding


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The provider's own folder, away from that of whoever runs the tests."""
    monkeypatch.setenv(SETTING, str(tmp_path / "kept"))
    return Kept(tmp_path / "kept")


def test_a_name_is_refused_by_its_column_and_the_command_that_is_printed_strips_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = canaries(tmp_path / "cases.csv", NAME)
    assert main(["aggregate", "htcds", str(path), "--out", str(tmp_path / "totals.zip")]) == 1
    said = capsys.readouterr().err
    assert "'prs_FirstName'" in said and "prs_Birthdate" not in said
    assert NAME not in said and NUMBER not in said and not (tmp_path / "totals.zip").exists()
    command = said.split("python -m etl ")[1].split()
    assert main(command) == 0
    copy = tmp_path / "stripped-cases.csv"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert holding(tmp_path, NAME) == ["cases.csv"]
    assert main(["aggregate", "htcds", str(copy), "--out", str(tmp_path / "totals.zip")]) == 0
    assert main(command) == 1  # a copy is never written over


COLUMNS = [
    *("prs_FirstName", "prs_SecondName", "prs_Birthdate", "prs_IdentityNumber", "prs_Email", "prs_HomePhone"),
    *("prs_MailingStreet", "prs_MailingPostalCode", "hte_Latitude", "org_ShippingStreet", "cco_CaseComment"),
    *("Client Name", "SSN", "ssn_sha256", "DOB", "Date of Birth", "name_hash", "MobilePhone", "Home Address", "ZIP"),
    *("Passport No", "Alien Number", "FIRST_NAME", "Full name", "Person Name", "Geolocation"),
]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_that_says_who_somebody_is_may_be_there_but_must_be_empty(column: str, tmp_path: Path) -> None:
    header = HEADER.replace("prs_FirstName", "x").replace("prs_Birthdate", "y") + f",{column}"
    empty = [f"P{i},,,ForcedLabour,,2023-01-05,  " for i in range(30)]
    last = "P99,,,ForcedLabour,,2024-01-05,"
    good = case_file(tmp_path / "good.csv", [*empty, last], header)
    assert make_totals(HTCDS, good, Kept(tmp_path / "k"), today=TODAY).totals.cells[(2023, "", "", "", "")] == 30
    bad = case_file(tmp_path / "bad.csv", [*empty, last + NAME], header)
    with pytest.raises(SourceError) as refused:
        make_totals(HTCDS, bad, Kept(tmp_path / "k"), today=TODAY)
    assert f"'{column}'" in str(refused.value) and NAME not in str(refused.value)


@pytest.mark.parametrize("column", ["NameDataQuality", "SSNDataQuality", "EmailSocialMedia", "ProjectName", "Sex"])
def test_a_column_that_only_sounds_like_it_is_no_reason(column: str) -> None:
    from etl.provider.identifying import identifying

    assert identifying([column], clients_of(HMIS)) == []


def test_an_export_with_names_is_stripped_to_ages(tmp_path: Path, kept: Kept) -> None:
    source = source_named("sample_hmis")
    with pytest.raises(SourceError, match=r"'FirstName', 'LastName', 'DOB'"):
        make_totals(source, EXPORT, kept, today=TODAY)
    assert strip(source, EXPORT, tmp_path / "copy.zip") == 0
    assert holding(tmp_path, "Invented", "DOB", "FirstName") == []
    made = make_totals(source, tmp_path / "copy.zip", kept, today=TODAY).totals
    assert {c[2] for c in made.cells if c[1] == "age_band"} >= {"9-17", "18-20", "30-38"}


def test_a_file_without_a_whole_year_is_refused_until_its_last_day_is_said(tmp_path: Path, kept: Kept) -> None:
    path = case_file(tmp_path / "c.csv", [f"P{i},,,ForcedLabour,,2025-03-01" for i in range(20)])
    with pytest.raises(SourceError, match=r"No year is complete .* 2025-03-01"):
        make_totals(HTCDS, path, kept, today=TODAY)
    made = make_totals(HTCDS, path, kept, today=TODAY, until=dt.date(2025, 12, 31)).totals
    assert made.years == (2025,) and made.cells[(2025, "", "", "", "")] == 20
    with pytest.raises(SourceError, match="No year is complete"):  # nobody knows a year before it is over
        make_totals(HTCDS, path, kept, today=dt.date(2025, 12, 31), until=dt.date(2025, 12, 31))


def test_no_file_about_clients_is_read_by_another_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["aggregate", "lapd", str(CASES), "--out", str(tmp_path / "t.zip")]) == 1
    assert "not a service provider's file" in capsys.readouterr().err
    assert main(["aggregate", "htcds", str(tmp_path / "no.csv"), "--out", str(tmp_path / "t.zip")]) == 1
    assert main(["aggregate", "htcds", str(CASES), "--out", str(tmp_path / "no" / "t.zip")]) == 1
    assert main(["fetch", "htcds", "--to", str(tmp_path)]) == 1
