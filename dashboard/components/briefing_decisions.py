"""What the meeting of a briefing decided: written down, marked as done, and first when it is opened again."""

import streamlit as st

from dashboard import decks
from dashboard.components import briefing_page, context, mine, notices
from dashboard.components.gate import callback
from dashboard.decks import Stored
from dashboard.decks.decisions import LONGEST, LONGEST_OWNER, Decision, drop, summary
from dashboard.decks.shown import decided
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.saved import Reader
from dashboard.state import StateError

TEXT, OWNER, DUE = "decision_text", "decision_owner", "decision_due"


def show(deck: Stored, reader: Reader, writes: bool) -> None:
    """The decisions with a box each, and the form for another."""
    try:
        made = decks.decisions(context.data_dir(), reader, deck.id)
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if made:
        st.subheader(markdown_text(summary(made)), anchor=False)
        for decision in made:
            _row(decision, writes)
    if writes:
        with st.expander(_("Write down a decision of the meeting"), icon=":material/gavel:", key="decision_form"):
            _form(deck)


def _row(decision: Decision, writes: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"decision_{decision.id}"):
        st.checkbox(
            markdown_text(decided(decision)), value=decision.done_on is not None, key=f"decision_done_{decision.id}",
            disabled=not writes, on_change=_done, args=(decision.deck, decision.id),
        )  # fmt: skip
        if writes:
            st.button(_("Remove"), key=f"decision_drop_{decision.id}", type="tertiary", on_click=_drop,
                      args=(decision.deck, decision.id))  # fmt: skip


def _form(deck: Stored) -> None:
    st.text_input(_("What was decided"), key=TEXT, max_chars=LONGEST)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.text_input(
            _("Whose it is"), key=OWNER, max_chars=LONGEST_OWNER, width=300,
            placeholder=_("A role or an agency, not a name"),
        )  # fmt: skip
        st.date_input(_("Due"), value=None, key=DUE, width=200)
    st.caption(
        _("Decisions are drawn on charts and shown to the room: write roles and agencies, and no names of people.")
    )
    st.button(_("Keep this decision"), key="decision_keep", type="primary", on_click=_decide, args=(deck.id,))


@callback
def _decide(deck_id: str) -> None:
    def change() -> None:
        given = (st.session_state.get(TEXT, ""), st.session_state.get(OWNER, ""), st.session_state.get(DUE))
        decks.decide(context.data_dir(), mine.reader(), deck_id, *given)
        st.session_state[TEXT] = st.session_state[OWNER] = ""
        st.session_state[DUE] = None

    briefing_page.attempt(change, deck_id)


@callback
def _done(deck_id: str, decision_id: str) -> None:
    is_done = bool(st.session_state.get(f"decision_done_{decision_id}"))
    briefing_page.attempt(lambda: decks.done(context.data_dir(), mine.reader(), decision_id, is_done), deck_id)


@callback
def _drop(deck_id: str, decision_id: str) -> None:
    briefing_page.attempt(lambda: drop(context.data_dir(), mine.reader(), decision_id), deck_id)
