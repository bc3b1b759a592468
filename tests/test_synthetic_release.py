"""A release of synthetic people: what it says and what it does not, what it spends, and where it is written down."""

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dashboard import audit, state
from etl import codes
from etl.schema import SourceError
from etl.store import Store
from etl.synthetic.errors import verdict
from etl.synthetic.ledger import Ledger, Spent
from etl.synthetic.make import DELTA, Asked, folder_of, make
from etl.synthetic.publish import publish
from tests.synthetic_people import TODAY, data, large, ordinary_noise, people_of, read_zip

__all__ = ["data", "large", "ordinary_noise"]


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


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
