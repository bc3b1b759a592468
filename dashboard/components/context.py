"""What a page needs to answer: the warehouse, the filters of the view and what can be chosen."""

import os
from pathlib import Path

import streamlit as st

from dashboard import groups
from dashboard.catalogue import Catalogue
from dashboard.components import notices
from dashboard.links import from_query
from dashboard.pointer import WarehouseError
from dashboard.scoped import scoped
from dashboard.state import StateError
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse, check_tier, served_tier
from dashboard.warehouse import current as current_warehouse

__all__ = ["Context"]  # and the functions below, by their module
_KEY = "_lamplight_context"
ROOT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """The data directory that start.py names; without it, your own data if there are any, else the sample."""
    if named := os.environ.get("LAMPLIGHT_DATA"):
        return Path(named)
    if served_tier() == "public":
        return ROOT / "data" / "public"
    own = ROOT / "data"
    return own if (own / "warehouse" / "current.json").exists() else own / "sample"


def warehouse() -> Warehouse:
    """What this run's reader may see of the newest version. Raises WarehouseError, with what to do."""
    from dashboard.components import gate  # it needs the data directory, so it comes after this module

    sources = gate.current().sources
    return scoped(whole(), sources)


def whole() -> Warehouse:
    """The newest version of the warehouse, whoever asks: not for a page. Raises WarehouseError, with what to do."""
    check_tier(served_tier())
    return current_warehouse(data_dir(), served_tier(), os.environ.get("LAMPLIGHT_RELEASE", ""))


def catalogue(opened: Warehouse) -> Catalogue:
    """What can be chosen: what the version of the warehouse offers, and the named groups there are at this moment."""
    if opened.catalogue.public:
        return opened.catalogue  # groups and drawn areas are not published
    try:
        return groups.offer(opened.catalogue, groups.list_groups(data_dir()))
    except StateError:
        return opened.catalogue  # the panel of groups says what is wrong with them


def current() -> Context:
    """The view that dashboard/main.py drew the filter bar for; alone (a test), the one of the URL or the default.

    When the warehouse cannot be opened, writes what to do on the page and stops the script.
    """
    kept = st.session_state.get(_KEY)
    if isinstance(kept, Context):
        return kept
    try:
        opened = warehouse()
        offered = catalogue(opened)
    except WarehouseError as error:
        notices.problem(error.message, error.remedy)
        st.stop()
    filters, _ = from_query(query(), offered)
    return Context(opened, filters, offered.of(filters.unit))


def query() -> dict[str, list[str]]:
    """The link's parameters as it came, before any widget is drawn."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def hand_over(context: Context | None) -> None:
    """Give the pages their view; None after the page has run, so that an idle session holds no old warehouse."""
    if context is None:
        st.session_state.pop(_KEY, None)
    else:
        st.session_state[_KEY] = context
