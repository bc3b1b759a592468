"""Service providers: nothing of a client leaves her machine, and no total of hers lets anybody count one to ten."""

import csv
import datetime as dt
import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.analysis.small_counts import round_small
from etl.__main__ import main
from etl.client_codes import SEVERAL_EACH
from etl.provider.case_file import clients_of, read_case_file
from etl.provider.client_years import client_years
from etl.provider.kept import SETTING, Kept
from etl.provider.make import make_totals
from etl.provider.rounding import K, round_year, tables_of, typical_errors
from etl.provider.strip import strip
from etl.provider.totals import Totals, read_totals
from etl.registry import source_named
from etl.schema import SourceError
from etl.store import Store
from tests.conftest import ROOT
from tests.loader_files import ask, equation
from tests.sample_files import COMMITTED

HTCDS, HMIS = source_named("htcds"), source_named("hmis")
CLIENTS = clients_of(HTCDS)
TODAY = dt.date(2026, 1, 31)
CASES = COMMITTED / "Lantern_House_cases_HTCDS_fictional.csv"
EXPORT = COMMITTED / "Lantern_House_HMIS_fictional.zip"
HEADER = "prs_Id,prs_FirstName,prs_Birthdate,vic_TypeOfExploitation,vic_MethodsOfControl,cas_IncomingReferralDate"
# Canaries: a name, a number and a day that stand nowhere else.
NAME, NUMBER, DAY = "Zzyxqwanda", "LHQX-77077", "2024-07-19"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The provider's own folder, away from that of whoever runs the tests."""
    monkeypatch.setenv(SETTING, str(tmp_path / "kept"))
    return Kept(tmp_path / "kept")


def case_file(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def canaries(path: Path, name: str = "") -> Path:
    rows = [f"{NUMBER},{name},,SexualExploitation,DebtBondage ,{DAY}"]
    rows += [f"{NUMBER}{i},,,ForcedLabour,TakesEarnings,{DAY}" for i in range(40)]
    return case_file(path, [*rows, f"{NUMBER},,,ForcedLabour,,2025-01-02"])


def files_below(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file())


def holding(folder: Path, *texts: str) -> list[str]:
    """The files whose bytes hold one of the texts, members of zips included."""
    found = []
    for path in files_below(folder):
        data = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                data += [archive.read(n) for n in archive.namelist()]
        found += [path.name for text in texts if any(text.encode() in d for d in data)]
    return found


# --- what is refused


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


# --- who is counted


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


# --- what is written


def no_small_count(totals: Totals) -> None:
    """Every cell, and every difference of two totals that are contained in each other."""
    assert totals.cells and all(n >= K for n in totals.cells.values())
    for year in totals.years:
        n = {c[1:]: v for c, v in totals.cells.items() if c[0] == year}
        whole = n.get(("", "", "", ""), 0)
        for (d1, c1, d2, _), part in n.items():
            # All clients less those with a code; those with one code less those who have another too.
            larger = n.get((d1, c1, "", ""), 0) if d2 else whole
            assert larger - part == 0 or larger - part >= K, (d1, d2)
        for dimension in {d1 for d1, *_ in n if d1} - SEVERAL_EACH:
            values = [v for (d1, _, d2, _), v in n.items() if d1 == dimension and not d2]
            assert sum(values) == whole
            for size in range(1, min(len(values), 4)):
                for some in combinations(values, size):
                    assert whole - sum(some) == 0 or whole - sum(some) >= K


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


def test_tables_rounded_one_by_one_give_a_small_group_away_and_margins_of_one_cube_do_not() -> None:
    """The attack: every cell by sex is exact, so the year is; what the kinds of exploitation lack of it is hidden."""
    names = list(CLIENTS.traits)
    absent = {d: (t.absent,) for d, t in CLIENTS.traits.items()}

    def people(kind: str, sex: str, n: int) -> list:
        return [tuple({**absent, "exploitation": (kind,), "sex": (sex,)}[d] for d in names)] * n

    hidden = 3
    profiles = [
        *people("sex", "female", 50),
        *people("forced_labour", "male", 37),
        *people("organ_removal", "male", hidden),
    ]
    counts = [Counter(p[names.index(d)][0] for p in profiles) for d in ("sex", "exploitation")]
    by_sex, by_kind = (
        round_small(pd.DataFrame({"code": list(c), "n": list(c.values())}), ["code"], seed=1, zeros=None).table
        for c in counts
    )
    assert by_sex["rounded"].sum() - by_kind.loc[by_kind["n"] >= K, "rounded"].sum() == hidden
    year = round_year(2024, profiles, CLIENTS, 1)
    cells = {c: rounded for c, (rounded, _) in tables_of(year, CLIENTS).items() if rounded}
    no_small_count(Totals("A", "htcds", "All.", (2024,), cells, ()))
    large = cells[(2024, "exploitation", "sex", "", "")] + cells[(2024, "exploitation", "forced_labour", "", "")]
    assert cells[(2024, "", "", "", "")] - large in (0, K)


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


_TRAITS = list(CLIENTS.traits.items())


def _codes(dimension: str) -> st.SearchStrategy[tuple[str, ...]]:
    trait = CLIENTS.traits[dimension]
    known = sorted(set(trait.codes.values()) | {trait.absent}) if trait.codes else ["9-17", "18-20", "unknown"]
    if trait.several:
        return st.sets(st.sampled_from(known[:3]), min_size=1, max_size=2).map(lambda s: tuple(sorted(s)))
    return st.sampled_from(known[:3]).map(lambda c: (c,))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(st.tuples(*[_codes(d) for d, _ in _TRAITS]), st.integers(1, 14)), min_size=1, max_size=12
    ),
    seed=st.integers(0, 2**128 - 1),
)
def test_whatever_the_clients_no_total_and_no_difference_is_one_to_ten(people: list, seed: int) -> None:
    profiles = [p for p, n in people for _ in range(n)]
    year = round_year(2024, profiles, CLIENTS, seed)
    cells = {c: rounded for c, (rounded, _) in tables_of(year, CLIENTS).items() if rounded}
    if cells:
        no_small_count(Totals("A", "htcds", "All.", (2024,), cells, ()))
    again = round_year(2024, profiles[::-1], CLIENTS, seed)
    assert year.cube.equals(again.cube)
    true = {c: t for c, (_, t) in tables_of(year, CLIENTS).items()}
    assert true[(2024, "", "", "", "")] == len(profiles)


