"""Steward: who may see what by people.toml, and who is signed in, with a button that ends it."""

import time
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import access, audit, people, sessions
from dashboard.access import Access
from dashboard.components import figure, gate, recorded
from dashboard.escape import markdown_text
from dashboard.i18n import _, ngettext
from dashboard.people import Entry, People, PeopleError
from dashboard.state import StateError

CHOSEN = "steward_whose"
_SAID = "_lamplight_steward_said"


def people_and_roles(data: Path, reader: Access) -> None:
    """Everybody whom people.toml names, and what they may see."""
    said = _("Who may see exact records, as people.toml in the data folder says")
    if not reader.session:
        said = f"{said}. {_('Nobody signs in here: these records are served to this computer only')}"
    figure.heading(_("People and roles"), said)
    try:
        listed = people.read(data)
    except PeopleError as error:
        st.markdown(markdown_text(f"{_(error.message)} {_(error.remedy)}"))
        return
    figure.show_table(_people(listed), missing="–", key="steward_people")
    _agencies(listed)


def _people(listed: People) -> pd.DataFrame:
    named = [
        *listed.people.items(),
        *((_("everybody in the group {name}").format(name=name), e) for name, e in listed.groups.items()),
    ]
    rows = [
        {
            _("Who"): name,
            _("Role"): entry.role,
            _("Agency"): entry.agency or "",
            _("Sees exactly"): _sources(entry),
            _("Agreement"): entry.agreement or "",
            _("Ends"): _ends(entry),
        }
        for name, entry in named
    ]
    return _filled(
        pd.DataFrame(rows, columns=[_("Who"), _("Role"), _("Agency"), _("Sees exactly"), _("Agreement"), _("Ends")])
    )


def _sources(entry: Entry) -> str:
    if entry.sources is None:
        return _("every source")
    return ", ".join(sorted(entry.sources)) or _("no source: protected totals only")


def _ends(entry: Entry) -> str:
    if entry.ends is None:
        return ""
    return f"{entry.ends:%Y-%m-%d}" + (f" ({_('over')})" if entry.ends < date.today() else "")


def _agencies(listed: People) -> None:
    parts = [
        (_("{name} brings {own} and sees {seen} by agreement") if a.sees - a.owns else _("{name} brings {own}")).format(
            name=name, own=", ".join(sorted(a.owns)) or _("no source"), seen=", ".join(sorted(a.sees - a.owns))
        )
        for name, a in listed.agencies.items()
    ]
    if parts:
        st.caption(markdown_text(_("Agencies: {agencies}.").format(agencies="; ".join(parts))))


def sign_ins(data: Path, reader: Access) -> None:
    """Every sign-in that is kept, and a button that ends all of a person's."""
    try:
        listed = sessions.listed(data)
    except StateError as error:
        figure.heading("Sign-ins")
        st.caption(markdown_text(_(str(error))))
        return
    open_now = [s for s in listed if s.ended_at is None]
    figure.heading(
        _("Sign-ins: {n} not ended").format(n=len(open_now)),
        _("Times are UTC. Ending them takes effect at the next click"),
    )
    _said()
    if not listed:
        st.markdown(_("Nobody has signed in yet."))
        return
    table = pd.DataFrame(
        {
            _("Who"): [s.person for s in listed],
            _("Signed in"): [_moment(s.issued_at) for s in listed],
            _("Last used"): [_moment(s.seen_at) for s in listed],
            _("Ended"): [f"{_moment(s.ended_at)}: {s.why}" if s.ended_at else "" for s in listed],
        }
    )
    figure.show_table(_filled(table), missing="–", key="steward_sessions")
    if not open_now:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=340):
            st.selectbox(
                _("End all sign-ins of"), sorted({s.person for s in open_now}), index=None, key=CHOSEN,
                placeholder=_("Choose a person"),
            )  # fmt: skip
        st.button(_("End them now"), key="steward_end", on_click=_end, args=(data,))


def _end(data: Path) -> None:
    gate.callback(_end_all)(data)


def _end_all(data: Path) -> None:
    reader, person = gate.decide(), st.session_state.get(CHOSEN)
    # A callback runs before the page: who may do this is decided here, and not by who was shown the button.
    if not isinstance(reader, Access) or not reader.administers or not person:
        return
    try:
        ended = sessions.end_all(data, person, time.time())
        audit.record(data, recorded.who(reader), "revoke", page="steward", subject=person)
    except StateError as error:
        st.session_state[_SAID] = (_(str(error)), False)
    else:
        said = ngettext(
            "1 sign-in of {person} ended. Whoever uses one is asked to sign in again.",
            "{n} sign-ins of {person} ended. Whoever uses one is asked to sign in again.",
            ended,
        )
        st.session_state[_SAID] = (said.format(n=ended, person=person), True)
    st.session_state[CHOSEN] = None


def _said() -> None:
    """What came of the last click, once."""
    if _SAID in st.session_state:
        text, well = st.session_state.pop(_SAID)
        (st.success if well else st.error)(markdown_text(text))


def _moment(seconds: float) -> str:
    return f"{access.utc(seconds):%Y-%m-%d %H:%M}"


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """Without the columns in which nothing stands: a phone has no room for them."""
    return table[[c for c in table.columns if table.empty or table[c].astype(str).ne("").any()]]
