"""A group as a filter everywhere: made from the chosen areas, renamed, deleted and brought back; drawn ones too."""

import re
from pathlib import Path
from typing import Any

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from dashboard import groups, state
from dashboard.links import GROUP
from dashboard.warehouse import current
from tests.make_warehouse import make_warehouse
from tests.test_main import PAGES, start, written

ZONE = shapely.Polygon([(-30.25, -40.12), (-30.05, -40.12), (-30.05, -39.95), (-30.14, -40.03), (-30.25, -39.95)])
COUNTED = (
    "FROM incidents WHERE status NOT IN ('unfounded', 'duplicate') AND offence_group = 'trafficking' "
    "AND counted_on >= DATE '2021-01-01'"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 600)
    return folder


@pytest.fixture
def served(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMPLIGHT_DATA", str(made))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    for left in (made / "warehouse").glob("state.sqlite*"):
        left.unlink()
    return made


def summed(data: Path, rule: str) -> int:
    """The default view's incidents that meet a rule, by SQL."""
    with current(data).connect() as backend:
        return int(backend.con.execute(f"SELECT coalesce(sum(n), 0) {COUNTED} AND {rule}").fetchone()[0])


def in_zone(data: Path) -> int:
    """The same of the drawn area, told by shapely."""
    with current(data).connect() as backend:
        rows = backend.con.execute(f"SELECT lat, lon, n {COUNTED} AND lat IS NOT NULL").df()
    return int(rows["n"][shapely.contains_xy(ZONE, rows["lon"], rows["lat"])].sum())


def bar(app: AppTest) -> str:
    """The line below the bar; the open panel has bold lines too."""
    (line,) = [c.value for c in app.caption if re.match(r"\*\*[\d,]+ incidents?\.\*\*", c.value)]
    return line.replace("\\", "")


def count(app: AppTest) -> int:
    """The number in that line."""
    return int(bar(app)[2:].split(" ")[0].replace(",", ""))


def opened(app: AppTest) -> AppTest:
    """With the panel behind "More" open."""
    app.session_state["more"] = True
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, key: str) -> Any:
    return app.button(key=key)


def test_a_group_is_a_filter_on_every_page(served: Path, root: Path) -> None:
    groups.save(served, "North side", members=[("district", "D2"), ("tract", "T104")])
    app = start(root, area="north side")
    right = summed(served, "(area_district = 'D2' OR area_tract = 'T104')")
    assert count(app) == right > 0
    assert "in North side (group of 2 areas)" in bar(app)
    assert app.query_params["area"] == "Group: North side"
    for page in PAGES[1:]:
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception and count(app) == right, page


def test_a_drawn_area_is_a_filter_and_says_what_it_cannot_place(served: Path, root: Path) -> None:
    groups.save(served, "School zone", polygon=ZONE)
    app = start(root, area="Drawn: School zone")
    assert count(app) == in_zone(served) > 0
    assert "in the drawn area School zone" in bar(app)
    nowhere = summed(served, "lat IS NULL")
    assert f"{nowhere} records have no point and are in no drawn area." in bar(app) and nowhere > 1
    for page in PAGES[1:]:
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception and count(app) == in_zone(served), page


def test_a_group_that_was_deleted_falls_back_with_a_notice(served: Path, root: Path) -> None:
    usual = bar(start(root))
    group = groups.save(served, "North side", members=[("district", "D2")])
    groups.delete(served, group.id)
    for given in ("Group: North side", "north-side", group.id, "Group: Atlantis"):
        app = start(root, area=given)
        assert bar(app) == usual and len(app.info) == 1 and "area" in app.info[0].value
        assert "North" not in written(app, "info", "caption", "markdown")


def test_the_chosen_areas_become_a_group(served: Path, root: Path) -> None:
    app = opened(start(root, area=["Harbour District", "Old Mill"]))
    before = count(app)
    app.text_input(key="group_name").input("Water front").run()
    button(app, "group_name_save").click().run()
    assert not app.exception
    (saved,) = groups.list_groups(served)
    assert saved.name == "Water front" and saved.members == (("district", "D1"), ("district", "D2"))
    assert app.multiselect(key="area").value == [(GROUP, saved.id)] and count(app) == before
    assert app.query_params["area"] == "Group: Water front"
    assert "Water front is now a filter on every page" in written(app, "success").replace("\\", "")
    assert app.text_input(key="group_name").value == ""


