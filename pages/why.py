"""Why the public view rounds: one page to print, with an example worked from the loaded release."""

import streamlit as st

from dashboard.components import context, why_page
from dashboard.i18n import _

ctx = context.current()
st.title(_("Why is this rounded?"), anchor=False)
why_page.show(ctx)
