"""Where: counts by cell or by area, and one place in figures."""

import streamlit as st

from dashboard import view_facts
from dashboard.components import context, map_page, protected_map
from dashboard.i18n import _

ctx = context.current()
st.title(_("Map"), anchor=False)
if ctx.catalogue.public and not view_facts.is_published(ctx):
    protected_map.show(ctx)
else:
    map_page.show(ctx)
