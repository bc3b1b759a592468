"""What changed since the last meeting, in sentences that can be read aloud."""

import streamlit as st

from dashboard.components import context, since_page
from dashboard.i18n import _

ctx = context.current()
st.title(_("What changed since our last meeting"), anchor=False)
since_page.show(ctx)
