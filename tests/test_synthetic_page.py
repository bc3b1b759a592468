"""Published synthetic releases on the public side: offered with their warning, handed out by id and by nothing else."""

import hashlib
import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import synthetic
from dashboard.components import gate
from tests.conftest import ROOT
from tests.make_public import make_public
from tests.page_text import captions, shown

BODY = b"PK the bytes of a zip"


def offer(public: Path, release: str, **about: Any) -> Path:
    folder = public / "synthetic" / release
    folder.mkdir(parents=True)
    (folder / f"synthetic-{release}.zip").write_bytes(BODY)
    said = {"release": release, "rows": 6_703, "years": [2020, 2024], "epsilon": 12.0,
            "suppressed_goal_met": False, "fabricated_goal_met": True, **about}  # fmt: skip
    (folder / "about.json").write_text(json.dumps(said))
    file = {"sha256": hashlib.sha256(BODY).hexdigest(), "bytes": len(BODY)}
    (folder / "file.json").write_text(json.dumps(file))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_public(folder, layer=None, per_year=300)
    return folder


@pytest.fixture
def public(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    monkeypatch.setattr(gate, "provider", lambda: "none")
    yield made
    shutil.rmtree(made / "synthetic", ignore_errors=True)


def page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "export.py"), default_timeout=60).run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def links(app: AppTest) -> list[str]:
    return [str(e.proto.url) for e in app.get("link_button")]


def said(app: AppTest) -> str:
    return " ".join([*(shown(p) for p in (*app.subheader, *app.markdown, *app.warning)), *captions(app)])


def site() -> TestClient:
    return TestClient(Starlette(routes=synthetic.routes()), "http://127.0.0.1", client=("127.0.0.1", 5))


def test_the_page_offers_the_newest_release_with_its_warning(public: Path) -> None:
    assert not any(synthetic.PATH in link for link in links(page()))
    offer(public, "2026-02-03-2")
    offer(public, "2026-02-03-10", rows=41_513, suppressed_goal_met=True)
    app = page()
    assert f"{synthetic.PATH}?release=2026-02-03-10" in links(app)
    text = said(app).replace("\\", "")
    assert "41,513 rows for the years 2020 to 2024" in text and "no row is a person" in text
    assert "Do not compute hotspots from it" in text and "missing or invented" not in text


def test_the_page_says_when_the_goals_were_missed(public: Path) -> None:
    offer(public, "2026-02-03-1")
    assert "more combinations are missing or invented than they should be" in said(page())


def test_the_route_gives_the_file_with_its_hash(public: Path) -> None:
    offer(public, "2026-02-03-1")
    answer = site().get(f"{synthetic.PATH}?release=2026-02-03-1")
    assert answer.status_code == 200 and answer.content == BODY
    assert answer.headers["content-disposition"] == 'attachment; filename="synthetic-2026-02-03-1.zip"'
    digest = b64encode(hashlib.sha256(BODY).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize(
    "asked", ["", "2026-02-03-2", "../releases", "..%2F..%2Fcurrent.json", "2026-02-03-1%2F..", ".2026-02-03-1", "%00"]
)
def test_whatever_else_is_asked_for_is_not_there(public: Path, asked: str) -> None:
    offer(public, "2026-02-03-1")
    (public / "synthetic" / ".2026-02-03-3").mkdir()
    answer = site().get(f"{synthetic.PATH}?release={asked}")
    assert answer.status_code == 404 and "no such synthetic release" in answer.text


def test_a_restricted_process_hands_none_out(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(public, "2026-02-03-1")
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    assert site().get(f"{synthetic.PATH}?release=2026-02-03-1").status_code == 404


def test_another_method_and_another_name_of_the_server_are_refused(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(public, "2026-02-03-1")
    assert site().post(f"{synthetic.PATH}?release=2026-02-03-1").status_code == 405
    monkeypatch.setattr(synthetic, "is_host_allowed", lambda host: host == "127.0.0.1")
    assert site().get(f"{synthetic.PATH}?release=2026-02-03-1").status_code == 200
    strange = {"host": "rebound.example"}
    assert site().get(f"{synthetic.PATH}?release=2026-02-03-1", headers=strange).status_code == 403


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("about.json", "{}"),
        ("about.json", '{"release": "2026-02-03-9"}'),
        ("file.json", '{"sha256": "x", "bytes": 21}'),
        ("file.json", "not json"),
        ("synthetic-2026-02-03-1.zip", "shorter"),
    ],
)
def test_a_release_that_is_not_whole_is_not_offered(public: Path, file: str, content: str) -> None:
    folder = offer(public, "2026-02-03-1")
    assert len(synthetic.offers(public)) == 1
    (folder / file).write_text(content)
    assert synthetic.offers(public) == [] and not any(synthetic.PATH in link for link in links(page()))
