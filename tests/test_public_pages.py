"""Each page on the protected public file, at every grain: what it says, and that no number from 1 to 10 is on it."""

import io
import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import protection
from dashboard.analysis import change
from dashboard.cubes import Cube
from dashboard.exports.inert import csv_bytes
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.page_text import captions, shown

PAGES = ("overview", "map", "trends", "demographics", "data", "why")
# Grain, layer, incidents a year, grain of the victims' cube.
GRAINS = {
    "month": ("month", "district", 6000, "quarter"),
    "quarter": ("quarter", None, 3000, "half"),
    "year": ("year", "district", 700, ""),
    "few": ("year", "district", 60, "years2"),
    "years5": ("years5", None, 60, "all"),
    "all": ("all", None, 12, ""),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp(name) for name in GRAINS}
    for name, (grain, layer, per_year, people) in GRAINS.items():
        make_public(made[name], grain, layer, per_year, people_grain=people)
    return made


@pytest.fixture
def open_page(folders, monkeypatch):
    def run(page: str, data: str = "year", **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.setenv("LAMPLIGHT_TIER", "public")
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
        for name, value in link.items():
            app.query_params["from" if name == "from_" else name] = value
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    return run


def text(app: AppTest) -> str:
    """Everything that the page says, without the escapes."""
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.info]
    said = [*(shown(p) for p in parts), *captions(app), *(f"{m.label} {m.value} {m.delta}" for m in app.metric)]
    return " ".join(said).replace("\\", "")


def tables(app: AppTest) -> list[pd.DataFrame]:
    """The tables of the page, the twins of its figures too, as their panels show them once they are opened."""
    for name in ("trend", "where", "map", "pair", "coverage", "victims_age_band", "victims_sex"):
        app.session_state[f"table_{name}"] = True
    app.run()
    assert app.dataframe
    return [frame.value for frame in app.dataframe]


def plots(app: AppTest) -> list[dict]:
    return [json.loads(p.proto.spec) for p in app.get("plotly_chart")]


@pytest.mark.parametrize("data", list(GRAINS))
@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_something_at_every_grain(open_page, page, data):
    app = open_page(page, data)
    assert len(text(app)) > 120
    assert "nan" not in re.findall(r"\w+", text(app))


@pytest.mark.parametrize("data", ["year", "few", "all", "month"])
@pytest.mark.parametrize("page", ["overview", "trends", "demographics"])
def test_no_table_and_no_bar_holds_a_count_of_one_to_ten_or_a_zero(open_page, page, data):
    app = open_page(page, data)
    for frame in tables(app):
        for name in (c for c in frame.columns if c in ("Incidents", "Victims", "Female", "Male")):
            for value in frame[name]:
                number = re.fullmatch(r"[\d,]+", str(value))
                assert number is None or int(str(value).replace(",", "")) > 10, (name, value)
                assert number or value in ("few or none", "not collected", "few, none or place not shown")
    for spec in plots(app):
        for trace in (t for t in spec["data"] if t["type"] == "bar" and "base" not in t):
            for row in trace.get("customdata") or []:
                number = re.fullmatch(r"[\d,]+", str(row[1]))
                assert number is None or int(str(row[1]).replace(",", "")) > 10
                assert number or row[1] == "few or none"


@pytest.mark.parametrize("data", ["year", "few"])
def test_each_figure_says_how_far_it_is_off_and_links_to_why(open_page, data):
    app = open_page("overview", data)
    said = [c for c in captions(app) if "Protected: rounded to protect people" in c]
    assert any("typically off by up to 6 (median 2)" in c for c in said), "by period"
    assert any("typically off by up to 9 (median 3)" in c for c in said), "by period and area"
    assert text(app).count("Why is this rounded?") >= 2


def test_few_or_none_is_a_low_hatched_mark_and_never_a_gap(open_page):
    app = open_page("trends", "few", group="Exploitation")
    found = [t for s in plots(app) for t in s["data"] if t["type"] == "bar"]
    few = [t for t in found if t["customdata"][0][1] == "few or none"]
    assert few
    for trace in few:
        assert trace["marker"]["pattern"]["shape"] == "/"
        assert trace["marker"]["line"]["width"] >= 1
        values = trace["y"]
        assert min(values["_inputArray"].values() if isinstance(values, dict) and "_inputArray" in values else [1]) > 0
    assert "0 to 10, never told apart" in text(app)


