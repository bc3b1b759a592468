"""Service providers: which client counts in which year, and under which answers."""

import csv
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from etl.provider.case_file import clients_of, read_case_file
from etl.provider.client_years import client_years
from etl.provider.kept import SETTING, Kept
from etl.provider.make import make_totals
from etl.provider.strip import strip
from etl.registry import source_named
from etl.schema import SourceError
from tests.provider_files import CLIENTS, EXPORT, HMIS, HTCDS, TODAY, case_file, no_small_count


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The provider's own folder, away from that of whoever runs the tests."""
    monkeypatch.setenv(SETTING, str(tmp_path / "kept"))
    return Kept(tmp_path / "kept")


def test_a_client_counts_once_a_year_and_a_row_is_never_lost(tmp_path: Path) -> None:
    rows = [
        "A,,,SexualExploitation,DebtBondage ;PhysicalThreats,2023-01-05",
        "A,,,ForcedLabour,TakesEarnings,2023-02-05",
    ]
    rows += ["A,,,SexualExploitation,,2024-01-05", "B,,,New,,2023-05-05", ",,,ForcedLabour,,2023-01-01"]
    rows += ["C,,,ForcedLabour,,soon", "D,,,ForcedLabour,,", "E,,,ForcedLabour,,2031-01-01", "F,,,ForcedLabour"]
    file = read_case_file(case_file(tmp_path / "c.csv", [*rows, "G,,,ForcedLabour,,2025-01-01"]), HTCDS, TODAY)
    found = client_years(file, CLIENTS, TODAY)
    assert found.years == (2023, 2024) and {y: len(p) for y, p in found.profiles.items()} == {2023: 2, 2024: 1}
    names = list(CLIENTS.traits)
    first = dict(zip(names, found.profiles[2023][0], strict=True))
    assert first["exploitation"] == ("multiple",)
    assert first["means_of_control"] == ("debt_bondage", "physical_threats", "takes_earnings")
    assert dict(zip(names, found.profiles[2023][1], strict=True))["exploitation"] == ("unmapped",)
    reasons = {(record, reason) for _, record, _, reason in file.set_aside}
    expected = {(6, "no_id"), (7, "date_unreadable"), (8, "date_missing"), (9, "date_impossible"), (10, "field_count")}
    assert reasons == expected
    (tally,) = file.tallies.values()
    assert (tally.read, tally.counted, tally.not_relevant, tally.set_aside) == (10, 4, 1, 5)


def test_three_ways_of_saying_nothing_and_no_question_at_all_stay_apart(tmp_path: Path) -> None:
    source = source_named("sample_hmis")
    strip(source, EXPORT, tmp_path / "copy.zip")
    with zipfile.ZipFile(EXPORT) as archive:
        exits = list(csv.DictReader(archive.read("Exit.csv").decode().splitlines()))
    file = read_case_file(tmp_path / "copy.zip", source, TODAY)
    codes = source.clients.traits["exchange_for_sex"].codes if source.clients else {}
    assert [codes[v] for v in ("8", "9", "99")] == ["dont_know", "not_answered", "not_collected"]
    answers = Counter(r.answers["exchange_for_sex"] for r in file.rows if r.key == "exit")
    assert answers == Counter(row["ExchangeForSex"] for row in exits)
    found = client_years(file, clients_of(source), TODAY)
    place = list(clients_of(source).traits).index("exchange_for_sex")
    said = {p[place][0] for profiles in found.profiles.values() for p in profiles}
    assert said == {"yes", "no", "dont_know", "not_answered", "not_collected", "not_asked"}


def test_what_the_real_export_says_is_counted_as_it_stands(real_files: Path, tmp_path: Path, kept: Kept) -> None:
    path = real_files / "nonprofit" / "hmis" / "eva_demo.zip"
    with pytest.raises(SourceError, match=r"'FirstName', 'MiddleName', 'LastName'.*'SSN', 'DOB'"):
        read_case_file(path, HMIS, TODAY)
    strip(HMIS, path, tmp_path / "copy.zip")
    file = read_case_file(tmp_path / "copy.zip", HMIS, TODAY)
    exits = [r for r in file.rows if r.key == "exit"]
    assert Counter(r.answers["exchange_for_sex"] for r in exits) == {"": 4060, "0": 215, "1": 11, "99": 7, "9": 2}
    assert Counter(r.answers["forced_to_exchange"] for r in exits) == {"": 4284, "1": 5, "0": 3, "9": 3}
    assert file.tallies["Client.csv"].read == 4146 and not file.set_aside
    totals = make_totals(HMIS, tmp_path / "copy.zip", kept, today=TODAY).totals
    assert totals.years == (2020, 2021)  # the export begins in October 2019 and ends in September 2022
    no_small_count(totals)
