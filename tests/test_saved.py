"""Saved views: named links of random ids; what became of their figures, apart for each scope; who may change them."""

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import audit, headline, saved, state
from dashboard.links import from_query
from dashboard.saved import EVERYTHING, PUBLIC, Kept, Reader, SavedError, scope_of
from dashboard.scoped import scoped
from dashboard.view_context import Context
from dashboard.warehouse import current
from tests.make_public import make_public
from tests.make_warehouse import POLICE, SHERIFF, make_warehouse
from tests.test_main import start, written

ALL = Reader()
WICK = Reader("ana@wick.example", scope_of([POLICE]), administers=False)
FENN = Reader("bo@fenn.example", scope_of([SHERIFF]), administers=False)
NUMBERS = Kept({"incidents": 412}, "2024-01", "2024-12", "", "The view.", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    make_warehouse(folder, 400)
    make_public(folder / "public", "year", "district", 700)
    return folder


@pytest.fixture
def data(records: Path) -> Path:
    return records


def view_of(data: Path, tier: str = "restricted", sources: frozenset[str] | None = None, **query: list[str]) -> Context:
    opened = scoped(current(data, tier), sources)
    filters, _ = from_query(query, opened.catalogue)
    return Context(opened, filters, opened.catalogue.of(filters.unit))


def says(app: AppTest) -> str:
    return written(app, "markdown", "caption", "info", "success", "warning").replace("\\", "")


def test_a_view_is_listed_renamed_deleted_and_brought_back(data: Path) -> None:
    first = saved.save(data, ALL, "  Hotels \n monthly ", "trends", {"premise": ["Hotel or motel"]}, NUMBERS)
    assert first.name == "Hotels monthly" and first.query == {"premise": ("Hotel or motel",)}
    assert saved.list_views(data, ALL) == (first,) and saved.get(data, first.id, ALL) == first
    assert saved.rename(data, ALL, first.id, "Motels", "For June").description == "For June"
    saved.delete(data, ALL, first.id)
    assert saved.list_views(data, ALL) == () and saved.get(data, first.id, ALL) is None
    saved.restore(data, ALL, first.id)
    assert [v.name for v in saved.list_views(data, ALL)] == ["Motels"]


def test_the_link_is_a_random_id_and_nothing_else(data: Path) -> None:
    ids = {saved.save(data, WICK, "The Smith case", "map", {}, NUMBERS).link for _ in range(20)}
    assert len(ids) == 20 and all(re.fullmatch(r"/\?view=[2-9a-z]{12}", link) for link in ids)
    for hostile in ("", "' OR 1=1 --", "../../x", "a" * 5000):
        assert saved.get(data, hostile, ALL) is None


def test_only_filters_and_controls_are_kept_of_a_link(data: Path) -> None:
    query = {"area": ["North"], "group": ["Source"], "victim": ["Jane Doe"], "view": ["x"], "token": ["t"]}
    made = saved.save(data, ALL, "A", "trends", query, NUMBERS)
    assert made.query == {"area": ("North",), "group": ("Source",)}


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 81])
def test_a_name_that_is_none_is_refused_in_words(data: Path, name: str) -> None:
    with pytest.raises(SavedError, match="name"):
        saved.save(data, ALL, name, "trends", {}, NUMBERS)
    with pytest.raises(SavedError, match="page"):
        saved.save(data, ALL, "A", "steward", {}, NUMBERS)


def test_whoever_saved_it_or_a_steward_changes_it_and_nobody_else(data: Path) -> None:
    made = saved.save(data, WICK, "A", "trends", {}, NUMBERS)
    for change in (lambda r: saved.rename(data, r, made.id, "B"), lambda r: saved.delete(data, r, made.id)):
        with pytest.raises(SavedError, match="Only whoever saved"):
            change(FENN)
    steward = Reader("st@wick.example", EVERYTHING, administers=True)
    assert saved.rename(data, steward, made.id, "B").name == "B"
    assert saved.rename(data, WICK, made.id, "C").name == "C"


