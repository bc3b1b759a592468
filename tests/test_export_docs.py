"""The snippets of docs/exports.md and docs/api.md are run as they stand there, on files made as they say."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.test_export_formats import _r


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data`, in which every command of the page was run."""
    made = tmp_path_factory.mktemp("docs")
    make_warehouse(made / "data", 800)
    make_public(made / "data" / "public")
    commands = [line for line in blocks("exports.md", "")[0].splitlines() if line]
    assert len(commands) == 5
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "python"
        run([sys.executable, *arguments], made)
    return made


def run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.full
@pytest.mark.parametrize("name", ["exports.md", "api.md"])
def test_the_python_of_the_docs_runs(folder: Path, name: str) -> None:
    found = blocks(name, "python")
    assert found
    for code in found:
        assert run([sys.executable, "-W", "error", "-c", code], folder)


@pytest.mark.full
@pytest.mark.parametrize("at", [0, 1])
def test_the_r_of_the_docs_runs(folder: Path, at: int) -> None:
    program = _r(*(("readr",), ("sf",))[at])
    code = f"options(warn = 2)\npdf(NULL)\n{blocks('exports.md', 'r')[at]}"
    run([program, "-e", code], folder)


def test_the_docs_name_every_format_and_option() -> None:
    from dashboard.export import parser
    from dashboard.exports import FORMATS

    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    options = [o for action in parser()._actions for o in action.option_strings if o.startswith("--")]
    missing = [o for o in options if o not in ("--help", "--out") and f"`{o}" not in text]
    assert missing == [] and all(f"| `{form}` |" in text for form in FORMATS)
