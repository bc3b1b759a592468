"""What a row of the audit log says: who, when, what and which view; no text gets in."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import audit
from dashboard.audit import entry
from dashboard.catalogue import AreaGroup
from dashboard.filters import DATE_BASIS, NAMES, Filters
from dashboard.questions import LABELS
from tests.audit_rows import ANA, NOON


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def test_a_row_says_who_when_what_and_which_view(data: Path) -> None:
    filters = Filters(date(2024, 1, 1), date(2025, 12, 1), sources=("wick_police",), areas=(("district", "D1"),))
    sha = "ab" * 32
    done = audit.Export("csv", 120, sha)
    audit.record(data, ANA, "export", page="map", filters=audit.link(filters, "dense"), export=done, now=NOON)
    (row,) = audit.entries(data).rows
    assert (row.number, row.at, row.clock_back) == (1, "2026-03-01T12:00:00.000Z", 0)
    assert (row.person, row.role, row.agency, row.what, row.page) == (
        *("ana@wick.example", "partner", "wick_police"),
        *("export", "map"),
    )
    said = "from=2024-01&to=2025-12&source=wick_police&area=district%3AD1&unit=incidents&date=reported&ask=dense"
    assert row.filters == said
    assert (row.format, row.rows, row.sha256, row.left_out) == ("csv", 120, sha, 0)


def test_the_grammar_covers_every_filter_and_every_question() -> None:
    assert list(entry.GRAMMAR) == [*NAMES, "ask"]
    assert all(entry.GRAMMAR["ask"](question) for question in LABELS)
    assert all(entry.GRAMMAR["date"](basis) for basis in DATE_BASIS)


def test_a_named_group_is_its_id_because_its_name_is_text(data: Path) -> None:
    group = AreaGroup(id="k3m9", name="Motel where Jane Doe was found", members=(("district", "D1"),))
    assert audit.link(Filters(areas=(group,)))["area"] == ["group:k3m9"]


HOSTILE = (
    "Jane Doe, 14",
    "<script>alert(1)</script>",
    "'; DROP TABLE audit; --",
    '=HYPERLINK("http://x")',
    "a\nb\x00c",
    "\u202e" + "x" * 400,
    "../../etc/passwd",
    "\ud800",
    "é" * 5000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_gets_into_no_field(data: Path, text: str) -> None:
    who = audit.Who(text, text, text)
    everything = {name: [text, text] for name in (*entry.GRAMMAR, text)}
    audit.record(data, who, "export", page=text, filters=everything, subject=text, export=audit.Export(text, 3, text))
    (row,) = audit.entries(data).rows
    assert re.fullmatch(r"sha256:[0-9a-f]{16}", row.person) or row.person == text.removeprefix("=") == text
    assert (row.role, row.page, row.filters, row.format, row.sha256) == ("", "", "", "", "")
    assert row.left_out >= 2 * len(entry.GRAMMAR)
    if text not in (row.person, row.agency):
        raw = b"".join(p.read_bytes() for p in (data / "warehouse").rglob("*") if p.is_file())
        assert text.encode("utf-8", "surrogatepass") not in raw
    assert audit.verify(data).holds


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*entry.GRAMMAR, "q", "sql"]), st.lists(st.text(max_size=80), max_size=4)))
def test_whatever_a_link_says_only_codes_are_kept(filters: dict[str, list[str]]) -> None:
    made = entry.declared(ANA, "view", "map", filters, "", None)
    assert re.fullmatch(r"[\w.%=&+-]*", made["filters"], flags=re.ASCII) and len(made["filters"]) <= entry.LONGEST_LINK
    assert made["filters"].count("=") + made["left_out"] == sum(map(len, filters.values()))


def test_a_long_choice_is_cut_and_the_cut_is_counted(data: Path) -> None:
    audit.record(data, ANA, "view", filters={"area": [f"tract:T{i}" for i in range(500)]})
    (row,) = audit.entries(data).rows
    assert row.filters.count("area=") + row.left_out == 500
    assert len(row.filters) <= entry.LONGEST_LINK


def test_what_is_not_declared_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="not declared"):
        audit.record(data, ANA, "peeked")
    assert audit.size(data) == 0
