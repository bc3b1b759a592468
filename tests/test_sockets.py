"""Small answers are not held back: the option on what listens, nothing else touched, and the server's start sets it."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import sockets
from dashboard.components import warm
from tests.test_prepared import run


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    # As Streamlit and uvicorn bind it: the protocol is not named, so asyncio leaves what it accepts as it is.
    with socket.socket(socket.AF_INET) as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        yield made


def at_once(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_what_is_accepted_sends_at_once(listening: socket.socket) -> None:
    assert sockets.send_at_once([listening.fileno()]) == 1
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
        assert at_once(accepted)


def test_without_it_asyncio_holds_small_answers_back(listening: socket.socket) -> None:
    """The reason for all this: when it fails, Streamlit or uvicorn does it and the module can go."""

    async def serve() -> bool:
        seen: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.set_result(at_once(writer.get_extra_info("socket")))
            writer.close()

        server = await asyncio.start_server(came, sock=listening.dup())
        with socket.create_connection(listening.getsockname()):
            found = await seen
        server.close()
        return found

    assert not run(serve())


def test_other_files_and_sockets_are_left_as_they_are(listening: socket.socket, tmp_path: Path) -> None:
    with (
        (tmp_path / "file").open("wb") as file,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.create_connection(listening.getsockname()) as connected,
    ):
        handles = [file.fileno(), datagrams.fileno(), connected.fileno(), 1000]
        assert sockets.send_at_once(handles) == 0
        assert not at_once(connected)
        file.write(b"still open")
    assert not at_once(listening)


def test_the_server_does_it_when_it_starts(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "warm", lambda: None)
    monkeypatch.setattr(warm, "keep", lambda: None)
    monkeypatch.setattr("dashboard.exports.prepared.sweep", lambda: None)

    async def start() -> None:
        async with warm.lifespan(None):
            assert at_once(listening)

    run(start())
