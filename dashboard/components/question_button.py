"""The quiet button "Question this number" under a figure: the view's link and a short text, left with the steward."""

import streamlit as st

from dashboard import asked, audit, press
from dashboard.asked import AskedError, Question
from dashboard.components import context, gate, mine, notices, recorded
from dashboard.components.gate import callback
from dashboard.escape import markdown_text
from dashboard.figures import Figure
from dashboard.i18n import _
from dashboard.state import StateError
from dashboard.warehouse import served_tier
from dashboard.words import day

TEXT = "question_text"
_SAID, _DONE = "_lamplight_question_said", "_lamplight_question_done"


def button(figure: Figure) -> None:
    """The button and its panel; nothing of it is read before it is opened."""
    with st.container(width="content"):
        _panel(figure)


@gate.fragment
def _panel(figure: Figure) -> None:
    # A fragment, as that of the table: opening it does not run the page again.
    drawer = st.popover(
        _("Question this number"), type="tertiary", key=f"question_{figure.key}", on_change="rerun",
        icon=":material/contact_support:",
    )  # fmt: skip
    with drawer:
        if drawer.open:
            _inside(figure)


def _inside(figure: Figure) -> None:
    st.markdown(f"**{markdown_text(figure.title)}**")
    for answered in _answers(figure):
        st.markdown(f"*{markdown_text(answered.text)}*  \n{markdown_text(answered.answer)}")
        if answered.settled_at:
            st.caption(markdown_text(_("Answered on {day}.").format(day=day(answered.settled_at))))
    if mine.read_only():
        _to_copy(figure)
        return
    key = f"{TEXT}_{figure.key}"
    st.text_area(
        _("What is in doubt?"), key=key, max_chars=asked.LONGEST, height=110,
        placeholder=_("This is fewer than our own count for the same months."),
    )  # fmt: skip
    st.caption(
        _("The data steward gets your text and the link to this view. Your name is not kept: write nothing that tells "
          "who you or anybody else is.")
    )  # fmt: skip
    st.button(_("Leave it with the steward"), key=f"question_go_{figure.key}", type="primary", on_click=_ask,
              args=(figure, key))  # fmt: skip
    if st.session_state.pop(_DONE, "") == figure.key:
        st.success(_("It is with the steward. The answer will stand here, for whoever opens this view."))
    if said := st.session_state.pop(_SAID, ""):
        st.warning(markdown_text(said))


def _to_copy(figure: Figure) -> None:
    """Where nothing can be saved: what to send, and to whom."""
    st.markdown(_("This server keeps nothing that readers write. Copy this and send it:"))
    lines = [figure.title, figure.subtitle, _("View: {link}").format(link=figure.about.link)]
    if figure.about.release:
        lines.append(_("Public release {release}.").format(release=figure.about.release))
    st.code("\n".join(line for line in lines if line), language=None, wrap_lines=True)
    st.markdown(markdown_text(press.contact()))


def _answers(figure: Figure) -> tuple[Question, ...]:
    try:
        return asked.answers(context.data_dir(), mine.reader(), figure.about.link, figure.key)
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return ()


@callback
def _ask(figure: Figure, key: str) -> None:
    if mine.read_only():
        return
    about = figure.about
    try:
        made = asked.ask(
            context.data_dir(), mine.reader(), about.link, figure.key, figure.title, st.session_state.get(key, ""),
            about.release,
        )  # fmt: skip
        if served_tier() != "public":
            reader = gate.current()
            audit.record(context.data_dir(), recorded.who(reader), "ask", subject=f"question:{made.id}")
    except (AskedError, StateError) as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[key], st.session_state[_DONE] = "", figure.key
