"""Why the public view rounds: one page to print, with an example worked from the loaded release."""

import streamlit as st

from dashboard.components import context, why_page

ctx = context.current()
st.title("Why is this rounded?", anchor=False)
why_page.show(ctx)
