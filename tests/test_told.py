"""Figures without a screen are the figures of the pages: the same titles, the same tables, for the same link."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import plotly.graph_objects as go
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from dashboard import told
from dashboard.figures import Figure, MapPicture, Nothing
from dashboard.palette import LIGHT
from dashboard.told import maps, query
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse

PUBLIC_LINKS = (
    "/",
    "/?unit=Victims",
    "/trends",
    "/trends?group=Exploitation",
    "/trends?group=Area",
    "/trends?group=Source&from=2023&to=2024",
    "/demographics",
    "/map",
    "/map?ask=Where+are+they+high+for+what+to+expect%3F",
    "/map?ask=Where+do+they+cluster+beyond+chance%3F",
)
RECORD_LINKS = (
    "/",
    "/trends?group=Exploitation&grain=Quarter",
    "/trends?average=3+months",
    "/demographics",
    "/map",
    "/map?by=Areas%3A+District&ask=Where+do+they+cluster+beyond+chance%3F",
    "/map?ask=Where+did+they+change%3F&span=6+months",
    "/map?ask=Where+are+reports+dense%3F&bandwidth=2+km",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp(name) for name in ("year", "years5", "records")}
    make_public(made["year"], "year", "district", 700)
    make_public(made["years5"], "years5", None, 60, people_grain="all")
    make_warehouse(made["records"])
    return made


@pytest.fixture
def open_page(folders, monkeypatch):
    def run(data: str, link: str) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.setenv("LAMPLIGHT_TIER", "restricted" if data == "records" else "public")
        page, params = told_parts(link)
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    return run


def told_parts(link: str) -> tuple[str, dict[str, list[str]]]:
    split = urlsplit(link)
    return split.path.strip("/") or "overview", parse_qs(split.query)


def tell(folders: dict[str, Path], data: str, link: str) -> list[Figure | Nothing]:
    tier = "restricted" if data == "records" else "public"
    return told.tell(*told.view(folders[data], tier, link))


def titles(app: AppTest) -> list[str]:
    return [s.value.replace("\\", "") for s in app.subheader]


def tables(app: AppTest, figures: list[Figure]) -> list[pd.DataFrame]:
    """The twins of the page's figures, as their panels show them once they are opened."""
    for made in figures:
        app.session_state[f"table_{made.key}"] = True
    app.run()
    return [frame.value for frame in app.dataframe]


def holds(found: list[pd.DataFrame], table: pd.DataFrame) -> bool:
    """Whether one of the tables says the same, whatever its types became on the way."""
    said = table.reset_index(drop=True).map(spoken)
    return any(
        list(frame.columns) == list(said.columns) and frame.reset_index(drop=True).map(spoken).equals(said)
        for frame in found
    )


def spoken(cell: object) -> str:
    if pd.isna(cell):
        return ""
    return f"{cell:,}".removesuffix(".0") if isinstance(cell, int | float) else str(cell)


def compare(app: AppTest, made: list[Figure | Nothing]) -> None:
    figures = [one for one in made if isinstance(one, Figure)]
    assert made
    for one in made:
        assert one.title in titles(app)
    found = tables(app, figures)
    for one in figures:
        assert len(one.table)
        assert holds(found, one.table), one.key


@pytest.mark.parametrize("link", PUBLIC_LINKS)
def test_the_public_page_shows_what_is_told_without_it(folders, open_page, link):
    compare(open_page("year", link), tell(folders, "year", link))


@pytest.mark.parametrize("link", RECORD_LINKS)
def test_the_page_of_records_shows_what_is_told_without_it(folders, open_page, link):
    made = [one for one in tell(folders, "records", link) if one.key not in ("victims_race", "victims_ethnicity")]
    compare(open_page("records", link), made)


@pytest.mark.parametrize("link", ["/", "/trends?group=Source"])
def test_where_years_are_one_period_the_table_is_the_figure(folders, open_page, link):
    trend = next(one for one in tell(folders, "years5", link) if one.key == "trend")
    assert isinstance(trend, Figure)
    assert trend.drawn is None
    app = open_page("years5", link)
    assert trend.title in titles(app)
    assert holds([frame.value for frame in app.dataframe], trend.table)


@pytest.mark.parametrize(("data", "link"), [("year", "/"), ("records", "/"), ("records", "/?unit=Victims")])
def test_the_headline_is_that_of_overview(folders, open_page, data, link):
    ctx, *_ = told.view(folders[data], "restricted" if data == "records" else "public", link)
    said = told.headline(ctx)
    assert said in [h.value.replace("\\", "") for h in open_page(data, link).header]
    assert said.endswith(".")


def test_the_headline_numbers_and_changes_are_those_of_overview(folders, open_page):
    ctx, *_ = told.view(folders["year"], "public", "/")
    app = open_page("year", "/")
    assert [(n.label, n.value) for n in told.numbers(ctx)] == [(m.label, m.value) for m in app.metric]
    changes = told.changes(ctx)
    said = " ".join(m.value.replace("\\", "") for m in app.markdown)
    assert changes.none or changes.found
    assert all(change.text in said for change in changes.found)
    assert changes.none in said


def test_what_a_figure_says_is_the_alternative_of_its_chart(folders, open_page):
    trend = next(one for one in tell(folders, "year", "/trends") if isinstance(one, Figure))
    assert isinstance(trend.drawn, go.Figure)
    assert trend.text.startswith(trend.title)
    assert [p.proto.alt for p in open_page("year", "/trends").get("plotly_chart")] == [trend.text]


