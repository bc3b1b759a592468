"""Exports as a route: GET /download answers from the link of the view and from who asks, on whichever process it lands.

Streamlit keeps what a page offers for download in the memory of one process; this needs nothing from the page. A file
is written whole, hashed, recorded in the audit log where there is one, sent, and deleted.
"""

import asyncio
import logging
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from dashboard import access, audit, exports, health
from dashboard.access import Access, Denied
from dashboard.components import context, gate, recorded, signing_out
from dashboard.exports import FORMATS, prepared
from dashboard.exports.plan import SPLIT, Refused, kind_of, plan
from dashboard.filters import NAMES
from dashboard.i18n import _, speak
from dashboard.links import from_query
from dashboard.pointer import WarehouseError
from dashboard.scoped import scoped
from dashboard.state import StateError
from dashboard.warehouse import Warehouse, served_tier

PATH = "/download"
WRITERS = 3  # files that one process writes at a time
WAITING = 40  # requests that may wait for that; more are asked to come back
CHUNK = 1 << 18
STALLED = 60.0  # seconds for one chunk: whoever takes longer keeps a file on this disk and reads none of it
OWN = ("form", "kind", SPLIT, "ticket", "lang")  # what a link has beside the filters

_pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="download")
_here = threading.BoundedSemaphore(WAITING)
_log = logging.getLogger(__name__)


class Answer(Exception):
    """What is said instead of a file: a sentence with the remedy, and the status."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


@dataclass(frozen=True)
class Asked:
    """One request, as far as it matters."""

    query: Mapping[str, list[str]]
    cookies: dict[str, str]
    headers: Mapping[str, str]
    client: str
    version: str = "1.1"  # of HTTP


@dataclass(frozen=True)
class File:
    """A file that may be sent: already open. `gone` deletes it."""

    name: str
    form: str
    sha256: str
    bytes: int
    body: BinaryIO
    gone: ExitStack


def routes() -> list[BaseRoute]:
    """The one route; dashboard/server.py adds it and the headers."""
    return [Route(PATH, download)]


async def download(request: Request) -> Response:
    """The file of a view, or a sentence why there is none."""
    try:
        _at_the_door(request)
        return _sent(await _made(request))
    except Answer as no:
        wait = {"Retry-After": "10"} if no.status == 503 else {}
        return PlainTextResponse(no.said + "\n", no.status, {"Cache-Control": "no-store", **wait})


def _at_the_door(request: Request) -> None:
    if request.method != "GET":
        raise Answer(405, _("A download is asked for with GET."))
    if not is_host_allowed(request.headers.get("host")):
        raise Answer(403, _("This server does not answer to that name. Use the address that you were given."))
    # A page elsewhere must not make a reader's browser fetch records: the log would have a row that nobody meant.
    elsewhere = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if elsewhere and served_tier() != "public":
        raise Answer(403, _("Downloads start on this site only. Open the Export page and download from there."))


async def _made(request: Request) -> File:
    """Made on a thread; given up, with nothing left behind, when whoever asked has gone."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    client = request.client.host if request.client else ""
    version = str(request.scope.get("http_version", "1.1"))
    asked = Asked(query, dict(request.cookies), dict(request.headers), client, version)
    if not _here.acquire(blocking=False):
        raise Answer(503, _("Many files are being made at this moment. Try again in a little while."))
    given_up = threading.Event()
    future: Future[File] = _pool.submit(_make, asked, given_up)
    future.add_done_callback(lambda _done: _here.release())
    waiting = asyncio.wrap_future(future)
    try:
        while not (await asyncio.wait({waiting}, timeout=0.5))[0]:
            if await request.is_disconnected():
                raise Answer(499, _("Nobody waits for this file any more."))
        return waiting.result()
    except BaseException:
        given_up.set()
        future.cancel()
        future.add_done_callback(_delete)
        raise


def _delete(future: "Future[File]") -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().gone.close()


def _make(asked: Asked, given_up: threading.Event) -> File:
    speak((asked.query.get("lang") or [""])[-1])  # each time: the thread served somebody else before
    with ExitStack() as stack:
        try:
            made = _write(asked, given_up, stack)
        except Answer:
            raise
        except exports.Cancelled:
            raise Answer(499, _("Nobody waits for this file any more.")) from None
        except exports.ExportError as error:
            raise Answer(400, f"{error.message} {error.remedy}".strip()) from None
        except WarehouseError as error:
            raise Answer(503, f"{error.message} {error.remedy}") from None
        except Exception as error:
            # Its words could hold a value of a record: the log gets its kind only.
            _log.error("A download failed: %s", type(error).__name__)
            raise Answer(500, _("The file could not be made. Load the Export page again.")) from None
        return made


