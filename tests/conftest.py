"""What every test shares: the publishers' real files where they are found, and the long tests on request."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import settings

from launcher.environment import make_venv
from tests.small_project import make_small_project

ROOT = Path(__file__).resolve().parent.parent
REAL_FILES_SETTING = "LAMPLIGHT_REAL_FILES"
REAL_FILES_DEFAULT = "../shared/data"
_REASON = f"{REAL_FILES_SETTING} not found"
# An example that took long says that the machine was busy. What has to be quick is measured by benchmarks.
settings.register_profile("lamplight", deadline=None)
settings.load_profile("lamplight")


def real_files_folder() -> Path | None:
    """The folder of the publishers' real files, or None. A relative setting is relative to the project's root."""
    folder = (ROOT / (os.environ.get(REAL_FILES_SETTING) or REAL_FILES_DEFAULT)).resolve()
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session", autouse=True)
def components_once() -> None:
    """Streamlit's AppTest reads the metadata of every installed package anew for each test: a third of its time."""
    from streamlit.components.v2 import manifest_scanner

    found = manifest_scanner.scan_component_manifests()
    manifest_scanner.scan_component_manifests = lambda *_, **__: list(found)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real files; a test that asks for it is skipped, and counted at the end, where there is none."""
    folder = real_files_folder()
    if folder is None:
        pytest.skip(_REASON)
    return folder


@pytest.fixture
def free_port() -> int:
    """A port of this computer that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def empty_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real, empty virtual environment."""
    folder = tmp_path_factory.mktemp("made")
    make_venv(folder)
    return folder


@pytest.fixture
def project(tmp_path: Path, empty_venv: Path) -> Path:
    """A small project in which start.py can be run; see small_project.py."""
    return make_small_project(tmp_path, empty_venv)


@pytest.fixture
def records(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, copied from its module's `made`, as the restricted side serves it."""
    shutil.copytree(made, tmp_path / "data")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    return tmp_path / "data"


@pytest.fixture
def public(records: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The releases in it, as the public side serves them."""
    monkeypatch.setenv("LAMPLIGHT_DATA", str(records / "public"))
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    return records / "public"


def pytest_addoption(parser: pytest.Parser) -> None:
    """--full: run the long tests as well."""
    parser.addoption("--full", action="store_true", help="run the tests marked `full` as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless asked for."""
    if config.getoption("--full"):
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="long: runs with --full"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests could not see real files: a green run without them proves less."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(1 for report in skipped if _REASON in str(report.longrepr))
    if count:
        terminalreporter.write_line(f"{count} tests on real files skipped: {_REASON}")
