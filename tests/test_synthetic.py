"""Synthetic people: who is in them, what is refused, what is spent, and that the report tells no small count."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from dashboard import audit, state
from etl import codes
from etl.__main__ import main
from etl.release.policy import read_policy
from etl.schema import SourceError
from etl.store import Store
from etl.synthetic import fit, noise
from etl.synthetic.errors import Length, Report, compared, percent, verdict
from etl.synthetic.ledger import Ledger, Spent
from etl.synthetic.make import DELTA, Asked, choose, folder_of, make, ways_of
from etl.synthetic.noise import Noisy
from etl.synthetic.people import Attribute, Group, People, grid, periods, read_people, table
from etl.synthetic.publish import publish
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse

REQUIREMENTS = ROOT / "requirements-synthetic.txt"
TODAY = date(2026, 2, 3)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 6,700 people in closed years, and 8,300 in all."""
    folder = tmp_path_factory.mktemp("large")
    make_warehouse(folder, 12_000)
    return folder


@pytest.fixture
def data(large: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(large, tmp_path / "data"))


@pytest.fixture
def ordinary_noise(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """numpy's rounded normal noise instead of OpenDP's, for everything that is not about the noise itself.

    Returns the scales that were used, which fills up.
    """
    used: list[float] = []
    rng = np.random.default_rng(5)
    whole = (2 * 1.374) ** -0.5  # what OpenDP takes for epsilon 12 and delta 1e-10

    def measure(
        _: Path, tables: Sequence[np.ndarray], shares: Sequence[float], __: float, ___: float, spent: float = 0
    ) -> Noisy:
        scales = tuple(whole / s**0.5 for s in shares)
        used.extend(scales)
        noisy = tuple(np.round(t + rng.normal(0, s, t.shape)) for t, s in zip(tables, scales, strict=True))
        rho = sum(1 / (2 * s**2) for s in scales)
        return Noisy(noisy, scales, rho, 12.0 * (rho + spent) / 1.374, "numpy")

    monkeypatch.setattr(noise, "measure", measure)
    monkeypatch.setattr(noise, "python", lambda _=None: Path(sys.executable))
    return used


@pytest.fixture(scope="module")
def with_opendp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has OpenDP: the one of docs/synthetic.md, or, with --full, a new one."""
    try:
        return noise.python()
    except SourceError:
        if not request.config.getoption("--full"):
            pytest.skip("OpenDP is not installed here (docs/synthetic.md); --full installs it")
    folder = tmp_path_factory.mktemp("opendp")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    if subprocess.run(command, capture_output=True, timeout=600).returncode:
        pytest.skip("OpenDP could not be installed")
    return python


def read_zip(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def people_of(data: Path) -> People:
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb"))), read_only=True) as connection:
        return read_people(connection, read_policy(data))


def change(data: Path, sql: str) -> None:
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb")))) as connection:
        connection.execute(sql)


# -- who is in it ------------------------------------------------------------------------------------------------------


def test_people_of_closed_years_count_once_and_the_rest_not_at_all(data: Path) -> None:
    people = people_of(data)
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb"))), read_only=True) as connection:
        (expected,) = connection.execute(
            "select count(*) from victims where offence_group = 'trafficking' and status not in "
            "('unfounded', 'duplicate') and counted_on between '2020-01-01' and '2024-12-31'"
        ).fetchone() or (0,)
    assert people.n == expected > 5_000 and people.years == (2020, 2024)
    for width in (1, 2, 5):
        assert table(people, grid(people, width, False), width).sum() == expected


def test_below_five_thousand_people_are_refused(data: Path, ordinary_noise: list[float]) -> None:
    change(data, f"delete from victims where hash(person_id) % 100 >= {int(100 * 4_900 / people_of(data).n)}")
    with pytest.raises(SourceError, match="at least 5,000 people in closed years, and there are fewer here") as refused:
        make(Store(data), Asked(), TODAY)
    assert not [w for w in str(refused.value).split() if w.strip(",.").isdigit()]  # how many there are is not said
    assert not ordinary_noise and not folder_of(data).exists()


def test_the_command_refuses_the_fictional_county(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_warehouse(tmp_path, 300)
    assert main(["synthetic", "--data", str(tmp_path)]) == 1
    assert "Synthetic records need at least 5,000 people" in capsys.readouterr().err


def test_a_source_that_the_policy_leaves_out_is_not_in_it(data: Path) -> None:
    text = (ROOT / "etl" / "release" / "policy.toml").read_text().replace("left_out = []", 'left_out = ["wick_police"]')
    (data / "policy.toml").write_text(text)
    with pytest.raises(SourceError):
        people_of(data)


@pytest.mark.parametrize("kind", ["provider", "published"])
def test_totals_of_providers_and_printed_figures_never_enter(data: Path, kind: str) -> None:
    change(data, f"update sources set kind = '{kind}' where source = 'wick_police'")
    with pytest.raises(SourceError, match="nobody to make synthetic records of"):
        people_of(data)


def test_a_row_that_stands_for_several_people_is_refused(data: Path) -> None:
    change(data, "update victims set n = 2 where person_id = (select min(person_id) from victims where "
                 "offence_group = 'trafficking' and status = 'open' and counted_on < '2024-01-01')")  # fmt: skip
    with pytest.raises(SourceError, match="stands for more than one person"):
        people_of(data)


def test_values_are_those_of_the_code_lists_whatever_the_records_hold(data: Path) -> None:
    before = grid(people_of(data), 1, False)
    change(data, "update victims set sex = 'a name', exploitation = 'a name', age_band = 'a name', minor = 'x' "
                 "where hash(person_id) % 50 = 0")  # fmt: skip
    people = people_of(data)
    assert grid(people, 1, False) == before
    assert {g.sex for g in people.groups} <= {"female", "male", "other", "unknown"}
    assert {g.age for g in people.groups} <= set(before[2].values)


def test_counties_are_told_only_where_each_has_the_residents(data: Path) -> None:
    change(data, "alter table victims add column area_us_counties varchar")
    change(data, "update victims set area_us_counties = case when area_district < 'D4' then '01001' else '01003' end")
    change(data, "insert into areas (layer, area_id, name, role, population) values "
                 "('us_counties', '01001', 'One', 'areas', 50000), ('us_counties', '01003', 'Two', 'areas', 70000), "
                 "('us_counties', '01005', 'Few', 'areas', 400)")  # fmt: skip
    people = people_of(data)
    assert people.counties == {"01001": "One", "01003": "Two"}
    assert grid(people, 1, True)[-1] == Attribute(("county",), (("01001",), ("01003",), ("unknown",)))
    assert "tract" not in str(grid(people, 1, True)) and "district" not in str(grid(people, 1, True))


def test_periods_end_with_the_newest_year() -> None:
    assert periods((2016, 2020), 1) == ["2016", "2017", "2018", "2019", "2020"]
    assert periods((2016, 2020), 2) == ["2016", "2017-2018", "2019-2020"]
    assert periods((2016, 2020), 5) == ["2016-2020"] and periods((2016, 2020), 9) == ["2016-2020"]


def test_the_grid_depends_on_the_noisy_number_of_people_only(data: Path) -> None:
    people = people_of(data)
    assert [choose(people, n, None)[0] for n in (5_000, 6_700, 50_000)] == [2, 1, 1]
    assert choose(people, 100, None)[0] == 5 and choose(people, 50_000, 3)[0] == 3
    fewer = People(people.groups[:3], people.sources, people.years, {}, True)
    assert choose(fewer, 6_700, None) == choose(people, 6_700, None)


# -- noisy counts to people --------------------------------------------------------------------------------------------


def test_without_noise_the_counts_of_three_attributes_come_back() -> None:
    rng = np.random.default_rng(2)
    true = rng.multinomial(40_000, rng.dirichlet(np.full(180, 0.4))).reshape(5, 4, 3, 3)
    measured = [fit.Measured(w, fit.marginal(true, w).astype(float), 0.01) for w in ways_of(true.shape)]
    made = fit.whole(fit.fitted(measured, np.ones(true.shape, dtype=bool)), 0.5)
    assert made.sum() == 40_000
    for ways in ways_of(true.shape):
        assert np.abs(fit.marginal(true, ways) - fit.marginal(made, ways)).max() <= 45, ways
    assert not made[fit.marginal(true, (0, 1, 2)) == 0].any()


def test_noise_alone_is_nobody() -> None:
    rng = np.random.default_rng(3)
    noisy = rng.normal(0, 2, (20, 20, 20))
    everywhere = np.ones(noisy.shape, dtype=bool)
    kept = (noisy >= fit.threshold(noisy, 2.0, everywhere)).sum()
    assert kept <= 1
    # Where everything is clear, a low one will do; it never asks for less than one person.
    assert fit.threshold(np.full((20, 20), 300.0), 2.0, everywhere[0]) < 3
    assert fit.threshold(np.full((20, 20), 300.0), 0.01, everywhere[0]) == 1.0


def test_whole_people_stay_within_one_of_the_running_sum() -> None:
    expected = np.random.default_rng(4).exponential(0.7, (6, 7, 8))
    for offset in (0.0, 0.3, 0.999):
        made = fit.whole(expected, offset)
        assert (made >= 0).all() and np.abs(np.cumsum(made) - np.cumsum(expected)).max() <= 1


def test_shares_of_the_privacy_loss_add_up_to_one() -> None:
    assert fit.shares([1, 1, 2, 3, 3, 3], {1: 0.1, 2: 0.2, 3: 0.7}) == pytest.approx([0.05, 0.05, 0.2, *[0.7 / 3] * 3])
    with pytest.raises(ValueError, match="whole privacy loss"):
        noise.measure(Path("none"), [np.ones(1)] * 2, [0.6, 0.6], 1, 1e-9)


# -- the report --------------------------------------------------------------------------------------------------------


def test_the_report_by_hand() -> None:
    attributes = (Attribute(("sex",), (("f",), ("m",))), Attribute(("band", "minor"), (("1", "y"), ("2", "n"))))
    real, made = np.array([[6, 2], [2, 0]]), np.array([[8, 0], [1, 1]])
    report = compared(real, made, attributes)
    one, two, three = report.lengths
    assert (one.here, one.suppressed, one.fabricated, one.mean) == (6, 0.0, 0.0, pytest.approx((0 + 0 + 1 * 4) / 6))
    # Of the pairs that the records have, f with 2 and f with n are missing; m with 2 and m with n are invented.
    assert (two.suppressed, two.fabricated, two.unseen) == (2 / 8, 2 / 8, 4 / 30)
    assert (three.here, three.suppressed, three.fabricated) == (3, 1 / 3, 1 / 3)
    assert report.together.suppressed == 3 / 17 and not any(report.met)


@pytest.mark.parametrize(
    ("suppressed", "fabricated", "begins"),
    [(0.099, 0.009, "Both goals were met"), (0.1, 0.0, "Only the goal for fabricated"),
     (0.05, 0.01, "Only the goal for suppressed"), (0.3, 0.3, "Neither goal was met")],
)  # fmt: skip
def test_the_first_sentence_says_whether_the_goals_were_met(suppressed: float, fabricated: float, begins: str) -> None:
    line = Length(0, 100, suppressed, 0.0, fabricated, 1.0, 2.0, 1.0)
    assert verdict(Report((), line)).startswith(begins)


def test_shares_are_said_in_whole_per_cent() -> None:
    assert [percent(s) for s in (0, 0.0001, 0.0099, 0.0951, 0.2349)] == [
        "0 %",
        "under 1 %",
        "under 1 %",
        "10 %",
        "23 %",
    ]


# -- a release ---------------------------------------------------------------------------------------------------------


def test_a_release_is_whole_and_says_what_it_is(data: Path, ordinary_noise: list[float]) -> None:
    made = make(Store(data), Asked(), TODAY)
    files = read_zip(made.path)
    for line in files["SHA256SUMS"].splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name].encode()).hexdigest() == digest
    rows, book = table_of(files["synthetic.csv"]), table_of(files["codebook.csv"])
    assert list(rows[0]) == ["period", "exploitation", "age_band", "minor", "sex"] and len(rows) == made.rows
    known = {(r["column"], r["value"]) for r in book}
    assert {(c, v) for row in rows for c, v in row.items()} <= known
    assert all(r["meaning"] for r in book)
    assert {r["minor"] for r in rows if r["age_band"] == "9-17"} == {"minor"}
    readme = files["README.md"]
    assert readme.index("Do not compute hotspots from it") < 200 and "No row is a person" in readme
    assert "FICTIONAL" in readme and "Wick Police Department" in files["CITATION.txt"]
    assert files["error-report.md"].startswith(verdict(made.report))
    assert json.loads(files["about.json"])["rows"] == made.rows


def test_the_number_of_rows_is_a_noisy_one(large: Path, tmp_path: Path, ordinary_noise: list[float]) -> None:
    found = {make(Store(Path(shutil.copytree(large, tmp_path / f"{i}"))), Asked(), TODAY).rows for i in range(5)}
    true = people_of(large).n
    assert len(found) > 1 and max(abs(n - true) for n in found) < 100
    assert ordinary_noise and min(ordinary_noise) > 1


def test_no_true_count_is_in_the_zip(data: Path, ordinary_noise: list[float]) -> None:
    """Nothing in the reports is a true count but by chance: single values are as measured, errors over everything."""
    made = make(Store(data), Asked(), TODAY)
    people, files = people_of(data), read_zip(made.path)
    true: dict[str, int] = {}
    for group in people.groups:
        for value in (group.exploitation, group.sex):
            true[value] = true.get(value, 0) + group.n
    singles = {r["value"]: r for r in table_of(files["single-attributes.csv"])}
    told = [int(r["measured_with_noise"]) for r in singles.values() if r["measured_with_noise"].isdigit()]
    assert min(told) >= 11
    named = [v for v in codes.SEX if v in singles] + [v for v in codes.EXPLOITATION if v in singles and v != "unknown"]
    exact = [v for v in named if singles[v]["measured_with_noise"] == str(true.get(v, 0))]
    assert len(exact) < len(named) / 2
    assert str(people.n) not in files["README.md"] + files["error-report.md"] + files["error-report.csv"]


def test_a_second_release_of_the_same_people_is_refused_unless_it_is_said(
    data: Path, ordinary_noise: list[float]
) -> None:
    first = make(Store(data), Asked(), TODAY)
    drawn = len(ordinary_noise)
    with pytest.raises(SourceError, match="There is a synthetic release of the same people: 2026-02-03-1"):
        make(Store(data), Asked(), TODAY)
    assert len(ordinary_noise) == drawn  # refused before any noise is drawn
    second = make(Store(data), Asked(spend_more=True), TODAY)
    assert second.release == "2026-02-03-2" and second.together > 1.9 * first.epsilon
    entries = Ledger(folder_of(data)).entries()
    assert [e.release for e in entries] == ["2026-02-03-1", "2026-02-03-2"]
    assert entries[0].rows_about % 100 == 0 and entries[0].rho == pytest.approx(1.374)
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == entries[0].sha256


def test_a_ledger_that_is_lost_or_damaged_stops_everything(data: Path, ordinary_noise: list[float]) -> None:
    make(Store(data), Asked(), TODAY)
    ledger = folder_of(data) / "ledger.json"
    ledger.write_text("{}")
    with pytest.raises(SourceError, match="is damaged"):
        make(Store(data), Asked(spend_more=True), TODAY)
    ledger.unlink()
    with pytest.raises(SourceError, match="is missing"):
        make(Store(data), Asked(spend_more=True), TODAY)
    shutil.rmtree(ledger.parent)  # as after the restoring of a backup from before the release
    with pytest.raises(SourceError, match="is older than the audit log"):
        make(Store(data), Asked(spend_more=True), TODAY)


def test_other_people_have_spent_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.add(Spent("2026-02-03-1", ("a", "b"), (2015, 2019), 1.0, 12.0, DELTA, 6_000, "0" * 64))
    assert (
        ledger.of(["b", "c"], (2019, 2022))
        and not ledger.of(["b"], (2020, 2022))
        and not ledger.of(["c"], (2015, 2019))
    )
    assert ledger.new_id("2026-02-03") == "2026-02-03-2" and ledger.new_id("2026-02-04") == "2026-02-04-1"


def test_a_release_is_written_into_the_audit_log_before_it_can_be_had(
    data: Path, ordinary_noise: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(Store(data), Asked(), TODAY)
    (row,) = audit.entries(data, what="release").rows
    assert row.subject == "synthetic:2026-02-03-1" and row.rows == round(made.rows, -2)
    assert row.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()

    def full(*_: Any, **__: Any) -> None:
        raise state.StateError("The log is full.", "Make room.")

    monkeypatch.setattr(audit, "record", full)
    with pytest.raises(SourceError, match="nothing is handed out unrecorded"):
        make(Store(data), Asked(spend_more=True), TODAY)
    assert not (folder_of(data) / "2026-02-03-2").exists()


def test_publishing_puts_the_same_file_beside_the_public_figures(data: Path, ordinary_noise: list[float]) -> None:
    made = make(Store(data), Asked(), TODAY)
    assert not (data / "public" / "synthetic").exists()
    folder = publish(data, made.release)
    assert sorted(f.name for f in folder.iterdir()) == ["about.json", "file.json", "synthetic-2026-02-03-1.zip"]
    assert (folder / made.path.name).read_bytes() == made.path.read_bytes()
    assert publish(data, made.release) == folder
    for wrong in ("2026-02-03-9", "../warehouse"):
        with pytest.raises(SourceError, match="no synthetic release of that id"):
            publish(data, wrong)
    made.path.write_bytes(b"spoiled")
    with pytest.raises(SourceError, match="missing or damaged"):
        publish(data, made.release)


# -- the command -------------------------------------------------------------------------------------------------------


def test_check_spends_nothing(data: Path, ordinary_noise: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthetic", "--data", str(data), "--check"]) == 0
    assert "counted in 2020 to 2024 by: Wick Police" in capsys.readouterr().out
    assert not ordinary_noise and not folder_of(data).exists()


def test_the_command_makes_saves_publishes_and_lists(
    data: Path, tmp_path: Path, ordinary_noise: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "people.zip"
    assert main(["synthetic", "--data", str(data), "--out", str(out), "--publish"]) == 0
    said = capsys.readouterr().out
    assert "goal" in said and "Do not compute hotspots" in said and zipfile.is_zipfile(out)
    assert main(["synthetic", "--data", str(data), "--list"]) == 0
    assert "public." in capsys.readouterr().out
    assert main(["synthetic", "--data", str(data), "--out", str(out), "--spend-more"]) == 1
    assert "--out must be a new file" in capsys.readouterr().err
    assert len(Ledger(folder_of(data)).entries()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--epsilon", "50"], "--epsilon must be from 0.1 to 20"), (["--epsilon", "nan"], "--epsilon must be"),
     (["--delta", "0.01"], "--delta must be"), (["--years", "0"], "nothing finer than a year")],
)  # fmt: skip
def test_a_promise_that_promises_nothing_is_refused(
    data: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["synthetic", "--data", str(data), *arguments]) == 1
    assert said in capsys.readouterr().err


def test_without_opendp_the_command_says_how_to_get_it(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(noise.PYTHON, str(data / "nothing"))
    assert main(["synthetic", "--data", str(data)]) == 1
    assert "pip install -r requirements-synthetic.txt" in capsys.readouterr().err
    assert main(["synthetic", "--data", str(data), "--python", sys.executable]) == 1  # a Python without OpenDP
    assert "Install requirements-synthetic.txt in it again" in capsys.readouterr().err
    assert not Ledger(folder_of(data)).entries()


# -- with OpenDP -------------------------------------------------------------------------------------------------------


def test_noise_is_as_large_as_promised_and_new_each_time(with_opendp: Path) -> None:
    counts = np.full(20_000, 40)
    one = noise.measure(with_opendp, [counts, counts[:5]], [0.9, 0.1], 12.0, 1e-10)
    assert one.epsilon == pytest.approx(12.0, abs=1e-3) and one.rho == pytest.approx(1.374, abs=0.01)
    assert one.scales[0] == pytest.approx((2 * 0.9 * one.rho) ** -0.5, rel=1e-6)
    assert np.std(one.counts[0]) == pytest.approx(one.scales[0], rel=0.03) and abs(np.mean(one.counts[0]) - 40) < 0.02
    again = noise.measure(with_opendp, [counts, counts[:5]], [0.9, 0.1], 12.0, 1e-10, spent=one.rho)
    assert (again.counts[0] != one.counts[0]).any() and again.epsilon > 16


def test_a_release_of_6_700_people_with_opendp(with_opendp: Path, data: Path) -> None:
    made = make(Store(data), Asked(python=with_opendp), TODAY)
    assert abs(made.rows - people_of(data).n) < 200 and made.epsilon == pytest.approx(12.0, abs=1e-3)
    assert made.report.together.fabricated < 0.02 and made.report.together.unseen < 0.01
    assert made.report.together.suppressed < 0.3
    assert "OpenDP 0.16.0" in read_zip(made.path)["README.md"]


@pytest.mark.full
def test_the_goals_are_met_at_50_000_people(with_opendp: Path, tmp_path: Path) -> None:
    make_warehouse(tmp_path, 75_000)
    made = make(Store(tmp_path), Asked(python=with_opendp), TODAY)
    assert made.report.met == (True, True), verdict(made.report)


@pytest.mark.full
def test_whether_one_person_is_among_them_cannot_be_told(with_opendp: Path, data: Path) -> None:
    """The person has a combination of her own; an attacker who knows everybody else looks for it in many releases."""
    people = people_of(data)
    cell = ("organ_removal", ("0-8", "minor"), "other")
    others = tuple(g for g in people.groups if (g.exploitation, g.age, g.sex) != cell)
    her = Group(2024, *cell, "police", codes.UNKNOWN, 1)
    attributes = grid(people, 1, False)

    def appears(among: tuple[Group, ...], noisy: bool = True) -> bool:
        true = table(People(among, people.sources, people.years, {}, True), attributes, 1)
        ways = ways_of(true.shape)
        tables, scales = [fit.marginal(true, w) for w in ways], (0.01,) * len(ways)
        if noisy:
            shares = fit.shares([len(w) for w in ways], {1: 0.1, 2: 0.2, 3: 0.7})
            answer = noise.measure(with_opendp, tables, shares, 0.5, 1e-10)
            tables, scales = list(answer.counts), answer.scales
        measured = [fit.Measured(*m) for m in zip(ways, tables, scales, strict=True)]
        made = fit.whole(fit.fitted(measured, np.ones(true.shape, dtype=bool)), float(np.random.random()))
        kind, age, sex = (attributes[i].values.index(v) for i, v in ((1, (cell[0],)), (2, cell[1]), (3, (cell[2],))))
        return bool(made[:, kind, age, sex].any())

    assert appears((*others, her), noisy=False) and not appears(others, noisy=False)  # without noise it could be told
    runs = 25
    with_her, without = (sum(appears(among) for _ in range(runs)) for among in ((*others, her), others))
    assert with_her <= 2 and without <= 2
    table_2x2 = [[with_her, runs - with_her], [without, runs - without]]
    assert stats.fisher_exact(table_2x2).pvalue > 0.01


def test_the_setting_names_the_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(noise.PYTHON, sys.executable)
    assert noise.python() == Path(sys.executable) and noise.python(Path(os.__file__)) == Path(os.__file__)