def test_the_typical_error_of_a_few_totals_is_not_told() -> None:
    found = {(2024, "sex", str(i), "", ""): (11, i) for i in range(1, 20)}
    assert typical_errors(found) == []
    found[(2024, "sex", "x", "", "")] = (11, 20)
    assert typical_errors(found) == [{"order": 1, "median": 5, "p95": 10}]
    found[(2024, "", "", "", "")] = (500, 1)  # the year's own total would give the truth
    assert typical_errors(found) == [{"order": 1, "median": 5, "p95": 10}]


# --- the shared warehouse


def test_a_raw_file_is_stored_as_the_totals_that_aggregate_writes_and_nothing_else(tmp_path: Path, kept: Kept) -> None:
    path = canaries(tmp_path / f"{NAME}.csv")
    data = tmp_path / "data"
    assert main(["load", "htcds", str(path), "--data", str(data)]) == 0
    seed = (kept.folder / "seed").read_text().strip()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert holding(data, NAME, NUMBER, DAY, seed, digest[:12]) == []
    store = Store(data)
    equation(store)
    assert ask(store, "select count(*) from clients where n between 1 and 10") == [(0,)]
    assert ask(store, "select sum(n) from clients where dimension_1 is null") == [(40,)]
    assert ask(store, "select source, first_month::varchar, last_month::varchar from loads") == [
        ("provider_totals", "2024-01-01", "2024-12-01")
    ]
    (load,) = store.current_loads()
    assert main(["aggregate", "htcds", str(path), "--out", str(tmp_path / "t.zip")]) == 0
    assert main(["load", "provider_totals", str(tmp_path / "t.zip"), "--data", str(data)]) == 0
    assert store.current_loads() == [load]


