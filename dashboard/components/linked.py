"""Choices that the link carries, in English whatever the reader's language: a link is the same for everybody.

Streamlit writes an option into the link as it is shown. In English that is what the link should say, so it does. In
another language the options are shown translated, and the link is read before the widget and written after it, here.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.i18n import english

_WRITTEN = "_lamplight_link_written"
_PAGE = "_lamplight_link_page"
KEYS: set[str] = set()  # of every widget that is linked: what has to be said anew in another language


def turned(page: str) -> None:
    """Which page this run draws: on another one the link begins empty, and the choices stay."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_WRITTEN] = {}


def follow(key: str, labels: Mapping[Any, str], usual: Any = None, many: bool = False) -> dict[str, Any]:
    """Before a widget: what it needs to be linked.

    labels : option -> what the link says, in English. usual : the choice where the link says nothing.
    """
    KEYS.add(key)
    if english():
        return {"bind": "query-params"}
    given = st.query_params.get_all(key)
    written = st.session_state.setdefault(_WRITTEN, {}).get(key)
    if key in st.session_state and given == (written or []):
        return {}
    if given:
        read = [option for option, label in labels.items() if label in given]
        if read:
            st.session_state[key] = read if many else read[-1]
    elif written and key in st.session_state:
        # Back, to a link that did not have it. Deleted, it would come again from the browser with the next click.
        st.session_state[key] = [] if many and usual is None else usual
    return {}


def keep(key: str, chosen: Any, labels: Mapping[Any, str], usual: Any = None) -> None:
    """After the widget: bring the link in step. usual : the choice that a link need not name."""
    if english():
        return
    options = chosen if isinstance(chosen, (list, tuple)) else [chosen]
    wanted = [] if chosen == usual else [labels[option] for option in options if option in labels]
    if wanted != st.query_params.get_all(key):
        if wanted:
            st.query_params[key] = wanted
        elif key in st.query_params:
            del st.query_params[key]
    st.session_state.setdefault(_WRITTEN, {})[key] = wanted


def say_anew() -> None:
    """Before another language: the widgets keep their choice, though its label changes."""
    for key in KEYS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    st.session_state.pop(_WRITTEN, None)
