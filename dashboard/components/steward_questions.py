"""Steward: questions about numbers, of both sides, each with its view, an answer and an end."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard import asked, audit
from dashboard.asked import ANSWERED, CLOSED, OPEN, AskedError, Question
from dashboard.components import context, gate, mine, notices, public_side, recorded
from dashboard.components.gate import callback
from dashboard.escape import markdown_text
from dashboard.i18n import _, ngettext
from dashboard.saved import PUBLIC
from dashboard.state import StateError
from dashboard.words import day

SHOWN = 30
WHICH, ANSWER = "questions_which", "question_answer"
_SAID = "_lamplight_questions_said"


def show(data_dir: Path) -> None:
    """The part of the steward's page: open questions first."""
    st.subheader(_("Questions about numbers"), anchor=False)
    if said := st.session_state.pop(_SAID, ""):
        st.warning(markdown_text(said))
    found = _found(data_dir)
    waiting = sum(q.status == OPEN for _where, q in found)
    if not found:
        st.caption(_("Nobody has questioned a number yet."))
        return
    st.markdown(ngettext("{n} question is open.", "{n} questions are open.", waiting).format(n=waiting))
    names = {OPEN: _("Open"), ANSWERED: _("Answered"), CLOSED: _("Closed")}
    which = st.segmented_control(
        _("Which"), list(names), format_func=names.__getitem__, default=OPEN, key=WHICH, label_visibility="collapsed"
    )
    for where, question in [pair for pair in found if pair[1].status == (which or OPEN)][:SHOWN]:
        with st.container(border=True, key=f"question_{question.id}", gap="xsmall"):
            _one(where, question)


def _found(data_dir: Path) -> list[tuple[Path, Question]]:
    """Of the records, and of the public file beside them where a presenter's computer has both."""
    found: list[tuple[Path, Question]] = []
    reader = mine.reader()
    for where, who in ((data_dir, reader), (data_dir / "public", replace(reader, scope=PUBLIC))):
        if where != data_dir and not (where / "releases").is_dir():
            continue
        try:
            found += [(where, q) for q in asked.listed(where, who)]
        except StateError as error:
            notices.problem(error.message, error.remedy)
    return found


def _one(where: Path, question: Question) -> None:
    st.markdown(f"**{markdown_text(question.text)}**")
    side = _("Public side, release {release}").format(release=question.release) if question.release else _("Records")
    st.caption(markdown_text(f"{day(question.at)}. {side}. {question.title}"))
    if question.answer:
        st.markdown(markdown_text(question.answer))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _view(question)
        with st.popover(_("Answer or close"), type="tertiary", icon=":material/reply:", key=f"settle_{question.id}"):
            key = f"{ANSWER}_{question.id}"
            st.text_area(_("Answer"), question.answer, key=key, max_chars=asked.LONGEST_ANSWER)
            st.caption(_("It is shown under the figure, to whoever opens the same view."))
            with st.container(horizontal=True, gap="small"):
                for status, label in ((ANSWERED, _("Answer")), (CLOSED, _("Close")), (OPEN, _("Open again"))):
                    if status != question.status or status == ANSWERED:
                        st.button(label, key=f"question_{status}_{question.id}", on_click=_settle,
                                  args=(where, question, status, key))  # fmt: skip


def _view(question: Question) -> None:
    """The link to the view, on the side on which it was asked."""
    here = "/".join((st.context.url or "").split("/")[:3]) if question.scope != PUBLIC else public_side.address()
    if here:
        st.link_button(_("Open the view"), f"{here}{question.link}", icon=":material/open_in_new:", type="tertiary")
    else:
        st.code(question.link, language=None, wrap_lines=True)


@callback
def _settle(where: Path, question: Question, status: str, key: str) -> None:
    reader = mine.reader()
    who = replace(reader, scope=PUBLIC) if question.scope == PUBLIC else reader
    answer = st.session_state.get(key, "") if status == ANSWERED else question.answer
    try:
        asked.settle(where, who, question.id, status, answer)
        audit.record(context.data_dir(), recorded.who(gate.current()), "answer", page="steward",
                     subject=f"question:{question.id}")  # fmt: skip
    except (AskedError, StateError) as error:
        st.session_state[_SAID] = str(error)
