"""Briefing: put slides together, order them, refresh them for this month, take them along or present them."""

from collections.abc import Callable

import streamlit as st

from dashboard import briefing, decks, room
from dashboard.components import (
    briefing_decisions,
    briefing_slides,
    context,
    mine,
    notices,
    present_page,
    saved_bar,
    taken_away,
)
from dashboard.components.gate import callback
from dashboard.decks import MEETINGS, DeckError, Refreshed, Stored
from dashboard.escape import markdown_text
from dashboard.i18n import _, language, speak
from dashboard.links import from_query
from dashboard.saved import LONGEST_NAME, Reader
from dashboard.state import StateError
from dashboard.view_context import Context
from dashboard.warehouse import served_tier

CHOSEN, NAME, MEETING, RENAMED = "briefing_deck", "briefing_name", "briefing_meeting", "briefing_renamed"
_SAID, _REFRESHED, _DELETED = "_lamplight_deck_said", "_lamplight_deck_refreshed", "_lamplight_deck_deleted"
MIME = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}


def show(ctx: Context) -> None:
    """Draw the page."""
    reader = mine.reader()
    if why := mine.read_only():
        st.info(notices.with_commands(why), icon=":material/lock:")
    try:
        found = {deck.id: deck for deck in decks.listed(context.data_dir(), reader)}
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if said := st.session_state.pop(_SAID, ""):
        st.warning(markdown_text(said))
    _deleted()
    deck = _choose(ctx, found, not why)
    if deck is None:
        return
    if served_tier() != "public":
        st.caption(_("These figures are exact: every page that is taken along says RESTRICTED, and none is presented."))
    changeable = not why and reader.may_change(deck.person)
    ctx = _as_made(ctx, deck)
    _tools(ctx, deck, reader, changeable)
    _refreshed(ctx, deck)
    briefing_decisions.show(deck, reader, not why)
    briefing_slides.show(ctx, deck, reader, changeable)


def _choose(ctx: Context, found: dict[str, Stored], writes: bool) -> Stored | None:
    wanted = st.query_params.get(present_page.DECK)
    if CHOSEN not in st.session_state and wanted in found:
        st.session_state[CHOSEN] = wanted
    if st.session_state.get(CHOSEN) not in found:
        st.session_state.pop(CHOSEN, None)
    if not found:
        st.markdown(
            _("A briefing is a row of slides, each a view with a title and a sentence. Begin with a kind of meeting.")
        )
        if writes:
            _new(ctx)
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            _("Briefing"), list(found), format_func=lambda key: found[key].name if key in found else "", key=CHOSEN,
            width=360,
        )  # fmt: skip
        if writes:
            with st.popover(_("New briefing"), icon=":material/add:", key="briefing_new"):
                _new(ctx)
    return found.get(chosen)


def _as_made(ctx: Context, deck: Stored) -> Context:
    """The view in the records that the briefing was made of: a steward's own would bring in other agencies'."""
    if deck.scope == mine.reader().scope:
        return ctx
    opened = decks.own_data(deck, context.whole())
    offered = context.catalogue(opened)
    filters, _said = from_query(saved_bar.by_ids(ctx), offered)
    return Context(opened, filters, offered.of(filters.unit))


def _new(ctx: Context) -> None:
    st.text_input(_("Name"), key=NAME, max_chars=LONGEST_NAME, placeholder=_("Task force, May"), width=360)
    st.radio(
        _("Kind of meeting"), list(MEETINGS), key=MEETING, format_func=lambda key: _(MEETINGS[key].name),
        captions=[_(m.about) for m in MEETINGS.values()],
    )  # fmt: skip
    st.button(_("Put it together"), key="briefing_create", type="primary", on_click=_create, args=(ctx,))


def _tools(ctx: Context, deck: Stored, reader: Reader, changeable: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="briefing_tools"):
        if served_tier() == "public":
            present_page.link(deck, _("Present"))
        for form, label in (("pptx", _("Download as pptx")), ("pdf", _("Download as pdf"))):
            st.download_button(
                label, data=taken_away.on_click(_file(ctx, deck, reader, form), form), mime=MIME[form],
                file_name=f"lamplight-briefing.{form}", key=f"briefing_{form}", on_click="ignore", type="tertiary",
                icon=":material/download:",
            )  # fmt: skip
        if changeable:
            st.button(
                _("Refresh for this month"), key="briefing_refresh", icon=":material/refresh:", on_click=_refresh,
                args=(ctx, deck),
            )  # fmt: skip
            with st.popover(_("Rename or delete"), type="tertiary", icon=":material/edit:", key="briefing_edit"):
                st.text_input(_("Name"), deck.name, key=f"{RENAMED}_{deck.id}", max_chars=LONGEST_NAME)
                st.button(_("Rename"), key="briefing_rename", on_click=_rename, args=(deck.id,))
                st.button(_("Delete this briefing"), key="briefing_delete", on_click=_delete, args=(deck,),
                          icon=":material/delete:")  # fmt: skip
    now = decks.release_of(ctx.warehouse)
    if deck.release and deck.release != now:
        st.info(
            markdown_text(
                _("Its sentences are of release {then}; the newest is {now}. Refresh it, or it shows {then}.").format(
                    then=deck.release, now=now
                )
            ),
            icon=":material/info:",
        )


