"""A site with named access for the browser tests: a real sign-in service, the app behind it, and who may come in."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard import people
from tests.browser.conftest import START_SECONDS, serving
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse

SECRET = "only for this test, and long enough to sign with"
NODE_MODULES = "LAMPLIGHT_NODE_MODULES"
EVERYBODY = ("ana", "ben", "cleo", "eve", "mallory")
PEOPLE = """
[agencies.wick]
owns = ["wick_police"]
[people."ana@wick.example"]
role = "partner"
agency = "wick"
[people."ben@wick.example"]
role = "partner"
agency = "wick"
ends = {yesterday}
[people."cleo@wick.example"]
role = "partner"
agency = "wick"
[people."eve@wick.example"]
role = "steward"
"""


@dataclass(frozen=True)
class Provider:
    """A sign-in service: where it is, what st.login needs beside, and how somebody signs in on its page."""

    address: str
    more: str
    sign_in: Callable[[Any, str], None]


@dataclass(frozen=True)
class Site:
    """The app behind a sign-in service, and the file that says who may come in."""

    address: str
    people: Path
    provider: Provider

    def let_in(self, text: str | None = None, top: str = "") -> None:
        """Write the people file: as it is at the beginning, or another text."""
        usual = PEOPLE.format(yesterday=date.today() - timedelta(days=1))
        self.people.write_text(top + (usual if text is None else text))


@contextmanager
def site(provider: Provider, folder: Path) -> Iterator[Site]:
    """The app with this sign-in service, on invented records of two agencies."""
    make_warehouse(folder, 400)
    secrets = folder / "secrets.toml"
    secrets.write_text(
        "[auth]\n"
        'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'  # Streamlit puts the port in
        f'cookie_secret = "{SECRET}"\nclient_id = "lamplight"\nclient_secret = "test"\n'
        f'server_metadata_url = "{provider.address}/.well-known/openid-configuration"\n{provider.more}\n'
    )
    env = {"LAMPLIGHT_DATA": str(folder), "LAMPLIGHT_TIER": "restricted", "STREAMLIT_SECRETS_FILES": str(secrets)}
    with serving("app.py", env, folder / "log.txt") as address:
        made = Site(address, folder / people.FILE, provider)
        made.let_in()
        yield made


@contextmanager
def mock_provider(folder: Path) -> Iterator[Provider]:
    """PyPI's oidc-provider-mock."""
    port = _free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for name in EVERYBODY:
        who = {"sub": name, "email": f"{name}@wick.example", "email_verified": True}
        command += ["--user-claims", json.dumps(who)]
    address = f"http://127.0.0.1:{port}"

    def sign_in(page: Any, name: str) -> None:
        page.get_by_role("button", name=name, exact=True).first.click()

    with _running(command, f"{address}/.well-known/openid-configuration", folder / "provider.txt"):
        yield Provider(address, "", sign_in)


@contextmanager
def node_provider(folder: Path) -> Iterator[Provider]:
    """npm's oidc-provider. Skips the test where node or the package is absent."""
    node = shutil.which("node")
    modules = Path(os.environ.get(NODE_MODULES) or ROOT / "node_modules")
    if not node or not (modules / "oidc-provider" / "package.json").is_file():
        pytest.skip(
            f"no node, or no oidc-provider: npm install oidc-provider@9, and name node_modules by {NODE_MODULES}"
        )
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    script = Path(__file__).parent / "provider.mjs"
    command = [node, str(script), str(modules / "oidc-provider"), str(port)]

    def sign_in(page: Any, name: str) -> None:
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", "any")
        page.click("button[type=submit]")
        # It asks once in a browser whether the app may know who it is; who signs in again comes straight back.
        consent = page.get_by_role("button", name="Continue")
        consent.or_(page.get_by_test_id("stApp")).first.wait_for()
        if consent.is_visible():
            consent.click()

    with _running(command, f"{address}/.well-known/openid-configuration", folder / "provider.txt"):
        yield Provider(address, 'client_kwargs = { prompt = "login" }', sign_in)


@contextmanager
def _running(command: list[str], ready: str, log: Path) -> Iterator[None]:
    with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as process:
        try:
            end = time.monotonic() + START_SECONDS
            while not _answers(ready):
                assert process.poll() is None, log.read_text(errors="replace")[-3000:]
                assert time.monotonic() < end, "The sign-in service did not answer."
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
