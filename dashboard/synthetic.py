"""Synthetic releases that the steward has published: what there is, and the route that hands them out by their id.

Only a public process has them. An id in a link is held against those that are listed; no path is made of it.
"""

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from dashboard.components import context
from dashboard.i18n import _
from dashboard.warehouse import served_tier

PATH = "/download/synthetic"
_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Offer:
    """A release that can be taken. years : first and last. bytes : of the zip. goals : both were met."""

    release: str
    path: Path
    rows: int
    years: tuple[int, int]
    epsilon: float
    goals: bool
    bytes: int
    sha256: str


def offers(public: Path) -> list[Offer]:
    """The releases in a public folder, newest first. One that is damaged or not whole is not offered."""
    folder = public / "synthetic"
    found = [_offer(f) for f in folder.iterdir() if _ID.fullmatch(f.name)] if folder.is_dir() else []
    day_and_number = [(o.release[:10], int(o.release[11:]), o) for o in found if o]
    return [o for _day, _number, o in sorted(day_and_number, key=lambda x: x[:2], reverse=True)]


def _offer(folder: Path) -> Offer | None:
    path = folder / f"synthetic-{folder.name}.zip"
    try:
        about, file = (json.loads((folder / f).read_text(encoding="utf-8")) for f in ("about.json", "file.json"))
        first, last = about["years"]
        goals = about["suppressed_goal_met"] is True and about["fabricated_goal_met"] is True
        offer = Offer(
            folder.name, path, int(about["rows"]), (int(first), int(last)), float(about["epsilon"]),
            goals, int(file["bytes"]), str(file["sha256"]),
        )  # fmt: skip
        whole = path.stat().st_size == offer.bytes and about["release"] == folder.name
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return offer if whole and _SHA256.fullmatch(offer.sha256) else None


def routes() -> list[BaseRoute]:
    """The one route; app.py adds it."""
    return [Route(PATH, download)]


def download(request: Request) -> Response:
    """The zip of a release, or a sentence why there is none."""
    if request.method not in ("GET", "HEAD"):
        return _no(405, _("A download is asked for with GET."))
    if not is_host_allowed(request.headers.get("host")):
        return _no(403, _("This server does not answer to that name. Use the address that you were given."))
    public = served_tier() == "public"
    asked = request.query_params.get("release")
    offer = next((o for o in offers(context.data_dir()) if o.release == asked), None) if public else None
    if offer is None:
        return _no(404, _("There is no such synthetic release here. The Export page lists those that there are."))
    digest = b64encode(bytes.fromhex(offer.sha256)).decode()
    headers: dict[str, Any] = {"Cache-Control": "no-store", "Repr-Digest": f"sha-256=:{digest}:"}
    return FileResponse(offer.path, headers=headers, media_type="application/zip", filename=offer.path.name)


def _no(status: int, said: str) -> Response:
    return PlainTextResponse(said + "\n", status, {"Cache-Control": "no-store"})
