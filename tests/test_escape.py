"""Text from data stays text. What a browser makes of it is in tests/browser/test_hostile_text.py."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.escape import html_text, markdown_text, plain

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`+alert(1)+`",
    "\\`${alert(1)}",
    "</script><script>alert(1)</script>",
    "{{'window'}}",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "![x](http://other.example/x.png)",
    "[click](javascript:alert(1))",
    ":red[x] $x$ **x** _x_ http://other.example www.other.example a@other.example",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_html_text_is_shown_as_it_was_and_holds_nothing_that_runs(text: str) -> None:
    safe = html_text(text)
    assert html.unescape(safe) == text
    assert not set(re.sub(r"&#\d+;", "", safe)) & set("<>\"'`\\${}=")


@given(st.text())
def test_html_text_never_holds_a_character_with_a_meaning(text: str) -> None:
    safe = re.sub(r"&#\d+;", "", html_text(text))
    assert not set(safe) & set("&<>\"'`\\${}=\n\r\u2028\u2029")


@given(st.text())
def test_markdown_text_escapes_every_mark(text: str) -> None:
    """What is left once each escaped character is taken out cannot begin any markup."""
    left = re.sub(r"\\.", "", markdown_text(text))
    assert not set(left) & set("\\`*_{}[]()<>#!|~$:&@\n")


def test_addresses_do_not_become_links() -> None:
    safe = markdown_text("http://other.example www.other.example a@other.example").replace("\\", "")
    assert "://" not in safe
    assert "www." not in safe
    assert "a@" not in safe


def test_plain_drops_what_hides_or_reverses_text() -> None:
    assert plain("Old\u202eMill\u200b\x00\n") == "OldMill"
    assert plain(" North\tgate ") == "North gate"
    assert plain("Old\ud800 Mill\uffff") == "Old\ufffd Mill\ufffd", "no file of XML could hold these"


def test_numbers_and_nothing_are_text_too() -> None:
    assert html_text(12) == "12"
    assert html_text(None) == "None"
