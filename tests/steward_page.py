"""The steward's page and its readers: who they are, the folder they look at, what the page says."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access import Access, Denied
from dashboard.components import gate
from tests.page_text import captions

PEOPLE = """
[agencies.wick_police]
owns = ["wick_police"]
[people."ana@wick.example"]
role = "partner"
agency = "wick_police"
[people."rui@university.example"]
role = "researcher"
agreement = "MOU-4"
sources = ["wick_police"]
ends = 2020-01-01
[people."sam@county.example"]
role = "steward"
"""
SAM = Access("steward", person="sam@county.example", session="s" * 32)
ANA = Access("partner", person="ana@wick.example", session="a" * 32, agency="wick_police")


@pytest.fixture
def data(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The warehouse, with nothing saved beside it yet."""
    for path in (made / "warehouse").glob("state.sqlite*"):
        path.unlink()
    for path in (made / "warehouse" / "audit").glob("*"):
        path.unlink()
    (made / "people.toml").unlink(missing_ok=True)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    return made


@pytest.fixture
def come_as(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a reader in, as the door would have decided."""

    def come(reader: Access | Denied) -> None:
        monkeypatch.setattr(gate, "decide", lambda note=True: reader)

    return come


def start(root: Path, page: str = "overview", **query: str) -> AppTest:
    app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    if page != "overview":
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.title, *app.subheader, *app.markdown, *app.error, *app.warning, *app.success]
    # Without escapes, and without the mark that keeps an address from becoming a link.
    return " ".join([*(str(p.value) for p in parts), *captions(app)]).replace("\\", "").replace("\u2060", "")
