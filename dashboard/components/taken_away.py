"""What readers take away: a file is made on the click, while the sign-in still holds, and is a row of the audit log.

Streamlit makes such a file on a thread that knows no reader, so what has to be known is taken along from the page.
"""

import hashlib
from collections.abc import Callable

import streamlit as st

from dashboard import audit
from dashboard.access import Access
from dashboard.audit import Export
from dashboard.components import context, gate, recorded, spoken
from dashboard.i18n import _
from dashboard.state import StateError
from dashboard.warehouse import served_tier

Made = tuple[bytes, int]  # the file, and how many rows it has without its header


def on_click(
    make: Callable[[], Made], form: str = "csv", only: Callable[[Access], bool] | None = None
) -> Callable[[], bytes]:
    """For `data` of a download button. form : one of audit's FORMATS. only : who may have it, if not every reader.

    Where people sign in, a file that could not be recorded is not handed out: there is a sentence in its place.
    """
    if served_tier() == "public":
        return lambda: make()[0]
    reader, claims, data = gate.current(), st.user.to_dict(), context.data_dir()
    page, filters = recorded.last()

    def made() -> bytes:
        spoken.again()  # Streamlit calls this outside a run of the page
        still = gate.still(reader, claims)
        if not isinstance(still, Access) or (only is not None and not only(still)):
            said = _("This file was not made, because your sign-in has ended. Load the page again.")
            return f"{said}\n".encode()
        content, rows = make()
        export = Export(form, rows, hashlib.sha256(content).hexdigest())
        try:
            audit.record(data, recorded.who(still), "export", page=page, filters=filters, export=export)
        except StateError as error:
            if still.session:
                said = _("This file was not made, because it could not be recorded who took it.")
                return f"{said} {error}\n".encode()
        return content

    return made
