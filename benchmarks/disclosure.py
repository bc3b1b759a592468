"""Controlled rounding beside R's SmallCountRounding, whose recorded errors on the reference cube are the peer."""

import time

import pandas as pd

from benchmarks.figures import Figure, figure
from dashboard.analysis.small_counts import round_small
from tests.conftest import real_files_folder
from tests.fictional_cube import DIMENSIONS, fictional_cube

K, SEED, SECONDS = 11, 1, 2.0
ALLOWED = {"median": 1.25, "p95": 1.25, "worst": 1.5}
RECORDED_SECONDS = 0.35


def run() -> list[Figure]:
    """Errors and the reference cube only where the reference data are."""
    return [_county(), *_reference()]


def _county() -> Figure:
    """Four years of a county with 3,000 victims a year, in the same dimensions."""
    cube = fictional_cube(12_000, seed=3_000)
    begun = time.process_time()
    round_small(cube, DIMENSIONS, seed=7)
    return figure("rounding four years of 3,000 invented people", time.process_time() - begun, "s", SECONDS)


def _reference() -> list[Figure]:
    data = real_files_folder()
    folder = None if data is None else data.parent / "reference" / "disclosure"
    if folder is None or not folder.is_dir():
        return [figure("the reference cube is not here: not measured", 0, "s", None, "recorded errors skipped")]
    cube = pd.read_csv(folder / "inner_counts.csv")
    theirs = pd.read_csv(folder / "plsrounding_base11_errors.csv").set_index("way").rename(columns={"max": "worst"})
    begun = time.process_time()
    found = round_small(cube, DIMENSIONS, seed=SEED)
    seconds = time.process_time() - begun
    small = int(found.table["rounded"].between(1, K - 1).sum())
    out = [
        figure(f"rounding the reference cube, {len(found.table):,} cells", seconds, "s", SECONDS,
               f"SmallCountRounding {RECORDED_SECONDS} s, recorded, {len(cube):,} cells"),
        figure("cells of 1 to 10 left", small, "cells", 0, "SmallCountRounding leaves 59"),
    ]  # fmt: skip
    for row in found.exact_errors.itertuples(index=False):
        for name, times in ALLOWED.items() if row.order else ():
            peer = float(theirs.loc[row.order, name])
            out.append(
                figure(f"{name} error of the {row.order}-way totals", float(getattr(row, name)), "people",
                       times * peer, f"SmallCountRounding {peer:g}, recorded; allowed {times:g} times that")
            )  # fmt: skip
    return out
