"""The figures of this view as a file: what is in it, what is left out, and in which format."""

import streamlit as st

from dashboard.components import context, export_page, press_panel
from dashboard.i18n import _

ctx = context.current()
st.title(_("Export"), anchor=False)
export_page.show(ctx)
press_panel.show(ctx)
