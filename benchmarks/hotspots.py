"""Hotspots: beside sfhotspot's recorded times on its own data, beside esda and libpysal in one run, and at size."""

import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import shapely

from benchmarks.figures import Figure, figure
from dashboard.analysis import grids
from dashboard.analysis.density import density
from dashboard.analysis.gistar import gi_star
from dashboard.analysis.grids import Grid
from dashboard.analysis.moran import global_moran, local_moran
from dashboard.analysis.neighbours import h3_neighbours, neighbours_of
from dashboard.analysis.periods import calendar_periods
from dashboard.analysis.place_change import place_change
from dashboard.analysis.space_time import classify_periods
from dashboard.analysis.stability import stability
from dashboard.questions import CLUSTERED, LABELS
from tests.conftest import ROOT, real_files_folder
from tests.make_warehouse import make_warehouse

# Seconds that sfhotspot 1.0.0 took on a machine with two cores, as its reference results record.
RECORDED = {"Gi* with KDE": 6.0, "Gi* alone": 1.2, "KDE": 1.9, "change": 0.5, "classify": 7.5}
TIMES_RECORDED, TIMES_LIVE = 100, 20
H3_RINGS = 100  # 30,301 cells
CELLS, INCIDENTS, BUDGET_MS = (400, 250), 1_000_000, 300
RERUN_MS = 500
STABILITY_S = 1.0
SCALES = {"r8": "Cells about 1 km across", "r9": "Cells about 350 m across"}
PREMISES = ("hotel", "street", "residence", "online", "vehicle", "massage", "food")


def run() -> list[Figure]:
    """The recorded ones only where the reference data are."""
    return [*_beside_sfhotspot(), *_beside_esda(), *_at_size(), *_page()]


def _beside_sfhotspot() -> list[Figure]:
    """Points to results, each with a grid, counts and neighbours of its own, as sfhotspot's functions do."""
    folder = real_files_folder()
    file = None if folder is None else folder.parent / "reference" / "hotspots" / "memphis_robberies_2019.csv"
    if file is None or not file.is_file():
        return [figure("sfhotspot's data are not here: not measured", 0, "s", None, "recorded times skipped")]
    points = pd.read_csv(file, parse_dates=["date"])
    x, y, dates = points["x"].to_numpy(), points["y"].to_numpy(), pd.DatetimeIndex(points["date"])
    tasks: dict[str, Callable[[], object]] = {
        "Gi* with KDE": lambda: (_gi_star(x, y), _kde(x, y)),
        "Gi* alone": lambda: _gi_star(x, y),
        "KDE": lambda: _kde(x, y),
        "change": lambda: _change(x, y, np.asarray(dates >= "2019-07-01").astype(int)),
        "classify": lambda: _classify(x, y, dates),
    }
    took = {name: _best(task) for name, task in tasks.items()}
    lines = [_recorded(name, seconds, RECORDED[name]) for name, seconds in took.items()]
    lines.append(_recorded("all five", sum(took.values()), sum(RECORDED.values())))
    half = np.asarray(dates >= "2019-07-01")
    grid = _grid(x, y)
    before, after = grid.counts(x[~half], y[~half]), grid.counts(x[half], y[half])
    intervals = _best(lambda: place_change(before, after, 181, 184))
    return [*lines, figure("change: exact intervals of 3,301 rate ratios, which sfhotspot has not", intervals, "s")]


def _recorded(name: str, seconds: float, theirs: float) -> Figure:
    peer = f"sfhotspot, recorded: {theirs:,.3g} s; {theirs / seconds:,.0f} times ours"
    return figure(f"sfhotspot's data, {name}", seconds, "s", theirs / TIMES_RECORDED, peer)


def _grid(x: np.ndarray, y: np.ndarray) -> Grid:
    return grids.square_grid(500, grids.sfhotspot_area(x, y, 500))


def _gi_star(x: np.ndarray, y: np.ndarray) -> object:
    grid = _grid(x, y)
    return gi_star(grid.counts(x, y), neighbours_of(grid))


def _kde(x: np.ndarray, y: np.ndarray) -> object:
    grid = _grid(x, y)
    return density(np.column_stack([x, y]), np.column_stack([grid.x, grid.y]), 1000.0, cell_size=500)


def _change(x: np.ndarray, y: np.ndarray, after: np.ndarray) -> object:
    """Counts before and after and their difference: what sfhotspot's function gives."""
    counts = _grid(x, y).counts(x, y, after, 2)
    return counts[:, 1] - counts[:, 0]


