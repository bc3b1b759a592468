"""Each page, run alone with data, with few records and with none: what stands on it, and what must not."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.exports.inert import csv_bytes
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse
from tests.page_text import captions, shown

PAGES = ("overview", "trends", "demographics", "data")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three warehouses: 3,000 incidents, 40, and none."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("full", "few", "empty")}
    make_warehouse(made["full"], 3000)
    make_warehouse(made["few"], 40, seed=5)
    make_warehouse(made["empty"], 0, empty=True)
    return made


@pytest.fixture
def open_page(folders, monkeypatch):
    def run(page: str, data: str = "full", **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=30)
        for name, value in link.items():
            app.query_params["from" if name == "from_" else name] = value
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    return run


def titles(app: AppTest) -> list[str]:
    return [s.value.replace("\\", "") for s in app.subheader]


def text(app: AppTest) -> str:
    """Everything that the page says, without the escapes."""
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.info]
    return " ".join([*(shown(p) for p in parts), *captions(app)])


def plots(app: AppTest) -> list[str]:
    """The figures without their template, which names every kind of chart there is."""
    specs = [json.loads(p.proto.spec) for p in app.get("plotly_chart")]
    for spec in specs:
        spec["layout"].pop("template")
    return [json.dumps(spec) for spec in specs]


@pytest.mark.parametrize("data", ["full", "few", "empty"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_something(open_page, page, data):
    app = open_page(page, data)
    assert text(app).strip()
    if data == "full":
        assert plots(app)
        assert len(titles(app)) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_warehouse_draws_no_empty_axis(open_page, page):
    app = open_page(page, "empty")
    assert not plots(app)
    assert re.search("no |nothing|not |Nothing", text(app), re.IGNORECASE)


@pytest.mark.parametrize("page", ["overview", "trends", "demographics"])
def test_filters_that_leave_nothing_offer_a_way_out(open_page, page):
    app = open_page(page, "full", area=["Airport"], exploitation=["Organ removal"], premise=["School or college"])
    assert not any("bar" in p for p in plots(app) if '"trend' in p)
    assert "with these filters" in text(app)
    assert [b for b in app.button if b.label == "Reset the filters"]


def test_figures_have_a_subtitle_with_the_unit_and_a_table_twin(open_page):
    app = open_page("trends")
    assert any("Incidents of human trafficking reported from" in c.value for c in app.caption)
    app.session_state["table_trend"] = True
    app.run()
    table = app.dataframe[0].value
    assert list(table.columns) == ["Period", "Incidents", "State"]
    assert int(table["Incidents"].sum()) > 0


# -- overview ----------------------------------------------------------------------------------------------------------


def test_overview_compares_years_only_where_both_were_collected(open_page):
    both = open_page("overview")
    compared = r"\d+ incidents reported .*; where both years were collected, \d+: .*the year before \(\d+\)\."
    assert re.search(compared, text(both))
    assert "Both years were collected in full by Wick Police." in text(both)
    gap = open_page("overview", source=["Fenn Sheriff"])
    assert "not compared with the year before" in next(m.delta for m in gap.metric)
    assert "so they are not compared" in text(gap)
    one = open_page("overview", source=["Wick Police"])
    assert re.search(r"\d+ incidents reported in the 12 months to \w+ \d+, .*the year before \(\d+\)", text(one))


def test_a_view_of_three_months_is_compared_with_the_same_three(open_page):
    app = open_page("overview", from_="2025-03", to="2025-05", source=["Wick Police"])
    answer = app.header[0].value
    assert "from March to May 2025" in answer
    counted = next(m.value for m in app.metric if m.label == "Incidents reported")
    assert answer.startswith(f"{counted} incidents")
    assert titles(app)[0].startswith(f"{counted} incidents")
    assert "The months of this view: March to May 2025." in text(app)


def test_overview_says_not_collected_instead_of_none(open_page):
    app = open_page("overview", from_="2024-03", to="2024-04", source=["Fenn Sheriff"])
    assert "that is not zero" in app.header[0].value
    assert next(m.value for m in app.metric if m.label == "Incidents reported") == "Not collected"


@pytest.mark.parametrize(
    ("page", "name"), [("trends", "group"), ("trends", "grain"), ("trends", "average"), ("demographics", "people")]
)
def test_a_choice_that_a_link_cannot_make_is_said(open_page, page, name):
    app = open_page(page, **{name: "<script>"})
    assert f"The link's “{name}” could not be read" in text(app)
    assert "script" not in app.info[0].value


def test_overview_always_shows_labour_trafficking(open_page):
    for link in ({}, {"exploitation": ["Sexual exploitation"]}):
        shown = {m.label: m.value for m in open_page("overview", **link).metric}
        assert list(shown) == ["Incidents reported", "Victims known", "Victims under 18", "Labour trafficking"]
        assert int(shown["Labour trafficking"].replace(",", "")) > 0
    before = {m.label: m.value for m in open_page("overview", from_="2020-01", to="2021-06").metric}
    assert before["Labour trafficking"] == "Not collected"


def test_overview_few_reports_are_called_rarely_looked_for(open_page):
    shown = {m.label: (m.value, m.delta) for m in open_page("overview", "few").metric}
    assert "rarely looked for" in shown["Labour trafficking"][1].replace("\\", "")


def test_overview_says_not_recorded_where_a_source_knows_no_victims(open_page):
    shown = {m.label: m.value for m in open_page("overview", source=["Fenn Sheriff"]).metric}
    assert shown["Victims known"] == "Not recorded"


def test_overview_says_what_changed_in_three_to_five_sentences(open_page):
    for link in ({}, {"source": ["Wick Police"]}):
        app = open_page("overview", **link)
        said = [m.value for m in app.markdown]
        begin = next(i for i, m in enumerate(said) if "exploitation" in m)
        sentences = [m for m in said[begin - 1 :] if m.endswith("\\.")]
        assert 3 <= len(sentences) <= 8


def test_overview_has_a_map_and_says_what_is_not_on_it(open_page):
    app = open_page("overview")
    assert app.get("image")
    assert "are not on this map" in text(app)


# -- trends ------------------------------------------------------------------------------------------------------------


def test_trends_says_which_date_it_uses(open_page):
    assert "Counted by the date reported" in text(open_page("trends"))
    assert "date occurred" in text(open_page("trends", date="Date occurred"))


@pytest.mark.parametrize("grain", ["Day", "Week", "Month", "Quarter", "Year"])
def test_trends_at_every_grain(open_page, grain):
    app = open_page("trends", grain=grain)
    assert app.segmented_control(key="grain").value == grain.lower()
    assert "Counted by" in text(app)


@pytest.mark.parametrize("group", ["Exploitation", "Source", "Kind of place", "Offence", "District", "Status"])
def test_trends_in_every_group(open_page, group):
    app = open_page("trends", group=group)
    assert f"by {group.lower()}" in titles(app)[0].lower()


def test_trends_hatches_what_is_still_filling_up(open_page):
    app = open_page("trends")
    assert "still filling up" in text(app)
    assert '"shape": "/"' in plots(app)[0]


def test_trends_leaves_the_gap_of_a_source_empty(open_page):
    app = open_page("trends", source=["Fenn Sheriff"])
    assert "not collected" in plots(app)[0]
    assert "that is not zero" in text(app)


def test_trends_draws_no_week_below_a_hundred_known_times(open_page):
    app = open_page("trends", "few")
    assert "Weekday and hour" in titles(app)
    assert "is mostly chance" in text(app)
    assert "heatmap" not in " ".join(plots(app))


@pytest.mark.parametrize("unit", ["Signals to the hotline", "Offences (agency and year)", "Published cases"])
def test_trends_of_published_figures_are_by_year(open_page, unit):
    app = open_page("trends", unit=unit)
    assert "by year" in text(app)
    assert not app.get("segmented_control") or "grain" not in {w.key for w in app.segmented_control}


# -- demographics ------------------------------------------------------------------------------------------------------


def test_demographics_always_shows_what_is_not_recorded(open_page):
    app = open_page("demographics")
    said = " ".join(plots(app))
    for label in ("Age not recorded", "Sex not recorded", "Race not recorded", "Ethnicity not recorded"):
        assert label in said


def test_demographics_hides_the_race_of_suspects_until_asked(open_page):
    app = open_page("demographics", people="Suspects")
    assert "Race not recorded" not in " ".join(plots(app))
    assert "Minor recorded as offender" in " ".join(plots(app))
    app.toggle(key="suspects_race").set_value(True).run()
    assert "Race not recorded" in " ".join(plots(app))


def test_demographics_draws_no_pairs_below_a_hundred(open_page):
    app = open_page("demographics", "few")
    assert "heatmap" not in " ".join(plots(app))
    assert "could point at somebody" in text(app)


def test_demographics_says_not_recorded_instead_of_none(open_page):
    app = open_page("demographics", source=["Fenn Sheriff"])
    assert "are not recorded here" in text(app)


# -- data --------------------------------------------------------------------------------------------------------------


def test_data_shows_that_the_row_equation_holds(open_page):
    app = open_page("data")
    assert any(t.startswith("Every row is accounted for") for t in titles(app))
    table = next(d.value for d in app.dataframe if "Not relevant" in d.value.columns)
    parts = table[["Loaded", "Merged", "Not relevant", "Set aside"]].sum(axis=1)
    assert (table["Read"] == parts).all()
    assert set(table["Holds"]) == {"yes"}


def test_data_shows_reasons_problems_and_words(open_page):
    said = text(open_page("data"))
    assert "Forced labour has a code of its own only since January 2022." in said
    assert "published case" in said
    assert "a month is complete" in said


def test_data_never_shows_a_value_of_a_quarantined_row(open_page):
    table = next(d.value for d in open_page("data").dataframe if "Reason" in d.value.columns)
    assert list(table.columns) == ["Source", "File", "Column", "Reason", "Rows"]


# -- the table as a file -----------------------------------------------------------------------------------------------


def test_a_spreadsheet_runs_nothing_from_a_download():
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", None]
    read = csv_bytes(pd.DataFrame({"Place": cells, "Incidents": [-1, 2, 3, 4, 5, 6, 7, 8]})).decode("utf-8-sig")
    lines = read.splitlines()
    assert lines[1] == "'=1+1,-1"
    assert not re.search(r"^[=+@\t\r-]", read.replace("'\r", ""), re.MULTILINE)
    assert "plain,7" in lines
