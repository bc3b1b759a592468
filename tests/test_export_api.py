"""The Python API gives the numbers of the pages, and the notebook's figures are the dashboard's."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import api, measures, told
from dashboard.exports import ExportError
from dashboard.measures import protected
from dashboard.pointer import WarehouseError
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse

NOTEBOOK = ROOT / "docs" / "notebooks" / "three-figures.ipynb"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 2000)
    make_public(folder / "public")
    return folder


@pytest.fixture(scope="module")
def restricted(data: Path) -> api.Lamplight:
    return api.open(data, tier="restricted")


@pytest.fixture(scope="module")
def public(data: Path) -> api.Lamplight:
    return api.open(data)


def figure(data: Path, tier: str, link: str, key: str) -> pd.DataFrame:
    """The table under a figure of the dashboard."""
    ctx, page, query = told.view(data / "public" if tier == "public" else data, tier, link)
    return next(f.table for f in told.figures(ctx, page, query) if f.key == key)


def counts(column: pd.Series) -> list[int | None]:
    """Counts of a table for people: what is no number there is no number here."""
    return [int(v) if pd.api.types.is_number(v) and not pd.isna(v) and v else None for v in column]


def test_the_restricted_numbers_are_those_of_the_measures(restricted: api.Lamplight) -> None:
    view = restricted.view("/trends?exploitation=Sexual+exploitation&from=2023-01&to=2024-12")
    w, f = view.warehouse, view.filters
    assert view.sentence.endswith("from January 2023 to December 2024, sexual exploitation only.")
    assert view.total() == measures.total(w, f) == view.by_period()["n"].sum() == view.by_group("premise")["n"].sum()
    pd.testing.assert_frame_equal(view.by_period("year", "source"), measures.by_period(w, f, "year", "source"))
    pd.testing.assert_frame_equal(view.by_area("district"), measures.by_area(w, f, "district"))
    assert view.table(by=("year", "exploitation"))["n"].sum() == view.total()
    assert len(view.table(records=True)) == view.total()


def test_the_public_numbers_are_those_of_the_pages_and_no_zero_is_told(public: api.Lamplight) -> None:
    view = public.view("/trends?exploitation=Forced+labour")
    w, f = view.warehouse, view.filters
    assert (view.total(), public.release) == (protected.total(w, f), RELEASE)
    asked = protected.by_cube_period(w, f, "area_district")
    found = view.by_period(group="area_district")
    assert found["n"].fillna(0).tolist() == asked["n"].fillna(0).tolist()
    assert set(found["state"]) >= {"count", "few_or_none"}
    assert found.loc[found["state"] != "count", "n"].isna().all() and (found["n"].dropna() >= 11).all()
    areas = view.by_area()
    assert areas["n"].sum() == view.total()
    table = view.table()
    assert table["n"].sum() == view.total() and (table["n_low"] <= table["n"])[table["n"].notna()].all()


def test_the_same_numbers_stand_under_the_figures_of_the_pages(
    data: Path, restricted: api.Lamplight, public: api.Lamplight
) -> None:
    for tier, opened in (("restricted", restricted), ("public", public)):
        by_period = opened.view("/").by_period()
        assert counts(figure(data, tier, "/", "trend")["Incidents"]) == counts(by_period["n"]), tier
        people = opened.view("/demographics?unit=victims")
        column = "age_band" if tier == "restricted" else "sex"
        known = people.by_group(column).query("known")
        shown = figure(data, tier, "/demographics?unit=victims", f"victims_{column}")["Victims"]
        # The table ends with those whose value is not known.
        assert counts(shown)[: len(known)] == counts(known["n"]) and len(known), tier


def test_an_empty_view_is_few_or_none_to_the_public_and_0_on_records(
    restricted: api.Lamplight, public: api.Lamplight
) -> None:
    assert restricted.view("exploitation=organ_removal&from=2020-01&to=2020-01&sex=other").total() == 0
    areas = public.view("/map").by_area().set_index("code")
    assert public.view("/map?area=" + str(areas.index[-1])).total() is None or areas["n"].notna().all()


def test_figures_that_publishers_printed_are_told_apart(restricted: api.Lamplight) -> None:
    view = restricted.view("?unit=offences")
    expected = measures.published_by_year(view.warehouse, "offences", view.filters)
    pd.testing.assert_frame_equal(view.by_period(), expected)
    with pytest.raises(ValueError, match=r"no such layer of areas. There is none."):
        view.by_area()


def test_what_a_link_lacks_is_said_without_its_words(restricted: api.Lamplight, public: api.Lamplight) -> None:
    assert restricted.view("/trends").notices == ()
    (notice,) = restricted.view("/trends?source=jane").notices
    assert "source" in notice and "jane" not in notice
    assert "without: kind of place" in public.view("?premise=hotel").notices[0]


def test_the_public_side_opens_from_the_data_folder_and_from_its_copy(data: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(data / "public", tmp_path / "laptop")
    one, two = api.open(data), api.open(copy, release=RELEASE)
    assert one.view().total() == two.view().total()
    with pytest.raises(WarehouseError, match="Nothing has been released"):
        api.open(tmp_path)


def test_an_export_from_code_is_the_table_and_a_refusal_is_an_error(public: api.Lamplight, tmp_path: Path) -> None:
    view = public.view("/trends?by=period")
    made = view.export("csv", tmp_path / "a.csv")
    found = pd.read_csv(tmp_path / "a.csv", dtype={"period": str})
    assert made.rows == len(found) and found["n"].sum() == view.by_period()["n"].sum()
    assert found["period"].tolist() == view.table()["period"].tolist()
    with pytest.raises(ExportError, match="no records here"):
        view.export("csv", tmp_path / "b.csv", records=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def cells() -> list[dict[str, Any]]:
    whole = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (whole["nbformat"], whole["metadata"]["kernelspec"]["name"]) == (4, "python3")
    return list(whole["cells"])


def test_the_notebook_reproduces_three_figures_of_the_dashboard(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(data))
    names: dict[str, Any] = {}
    for cell in cells():
        assert not cell.get("outputs") and cell["cell_type"] in ("markdown", "code")
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), str(NOTEBOOK), "exec"), names)
    for key, link, frame, column in (
        ("trend", "/", "by_month", "Incidents"),
        ("victims_age_band", "/demographics?unit=victims", "by_age", "Victims"),
        ("where", "/", "by_place", "Incidents"),
    ):
        shown, found = counts(figure(data, "restricted", link, key)[column]), counts(names[frame]["n"])
        # The table of ages ends with those whose age is not known.
        assert shown[: len(found)] == found and len(shown) - len(found) == (key == "victims_age_band"), key
    assert [f.data[0].type for f in (names["months"], names["ages"], names["places"])] == ["bar"] * 3
