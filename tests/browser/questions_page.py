"""A page for tests: what the maps of `dashboard.maps` can do, on invented places. The link says what is shown."""

import json
from typing import Any
from unittest.mock import patch

import h3
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from dashboard.components import map_view
from dashboard.components.map_choice import MAP
from dashboard.maps import clicks, drawn, layers, shapes, styles
from dashboard.maps.player import Frames
from dashboard.palette import LIGHT
from tests.browser.hostile import HOSTILE

NOUN = ("incident", "incidents")
FRAMES = 24
LOOKS = styles.hot_and_cold(LIGHT)


def places(rings: int) -> pd.DataFrame:
    """Cells in the open South Atlantic, each with a class, a hostile name and a hostile tip."""
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(-40.0, -30.0, 7), rings))
    found = pd.DataFrame({"id": cells, "shape": shapes.cell_shapes([h3.str_to_int(c) for c in cells])})
    kinds = np.arange(len(cells))
    names = [f"{HOSTILE[i % len(HOSTILE)]} {i}" for i in kinds]
    tips = [f"class {i % len(LOOKS)} of {HOSTILE[i % len(HOSTILE)]}" for i in kinds]
    return found.assign(name=names, n=kinds + 1, cls=kinds % len(LOOKS), tip=tips)


def frames(count: int, again: int) -> Frames:
    """Classes that go round, one step for each frame."""
    places_, steps = np.arange(count)[:, None], np.arange(FRAMES)[None, :]
    labels = [f"window {i} {HOSTILE[0]}" for i in range(FRAMES)]
    return Frames(labels, (places_ + steps + again) % len(LOOKS), places_ + steps, [f"{i} hot" for i in range(FRAMES)])


def clicked() -> None:
    """Remember what came, as a page would."""
    drawing = (st.session_state.get(MAP) or {}).get("last_active_drawing")
    try:
        area = drawn.polygon_from_click(drawing)
    except drawn.AreaError:
        area = None
    if area is not None:
        st.session_state["area"] = area
    elif clicks.clicked(drawing):
        st.session_state["chosen"] = clicks.chosen(drawing)
        st.session_state["adds"] = clicks.adds(drawing)
    st.session_state["moment"] = st.session_state.get("moment", 0) + 1


def main() -> None:
    """Draw what the link asks for."""
    st.set_page_config(layout="wide")
    st.title("Questions")
    show = st.query_params.get("show", "classes")
    again = st.session_state.setdefault("again", 0)
    if st.button("Again"):
        again = st.session_state["again"] = again + 1
    table = places(int(st.query_params.get("rings", "3")))
    table["cls"] = (table["cls"] + again) % len(LOOKS)
    picture = layers.ClassPaint(
        table, LOOKS, NOUN,
        frames=frames(len(table), again) if show == "player" else None,
        selected=st.session_state.get("chosen", ()), several=show == "several",
        draws_areas=show == "draw", area=st.session_state.get("area"),
    )  # fmt: skip
    options: dict[str, Any] = {"moment": str(st.session_state.get("moment", 0)), "clicked": clicked}
    background = layers.Background(*[pd.DataFrame({"shape": [], "lat": [], "lon": [], "name": []})] * 3)
    no_view: Any = None  # there is no warehouse, and so nothing under the places
    with patch.object(map_view, "background", lambda _: background):
        if show == "pair":
            map_view.show_pair(no_view, (picture, picture), ("2023", "2024"), LIGHT, **options)
        else:
            map_view.show_picture(no_view, picture, LIGHT, **options)
    area = st.session_state.get("area")
    told = {"again": again, "chosen": st.session_state.get("chosen", ()), "adds": st.session_state.get("adds")}
    st.text(json.dumps(told | {"area": shapely.get_coordinates(area).tolist() if area is not None else None}))


main()