def test_a_name_that_is_taken_can_be_replaced(served: Path, root: Path) -> None:
    old = groups.save(served, "Water front", members=[("district", "D6")])
    app = opened(start(root, area="Harbour District"))
    assert not [b for b in app.button if b.key == "group_name_replace"]
    app.text_input(key="group_name").input("water front").run()
    button(app, "group_name_save").click().run()
    assert "already" in written(app, "warning") and groups.list_groups(served) == (old,)
    assert app.multiselect(key="area").value == [("district", "D1")], "the view stays as it was"
    button(app, "group_name_replace").click().run()
    assert [(g.id, g.members) for g in groups.list_groups(served)] == [(old.id, (("district", "D1"),))]
    assert app.multiselect(key="area").value == [(GROUP, old.id)]


def test_a_name_that_is_none_is_refused_in_words(served: Path, root: Path) -> None:
    app = opened(start(root, area="Harbour District"))
    button(app, "group_name_save").click().run()
    assert "at least one letter" in written(app, "warning") and groups.list_groups(served) == ()


def test_a_chosen_group_follows_its_new_name(served: Path, root: Path) -> None:
    group = groups.save(served, "North side", members=[("district", "D2")])
    app = opened(start(root, area="north side"))
    right = count(app)
    app.selectbox(key="group_chosen").select(group.id).run()
    app.text_input(key="group_new_name").input("Mill ${x} <b>").run()
    button(app, "group_rename").click().run()
    assert not app.exception and not app.info
    assert count(app) == right and app.query_params["area"] == "Group: Mill ${x} <b>"
    (line,) = [c.value for c in app.caption if "Mill" in c.value and "incident" in c.value]
    assert r"Mill \$\{x\} \<b\>" in line, "it is text, and nothing that runs"


def test_a_group_is_deleted_and_brought_back(served: Path, root: Path) -> None:
    group = groups.save(served, "North side", members=[("district", "D2")])
    app = opened(start(root, area="north side"))
    narrowed = count(app)
    app.selectbox(key="group_chosen").select(group.id).run()
    button(app, "group_delete").click().run()
    assert not app.exception and groups.list_groups(served) == ()
    assert count(app) > narrowed and "area" not in app.query_params and not app.info
    button(app, "group_undo").click().run()
    assert count(app) == narrowed and groups.list_groups(served) == (group,)
    assert not [b for b in app.button if b.key == "group_undo"]


def test_an_edited_group_is_followed_by_a_session_that_shows_it(served: Path, root: Path) -> None:
    groups.save(served, "North side", members=[("district", "D2")])
    app = start(root, area="north side")
    groups.save(served, "North side", members=[("district", "D2"), ("district", "D1")], replace=True)
    app.run()
    assert count(app) == summed(served, "area_district IN ('D1', 'D2')") and "group of 2 areas" in bar(app)


def test_a_group_that_another_person_deletes_is_not_dropped_in_silence(served: Path, root: Path) -> None:
    group = groups.save(served, "North side", members=[("district", "D2")])
    app = start(root, area="north side")
    groups.delete(served, group.id)
    app.run()
    assert len(app.info) == 1 and "area" in app.info[0].value and "North" not in bar(app)
    assert "area" not in app.query_params


def test_what_a_group_lacks_in_these_data_is_said(served: Path, root: Path) -> None:
    group = groups.save(served, "Mixed", members=[("district", "D2"), ("beat", "17")])
    app = opened(start(root))
    app.selectbox(key="group_chosen").select(group.id).run()
    assert "1 of its 2 areas is not in these data" in written(app, "caption")
    assert count(start(root, area="mixed")) == summed(served, "area_district = 'D2'")


def test_a_damaged_file_of_groups_breaks_no_page(served: Path, root: Path) -> None:
    usual = bar(start(root))
    state.path_of(served).write_bytes(b"marmalade " * 500)
    app = opened(start(root))
    assert bar(app) == usual and "damaged" in written(app, "caption")


def _drawing() -> None:
    import shapely as sh
    import streamlit as st

    from dashboard.components import context, groups_panel

    zone = sh.Polygon([(-30.25, -40.12), (-30.05, -40.12), (-30.05, -39.95), (-30.14, -40.03), (-30.25, -39.95)])
    groups_panel.save_drawn(zone, context.catalogue(context.warehouse()))
    st.caption(str(st.session_state.get("area")))


def test_a_drawing_is_named_and_used(served: Path) -> None:
    app = AppTest.from_function(_drawing, default_timeout=60).run()
    app.text_input(key="drawn_name").input("School zone").run()
    app.button(key="drawn_name_save").click().run()
    assert not app.exception
    (saved,) = groups.list_groups(served)
    assert saved.kind == "drawn" and shapely.equals(shapely.from_wkb(saved.polygon), ZONE)
    assert app.session_state["area"] == [(GROUP, saved.id)]
    assert "School zone is now a filter" in written(app, "success")
