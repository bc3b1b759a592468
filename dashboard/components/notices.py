"""What every page says around its figures: problems, the banner, the frame, the crisis line, the way out."""

import os
from datetime import datetime
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard import words
from dashboard.catalogue import Catalogue
from dashboard.components import first_visit, keys
from dashboard.escape import html_text, markdown_text
from dashboard.palette import palette
from dashboard.server import page_file
from dashboard.warehouse import served_tier

CRISIS_CALL, CRISIS_TEXT = "1-888-373-7888", "233733"
LEAVE_FOR = "https://www.weather.gov/"  # a page that says nothing about the reader; opened on a click only
LEAVE_SCRIPT = "/vendor/lamplight/leave.js"  # a file of ours, because the content policy runs no inline script
STYLE = Path(__file__).resolve().parents[1] / "static" / "page.css"


def problem(message: str, remedy: str) -> None:
    """Something is wrong that the reader can put right: what, and how."""
    with st.container(border=True, key="problem"):
        st.subheader(markdown_text(message), anchor=False)
        st.markdown(with_commands(remedy))


def with_commands(text: str) -> str:
    """Our own words for Markdown: what stands between backticks is a command to copy."""
    parts = text.split("`")
    # Each word by itself, because the spaces around a command stay.
    return "".join(
        f"`{part}`" if i % 2 and i + 1 < len(parts) else " ".join(markdown_text(word) for word in part.split(" "))
        for i, part in enumerate(parts)
    )


def link_notices(sentences: list[str]) -> None:
    """What of a link could not be read."""
    if sentences:
        st.info(" ".join(markdown_text(s) for s in sentences), icon=":material/link_off:")


def surroundings() -> None:
    """The style of what follows, the way out at the top right, the panel of a first visit and that of the keys."""
    st.html(f"<style>{_colours()}{_style()}</style>")
    # Without the scripts the way out is a plain link; with them the page that opens takes this one's place in the tab.
    st.html(
        f'<a class="lamplight-leave" href="{LEAVE_FOR}" target="_self" rel="noreferrer noopener">Quick exit</a>'
        f"{first_visit.panel(crisis_line())}{keys.panel()}"
        f'<script src="{LEAVE_SCRIPT}"></script><script src="{page_file("page.js")}"></script>',
        unsafe_allow_javascript=True,
    )


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


def _colours() -> str:
    """The colours of this reader's theme, for what Streamlit does not draw."""
    p = palette(st.context.theme.type)
    named = {"surface": p.surface, "text": p.text, "quiet": p.quiet, "line": p.quiet, "accent": p.accent}
    return ":root{" + "".join(f"--lamplight-{name}:{colour};" for name, colour in named.items()) + "}"


def fictional_or_restricted(catalogue: Catalogue | None) -> None:
    """The banner of a fictional sample, or the frame of real records. Without a catalogue: the frame, to be safe."""
    if catalogue is not None and catalogue.fictional:
        place = catalogue.meta.get("place") or "an invented place"
        rounded = " Numbers are rounded as real ones would be." if catalogue.public else ""
        st.html(
            f'<div class="lamplight-strip" role="note"><strong>Fictional sample:</strong> {html_text(place)}. '
            f"Every record, place and source here is invented.{rounded}</div>"
        )
    elif served_tier() != "public":
        st.html(
            '<div class="lamplight-frame" role="note"><span>RESTRICTED: do not share this screen</span></div>'
            '<style>:root { --lamplight-mark: "RESTRICTED: do not share"; }</style>'
        )


def footer(catalogue: Catalogue | None) -> None:
    """How fresh the data are, and the crisis line."""
    parts = [crisis_line()]
    if catalogue is not None and (fresh := freshness(catalogue)):
        parts.insert(0, fresh)
    st.divider()
    st.caption(markdown_text(" ".join(parts)))
    st.html(keys.button())


def crisis_line() -> str:
    """Where people who are trafficked or exploited find help, in a sentence."""
    call = os.environ.get("LAMPLIGHT_CRISIS_LINE") or f"call {CRISIS_CALL} or text {CRISIS_TEXT}"
    return f"In the United States, help for people who are trafficked or exploited: {call} (day and night)."


def freshness(catalogue: Catalogue) -> str:
    """Up to which day the records know, and when they were put together; empty when neither is known."""
    parts = [f"Records up to {words.day(catalogue.as_of)}"] if catalogue.as_of else []
    if catalogue.public and catalogue.last_month:
        parts = [f"Release {catalogue.meta.get('release', '')}", f"periods up to {words.month(catalogue.last_month)}"]
    if built := _built(catalogue):
        parts.append(f"put together on {words.day(built)}")
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _built(catalogue: Catalogue) -> datetime | None:
    try:
        return datetime.fromisoformat(catalogue.meta.get("built_at", ""))
    except ValueError:
        return None
