"""Each measure on 1,000,000 incidents, and one rerun of each page after a filter change."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard import measures
from dashboard.filters import Filters, default, single
from dashboard.warehouse import Warehouse, open_warehouse
from etl import codes
from tests.make_warehouse import make_warehouse

RECORDS = 1_000_000
MEASURE_MS, RERUN_MS = 50, 250
ROOT = Path(__file__).resolve().parent.parent
_PREMISES = ("hotel", "street", "residence", "online", "vehicle", "massage", "food")

QUESTIONS: dict[str, Callable[[Warehouse, Filters], Any]] = {
    "total": measures.total,
    "by month": lambda w, f: measures.by_period(w, f, "month"),
    "by week and exploitation": lambda w, f: measures.by_period(w, f, "week", "exploitation"),
    "by group": lambda w, f: measures.by_group(w, f, "premise"),
    "victims by group": lambda w, f: measures.by_group(w, replace(f, unit="victims"), "race"),
    "suspects by group": lambda w, f: measures.by_group(w, replace(f, unit="suspects"), "age_band"),
    "pairs": lambda w, f: measures.pairs(w, f, "exploitation", "victim_age_band"),
    "weekday and hour": measures.weekday_hour,
    "last 12 months": measures.last_12_vs_previous,
    "by cell, r8": lambda w, f: measures.by_cell(w, f, 8),
    "by cell, r9": lambda w, f: measures.by_cell(w, f, 9),
    "by area": lambda w, f: measures.by_area(w, f, "tract"),
    "one place": lambda w, f: measures.place_detail(w, f, ("district", "D1")),
    "place strip": measures.place_strip,
    "all reports by area": lambda w, f: measures.reports_by_place(w, f, layer="tract"),
    "all reports by cell": lambda w, f: measures.reports_by_place(w, f, resolution=8),
    "unknown and unmapped": measures.unclear,
    "excluded": measures.excluded,
    "options of a filter": lambda w, f: measures.option_counts(w, f, "sex"),
    "coverage": lambda w, f: measures.coverage(w, f),
    "published by year": lambda w, f: measures.published_by_year(w, "offences", f),
}


def views(warehouse: Warehouse, size: int) -> list[Filters]:
    """Views that differ in two filters, so that no answer is remembered from the one before."""
    base = default(warehouse.catalogue)
    kinds = list(codes.EXPLOITATION)
    return [replace(base, premise=_PREMISES[: 2 + i % 5], exploitation=tuple(kinds[: 3 + i // 5])) for i in range(size)]


def time_measures(warehouse: Warehouse, rounds: int = 5) -> dict[str, float]:
    """Median milliseconds of each measure, asked of views that it has not seen."""
    out = {}
    asked = views(warehouse, rounds + 1)
    for name, question in QUESTIONS.items():
        question(warehouse, asked[0])  # the question itself is compiled once for a process
        spent = []
        for view in asked[1:]:
            _forget_answers(warehouse, asked[0])
            start = time.perf_counter()
            question(warehouse, view)
            spent.append(1000 * (time.perf_counter() - start))
        out[name] = statistics.median(spent)
    return out


def time_reruns(data_dir: Path, rounds: int = 5) -> dict[str, float]:
    """Median milliseconds that the server needs to run a page again after a filter change, figures included."""
    from streamlit.runtime.scriptrunner.script_cache import ScriptCache
    from streamlit.testing.v1 import AppTest, app_test

    from dashboard.components import warm

    compiled = ScriptCache()  # a server keeps what it compiled; AppTest compiles the scripts anew for each run
    vars(app_test)["ScriptCache"] = lambda: compiled
    os.environ["LAMPLIGHT_DATA"] = str(data_dir)
    AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=120).run()
    warm.keep()  # as a server does when it is ready
    out = {}
    for page in ("overview", "map", "trends", "demographics", "data"):
        app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=120).run()
        if page != "overview":
            app.switch_page(f"../pages/{page}.py").run()
        spent = []
        for premise in _PREMISES[: rounds + 1]:
            app.multiselect(key="premise").set_value([premise])
            start = time.perf_counter()
            app.run()
            spent.append(1000 * (time.perf_counter() - start))
        out[page] = statistics.median(spent[1:])
    return out


def run() -> list[dict[str, Any]]:
    """Build the warehouse, time everything, and return one figure for each."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        make_warehouse(data_dir, RECORDS)
        warehouse = open_warehouse(data_dir)
        start = time.perf_counter()
        assert warehouse.catalogue.last_month is not None
        opened = 1000 * (time.perf_counter() - start)
        figures = [_figure("catalogue, once for a version", opened, 500)]
        figures += [_figure(f"measure: {name}", ms, MEASURE_MS) for name, ms in time_measures(warehouse).items()]
        warehouse.close()
        figures += [_figure(f"rerun: {page}", ms, RERUN_MS) for page, ms in time_reruns(data_dir).items()]
    return figures


def _forget_answers(warehouse: Warehouse, before: Filters) -> None:
    """Forget every answer about a view: measures share them, and each is timed by itself.

    What is asked once for a version (compiled questions, the coverage) stays, as it does for a reader; so do the
    compiled choices that are the same as before.
    """
    bare, choices = single(before)
    same = {("condition", bare), *(("choice", one) for one in choices)}
    warehouse.forget(lambda key: _is_about_a_view(key) and key not in same)


def _is_about_a_view(key: tuple[Any, ...]) -> bool:
    return any(isinstance(part, Filters) or (isinstance(part, tuple) and _is_about_a_view(part)) for part in key)


def _figure(name: str, ms: float, budget: float) -> dict[str, Any]:
    return {"name": name, "value": round(ms, 1), "unit": "ms", "budget": budget, "peer": None, "ok": ms <= budget}
