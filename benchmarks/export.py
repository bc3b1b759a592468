"""A million incidents as files, each written by a process of its own: time and memory, with a peer beside them."""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.aside import aside
from benchmarks.figures import Figure, figure
from tests.make_warehouse import make_warehouse

RECORDS = 1_200_000  # of which the view below keeps a million: unfounded and duplicate reports are left out
VIEW = "/?from=2020-01&related=true"
MEMORY_MB = 500
# seconds at most for each format; None: for information
BUDGETS: dict[str, float | None] = {"parquet": 10, "csv": 30, "csv.gz": None, "package": None}

_EXPORT = """
import resource, sys, time
from pathlib import Path
from dashboard import api
from dashboard.exports import write
form, data, out, link = sys.argv[1:5]
view = api.open(data, tier="restricted").view(link)
begin = time.perf_counter()
shares = []
made = write(view.plan(records=True), view.warehouse, view.catalogue, form, Path(out), shares.append)
assert len(shares) > 10 and shares[-1] == 1
print("seconds", time.perf_counter() - begin)
print("rows", made.rows)
print("megabytes", made.bytes / 1e6)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
# What a person would write without us: everything in one frame, then one call.
_PANDAS = """
import resource, sys, time
from dashboard import api
form, data, out, link = sys.argv[1:5]
view = api.open(data, tier="restricted").view(link)
begin = time.perf_counter()
table = view.table(records=True)
table.to_csv(out, index=False) if form == "csv" else table.to_parquet(out, compression="zstd")
print("seconds", time.perf_counter() - begin)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _run(code: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def run() -> list[Figure]:
    """10 s as Parquet, 30 s as csv, 500 MB at the most in every format that is streamed."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "data", Path(folder) / "out"
        aside(make_warehouse, data, RECORDS)
        for form, budget in BUDGETS.items():
            made = _run(_EXPORT, form, str(data), str(out), VIEW)
            assert made["rows"] >= 1_000_000
            peer = ""
            if budget is not None:
                other = _run(_PANDAS, form, str(data), str(out), VIEW)
                peer = f"pandas: {other['seconds']:.1f} s, {other['peak']:,.0f} MB"
            name = f"export: {form}, {made['rows']:,.0f} rows, {made['megabytes']:,.0f} MB"
            figures.append(figure(name, made["seconds"], "s", budget, peer))
            figures.append(figure(f"export: {form}, peak memory", made["peak"], "MB", MEMORY_MB, peer))
    return figures
