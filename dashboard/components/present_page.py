"""Present: a briefing slide by slide, full screen. On the public side only; the restricted side leads there.

Every slide is in the page from the start, and `static/present.js` shows one: a slide changes without asking the
server, also while the connection is down. The link holds the number of the slide.
"""

from functools import cache
from pathlib import Path

import streamlit as st

from dashboard import decks, words
from dashboard.components import context, mine, notices, present_figure, present_public
from dashboard.decks import Item, Shown, Stored
from dashboard.decks.meetings import DECISIONS, SERVICES, SINCE
from dashboard.escape import html_text, markdown_text
from dashboard.i18n import _, ngettext
from dashboard.palette import palette
from dashboard.pointer import WarehouseError
from dashboard.server import page_file
from dashboard.state import StateError
from dashboard.warehouse import Warehouse, current, served_tier

DECK, SLIDE = "deck", "slide"  # of the link
STYLE = Path(__file__).resolve().parents[1] / "static" / "present.css"
PAGE = Path(__file__).resolve().parents[2] / "pages" / "present.py"


def presenting() -> bool:
    """Whether this run shows slides: then there is nothing else in the page."""
    return served_tier() == "public" and bool(st.query_params.get(DECK)) and bool(st.query_params.get(SLIDE))


def show(warehouse: Warehouse) -> None:
    """Draw the page: the slides, or which briefings there are."""
    if served_tier() != "public":
        st.title(_("Present"), anchor=False)
        present_public.show()
        return
    try:
        deck = decks.get(context.data_dir(), st.query_params.get(DECK, ""), mine.reader())
        found = decks.listed(context.data_dir(), mine.reader())
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if presenting() and deck is not None:
        _stage(warehouse, deck)
        return
    _choose(found, missing=deck is None and bool(st.query_params.get(DECK)))


def link(deck: Stored, label: str) -> None:
    """The link that starts a briefing at its first slide."""
    st.page_link(str(PAGE), label=label, icon=":material/slideshow:", query_params={DECK: deck.id, SLIDE: "1"})


def _choose(found: tuple[Stored, ...], missing: bool) -> None:
    st.title(_("Present"), anchor=False)
    if missing:
        notices.link_notices([_("The briefing of this link is not there: it was deleted, or the link is cut.")])
    if not found:
        st.markdown(_("There is no briefing yet: put one together on the page Briefing."))
    for deck in found:
        with st.container(border=True, key=f"deck_{deck.id}", gap="xsmall"):
            st.markdown(f"**{markdown_text(deck.name)}**")
            n = len(deck.items)
            slides = ngettext("{n} slide", "{n} slides", n).format(n=n)
            st.caption(markdown_text(_("{slides}, filled from release {release}.").format(
                slides=slides, release=deck.release)))  # fmt: skip
            link(deck, _("Present"))
    st.caption(
        _(
            "Arrow keys, Page Up and Page Down, Space and a clicker turn the slides; Home and End go to the first and "
            "the last. F is full screen, C high contrast, B or a full stop blanks the screen, Esc leaves."
        )
    )


# -- the slides --------------------------------------------------------------------------------------------------------


def _stage(warehouse: Warehouse, deck: Stored) -> None:
    """The cover and every slide, the one of the link first so that it is there first."""
    data, reader = context.data_dir(), mine.reader()
    warehouse = of_release(warehouse, deck, data)
    items = [item for item in deck.items if _has(warehouse, deck, item)]
    count = len(items) + 1
    start = _number(count)
    st.html(f"<style>{_style()}{_colours()}</style>")
    st.html(_controls(deck, count), unsafe_allow_javascript=True)
    order = sorted(range(1, count + 1), key=lambda n: (n != start, abs(n - start)))
    for n in order:
        with st.container(key=f"slide_{n}", gap="small"):
            if n == 1:
                st.html(_cover(warehouse, deck))
                continue
            slide = decks.one(data, warehouse, reader, deck, items[n - 2])
            if slide is not None:
                _slide(warehouse, deck, slide, n, count)