def _write(asked: Asked, given_up: threading.Event, stack: ExitStack) -> File:
    reader = who(asked)
    opened = scoped(context.whole(), reader.sources)
    if set(asked.query) - {*NAMES, *OWN}:
        raise Answer(400, _("The link has a part that is not known here. Download from the Export page."))
    prepared.sweep()
    if ticket := (asked.query.get("ticket") or [""])[-1]:
        found = prepared.find(ticket, reader, opened.version)
        if found is None:
            raise Answer(410, _("This file is no longer here. Prepare it again on the Export page."))
        stack.callback(prepared.drop, ticket)
        ready, path = found
    else:
        form = (asked.query.get("form") or ["csv"])[-1]
        if form not in FORMATS:
            raise Answer(400, _("There is no such format. Choose one of: {names}.").format(names=", ".join(FORMATS)))
        path = prepared.file_in(stack.enter_context(prepared.scratch()), form)
        ready = _exported(asked, reader, opened, form, path, given_up)
    _record(asked, reader, ready)
    body = stack.enter_context(path.open("rb"))
    return File(ready.name, ready.form, ready.sha256, ready.bytes, body, stack.pop_all())


def _exported(
    asked: Asked, reader: Access, opened: Warehouse, form: str, path: Path, given_up: threading.Event
) -> prepared.Ready:
    offered = context.catalogue(opened)
    filters, notices = from_query({n: v for n, v in asked.query.items() if n in NAMES}, offered)
    if notices:
        # The file would be of another view than the one that was meant.
        raise Answer(400, " ".join([*notices, _("Open the Export page with this link and download from there.")]))
    catalogue = offered.of(filters.unit)
    kind = kind_of((asked.query.get("kind") or [""])[-1])
    decided = plan(reader, opened, catalogue, filters, kind, tuple(asked.query.get(SPLIT, ())))
    if isinstance(decided, Refused):
        raise Answer(403, f"{decided.message} {decided.remedy}")
    made = exports.write(decided, opened, catalogue, form, path, cancelled=given_up.is_set)
    return prepared.Ready(
        prepared.owner_of(reader), opened.version, exports.file_name(decided, form), form, kind,
        made.rows, made.sha256, made.bytes, audit.link(filters),
    )  # fmt: skip


def _record(asked: Asked, reader: Access, ready: prepared.Ready) -> None:
    """One row of the audit log, before the file leaves; and a last look at whether its reader may still have it."""
    if served_tier() == "public":
        return
    if who(asked, note=False) != reader:
        raise Answer(403, _("What you may see has changed while the file was made. Load the Export page again."))
    form = "zip" if ready.form == "package" else ready.form
    what = audit.Export(form, ready.rows, ready.sha256)
    try:
        audit.record(
            context.data_dir(), recorded.who(reader), "export",
            page="export", filters=ready.filters, subject=ready.kind, export=what,
        )  # fmt: skip
    except StateError as error:
        said = _("This file is not handed out, because it could not be recorded who took it.")
        raise Answer(503, f"{said} {error}") from None


def who(asked: Asked, note: bool = True) -> Access:
    """Whoever asks, by the same rules as a page's (components/gate). Raises Answer for those who may not."""
    decided = _decide(asked, note)
    if isinstance(decided, Access):
        return decided
    health.refused_runs.add()
    if decided is None:
        raise Answer(401, _("Sign in first: open the Export page, and download from there."))
    raise Answer(403, f"{decided.message} {decided.remedy}")


def _decide(asked: Asked, note: bool) -> Access | Denied | None:
    if served_tier() == "public":
        return access.PUBLIC
    if served_tier() != "restricted":
        return None
    offered = gate.provider()
    if not isinstance(offered, tuple):
        # A proxy that was set up in one line says nothing of itself, but speaks HTTP 1.0, as no browser has for years.
        through = any(asked.headers.get(name) for name in access.PROXIED) or asked.version == "1.0"
        through = through or not access.is_loopback(asked.client)
        if offered == "none":
            return access.without_provider(st.get_option("server.address"), through)
        return gate.unreadable()
    claims = signing_out.claims_of(asked.cookies)
    here = urlsplit(str(claims.get("origin", ""))).netloc
    # As Streamlit does for pages: a cookie is good for the address that it was made for.
    if claims.get("is_logged_in") is not True or not here or here != asked.headers.get("host"):
        return None
    return gate.of_claims(claims, note)


def _sent(file: File) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        try:
            while part := await asyncio.to_thread(file.body.read, CHUNK):
                yield part
        finally:
            file.gone.close()

    digest = b64encode(bytes.fromhex(file.sha256)).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Content-Length": str(file.bytes),
        "Cache-Control": "no-store",
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    return _Deleting(file, chunks(), headers=headers, media_type=exports.MEDIA_TYPES[file.form])


class _Deleting(StreamingResponse):
    """Deletes its file also where the first byte is never asked for."""

    def __init__(self, file: File, content: AsyncIterator[bytes], **more: Any) -> None:
        super().__init__(content, **more)
        self._file = file

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def in_time(message: Any) -> None:
            await asyncio.wait_for(send(message), STALLED)

        try:
            await super().__call__(scope, receive, in_time)
        except (TimeoutError, ClientDisconnect):
            return  # the server closes a connection whose answer was not finished
        finally:
            self._file.gone.close()
