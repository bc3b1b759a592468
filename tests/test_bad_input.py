"""Whatever is wrong with a file or the disk: exit 1, one sentence on stderr, and what was served still is."""

import errno
import gzip
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

import etl.build
import etl.contents
import etl.intake
import etl.store
from etl.__main__ import main
from etl.load import load_files
from etl.read import Limits
from etl.registry import source_named
from etl.schema import SourceError
from etl.store import Store
from tests.loader_files import LAPD, SEX, csv_file, lapd_row, load, nibrs_zip, slim_row, tree
from tests.workbook import write_xlsx

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
ROWS = [lapd_row(i, DAYS[i % 3], SEX) for i in range(6)]
SECRET = "4417 Quill Street"  # a value that must never be repeated


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("bad")
    store = Store(folder / "data")
    load(store, "lapd", csv_file(folder / "good.csv", LAPD, ROWS))
    return store


@pytest.fixture
def refused(store: Store, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """Runs a command line that must be refused; gives its sentence and checks that nothing changed."""

    def run(*arguments: object) -> str:
        before = tree(store.root)
        capfd.readouterr()
        assert main([*map(str, arguments), "--data", str(store.data)]) == 1
        said = capfd.readouterr().err
        assert tree(store.root) == before
        assert said.count("\n") == 1 and said.endswith((".\n", "`.\n")) and len(said) < 700
        assert SECRET not in said and "Traceback" not in said
        return said.strip()

    yield run


def _good(more: str = "") -> str:
    return "\n".join([LAPD, *ROWS]) + "\n" + more


FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("lapd", b"", "is empty. Download it again"),
    "header only": ("lapd", LAPD.encode(), "has a header and no rows"),
    "another publisher's": ("lapd", b"Date,Type\n" + b"x,y\n" * 3, "does not look like a file of source 'lapd'"),
    "binary": ("lapd", bytes(range(256)) * 400, "is a binary file"),
    "picture": ("lapd", b"\x89PNG\r\n\x1a\n" + bytes(5000), "is a picture, not a table"),
    "web page": ("lapd", b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
    "zeros": ("lapd", bytes(20_000), "is empty"),
    "duplicate headers": ("lapd", f"{LAPD},DR_NO\n{ROWS[0]},1\n".encode(), "the column 'DR_NO' 2 times"),
    "a column gone": ("lapd", _good().replace("Crm Cd Desc", "Crime").encode(), "needs the column 'Crm Cd Desc'"),
    "not a zip": ("nibrs", b"PK\x03\x04" + bytes(3000), "damaged|cannot be unpacked"),
    "cut gz": ("lapd", gzip.compress(_good().encode() * 50)[:-200], "cut off|damaged"),
    "no polygons": ("lapd_divisions", b'{"type": "FeatureCollection", "features": []}', "."),
    "half a layer": ("lapd_divisions", b'{"type": "FeatureColl', "."),
    "a table as layer": ("us_counties", _good().encode(), "."),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_refused(refused: Callable[..., str], tmp_path: Path, case: str) -> None:
    source, content, said = FILES[case]
    suffix = {"nibrs": ".zip", "lapd_divisions": ".geojson", "us_counties": ".geojson"}.get(source, ".csv")
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    for more in ([], ["--check"]):
        message = refused("load", source, path, *more)
        assert re.search(said, message), message


def test_paths_and_names(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "none.csv is not a file" in refused("load", "lapd", tmp_path / "none.csv")
    assert "not a file" in refused("load", "lapd", tmp_path)
    assert "There is no source of that name. Known:" in refused("load", "laqd", tmp_path)
    assert "No load named nothing" in refused("remove", "nothing")
    assert "--counts-for wants months" in refused("load", "lapd", tmp_path / "x", "--counts-for", "soon")
    assert "a b.csv" in refused("load", "lapd", csv_file(tmp_path / "a\nb.csv", "", []))  # still one line


def test_one_file_of_several_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    good = csv_file(tmp_path / "new.csv", LAPD, [lapd_row(77, DAYS[0], SEX)])
    bad = csv_file(tmp_path / "bad.csv", "Date,Crime", ["1,2"])
    assert "bad.csv does not look like" in refused("load", "lapd", good, bad)
    assert "bad.csv does not look like" in refused("load", "lapd", bad, good)


def test_rows_that_are_wrong_are_set_aside_with_their_number(tmp_path: Path) -> None:
    """NUL bytes, a row that is cut off and one with a field too many stop neither the file nor its neighbours."""
    store = Store(tmp_path / "data")
    lines = [LAPD, ROWS[0], ROWS[1] + ",extra", ROWS[2].replace("STREET", "STR\0EET"), ROWS[3], ROWS[4][:30]]
    path = tmp_path / "odd.csv"
    path.write_bytes("\n".join(lines).encode())
    (done,) = load(store, "lapd", path)
    with duckdb.connect(str(store.database(1)), read_only=True) as connection:
        aside = connection.execute("select record, reason from quarantine order by 1").fetchall()
        kept = connection.execute("select incident_id from incidents order by 1").fetchall()
    assert (3, "field_count") in aside and 6 in [r for r, _ in aside]
    assert {("0",), ("3",)} <= set(kept)
    assert len(kept) + len(aside) == 5 and done.manifest["tables"]


def test_limits_have_messages_of_their_own(store: Store, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "x.csv", LAPD, ROWS[1:])
    long = csv_file(tmp_path / "long.csv", LAPD, [*ROWS, "9" * 3_000_000, *ROWS])
    packed = tmp_path / "x.csv.gz"
    packed.write_bytes(gzip.compress(_good("0" * 3_000_000).encode()))
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("agencies.csv", bytes(3_000_000))
        archive.writestr("NIBRS_incident.csv", bytes(3_000_000))
    small = Limits(ratio_from=100_000, expansion_ratio=50)
    before = tree(store.root)
    for source, file, limits, said in (
        ("lapd", path, Limits(file_bytes=100), "more than the limit of 100 bytes"),
        ("lapd", path, Limits(rows=3), "more than 3 rows|3 rows"),
        ("lapd", packed, small, "more than 50 times its size"),
        ("nibrs", bomb, small, "more than 50 times its size"),
        ("lapd", packed, Limits(unpacked_bytes=1000), "unpacks to more than 1000 bytes"),
    ):
        with pytest.raises(SourceError, match=said) as error:
            load_files(store, [(source_named(source), file)], limits=limits)
        assert "\n" not in str(error.value)
    assert tree(store.root) == before
    # One line of 3 MB is a bad row, not a bad file.
    other = Store(tmp_path / "data")
    (done,) = load(other, "lapd", long)
    assert done.manifest["tables"]["long.csv"]["quarantined"] == 1


@pytest.mark.full
def test_one_line_of_100_megabytes(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "long.csv", LAPD, [*ROWS, "9" * 100_000_000, lapd_row(9, DAYS[0], SEX)])
    (done,) = load(Store(tmp_path / "data"), "lapd", path)
    assert done.manifest["tables"]["long.csv"] == {"rows_read": 8, "quarantined": 1, "merged": 0}


def test_a_file_that_changes_while_it_is_read(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(tmp_path / "growing.csv", LAPD, [lapd_row(i, DAYS[0], SEX) for i in range(50, 60)])
    inner = etl.contents._read_reports

    def reading(*arguments: Any) -> None:
        inner(*arguments)
        with path.open("a") as handle:
            handle.write(ROWS[0] + "\n")

    monkeypatch.setattr(etl.contents, "_read_reports", reading)
    assert "growing.csv changed while it was read" in refused("load", "lapd", path)


PLACES = {
    "writing a table": (pq, "write_table"),
    "writing the manifest": (etl.intake, "write_json"),
    "making a folder": (tempfile, "mkdtemp"),
    "opening the database": (duckdb, "connect"),
    "moving the database": (os, "replace"),
    "flushing": (os, "fsync"),
    "recording the set": (etl.store, "write_json"),
}


@pytest.mark.parametrize(
    ("place", "number", "said"),
    [
        *((place, errno.ENOSPC, "The disk is full. Nothing was changed") for place in PLACES),
        ("writing a table", errno.EACCES, "No permission to write in"),
        ("making a folder", errno.EROFS, "No permission to write in"),
        ("flushing", errno.EIO, "Input/output error. Nothing was changed"),
    ],
)
def test_the_disk_says_no(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, number: int, said: str
) -> None:
    path = csv_file(tmp_path / "new.csv", LAPD, [lapd_row(i, DAYS[0], SEX) for i in range(50, 60)])
    module, name = PLACES[place]
    inner = getattr(module, name)
    skip = 1 if name == "connect" else 0  # `load` looks at what is served first
    calls = 0

    def full(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= skip:
            return inner(*arguments, **named)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, name, full)
    assert said in refused("load", "lapd", path)


def test_the_database_says_that_the_disk_is_full(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(tmp_path / "new.csv", LAPD, [lapd_row(i, DAYS[0], SEX) for i in range(50, 60)])

    def full(*_: Any) -> None:
        raise duckdb.IOException(f'Could not write "{SECRET}": No space left on device')

    monkeypatch.setattr(etl.build, "check_equation", full)
    assert "The disk is full. Nothing was changed" in refused("load", "lapd", path)

    def broken(*_: Any) -> None:
        raise duckdb.ConversionException(f"Could not convert {SECRET}")

    monkeypatch.setattr(etl.build, "check_equation", broken)
    assert "could not be built (ConversionException)" in refused("load", "lapd", path)

    def unexpected(*_: Any) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(etl.build, "check_equation", unexpected)
    assert "An unexpected error (ZeroDivisionError at test_bad_input.py" in refused("load", "lapd", path)


def test_interrupted_by_the_user(refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(etl.build, "check_equation", stop)
    assert refused("load", "lapd", csv_file(tmp_path / "n.csv", LAPD, [lapd_row(50, DAYS[0], SEX)])).startswith(
        "Stopped"
    )


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small file system needs an administrator")
def test_a_disk_that_is_really_full(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("cannot mount here")
    try:
        store = Store(disk / "data")
        load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, ROWS))
        filler = disk / "filler"
        usage = os.statvfs(disk)
        filler.write_bytes(bytes(max(usage.f_bavail * usage.f_frsize - 400_000, 0)))
        before = tree(store.root)
        rows = [lapd_row(i, DAYS[i % 3], SEX) for i in range(3000)]
        path = csv_file(tmp_path / "two.csv", LAPD, rows)
        assert main(["load", "lapd", str(path), "--data", str(store.data)]) == 1
        assert "The disk is full. Nothing was changed" in capfd.readouterr().err
        assert tree(store.root) == before
        filler.unlink()
        assert main(["load", "lapd", str(path), "--data", str(store.data)]) == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.mark.parametrize(("printed", "code"), [(5, 0), (6, 1)])
def test_a_file_that_does_not_add_up_to_its_own_total(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], printed: int, code: int
) -> None:
    header = ["Occurrence Date", "Occurrence Hour", "NIBRS Description", "Offense Count", "Beat", "Premise"]
    rows = [["2018-07-0" + str(d), "9", "Theft from building", str(d), "1A10", "Bar"] for d in (2, 3)]
    preamble = [[f"Total of {printed} NIBRS offenses reported for the month of July"], [], header]
    path = write_xlsx(tmp_path / "july.xlsx", {"NIBRS": [*preamble, *rows]})
    assert main(["load", "houston", str(path), "--data", str(tmp_path / "data")]) == code
    said = capfd.readouterr()
    assert "add up to" in (said.err if code else said.out)
    assert (Store(tmp_path / "data").current() is None) == bool(code)


def test_zip_of_another_state_and_slim_as_portal(refused: Callable[..., str], tmp_path: Path) -> None:
    archive = nibrs_zip(tmp_path / "ZZ.zip", "ZZ", 1, DAYS)
    assert "does not look like" in refused("load", "houston", archive)
    slim = csv_file(tmp_path / "slim.csv", "Date,Primary Type,Description", [slim_row(DAYS[0])])
    assert "chicago" in refused("load", "chicago", slim)
