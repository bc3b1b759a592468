"""The directory of services: declared columns, bad rows by number, confidential places never, stale ones marked."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import directory
from dashboard.decks import texts
from dashboard.warehouse import current
from etl.__main__ import main
from etl.directory import COLUMNS, read
from etl.schema import SourceError
from tests.conftest import ROOT
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.test_main import start, written

SAMPLE = ROOT / "data" / "sample" / "services_directory_fictional.csv"
TODAY = date(2026, 11, 1)
GOOD = {"name": "Lantern House", "phone": "555-0101", "last_verified": "2026-10-01", "confidential": "no"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("directory")
    make_warehouse(folder, 200)
    make_public(folder / "public", "year", "district", 600)
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def file(folder: Path, *rows: dict[str, str], extra: str = "") -> Path:
    names = [*COLUMNS, *([extra] if extra else [])]
    lines = [",".join(names)]
    lines += [",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in names) for row in rows]
    path = folder / "services.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_column_that_is_not_declared_is_never_read(tmp_path: Path) -> None:
    found = read(file(tmp_path, GOOD | {"address": "12 Hidden Street"}, extra="address"), TODAY)
    assert found.not_read == 1 and "Hidden" not in json.dumps(found.entries)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": ""}, "name is empty"),
        ({"phone": "ask Maria"}, "phone is not a number to call"),
        ({"web": "javascript:alert(1)"}, "web is not an address of the web"),
        ({"capacity": "many"}, "capacity is not a whole number"),
        ({"last_verified": "2027-01-01"}, "last_verified lies in the future"),
        ({"last_verified": "spring"}, "last_verified is not a day such as 2026-03-31"),
        ({"confidential": "maybe"}, "confidential is neither yes nor no"),
        ({"offers": "x" * 301}, "a text of more than 300 characters, or one that cannot be printed"),
    ],
)
def test_a_bad_row_is_left_out_with_its_number_and_reason_and_no_value(
    tmp_path: Path, wrong: dict[str, str], why: str
) -> None:
    found = read(file(tmp_path, GOOD, GOOD | {"name": "Other"} | wrong), TODAY)
    assert found.bad == ((3, why),) and len(found.entries) == 1


def test_a_service_twice_is_one(tmp_path: Path) -> None:
    found = read(file(tmp_path, GOOD, GOOD | {"name": "LANTERN house", "phone": "(555) 0101"}), TODAY)
    assert len(found.entries) == 1 and found.bad[0][0] == 3


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,phone\nA,555-0101\n")
    with pytest.raises(SourceError, match="last_verified, confidential"):
        read(path, TODAY)


@pytest.mark.parametrize("said", ["At 12 Harbour Street", "1400 N. Old Mill Rd, back door", "-40.123, -30.0123"])
def test_a_confidential_service_keeps_no_place(tmp_path: Path, said: str) -> None:
    secret = GOOD | {"confidential": "yes"}
    placed = secret | {"area": "Harbour", "web": "lantern.example/harbour", "capacity": "12"}
    (kept,) = read(file(tmp_path, placed), TODAY).entries
    assert (kept["area"], kept["web"], kept["capacity"]) == ("", "", "")
    found = read(file(tmp_path, secret | {"offers": said}), TODAY)
    assert found.entries == () and "looks like an address" in found.bad[0][1]


def test_a_confidential_service_without_a_phone_is_not_published(data: Path, tmp_path: Path) -> None:
    silent = GOOD | {"name": "Quiet House", "confidential": "yes", "phone": ""}
    assert main(["directory", str(file(tmp_path, GOOD, silent)), "--data", str(data)]) == 0
    assert [e.name for e in directory.entries(current(data))] == ["Lantern House", "Quiet House"]
    assert [e.name for e in directory.entries(current(data / "public", "public"))] == ["Lantern House"]
    assert "Quiet" not in (data / "public" / "directory-000001.json").read_text()
    assert all(s.name != "Quiet House" for s in texts.services(current(data)))


def test_checking_keeps_nothing_and_versions_are_numbered(data: Path, tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    assert main(["directory", str(path), "--check", "--data", str(data)]) == 0
    assert directory.entries(current(data)) == ()
    for _time in range(2):
        assert main(["directory", str(path), "--data", str(data)]) == 0
    assert sorted(f.name for f in (data / "warehouse").glob("directory-*")) == [
        "directory-000001.json", "directory-000002.json",
    ]  # fmt: skip


def test_what_nobody_verified_for_half_a_year_is_marked_and_not_on_a_slide(data: Path) -> None:
    assert directory.Entry("A", last_verified="2026-05-01").stale(date(2026, 11, 1))
    assert not directory.Entry("A", last_verified="2026-05-02").stale(date(2026, 11, 1))
    assert directory.Entry("A", last_verified="?").stale(date(2026, 11, 1))


def test_the_sample_is_read_whole() -> None:
    found = read(SAMPLE, date(2026, 11, 21))
    assert found.bad == () and len(found.entries) == 5 and found.not_read == 0


@pytest.mark.parametrize("tier", ["restricted", "public"])
def test_the_services_page_lists_them(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tier: str) -> None:
    old = GOOD | {"name": "Old Mill <b>drop-in</b>", "last_verified": "2020-01-01", "phone": "555-0103"}
    assert main(["directory", str(file(tmp_path, GOOD, old)), "--data", str(data)]) == 0
    monkeypatch.setenv("LAMPLIGHT_TIER", tier)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(data / "public" if tier == "public" else data))
    app: AppTest = start(ROOT, "services")
    assert "2 services in the directory" in written(app, "caption") and "1 was not verified" in written(app, "warning")
    (table,) = [d.value for d in app.dataframe if "Phone" in d.value.columns]
    assert table["Verified"].str.endswith("verify again").sum() == 1
