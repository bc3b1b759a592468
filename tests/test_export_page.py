"""The Export page: what it says the file holds is what the file holds, for each tier, with data and with none."""

from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import downloads, i18n
from dashboard.components import export_file, gate
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse
from tests.page_text import captions, shown


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp(name) for name in ("restricted", "public", "empty")}
    make_warehouse(made["restricted"], 400)
    make_warehouse(made["empty"], empty=True)
    make_public(made["public"])
    return made


@pytest.fixture
def open_page(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def run(data: str = "restricted", **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.setenv("LAMPLIGHT_TIER", "public" if data == "public" else "restricted")
        monkeypatch.setattr(gate, "provider", lambda: "none")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        app = AppTest.from_file(str(ROOT / "pages" / "export.py"), default_timeout=60)
        for name, value in link.items():
            app.query_params["from" if name == "from_" else name] = value
        return checked(app.run())

    return run


def checked(app: AppTest) -> AppTest:
    assert not app.exception, [e.value for e in app.exception]
    return app


def text(app: AppTest) -> str:
    parts = [*app.title, *app.subheader, *app.markdown, *app.warning]
    return " ".join([*(shown(p) for p in parts), *captions(app)]).replace("\\", "")


def link_of(app: AppTest) -> str:
    """Where the button leads."""
    (button,) = [e.proto for e in app.get("link_button")]
    return str(button.url)


def take(app: AppTest) -> Any:
    site = TestClient(Starlette(routes=downloads.routes()), "http://127.0.0.1", client=("127.0.0.1", 5))
    answer = site.get(link_of(app))
    assert answer.status_code == 200, answer.text
    return answer


def rows_said(app: AppTest) -> int:
    return int(app.subheader[0].value.split()[0].replace(",", ""))


@pytest.mark.parametrize(
    ("data", "link"),
    [
        ("restricted", {}),
        ("restricted", {"kind": "Records", "unit": "Victims", "area": "Harbour District"}),
        ("restricted", {"split": ["Quarter", "Area: district"], "source": "Wick Police", "from_": "2024-01"}),
        ("public", {}),
        ("public", {"unit": "Victims", "split": ["Period", "Sex"]}),
        ("public", {"area": "Saltmarsh", "exploitation": "Sexual exploitation"}),
    ],
)
def test_the_button_gives_the_rows_that_the_page_says(open_page: Any, data: str, link: dict[str, Any]) -> None:
    app = open_page(data, **link)
    file = take(app).text.lstrip("\ufeff").splitlines()
    assert rows_said(app) == len(file) - 1
    preview = next(f.value for f in app.dataframe if "n" in f.value)
    assert len(preview) == min(20, rows_said(app)) and [f'"{c}"' for c in preview.columns] == file[0].split(",")
    assert "Left out, and why" in text(app) and len(text(app)) > 300


def test_filters_of_the_view_are_in_the_link_of_the_file(open_page: Any) -> None:
    asked = parse_qs(urlsplit(link_of(open_page(kind="Records", area="Harbour District", related="true"))).query)
    assert asked == {"form": ["csv"], "kind": ["records"], "area": ["Harbour District"], "related": ["true"]}
    assert parse_qs(urlsplit(link_of(open_page("public", area="Saltmarsh"))).query)["split"] == [
        "period", "source", "exploitation", "area",
    ]  # fmt: skip


def test_a_link_is_the_same_in_each_language(open_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    open_page()
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=60)
    app.query_params["lang"] = "es"
    monkeypatch.setattr(
        i18n, "_language", ContextVar("language", default="es")
    )  # for AppTest's own look at the widgets
    app = checked(checked(app.run()).switch_page("../pages/export.py").run())
    app.query_params["split"] = ["Quarter", "Source"]
    checked(app.run())
    assert app.multiselect(key="split").value == ["quarter", "source"]
    checked(app.multiselect(key="split").set_value(["year", "source"]).run())
    assert app.query_params["split"] == ["Year", "Source"]
    assert app.multiselect(key="split").options[0] == "Día"


def test_totals_of_nothing_but_the_view_are_one_row(open_page: Any) -> None:
    app = open_page()
    checked(app.multiselect(key="split").set_value([]).run())
    assert rows_said(app) == 1 and len(take(app).text.splitlines()) == 2


def test_the_public_side_offers_no_records_and_cites_its_release(open_page: Any) -> None:
    app = open_page("public", kind="Records")
    assert not app.get("button_group") and "rows of totals" in app.subheader[0].value
    assert "rounded to 0 or 11" in text(app) and any(RELEASE in code.value for code in app.code)
    assert any("--tier public" in code.value for code in app.code)


def test_formats_with_places_are_offered_where_rows_have_places(open_page: Any) -> None:
    flat, placed = open_page(), open_page(split=["Month", "Area: district"])
    assert "geojson" not in flat.selectbox(key="form").options and len(flat.selectbox(key="form").options) == 5
    assert len(placed.selectbox(key="form").options) == 7
    assert len(open_page(kind="Records").selectbox(key="form").options) == 7


def test_what_is_refused_is_said_with_a_way_out_and_without_a_button(open_page: Any) -> None:
    app = open_page(split=["Day", "Month"])
    assert "one kind of period" in text(app) and not app.get("link_button")
    many = ["Month", "Source", "Kind of exploitation", "Kind of place", "Sex of victims"]
    app = open_page(split=many)
    assert "at most 4 dimensions" in text(app) and not app.get("link_button")


def test_nothing_to_take_is_a_sentence_with_a_way_out(open_page: Any) -> None:
    app = open_page(source="Fenn Sheriff", from_="2020-01", to="2020-02")
    assert "Nothing to take" in text(app) and not app.get("link_button")
    assert [b.label for b in app.button] == ["Reset the filters"]
    empty = open_page("empty")
    assert "Nothing to take" in text(empty) or "not in these data" in text(empty)


def test_a_large_file_is_prepared_with_progress_and_can_be_cancelled(
    open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.exports import prepared

    monkeypatch.setattr(export_file, "LARGE", 10)
    app = open_page(kind="Records")
    assert not app.get("link_button")
    checked(app.button(key="prepare").click().run())
    job = app.session_state["_lamplight_export_job"]
    job.wait(30)
    checked(app.run())
    assert "ready" in text(app) and len(take(app).text.splitlines()) - 1 == rows_said(app)
    checked(app.button(key="discard_export").click().run())
    assert app.button(key="prepare") and list(prepared.folder().iterdir()) == []


def test_a_file_of_another_view_is_given_up(open_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.exports import prepared

    monkeypatch.setattr(export_file, "LARGE", 10)
    app = open_page(kind="Records")
    checked(app.button(key="prepare").click().run())
    app.session_state["_lamplight_export_job"].wait(30)
    checked(app.selectbox(key="form").set_value("parquet").run())
    assert app.button(key="prepare") and list(prepared.folder().iterdir()) == []
