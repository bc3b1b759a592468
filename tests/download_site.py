"""The route of exports as a reader meets it: their cookie, what was recorded of them, and what still lies there."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dashboard import audit, downloads, people, server
from dashboard.components import gate
from dashboard.exports import prepared
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.people_file import FILE, claims

HERE = "http://127.0.0.1"
ANA, BEN, CARA, DAN, EVE = (f"{who}.example" for who in ("ana@wick", "ben@fenn", "cara@shelter", "dan@uni", "eve@wick"))
MALLORY = "mallory@wick.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse, a public file and a list of people whose time has not run out. A sign-in ended in it stays ended."""
    folder = tmp_path_factory.mktemp("downloads")
    make_warehouse(folder, 300)
    make_public(folder / "public")
    ends = date.today() + timedelta(days=30)
    (folder / people.FILE).write_text(FILE.replace("2026-11-21", f"{ends}").replace("2026-12-31", f"{ends}"))
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The restricted tier with a sign-in service, and an empty folder for what is being written."""
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    monkeypatch.setattr(gate, "provider", lambda: ("default",))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


@pytest.fixture
def site(data: Path) -> Iterator[TestClient]:
    app = Starlette(routes=downloads.routes(), middleware=server.middleware())
    with TestClient(app, HERE, client=("127.0.0.1", 5)) as client:
        yield client


def cookie(email: str, origin: str = HERE, **more: Any) -> dict[str, str]:
    """What a browser sends of somebody who has signed in just now."""
    said = {**claims(email, nonce=os.urandom(8).hex()), "iat": time.time(), "origin": origin, "is_logged_in": True}
    value = create_signed_value(get_cookie_secret(), "_streamlit_user", json.dumps(said | more))
    return {"Cookie": f"_streamlit_user={value.decode('latin-1')}"}


def exported(data: Path) -> list[audit.Row]:
    return list(audit.entries(data, what="export").rows)


def left_behind() -> list[Path]:
    return list(prepared.folder().iterdir())
