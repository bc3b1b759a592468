"""Who may import whom: the table of the design, and the habits that a reader can rely on."""

import ast
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.conftest import ROOT

OWN = ("etl", "dashboard", "pages", "launcher", "benchmarks", "tests", "app", "start")
CONTRACT = ("etl.schema", "etl.tables", "etl.codes", "etl.client_codes")  # words and tables: anyone may import them
UI = ("streamlit", "streamlit_folium")
ENGINES = ("ibis", "duckdb", "sqlglot")
DRAWING = ("plotly", "folium", "branca", "streamlit_folium")
SCREEN = ("dashboard.main", "dashboard.components", "dashboard.charts", "dashboard.maps", "dashboard.server")
ONLY_TESTS = ("esda", "libpysal", "pointpats", "sklearn", "hypothesis", "pytest", "playwright")
LATE = ("matplotlib",)  # imported where the first picture is drawn, and by nothing that a page loads
# Importing it runs the app.
NOT_IMPORTED = ("dashboard.main",)
PAGE_LINES = 60
FILE_LINES = 300


@dataclass(frozen=True)
class Rule:
    """Files (by pattern, relative to the project) and the packages or modules that they never import."""

    files: tuple[str, ...]
    never: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None  # third-party and own modules allowed beside the standard library
    why: str = ""


# The first rule whose pattern fits a file is the one that counts.
RULES = (
    Rule(("start.py", "launcher/*"), only=("launcher",), why="it runs before anything is installed"),
    Rule(("etl/schema.py", "etl/tables.py", "etl/codes.py"), only=(), why="anyone may import it"),
    Rule(("etl/client_codes.py",), only=("etl.codes",), why="anyone may import it"),
    Rule(("etl/sources/*",), only=("etl.sources",), why="a source is facts"),
    Rule(
        tuple(f"etl/{n}.py" for n in ("normalise", "expressions", "fields", "moments", "values", "locate")),
        never=(*UI, "duckdb", *DRAWING, "dashboard", "pages", "openpyxl", "python_calamine"),
        why="expressions and arrays, no files and no database",
    ),
    Rule(("etl/*",), never=(*UI, *DRAWING, "pages", "dashboard"), why="the ETL does not know the screen"),
    Rule(
        ("dashboard/analysis/*",),
        only=(
            *("numpy", "scipy", "pandas", "pyarrow", "geopandas", "shapely", "pyproj", "h3", "h3ronpy"),
            "dashboard.analysis",
        ),
        why="pure numbers: no I/O and no UI",
    ),
    Rule(
        tuple(
            f"dashboard/{name}{rest}"
            for name in (
                *("measures", "warehouse", "pointer", "filters", "exports", "briefing", "access", "audit", "state"),
                *(
                    "hotspots",
                    "export",
                    "api",
                    "drawn",
                    "groups",
                    "people",
                    "sessions",
                    "scoped",
                    "state_steps",
                    "saved",
                    "decks",
                    "headline",
                    "given",
                    "asked",
                    "press",
                    "directory",
                ),
            )
            for rest in (".py", "/*")
        ),
        never=(*UI, *SCREEN, "etl", "pages"),
        why="questions and answers, no screen",
    ),
    Rule(
        (
            "dashboard/told/*",
            "dashboard/since/*",
            "dashboard/figures.py",
            "dashboard/view_context.py",
            "dashboard/view_facts.py",
            "dashboard/map_places.py",
        ),
        never=(*UI, "folium", "branca", "dashboard.main", "dashboard.components", "dashboard.server", "etl", "pages"),
        why="figures are told without a screen, so that a slide shows what the page shows",
    ),
    Rule(
        ("dashboard/charts.py", "dashboard/charts/*", "dashboard/maps.py", "dashboard/maps/*"),
        never=(*UI, *ENGINES, "etl", "pages"),
        why="tables in, figures out",
    ),
    Rule(
        ("dashboard/pictures/*",),
        never=(*UI, *ENGINES, "dashboard.components", "dashboard.main", "dashboard.server", "etl", "pages"),
        why="a figure in, a file out",
    ),
    Rule(("dashboard/*", "app.py"), never=("etl", "pages"), why="the app reads the warehouse, never the ETL"),
    Rule(("pages/*",), only=("streamlit", "dashboard"), why="a page shows what dashboard/ computes"),
)
# Own modules that a file may import although its rule forbids the package they are in.
ALSO = {"etl/*": ("dashboard.analysis",), "etl/logged.py": ("dashboard.audit", "dashboard.state")}


def python_files() -> list[str]:
    """Every Python file of the project, tests and benchmarks aside."""
    found = [ROOT / "start.py", ROOT / "app.py"]
    for folder in ("launcher", "etl", "dashboard", "pages"):
        found += (ROOT / folder).rglob("*.py")
    return sorted(p.relative_to(ROOT).as_posix() for p in found if p.is_file())


