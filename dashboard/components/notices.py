"""What every page says around its figures: problems, the banner, the frame, the crisis line, the way out."""

import os
from datetime import datetime

import streamlit as st

from dashboard import words
from dashboard.catalogue import Catalogue
from dashboard.escape import html_text, markdown_text

CRISIS_CALL, CRISIS_TEXT = "1-888-373-7888", "233733"
LEAVE_FOR = "https://www.weather.gov/"  # a page that says nothing about the reader; opened on a click only
LEAVE_SCRIPT = "/vendor/lamplight/leave.js"  # a file of ours, because the content policy runs no inline script

_STYLE = """
.st-key-filter_bar { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent);
  padding-bottom: .5rem; }
.block-container { padding-top: 4.25rem !important; }
.lamplight-strip { padding: .35rem .75rem; border-radius: .375rem; font-size: .9rem; line-height: 1.4;
  background: color-mix(in srgb, currentColor 7%, transparent); }
.lamplight-leave { position: fixed; top: .6rem; right: 4rem; z-index: 1000000; padding: .3rem .8rem;
  border: 1px solid currentColor; border-radius: .375rem; font-size: .9rem; font-weight: 600; text-decoration: none;
  background: transparent; color: inherit !important; }
.lamplight-leave:focus-visible { outline: 3px solid var(--st-primary-color, #0B6B63); outline-offset: 2px; }
.lamplight-frame { position: fixed; inset: 0; z-index: 999999; pointer-events: none; border: 4px solid #8A4B00; }
.lamplight-frame span { position: absolute; bottom: 0; left: 50%; transform: translateX(-50%); white-space: nowrap;
  padding: .1rem .75rem; border-radius: .375rem .375rem 0 0; background: #8A4B00; color: #FFF; font-size: .8rem;
  font-weight: 600; letter-spacing: .02em; }
@media (max-width: 640px) {
  .st-key-filter_row > div { flex: 1 1 9.5rem !important; width: auto !important; min-width: 9.5rem; }
  .st-key-filter_row > div > * { width: 100% !important; }
}
@media print { .lamplight-leave { display: none; } }
"""


def problem(message: str, remedy: str) -> None:
    """Something is wrong that the reader can put right: what, and how."""
    with st.container(border=True, key="problem"):
        st.subheader(markdown_text(message), anchor=False)
        # What stands between backticks is a command to copy.
        parts = remedy.split("`")
        st.markdown(
            "".join(f"`{p}`" if i % 2 and i + 1 < len(parts) else markdown_text(p) for i, p in enumerate(parts))
        )


def link_notices(sentences: list[str]) -> None:
    """What of a link could not be read."""
    if sentences:
        st.info(" ".join(markdown_text(s) for s in sentences), icon=":material/link_off:")


def surroundings() -> None:
    """The style of what follows, and the way out at the top right."""
    st.html(f"<style>{_STYLE}</style>")
    # Without the script it is a plain link; with it the page that opens takes this one's place in the tab.
    st.html(
        f'<a class="lamplight-leave" href="{LEAVE_FOR}" target="_self" rel="noreferrer noopener">Quick exit</a>'
        f'<script src="{LEAVE_SCRIPT}"></script>',
        unsafe_allow_javascript=True,
    )


def fictional_or_restricted(catalogue: Catalogue | None) -> None:
    """The banner of a fictional sample, or the frame of real records. Without a catalogue: the frame, to be safe."""
    if catalogue is not None and catalogue.fictional:
        place = catalogue.meta.get("place") or "an invented place"
        st.html(
            f'<div class="lamplight-strip" role="note"><strong>Fictional sample:</strong> {html_text(place)}. '
            "Every record, place and source here is invented.</div>"
        )
    elif os.environ.get("LAMPLIGHT_TIER", "restricted") == "restricted":
        st.html('<div class="lamplight-frame" role="note"><span>RESTRICTED: do not share this screen</span></div>')


def footer(catalogue: Catalogue | None) -> None:
    """How fresh the data are, and the crisis line."""
    call = os.environ.get("LAMPLIGHT_CRISIS_LINE") or f"call {CRISIS_CALL} or text {CRISIS_TEXT}"
    parts = [f"In the United States, help for people who are trafficked or exploited: {call} (day and night)."]
    if catalogue is not None and (fresh := freshness(catalogue)):
        parts.insert(0, fresh)
    st.divider()
    st.caption(markdown_text(" ".join(parts)))


def freshness(catalogue: Catalogue) -> str:
    """Up to which day the records know, and when they were put together; empty when neither is known."""
    parts = [f"Records up to {words.day(catalogue.as_of)}"] if catalogue.as_of else []
    if built := _built(catalogue):
        parts.append(f"put together on {words.day(built)}")
    return ", ".join(parts) + "." if parts else ""


def _built(catalogue: Catalogue) -> datetime | None:
    try:
        return datetime.fromisoformat(catalogue.meta.get("built_at", ""))
    except ValueError:
        return None
