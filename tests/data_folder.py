"""A data folder of small invented files for the tests of backups, and the days its reports are from."""

import sqlite3
from pathlib import Path

from etl.backup import backup
from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, csv_file, lapd_row, load

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")


def made_with_backup(folder: Path) -> tuple[Path, Path]:
    """A data folder with all that one may hold, and its backup."""
    store = Store(folder / "data")
    for name, many in (("one", 9), ("two", 40)):
        rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(many)]
        load(store, "lapd", csv_file(folder / f"{name}.csv", LAPD, rows))
    release = store.data / "public" / "releases" / "2026-1"
    release.mkdir(parents=True)
    (release / "release.json").write_text("{}")
    (store.data / "public" / "current.json").write_text('{"release": "2026-1"}')
    for name in ("seed", "key"):
        (store.root / name).write_text("0" * 64)
        (store.root / name).chmod(0o600)
    (store.data / "places.csv").write_text("lat,lon,radius_m,kind\n")
    (store.data / "downloads").mkdir()
    (store.data / "downloads" / "large.csv").write_text("x")
    for room in (store.root, store.data / "public"):  # what presenters saved lies beside the releases
        with sqlite3.connect(room / "state.sqlite") as state:
            state.execute("pragma journal_mode = wal")
            state.execute("create table saved (name text)")
            state.execute("insert into saved values ('a view')")
        state.close()
    backup(store, folder / "saved")
    return folder / "data", folder / "saved"
