"""The script that Streamlit runs: the frame around every page, the filter bar, and the page itself."""

from pathlib import Path

import streamlit as st

from dashboard.access import PUBLIC, Access
from dashboard.catalogue import Catalogue
from dashboard.components import context, filter_bar, gate, linked, notices, present_page, recorded, saved_bar, spoken
from dashboard.filters import default
from dashboard.i18n import N_, _
from dashboard.pointer import WarehouseError
from dashboard.warehouse import Warehouse

STEWARD, PRESENT, SERVICES = N_("Steward"), N_("Present"), N_("Services")
SECTIONS = {
    "": (N_("Overview"), N_("Map"), N_("Trends"), N_("Demographics"), SERVICES),
    N_("Take away"): (
        N_("Export"),
        N_("Saved views"),
        N_("Briefing"),
        N_("Since last meeting"),
        PRESENT,
    ),
    N_("About"): (N_("Data"), N_("Why rounded"), STEWARD),
}
PAGES = Path(__file__).resolve().parent.parent / "pages"
# Drawn here: Streamlit would fetch an icon that is named or an emoji from another host.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0B6B63"/>'
    '<circle cx="8" cy="7" r="3.5" fill="#FFF"/><rect x="6.5" y="11.5" width="3" height="2" fill="#FFF"/></svg>'
)


def main() -> None:
    """Draw one page, for those who may see it. When the warehouse cannot be opened, say what to do instead."""
    spoken.begin()
    st.set_page_config(page_title="Lamplight", page_icon=ICON, layout="wide")
    reader = gate.decide()
    if not isinstance(reader, Access):
        st.navigation(_pages(None), position="hidden")  # so that the address in the bar is kept
        notices.surroundings()
        gate.turn_away(reader)
        notices.footer(None)
        return
    slides = present_page.presenting()
    page = st.navigation(_pages(reader), position="hidden" if slides else "top")
    linked.turned(_called(page))
    notices.surroundings()
    gate.hold(reader)
    try:
        if slides and _called(page) == _name(PRESENT):
            _slides()
        else:
            _draw(page, reader)
    finally:
        gate.hold(None)


def _slides() -> None:
    """A briefing full screen: nothing around it."""
    try:
        present_page.show(context.warehouse())
    except WarehouseError as error:
        notices.problem(error.message, error.remedy)


def _draw(page: st.Page, reader: Access) -> None:
    catalogue: Catalogue | None = None
    steward = _called(page) == _name(STEWARD)
    gate.signed_in(reader)
    try:
        warehouse = context.warehouse()
        catalogue = context.catalogue(warehouse)
    except WarehouseError as error:
        notices.fictional_or_restricted(None)
        notices.problem(error.message, error.remedy)
    else:
        notices.fictional_or_restricted(catalogue)
        if not steward:
            _view(page, reader, warehouse, catalogue)
    # It has no filters, and is needed most when the warehouse cannot be opened.
    if steward and recorded.view("steward", None, reader):
        page.run()
    notices.footer(catalogue)


def _view(page: st.Page, reader: Access, warehouse: Warehouse, catalogue: Catalogue) -> None:
    name = _called(page)
    saved_bar.follow(name)
    if name == _name(PRESENT):  # its briefings have filters of their own
        if recorded.view(name, None, reader, catalogue.fictional):
            page.run()
        return
    filters, seen = default(catalogue), None
    if name == _name(SERVICES):  # totals know years only: a bar that changes nothing would mislead
        filter_bar.keep()
    else:
        filters = seen = filter_bar.draw(warehouse, catalogue, name)
    if not recorded.view(name, seen, reader, catalogue.fictional):
        return
    ctx = context.Context(warehouse, filters, catalogue.of(filters.unit))
    context.hand_over(ctx)
    try:
        saved_bar.opened(ctx, name)
        page.run()
    finally:
        context.hand_over(None)


def _pages(reader: Access | None) -> dict[str, list[st.Page]]:
    """Every page that this reader may open, in the order in which they are needed; None: nobody is let in yet."""
    may_open = (reader or PUBLIC).may_open
    return {
        section and _(section): [_page(t) for t in titles if may_open(_name(t))] for section, titles in SECTIONS.items()
    }


def _called(page: st.Page) -> str:
    """The name of a page: its title is in the reader's language."""
    return page.url_path or "overview"


def _name(title: str) -> str:
    """A page's file, its address and its name in the audit log."""
    return title.lower().split()[0]


def _page(title: str) -> st.Page:
    name = _name(title)
    path = PAGES / f"{name}.py"
    return (
        st.Page(path, title=_(title), default=True)
        if name == "overview"
        else st.Page(path, title=_(title), url_path=name)
    )


main()
