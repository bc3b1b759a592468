"""What the page Map remembers: the scale, the chosen place, and whether the street map is on.

The first two are widgets bound to the link (`by`, `place`), so a copied link shows the same place.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import measures, words
from dashboard.components.context import Context
from dashboard.components.map_places import Scale, held_by, one_cell, scales
from dashboard.filters import default
from dashboard.maps import shapes

SCALE, PLACE, STREET, MAP, MOMENT = "by", "place", "street_map", "map", "map_moment"
DEFAULT_RESOLUTION = 7
_LAST, _AGAIN = "last_on_map_", "again_on_map_"


def scale(ctx: Context) -> Scale:
    """The control for the scale."""
    options = scales(ctx)
    labels = {s.label: s for s in options}
    _recall(SCALE)
    usual = options.index(_usual(ctx, options))
    chosen = st.selectbox("Count by", list(labels), index=usual, key=SCALE, bind="query-params", on_change=_forget)
    _keep(SCALE, chosen)
    return labels[chosen]


def street_map() -> bool:
    """The switch of the street map: off unless somebody turns it on in this session, and never in a link."""
    return st.toggle(
        "Street map (contacts openstreetmap.org)",
        key=STREET,
        help="Asks that site for the streets of the part you look at; it learns your internet address, that part, and "
        "this app's address. No record is sent. Off, nothing leaves this app.",
    )


def place(ctx: Context, by: Scale, places: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The control for the place. Returns its id ("" for none) and the places, with the chosen one among them."""
    _recall(PLACE)
    places = _with_chosen(ctx, by, places)
    labels = dict(zip(places["id"], places["label"], strict=True))
    chosen = st.selectbox(
        "Place",
        list(labels),
        index=None,
        key=PLACE,
        bind="query-params",
        format_func=lambda key: labels.get(key, key),
        placeholder="Choose on the map or here",
        on_change=_moved,
    )
    _keep(PLACE, chosen)
    return chosen or "", places


def _recall(name: str) -> None:
    """What was chosen before the reader looked at another page: Streamlit forgets the widgets of a page it left."""
    last = st.session_state.get(_LAST + name)
    again = st.session_state.pop(_AGAIN + name, False)
    if last is not None and (again or (name not in st.session_state and name not in st.query_params)):
        st.session_state[name] = last


def _keep(name: str, chosen: str | None) -> None:
    """Remember the choice, unless nobody made it.

    On Back, Streamlit empties what the page's first link did not hold, over any value set before the widget.
    A change without a callback is such a one: run once more, with the choice of before.
    """
    last, seen = st.session_state.get(_LAST + name), st.session_state.get(_LAST + MOMENT + name)
    st.session_state[_LAST + MOMENT + name] = moment()
    if last is not None and chosen != last and seen == moment():
        st.session_state[_AGAIN + name] = True
        st.rerun()
    st.session_state[_LAST + name] = chosen


def clicked() -> None:
    """A place was clicked on the map: choose it, or let it go when it was the chosen one."""
    drawing = (st.session_state.get(MAP) or {}).get("last_active_drawing") or {}
    key = clicked_id(drawing)
    if not key:
        return
    st.session_state[PLACE] = None if st.session_state.get(PLACE) == key else key
    _moved()


def clicked_id(drawing: Mapping[str, Any]) -> str:
    """The id in what the map sent back; it comes from the browser, so it may be anything."""
    properties = drawing.get("properties") if isinstance(drawing, Mapping) else None
    key = properties.get("id") if isinstance(properties, Mapping) else None
    return key if isinstance(key, str) and len(key) < 200 else ""


def clear() -> None:
    """Let the chosen place go."""
    st.session_state[PLACE] = None
    _moved()


def moment() -> str:
    """Changes whenever the choice does."""
    return str(st.session_state.get(MOMENT, 0))


def _moved() -> None:
    st.session_state[MOMENT] = st.session_state.get(MOMENT, 0) + 1


def _forget() -> None:
    """Another scale: a place of the old one means nothing there."""
    clear()


def _with_chosen(ctx: Context, by: Scale, places: pd.DataFrame) -> pd.DataFrame:
    """Keep a chosen cell that has no record under the present filters; drop a choice that is no place at all."""
    key = _wanted()
    if not key or key in set(places["id"]):
        return places
    cell = shapes.parse_cell(key, by.resolution) if by.resolution else None
    if cell is not None:
        return pd.concat([places, one_cell(ctx, cell)], ignore_index=True)
    if PLACE in st.session_state:
        clear()
    return places


def _wanted() -> str:
    """The id of the chosen place: what the session holds, else the cell that the link names."""
    if PLACE in st.session_state:
        return st.session_state[PLACE] or ""
    return _cell_named(st.query_params.get(PLACE, ""))


def _cell_named(label: str) -> str:
    """The H3 cell in a label such as "2 km west of Wick (cell 872a100d6)"."""
    found = re.search(r"\bcell ([0-9a-f]{3,15})\b", label[:200], flags=re.IGNORECASE)
    return found[1].lower().ljust(15, "f") if found else ""


def _usual(ctx: Context, options: list[Scale]) -> Scale:
    """Cells, unless most records lie in no cell of that size and some layer of areas holds more of them."""
    cells = next((s for s in options if s.resolution == DEFAULT_RESOLUTION), options[0])
    # Of the default view: a default that moved with the filters would change what a copied link shows.
    ctx = replace(ctx, filters=default(ctx.catalogue))
    held = held_by(ctx, cells)
    if 2 * held >= measures.total(ctx.warehouse, ctx.filters):
        return cells
    layers = [s for s in options if s.layer]
    best = max(layers, key=lambda s: held_by(ctx, s), default=cells)
    return best if held_by(ctx, best) > held else cells


def notice(ctx: Context) -> None:
    """Say what of the link will be dropped; to be called before the controls are drawn, which drop it in silence."""
    by = st.query_params.get(SCALE)
    scale = next((s for s in scales(ctx) if s.label == by), None)
    unread = [SCALE] if by and scale is None else []
    if (named := st.query_params.get(PLACE)) and PLACE not in st.session_state:
        known = scale or _usual(ctx, scales(ctx))
        cell = _cell_named(named)
        labels = {a.label for a in ctx.catalogue.areas if a.layer == known.layer}
        if not (named in labels or (known.resolution and shapes.parse_cell(cell, known.resolution) is not None)):
            unread.append(PLACE)
    if unread:
        listed = words.listed([f"“{name}”" for name in unread])
        st.info(f"The link's {listed} could not be read and was left out.", icon=":material/link_off:")
