"""Asking a publisher's server for a file: which addresses may be asked, and what each refusal means.

Standard library only; proxies are honoured as urllib does (HTTPS_PROXY, NO_PROXY).
"""

import http.client
import ipaddress
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, Any

from etl.schema import SourceError

TIMEOUT = 60  # seconds without a byte
RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


class TryAgain(Exception):
    """This try failed in a way that another may not; `wait` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float = 0.0) -> None:
        super().__init__(what)
        self.wait = wait


class Changed(TryAgain):
    """The file changed on the server between two tries: what has arrived belongs to an older one."""

    def __init__(self) -> None:
        super().__init__("the file changed on the server")


def open_url(address: str, headers: dict[str, str]) -> Any:
    """The server's answer to a GET. Raises TryAgain where another try may do better, else SourceError."""
    require_safe(address)
    headers = {"User-Agent": "Lamplight", "Accept-Encoding": "identity", **headers}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - require_safe has seen it
    handlers: list[Any] = [_SafeRedirects()]
    if _is_loopback(urllib.parse.urlsplit(address).hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))  # a proxy cannot reach this computer
    try:
        return urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error, shown_address(address)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise SourceError(
                f"{shown_address(address)}: the server's certificate is not trusted. If your network inspects "
                "traffic, set SSL_CERT_FILE to its certificate file."
            ) from error
        raise TryAgain(f"the server could not be reached ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise TryAgain(f"the server did not answer ({type(error).__name__})") from error


def _refusal(error: urllib.error.HTTPError, shown: str) -> Exception:
    """What an HTTP status means for us."""
    if error.code == 416:  # our bytes are not a beginning of the file any more
        return Changed()
    if error.code in RETRY_STATUS:
        asked = error.headers.get("Retry-After", "")
        return TryAgain(f"the server answered {error.code}", float(asked) if asked.isdecimal() else 0.0)
    if error.code in (404, 410):
        return SourceError(
            f"{shown}: there is no such file ({error.code}). The publisher may have moved it: see --url."
        )
    if error.code in (401, 403, 407):
        return SourceError(f"{shown}: the server or a proxy refused ({error.code}). Download the file in a browser.")
    return SourceError(f"{shown}: the server answered {error.code}.")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to an address that could have been asked for directly."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        # Only this computer may point to this computer.
        require_safe(newurl, loopback=_is_loopback(urllib.parse.urlsplit(req.full_url).hostname or ""))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def require_safe(address: str, *, loopback: bool = True) -> None:
    """Raise SourceError unless the address is https, or http on this computer where `loopback` allows it."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or (loopback and parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise SourceError(
        f"{shown_address(address)}: only https addresses are fetched, so that nobody can change the file on its way."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown_address(address: str) -> str:
    """An address without its query, which may hold somebody's key."""
    parts = urllib.parse.urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
