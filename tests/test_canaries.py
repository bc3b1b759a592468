"""Names and places planted in columns that are not declared are nowhere afterwards: not in bytes, logs or pages."""

import sqlite3
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from etl.__main__ import main
from etl.registry import source_named
from etl.store import Store
from tests.pollution import clean_files

NAME, PHONE, LAT, LON = "Zuleika Canaryvogel", "555-0171-9942", "12.3456789", "-98.7654321"
STREET = "4417 Quillfeather Crescent"
TEXT = f"{NAME}, {STREET}, phone {PHONE}, at {LAT}, {LON}"
CANARIES = ("Canaryvogel", "Zuleika", "Quillfeather", PHONE, LAT, LON, LON[1:])
FORMS = (
    "lapd-since-2020",
    "lapd-2010-to-2019",
    "chicago-portal",
    "chicago-slim",
    "houston-nibrs",
    "hotline-state-and-year",
    "fbi-agency-and-year",
    "ctdc-2020",
    "nibrs-NIBRS_OFFENDER.csv",
)
_PLANTED = [c.encode() for c in CANARIES] + [c.encode("utf-16-le") for c in CANARIES]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """A store with canaries in its files, and what the commands said."""
    return load_all(tmp_path_factory.mktemp("canaries"))


def load_all(folder: Path) -> tuple[Store, Path]:
    """A store into which every form was loaded by the command line, a canary in each undeclared column of each row.

    Beside them stand an undeclared column more, a row that is too wide and one that is cut off: those are set aside.
    """
    store = Store(folder / "data")
    with (folder / "said.txt").open("w", encoding="utf-8") as said, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", said)
        patch.setattr("sys.stderr", said)
        for i, form in enumerate(FORMS):
            path = folder / f"file-{i}{clean_files()[form].suffix}"
            path.write_bytes(planted(form))
            assert main(["load", clean_files()[form].source, str(path), "--data", str(store.data)]) == 0, form
        bad = folder / "bad.csv"
        bad.write_text(f"Date,Crime,Name\n1,2,{TEXT}\n", encoding="utf-8")
        assert main(["load", "lapd", str(bad), "--data", str(store.data)]) == 1
        assert main(["release", "--data", str(store.data)]) == 0  # with what the next release is made from
        assert main(["status", "--data", str(store.data)]) == 0
    return store, folder / "said.txt"


def planted(form: str) -> bytes:
    """The clean file with a canary wherever nothing is declared."""
    clean = clean_files()[form]
    header = [*clean.header, "Victim name"]
    rows = [
        [f'"{TEXT}"' if name not in clean.columns else (f'"{cell}"' if "," in cell else cell)
         for name, cell in zip(clean.header, row, strict=True)] + [f'"{TEXT}"']
        for row in clean.rows
    ]  # fmt: skip
    lines = [",".join(f'"{h}"' for h in header), *[",".join(r) for r in rows]]
    if not clean.member:
        lines += [lines[-1] + f',"{TEXT}"', f'{rows[0][0]},"{NAME}']
    return clean.packed("\n".join(lines).encode())


def holds(content: bytes) -> list[bytes]:
    """The canaries in some bytes."""
    return [c for c in _PLANTED if c in content]


def test_the_canaries_are_in_the_files_and_their_columns_are_not_declared(loaded: tuple[Store, Path]) -> None:
    for form in FORMS:
        source, clean = source_named(clean_files()[form].source), clean_files()[form]
        assert len(clean.columns) < len(clean.header) or source.name == "hotline", form
        assert holds(planted(form)) or clean.member, form
    with duckdb.connect(str(next(iter(loaded[0].databases()[-1:]))), read_only=True) as connection:
        assert connection.execute("select count(distinct source) from loads").fetchone() == (7,)
        assert connection.execute("select count(*) from quarantine").fetchone()[0] >= 8  # type: ignore[index]


def test_no_byte_and_no_value_of_the_warehouse_holds_one(loaded: tuple[Store, Path]) -> None:
    """Raw bytes, and, because they are compressed, every column of every Parquet file and of every table."""
    store, said = loaded
    seen = 0
    assert list((store.root / "releases").glob("*/basis.json")) and list((store.data / "public").rglob("*.duckdb"))
    for path in sorted(p for p in store.data.rglob("*") if p.is_file()):
        assert not holds(path.read_bytes()), path.name
        assert not holds(path.name.encode()), path.name
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            seen += table.num_rows
            assert not holds(repr(table.to_pylist()).encode()), path.name
            assert not holds(repr(pq.read_metadata(path).metadata).encode()), path.name
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                    rows = connection.execute(f'from "{name}"').fetchall()
                    seen += len(rows)
                    assert not holds(repr(rows).encode()), name
        elif path.name.startswith("state.sqlite") and not path.suffix.endswith(("wal", "shm")):
            with sqlite3.connect(path) as con:
                assert not holds("\n".join(con.iterdump()).encode())
    assert seen > 100
    assert not holds(said.read_bytes()) and said.stat().st_size > 200


def test_the_scan_finds_what_is_there(loaded: tuple[Store, Path], tmp_path: Path) -> None:
    """The same scan on a warehouse into which a canary was put: it is found, compressed or not."""
    database = tmp_path / "x.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table t as select ? as name", [TEXT])
        connection.execute(f"copy t to '{tmp_path}/t.parquet' (compression zstd)")
    assert holds(database.read_bytes()) or holds(repr(duckdb.connect(str(database)).sql("from t").fetchall()).encode())
    assert holds(repr(pq.read_table(tmp_path / "t.parquet").to_pylist()).encode())