@pytest.mark.parametrize(
    ("mine", "other", "seen"),
    [
        (EVERYTHING, "a", True), (EVERYTHING, EVERYTHING, True), ("a", EVERYTHING, False), ("a,b", "a", True),
        ("a", "a,b", False), ("a", "b", False), (PUBLIC, EVERYTHING, False), (EVERYTHING, PUBLIC, False),
        (PUBLIC, PUBLIC, True), ("", "a", False),
    ],
)  # fmt: skip
def test_a_scope_is_seen_by_those_who_see_all_of_it(mine: str, other: str, seen: bool) -> None:
    assert Reader("", mine, administers=False).sees(other) is seen


def test_the_figures_of_one_scope_are_never_another_s(data: Path) -> None:
    """Wick's exact numbers, and what Wick wrote beside them, are not for Fenn; Fenn's come only from Fenn."""
    wick, fenn = (headline.figures(view_of(data, sources=frozenset({s}))) for s in (POLICE, SHERIFF))
    assert wick.numbers != fenn.numbers
    made = saved.save(data, WICK, "A", "trends", {}, wick, "We had 412 of these.")
    seen = saved.get(data, made.id, FENN)
    assert seen is not None and seen.description == ""
    assert saved.kept(data, made.id, FENN.scope) is None
    assert saved.kept(data, made.id, ALL.scope) is None, "a steward saved none either"
    saved.keep(data, FENN, made.id, fenn)
    again, own = saved.kept(data, made.id, WICK.scope), saved.kept(data, made.id, FENN.scope)
    assert again is not None and own is not None
    assert (again.numbers, own.numbers) == (wick.numbers, fenn.numbers)


def test_headline_numbers_are_what_sql_counts(data: Path) -> None:
    opened = current(data)
    filters, _ = from_query({"from": ["2024-01"], "to": ["2024-12"]}, opened.catalogue)
    ctx = Context(opened, filters, opened.catalogue)
    found = headline.figures(ctx).numbers
    rule = "status NOT IN ('unfounded', 'duplicate') AND offence_group = 'trafficking' AND year(counted_on) = 2024"
    asked = {
        "incidents": f"SELECT sum(n) FROM incidents WHERE {rule}",
        "victims": f"SELECT sum(n) FROM victims WHERE {rule}",
        "minors": f"SELECT sum(n) FROM victims WHERE {rule} AND minor = 'minor'",
        "labour": f"SELECT sum(n) FROM incidents WHERE {rule} AND exploitation IN "
        "('forced_labour', 'domestic_servitude')",
    }
    with current(data).connect() as backend:
        right = {key: int(backend.con.execute(sql).fetchone()[0]) for key, sql in asked.items()}
    assert found == right


def more_records(data: Path, n: int) -> None:
    """The next version of the warehouse: n more incidents of January 2025."""
    old = data / "warehouse" / "restricted-000001.duckdb"
    new = old.with_name("restricted-000002.duckdb")
    shutil.copy(old, new)
    with duckdb.connect(str(new)) as con:
        con.execute(
            "INSERT INTO incidents BY NAME SELECT * REPLACE (incident_id || 'x' AS incident_id, "
            "DATE '2025-01-05' AS counted_on, DATE '2025-01-05' AS reported_on) FROM incidents "
            f"WHERE offence_group = 'trafficking' AND status NOT IN ('unfounded', 'duplicate') LIMIT {n}"
        )
    (data / "warehouse" / "current.json").write_text('{"version": 2, "restricted": "restricted-000002.duckdb"}')


def test_a_view_says_what_its_figures_were(data: Path, root: Path) -> None:
    before = headline.figures(view_of(data))
    made = saved.save(data, ALL, "All", "trends", {}, before)
    app = start(root, "saved")
    assert "its figures are the same today" in says(app)
    more_records(data, 7)
    app = start(root, "saved")
    was = before.numbers["incidents"]
    assert was is not None
    assert f"Incidents: figures were {was:,}, now {was + 7:,}" in says(app)
    saved.keep(data, ALL, made.id, headline.figures(view_of(data)))
    assert "its figures are the same today" in says(start(root, "saved"))


