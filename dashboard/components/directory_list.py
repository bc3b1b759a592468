"""Services near here: the directory on the Services page, with what was not verified for long."""

from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from dashboard import directory, words
from dashboard.components import figure
from dashboard.directory import Entry
from dashboard.escape import markdown_text
from dashboard.i18n import _, ngettext
from dashboard.view_context import Context


def show(ctx: Context) -> None:
    """The list; nothing where no directory is kept."""
    found = directory.entries(ctx.warehouse)
    if not found:
        return
    today = datetime.now(UTC).date()
    old = sum(entry.stale(today) for entry in found)
    st.subheader(_("Services near here"), anchor=False)
    n = len(found)
    st.caption(
        markdown_text(ngettext("{n} service in the directory.", "{n} services in the directory.", n).format(n=n))
    )
    if old:
        said = ngettext(
            "{n} was not verified for more than six months: call before you send anybody there.",
            "{n} were not verified for more than six months: call before you send anybody there.", old,
        )  # fmt: skip
        st.warning(markdown_text(said.format(n=words.number(old))), icon=":material/event_busy:")
    figure.show_table(_table(found, today), key="directory")
    st.caption(_("Confidential services have no place here: they are reached by phone."))


def _table(found: tuple[Entry, ...], today: date) -> pd.DataFrame:
    columns = {
        _("Name"): [e.name for e in found],
        _("Phone"): [e.phone for e in found],
        _("What it offers"): [e.offers for e in found],
        _("For whom"): [e.eligibility for e in found],
        _("Hours"): [e.hours for e in found],
        _("Languages"): [e.languages for e in found],
        _("Area"): [_("confidential") if e.confidential == "yes" else e.area for e in found],
        _("Verified"): [_verified(e, today) for e in found],
        _("Kind"): [e.kind for e in found],
        _("Web page"): [e.web for e in found],
        _("Capacity"): [e.capacity for e in found],
    }
    return pd.DataFrame(columns)


def _verified(entry: Entry, today: date) -> str:
    try:
        day = words.day(date.fromisoformat(entry.last_verified))
    except ValueError:
        return _("not known")
    return _("{day}: verify again").format(day=day) if entry.stale(today) else day
