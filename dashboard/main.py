"""The script that Streamlit runs: the frame around every page, the filter bar, and the page itself."""

from pathlib import Path

import streamlit as st

from dashboard.catalogue import Catalogue
from dashboard.components import context, filter_bar, notices
from dashboard.warehouse import WarehouseError

PAGES = Path(__file__).resolve().parent.parent / "pages"
# Drawn here: Streamlit would fetch an icon that is named or an emoji from another host.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0B6B63"/>'
    '<circle cx="8" cy="7" r="3.5" fill="#FFF"/><rect x="6.5" y="11.5" width="3" height="2" fill="#FFF"/></svg>'
)


def main() -> None:
    """Draw one page. When the warehouse cannot be opened, say what to do instead."""
    st.set_page_config(page_title="Lamplight", page_icon=ICON, layout="wide")
    page = st.navigation(_pages(), position="top")
    notices.surroundings()
    catalogue: Catalogue | None = None
    try:
        warehouse = context.warehouse()
        catalogue = context.catalogue(warehouse)
    except WarehouseError as error:
        notices.fictional_or_restricted(None)
        notices.problem(error.message, error.remedy)
    else:
        notices.fictional_or_restricted(catalogue)
        filters = filter_bar.draw(warehouse, catalogue)
        context.hand_over(context.Context(warehouse, filters, catalogue))
        try:
            page.run()
        finally:
            context.hand_over(None)
    notices.footer(catalogue)


def _pages() -> dict[str, list[st.Page]]:
    """Every page, in the order in which a reader needs them."""
    listed = {"": ("Overview", "Map", "Trends", "Demographics"), "About": ("Data",)}
    return {section: [_page(title) for title in titles] for section, titles in listed.items()}


def _page(title: str) -> st.Page:
    name = title.lower()
    path = PAGES / f"{name}.py"
    return st.Page(path, title=title, default=True) if name == "overview" else st.Page(path, title=title, url_path=name)


main()
