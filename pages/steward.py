"""For the data steward: is all well, who may see what, who is signed in, who saw what, and what was loaded."""

import streamlit as st

from dashboard.components import (
    context,
    gate,
    steward_access,
    steward_audit,
    steward_given,
    steward_health,
    steward_questions,
)
from dashboard.i18n import _

reader = gate.current()
if not reader.administers:
    st.stop()
data = context.data_dir()

st.title(_("Steward"), anchor=False)
report = steward_audit.checked(data)
steward_audit.alarm(data, report)
steward_health.figures(data, report)
steward_questions.show(data)
steward_access.people_and_roles(data, reader)
steward_access.sign_ins(data, reader)
steward_audit.log(data)
steward_given.show(data)
steward_health.loads()
