"""Whose saved views and briefings these are, and whether this process may write them down."""

from dashboard import audit
from dashboard.components import context, gate, recorded
from dashboard.i18n import _
from dashboard.saved import Reader, scope_of
from dashboard.warehouse import served_tier


def reader() -> Reader:
    """The reader of this run, as the saved things know them."""
    granted = gate.current()
    if served_tier() == "public":
        return Reader("", scope_of(None, public=True), administers=not read_only())
    return Reader(granted.person, scope_of(granted.sources), granted.administers)


def noted(what: str, subject: str) -> None:
    """Put into the audit log that a view or a briefing was saved, changed or deleted. Raises StateError.

    what : one of audit.WHAT. subject : its kind and id, never its name. The public process knows nobody and has no log.
    """
    if served_tier() != "public":
        page, _filters = recorded.last()
        audit.record(context.data_dir(), recorded.who(gate.current()), what, page=page, subject=subject)


def read_only() -> str:
    """Why nothing can be saved here; "" where it can.

    The public process knows nobody, so it writes only for whoever sits at its computer: a presenter's laptop.
    """
    if served_tier() != "public":
        return ""
    if gate.at_this_computer():
        return ""
    return _(
        "This server is open to other computers and knows nobody, so nothing can be saved here. Views and briefings "
        "are made on a presenter's own computer, with `python start.py --tier public`."
    )
