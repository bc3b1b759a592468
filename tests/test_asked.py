"""Questions about numbers, and what was given to whom: kept, limited, scoped, answered, and inert."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import asked, audit, given, press, told
from dashboard.asked import ANSWERED, AskedError
from dashboard.components import mine
from dashboard.given import GivenError
from dashboard.saved import EVERYTHING, PUBLIC, Reader
from dashboard.view_context import Context
from tests.conftest import ROOT
from tests.make_public import RELEASE, make_public
from tests.make_warehouse import make_warehouse
from tests.test_main import start, written

STEWARD, WICK = Reader(), Reader("ana@wick.example", "wick_police", administers=False)
ROOM = Reader("", PUBLIC)
NASTY = "<img src=x onerror=alert(1)> ![i](http://e.x/y) `${1}` =1+1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    make_warehouse(folder, 300)
    make_public(folder / "public", "year", "district", 900)
    return folder


def ask(data: Path, text: str = "Fewer than we count.", reader: Reader = STEWARD, link: str = "/trends?from=2024-01",
        now: datetime | None = None) -> asked.Question:  # fmt: skip
    return asked.ask(data, reader, link, "trend", "412 incidents", text, now=now)


# -- questions ---------------------------------------------------------------------------------------------------------


def test_a_question_waits_for_the_steward_and_its_answer_stands_at_the_same_figure(records: Path) -> None:
    left = ask(records)
    assert asked.listed(records, STEWARD) == (left,)
    asked.settle(records, STEWARD, left.id, ANSWERED, "Months that fill up are left out.")
    (answer,) = asked.answers(records, STEWARD, left.link, "trend")
    assert answer.answer == "Months that fill up are left out." and answer.settled_at is not None
    assert asked.answers(records, STEWARD, "/trends", "trend") == ()
    assert asked.answers(records, STEWARD, left.link, "season") == ()


def test_a_question_about_all_records_is_not_shown_to_one_agency(records: Path) -> None:
    of_all, of_wick = ask(records), ask(records, reader=WICK)
    assert asked.listed(records, WICK) == (of_wick,)
    assert {q.id for q in asked.listed(records, STEWARD)} == {of_all.id, of_wick.id}
    assert asked.listed(records, ROOM) == ()


def test_only_who_administers_answers(records: Path) -> None:
    left = ask(records, reader=WICK)
    with pytest.raises(AskedError):
        asked.settle(records, WICK, left.id, ANSWERED, "It is right.")
    with pytest.raises(AskedError, match="answer first"):
        asked.settle(records, STEWARD, left.id, ANSWERED, "  ")


def test_questions_are_limited_in_an_hour_and_in_length(records: Path) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for i in range(asked.AN_HOUR):
        ask(records, now=now + timedelta(minutes=i))
    with pytest.raises(AskedError, match="Try again in an hour"):
        ask(records, now=now + timedelta(minutes=30))
    assert ask(records, now=now + timedelta(hours=2))
    with pytest.raises(AskedError, match="at most 400"):
        ask(records, "x" * 401, now=now + timedelta(hours=3))
    with pytest.raises(AskedError, match="in a sentence"):
        ask(records, " ? ", now=now + timedelta(hours=3))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://evil.example/x", "//evil.example", "/\\evil.example"])
def test_a_link_leads_to_a_page_of_this_app_or_nowhere(records: Path, link: str) -> None:
    assert ask(records, link=link).link == "/"


def says(app: AppTest) -> str:
    return written(app, "title", "subheader", "markdown", "caption", "success", "warning", "code").replace("\\", "")


def test_the_steward_sees_both_sides_and_hostile_text_stays_text(records: Path) -> None:
    ask(records, NASTY)
    ask(records / "public", "Rounded how?", ROOM)
    app = start(ROOT, "steward")
    said = says(app)
    assert "2 questions are open." in said and "Rounded how?" in said
    raw = [m.value for m in app.markdown if "onerror" in m.value]
    assert raw and not any(re.search(r"(?<!\\)(?:<img|!\[|\]\(|`|\$)", m) for m in raw)
    left = asked.listed(records, STEWARD)[0]
    app.text_area(key=f"question_answer_{left.id}").set_value("As it should be.").run()
    app.button(key=f"question_answered_{left.id}").click().run()
    assert not app.exception
    assert asked.listed(records, STEWARD, ANSWERED)[0].answer == "As it should be."
    assert [row.what for row in audit.entries(records).rows].count("answer") == 1


def panel(data: Path, tier: str) -> AppTest:
    """The inside of the panel of the first figure of Trends."""

    def script(data: str, tier: str) -> None:
        from pathlib import Path

        from dashboard import told
        from dashboard.components import question_button

        ctx, page, query = told.view(Path(data), tier, "/trends")
        question_button._inside(told.figures(ctx, page, query)[0])

    app = AppTest.from_function(script, args=(str(data), tier), default_timeout=60).run()
    assert not app.exception
    return app


def test_a_reader_leaves_a_question_under_a_figure(records: Path) -> None:
    app = panel(records, "restricted")
    app.text_area[0].set_value("Fewer than ours.").run()
    app.button[0].click().run()
    assert "It is with the steward" in says(app)
    (left,) = asked.listed(records, STEWARD)
    assert left.text == "Fewer than ours." and left.link.startswith("/trends") and left.scope == EVERYTHING
    assert [row.what for row in audit.entries(records).rows] == ["ask"]
    asked.settle(records, STEWARD, left.id, ANSWERED, "Two files overlap.")
    assert "Two files overlap." in says(panel(records, "restricted"))


def test_where_nothing_is_kept_there_is_a_text_to_copy_and_whom_to_send_it_to(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mine, "read_only", lambda: "open to others")
    monkeypatch.setenv("LAMPLIGHT_STEWARD_CONTACT", "Lantern County, data desk")
    app = panel(public, "public")
    assert not app.button and RELEASE in says(app) and "Lantern County, data desk." in says(app)
    assert not (public / "state.sqlite").exists()


# -- given -------------------------------------------------------------------------------------------------------------


def test_what_was_given_is_kept_with_its_hash(records: Path) -> None:
    given.note(records, "  Courier,\nnews desk ", "Story", RELEASE, "ab" * 32, "ana@wick.example")
    (row,) = given.listed(records)
    assert (row.organisation, row.purpose, row.sha256) == ("Courier, news desk", "Story", "ab" * 32)


@pytest.mark.parametrize(("to", "why"), [("", "Story"), ("Courier", " "), ("ana@courier.example", "Story")])
def test_nothing_is_noted_without_an_organisation_and_a_purpose_or_with_an_address(
    records: Path, to: str, why: str
) -> None:
    with pytest.raises(GivenError):
        given.note(records, to, why, RELEASE, "")
    assert given.listed(records) == ()


def test_a_pack_holds_public_figures_and_the_same_figures_give_the_same_file(public: Path) -> None:
    ctx, _page, _query = told.view(public, "public", "/")
    made_ = press.pack(ctx, "Help: call.")
    assert press.pack(ctx, "Help: call.").sha256 == made_.sha256
    names = zipfile.ZipFile(io.BytesIO(made_.content)).namelist()
    assert names[0] == "start-here.html" and {"words-to-avoid.csv", "what-cannot-be-said.csv", "citation.txt"} < set(
        names
    )
    assert sum(n.endswith(".png") for n in names) == sum(n.startswith("tables/") for n in names) == made_.figures >= 3
    page = zipfile.ZipFile(io.BytesIO(made_.content)).read("start-here.html").decode()
    assert RELEASE in page and "Help: call." in page and "child prostitute" in page and "RESTRICTED" not in page
    assert "http" not in page  # nothing of another host


def test_a_pack_of_records_is_refused(records: Path) -> None:
    ctx, _page, _query = told.view(records, "restricted", "/")
    with pytest.raises(press.NotPublic):
        press.pack(ctx, "")


def test_the_steward_hands_out_public_figures_and_the_log_has_the_hash(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_ = press.Pack(b"zip", 3, RELEASE)
    seen: list[bool] = []

    def pack(ctx: Context, *_rest: object) -> press.Pack:
        seen.append(ctx.catalogue.public)
        return made_

    monkeypatch.setattr(press, "pack", pack)

    def script() -> None:
        from dashboard import told
        from dashboard.components import context, press_panel

        ctx, _page, _query = told.view(context.data_dir(), "restricted", "/")
        press_panel._inside(ctx)

    app = AppTest.from_function(script, default_timeout=60).run()
    app.button(key="press_make").click().run()
    assert "Say which organisation" in says(app) and not seen and given.listed(records) == ()
    app.text_input(key="press_to").set_value("Courier").run()
    app.text_input(key="press_why").set_value("Story").run()
    app.button(key="press_make").click().run()
    assert not app.exception and seen == [True]
    (row,) = [r for r in audit.entries(records).rows if r.what == "give"]
    assert row.sha256 == made_.sha256 == given.listed(records)[0].sha256 and "Courier" not in str(row)