def _file(ctx: Context, deck: Stored, reader: Reader, form: str) -> Callable[[], tuple[bytes, int]]:
    """What makes the file: on another thread, so all that it needs is taken along."""
    data, spoken, warehouse, shown = context.data_dir(), language(), ctx.warehouse, room.here()

    def make() -> tuple[bytes, int]:
        speak(spoken)
        room.said(shown)
        made = decks.deck_of(data, present_page.of_release(warehouse, deck, data), reader, deck)
        content = briefing.pptx(made) if form == "pptx" else briefing.pdf(made)
        return content, len(made.slides)

    return make


def _refreshed(ctx: Context, deck: Stored) -> None:
    """What the last refresh wrote anew, and the sentences that the figures do not say."""
    done: Refreshed | None = st.session_state.get(_REFRESHED)
    if done is not None and done.deck.id == deck.id:
        st.success(_("The texts are of the newest figures."), icon=":material/check:")
        for title in done.lost:
            st.warning(markdown_text(_("“{title}” has no figure in these data any more.").format(title=title)))
    if deck.changes:
        with st.expander(
            _("What the last refresh changed ({n})").format(n=len(deck.changes)), key="briefing_changes",
            expanded=done is not None and done.deck.id == deck.id,
        ):  # fmt: skip
            for change in deck.changes:
                before, after = markdown_text(change["before"]) or "–", markdown_text(change["after"]) or "–"
                st.markdown(f"~~{before}~~  \n{after}")
    for flag in decks.flags(context.data_dir(), ctx.warehouse, deck):
        why = "; ".join(f"“{d.said}”: {d.why}" for d in flag.doubts)
        st.warning(
            markdown_text(_("No longer so, or never checked: “{text}” {why}.").format(text=flag.sentence, why=why)),
            icon=":material/flag:",
        )


def _deleted() -> None:
    if _DELETED in st.session_state:
        _id, name = st.session_state[_DELETED]
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(_("{name} was deleted.").format(name=markdown_text(name)), width="content")
            st.button(_("Undo"), key="briefing_undo", icon=":material/undo:", on_click=_bring_back)


# -- changes -----------------------------------------------------------------------------------------------------------


def attempt(change: Callable[[], object], deck_id: str, what: str = "change") -> None:
    """Do it and note it in the audit log, or keep the reason why not for the page. deck_id : "" notes nothing."""
    if mine.read_only():
        return
    try:
        change()
        if deck_id:
            mine.noted(what, f"briefing:{deck_id}")
    except (DeckError, StateError) as error:
        st.session_state[_SAID] = str(error)


@callback
def _create(ctx: Context) -> None:
    def change() -> None:
        name, meeting = st.session_state.get(NAME, ""), st.session_state.get(MEETING, "")
        made = decks.new(context.data_dir(), ctx.warehouse, mine.reader(), name, meeting)
        st.session_state[CHOSEN], st.session_state[NAME] = made.id, ""
        mine.noted("save", f"briefing:{made.id}")

    attempt(change, "")


@callback
def _refresh(ctx: Context, deck: Stored) -> None:
    def change() -> None:
        st.session_state[_REFRESHED] = decks.refresh(context.data_dir(), ctx.warehouse, mine.reader(), deck)

    attempt(change, deck.id)


@callback
def _rename(deck_id: str) -> None:
    name = st.session_state.get(f"{RENAMED}_{deck_id}", "")
    attempt(lambda: decks.rename(context.data_dir(), mine.reader(), deck_id, name), deck_id)


@callback
def _delete(deck: Stored) -> None:
    def change() -> None:
        decks.delete(context.data_dir(), mine.reader(), deck.id)
        st.session_state[_DELETED] = (deck.id, deck.name)

    attempt(change, deck.id, "delete")


@callback
def _bring_back() -> None:
    deck_id, _name = st.session_state[_DELETED]

    def change() -> None:
        decks.restore(context.data_dir(), mine.reader(), deck_id)
        del st.session_state[_DELETED]

    attempt(change, deck_id, "undelete")