def test_what_a_map_says_is_the_alternative_of_overviews_picture(folders, open_page):
    where = next(one for one in tell(folders, "year", "/") if one.key == "where")
    assert isinstance(where, Figure)
    app = open_page("year", "/")
    assert where.text in [image.alt for images in app.get("image") for image in images.proto.imgs]


def test_what_a_map_says_travels_to_the_browser_and_is_no_template_there():
    from streamlit_folium import _get_feature_group_string

    from dashboard.maps import classes, layers

    blank = pd.DataFrame(columns=["id", "name", "n", "shape"])
    made = layers.base_map(
        layers.Background(*[pd.DataFrame({"shape": [], "lat": [], "lon": [], "name": []})] * 3), LIGHT
    )
    made.render()
    picture = layers.Paint(blank, classes.classes([]), ("incident", "incidents"), said="Most: {{ 7 * 7 }} </script>")
    code = str(_get_feature_group_string(layers.paint(picture, LIGHT), made))
    assert "Most:" in code
    assert "{{ 7" not in code
    assert "49" not in code
    assert "</script> in" not in code
    assert '</script>"' not in code


@pytest.mark.parametrize(
    ("data", "link", "key"), [("year", "/map", "map"), ("year", "/", "where"), ("records", "/", "where")]
)
def test_a_map_is_told_as_shapes_in_classes(folders, data, link, key):
    made = next(one for one in tell(folders, data, link) if one.key == key)
    assert isinstance(made, Figure)
    picture = made.drawn
    assert isinstance(picture, MapPicture)
    shapes = [shapely.from_wkb(shape) for shape in picture.places["shape"]]
    assert all(shape.geom_type in ("Polygon", "MultiPolygon") for shape in shapes)
    assert picture.places["cls"].between(-1, len(picture.looks) - 1).all()
    assert [int((picture.places["cls"] == i).sum()) for i in range(len(picture.looks))] == list(picture.counts)
    assert picture.legend == "Incidents"


def test_cells_are_told_by_their_ids(folders):
    made = next(one for one in tell(folders, "records", "/map?by=Cells+about+2.4+km+across") if one.key == "map")
    assert isinstance(made, Figure)
    assert isinstance(made.drawn, MapPicture)
    assert made.drawn.places["shape"].isna().all()
    assert made.drawn.places["id"].str.fullmatch("87[0-9a-f]{13}").all()
    assert (made.drawn.places["cls"] >= 0).all()


def test_few_or_none_on_a_public_map_is_a_class_of_its_own(folders, tmp_path):
    make_public(tmp_path, "year", "district", 60)
    ctx, *_ = told.view(tmp_path, "public", "/map")
    made = maps.counts(ctx, LIGHT)
    few = made.places["n"] == 0
    assert few.any()
    assert set(made.places.loc[few, "cls"]) == {len(made.looks) - 1}
    assert made.looks[-1].pattern != "plain"
    assert made.counts == list(made.figure.drawn.counts)  # type: ignore[union-attr]


def test_a_figure_says_what_it_rests_on(folders):
    public = told.figures(*told.view(folders["year"], "public", "/trends?group=Source"))[0].about
    assert (public.release, public.restricted, public.fictional) == (RELEASE, False, True)
    assert (public.unit, public.as_of) == ("Incidents", date(2025, 12, 31))
    assert public.sources
    assert public.link == "/trends?group=Source"
    records = told.figures(*told.view(folders["records"], "restricted", "/trends"))[0].about
    assert (records.release, records.restricted) == ("", True)
    assert records.as_of is not None


@pytest.mark.parametrize("link", ["/", "/?unit=Victims", "/trends?group=Area&from=2023&to=2024"])
def test_a_figures_link_opens_the_same_view(folders, link):
    ctx, page, own = told.view(folders["year"], "public", link)
    for made in told.figures(ctx, page, own):
        again, same_page, same_own = told.view(folders["year"], "public", made.about.link)
        assert (again.filters, same_page, same_own) == (ctx.filters, page, own)


def test_a_link_to_people_keeps_its_unit_on_the_way_to_another_page(folders):
    ctx, *_ = told.view(folders["year"], "public", "/?unit=Victims")
    assert ctx.filters.unit == "victims"
    assert parse_qs(urlsplit(told.link(ctx, "why")).query)["unit"] == ["Victims"]


def test_what_of_a_link_was_lost_is_said(folders):
    opened = told.read(folders["year"], "public", "/trends?sex=Female&from=never")
    assert len(opened.notices) == 2
    assert told.read(folders["year"], "public", "/trends").notices == ()


def test_a_link_without_figures_is_refused(folders):
    with pytest.raises(told.UnknownPage, match="overview, trends"):
        told.view(folders["year"], "public", "/steward")


def test_records_of_other_sources_are_not_in_a_scoped_view(folders):
    whole, *_ = told.view(folders["records"], "restricted", "/")
    some, *_ = told.view(folders["records"], "restricted", "/", sources=frozenset({"fenn_sheriff"}))
    assert {s.source for s in some.catalogue.sources if s.kind == "police"} < {
        s.source for s in whole.catalogue.sources if s.kind == "police"
    }


@pytest.mark.parametrize(
    ("said", "found"),
    [("Source", "source"), ("source", "source"), ("nonsense", ""), ("", ""), ("age_band", "age_band")],
)
def test_a_choice_is_read_by_its_label_or_its_code(said, found):
    offered = {"": "Nothing", "source": "Source", "age_band": "Age"}
    assert query.chosen({"group": [said]}, "group", offered, "") == found


def test_nothing_of_a_screen_is_imported():
    program = "import sys, dashboard.told; print([m for m in ('streamlit', 'folium') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
