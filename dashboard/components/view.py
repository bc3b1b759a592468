"""What every page draws of its context: links to other pages, what a link did not say, and where nothing is."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard import words
from dashboard.components import figure, filter_bar
from dashboard.escape import markdown_text
from dashboard.figures import Figure, Nothing
from dashboard.i18n import _
from dashboard.told import opened, records
from dashboard.view_context import Context

PAGES = Path(__file__).resolve().parents[2] / "pages"


def page_link(ctx: Context, page: str, label: str, **params: str) -> None:
    """A link to another page that keeps the filters. Alone (a test of one page) there is no other page: plain text."""
    query = opened.params(ctx) | {name: [value] for name, value in params.items()}
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
        said = _("The link's {listed} could not be read and was left out.")
        st.info(said.format(listed=words.listed(bad)), icon=":material/link_off:")


def tell(
    told: Figure | Nothing, draw: Callable[[], object] | None = None, under: Callable[[], None] | None = None
) -> None:
    """Draw a figure, or say why there is none, with the way out."""
    if isinstance(told, Figure):
        figure.show(told, draw, under)
    elif told.filters:
        figure.nothing(told.key, told.title, told.sentence, _("Reset the filters"), filter_bar.reset)
    else:
        figure.nothing(told.key, told.title, told.sentence)


def nothing(ctx: Context, key: str) -> None:
    """The empty state of a figure of this view: what is missing, and the way out."""
    tell(records.nothing(ctx, key))