def _classify(x: np.ndarray, y: np.ndarray, dates: pd.DatetimeIndex) -> object:
    grid, months = _grid(x, y), calendar_periods(dates, "month")
    return classify_periods(grid.counts(x, y, months.index, len(months.starts)), neighbours_of(grid))


def _beside_esda() -> list[Figure]:
    """Gi*, local and global Moran of the same cells, neighbours included. Imports are not counted for either side."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esda
        from libpysal.graph import Graph

    cells = sorted(h3.grid_disk(h3.latlng_to_cell(34.05, -118.25, 8), H3_RINGS))
    ids = np.array([h3.str_to_int(c) for c in cells], dtype=np.uint64)
    counts = np.random.default_rng(1).poisson(0.5, len(ids)).astype(float)

    def ours(moran: bool) -> Sequence[Any]:
        neighbours = h3_neighbours(ids)
        found = [gi_star(counts, neighbours).z]
        if moran:
            found += [local_moran(counts, neighbours).statistic, np.array(global_moran(counts, neighbours).statistic)]
        return found

    def theirs(moran: bool) -> Sequence[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = Graph.build_h3(cells)
            found = [esda.G_Local(counts, graph, transform="B", star=True, permutations=0).Zs]
            if moran:
                found += [esda.Moran_Local(counts, graph, permutations=0).Is]
                found += [np.array(esda.Moran(counts, graph, permutations=0).I)]
            return found

    if max(float(np.abs(a - b).max()) for a, b in zip(ours(True), theirs(True), strict=True)) > 1e-9:
        raise SystemExit("Gi* or Moran's I is not esda's: the times would compare different things.")
    lines = []
    for name, moran in (("neighbours and Gi*", False), ("neighbours, Gi*, local and global Moran", True)):
        # In turns: what else the machine does meets both.
        turns = [(_best(partial(theirs, moran), 1), _best(partial(ours, moran))) for _ in range(2)]
        slow, fast = (min(times) for times in zip(*turns, strict=True))
        peer = f"esda {esda.__version__} and libpysal, this run: {slow:,.3g} s; {slow / fast:,.0f} times ours"
        lines.append(figure(f"{len(ids):,} H3 cells: {name}", fast, "s", slow / TIMES_LIVE, peer))
    return lines


def _at_size() -> list[Figure]:
    columns, rows = CELLS
    grid = grids.square_grid(250, shapely.box(0, 0, columns * 250, rows * 250))
    rng = np.random.default_rng(1)
    x, y = (rng.beta(2, 5, INCIDENTS) * side * 250 for side in CELLS)
    counting = _best(lambda: grid.counts(x, y), 5)
    counts = grid.counts(x, y)
    took = _best(lambda: gi_star(counts, neighbours_of(grid)))
    area, month = shapely.box(0, 0, 20_000, 20_000), rng.integers(0, 12, 820)
    east, north = rng.uniform(0, 20_000, (2, 820))
    around = grids.square_grid(447, area)
    runs = _best(lambda: stability(around, east, north, area, month), 3)
    return [
        figure(f"{INCIDENTS:,} incidents counted in {len(grid):,} cells", counting * 1000, "ms"),
        figure("then neighbours, Gi* and Benjamini-Hochberg", took * 1000, "ms", BUDGET_MS),
        figure(f"how sure: 30 runs on {len(around):,} cells", runs, "s", STABILITY_S),
    ]


def _page() -> list[Figure]:
    """What the server needs to run the page Map again after a filter change, asked where reports cluster."""
    from streamlit.testing.v1 import AppTest

    with tempfile.TemporaryDirectory() as folder:
        make_warehouse(Path(folder), INCIDENTS)
        os.environ["LAMPLIGHT_DATA"] = folder
        app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=120).run()
        app.switch_page("../pages/map.py").run()
        app.selectbox(key="ask").select(LABELS[CLUSTERED]).run()
        lines = []
        for name, shown in SCALES.items():
            app.selectbox(key="by").select(shown).run()
            spent = []
            for premise in PREMISES:
                app.multiselect(key="premise").set_value([premise])
                start = time.perf_counter()
                app.run()
                spent.append(1000 * (time.perf_counter() - start))
                if app.exception or len(app.get("component_instance")) != 1:
                    raise SystemExit("The page Map did not draw its map: nothing was measured.")
            what = f"page rerun, {INCIDENTS:,} incidents, clusters by cells of {name}"
            lines.append(figure(what, statistics.median(spent[1:]), "ms", RERUN_MS))
    return lines


def _best(task: Callable[[], object], times: int = 9) -> float:
    """Seconds of the quickest run, after a first one that imports: what else the machine does only slows."""
    task()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        took.append(time.perf_counter() - start)
    return min(took)
