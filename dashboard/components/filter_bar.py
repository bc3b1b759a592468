"""The one filter bar: about a row of widgets that write the link, the view as a sentence, and what remains.

Each widget's key is the link's parameter, and its options are shown (and written) as their labels. So an option's
label never holds a count: the link would change with the data. The counts are in the panel behind "More".
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import measures, protection, words
from dashboard.catalogue import Catalogue
from dashboard.components import context, filter_state, gate, groups_panel, linked, notices, public_side, saved_bar
from dashboard.components.filter_state import LABELS
from dashboard.escape import markdown_text
from dashboard.filters import NAMES, Filters, default, offered, sentence, supported
from dashboard.i18n import N_, _
from dashboard.links import MANY, ONE, choices, from_query, shown, to_query, values
from dashboard.pointer import WarehouseError
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse

_ALL = {"source": N_("All sources"), "exploitation": N_("All kinds"), "area": N_("Everywhere")}
_HELP = {
    "related": N_("Pimping, pandering and promoting prostitution: counted apart from trafficking, and off by default."),
    "date": N_(
        "Reports often come long after the event. The date reported is complete; the date occurred can be missing."
    ),
    "area": N_("Areas that belong together can be named as a group: behind More."),
    "unit": N_("What is counted. Units never share a chart."),
}

# The filters that are always in sight, and their width in pixels: one row of a laptop's screen.
_WIDTHS = {"from": 116, "to": 116, "source": 218, "exploitation": 218, "area": 218}
# A published period can be named like "2020 to 2021".
_PROTECTED_WIDTHS = {"unit": 160, "from": 152, "to": 152, "source": 206, "exploitation": 206, "area": 206}
_REWRITTEN = "_lamplight_link_rewritten"


def draw(warehouse: Warehouse, catalogue: Catalogue, page: str = "") -> Filters:
    """Draw the bar and return the view. Writes the notices about a link that could not be read.

    page : the one it is drawn for, which decides what can be done with the view.
    """
    notices.link_notices(_read_link(catalogue))
    if catalogue.public:
        return _draw_protected(warehouse, catalogue, page)
    with st.container(key="filter_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter_row"):
            slots = {name: st.container(width=width) for name, width in _WIDTHS.items()}
            panel = st.popover(_("More"), icon=":material/tune:", key="more", on_change="rerun")
            st.button(_("Reset"), icon=":material/restart_alt:", type="tertiary", key="reset", on_click=reset)
        with panel:
            # Before the others, because the unit of count decides which of them apply.
            chosen = _more(catalogue)
        can = supported(chosen["unit"])
        for name, slot in slots.items():
            with slot:
                chosen[name] = _one(name, catalogue, can) if name in ONE else _many(name, catalogue, can)
        filters = _filters(chosen, catalogue)
        if panel.open:
            with panel:
                if "area" in can and catalogue.areas:
                    groups_panel.manage(filters, catalogue)
                _what_choices_leave(warehouse, filters, catalogue)
        filter_state.show(warehouse, filters, catalogue)
        with st.container(horizontal=True, gap="small", key="view_tools"):
            public_side.button(filters, catalogue)
            saved_bar.panel(Context(warehouse, filters, catalogue.of(filters.unit)), page)
    return filters


def keep() -> None:
    """For a page that draws no bar: what was chosen waits for the next page. Streamlit forgets what is not drawn."""
    for name in (n for n in NAMES if n in st.session_state):
        st.session_state[name] = st.session_state[name]


def _draw_protected(warehouse: Warehouse, catalogue: Catalogue, page: str) -> Filters:
    """The bar of the public file: the unit first, because each has periods, areas and filters of its own."""
    with st.container(key="filter_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter_row"):
            with st.container(width=_PROTECTED_WIDTHS["unit"]):
                unit = _one("unit", catalogue, frozenset({"unit"}))
            own = catalogue.of(unit)
            can = offered(catalogue, unit)
            chosen: dict[str, Any] = {"unit": unit, "related": False}
            for name in (n for n in (*_WIDTHS, "age", "sex", "premise") if n in can):
                _whole_period(name, own)
                with st.container(width=_PROTECTED_WIDTHS.get(name, 190)):
                    chosen[name] = _one(name, own, can) if name in ONE else _many(name, own, can)
            st.button(_("Reset"), icon=":material/restart_alt:", type="tertiary", key="reset", on_click=reset)
        filters = _filters(chosen, own)
        _protected_state(warehouse, filters, own)
        with st.container(horizontal=True, gap="small", key="view_tools"):
            saved_bar.panel(Context(warehouse, filters, own), page)
    return filters


def _whole_period(name: str, catalogue: Catalogue) -> None:
    """A period chosen for another unit of count becomes the one of this unit that holds it."""
    kept = st.session_state.get(name)
    if name in ("from", "to") and kept is not None and kept not in choices(name, catalogue) and catalogue.cube:
        held = catalogue.cube.period_of(kept)
        usual = getattr(default(catalogue), ONE[name])
        st.session_state[name] = (held.first if name == "from" else held.last) if held else usual


def _protected_state(warehouse: Warehouse, filters: Filters, catalogue: Catalogue) -> None:
    """The rounded total, and the view as a sentence."""
    said = protection.counted(measures.total(warehouse, filters), filters.unit)
    cube = catalogue.cube
    if cube and cube.protected:
        said = _("{counted} (rounded)").format(counted=said)
    about = f"{sentence(filters, catalogue)} {protection.grain(cube) if cube else ''}"
    st.caption(f"**{markdown_text(words.capital(said))}.** {markdown_text(about)}")


@gate.callback
def reset() -> None:
    """Back to the default view: for `on_click`. The widgets take it up, and the link with them, when drawn again."""
    try:
        catalogue = context.warehouse().catalogue
    except WarehouseError:
        return  # the page says what to do
    usual = default(catalogue)
    drawn_now = offered(catalogue, usual.unit) if catalogue.public else frozenset(ONE | MANY)
    for name, attribute in (ONE | MANY).items():
        if name not in drawn_now:
            st.session_state.pop(name, None)
            continue
        value = getattr(usual, attribute)
        st.session_state[name] = list(value) if name in MANY else value
    if not catalogue.public:
        st.session_state["related"] = False


def _read_link(catalogue: Catalogue) -> list[str]:
    """What of the link could not be read. A link in other words than the labels is rewritten in them first.

    Streamlit drops a value that is not an option's label without a word, so this looks before the widgets do.
    """
    query = context.query()
    if groups_panel.took_link_along():
        query.pop("area", None)  # the link still has the group as it was before this click
    filters, problems = from_query(query, catalogue)
    exact = to_query(filters, catalogue)
    fresh = not any(name in st.session_state for name in query if name in NAMES)
    better = {name: exact[name] for name in query if name in exact and exact[name] != query[name]}
    absent = [n for n in query if n in NAMES and n not in offered(catalogue, filters.unit)] if catalogue.public else []
    if fresh and (better or absent) and _REWRITTEN not in st.session_state:
        st.session_state[_REWRITTEN] = problems
        for name in absent:
            del st.query_params[name]
        for name, values in better.items():
            st.query_params[name] = values
        st.rerun()
    if problems and (chosen := st.session_state.get("area")):
        # A group that somebody else deleted or renamed: it leaves the filter and the link, and the notice says so.
        st.session_state["area"] = [key for key in chosen if key in choices("area", catalogue)]
    return st.session_state.pop(_REWRITTEN, None) or problems


def _one(name: str, catalogue: Catalogue, can: frozenset[str]) -> Any:
    labels = choices(name, catalogue)
    keys = list(labels)
    usual = getattr(default(catalogue.of("") if name == "unit" else catalogue), ONE[name])
    bound = linked.follow(name, labels, usual)
    chosen = st.selectbox(
        _(LABELS[name]),
        keys,
        index=keys.index(usual) if usual in labels else None,
        format_func=partial(_option, name, labels),
        key=name,
        help=_help(name),
        disabled=name not in can or not keys,
        placeholder=_("No records") if not keys else "",
        **bound,
    )
    linked.keep(name, chosen, labels, usual)
    return chosen


def _option(name: str, labels: Mapping[Any, str], key: Any) -> str:
    return shown(name, labels[key])


def _help(name: str) -> str | None:
    return _(_HELP[name]) if name in _HELP else None


def _many(name: str, catalogue: Catalogue, can: frozenset[str]) -> list[Any]:
    labels: Mapping[Any, str] = choices(name, catalogue)
    absent = name not in can
    bound = linked.follow(name, labels, [], many=True)
    chosen = st.multiselect(
        _(LABELS[name]),
        list(labels),
        format_func=partial(_option, name, labels),
        key=name,
        disabled=absent or not labels,
        help=_help(name),
        placeholder=_("Not in these figures") if absent else _(_ALL.get(name, "All")),
        **bound,
    )
    linked.keep(name, chosen, labels, [])
    return chosen


def _more(catalogue: Catalogue) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        chosen: dict[str, Any] = {"unit": _one("unit", catalogue, supported("incidents"))}
        can = supported(chosen["unit"])
        chosen["age"] = _many("age", catalogue, can)
        chosen["premise"] = _many("premise", catalogue, can)
    with right:
        chosen["date"] = _one("date", catalogue, can)
        chosen["sex"] = _many("sex", catalogue, can)
        chosen["related"] = st.toggle(
            _(LABELS["related"]),
            key="related",
            bind="query-params",
            help=_help("related"),
            disabled="related" not in can,
        )
    return chosen


def _filters(chosen: Mapping[str, Any], catalogue: Catalogue) -> Filters:
    """The widgets' values as Filters; months in the wrong order are swapped, as in a link."""
    read = {ONE[name]: chosen[name] for name in ONE if chosen.get(name) is not None}
    read |= {MANY[name]: values(name, chosen[name], catalogue) for name in MANY if name in chosen}
    filters = replace(default(catalogue), **read, related=bool(chosen["related"]))
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        notices.link_notices([_("The period ended before it began, so its two months were swapped.")])
        return replace(filters, date_from=filters.date_to, date_to=filters.date_from)
    return filters


def _what_choices_leave(warehouse: Warehouse, filters: Filters, catalogue: Catalogue) -> None:
    """How many records each choice would leave. Asked only while the panel is open."""
    st.caption(_("Records that each choice would leave, the other filters staying as they are:"))
    for name in ("exploitation", "source", "age", "sex", "premise"):
        left = measures.option_counts(warehouse, filters, name)
        labels = choices(name, catalogue)
        offered = [f"{shown(name, labels[code])}: {words.exact(left[code])}" for code in labels if code in left]
        if offered:
            st.caption(f"**{_(LABELS[name])}** – {markdown_text('; '.join(offered))}")
