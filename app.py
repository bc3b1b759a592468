"""The web server: `streamlit run app.py`. What it serves beside Streamlit is in dashboard/server.py."""

from pathlib import Path

import streamlit as st

from dashboard import server
from dashboard.components import warm

app = st.App(
    Path(__file__).parent / "dashboard" / "main.py",
    routes=server.routes(),
    middleware=server.middleware(),
    lifespan=warm.lifespan,
)
