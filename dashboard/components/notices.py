"""What every page says around its figures: problems, the banner, the frame, the crisis line, the way out."""

import os
from datetime import datetime
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard import words
from dashboard.catalogue import Catalogue
from dashboard.components import first_visit, keys, spoken
from dashboard.escape import html_text, markdown_text
from dashboard.i18n import _, language
from dashboard.palette import palette
from dashboard.server import page_file
from dashboard.warehouse import served_tier

CRISIS_CALL, CRISIS_TEXT = "1-888-373-7888", "233733"
LEAVE_FOR = "https://www.weather.gov/"  # a page that says nothing about the reader; opened on a click only
LEAVE_SCRIPT = "/vendor/lamplight/leave.js"  # a file of ours, because the content policy runs no inline script
STATIC = Path(__file__).resolve().parents[1] / "static"
STYLES = ("page.css", "access.css", "print.css")


def problem(message: str, remedy: str) -> None:
    """Something is wrong that the reader can put right: what, and how."""
    with st.container(border=True, key="problem"):
        st.subheader(markdown_text(_(message)), anchor=False)
        st.markdown(with_commands(_(remedy)))


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
        f'<a class="lamplight-leave" href="{LEAVE_FOR}" target="_self" rel="noreferrer noopener">'
        f"{_('Quick exit')}</a>"
        f'<span class="lamplight-lang" lang="{language()}" hidden></span>'
        f"{_said()}{first_visit.panel(crisis_line())}{keys.panel()}"
        f'<script src="{LEAVE_SCRIPT}"></script><script src="{page_file("page.js")}"></script>'
        f'<script src="{page_file("access.js")}"></script>',
        unsafe_allow_javascript=True,
    )


def _style() -> str:
    return "".join(map(_sheet, STYLES))


@cache
def _sheet(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _said() -> str:
    """What static/access.js puts where Streamlit has no words, or only English ones."""
    said = {
        "skip": _("Skip to content"),
        "map": _("Map:"),
        "twin": _("The table below the map holds every place."),
        "table": _("Table:"),
    }
    data = " ".join(f'data-{name}="{html_text(text)}"' for name, text in said.items())
    return f'<span class="lamplight-said" hidden {data}></span>'


def _colours() -> str:
    """The colours of this reader's theme, for what Streamlit does not draw."""
    p = palette(st.context.theme.type)
    named = {"surface": p.surface, "text": p.text, "quiet": p.quiet, "line": p.quiet, "accent": p.accent}
    if p.dark:
        named["turned"] = "invert(1) hue-rotate(180deg)"  # shades drawn for a dark screen, on white paper
    rule = ":root{" + "".join(f"--lamplight-{name}:{value};" for name, value in named.items()) + "}"
    return rule + (_sheet("print_dark.css") if p.dark else "")


def fictional_or_restricted(catalogue: Catalogue | None) -> None:
    """The banner of a fictional sample, or the frame of real records. Without a catalogue: the frame, to be safe."""
    if catalogue is not None and catalogue.fictional:
        place = catalogue.meta.get("place") or _("an invented place")
        said = _("Every record, place and source here is invented.")
        if catalogue.public:
            said = f"{said} {_('Numbers are rounded as real ones would be.')}"
        st.html(
            f'<div class="lamplight-strip" role="note"><strong>{_("Fictional sample:")}</strong> {html_text(place)}. '
            f"{said}</div>"
        )
    elif served_tier() != "public":
        st.html(
            f'<div class="lamplight-frame" role="note"><span>{_("RESTRICTED: do not share this screen")}</span></div>'
            f'<style>:root {{ --lamplight-mark: "{_("RESTRICTED: do not share")}"; }}</style>'
        )


def footer(catalogue: Catalogue | None) -> None:
    """How fresh the data are, and the crisis line."""
    parts = [crisis_line()]
    if catalogue is not None and (fresh := freshness(catalogue)):
        parts.insert(0, fresh)
    st.divider()
    st.caption(markdown_text(" ".join(parts)))
    st.html(
        f'<p class="lamplight-printed">{_("This view:")} <span class="lamplight-printed-link"></span></p>'
        f"{first_visit.button()} {keys.button()}"
    )
    spoken.choice()


def crisis_line() -> str:
    """Where people who are trafficked or exploited find help, in a sentence."""
    call = os.environ.get("LAMPLIGHT_CRISIS_LINE") or _("call {number} or text {short}").format(
        number=CRISIS_CALL, short=CRISIS_TEXT
    )
    return _("In the United States, help for people who are trafficked or exploited: {call} (day and night).").format(
        call=call
    )


def freshness(catalogue: Catalogue) -> str:
    """Up to which day the records know, and when they were put together; empty when neither is known."""
    parts = [_("Records up to {day}").format(day=words.day(catalogue.as_of))] if catalogue.as_of else []
    if catalogue.public and catalogue.last_month:
        parts = [
            _("Release {id}").format(id=catalogue.meta.get("release", "")),
            _("periods up to {month}").format(month=words.month(catalogue.last_month)),
        ]
    if built := _built(catalogue):
        parts.append(_("put together on {day}").format(day=words.day(built)))
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _built(catalogue: Catalogue) -> datetime | None:
    try:
        return datetime.fromisoformat(catalogue.meta.get("built_at", ""))
    except ValueError:
        return None
