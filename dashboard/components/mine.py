"""Whose saved views and briefings these are, and whether this process may write them down."""

import streamlit as st

from dashboard import access
from dashboard.components import gate
from dashboard.i18n import _
from dashboard.saved import Reader, scope_of
from dashboard.warehouse import served_tier


def reader() -> Reader:
    """The reader of this run, as the saved things know them."""
    granted = gate.current()
    if served_tier() == "public":
        return Reader("", scope_of(None, public=True), administers=not read_only())
    return Reader(granted.person, scope_of(granted.sources), granted.administers)


def read_only() -> str:
    """Why nothing can be saved here; "" where it can.

    The public process knows nobody, so it writes only for whoever sits at its computer: a presenter's laptop.
    """
    if served_tier() != "public":
        return ""
    if access.is_loopback(st.get_option("server.address")) and not gate.forwarded():
        return ""
    return _(
        "This server is open to other computers and knows nobody, so nothing can be saved here. Views and briefings "
        "are made on a presenter's own computer, with `python start.py --tier public`."
    )
