"""Slides put together from views, for a meeting."""

import streamlit as st

from dashboard.components import briefing_page, context
from dashboard.i18n import _

ctx = context.current()
st.title(_("Briefing"), anchor=False)
briefing_page.show(ctx)