def test_protected_figures_are_compared_as_protected_counts(data: Path) -> None:
    public = data / "public"
    ctx = view_of(public, "public")
    now = headline.figures(ctx)
    assert now.release and now.grain == "year"
    held = Kept({**now.numbers, "incidents": 0}, now.first, now.last, now.grain, "", 1, "2025-01-01-1")
    found = headline.changed(ctx, held)
    assert found is not None
    assert [(c.label, c.before) for c in found] == [("Incidents", "few or none")]
    coarser = Kept(now.numbers, now.first, now.last, "years5")
    assert headline.changed(ctx, coarser) is None, "periods of another length are not compared"


def test_the_link_leads_to_the_page_with_its_filters(data: Path, root: Path) -> None:
    ctx = view_of(data, premise=["Hotel or motel"])
    made = saved.save(
        data, ALL, "Hotels", "trends", {"premise": ["Hotel or motel"], "group": ["Source"]}, headline.figures(ctx)
    )
    app = start(root, view=made.id)
    assert "at hotel or motel" in says(app) and app.title[0].value == "Trends"
    assert app.selectbox(key="group").value == "source"
    assert "**Hotels**" in says(app) and "its figures are the same today" in says(app)
    app.button(key="reset").click().run()
    assert "**Hotels**" not in says(app), "another view is another view"


def test_a_link_to_a_view_that_is_gone_says_so(data: Path, root: Path) -> None:
    made = saved.save(data, ALL, "Hotels", "trends", {}, NUMBERS)
    saved.delete(data, ALL, made.id)
    app = start(root, view=made.id)
    assert "was deleted, or the link is cut" in says(app) and "view" not in app.query_params
    assert "Hotels" not in says(app)


def pressed(app: AppTest, key: str) -> Any:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def noted(data: Path) -> list[tuple[str, str, str]]:
    """What the audit log has of views and briefings, the oldest first: ids only, no text that somebody wrote."""
    rows = list(audit.entries(data).rows)[::-1]
    return [(row.what, row.page, row.subject) for row in rows if row.subject.startswith(("view:", "briefing:"))]


def test_the_panel_under_the_filters_saves_what_is_seen(data: Path, root: Path) -> None:
    app = start(root, "trends", exploitation="Forced labour")
    app.session_state["save_view"] = True
    app.run()
    pressed(app, "save_view_save")
    assert "at least one letter" in says(app)
    app.text_input(key="save_view_name").input("Labour <b>").run()
    pressed(app, "save_view_save")
    (view,) = saved.list_views(data, ALL)
    assert (view.page, view.query["exploitation"]) == ("trends", ("Forced labour",))
    assert view.link in " ".join(c.value for c in app.code)
    assert noted(data) == [("save", "trends", f"view:{view.id}")]


def test_the_page_deletes_with_a_way_back(data: Path, root: Path) -> None:
    view = saved.save(data, ALL, "Hotels", "trends", {}, headline.figures(view_of(data)))
    app = pressed(start(root, "saved"), f"delete_{view.id}")
    assert "Hotels was deleted" in says(app) and saved.list_views(data, ALL) == ()
    pressed(app, "view_undo")
    assert [v.name for v in saved.list_views(data, ALL)] == ["Hotels"]
    assert noted(data) == [(what, "saved", f"view:{view.id}") for what in ("delete", "undelete")]


def test_the_public_process_writes_beside_its_releases_on_its_own_computer_only(
    data: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st

    public = data / "public"
    monkeypatch.setenv("LAMPLIGHT_DATA", str(public))
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    assert state.path_of(public) == public / "state.sqlite"
    app = start(root, "saved")
    app.text_input(key="save_view_name").input("All").run()
    pressed(app, "save_view_save")
    (view,) = saved.list_views(public, Reader("", PUBLIC))
    assert view.person == "" and (public / "state.sqlite").exists()
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else real(name))
    app = start(root, "saved")
    assert "nothing can be saved here" in says(app) and view.name in says(app)
    assert not [b for b in app.button if b.key and b.key.startswith(("delete_", "save_view_save"))]
