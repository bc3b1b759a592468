"""The pages Briefing and Present: composing, files, slides without chrome or hidden values, and records never."""

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import decks, room, saved, told
from dashboard.components import gate, present_figure
from dashboard.filters import default
from dashboard.palette import palette
from dashboard.saved import PUBLIC, Reader
from dashboard.view_context import Context
from dashboard.warehouse import current
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.test_main import start, written

ROOM, ALL = Reader("", PUBLIC), Reader()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("present")
    make_warehouse(folder, 300)
    make_public(folder / "public", "year", "district", 900)
    return folder


def deck_of(data: Path, meeting: str = "task_force") -> decks.Stored:
    return decks.new(data, current(data, "public"), ROOM, "Task force, May", meeting)


def says(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "success", "warning", "html")
    return written(app, *kinds).replace("\\", "")


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def slides(app: AppTest) -> AppTest:
    """The app at the page Present, opened by a link to a slide."""
    app.run()
    app.switch_page("../pages/present.py").run()
    assert not app.exception
    return app


def opened(root: Path, **query: str) -> AppTest:
    app = AppTest.from_file(str(root / "dashboard" / "main.py"), default_timeout=60)
    app.query_params.update(query)
    return slides(app)


# -- slides ------------------------------------------------------------------------------------------------------------


def test_a_slide_has_nothing_around_it(public: Path, root: Path) -> None:
    deck = deck_of(public)
    app = opened(root, deck=deck.id, slide="2")
    said = says(app)
    assert not app.selectbox and not app.multiselect and not app.title, "no filter bar"
    assert deck.items[1].title in said and "lamplight-present" in said
    assert "Fictional sample" in said, "what is invented is said on the slides themselves"
    assert f'data-count="{len(decks.shown(public, current(public, "public"), ROOM, deck)) + 1}"' in said


@pytest.mark.parametrize("number", ["0", "999", "-1", "two", "1e3", ""])
def test_a_number_that_is_no_slide_is_the_first_or_the_last(public: Path, root: Path, number: str) -> None:
    deck = deck_of(public, "school")
    app = opened(root, deck=deck.id, slide=number)
    assert deck.name in says(app)


def test_a_briefing_that_is_gone_is_said(public: Path, root: Path) -> None:
    deck = deck_of(public)
    decks.delete(public, ROOM, deck.id)
    app = opened(root, deck=deck.id, slide="2")
    assert "was deleted, or the link is cut" in says(app) and deck.name not in says(app)


def test_the_restricted_side_never_presents_and_says_what_is_dropped(records: Path, root: Path) -> None:
    deck = decks.new(records, current(records), ALL, "Council", "council")
    query = {"premise": ["Hotel or motel"], "date": ["Date occurred"]}
    deck = decks.add_view(records, current(records), ALL, deck, "trends", query, "trend")
    app = opened(root, deck=deck.id, slide="2")
    assert "Records are never presented" in says(app) and "lamplight-stage" not in says(app)
    app.session_state[f"deck_{deck.id}"] = True
    app.run()
    assert "kind of place" in says(app) and "the date of the event" in says(app)
    assert deck.items[1].title not in says(app), "sentences with exact numbers stay where they are"


def secrets_in(figure: go.Figure) -> list[str]:
    held = json.loads(figure.to_json())
    return [name for trace in held["data"] for name in trace if name.startswith(("hover", "customdata", "meta", "ids"))]


def test_no_figure_keeps_what_only_a_pointer_would_show(public: Path) -> None:
    opened = current(public, "public")
    ctx = Context(opened, default(opened.catalogue), opened.catalogue)
    drawn = [f.drawn for page in told.PAGES for f in told.figures(ctx, page) if isinstance(f.drawn, go.Figure)]
    assert drawn and any(secrets_in(f) for f in drawn)
    for figure in drawn:
        large = present_figure.large(figure)
        assert set(secrets_in(large)) <= {"hoverinfo"}
        assert all(trace.hoverinfo == "skip" for trace in large.data)
        assert large.layout.font.size >= 20, "readable from the back"
    assert present_figure.STATIC["staticPlot"] is True


def test_type_is_at_least_20_pixels_on_every_axis(public: Path) -> None:
    opened = current(public, "public")
    ctx = Context(opened, default(opened.catalogue), opened.catalogue)
    (trend, *_) = told.figures(ctx, "trends", {}, palette("light"))
    assert isinstance(trend.drawn, go.Figure)
    layout = json.loads(present_figure.large(trend.drawn).to_json())["layout"]
    sizes = _sizes(layout)
    assert sizes and min(sizes) >= 20


def _sizes(value: Any, font: bool = False) -> list[float]:
    if isinstance(value, dict):
        own = [value["size"]] if font and isinstance(value.get("size"), int | float) else []
        return own + [s for key, inner in value.items() for s in _sizes(inner, key.endswith("font"))]
    return [s for inner in value for s in _sizes(inner)] if isinstance(value, list) else []


# -- composing ---------------------------------------------------------------------------------------------------------