@pytest.mark.parametrize("data", ["years5", "all"])
def test_a_county_with_few_gets_totals_and_sentences_and_no_map_or_trend(open_page, data):
    app = open_page("overview", data)
    assert not [s for s in plots(app) if s["layout"].get("xaxis", {}).get("type") == "date" and len(s["data"]) > 2]
    assert "incidents reported from" in text(app)
    assert "because counts are small" in text(app)
    assert "published without places" in text(app)
    assert "nothing is compared" in text(app)
    where = open_page("map", data)
    assert "No map of these figures" in text(where)
    assert not where.get("component_instance")
    trend = open_page("trends", data)
    assert "Trends by month or year are not published" in text(trend)
    assert not plots(trend)


def test_an_area_with_no_number_is_not_said_to_have_none(open_page):
    app = open_page("map", "year")
    found = next(f for f in tables(app) if "Area" in f)
    airport = found[found["Area"] == "Airport"]["Incidents"].iloc[0]
    assert airport == "few, none or place not shown"
    assert "too few locations" in text(app)


def test_a_change_within_the_rounding_is_not_called_one():
    cube = Cube("incidents", "year", date(2020, 1, 1), date(2025, 12, 1), base=11, errors=((1, 30, 100),))
    assert change.compare(500, 690).verdict == "rose", "chance alone would not explain it"
    assert protection.verdict(500, 690, cube, 1) == "same", "each may be off by 100"
    assert protection.verdict(500, 710, cube, 1) == "rose"
    exact = Cube("incidents", "year", date(2020, 1, 1), date(2025, 12, 1), base=11, errors=((1, 0, 0),))
    assert protection.verdict(0, 11, exact, 1) == "same", "0 may be 10, and 11 may be 1"
    assert protection.verdict(0, 40, exact, 1) == "rose"
    assert protection.versus(0, 0, exact, 1, "2024") == "few or none in 2024 either"
    assert protection.versus(40, 30, exact, 1, "2024") == "too close to tell from 2024 (40)"


def test_the_headline_compares_the_last_period_with_the_one_before(open_page):
    large = open_page("overview", "year", source=["Wick Police"])
    assert re.search(
        r"reported in 2025, (\d+% more than in|about the same as in|too close to tell from) 2024", text(large)
    )


def test_hotspots_of_few_areas_are_refused_in_a_sentence(open_page):
    app = open_page("map", "year", ask="Where do they cluster beyond chance?")
    assert "hotspots need at least 30" in text(app)
    rates = open_page("map", "year", ask="Where are they high for what to expect?")
    assert re.search(r"of 6 areas ha(s|ve) more incidents than chance explains for", text(rates))


def test_data_names_the_release_its_cost_and_its_errors_and_counts_no_load(open_page):
    app = open_page("data", "year")
    said = text(app)
    for word in (RELEASE, "What protection cost", "Typical errors", "31% of the non-zero cells would be altered"):
        assert word in said
    assert "rows" not in said.split("Glossary")[0]
    assert "load" not in said.split("Glossary")[0].lower().split("sources")[0]
    assert [f for f in tables(app) if "Cells altered" in f]


def test_why_works_its_example_from_the_release_that_is_open(open_page, folders):
    app = open_page("why", "few")
    example = next(e.proto.body for e in app.get("html") if "lamplight-example" in e.proto.body)
    found = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", example)]
    published = found[0:-2:2]
    total = sum(int(n.replace(",", "")) for n in published if n != "few or none")
    assert total == int(found[-2].replace(",", ""))
    for n, could in zip(published, found[1:-2:2], strict=True):
        assert could == {"few or none": "0 to 10", "11": "0 to 11"}.get(n, "that number")
    assert RELEASE in text(app)


def test_a_download_says_few_or_none_and_keeps_plain_numbers():
    table = pd.DataFrame({"Area": ["A", "B"], "Incidents": pd.Series([1234, "few or none"], dtype=object)})
    read = pd.read_csv(io.BytesIO(csv_bytes(table)))
    assert read["Incidents"].tolist() == ["1234", "few or none"]


def test_published_units_have_their_years_and_are_not_called_protected(open_page):
    app = open_page("overview", "year", unit="Signals")
    assert "rounded to protect" not in text(app)
    assert "signals in 2024" in text(app)
