"""What the server adds to Streamlit: Leaflet from our own disk, and the security headers of every response."""

import asyncio
import base64
import hashlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import health

OWN_FILES = Path(__file__).parent / "maps" / "static"
PAGE_FILES = Path(__file__).parent / "static"
MAP_FRAME_PATH = "/component/streamlit_folium"  # the component's name is its module's: "streamlit_folium.st_folium"
AGENT_PATH = "/_stcore/agent"
PLOTLY_PATH = "/static/js/PlotlyChart."  # Streamlit's own; what follows is a mark of the version
PLOTLY_AFTER_S = 0.25
TILE_HOST = "https://tile.openstreetmap.org"

_DENIED_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "publickey-credentials-get", "usb", "xr-spatial-tracking"),
)

# Everything but the content policy: the same for each response.
FIXED_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",  # for browsers that do not know frame-ancestors
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _DENIED_FEATURES),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own. Raises RuntimeError when the package with Leaflet is missing."""
    return [
        Mount("/vendor/leaflet", app=_Vendored(directory=leaflet_folder()), name="leaflet"),
        Mount("/vendor/lamplight", app=_Vendored(directory=OWN_FILES), name="lamplight"),
        Mount("/vendor/page", app=_Vendored(directory=PAGE_FILES), name="page"),
        *health.routes(),
    ]


def middleware() -> list[Middleware]:
    """The middleware stack that wraps Streamlit's."""
    return [Middleware(SecurityHeaders), Middleware(PeopleOnly), Middleware(FiguresFirst)]


def leaflet_folder() -> Path:
    """The folder of the Leaflet 1.9.3 that XStatic-leaflet carries, found without importing the package."""
    spec = importlib.util.find_spec("xstatic.pkg.leaflet")
    if spec is None or spec.origin is None:
        raise RuntimeError("Leaflet is not installed. Run: python start.py (or pip install -r requirements.txt)")
    return Path(spec.origin).parent / "data"


@cache
def page_file(name: str) -> str:
    """The address of a file of the pages themselves. It changes with the content: browsers keep such files a week."""
    return f"/vendor/page/{name}?v={hashlib.sha256((PAGE_FILES / name).read_bytes()).hexdigest()[:8]}"


@cache
def content_policy() -> str:
    """The content policy of every page, and of everything that is not the map's frame."""
    return _policy(
        {
            "default-src": "'self'",
            "script-src": " ".join(["'self'", *_inline_script_hashes()]),
            # Streamlit, its theme and plotly write style attributes and style elements.
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            # 'self' covers the WebSocket to this very host and port, and no other.
            "connect-src": "'self'",
            "worker-src": "'self' blob:",
            "media-src": "'self' blob:",
            "frame-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'self'",
            "form-action": "'self'",
            "frame-ancestors": "'self'",
        }
    )


@cache
def map_frame_policy() -> str:
    """The content policy of the map's frame.

    streamlit-folium runs the map as an inline script and repaints layers by `eval`: so this frame, and no
    other, allows both. In return it may open no connection at all. The tile host is allowed for images
    whether or not the street map is on, because the policy is fixed when the frame loads and reloading
    the frame would lose the view; nothing is requested from that host until the viewer turns it on.
    """
    return _policy(
        {
            "default-src": "'none'",
            "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src": "'self' 'unsafe-inline'",
            "img-src": f"'self' data: {TILE_HOST}",
            "font-src": "'self'",
            "connect-src": "'none'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'self'",
        }
    )


class SecurityHeaders:
    """ASGI middleware: the headers above on every HTTP response, whoever made it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send, scope["path"]))


def _with_headers(send: Send, path: str) -> Callable[[Message], Any]:
    policy = map_frame_policy() if path.startswith(MAP_FRAME_PATH) else content_policy()

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in FIXED_HEADERS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = policy
            # What is not a versioned asset may hold records: it must not stay in a browser's disk cache.
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return wrapped


class PeopleOnly:
    """ASGI middleware: the interface by which Streamlit lets programs drive an app is not there.

    It is off unless an operator turns it on (`server.enableAgentApi`); here no setting does. Pages are made for people,
    and nothing says what it would hand out of them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and AGENT_PATH in scope["path"]:
            await PlainTextResponse("Not here.", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class FiguresFirst:
    """ASGI middleware: the library that draws charts comes a moment later than a browser asks for it.

    It asks with the first chart, and then paints nothing for half a second, while it reads five megabytes: the numbers
    above the chart would wait for that too. Charts come no later, because the rest of the page is made meanwhile.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and PLOTLY_PATH in scope["path"]:
            await asyncio.sleep(PLOTLY_AFTER_S)
        await self.app(scope, receive, send)


class _Vendored(StaticFiles):
    """Leaflet's files: their content never changes under one version."""

    def file_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=604800"
        return response


def _policy(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _inline_script_hashes() -> list[str]:
    """Hashes of the inline scripts in Streamlit's own page, so that no other inline script runs."""
    spec = importlib.util.find_spec("streamlit")
    if spec is None or spec.origin is None:
        return []
    page = (Path(spec.origin).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts]
