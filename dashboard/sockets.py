"""Small answers leave at once: TCP_NODELAY on the socket that this process listens on.

Streamlit binds its socket without naming the protocol, and asyncio then leaves Nagle's algorithm on for every
connection: on Linux each small answer of a kept connection, and each small message of a page, waits up to 40 ms for
the other side's acknowledgement. What is accepted has the option of what listens.
https://github.com/Kludex/uvicorn/issues/3149
"""

import socket
from collections.abc import Iterable
from contextlib import suppress

_HANDLES = range(3, 1024)  # a server's own socket is among the first that it opens


def send_at_once(handles: Iterable[int] = _HANDLES) -> int:
    """Set the option on each TCP socket of `handles` that listens; how many those are (none on Windows)."""
    return sum(_set(handle) for handle in handles)


def _set(handle: int) -> bool:
    with suppress(OSError):  # not open, or not a socket
        found = socket.socket(fileno=handle)
        try:
            of_tcp = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
            if of_tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return True
        finally:
            found.detach()  # it is the server's, and stays open
    return False
