"""start.py: what it makes, what it says when something is missing, and that it leaves nothing running.

The whole command is run in a small project of its own, with modules there that stand in for the large ones.
"""

import ast
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import start
from launcher import OLDEST_PYTHON, environment, server
from tests.__main__ import IN_TWO, processes
from tests.small_project import ROOT, WITHIN, begin, output, until_ready

# --- the whole command ------------------------------------------------------------------------


@pytest.fixture
def running(project: Path, free_port: int) -> Iterator[tuple[Path, int, subprocess.Popen[str]]]:
    """A started app: its project, port and process."""
    process = begin(project, "--no-browser", "--port", str(free_port))
    try:
        until_ready(project, process)
        yield project, free_port, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX systems")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_it_serves_the_sample_and_stops_cleanly(running: tuple[Path, int, subprocess.Popen[str]], ending: str) -> None:
    project, free_port, process = running
    seen = environment.read_json(project / "seen.json")
    assert f"Ready at http://127.0.0.1:{free_port}/ after " in output(project)
    assert seen["LAMPLIGHT_DATA"] == str(project / "data" / "sample")
    assert seen["LAMPLIGHT_TIER"] == "restricted"
    argv = seen["argv"]
    assert isinstance(argv, list)
    assert argv[argv.index("--server.address") + 1] == "127.0.0.1"
    process.send_signal(getattr(signal, ending))
    assert process.wait(WITHIN) == 0, output(project)
    assert not psutil.pid_exists(int(str(seen["pid"])))
    assert server.port_free(free_port)
    assert output(project).endswith("\nStopped.\n")


def test_a_second_start_installs_and_builds_nothing(project: Path, free_port: int) -> None:
    for _ in range(2):
        process = begin(project, "--no-browser", "--port", str(free_port))
        until_ready(project, process)
        process.terminate()
        process.wait(WITHIN)
    assert "Installing" not in output(project)
    assert "Building" not in output(project)
    assert (project / "built.txt").read_text() == "built\n"


def test_a_server_that_fails_is_said(project: Path, free_port: int) -> None:
    (project / "streamlit.py").write_text("raise SystemExit('out of luck')")
    process = begin(project, "--no-browser", "--port", str(free_port))
    assert process.wait(WITHIN) == 1
    assert "out of luck" in output(project)
    assert "The app stopped while starting" in output(project)
    assert "Traceback" not in output(project)


def test_the_tests_get_their_arguments_and_have_the_last_word(project: Path) -> None:
    wheels = project / "wheels"
    wheels.mkdir()
    process = begin(project, "test", "--full", "--wheels", str(wheels), "-k", "fetch and not slow", "tests/test_a.py")
    assert process.wait(WITHIN) == 3
    assert output(project).endswith("pytest --full -k fetch and not slow tests/test_a.py\ncleaned up\n")
    assert "Installing what requirements.txt and requirements-test.txt lists" in output(project)


@pytest.mark.parametrize("arguments", [[], ["--full"], ["-m", "not browser", "--durations=9"]])
def test_the_whole_suite_runs_in_two_processes(arguments: list[str]) -> None:
    assert processes(arguments) == IN_TWO


@pytest.mark.parametrize(
    "arguments",
    [["tests/test_a.py"], ["tests/test_a.py::test_b", "-x"], ["-k", "fetch"], ["-n", "0"], ["--numprocesses=4"]],
)
def test_what_is_named_or_watched_runs_in_one(arguments: list[str]) -> None:
    assert processes(arguments) == ()


# --- which Python -----------------------------------------------------------------------------


def test_an_old_python_reads_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert start.main() == 1
    assert "Lamplight needs Python 3.11 or newer, and this is Python 3.10." in capsys.readouterr().err
    assert start.wrong_python((3, 11, 0)) is None
    assert start.wrong_python((4, 0, 0)) is None
    assert start.OLDEST_PYTHON == OLDEST_PYTHON


def test_an_old_python_can_parse_start() -> None:
    tree = ast.parse((ROOT / "start.py").read_text(), feature_version=(3, 6))
    newer = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]
    assert newer == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert all(f.returns is None and all(a.annotation is None for a in f.args.args) for f in functions)


# --- the real thing ---------------------------------------------------------------------------


@pytest.mark.full
def test_a_fresh_clone_serves_the_sample(tmp_path: Path, free_port: int) -> None:
    """Everything, from the index to a page; it needs a network and some minutes."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    for most in (900, 6):  # seconds to ready: the first time, and once installed
        process = begin(clone, "--no-browser", "--port", str(free_port))
        try:
            until_ready(clone, process, within=most)
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(f"http://127.0.0.1:{free_port}/", timeout=WITHIN) as page:
                assert page.status == 200
        finally:
            process.terminate()
            process.wait(WITHIN)
        assert process.returncode == 0, output(clone)
