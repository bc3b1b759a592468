"""The packages: each pinned, each imported or explained, none imported by luck."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.conftest import ROOT
from tests.test_imports import OWN


def pins(name: str) -> dict[str, str]:
    """Package -> version of a requirements file, names in small letters."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    found = {}
    for line in lines:
        if line and not line.startswith("-"):
            match = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[\w+\])?==([\w.]+)", line)
            assert match, f"{name}: {line} is not pinned"
            found[normal(match[1])] = match[2]
    return found


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def imported_packages(folders: tuple[str, ...]) -> set[str]:
    """Distributions that the Python files of some folders import."""
    by_module = packages_distributions()
    files = [
        f for folder in folders for f in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
    ]
    modules = {module for file in files if file.exists() for module in top_modules(file)}
    return {normal(by_module[m][0]) for m in modules if m in by_module and m not in OWN}


def top_modules(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names


def test_what_the_app_imports_is_what_requirements_list() -> None:
    used = imported_packages(("app.py", "etl", "dashboard", "pages"))
    assert sorted(used - pins("requirements.txt").keys()) == []


def test_what_the_tests_import_is_listed() -> None:
    listed = pins("requirements.txt").keys() | pins("requirements-test.txt").keys()
    assert sorted(imported_packages(("tests", "benchmarks")) - listed) == []


def test_each_package_earns_its_place() -> None:
    """Each is in docs/dependencies.md, and nothing else is."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    explained = {normal(name.strip()) for row in rows for name in row.split(",")} - {"package", "---"} - {"-"}
    assert explained == pins("requirements.txt").keys() | pins("requirements-test.txt").keys()


def test_no_package_is_pinned_twice() -> None:
    files = [pins(name) for name in ("requirements.txt", "requirements-test.txt", "constraints.txt")]
    names = [name for found in files for name in found]
    assert sorted(n for n in set(names) if names.count(n) > 1) == []
