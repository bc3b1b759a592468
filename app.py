"""The web server: `streamlit run app.py`. What it serves beside Streamlit is in dashboard/server.py."""

from pathlib import Path

import streamlit as st

from dashboard import downloads, server, synthetic
from dashboard.components import signing_out, warm

app = st.App(
    Path(__file__).parent / "dashboard" / "main.py",
    routes=[*server.routes(), *downloads.routes(), *synthetic.routes()],
    middleware=[*server.middleware(), *signing_out.middleware()],
    lifespan=warm.lifespan,
)