def test_a_briefing_is_put_together_ordered_and_edited_on_its_page(public: Path, root: Path) -> None:
    app = start(root, "briefing")
    app.text_input(key="briefing_name").input("Council, May").run()
    app.radio(key="briefing_meeting").set_value("council").run()
    press(app, "briefing_create")
    (deck,) = decks.listed(public, ROOM)
    assert deck.name == "Council, May" and deck.items[1].title in says(app)
    press(app, f"slide_move_1_{deck.items[1].id}")
    (moved,) = decks.listed(public, ROOM)
    assert moved.items[2].id == deck.items[1].id
    app.session_state[f"slide_edit_{deck.items[1].id}"] = True
    app.run()
    app.text_input(key=f"slide_title_{deck.items[1].id}").input("Where <b>we</b> stand").run()
    press(app, f"slide_save_{deck.items[1].id}")
    (edited,) = decks.listed(public, ROOM)
    assert edited.items[2].title == "Where <b>we</b> stand" and edited.items[2].own == ("title",)
    press(app, f"slide_remove_{deck.items[2].id}")
    (less,) = decks.listed(public, ROOM)
    assert len(less.items) == len(deck.items) - 1


def test_a_view_is_added_from_the_filters_and_from_the_saved_ones(public: Path, root: Path) -> None:
    deck = deck_of(public, "press")
    saved.save(public, ROOM, "Labour", "trends", {"exploitation": ["Forced labour"]}, saved.Kept({}))
    app = start(root, "briefing", exploitation="Forced labour")
    app.session_state["slide_add"] = True
    app.session_state["slide_add_view"] = True
    app.run()
    press(app, "slide_add_go")
    press(app, "slide_add_view_go")
    (now,) = decks.listed(public, ROOM)
    added = now.items[len(deck.items) :]
    assert [(i.page, i.query) for i in added] == [
        ("overview", {"exploitation": ("Forced labour",)}), ("trends", {"exploitation": ("Forced labour",)}),
    ]  # fmt: skip


def test_a_refresh_lists_old_and_new_and_flags(public: Path, root: Path) -> None:
    deck = deck_of(public)
    item = next(i for i in deck.items if i.figure == "trend")
    deck = decks.edit(public, current(public, "public"), ROOM, deck, item, item.title, "We know of 98765.", "trend")
    make_public(public, "year", "district", 500, release="2026-02-02-1", seed=3)
    app = start(root, "briefing")
    assert "the newest is 2026-02-02-1" in says(app) and "“98765”" in says(app)
    press(app, "briefing_refresh")
    now = decks.get(public, deck.id, ROOM)
    assert now is not None and now.release == "2026-02-02-1"
    change = now.changes[0]
    assert f"~~{change['before']}~~" in says(app) and change["after"] in says(app)


def test_decisions_are_kept_and_marked_on_the_page(public: Path, root: Path) -> None:
    deck = deck_of(public)
    app = start(root, "briefing")
    assert "no names of people" in says(app)
    app.text_input(key="decision_text").input("Train two hotels").run()
    app.text_input(key="decision_owner").input("County Health").run()
    press(app, "decision_keep")
    (decision,) = decks.decisions(public, ROOM, deck.id)
    assert "Decided last time, 0 of 1 done" in says(app)
    app.checkbox(key=f"decision_done_{decision.id}").check().run()
    assert "Decided last time, 1 of 1 done" in says(app)


def test_the_files_are_made_on_the_click(public: Path) -> None:
    deck = deck_of(public, "press")
    from dashboard import briefing

    made = decks.deck_of(public, current(public, "public"), ROOM, deck)
    assert briefing.pptx(made).startswith(b"PK") and briefing.pdf(made).startswith(b"%PDF")


def test_a_server_that_is_open_to_others_only_reads(public: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    deck = deck_of(public)
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else real(name))
    app = start(root, "briefing")
    assert "nothing can be saved here" in says(app) and deck.items[1].title in says(app)
    writing = ("slide_", "briefing_refresh", "briefing_create", "decision_")
    assert not [b.key for b in app.button if b.key and b.key.startswith(writing)]
    assert deck.items[1].title in says(opened(root, deck=deck.id, slide="2")), "presenting reads only"


def test_what_a_meeting_decided_is_shown_to_the_room_and_to_no_stranger(
    public: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st

    deck = deck_of(public)
    decks.decide(public, ROOM, deck.id, "Train two hotels")
    warehouse, real = current(public, "public"), st.get_option
    monkeypatch.setattr(gate, "forwarded", lambda: False)
    for address, seen in (("127.0.0.1", True), ("0.0.0.0", False)):
        monkeypatch.setattr(st, "get_option", lambda n, a=address: a if n == "server.address" else real(n))
        assert ("Decided last time" in says(start(root, "briefing"))) is seen
        assert ("Train two hotels" in says(opened(root, deck=deck.id, slide="1"))) is seen
        room.said(gate.at_this_computer())
        assert bool(decks.drawn_notes(warehouse)) is seen, "on charts, and in the files of a briefing"
