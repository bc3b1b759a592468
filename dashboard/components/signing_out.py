"""Every way of signing out ends the sign-in on the server too: Streamlit's own only takes the browser's cookie away."""

import asyncio
import json
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.user_info import AUTH_LOGOUT_ENDPOINT
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.components import gate


class EndsSignIn:
    """ASGI middleware: what asks for the address of signing out ends the sign-in of its cookie first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = scope["type"] == "http" and scope["path"].endswith(AUTH_LOGOUT_ENDPOINT)
        if leaving and (claims := claims_of(HTTPConnection(scope).cookies)):
            await asyncio.to_thread(gate.end, claims)
        await self.app(scope, receive, send)


def middleware() -> list[Middleware]:
    """The middleware above, for app.py."""
    return [Middleware(EndsSignIn)]


def claims_of(cookies: dict[str, str]) -> dict[str, Any]:
    """What Streamlit's sign-in cookie says; {} without one, or with one that was not signed here."""

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(get_cookie_secret(), name, value.encode("latin-1"))

    try:
        said = get_cookie_with_chunks(one, USER_COOKIE_NAME)
        found = json.loads(said) if said else {}
    except (ValueError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}
