"""Service providers: the shared warehouse holds their totals and nothing else of their files."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.provider.kept import SETTING, Kept
from etl.provider.totals import Totals, read_totals
from etl.schema import SourceError
from etl.store import Store
from tests.loader_files import ask, equation
from tests.provider_files import DAY, NAME, NUMBER, canaries, holding
from tests.sample_files import COMMITTED


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The provider's own folder, away from that of whoever runs the tests."""
    monkeypatch.setenv(SETTING, str(tmp_path / "kept"))
    return Kept(tmp_path / "kept")


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
