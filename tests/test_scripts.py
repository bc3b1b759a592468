"""The scripts that browsers get: each is one that an engine reads. A script that does not parse draws no map at all."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPTS = sorted(p for folder in ("dashboard/static", "dashboard/maps/static") for p in (ROOT / folder).glob("*.js"))


def test_there_are_scripts() -> None:
    assert {p.name for p in SCRIPTS} >= {"page.js", "map.js"}


@pytest.fixture(scope="module")
def node() -> str:
    """The engine that reads scripts without running them."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def said(node: str, script: Path) -> str:
    """What is wrong with a script; empty when it parses."""
    read = subprocess.run([node, "--check", str(script)], capture_output=True, text=True, check=False)
    return read.stderr if read.returncode else ""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_a_script_parses(script: Path, node: str) -> None:
    assert said(node, script) == ""


def test_a_name_declared_twice_is_found(node: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.js"
    broken.write_text("const texts = 1;\nconst texts = 2;\n")
    assert "texts" in said(node, broken)