def _slide(warehouse: Warehouse, deck: Stored, slide: Shown, n: int, count: int) -> None:
    said = f"<p>{html_text(slide.sentence)}</p>" if slide.sentence else ""
    note = f'<p class="lamplight-stage-note">{html_text(slide.note)}</p>' if slide.note else ""
    st.html(f'<div class="lamplight-stage-head"><h1 tabindex="-1">{html_text(slide.title)}</h1>{said}{note}</div>')
    if slide.figure is not None:
        present_figure.draw(slide.figure, f"present_{n}")
    if slide.points:
        st.html(_points(slide))
    st.html(f'<div class="lamplight-stage-foot"><span>{_source(warehouse, deck, slide)}</span>'
            f"<span>{n} / {count}</span></div>")  # fmt: skip


def _points(slide: Shown) -> str:
    marks = slide.done or (False,) * len(slide.points)
    rows = "".join(
        f'<li class="{"done" if done else "open"}">{html_text(text)}</li>'
        for text, done in zip(slide.points, marks, strict=True)
    )
    kind = "decisions" if slide.kind == DECISIONS else "points"
    return f'<ul class="lamplight-stage-{kind}">{rows}</ul>'


def _source(warehouse: Warehouse, deck: Stored, slide: Shown) -> str:
    parts = []
    if warehouse.catalogue.fictional:
        parts.append(_("Fictional sample."))
    if slide.figure is not None:
        about = slide.figure.about
        unit = _("Protected figures, release {release}.").format(release=about.release or decks.release_of(warehouse))
        parts += [slide.figure.subtitle, unit, _("These are reports, not all that happens.")]
    return html_text(" ".join(parts))


def _cover(warehouse: Warehouse, deck: Stored) -> str:
    catalogue = warehouse.catalogue
    lines = [catalogue.meta.get("place", "")]
    if catalogue.last_month:
        lines.append(_("Protected figures up to {month}, release {release}").format(
            month=words.month(catalogue.last_month), release=decks.release_of(warehouse)))  # fmt: skip
    if catalogue.fictional:
        lines.append(_("Fictional sample: every record, place and source is invented"))
    lines.append(notices.crisis_line())
    said = "".join(f"<p>{html_text(line)}</p>" for line in lines if line)
    return f'<div class="lamplight-stage-cover"><h1 tabindex="-1">{html_text(deck.name)}</h1>{said}</div>'


def _controls(deck: Stored, count: int) -> str:
    """What present.js needs, and buttons for those without a keyboard; they show when the pointer moves."""
    buttons = (
        ("back", "‹", _("Back")), ("next", "›", _("Next")), ("full", _("Full screen"), ""),
        ("contrast", _("High contrast"), ""), ("blank", _("Blank"), ""), ("leave", _("Leave"), ""),
    )  # fmt: skip
    made = "".join(
        f'<button type="button" class="lamplight-present-{name}"'
        f' aria-label="{html_text(label or text)}">{html_text(text)}</button>'
        for name, text, label in buttons
    )
    return (
        f'<div class="lamplight-present" data-count="{count}" data-deck="{html_text(deck.id)}" '
        f'data-said="{html_text(_("Slide {n} of {count}"))}">{made}<span class="lamplight-present-live" '
        f'role="status" aria-live="polite"></span></div><script src="{page_file("present.js")}"></script>'
    )


def _has(warehouse: Warehouse, deck: Stored, item: Item) -> bool:
    """Whether a slide has something to show, without drawing it."""
    if item.kind not in (DECISIONS, SERVICES, SINCE):
        return True
    return decks.one(context.data_dir(), warehouse, mine.reader(), deck, item) is not None


def _number(count: int) -> int:
    asked = st.query_params.get(SLIDE, "1")
    return min(max(int(asked), 1), count) if asked.isdecimal() and len(asked) < 5 else 1


def of_release(warehouse: Warehouse, deck: Stored, data_dir: Path) -> Warehouse:
    """The release that the briefing's sentences were written from; the newest where it is not kept any more."""
    if not deck.release or deck.release == decks.release_of(warehouse):
        return warehouse
    try:
        return current(data_dir, "public", deck.release)
    except WarehouseError:
        return warehouse


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


def _colours() -> str:
    """A room is lit: slides are light whatever the presenter's own theme is."""
    p = palette("light")
    return f":root{{--stage-surface:{p.surface};--stage-text:{p.text};--stage-quiet:{p.quiet};--stage-line:{p.grid}}}"
