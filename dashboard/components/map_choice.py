"""What the page Map remembers: the scale, the chosen places, a drawn area, and whether the street map is on.

What is a choice of the view is a widget bound to the link, so a copied link shows the same; a drawing is not.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import map_places, measures, questions, words
from dashboard.filters import default
from dashboard.map_places import Scale, empty_cells, held_by, scales
from dashboard.maps import clicks, drawn, shapes
from dashboard.view_context import Context

SCALE, PLACE, STREET, MAP, MOMENT = "by", "place", "street_map", "map", "map_moment"
DRAWN, DRAWN_ERROR = "map_drawn", "map_drawn_error"
DEFAULT_RESOLUTION = 7
FINE_TO_COARSE = (8, 7, 6)
MOST_CELLS, RECORDS_PER_CELL = 2_500, 2
QUESTION, PLAY, PAIR = "ask", "play", "pair"
MOST_PLACES = 50
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


def question() -> str:
    """What the map is asked; a key of questions.LABELS."""
    return pick("Question", {label: key for key, label in questions.LABELS.items()}, QUESTION)


def street_map() -> bool:
    """The switch of the street map: off unless somebody turns it on in this session, and never in a link."""
    return st.toggle(
        "Street map (contacts openstreetmap.org)",
        key=STREET,
        help="Asks that site for the streets of the part you look at; it learns your internet address, that part, and "
        "this app's address. No record is sent. Off, nothing leaves this app.",
    )


def player() -> bool:
    """The switch of the player over time."""
    return st.toggle("Play over time", key=PLAY, on_change=moved, help="Rolling windows of twelve months.")


def side_by_side() -> bool:
    """The switch of two linked maps."""
    return st.toggle("Side by side", key=PAIR, on_change=moved, help="One map for each period; they move together.")


def place(ctx: Context, by: Scale, places: pd.DataFrame) -> tuple[tuple[str, ...], pd.DataFrame]:
    """The control for the places. Returns the ids of those chosen, and the places with these among them."""
    _recall(PLACE)
    places = _with_chosen(ctx, by, places)
    labels = dict(zip(places["id"], places["label"], strict=True))
    chosen = st.multiselect(
        "Places",
        list(labels),
        key=PLACE,
        bind="query-params",
        format_func=lambda key: labels.get(key, key),
        placeholder="Choose on the map or here",
        max_selections=MOST_PLACES,
        on_change=moved,
    )
    _keep(PLACE, chosen)
    return tuple(chosen), places


def pick(label: str, options: Mapping[str, str], key: str) -> str:
    """A choice that the link carries: options are what is shown -> what it means. Returns the meaning."""
    _recall(key)
    chosen = st.selectbox(label, list(options), key=key, bind="query-params", on_change=moved)
    _keep(key, chosen)
    return options[chosen]


def _recall(name: str) -> None:
    """What was chosen before the reader looked at another page: Streamlit forgets the widgets of a page it left."""
    last = st.session_state.get(_LAST + name)
    again = st.session_state.pop(_AGAIN + name, False)
    if last is not None and (again or (name not in st.session_state and name not in st.query_params)):
        st.session_state[name] = last


def _keep(name: str, chosen: str | list[str] | None) -> None:
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
    """Something on the map was clicked or drawn: the places that are chosen now, or an area of the reader's own."""
    drawing = (st.session_state.get(MAP) or {}).get("last_active_drawing") or {}
    st.session_state.pop(DRAWN_ERROR, None)
    try:
        if (polygon := drawn.polygon_from_click(drawing)) is not None:
            st.session_state[DRAWN] = polygon
        elif clicks.clicked(drawing):
            st.session_state[PLACE] = list(clicks.chosen(drawing))[:MOST_PLACES]
        else:
            return
    except drawn.AreaError as error:
        st.session_state[DRAWN_ERROR] = str(error)
    moved()


def clear() -> None:
    """Let the chosen places go."""
    st.session_state[PLACE] = []
    moved()


def moment() -> str:
    """Changes whenever the choice does."""
    return str(st.session_state.get(MOMENT, 0))


def moved() -> None:
    """Whatever is chosen, something else is now."""
    st.session_state[MOMENT] = st.session_state.get(MOMENT, 0) + 1


def _forget() -> None:
    """Another scale: a place of the old one means nothing there."""
    clear()


def _with_chosen(ctx: Context, by: Scale, places: pd.DataFrame) -> pd.DataFrame:
    """Keep chosen cells that have no record under the present filters; drop what is no place at all."""
    wanted, there = _wanted(), set(places["id"])
    missing = [key for key in wanted if key not in there]
    cells = {key: shapes.parse_cell(key, by.resolution) if by.resolution else None for key in missing}
    found = [cell for cell in cells.values() if cell is not None]
    if found:
        places = pd.concat([places, empty_cells(ctx, found)], ignore_index=True)
    if PLACE in st.session_state and any(cell is None for cell in cells.values()):
        st.session_state[PLACE] = [key for key in wanted if cells.get(key, 0) is not None]
        moved()
    return places


def _wanted() -> list[str]:
    """The ids of the chosen places: what the session holds, else the cells that the link names."""
    if PLACE in st.session_state:
        return list(st.session_state[PLACE] or [])
    return [cell for name in st.query_params.get_all(PLACE) if (cell := _cell_named(name))]


def _cell_named(label: str) -> str:
    """The H3 cell in a label such as "2 km west of Wick (cell 872a100d6)"."""
    found = re.search(r"\bcell ([0-9a-f]{3,15})\b", label[:200], flags=re.IGNORECASE)
    return found[1].lower().ljust(15, "f") if found else ""


def _usual(ctx: Context, options: list[Scale]) -> Scale:
    """Cells small enough to tell places apart and large enough to hold records; areas where more records have those.

    Of the default view: a default that moved with the filters would change what a copied link shows.
    """
    ctx = replace(ctx, filters=default(ctx.catalogue))
    sizes = [s for s in options if s.resolution in FINE_TO_COARSE]
    cells = next((s for s in sizes if s.resolution == DEFAULT_RESOLUTION), options[0])
    held = held_by(ctx, cells)
    for size in sorted(sizes, key=lambda s: -s.resolution):
        every = map_places.study_size(ctx, size.resolution)
        if 0 < every <= MOST_CELLS and held >= RECORDS_PER_CELL * every:
            cells = size
            break
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
    named = st.query_params.get_all(PLACE)
    if named and PLACE not in st.session_state:
        known = scale or _usual(ctx, scales(ctx))
        labels = {a.label for a in ctx.catalogue.areas if a.layer == known.layer}
        cells = [known.resolution and shapes.parse_cell(_cell_named(n), known.resolution) for n in named]
        if not all(n in labels or cell for n, cell in zip(named, cells, strict=True)):
            unread.append(PLACE)
    if unread:
        listed = words.listed([f"“{name}”" for name in unread])
        st.info(f"The link's {listed} could not be read and was left out.", icon=":material/link_off:")
