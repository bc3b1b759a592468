"""The door of every run: who is asking, whether they may, and the page for those who may not.

dashboard/access.py decides; here is what only Streamlit knows: the claims of the sign-in, and where this server
listens.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import streamlit as st

from dashboard import access, people, room, sessions
from dashboard.access import Access, Denied
from dashboard.components import context, notices, recorded, spoken
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.people import PeopleError
from dashboard.state import StateError

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "_lamplight_access"
LOOK_AGAIN = 10  # seconds between two looks at whether the sign-in of an open page still holds
_NOTED_EVERY = 60.0  # seconds; noting each click would write to the disk each time

Provider = tuple[str, ...] | Literal["none", "unreadable"]


def decide(note: bool = True) -> Access | Denied | None:
    """Whether this reader may go on, at this moment; None where somebody has to sign in first.

    note : count this as use of the session; a page that only looks again does not.
    """
    if os.environ.get("LAMPLIGHT_TIER", "restricted") == "public":
        return access.PUBLIC
    offered = provider()
    if not isinstance(offered, tuple):
        return _where_nobody_signs_in(offered, note)
    claims = st.user.to_dict()
    if claims.get("is_logged_in") is not True:
        return None
    return of_claims(claims, note)


def unreadable() -> Denied:
    """For a file of settings that is there and cannot be used."""
    return Denied(
        _("The settings of the sign-in service cannot be read, so nothing is shown."),
        _("The data steward can put .streamlit/secrets.toml right; docs/access.md says how it is written."),
    )


def of_claims(claims: dict[str, Any], note: bool = True) -> Access | Denied:
    """The decision on somebody who has signed in, by the claims of the sign-in; for requests beside the pages too."""
    try:
        return _decide(claims, note)
    except (PeopleError, StateError) as error:
        return Denied(error.message, error.remedy)


def _where_nobody_signs_in(offered: Literal["none", "unreadable"], note: bool) -> Access | Denied:
    decided: Access | Denied = Denied(
        _("The settings of the sign-in service cannot be read, so nothing is shown."),
        _("The data steward can put .streamlit/secrets.toml right; docs/access.md says how it is written."),
    )
    if offered == "none":
        decided = access.without_provider(st.get_option("server.address"), forwarded())
    if note and isinstance(decided, Denied):  # nobody has a name here; that somebody asked is worth a row
        recorded.denied("", "nobody signs in" if offered == "none" else "settings unreadable")
    return decided


def _decide(claims: dict[str, Any], note: bool) -> Access | Denied:
    data, now = context.data_dir(), time.time()
    listed = people.read(data)
    rules = listed.sign_in
    person, issued = access.address(claims, rules) or "", access.issued_at(claims) or 0.0
    session = sessions.identify(claims)
    kept = sessions.facts(data, session, person, issued)
    decided = access.decide(claims, datetime.fromtimestamp(now).astimezone(), listed, kept)
    if isinstance(decided, Denied):
        # Of a session that was never let in there is nothing to end, and strangers cannot fill the disk.
        if decided.ends and kept.seen_at is not None and kept.ended is None:
            sessions.end(data, session, person, issued, decided.ends, now)
        if note:
            recorded.denied(person, decided.ends or kept.ended or "not allowed")
    elif note and now - (kept.seen_at or 0) >= min(_NOTED_EVERY, rules.idle_minutes * 6):
        if kept.seen_at is None:
            recorded.login(decided)
        sessions.seen(data, session, person, issued, now)
    return decided


def still(reader: Access, claims: dict[str, Any]) -> Access | Denied:
    """The same decision once more, for what Streamlit runs outside a page: the making of a download.

    claims : `st.user.to_dict()`, taken while the page was drawn; not looked at where nobody signs in.
    """
    if not reader.session:
        return reader
    try:
        return _decide(claims, note=False)
    except (PeopleError, StateError) as error:
        return Denied(error.message, error.remedy)


def hold(granted: Access | None) -> None:
    """Keep what was decided for the length of this run, None after it; `current` hands it out."""
    if granted is None:
        st.session_state.pop(_KEY, None)
    else:
        st.session_state[_KEY] = granted
        room.said(at_this_computer())


def current() -> Access:
    """What this run's reader may do. Outside dashboard/main.py (a page in a test) it is decided here.

    Writes the refusal on the page and stops the script where nobody was let in.
    """
    kept = st.session_state.get(_KEY)
    if isinstance(kept, Access):
        return kept
    decided = decide()
    if not isinstance(decided, Access):
        turn_away(decided)
        st.stop()
    return decided


def fragment(draw: Callable[P, R], run_every: float | None = None) -> Callable[P, R | None]:
    """`st.fragment` behind the door: running a fragment again does not run dashboard/main.py.

    run_every : seconds; runs by itself, which is not a use of the session.
    """

    @wraps(draw)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        _again()
        if isinstance(decide(note=run_every is None), Access):
            return draw(*args, **kwargs)
        _page_again()
        return None

    return st.fragment(guarded, run_every=run_every)


def callback(change: Callable[P, None]) -> Callable[P, None]:
    """For what a button changes: Streamlit runs it before the script, and so before the door."""

    @wraps(change)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        _again()
        if isinstance(decide(), Access):
            change(*args, **kwargs)

    return guarded


def _again() -> None:
    """What dashboard/main.py says first in each run, for what Streamlit runs without it."""
    spoken.again()
    room.said(at_this_computer())


def _page_again() -> None:
    st.rerun()


# -- what is drawn -----------------------------------------------------------------------------------------------------


def turn_away(decided: Denied | None) -> None:
    """The page of those who are not let in: where to sign in, or why not and what to do."""
    st.session_state.clear()
    with st.container(key="sign_in", width=620):
        if decided is None:
            st.title(_("Sign in"), anchor=False)
            st.markdown(
                _(
                    "These are records about people who were harmed. They are open to the people whom the data "
                    "steward of the task force has named, and to nobody else."
                )
            )
            _sign_in_buttons(_("Sign in"))
            return
        notices.problem(decided.message, decided.remedy)
        if isinstance(offered := provider(), tuple) and offered and st.user.to_dict().get("is_logged_in"):
            if person := st.user.to_dict().get("email"):
                st.caption(markdown_text(_("You came as {person}.").format(person=person)))
            with st.container(horizontal=True):
                _sign_in_buttons(_("Sign in again"))
                st.button(_("Sign out"), key="sign_out", on_click=sign_out)


def _sign_in_buttons(label: str) -> None:
    offered = provider()
    for name in offered if isinstance(offered, tuple) else ():
        shown = label if len(offered) == 1 else _("{label} with {name}").format(label=label, name=name)
        st.button(shown, key=f"sign_in_{name}", type="primary", on_click=_sign_in, args=(name,))


def _sign_in(name: str) -> None:
    st.login(None if name == "default" else name)


def signed_in(granted: Access) -> None:
    """Who is signed in and as what, the way out, and a watch that clears the screen when the sign-in is over."""
    if not granted.session:
        return
    parts = [granted.person, granted.role, *([granted.agency] if granted.agency else [])]
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="signed_in"):
        st.caption(markdown_text(", ".join(parts)), width="content")
        st.button(_("Sign out"), key="sign_out", type="tertiary", on_click=sign_out)
    _watch()


@st.fragment(run_every=LOOK_AGAIN)
def _watch() -> None:
    # Nobody clicks on a screen that was left alone: it has to clear by itself.
    if not isinstance(decide(note=False), Access):
        _page_again()


def sign_out() -> None:
    """End this sign-in on the server, so that a copy of the cookie is worth nothing, then take the cookie away."""
    end(st.user.to_dict())
    st.logout()


def end(claims: dict[str, Any]) -> None:
    """End the sign-in of these claims for good. What cannot be written is left to the idle limit."""
    data = context.data_dir()
    try:
        person = access.address(claims, people.read(data).sign_in)
        issued = access.issued_at(claims)
        if person is None or issued is None:
            return
        session = sessions.identify(claims)
        kept = sessions.facts(data, session, person, issued)
        if kept.seen_at is not None:
            sessions.end(data, session, person, issued, "signed out", time.time())
            if kept.ended is None:
                recorded.logout(person)
    except (PeopleError, StateError):
        return


# -- what only Streamlit knows -----------------------------------------------------------------------------------------


def provider() -> Provider:
    """The names of the sign-in services in .streamlit/secrets.toml; "none" without one.

    "unreadable" where a file is there and cannot be used: that must not open what sign-in would close.
    """
    try:
        if not st.secrets.load_if_toml_exists():
            return "unreadable" if any(Path(file).exists() for file in st.get_option("secrets.files")) else "none"
        section = st.secrets.get("auth")
    except Exception:  # whatever is wrong with the file, it is not an open door
        return "unreadable"
    if section is None:
        return "none"
    if not hasattr(section, "get") or not section.get("redirect_uri") or not section.get("cookie_secret"):
        return "unreadable"
    named = [name for name in section if hasattr(section[name], "get") and section[name].get("client_id")]
    return tuple((["default"] if section.get("client_id") else []) + named) or "unreadable"


def at_this_computer() -> bool:
    """Whether this run is for whoever sits at the computer that serves it."""
    return access.is_loopback(st.get_option("server.address")) and not forwarded()


def forwarded() -> bool:
    """Whether this page was asked for through a proxy, which may stand open to other computers."""
    headers = st.context.headers
    return any(headers.get(name) for name in access.PROXIED)
