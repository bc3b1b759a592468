"""A partner meets other agencies only as everybody does: as the protected totals of the newest release."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard import people
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

ENDS = date.today() + timedelta(days=30)
FILE = f"""
[agencies.wick]
owns = ["wick_police"]

[people."ana@wick.example"]
role = "partner"
agency = "wick"
ends = {ENDS}

[people."eve@wick.example"]
role = "steward"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("others")
    make_warehouse(folder, 300)
    make_public(folder / "public", grain="year")
    (folder / people.FILE).write_text(FILE)
    return folder


def _overview(email: str, data: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from streamlit.testing.v1 import AppTest

    from dashboard.components import gate

    monkeypatch.setenv("LAMPLIGHT_DATA", str(data))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    monkeypatch.setattr(gate, "provider", lambda: ("default",))
    app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
    issued = time.time() - 5
    app.user = {
        "is_logged_in": True, "email": email, "email_verified": True, "sub": email, "iss": "https://id.example",
        "aud": "lamplight", "iat": issued, "exp": issued + 3600, "nonce": email,
    }  # fmt: skip
    app.run()
    assert not app.exception
    return app


def test_a_partner_sees_the_others_as_protected_totals(made: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _overview("ana@wick.example", made, root, monkeypatch)
    found = [frame.value for frame in app.dataframe if "Source" in frame.value]
    assert len(found) == 1
    assert found[0]["Source"].tolist() == ["Fenn Sheriff"]
    said = found[0].drop(columns="Source").iloc[0].tolist()
    assert said and all(x in ("few or none", "not collected") or int(x.replace(",", "")) >= 11 for x in said)


def test_a_steward_needs_no_such_table(made: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _overview("eve@wick.example", made, root, monkeypatch)
    assert not [frame for frame in app.dataframe if "Source" in frame.value]
    assert "Other agencies, protected totals" not in [h.value for h in app.subheader]


def test_without_a_release_there_is_no_table(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_warehouse(tmp_path, 300)
    (tmp_path / people.FILE).write_text(FILE)
    app = _overview("ana@wick.example", tmp_path, root, monkeypatch)
    assert "Other agencies, protected totals" not in [h.value for h in app.subheader]
