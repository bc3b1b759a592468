"""The one file that leaves the provider: totals.csv and manifest.json in a zip. The same totals, the same bytes."""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.client_codes import CLIENT_CODES, CLIENT_DIMENSION, SEVERAL_EACH
from etl.provider.kept import NAME
from etl.provider.rounding import Cell, K
from etl.schema import SourceError

FORMAT = 1  # of the file
POLICY = 1  # of the rules by which its numbers were made: docs/providers.md
WHAT = "Lamplight: protected totals of a service provider"
CSV, MANIFEST = "totals.csv", "manifest.json"
HEADER = ("year", "dimension_1", "code_1", "dimension_2", "code_2", "clients")
STANDARDS = ("htcds", "hmis")
_NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: no clock in the file
_MOST_BYTES = 32 * 1024**2


@dataclass(frozen=True)
class Totals:
    """Protected totals. `cells`: only those that are not 0, and none from 1 to K-1.

    errors : order, median and p95 of the typical absolute error, in people.
    """

    provider: str
    standard: str
    universe: str
    years: tuple[int, ...]
    cells: Mapping[Cell, int]
    errors: tuple[Mapping[str, int], ...]
    fictional: bool = False
    base: int = K

    def content(self) -> bytes:
        """The file's bytes."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([*cell, n] for cell, n in sorted(self.cells.items()))
        table = out.getvalue().encode()
        manifest = {
            "what": WHAT,
            "format": FORMAT,
            "policy": POLICY,
            "standard": self.standard,
            "provider": self.provider,
            "fictional": self.fictional,
            "universe": self.universe,
            "first_day": f"{self.years[0]}-01-01",
            "last_day": f"{self.years[-1]}-12-31",
            "years": list(self.years),
            "base": self.base,
            "zero_means": f"0 to {self.base - 1}: such totals are left out",
            "errors": [dict(e) for e in self.errors],
            "sha256": hashlib.sha256(table).hexdigest(),
        }
        raw = io.BytesIO()
        with zipfile.ZipFile(raw, "w") as archive:
            for name, data in ((CSV, table), (MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())):
                info = zipfile.ZipInfo(name, _NEVER)
                info.create_system, info.external_attr = 3, 0o644 << 16
                archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)
        return raw.getvalue()

    def write(self, path: Path) -> None:
        """Writes the file whole or not at all."""
        part = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            with part.open("wb") as handle:
                handle.write(self.content())
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def read_totals(path: Path) -> tuple[Totals, bytes]:
    """The totals in a file, checked, and its bytes. Raises SourceError, without a value, when anything is amiss."""
    if not path.is_file():
        raise SourceError(f"{path.name} does not exist or is no file. Check the path.")
    if path.stat().st_size > _MOST_BYTES:
        raise SourceError(f"{path.name} is too large for a file of totals. {_AGAIN}")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = sorted(archive.namelist())
            if names != sorted((CSV, MANIFEST)) or sum(i.file_size for i in archive.infolist()) > _MOST_BYTES:
                raise SourceError(f"{path.name} is not a file of totals. {_AGAIN}")
            table, said = archive.read(CSV), json.loads(archive.read(MANIFEST))
        totals = _totals(said, table)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, EOFError, NotImplementedError):
        raise SourceError(f"{path.name} is not a file of totals, or is damaged. {_AGAIN}") from None
    wrong = _wrong(totals)
    if wrong:
        raise SourceError(f"{path.name}: {wrong} {_AGAIN}")
    return totals, data


_AGAIN = "Ask the provider for the file that `python -m etl aggregate` wrote. Nothing was loaded."


def _totals(said: dict[str, Any], table: bytes) -> Totals:
    if said["what"] != WHAT or said["sha256"] != hashlib.sha256(table).hexdigest():
        raise ValueError
    if said["format"] != FORMAT or said["policy"] != POLICY:
        raise SourceError("The totals were made by another version of this program. Make them again with this one.")
    rows = list(csv.reader(io.StringIO(table.decode())))
    if tuple(rows[0]) != HEADER or any(len(r) != len(HEADER) for r in rows):
        raise ValueError
    cells = {(int(r[0]), r[1], r[2], r[3], r[4]): int(r[5]) for r in rows[1:]}
    if len(cells) != len(rows) - 1:
        raise ValueError
    errors = tuple({k: int(e[k]) for k in ("order", "median", "p95")} for e in said["errors"])
    return Totals(
        str(said["provider"]),
        str(said["standard"]),
        str(said["universe"]),
        tuple(int(y) for y in said["years"]),
        cells,
        errors,
        bool(said["fictional"]),
        int(said["base"]),
    )


def _wrong(t: Totals) -> str:
    """What no file of ours would hold, in a sentence; empty when all is well."""
    if t.base < K or any(n < t.base for n in t.cells.values()):
        return "it holds counts of fewer people than may be known."
    if not NAME.fullmatch(t.provider) or t.standard not in STANDARDS or len(t.universe) > 300:
        return "it does not say whose totals it holds."
    if list(t.years) != sorted(set(t.years)) or not t.years or not {c[0] for c in t.cells} <= set(t.years):
        return "its years do not agree with what it says of itself."
    for _, d1, c1, d2, c2 in t.cells:
        if bool(d2) > bool(d1) or d1 == d2 != "":
            return "it has a table of a shape that is not known here."
        for dimension, code in ((d1, c1), (d2, c2)):
            if (dimension and dimension not in CLIENT_DIMENSION) or (code and code not in CLIENT_CODES[dimension]):
                return "it has a column or a code that is not known here."
    return _not_adding_up(t)


def _not_adding_up(t: Totals) -> str:
    """Every table is a margin of one cube: where each client has one answer, the answers add up to the year."""
    sums: dict[tuple[int, str], int] = {}
    for (year, d1, _, d2, _), n in t.cells.items():
        if d1 and not d2 and d1 not in SEVERAL_EACH:
            sums[(year, d1)] = sums.get((year, d1), 0) + n
    wrong = any(n != t.cells.get((year, "", "", "", ""), 0) for (year, _), n in sums.items())
    return "its tables do not add up to the same total." if wrong else ""
