"""The server of questions_page.py, with the headers and scripts of the real one."""

from pathlib import Path

import streamlit as st

from dashboard import server

app = st.App(Path(__file__).parent / "questions_page.py", routes=server.routes(), middleware=server.middleware())
