"""A service provider's invented case files, and what nothing that is made of them may give away."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from etl.client_codes import SEVERAL_EACH
from etl.provider.case_file import clients_of
from etl.provider.rounding import K
from etl.provider.totals import Totals
from etl.registry import source_named
from tests.sample_files import COMMITTED

HTCDS, HMIS = source_named("htcds"), source_named("hmis")
CLIENTS = clients_of(HTCDS)
TODAY = dt.date(2026, 1, 31)
CASES = COMMITTED / "Lantern_House_cases_HTCDS_fictional.csv"
EXPORT = COMMITTED / "Lantern_House_HMIS_fictional.zip"
HEADER = "prs_Id,prs_FirstName,prs_Birthdate,vic_TypeOfExploitation,vic_MethodsOfControl,cas_IncomingReferralDate"
# Canaries: a name, a number and a day that stand nowhere else.
NAME, NUMBER, DAY = "Zzyxqwanda", "LHQX-77077", "2024-07-19"


def case_file(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def canaries(path: Path, name: str = "") -> Path:
    rows = [f"{NUMBER},{name},,SexualExploitation,DebtBondage ,{DAY}"]
    rows += [f"{NUMBER}{i},,,ForcedLabour,TakesEarnings,{DAY}" for i in range(40)]
    return case_file(path, [*rows, f"{NUMBER},,,ForcedLabour,,2025-01-02"])


def files_below(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file())


def holding(folder: Path, *texts: str) -> list[str]:
    """The files whose bytes hold one of the texts, members of zips included."""
    found = []
    for path in files_below(folder):
        data = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                data += [archive.read(n) for n in archive.namelist()]
        found += [path.name for text in texts if any(text.encode() in d for d in data)]
    return found


def no_small_count(totals: Totals) -> None:
    """Every cell, and every difference of two totals that are contained in each other."""
    assert totals.cells and all(n >= K for n in totals.cells.values())
    for year in totals.years:
        n = {c[1:]: v for c, v in totals.cells.items() if c[0] == year}
        whole = n.get(("", "", "", ""), 0)
        for (d1, c1, d2, _), part in n.items():
            # All clients less those with a code; those with one code less those who have another too.
            larger = n.get((d1, c1, "", ""), 0) if d2 else whole
            assert larger - part == 0 or larger - part >= K, (d1, d2)
        for dimension in {d1 for d1, *_ in n if d1} - SEVERAL_EACH:
            values = [v for (d1, _, d2, _), v in n.items() if d1 == dimension and not d2]
            assert sum(values) == whole
            for size in range(1, min(len(values), 4)):
                for some in combinations(values, size):
                    assert whole - sum(some) == 0 or whole - sum(some) >= K
