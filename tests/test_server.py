"""The headers of every response, and Leaflet from our own disk."""

import asyncio
import hashlib
import re
from base64 import b64encode
from collections.abc import Coroutine, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import folium
import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard import server
from dashboard.maps import layers


async def _page(_: object) -> PlainTextResponse:
    return PlainTextResponse("page")


def run(work: Coroutine[Any, Any, None]) -> None:
    """To its end, on a thread of its own: Playwright's event loop stays on this one once a browser test has run."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def get(path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask the routes and the middleware, without a socket. Returns status, headers, body."""
    app = Starlette(
        routes=[*server.routes(), Route("/{rest:path}", _page)],
        middleware=server.middleware(),
    )
    sent: list[MutableMapping[str, Any]] = []
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [], "root_path": "", "scheme": "http", "server": ("localhost", 1), "http_version": "1.1",
    }  # fmt: skip

    asked: list[bool] = []

    async def receive() -> MutableMapping[str, Any]:
        asked.append(True)
        if len(asked) > 1:
            await asyncio.Event().wait()  # a client that stays; the response's end cancels this
        return {"type": "http.request", "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    run(app(scope, receive, send))
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:])


@pytest.mark.parametrize("path", ["/", "/map", "/_stcore/health", "/vendor/leaflet/leaflet.js", "/vendor/leaflet/none"])
def test_every_response_carries_the_headers(path: str) -> None:
    _, headers, _ = get(path)
    for name, value in server.FIXED_HEADERS.items():
        assert headers[name.lower()] == value
    assert headers["content-security-policy"] == server.content_policy()


def test_only_the_maps_frame_may_run_eval_and_it_may_not_connect() -> None:
    assert "unsafe-eval" not in server.content_policy()
    assert "unsafe-inline" not in directive(server.content_policy(), "script-src")
    assert "openstreetmap" not in server.content_policy()
    _, headers, _ = get("/component/streamlit_folium.st_folium/index.html")
    frame = headers["content-security-policy"]
    assert "'unsafe-eval'" in directive(frame, "script-src")
    assert directive(frame, "connect-src") == "'none'"
    assert directive(frame, "img-src").split()[-1] == server.TILE_HOST


def test_no_policy_allows_another_host_but_the_tiles() -> None:
    for policy in (server.content_policy(), server.map_frame_policy()):
        assert not re.findall(r"https?://(?!tile\.openstreetmap\.org)\S+", policy)
        assert "*" not in policy


def test_streamlits_own_inline_script_is_named_by_its_hash() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert inline
    for script in inline:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in server.content_policy()


def test_leaflet_is_served_from_our_disk_in_the_version_that_folium_asks_for() -> None:
    status, headers, body = get(layers.LEAFLET_JS)
    assert status == 200
    assert "max-age" in headers["cache-control"]
    wanted = next(url for name, url in folium.Map.default_js if name == "leaflet")
    version = re.search(r"leaflet@([\d.]+)/", wanted)
    assert version
    assert f"Leaflet {version[1]}".encode() in body[:200]
    assert get(layers.LEAFLET_CSS)[0] == 200
    assert get(layers.BEHAVIOUR_JS.split("?")[0])[0] == 200


def test_a_path_outside_leaflets_folder_is_not_served() -> None:
    assert get("/vendor/leaflet/../__init__.py")[0] == 404
    assert get("/vendor/leaflet/%2e%2e/__init__.py")[0] == 404


def test_pages_are_not_kept_by_the_browser() -> None:
    assert get("/map")[1]["cache-control"] == "no-store"


@pytest.mark.parametrize("rest", ["interact", "mcp", "openapi.json", ""])
def test_programs_find_nothing_to_drive_the_app_by(rest: str) -> None:
    for path in (f"{server.AGENT_PATH}/{rest}", f"/below{server.AGENT_PATH}/{rest}"):
        status, headers, _ = get(path)
        assert status == 404
        assert headers["content-security-policy"] == server.content_policy()


def test_only_what_draws_charts_comes_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("dashboard.server.asyncio.sleep", sleep)
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    (plotly,) = scripts.glob("PlotlyChart.*.js")
    for path in ("/", "/map", f"/static/js/{next(scripts.glob('Metric.*.js')).name}", "/vendor/leaflet/leaflet.js"):
        get(path)
    assert waited == []
    get(f"/static/js/{plotly.name}")
    assert waited == [server.PLOTLY_AFTER_S]


def test_a_websocket_passes_through_untouched() -> None:
    seen: list[str] = []

    async def inner(scope: dict, receive: object, send: object) -> None:
        seen.append(scope["type"])

    run(server.SecurityHeaders(inner)({"type": "websocket", "path": "/"}, None, None))  # type: ignore[arg-type]
    assert seen == ["websocket"]


def directive(policy: str, name: str) -> str:
    """The value of one directive."""
    return next(part.strip().removeprefix(name).strip() for part in policy.split(";") if part.strip().startswith(name))
