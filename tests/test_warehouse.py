"""The warehouse is opened locked down, for many threads, one version at a time; what is wrong is said in words."""

import gc
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from dashboard import measures
from dashboard.filters import Filters
from dashboard.pointer import WarehouseBroken, WarehouseFormat, WarehouseMissing
from dashboard.warehouse import Warehouse, check_tier, current, open_warehouse
from etl import tables
from tests.make_warehouse import make_warehouse, write_warehouse

N = 400


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, N)
    return folder


@pytest.fixture
def warehouse(data_dir: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(data_dir)
    yield opened
    opened.close()


@pytest.fixture
def copy(data_dir: Path, tmp_path: Path) -> Path:
    """A data directory that a test may break."""
    shutil.copytree(data_dir, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "COPY incidents TO '{file}.out'",
        "EXPORT DATABASE '{file}.out'",
        "ATTACH '{file}.db' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET lock_configuration",
        "DELETE FROM incidents",
        "CREATE TABLE more (x INT)",
        "SELECT * FROM visible_frame",
    ],
)
def test_a_connection_reads_this_warehouse_and_nothing_else(
    warehouse: Warehouse, tmp_path: Path, statement: str
) -> None:
    visible_frame = measures.loads(warehouse)  # DuckDB would find a frame by its variable's name
    assert len(visible_frame)
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with warehouse.connect() as backend, pytest.raises(duckdb.Error):
        backend.con.execute(statement.format(file=file))
    assert sorted(tmp_path.iterdir()) == [file]


def test_sixteen_threads_share_the_pool(warehouse: Warehouse) -> None:
    def ask(i: int) -> int:
        # Not remembered: every call reaches a connection.
        table = warehouse.table("incidents")
        return int(warehouse.ask(table.filter(table.hour == i % 24).agg(n=table.n.sum()))["n"].fillna(0).iloc[0])

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(ask, range(480)))
    table = warehouse.table("incidents")
    known = int(warehouse.ask(table.filter(table.hour.notnull()).agg(n=table.n.sum()))["n"].iloc[0])
    assert sum(found[:24]) == known > 0
    assert found == found[:24] * 20


def test_a_new_version_is_served_and_the_old_one_finishes(copy: Path) -> None:
    first = current(copy)
    assert current(copy) is first
    assert measures.total(first, Filters(related=True)) > 0
    write_warehouse(copy, _only_meta, version=2)
    second = current(copy)
    assert (first.version, second.version) == (1, 2)
    assert measures.by_group(first, Filters(), "premise")["n"].sum() > 0, "a page that has begun can finish"
    closing = first._close
    del first
    gc.collect()
    assert not closing.alive, "the old file is closed when nobody uses it any more"


def test_results_are_the_callers_own(warehouse: Warehouse) -> None:
    first = measures.by_group(warehouse, Filters(), "premise")
    first["n"] = 0
    first["more"] = 1
    assert measures.by_group(warehouse, Filters(), "premise")["n"].sum() > 0


def test_a_closed_warehouse_says_so(copy: Path) -> None:
    warehouse = open_warehouse(copy)
    warehouse.close()
    with pytest.raises(WarehouseBroken, match="Reload the page"), warehouse.connect():
        pass


def test_no_warehouse(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissing, match="no data here yet") as caught:
        open_warehouse(tmp_path)
    assert "python -m etl load" in caught.value.remedy
    assert not list(tmp_path.iterdir()), "opening what is not there creates nothing"


def test_the_named_file_is_gone(copy: Path) -> None:
    (copy / "warehouse" / "restricted-000001.duckdb").unlink()
    with pytest.raises(WarehouseMissing):
        open_warehouse(copy)


@pytest.mark.parametrize(
    "pointer", ["", "{", "[]", "{}", '{"version": 1, "restricted": "../../etc/passwd"}', '{"restricted": "a.duckdb"}']
)
def test_a_broken_pointer(copy: Path, pointer: str) -> None:
    (copy / "warehouse" / "current.json").write_text(pointer)
    with pytest.raises(WarehouseBroken, match=r"current\.json") as caught:
        open_warehouse(copy)
    assert "passwd" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be looked at" * 200])
def test_a_damaged_file(copy: Path, content: bytes) -> None:
    (copy / "warehouse" / "restricted-000001.duckdb").write_bytes(content)
    with pytest.raises(WarehouseBroken) as caught:
        open_warehouse(copy)
    assert str(copy) not in str(caught.value)


def test_a_file_that_another_program_writes_is_not_called_damaged(copy: Path) -> None:
    (file,) = (copy / "warehouse").glob("*.duckdb")
    holder = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None and program.stdin is not None
        assert program.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBroken, match="Another program") as seen:
            open_warehouse(copy)
        assert "Close" in seen.value.remedy
        program.stdin.close()
    open_warehouse(copy).close()


def test_a_file_cut_short(copy: Path) -> None:
    path = copy / "warehouse" / "restricted-000001.duckdb"
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(WarehouseBroken):
        open_warehouse(copy)


def test_another_format(copy: Path) -> None:
    with duckdb.connect(str(copy / "warehouse" / "restricted-000001.duckdb")) as con:
        con.execute("UPDATE meta SET value = '999' WHERE key = 'format'")
    with pytest.raises(WarehouseFormat, match="another version"):
        open_warehouse(copy)


@pytest.mark.parametrize("statement", ["DROP TABLE coverage", "ALTER TABLE incidents DROP COLUMN premise"])
def test_a_warehouse_that_lacks_something(copy: Path, statement: str) -> None:
    with duckdb.connect(str(copy / "warehouse" / "restricted-000001.duckdb")) as con:
        con.execute(statement)
    with pytest.raises(WarehouseBroken, match="lacks"):
        open_warehouse(copy)


def test_a_database_of_something_else(copy: Path) -> None:
    path = copy / "warehouse" / "restricted-000001.duckdb"
    path.unlink()
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE x (y INT)")
    with pytest.raises(WarehouseBroken, match="not one that this project wrote"):
        open_warehouse(copy)


def test_a_tier_that_does_not_exist_is_refused() -> None:
    check_tier("restricted")
    check_tier("public")
    with pytest.raises(WarehouseMissing, match="no such tier"):
        check_tier("everybody")


def test_the_process_ends_in_silence(data_dir: Path, root: Path) -> None:
    """DuckDB reports connections that are still open at exit on stderr; the warehouse closes them."""
    code = (
        "from pathlib import Path; from dashboard.warehouse import current; from dashboard import measures;"
        f"w = current(Path({str(data_dir)!r})); print(len(measures.loads(w)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "4", "")


def test_the_catalogue(warehouse: Warehouse) -> None:
    catalogue = warehouse.catalogue
    assert catalogue.fictional and not catalogue.empty
    assert catalogue.layers == ("district", "tract")
    assert [a.label for a in catalogue.areas[:2]] == ["Airport", "Eastfield"]
    assert catalogue.first_month and catalogue.last_month
    assert catalogue.months[0] <= catalogue.first_month < catalogue.last_month == catalogue.months[-1]
    assert "victims" in catalogue.units and "signals" in catalogue.units
    assert {s.source: str(s.as_of) for s in catalogue.sources}["wick_police"] == "2025-12-20"


def _only_meta(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        f"INSERT INTO meta VALUES ('format', '{tables.WAREHOUSE_FORMAT}'), ('version', '2'), ('fictional', 'true')"
    )
