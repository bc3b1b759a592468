"""Views under a name: opened again by a link, with what became of their figures."""

import streamlit as st

from dashboard.components import context, saved_page
from dashboard.i18n import _

ctx = context.current()
st.title(_("Saved views"), anchor=False)
saved_page.show(ctx)
