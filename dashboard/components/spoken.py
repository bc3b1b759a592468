"""Which language a reader is spoken to in: the link's, the one chosen in this session, the browser's, English.

Nothing is kept in the browser. The link carries the language only where it is not the browser's, so that a copied link
opens for everybody in their own unless it was chosen on purpose.
"""

import streamlit as st

from dashboard import i18n
from dashboard.components import linked
from dashboard.i18n import LANGUAGES, _

NAME = "lang"
_CHOSEN = "_lamplight_language"


def begin() -> None:
    """Decide for this run, first thing in it; keeps the link in step."""
    given = st.query_params.get(NAME)
    if given is not None and given not in LANGUAGES:
        del st.query_params[NAME]
        given = None
    if given and given != st.session_state.get(_CHOSEN):
        st.session_state[_CHOSEN] = given
    again()
    wanted = i18n.language() if i18n.language() != _browsers()[0] else None
    if wanted and given != wanted:
        st.query_params[NAME] = wanted
    elif given and not wanted:
        del st.query_params[NAME]


def again() -> None:
    """Speak as this session does: for what Streamlit runs without dashboard/main.py, fragments and callbacks."""
    code, territory = _browsers()
    chosen = st.session_state.get(_CHOSEN, code)
    i18n.speak(chosen, territory if chosen == code else "")


def _browsers() -> tuple[str, str]:
    """(language, territory) of the browser, the language one of ours."""
    code, _dash, territory = (st.context.locale or "").replace("_", "-").partition("-")
    territory = territory.rpartition("-")[2].upper()
    return (code.lower(), territory) if code.lower() in LANGUAGES else (i18n.SOURCE, "")


def choice() -> None:
    """The other languages, as quiet buttons, each in its own words."""
    others = {code: name for code, name in LANGUAGES.items() if code != i18n.language()}
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="languages"):
        for code, name in others.items():
            st.button(
                name,
                key=f"speak_{code}",
                type="tertiary",
                icon=":material/translate:",
                on_click=choose,
                args=(code,),
                help=_("Read these pages in {language}").format(language=name),
            )


def choose(code: str) -> None:
    """Another language from now on: for `on_click`. The page is drawn again in it, and the link with it."""
    if code not in LANGUAGES:
        return
    linked.say_anew()
    st.session_state[_CHOSEN] = code
    if NAME in st.query_params:
        del st.query_params[NAME]
