"""Writes into the audit log what a reader does: one row for each change of page or filters, never one for a rerun.

On the restricted tier only: the public process records nobody and has no such log. Where people sign in, nothing is
shown that could not be recorded; on this computer alone a notice says so instead.
"""

import time
from contextlib import suppress
from threading import Lock
from urllib.parse import parse_qs, urlencode

import streamlit as st

from dashboard import audit, health
from dashboard.access import Access
from dashboard.audit import THIS_COMPUTER, Who
from dashboard.components import context, notices
from dashboard.escape import markdown_text
from dashboard.filters import Filters
from dashboard.i18n import N_, _
from dashboard.questions import LABELS
from dashboard.state import StateError
from dashboard.warehouse import served_tier

_LAST = "_lamplight_recorded"
_REFUSED_EVERY = 600.0  # seconds: a refusal is one row, however often the page is loaded again
_MOST_REFUSED = 1000  # in that time; strangers cannot fill the disk
_refused: dict[str, float] = {}
_refusing = Lock()


def who(reader: Access) -> Who:
    """A reader as the log names them."""
    return Who(reader.person, reader.role, reader.agency or "") if reader.session else THIS_COMPUTER


def view(page: str, filters: Filters | None, reader: Access, fictional: bool = False) -> bool:
    """Record that a page is looked at. False, with the reason on the page, when it must not be shown.

    page : as in its address. filters : None for a page that has none. fictional : nothing of it needs a record.
    """
    health.page_runs.add()
    if served_tier() == "public":
        return True
    link = audit.link(filters, _question() if page == "map" else "") if filters else {}
    seen = (reader.session, page, urlencode(link, doseq=True))
    if st.session_state.get(_LAST) == seen:
        return True
    try:
        audit.record(context.data_dir(), who(reader), "view", page=page, filters=link)
    except StateError as error:
        return _not_recorded(error, reader, fictional)
    st.session_state[_LAST] = seen
    return True


def last() -> tuple[str, dict[str, list[str]]]:
    """The page and the filters of the view that was recorded last in this session; of a page alone (a test), none."""
    _, page, query = st.session_state.get(_LAST, ("", "", ""))
    return page, parse_qs(query)


def _question() -> str:
    """The question that the Map page is asked, by its code; empty for the usual one."""
    asked = st.query_params.get("ask")
    return next((code for code, label in LABELS.items() if label == asked), "")


def _not_recorded(error: StateError, reader: Access, fictional: bool) -> bool:
    if reader.session:
        health.refused_runs.add()
        notices.problem(
            N_("Nothing is shown, because it could not be recorded who looked at it."),
            f"{_(error.message)} {_(error.remedy)}",
        )
        return False
    if not fictional:
        said = _("What is looked at here is not being recorded.")
        st.warning(markdown_text(f"{said} {_(error.message)} {_(error.remedy)}"))
    return True


def login(reader: Access) -> None:
    """Somebody was let in for the first time since they signed in. Raises StateError."""
    audit.record(context.data_dir(), who(reader), "login")


def logout(person: str) -> None:
    """Somebody signed out. Raises StateError."""
    audit.record(context.data_dir(), Who(person, ""), "logout")


def denied(person: str, why: str) -> None:
    """Somebody who had signed in at the provider was refused: one row in ten minutes. why : a few plain words."""
    health.refused_runs.add()
    now = time.monotonic()
    with _refusing:
        for name in [n for n, at in _refused.items() if now - at > _REFUSED_EVERY]:
            del _refused[name]
        if person in _refused or len(_refused) >= _MOST_REFUSED:
            return
        _refused[person] = now
    with suppress(StateError):  # refused they are in any case
        audit.record(context.data_dir(), Who(person or "unnamed", ""), "denied", subject=why.replace(" ", "-"))
