"""What every page draws of its context: links to other pages, what a link did not say, and where nothing is."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard import stories, words
from dashboard.components import figure, filter_bar
from dashboard.escape import markdown_text
from dashboard.links import to_query
from dashboard.view_context import Context

PAGES = Path(__file__).resolve().parents[2] / "pages"


def page_link(ctx: Context, page: str, label: str, **params: str) -> None:
    """A link to another page that keeps the filters. Alone (a test of one page) there is no other page: plain text."""
    query = to_query(ctx.filters, ctx.catalogue) | {name: [value] for name, value in params.items()}
    try:
        st.page_link(
            str(PAGES / f"{page}.py"),
            label=markdown_text(label),
            icon=":material/arrow_forward:",
            query_params=query,
            width="stretch",
        )
    except (StreamlitAPIException, KeyError):
        st.markdown(markdown_text(label))


def unread(**offered: Mapping[str, str]) -> None:
    """Say which of the page's own choices in the link could not be read; before the controls drop them in silence."""
    given = {name: st.query_params.get(name) for name in offered if name not in st.session_state}
    bad = [f"“{name}”" for name, said in given.items() if said and said not in offered[name].values()]
    if bad:
        st.info(f"The link's {words.listed(bad)} could not be read and was left out.", icon=":material/link_off:")


def nothing(ctx: Context, key: str) -> None:
    """The empty state of a figure of this view: what is missing, and the way out."""
    many = stories.NOUNS[ctx.filters.unit][1]
    if ctx.catalogue.empty:
        figure.nothing(
            key, "Nothing loaded yet", "There are no records here. Load a publisher's file, as the README says."
        )
        return
    figure.nothing(
        key,
        f"No {many} with these filters",
        f"{ctx.sentence} Widen the period or take a filter away.",
        "Reset the filters",
        filter_bar.reset,
    )
