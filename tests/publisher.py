"""A publisher's web server on this computer, with the bad days that the download tests need."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = random.Random(7).randbytes(300_000)


class Publisher:
    """A file, and how its server misbehaves. `asked` holds each request's Range header, or ""."""

    def __init__(self, body: bytes = BODY) -> None:
        self.body = body
        self.etag = '"one"'
        self.ranges = True
        self.heeds_if_range = True
        self.break_after: list[int] = []  # bytes to send before each break of the connection
        self.statuses: list[int] = []  # to answer with before the file
        self.headers: dict[str, str] = {}
        self.declare_length = True
        self.chunked = False
        self.redirect = ""
        self.before: Callable[[], None] = lambda: None  # called before each answer
        self.asked: list[str] = []


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the tests read `asked`."""

        def do_GET(self) -> None:
            publisher.before()
            publisher.asked.append(self.headers.get("Range", ""))
            self.close_connection = True
            if publisher.redirect:
                self.send_response(302)
                self.send_header("Location", publisher.redirect)
                self.end_headers()
                return
            if publisher.statuses:
                self.send_error(publisher.statuses.pop(0))
                return
            self._send_file()

        def _send_file(self) -> None:
            start = 0
            same = self.headers.get("If-Range") == publisher.etag or not publisher.heeds_if_range
            if publisher.ranges and "Range" in self.headers and same:
                start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            rest = publisher.body[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(publisher.body) - 1}/{len(publisher.body)}")
            if publisher.etag:
                self.send_header("ETag", publisher.etag)
            for name, value in publisher.headers.items():
                self.send_header(name, value)
            if publisher.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif publisher.declare_length:
                self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if publisher.chunked:
                rest = b"%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest)
            self.wfile.write(rest[: publisher.break_after.pop(0)] if publisher.break_after else rest)

    return Handler


@contextmanager
def serving(publisher: Publisher) -> Iterator[str]:
    """Serve on a free port of this computer; gives the file's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(publisher))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/rows.csv?key=secret"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
