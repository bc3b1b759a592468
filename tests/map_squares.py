"""A row of squares with counts, as the map's code takes them, and what a browser would get for them."""

import pandas as pd
import shapely
from streamlit_folium import _get_feature_group_string

from dashboard.maps import layers
from dashboard.palette import LIGHT

NOUN = ("incident", "incidents")
JINJA = ("{{ 7 * 191 }}", "{% raise %}", "{# note #}", "{{'top'}}", "{{ ''.__class__ }}")


def places(counts: list[int], names: list[str] | None = None) -> pd.DataFrame:
    """A row of squares with these counts."""
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(len(counts))]
    names = names or [f"Place {i}" for i in range(len(counts))]
    ids = [f"id{i}" for i in range(len(counts))]
    middle = [(0.5, i + 0.5) for i in range(len(counts))]
    table = pd.DataFrame({"id": ids, "name": names, "n": pd.array(counts, dtype="Int64"), "shape": boxes})
    return table.assign(lat=[y for y, _ in middle], lon=[x for _, x in middle])


def background(table: pd.DataFrame) -> layers.Background:
    return layers.Background(table, table, table)


def drawn(picture: layers.AnyPicture, street_map: bool = False) -> str:
    made = layers.base_map(background(picture.places.iloc[:0]), LIGHT)
    made.render()
    return str(_get_feature_group_string(layers.paint(picture, LIGHT, street_map), made))