def test_a_refused_raw_file_leaves_nothing_in_the_warehouse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = canaries(tmp_path / "cases.csv", NAME)
    assert main(["load", "htcds", str(path), "--data", str(tmp_path / "data")]) == 1
    assert NAME not in capsys.readouterr().err
    assert holding(tmp_path / "data", NAME, NUMBER, DAY) == [] and Store(tmp_path / "data").current() is None


def totals_file(path: Path, provider: str, years: tuple[int, ...], n: int = 30) -> Path:
    cells = {(y, *words): n for y in years for words in (("", "", "", ""), ("sex", "female", "", ""))}
    Totals(provider, "htcds", "All.", years, cells, ()).write(path)
    return path


def test_totals_of_two_providers_stand_side_by_side_and_the_newer_of_one_counts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    files = [totals_file(tmp_path / f"{i}.zip", p, y, n) for i, (p, y, n) in enumerate(_THREE)]
    assert main(["load", "provider_totals", *map(str, files), "--data", str(data)]) == 0
    sql = "select provider, year(period_start), n from clients where dimension_1 is null order by all"
    store = Store(data)
    assert ask(store, sql) == [("A", 2023, 30), ("A", 2024, 50), ("B", 2024, 40)]
    equation(store)
    newest = store.current_loads()[-1]
    assert main(["remove", newest, "--data", str(data)]) == 0
    assert ask(store, sql) == [("A", 2023, 30), ("A", 2024, 30), ("B", 2024, 40)]
    assert main(["remove", *store.current_loads(), "--data", str(data)]) == 0
    assert ask(store, sql) == []


_THREE = [("A", (2023, 2024), 30), ("B", (2024,), 40), ("A", (2024,), 50)]


def _spoilt(change: Callable[[dict], None] | None = None, table: str | None = None) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            rows, said = archive.read("totals.csv").decode(), json.loads(archive.read("manifest.json"))
        rows = rows.replace("30", table, 1) if table else rows
        said["sha256"] = hashlib.sha256(rows.encode()).hexdigest()
        if change:
            change(said)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("totals.csv", rows)
            archive.writestr("manifest.json", json.dumps(said))

    return spoil


SPOILT = {
    "a count below eleven": (_spoilt(table="7"), "fewer people"),
    "a smaller base": (_spoilt(lambda m: m.update(base=3)), "fewer people"),
    "tables that do not add up": (_spoilt(table="44"), "do not add up"),
    "another checksum": (_spoilt(lambda m: m.update(sha256="0")), "damaged"),
    "another format": (_spoilt(lambda m: m.update(format=9)), "another version"),
    "a hostile name": (_spoilt(lambda m: m.update(provider="<img src=x>")), "whose totals"),
    "a year that is not named": (_spoilt(lambda m: m.update(years=[2022])), "years do not agree"),
    "no manifest": (lambda p: p.write_bytes(b"PK\x05\x06" + bytes(18)), "not a file of totals"),
    "text": (lambda p: p.write_text("a,b"), "not a file of totals"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_file_that_aggregate_did_not_write_is_refused(what: str, tmp_path: Path) -> None:
    spoil, why = SPOILT[what]
    path = totals_file(tmp_path / "t.zip", "A", (2023,))
    assert read_totals(path)[0].provider == "A"
    spoil(path)
    with pytest.raises(SourceError, match=why):
        read_totals(path)


def test_invented_totals_do_not_enter_a_real_warehouse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = COMMITTED / "Lantern_House_cases_HTCDS_fictional_totals.zip"
    assert main(["load", "provider_totals", str(path), "--data", str(tmp_path)]) == 1
    assert "invented people" in capsys.readouterr().err


def test_no_file_about_clients_is_read_by_another_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["aggregate", "lapd", str(CASES), "--out", str(tmp_path / "t.zip")]) == 1
    assert "not a service provider's file" in capsys.readouterr().err
    assert main(["aggregate", "htcds", str(tmp_path / "no.csv"), "--out", str(tmp_path / "t.zip")]) == 1
    assert main(["aggregate", "htcds", str(CASES), "--out", str(tmp_path / "no" / "t.zip")]) == 1
    assert main(["fetch", "htcds", "--to", str(tmp_path)]) == 1
