"""What every test shares: the publishers' real files where they are found, and the long tests on request."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL_FILES_SETTING = "LAMPLIGHT_REAL_FILES"
REAL_FILES_DEFAULT = "../shared/data"
_REASON = f"{REAL_FILES_SETTING} not found"


def real_files_folder() -> Path | None:
    """The folder of the publishers' real files, or None. A relative setting is relative to the project's root."""
    folder = (ROOT / (os.environ.get(REAL_FILES_SETTING) or REAL_FILES_DEFAULT)).resolve()
    return folder if folder.is_dir() else None


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
