"""Who came for help and what they got: service providers' protected totals."""

import streamlit as st

from dashboard.components import client_figures, context, directory_list
from dashboard.i18n import _

ctx = context.current()
st.title(_("Services"), anchor=False)
client_figures.show(ctx)
directory_list.show(ctx)
