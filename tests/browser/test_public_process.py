"""The process of the public view, as start.py starts it: what it was told, what it has open, to whom it answers."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from launcher.server import command_of, environment_of
from launcher.serving import Serving, choose_public
from tests.browser.conftest import _wait, visits
from tests.conftest import ROOT
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the restricted file and, beside it, a released public one."""
    folder = tmp_path_factory.mktemp("both")
    make_warehouse(folder, 300)
    make_public(folder / "public")
    return folder


@pytest.fixture(scope="module")
def process(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, psutil.Process]]:
    """Its port, and the process."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = Serving("public", choose_public(ROOT, data, ""), names=("data.example.org",))
    command = [sys.executable, *command_of(ROOT, port, told)[1:], "--server.fileWatcherType", "none"]
    log = tmp_path_factory.mktemp("public") / "log.txt"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment_of(told), stdout=out, stderr=out) as run,
    ):
        try:
            _wait(run, f"http://127.0.0.1:{port}/_stcore/health", log)
            yield port, psutil.Process(run.pid)
        finally:
            run.terminate()
            run.wait(20)


def test_it_knows_of_no_file_of_records_and_has_none_open(
    browser: Any, data: Path, process: tuple[int, psutil.Process]
) -> None:
    port, running = process
    with visits(browser, f"http://127.0.0.1:{port}") as visit:
        made = visit("/")
        for page in ("/", "/map", "/data"):
            made.go(page)
            assert "RESTRICTED" not in made.text() and made.page.locator("[data-testid='stException']").count() == 0
    opened = {file.path for file in running.open_files()} | {region.path for region in running.memory_maps()}
    mine = {path for path in opened if path.startswith(str(data))}
    assert mine and all(path.startswith(str(data / "public")) for path in mine), mine
    said = [*running.cmdline(), *running.environ().values()]
    assert not [part for part in said if str(data / "warehouse") in part or "restricted" in part]
    assert [part for part in said if str(data) in part] == [str(data / "public")]


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 101), ("127.0.0.1", 101), ("data.example.org", 101), ("elsewhere.example", 403), ("", 403)],
)
def test_a_page_elsewhere_cannot_reach_it_under_a_name_of_its_own(
    process: tuple[int, psutil.Process], host: str, status: int
) -> None:
    port, _ = process
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    headers = {
        **({"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}"} if host else {"Host": ""}),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()
