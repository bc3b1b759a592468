"""Where: counts by cell or by area, and one place in figures."""

import streamlit as st

from dashboard.components import context, map_page

ctx = context.current()
st.title("Map", anchor=False)
map_page.show(ctx)
