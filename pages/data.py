"""Where the figures come from: sources, loads, what was set aside, what was collected, how late it arrives."""

import streamlit as st

from dashboard.components import context, coverage_figures, data_figures, protected_data
from dashboard.i18n import _

ctx = context.current()
st.title(_("Data"), anchor=False)
if ctx.catalogue.public:
    protected_data.show(ctx)
else:
    data_figures.sources(ctx)
    coverage_figures.of_everything(ctx)
    data_figures.delay(ctx)
    data_figures.loads(ctx)
    data_figures.equations(ctx)
    data_figures.quarantine(ctx)
    data_figures.glossary()
