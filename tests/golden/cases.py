"""A case is a folder: `case.json` names its files, `input/` holds them as text, `expected/` the tables as csv.

case.json: `today` (the day of the load), `seed` (of a provider's rounding, where there is one), `files`, each with its
`source`, the `file` that is written and `how`: copy (the default), gz, zip (of a folder), xlsx (of a csv) or layer (a
GeoJSON in another format and system). An .xls is kept as it is, with the same rows as csv beside it.
"""

import csv
import datetime as dt
import gzip
import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyogrio

from etl.load import load_files
from etl.provider.kept import SETTING
from etl.registry import source_named
from etl.store import Store
from tests.workbook import Cell, write_xlsx

HERE = Path(__file__).resolve().parent
# Cells of a loaded area layer are not part of a case: the polygon itself is compared by a point inside it.
_HIDDEN = {"load", "geometry", "outline", "h3_4", "h3_5", "h3_6", "h3_8"}
# People repeat the columns of their incident (test_golden checks that they do).
_OF_A_PERSON = "incident_id person_id suspect_class age_band minor sex race ethnicity relationship n".split()
TABLES = (
    "incidents victims suspects attributes published_counts clients exposure coverage areas quarantine load_tables "
    "load_months loads annotations"
).split()


@dataclass(frozen=True)
class Case:
    """One folder of tests/golden."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What case.json says."""
        return json.loads((self.folder / "case.json").read_text(encoding="utf-8"))

    @property
    def expected(self) -> dict[str, str]:
        """Table -> csv, as it was kept."""
        return {p.stem: p.read_text(encoding="utf-8") for p in sorted((self.folder / "expected").glob("*.csv"))}

    def load(self, folder: Path) -> Path:
        """Loads the case's files, one by one, into a warehouse below `folder`; returns its database."""
        store = Store(folder / "data")
        _keep_seed(folder / "kept", self.facts.get("seed", "00" * 16))
        for i, said in enumerate(self.facts["files"]):
            path = folder / str(i) / said["file"]
            path.parent.mkdir(parents=True)
            write_input(said, self.folder / "input", path)
            today = dt.date.fromisoformat(self.facts["today"])
            with patch.dict(os.environ, {SETTING: str(folder / "kept")}):
                load_files(store, [(source_named(said["source"]), path)], today=today)
        pointer = store.current()
        assert pointer is not None
        return store.root / str(pointer["restricted"])


def _keep_seed(folder: Path, seed: str) -> None:
    """A provider's own folder, with the seed of the case: its rounding is the same each time."""
    folder.mkdir(mode=0o700)
    (folder / "seed").touch(mode=0o600)
    (folder / "seed").write_text(seed, encoding="ascii")


def all_cases() -> list[Case]:
    """Every folder that holds a case."""
    return [Case(p.parent) for p in sorted(HERE.glob("*/case.json"))]


def tables_of(database: Path) -> dict[str, str]:
    """Every table that holds rows, as csv with sorted rows. Loads are named by their files, cells in hexadecimal."""
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        files = dict(connection.execute("select load, file from loads").fetchall())
        for table in TABLES:
            cursor = connection.execute(f"select * from {table}")
            names = [c[0] for c in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            if rows:
                found[table] = _csv(table, names, rows, files)
    return found


def _csv(table: str, names: list[str], rows: list[dict[str, Any]], files: Mapping[str, str]) -> str:
    hidden = _HIDDEN | ({"sha256", "bytes", "loaded_at", "file"} if table == "loads" else set())
    if table in ("victims", "suspects"):
        hidden |= set(names) - set(_OF_A_PERSON)
    shown = [n for n in names if n not in hidden]
    named = [[files[row["load"]]] if "load" in row else [] for row in rows]
    lines = sorted(name + [_text(row[n], n) for n in shown] for name, row in zip(named, rows, strict=True))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file"] * ("load" in names) + shown)
    writer.writerows(lines)
    return out.getvalue()


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if name.startswith("h3_"):
        return f"{value:x}"
    if isinstance(value, list):
        return " | ".join(value)
    return (
        f"{value:.6g}"
        if isinstance(value, float) and name in ("lat", "lon") and value != round(value, 4)
        else str(value)
    )


def write_input(said: Mapping[str, str], inputs: Path, to: Path) -> None:
    """Writes one file of a case, in the publisher's container, from the text in `inputs`."""
    source = inputs / said.get("from", said["file"])
    how = said.get("how", "copy")
    if how == "copy":
        shutil.copyfile(source, to)
    elif how == "gz":
        to.write_bytes(gzip.compress(source.read_bytes(), mtime=0))
    elif how == "zip":
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in sorted(source.iterdir()):
                archive.writestr(f"{said.get('inside', '')}{member.name}", member.read_bytes())
    elif how == "xlsx":
        write_xlsx(to, {"Sheet": [[_cell(c) for c in row] for row in _rows(source)]})
    else:
        _write_layer(source, to, said["crs"])


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def _cell(text: str) -> Cell:
    """`n:1.0` is a number, `d:2018-07-01` a date, anything else text."""
    kind, _, value = text.partition(":")
    if kind == "n":
        return float(value)
    if kind == "d":
        return dt.datetime.fromisoformat(value)
    return text or None


def _write_layer(source: Path, to: Path, crs: str) -> None:
    """The same shapes in another format; a .zip is that of a Shapefile."""
    frame = pyogrio.read_dataframe(source).to_crs(crs)
    if to.suffix != ".zip":
        pyogrio.write_dataframe(frame, to)
        return
    folder = to.parent / "shapefile"
    folder.mkdir()
    pyogrio.write_dataframe(frame, folder / f"{to.stem}.shp")
    with zipfile.ZipFile(to, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
