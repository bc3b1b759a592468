"""Where: counts by cell or by area, and one place in figures."""

import streamlit as st

from dashboard.components import context, map_page, protected_map, view

ctx = context.current()
st.title("Map", anchor=False)
if ctx.catalogue.public and not view.is_published(ctx):
    protected_map.show(ctx)
else:
    map_page.show(ctx)