def imported(file: str) -> set[str]:
    """The modules that a file imports anywhere, `from etl import schema` as etl.schema."""
    package = file.removesuffix(".py").split("/")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *(node.module or "").split(".")]).strip(".")
            found |= {f"{base}.{name.name}" for name in node.names} if base.split(".")[0] in OWN else {base}
    return found


def within(module: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or inside one."""
    return any(module == package or module.startswith(package + ".") for package in packages)


def rule_for(file: str) -> Rule | None:
    return next((rule for rule in RULES if any(fnmatch(file, pattern) for pattern in rule.files)), None)


def trespasses(file: str, rule: Rule) -> list[str]:
    """The imports of a file that its rule forbids."""
    also = tuple(m for pattern, modules in ALSO.items() if fnmatch(file, pattern) for m in modules)
    wrong = []
    for module in sorted(imported(file)):
        if within(module, (*CONTRACT, *also)) or module.split(".")[0] in sys.stdlib_module_names:
            continue
        if within(module, rule.never) or (rule.only is not None and not within(module, rule.only)):
            wrong.append(module)
    return wrong


@pytest.mark.parametrize("file", python_files())
def test_a_file_imports_only_what_its_place_allows(file: str) -> None:
    rule = rule_for(file)
    assert rule is not None, f"{file} lies in no room of the design: add a rule for it"
    wrong = trespasses(file, rule)
    assert not wrong, f"{file} imports {', '.join(wrong)}, but {rule.why}"


def test_the_rules_see_what_they_forbid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each room refuses an import that it must not have, however it is written."""
    cases = {
        "launcher/a.py": ("import rich", "rich"),
        "etl/schema.py": ("from etl import load", "etl.load"),
        "etl/tables.py": ("import pyarrow", "pyarrow"),
        "etl/sources/a.py": ("import pandas as pd", "pandas"),
        "etl/normalise.py": ("def f():\n    import duckdb", "duckdb"),
        "etl/read.py": ("from dashboard.charts import figure", "dashboard.charts.figure"),
        "dashboard/analysis/a.py": ("import ibis.expr", "ibis.expr"),
        "dashboard/measures.py": ("from etl import load", "etl.load"),
        "dashboard/charts/a.py": ("import streamlit as st", "streamlit"),
        "dashboard/components/a.py": ("from etl.load import load", "etl.load.load"),
        "dashboard/told/a.py": ("from dashboard.components import view", "dashboard.components.view"),
        "pages/a.py": ("from .b import draw", "pages.b.draw"),
        "app.py": ("import etl.load", "etl.load"),
    }
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    for file, (text, forbidden) in cases.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text + "\nfrom etl import codes\nfrom etl.schema import Source\n")
        rule = rule_for(file)
        assert rule is not None
        assert trespasses(file, rule) == [forbidden], file


def test_the_reader_has_one_door() -> None:
    """What is in etl/reading is reached through etl/read.py."""
    outside = [f for f in python_files() if not f.startswith("etl/reading/") and f != "etl/read.py"]
    assert {f: m for f in outside for m in imported(f) if within(m, ("etl.reading",))} == {}


def test_what_only_tests_need_is_imported_by_tests_only() -> None:
    """esda takes seconds to import: it is there to hold ours against, not to serve a page."""
    assert {f: m for f in python_files() for m in imported(f) if within(m, ONLY_TESTS)} == {}
    modules = [f.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for f in python_files()]
    served = [m for m in modules if m.startswith("dashboard.") and m not in NOT_IMPORTED]
    program = f"""
import importlib, sys
for name in {served}:
    importlib.import_module(name)
print([m for m in {ONLY_TESTS + LATE} if m in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_only_pictures_import_what_draws_them() -> None:
    found = {f for f in python_files() for m in imported(f) if within(m, LATE)}
    assert found
    assert {f for f in found if not f.startswith("dashboard/pictures/")} == set()


def test_no_file_is_named_like_a_module_of_the_standard_library() -> None:
    names = {file: Path(file).stem for file in python_files()}
    folders = {p.relative_to(ROOT).as_posix(): p.name for p in (ROOT / "dashboard").rglob("*") if any(p.glob("*.py"))}
    assert [path for path, name in {**names, **folders}.items() if name in sys.stdlib_module_names] == []


def test_pages_are_short() -> None:
    pages = [file for file in python_files() if file.startswith("pages/")]
    assert {p: n for p in pages if (n := lines(p)) > PAGE_LINES} == {}


def test_files_are_not_two_in_one() -> None:
    others = [p for folder in ("tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")]
    files = [*python_files(), *(p.relative_to(ROOT).as_posix() for p in others)]
    assert {file: n for file in files if (n := lines(file)) > FILE_LINES} == {}


def lines(file: str) -> int:
    return len((ROOT / file).read_text(encoding="utf-8").splitlines())
