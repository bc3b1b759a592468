"""ETL of a large LAPD-format file, beside readers that only read it, in the same run.

Loading is the command that anybody types. Each measurement is a process of its own, so that memory is its own too:
the highest resident size.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.aside import aside
from benchmarks.figures import Figure, figure
from benchmarks.lapd_file import write

ROWS, MORE_ROWS = 3_000_000, 10_000_000
TURNS = 3

_ARROW = """
import sys, pyarrow as pa, pyarrow.csv as pc
header = open(sys.argv[1], encoding="utf-8").readline().strip().split(",")
bad = []
reader = pc.open_csv(
    sys.argv[1],
    read_options=pc.ReadOptions(use_threads=False),
    parse_options=pc.ParseOptions(
        newlines_in_values=True, invalid_row_handler=lambda row: bad.append(row.number) or "skip"
    ),
    convert_options=pc.ConvertOptions(column_types={name: pa.string() for name in header}),
)
print(sum(batch.num_rows for batch in reader))
"""
_PANDAS = """
import sys, pandas as pd
print(len(pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)))
"""


def _run(*arguments: str) -> tuple[float, float]:
    """(seconds of a whole process of Python, peak resident size in MB). Raises CalledProcessError.

    What Python and `etl.compiled` compile is kept from one to the next, as it is for everybody who does not forbid it.
    """
    keeps = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], env=keeps, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return seconds, used.ru_maxrss / 1024


def _load(path: Path, data: Path) -> tuple[float, float]:
    return _run("-m", "etl", "load", "lapd", str(path), "--data", str(data))


def run(full: bool = False) -> list[Figure]:
    """The budgets: 2.5 times pyarrow's reading of all columns, 1 GB, half of pandas' reading, linear to 10 M rows."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        path = aside(write, work / "lapd.csv", ROWS, work)
        name = f"{ROWS:,} rows, {path.stat().st_size / 1e6:,.0f} MB"
        # By turns: a machine that others share is not equally fast for long.
        turns = [(_run("-c", _ARROW, str(path)), _load(path, work / f"data{i}")) for i in range(TURNS)]
        (arrow, _), (load, memory) = min(a for a, _ in turns), min(b for _, b in turns)
        pandas, _ = _run("-c", _PANDAS, str(path))
        figures = [
            figure(f"etl: {name}", load, "s", 2.5 * arrow, f"pyarrow open_csv, 28 columns as text: {arrow:.2f} s"),
            figure("etl: beside pandas", load, "s", pandas / 2, f"pandas read_csv(dtype=str): {pandas:.2f} s"),
            figure("etl: peak memory", memory, "MB", 1024, "limit"),
        ]
        if full:
            path.unlink()
            path = aside(write, work / "more.csv", MORE_ROWS, work)
            more, memory = _load(path, work / "more")
            linear = load * MORE_ROWS / ROWS
            figures += [
                figure(
                    f"etl: {MORE_ROWS:,} rows", more, "s", 1.1 * linear, f"linear from {ROWS:,} rows: {linear:.2f} s"
                ),
                figure("etl: peak memory of it", memory, "MB", 1024, "limit"),
            ]
        return figures
