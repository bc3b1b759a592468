"""Services: providers' totals as they were given, each said to be protected, and none from one to ten."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.measures.clients import client_totals
from dashboard.warehouse import current
from etl.load import load_files
from etl.provider.rounding import K
from etl.registry import source_named
from etl.store import Store
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse
from tests.page_text import captions, shown
from tests.sample_files import COMMITTED

FILES = sorted(COMMITTED.glob("Lantern_House_*_totals.zip"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("services")
    load_files(Store(folder), [(source_named("sample_provider_totals"), path) for path in FILES])
    return folder


def page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(folder))
    monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
    app = AppTest.from_file(str(ROOT / "pages" / "services.py"), default_timeout=30).run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def numbers(app: AppTest) -> list[int]:
    """Every number that a bar of the page stands for."""
    specs = [json.loads(p.proto.spec) for p in app.get("plotly_chart")]
    return [int(str(text).replace(",", "")) for s in specs for trace in s["data"] for text in trace["text"]]


def test_every_figure_says_that_it_is_protected(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(data, monkeypatch)
    figures = app.get("plotly_chart")
    assert [h.value for h in app.header] == ["About 165 clients in 2025"]
    assert len(figures) >= 9 and len(app.subheader) == len(figures)
    subtitles = [c for c in captions(app) if c.startswith("Clients, 2025")]
    assert len(subtitles) == len(figures)
    assert all("protected: rounded to protect people" in s for s in subtitles)
    said = " ".join(shown(i) for i in app.info)
    assert "typically off by 3" in said and "Everybody enrolled" in said


def test_another_provider_file_and_year_are_those_of_its_totals(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(data, monkeypatch)
    app.selectbox(key="services_provider").select("Lantern House (fictional), case file").run()
    assert [h.value for h in app.header] == ["About 187 clients in 2025"]
    assert "Means of control" in [s.value for s in app.subheader]
    assert app.subheader[0].value == "Services given"
    found = client_totals(current(data))
    mine = found[(found["standard"] == "htcds") & (found["year"] == 2025) & found["dimension_2"].isna()]
    assert sorted(numbers(app)) == sorted(mine.loc[mine["dimension_1"].notna(), "n"].tolist())


def test_no_number_on_the_page_is_one_to_ten(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = numbers(page(data, monkeypatch))
    assert found and min(found) >= K


def test_without_totals_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_warehouse(tmp_path, 40, seed=5)
    app = page(tmp_path, monkeypatch)
    assert [s.value for s in app.subheader] == ["No totals of service providers"] and not app.get("plotly_chart")


def test_it_has_no_filters_and_takes_none_away_from_the_next_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_warehouse(tmp_path, 300)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=60).run()
    offered = app.multiselect(key="source").options[:1]
    app.multiselect(key="source").select(offered[0]).run()
    chosen = app.multiselect(key="source").value
    app.switch_page(str(ROOT / "pages" / "services.py")).run()
    assert app.title[0].value == "Services" and not app.exception
    assert not [w for w in (*app.multiselect, *app.selectbox) if w.key in ("source", "from", "to", "unit")]
    app.switch_page(str(ROOT / "pages" / "trends.py")).run()
    assert app.multiselect(key="source").value == chosen != []
