"""The frame around every page: the filter bar and its link, the banner, the frame of real records, what is broken."""

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.make_warehouse import make_warehouse

PAGES = ("overview", "map", "trends", "demographics", "data")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 600)
    return folder


@pytest.fixture
def served(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    return made


def start(root: Path, page: str = "overview", **query: str | list[str]) -> AppTest:
    """The app, opened by a link to a page."""
    app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
    app.query_params.update(query)
    app.run()
    if page != "overview":
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


def bar(app: AppTest) -> str:
    """The line below the bar: how many records remain, and the view as a sentence."""
    lines = [c.value for c in app.caption if c.value.startswith("**")]
    assert lines, "the bar is drawn"
    return lines[0]


def written(app: AppTest, *kinds: str) -> str:
    """All text of elements of these kinds."""
    return " ".join(str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind))


def count(app: AppTest) -> int:
    """The number in that line."""
    found = re.match(r"\*\*([\d,]+) ", bar(app))
    assert found
    return int(found.group(1).replace(",", ""))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_wears_the_frame(served: Path, root: Path, page: str) -> None:
    app = start(root, page)
    html = written(app, "html")
    assert "Fictional sample:" in html and "Quick exit" in html and "RESTRICTED" not in html
    assert any("1\\-888\\-373\\-7888" in c.value and "233733" in c.value for c in app.caption)
    assert any("20 December 2025" in c.value for c in app.caption)
    assert count(app) > 100


def test_real_records_wear_the_restricted_frame(
    made: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "real")
    with duckdb.connect(str(tmp_path / "real" / "warehouse" / "restricted-000001.duckdb")) as con:
        con.execute("UPDATE meta SET value = 'false' WHERE key = 'fictional'")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path / "real"))
    html = written(start(root), "html")
    assert "RESTRICTED: do not share this screen" in html and "Fictional" not in html


def test_a_link_opens_its_view(served: Path, root: Path) -> None:
    app = start(
        root, area="Harbour District", exploitation=["Sexual exploitation", "Forced labour"], **{"from": "2024-01"}
    )
    assert "from January 2024 to December 2025 in Harbour District, sexual exploitation or forced labour" in bar(app)
    assert app.query_params["area"] == "Harbour District"
    assert not app.info


def test_a_link_in_other_words_is_understood_and_rewritten(served: Path, root: Path) -> None:
    app = start(root, area="harbour", unit="victims", related="true")
    assert bar(app).split("**")[1].endswith("victims.") and "Harbour District" in bar(app) and "related" in bar(app)
    assert app.query_params["area"] == "Harbour District" and app.query_params["unit"] == "Victims"


@pytest.mark.parametrize("name", ["from", "source", "area", "unit", "age", "date", "related"])
def test_a_hostile_link_falls_back_with_a_notice(served: Path, root: Path, name: str) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    usual = bar(start(root))
    app = start(root, **{name: hostile})
    assert bar(app) == usual
    assert len(app.info) == 1 and name in app.info[0].value
    assert "onerror" not in written(app, "caption", "info", "alert", "markdown", "html")
    assert name not in app.query_params, "the link is put right"
    app.run()
    assert not app.info, "said once"


def test_filters_survive_a_change_of_page(served: Path, root: Path) -> None:
    app = start(root, premise="Hotel or motel")
    app.multiselect(key="source").select("wick_police").run()
    here = bar(app)
    assert "from Wick Police, at hotel or motel" in here
    for page in PAGES[1:]:
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception and bar(app) == here, page


def test_each_filter_narrows_and_reset_brings_everything_back(served: Path, root: Path) -> None:
    app = start(root)
    usual, everything = bar(app), count(app)
    left = everything
    for key, value in (("source", "wick_police"), ("exploitation", "sex"), ("sex", "female")):
        app.multiselect(key=key).select(value).run()
        assert 0 < count(app) < left
        left = count(app)
    app.selectbox(key="from").select(date(2024, 1, 1)).run()
    assert count(app) < left
    app.button(key="reset").click().run()
    assert bar(app) == usual and not app.exception
    assert not set(app.query_params), "the default view has the plain link"


