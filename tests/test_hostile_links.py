"""No link breaks a page, shows what is inside, asks a slow question, or becomes part of one."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from streamlit.testing.v1 import AppTest

from dashboard.filters import NAMES, Filters
from dashboard.measures import ask
from dashboard.warehouse import Warehouse, open_warehouse
from tests.conftest import ROOT
from tests.hostile_links import BARE, MARK, PAGES, PUBLIC_PAGES, TEXTS, bound_names, links, parameters
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse

SLOW = 1.0  # seconds for one question
_INSIDE = re.compile(
    r"Traceback|site-packages|File \"|\.py\b|duckdb|ibis\.|sqlglot|SELECT |/tmp/|/home/|/work|0x[0-9a-f]{6,}|Exception"
)
Asked = list[tuple[str, float]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("links")
    make_warehouse(made, 600)
    return made


@pytest.fixture
def asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every question that reaches the database, with the seconds that it took."""
    monkeypatch.setenv("LAMPLIGHT_DATA", str(folder))
    monkeypatch.setenv("LAMPLIGHT_TIER", "restricted")
    seen: Asked = []
    inner = Warehouse.ask_sql

    def asking(self: Warehouse, sql: str) -> Any:
        start = time.perf_counter()
        try:
            return inner(self, sql)
        finally:
            seen.append((sql, time.perf_counter() - start))

    monkeypatch.setattr(Warehouse, "ask_sql", asking)
    return seen


def _open(page: str, link: dict[str, list[str]]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=60)
    if page == "overview":
        for name, values in link.items():
            app.query_params[name] = values
        return app.run()
    app.run()
    for name, values in link.items():
        app.query_params[name] = values
    return app.switch_page(f"../pages/{page}.py").run()


def _text(app: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "text", "code")
    return " ".join(str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind)).replace("\\", "")


def _check(app: AppTest, asked: Asked, what: object) -> None:
    assert not app.exception, (what, [e.value for e in app.exception])
    said = _text(app)
    assert said.strip(), what
    shown = " ".join(m.value for m in app.code)  # the panel Link repeats the address that the reader came by
    assert MARK not in said.replace(shown, ""), what
    found = _INSIDE.search(said.replace(shown, ""))
    assert not found, (what, found)
    for sql, seconds in asked:
        assert seconds < SLOW, (what, sql[:200])
        assert MARK not in sql, what
    assert not Path(f"/tmp/{MARK}").exists() and not Path(f"/tmp/{MARK}.db").exists()


def test_every_parameter_that_a_page_reads_is_fuzzed() -> None:
    assert {"grain", "group", "average", "people", "by", "place", "ask", "kind", "split"} == bound_names()
    assert set(NAMES) | bound_names() <= set(parameters())


@pytest.mark.parametrize("page", PAGES)
def test_hostile_links(page: str, asked: Asked) -> None:
    for link in itertools.islice(links(len(page)), 3):
        _check(_open(page, link), asked, link)
    assert asked or page != PAGES[0], "the first page asks its questions while it is listened to"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("released") / "public"
    make_public(made, "year", "district", 700)
    return made


@pytest.fixture
def publicly(released: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The same of the protected view."""
    monkeypatch.setenv("LAMPLIGHT_DATA", str(released))
    monkeypatch.setenv("LAMPLIGHT_TIER", "public")
    return asked


@pytest.mark.parametrize("page", PUBLIC_PAGES)
def test_hostile_links_to_the_protected_view(page: str, publicly: Asked) -> None:
    for link in itertools.islice(links(200 + len(page)), 2):
        _check(_open(page, link), publicly, link)


@pytest.mark.full
@pytest.mark.parametrize("page", PUBLIC_PAGES)
def test_many_hostile_links_to_the_protected_view(page: str, publicly: Asked) -> None:
    for link in itertools.islice(links(300 + len(page)), 25):
        _check(_open(page, link), publicly, link)


@pytest.mark.full
@pytest.mark.parametrize("page", PAGES)
def test_many_hostile_links(page: str, asked: Asked) -> None:
    for link in itertools.islice(links(100 + len(page)), 25):
        _check(_open(page, link), asked, link)


def test_a_bad_value_is_dropped_with_a_notice_that_names_its_parameter(asked: Asked) -> None:
    told = _text(_open("overview", {name: [f"n{MARK}"] for name in NAMES}))
    for name in NAMES:
        assert f"“{name}”" in told, name
    assert MARK not in told
    trends = _text(_open("trends", {name: [f"n{MARK}"] for name in ("grain", "group", "average")}))
    for name in ("grain", "group", "average"):
        assert f"“{name}”" in trends, name


# -- what a hostile value becomes in a question ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("asked")
    make_warehouse(folder, 600)
    opened = open_warehouse(folder)
    yield opened
    opened.close()


_CHARACTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])  # DuckDB's texts hold no NUL
_HOSTILE = st.one_of(
    st.sampled_from([t for t in (*TEXTS, *BARE) if "\x00" not in t]), st.text(_CHARACTERS, max_size=60)
)
_UNITS = ("incidents", "victims", "suspects", "offences", "published_cases")


@settings(max_examples=60, deadline=None)
@given(st.lists(_HOSTILE, min_size=1, max_size=3), st.sampled_from(_UNITS), st.booleans())
def test_a_value_is_a_literal_or_nothing(warehouse: Warehouse, hostile: list[str], unit: str, where: bool) -> None:
    """Even past the catalogue, which lets none of them by: a value is text to the database, never SQL."""
    many = tuple(hostile)
    view = Filters(date(2022, 1, 1), None, "reported", many, many, unit, (), many, many, many)
    if unit in ("incidents", "victims", "suspects"):
        view = replace(view, areas=tuple(("tract", x) for x in many))
    more = (("source", many),) if where and unit in ("incidents", "victims", "suspects") else ()
    sql = ask._view(warehouse, view, more)
    statements = sqlglot.parse(sql, dialect="duckdb")
    assert len(statements) == 1 and isinstance(statements[0], exp.Select)
    tree = statements[0]
    known = (
        {n for schema in warehouse.schemas.values() for n in schema.names} | set(warehouse.schemas) | {"t0", "t1", "n"}
    )
    assert {i.name for i in tree.find_all(exp.Identifier)} <= known
    literals = {x.this for x in tree.find_all(exp.Literal) if x.is_string}
    assert set(many) <= literals
    assert {t.name for t in tree.find_all(exp.Table)} <= set(warehouse.schemas)
    assert not list(tree.find_all(exp.Command, exp.Anonymous, exp.Union))
    with warehouse.connect() as backend:  # DuckDB reads it the same way: no error, and nothing is found
        assert backend.con.execute(f"SELECT count(*) FROM ({sql})").fetchone() == (0,)


def test_a_layer_or_a_column_of_a_view_is_one_that_the_warehouse_has(warehouse: Warehouse) -> None:
    """Names are looked up, not written: what is no column is refused before there is any SQL."""
    for layer in (f'tract"; DROP TABLE incidents; --{MARK}', "tract' OR '1'='1", "district--", "h3_9"):
        with pytest.raises(Exception, match=r"(?s)."):
            ask._view(warehouse, Filters(areas=((layer, "x"),)), ())
    for column in ("source; --", '"source"', f"x{MARK}"):
        with pytest.raises(Exception, match=r"(?s)."):
            ask._view(warehouse, Filters(), ((column, "x"),))
