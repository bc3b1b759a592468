"""The page Map with data, with little, and with none. What the browser makes of it is in tests/browser/test_map.py."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import what_changed
from dashboard.components.context import Context
from dashboard.filters import default
from dashboard.measures import PlaceStrip
from dashboard.told import records_map
from dashboard.warehouse import current
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse
from tests.page_text import shown

Run = Callable[..., AppTest]
NO_POINT = ", ".join(f"{c} = NULL" for c in ("lat", "lon", *(f"h3_{r}" for r in range(4, 10))))
CHANGES = {
    "full": "",
    "empty": "",
    "no points": f"UPDATE incidents SET {NO_POINT}",
    "nowhere": f"UPDATE incidents SET {NO_POINT}, area_district = NULL, area_tract = NULL",
    "one cell": "DELETE FROM incidents WHERE h3_5 IS NULL OR h3_9 <> (SELECT mode(h3_9) FROM incidents)",
    "no layers": "DELETE FROM areas",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A warehouse for each state that the page can meet."""
    made = {}
    for name, change in CHANGES.items():
        made[name] = tmp_path_factory.mktemp("map")
        path = make_warehouse(made[name], 600, empty=name == "empty")
        if change:
            with duckdb.connect(str(path)) as con:
                con.execute(change)
    return made


@pytest.fixture
def run(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    def opened(data: str = "full", **link: str) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
        app = AppTest.from_file(str(ROOT / "pages" / "map.py"), default_timeout=30)
        for name, value in link.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    return opened


def text(app: AppTest) -> str:
    """Everything that the page says, without the escapes."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.get("html")]
    return " ".join(shown(p) for p in parts)


def maps(app: AppTest) -> int:
    return len(app.get("component_instance"))


def test_the_page_answers_and_the_strip_adds_up(run: Run) -> None:
    app = run()
    said = text(app)
    assert maps(app) == 1
    assert "of the" in app.subheader[0].value
    assert "These are reports, shaped by where people look" in said
    assert "have no point as fine as these cells" in said
    assert "Cells with most incidents" in said


def test_areas_show_records_that_have_no_point(run: Run) -> None:
    app = run(by="Areas: District")
    assert "of 6 areas" in app.subheader[0].value
    assert "as fine as these cells" not in text(app)


def test_a_chosen_area_shows_its_figures_and_can_be_let_go(run: Run) -> None:
    app = run(by="Areas: District", place="Old Mill")
    assert "Old Mill" in [s.value for s in app.subheader]
    for part in ("By year", "Kind of exploitation", "Kind of place", "police reports of all kinds"):
        assert part in text(app)
    app.button(key="clear_place").click().run()
    assert "Areas with most incidents" in text(app)


def test_a_link_that_cannot_be_read_falls_back_and_says_so(run: Run) -> None:
    app = run(by="Hexagons", place="Atlantis")
    assert "“by” and “place” could not be read" in text(app)
    assert "Atlantis" not in text(app)
    assert maps(app) == 1


def test_what_changed_links_to_the_area_it_names(run: Run, folders: dict[str, Path]) -> None:
    opened = current(folders["full"])
    ctx = Context(opened, default(opened.catalogue), opened.catalogue)
    area = next(a for a in opened.catalogue.areas if a.layer == "district")
    app = run(**what_changed._on_the_map(ctx, "district", area.area_id))
    assert app.selectbox(key="by").value == "Areas: District"
    assert app.multiselect(key="place").value == [area.area_id]
    assert area.name in [s.value for s in app.subheader]


def test_another_scale_lets_the_place_go(run: Run) -> None:
    app = run(by="Areas: District", place="Old Mill")
    app.selectbox(key="by").select("Cells about 17 km across").run()
    assert not app.exception
    assert app.multiselect(key="place").value == []


@pytest.mark.parametrize("data", ["empty", "no points", "nowhere"])
def test_nothing_to_draw_is_a_sentence_and_a_way_out(run: Run, data: str) -> None:
    # Without a point the page opens on areas; a link may still ask for cells.
    app = run(data, **({"by": "Cells about 2.4 km across"} if data == "no points" else {}))
    assert maps(app) == 0
    said = text(app)
    assert "Nothing" in said or "No incidents" in said
    if data == "no points":
        assert "choose areas under “Count by”" in said
        opened = run(data)
        assert maps(opened) == 1
        assert opened.selectbox(key="by").value == "Areas: District"


def test_one_cell_is_a_map_too(run: Run) -> None:
    app = run("one cell")
    assert "lie in one cell" in app.subheader[0].value or "lies in one cell" in app.subheader[0].value
    assert maps(app) == 1


def test_without_any_layer_cells_have_names_of_their_own(run: Run) -> None:
    app = run("no layers")
    assert maps(app) == 1
    assert "Cell 8" in text(app)


def test_published_figures_say_that_they_have_no_points(run: Run) -> None:
    app = run(unit="Signals to the hotline")
    assert maps(app) == 0
    assert "not a place on a map" in text(app)
    assert len(app.dataframe) == 1


def test_a_filter_that_leaves_nothing_in_the_chosen_cell_keeps_it(run: Run) -> None:
    app = run()
    busiest = app.multiselect(key="place").options[0]
    app = run(place=busiest, exploitation="Organ removal")
    assert app.multiselect(key="place").value
    said = text(app)
    assert "No incidents in this cell with these filters" in said or "1 incident" in said


def test_the_strip_of_a_scale_counts_what_its_cells_hold() -> None:
    """Three records are in large cells, two of them in the smallest: the third is known to about a kilometre."""
    strip = PlaceStrip(mapped=2, area_only=19, unmapped=0)
    assert records_map.strip_at(strip, 3) == PlaceStrip(3, 18, 0)
    assert records_map.strip_at(strip, 2) == strip
