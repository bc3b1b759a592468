"""What was given to whom, as a table: on the steward's page and under the press pack."""

from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import given
from dashboard.components import figure, notices
from dashboard.i18n import _
from dashboard.state import StateError
from dashboard.words import day


def table(data_dir: Path, title: str = "") -> None:
    """The newest first; nothing where nothing was given. title : above it."""
    try:
        found = given.listed(data_dir)
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if title:
        st.subheader(title, anchor=False)
    if not found:
        st.caption(_("Nothing was given to anybody yet."))
        return
    rows = pd.DataFrame(
        {
            _("Day"): [day(g.at) for g in found],
            _("Organisation"): [g.organisation for g in found],
            _("What for"): [g.purpose for g in found],
            _("Release"): [g.release for g in found],
            _("Noted by"): [g.person for g in found],
            _("SHA-256"): [g.sha256[:12] for g in found],
        }
    )
    figure.show_table(rows, key="given_table")


def show(data_dir: Path) -> None:
    """The part of the steward's page."""
    table(data_dir, _("What was given to whom"))