def test_the_period_that_nobody_chose_says_what_it_leaves_out(served: Path, root: Path) -> None:
    """The records reach back six years, the default view five."""
    app = start(root)
    left_out = re.search(r"([\d,]+) more lies? outside this period", bar(app))
    assert left_out
    everything = start(root, **{"from": "2020-01"})
    assert "outside this period" not in bar(everything)
    assert count(everything) - count(app) == int(left_out[1].replace(",", ""))


def test_months_in_the_wrong_order_are_swapped_and_said(served: Path, root: Path) -> None:
    app = start(root, **{"from": "2025-01"})
    app.selectbox(key="to").select(date(2024, 3, 1)).run()
    assert "from March 2024 to January 2025" in bar(app)
    assert "swapped" in app.info[0].value


def test_what_a_unit_lacks_is_said_and_kept_for_later(served: Path, root: Path) -> None:
    app = start(root)
    app.multiselect(key="premise").select("hotel").run()
    narrowed = bar(app)
    app.selectbox(key="unit").select("signals").run()
    assert "cannot be narrowed by" in bar(app) and "kind of place" in bar(app)
    assert app.multiselect(key="premise").disabled and not app.multiselect(key="source").disabled
    app.selectbox(key="unit").select("incidents").run()
    assert bar(app) == narrowed


def test_a_source_without_report_dates_is_named(
    made: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "late")
    with duckdb.connect(str(tmp_path / "late" / "warehouse" / "restricted-000001.duckdb")) as con:
        con.execute("UPDATE sources SET dated_by = 'occurred' WHERE source = 'fenn_sheriff'")
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path / "late"))
    app = start(root)
    assert "No report date is published by Fenn Sheriff" in bar(app)
    app.multiselect(key="source").select("wick_police").run()
    assert "No report date" not in bar(app)


def test_labels_are_visible(served: Path, root: Path) -> None:
    app = start(root)
    labels = [w.label for w in (*app.selectbox, *app.multiselect)]
    for label in ("From", "To", "Source", "Exploitation", "Area", "Unit of count", "Age of victims", "Date used"):
        assert label in labels


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_alone(served: Path, root: Path, page: str) -> None:
    app = AppTest.from_file(str(root / "pages" / f"{page}.py"), default_timeout=60).run()
    assert not app.exception and len(app.main)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_records(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    make_warehouse(tmp_path, empty=True)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    app = start(root, page)
    assert "**0 incidents.**" in bar(app)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_warehouse_the_page_says_what_to_do(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    app = AppTest.from_file(str(root / "pages" / f"{page}.py"), default_timeout=60).run()
    assert not app.exception and "no data here yet" in app.subheader[0].value
    app = start(root)
    assert "no data here yet" in app.subheader[0].value
    assert any("etl load" in m.value.replace("\\", "") for m in app.markdown)


def test_a_broken_warehouse_says_what_to_do(
    made: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path / "broken")
    (tmp_path / "broken" / "warehouse" / "restricted-000001.duckdb").write_bytes(b"x" * 5000)
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path / "broken"))
    app = start(root)
    assert "damaged" in app.subheader[0].value and str(tmp_path) not in app.subheader[0].value


def test_a_public_view_without_a_release_says_what_to_do(
    served: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    app = start(root)
    assert "Nothing has been released" in app.subheader[0].value


def test_a_new_version_is_shown_on_the_next_click(
    made: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(tmp_path))
    make_warehouse(tmp_path, 200)
    app = start(root)
    before = count(app)
    bigger = tmp_path / "next"
    make_warehouse(bigger, 500)
    shutil.copy(bigger / "warehouse" / "restricted-000001.duckdb", tmp_path / "warehouse" / "restricted-000002.duckdb")
    (tmp_path / "warehouse" / "current.json").write_text('{"version": 2, "restricted": "restricted-000002.duckdb"}')
    app.run()
    assert count(app) > before and not app.exception
