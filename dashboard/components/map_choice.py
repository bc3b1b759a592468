"""What the page Map remembers: the scale, the chosen places, a drawn area, and whether the street map is on.

What is a choice of the view is a widget bound to the link, so a copied link shows the same; a drawing is not.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import questions, words
from dashboard.components import linked
from dashboard.i18n import _, english, in_english
from dashboard.map_places import Scale, empty_cells, scales
from dashboard.maps import clicks, drawn, shapes
from dashboard.told.records_map import ASK, SCALE, usual
from dashboard.view_context import Context

PLACE, STREET, MAP, MOMENT = "place", "street_map", "map", "map_moment"
DRAWN, DRAWN_ERROR = "map_drawn", "map_drawn_error"
QUESTION, PLAY, PAIR = ASK, "play", "pair"
MOST_PLACES = 50
_LAST, _AGAIN = "last_on_map_", "again_on_map_"


def scale(ctx: Context) -> Scale:
    """The control for the scale."""
    options = scales(ctx)
    labels = {s.label: s for s in options}
    _recall(SCALE)
    at = options.index(usual(ctx))
    named = {label: label for label in labels}
    bound = linked.follow(SCALE, named, options[at].label)
    chosen = st.selectbox(
        _("Count by"), list(labels), at, lambda label: labels[label].said, key=SCALE, on_change=_forget, **bound
    )
    _keep(SCALE, chosen)
    linked.keep(SCALE, chosen, named, options[at].label)
    return labels[chosen]


def question() -> str:
    """What the map is asked; a key of questions.LABELS."""
    return pick(_("Question"), {label: key for key, label in questions.LABELS.items()}, QUESTION)


def street_map() -> bool:
    """The switch of the street map: off unless somebody turns it on in this session, and never in a link."""
    return st.toggle(
        _("Street map (contacts openstreetmap.org)"),
        key=STREET,
        help=_(
            "Asks that site for the streets of the part you look at; it learns your internet address, "
            "that part, and this app's address. No record is sent. Off, nothing leaves this app."
        ),
    )


def player() -> bool:
    """The switch of the player over time."""
    return st.toggle(_("Play over time"), key=PLAY, on_change=moved, help=_("Rolling windows of twelve months."))


def side_by_side() -> bool:
    """The switch of two linked maps."""
    return st.toggle(
        _("Side by side"), key=PAIR, on_change=moved, help=_("One map for each period; they move together.")
    )


def place(ctx: Context, by: Scale, places: pd.DataFrame) -> tuple[tuple[str, ...], pd.DataFrame]:
    """The control for the places. Returns the ids of those chosen, and the places with these among them."""
    _recall(PLACE)
    places = _with_chosen(ctx, by, places)
    labels = dict(zip(places["id"], places["label"], strict=True))
    bound = linked.follow(PLACE, _in_links(ctx, by, labels, _wanted()), [], many=True)
    chosen = st.multiselect(
        _("Places"),
        list(labels),
        key=PLACE,
        format_func=lambda key: labels.get(key, key),
        placeholder=_("Choose on the map or here"),
        max_selections=MOST_PLACES,
        on_change=moved,
        **bound,
    )
    _keep(PLACE, chosen)
    linked.keep(PLACE, chosen, _in_links(ctx, by, labels, chosen), [])
    return tuple(chosen), places


def _in_links(ctx: Context, by: Scale, labels: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """What the link says of places: an area's name is the same in every language, a cell's is said in English."""
    if english() or not by.resolution:
        return dict(labels)
    cells = [cell for key in keys if (cell := shapes.parse_cell(key, by.resolution)) is not None]
    with in_english():
        named = empty_cells(ctx, cells)
    return dict(zip(named["id"], named["label"], strict=True))


def pick(label: str, options: Mapping[str, str], key: str) -> str:
    """A choice that the link carries: options are what is shown -> what it means. Returns the meaning."""
    _recall(key)
    named = {option: option for option in options}
    bound = linked.follow(key, named, next(iter(options), None))
    chosen = st.selectbox(label, list(options), format_func=_, key=key, on_change=moved, **bound)
    _keep(key, chosen)
    linked.keep(key, chosen, named, next(iter(options), None))
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
    if english() and last is not None and chosen != last and seen == moment():
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


def notice(ctx: Context) -> None:
    """Say what of the link will be dropped; to be called before the controls are drawn, which drop it in silence."""
    by = st.query_params.get(SCALE)
    scale = next((s for s in scales(ctx) if s.label == by), None)
    unread = [SCALE] if by and scale is None else []
    named = st.query_params.get_all(PLACE)
    if named and PLACE not in st.session_state:
        known = scale or usual(ctx)
        labels = {a.label for a in ctx.catalogue.areas if a.layer == known.layer}
        cells = [known.resolution and shapes.parse_cell(_cell_named(n), known.resolution) for n in named]
        if not all(n in labels or cell for n, cell in zip(named, cells, strict=True)):
            unread.append(PLACE)
    if unread:
        listed = words.listed([f"“{name}”" for name in unread])
        st.info(
            _("The link's {listed} could not be read and was left out.").format(listed=listed),
            icon=":material/link_off:",
        )
